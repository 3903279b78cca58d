package python

// statements reads statements up to the DEDENT or the end that closes them. level is
// the number of open blocks.
func (p *parser) statements(level int) []Stmt {
	var out []Stmt
	for {
		switch p.tok.kind {
		case tEOF:
			return out
		case tDedent:
			if level > 0 {
				return out
			}
			p.next()
			continue
		case tNewline:
			p.next()
			continue
		case tIndent: // of a broken header, or wrong: its statements belong here
			out = p.indented(out)
			continue
		}
		start := p.tok.from
		p.multi = p.multi[:0]
		out = p.statement(out)
		if p.failed {
			p.recover(start, level)
		}
	}
}

func (p *parser) indented(out []Stmt) []Stmt {
	if !p.failed {
		p.module.ErrorCount++
		if len(p.module.Errors) < maxErrors {
			p.module.Errors = append(p.module.Errors, Error{At: p.tok.from, Reason: "unexpected indent"})
		}
	}
	level := len(p.indents)
	p.next()
	if !p.enter() {
		p.recover(p.tok.from, level)
		return out
	}
	defer p.leave()
	out = append(out, p.statements(level)...)
	p.accept(tDedent)
	return out
}

// statement appends one compound statement, or the simple statements of one line.
func (p *parser) statement(out []Stmt) []Stmt {
	if !p.enter() {
		return out
	}
	defer p.leave()
	if s := p.compoundStmt(); s != nil {
		return append(out, s)
	}
	return p.simples(out)
}

// compoundStmt parses a compound statement, nil when the token starts none.
func (p *parser) compoundStmt() Stmt {
	from := p.tok.from
	switch p.tok.kind {
	case kIf:
		return p.ifStmt(from)
	case kFor:
		return p.forStmt(from, false)
	case kWhile:
		p.next()
		s := &While{Test: p.named()}
		s.Body = p.block()
		s.Else = p.elseBlock()
		s.Span = p.span(from)
		return s
	case kTry:
		return p.try(from)
	case kWith:
		return p.with(from, false)
	case kDef:
		return p.function(from, nil, false)
	case kClass:
		return p.class(from, nil)
	case tAt:
		return p.decorated(from)
	case kAsync:
		return p.async(from, nil)
	case tName:
		if p.text() == "match" {
			return p.match(from)
		}
	}
	return nil
}

func (p *parser) async(from Pos, decorators []Expr) Stmt {
	p.next()
	switch p.tok.kind {
	case kDef:
		return p.function(from, decorators, true)
	case kFor:
		return p.forStmt(from, true)
	case kWith:
		return p.with(from, true)
	}
	p.fail("expected def, for or with after async")
	return &Simple{Span: p.span(from), Keyword: "pass"}
}

// block is ":" and an indented block, or simple statements on the same line.
func (p *parser) block() []Stmt {
	p.expect(tColon)
	if p.failed {
		return nil
	}
	if p.tok.kind != tNewline {
		return p.simples(nil)
	}
	p.next()
	if p.tok.kind != tIndent {
		p.module.ErrorCount++
		if len(p.module.Errors) < maxErrors {
			p.module.Errors = append(p.module.Errors, Error{At: p.tok.from, Reason: "expected an indented block"})
		}
		return nil
	}
	p.next()
	multi := p.multi
	p.multi = nil
	body := p.statements(len(p.indents))
	p.multi = multi
	p.accept(tDedent)
	return body
}

func (p *parser) elseBlock() []Stmt {
	if p.failed || p.tok.kind != kElse {
		return nil
	}
	p.next()
	return p.block()
}

func (p *parser) ifStmt(from Pos) Stmt {
	s := &If{}
	for p.tok.kind == kIf && len(s.Clauses) == 0 || p.tok.kind == kElif {
		p.next()
		test := p.named()
		s.Clauses = append(s.Clauses, Clause{Test: test, Body: p.block()})
	}
	s.Else = p.elseBlock()
	s.Span = p.span(from)
	return s
}

func (p *parser) forStmt(from Pos, async bool) Stmt {
	p.next()
	s := &For{Target: p.targets(), Async: async}
	p.expect(kIn)
	s.Iter = p.expressions()
	s.Body = p.block()
	s.Else = p.elseBlock()
	s.Span = p.span(from)
	return s
}

func (p *parser) try(from Pos) Stmt {
	p.next()
	s := &Try{Body: p.block()}
	for p.tok.kind == kExcept {
		p.next()
		var h Handler
		h.Star = p.accept(tStar)
		if p.tok.kind != tColon {
			h.Type = p.expressions() // PEP 758, and "except X, e" of Python 2
			if p.accept(kAs) {
				h.Name = p.ident()
			}
		}
		h.Body = p.block()
		s.Handlers = append(s.Handlers, h)
	}
	s.Else = p.elseBlock()
	if p.tok.kind == kFinally {
		p.next()
		s.Finally = p.block()
	}
	s.Span = p.span(from)
	return s
}

func (p *parser) with(from Pos, async bool) Stmt {
	p.next()
	s := &With{Async: async}
	if p.tok.kind == tLParen {
		m := p.mark()
		p.next()
		s.Items = p.withItems(tRParen)
		if !p.accept(tRParen) || p.tok.kind != tColon {
			p.fail("")
			p.reset(m)
			s.Items = nil
		}
	}
	if s.Items == nil {
		s.Items = p.withItems(tColon)
	}
	s.Body = p.block()
	s.Span = p.span(from)
	return s
}

func (p *parser) withItems(end kind) []WithItem {
	var items []WithItem
	for p.tok.kind != end && !p.failed {
		item := WithItem{X: p.withExpr()}
		if p.accept(kAs) {
			item.Target = p.target()
		}
		items = append(items, item)
		if !p.accept(tComma) {
			break
		}
	}
	return items
}

func (p *parser) withExpr() Expr {
	if p.tok.kind == tStar {
		return p.starred()
	}
	if p.tok.kind == kYield {
		return p.yield()
	}
	return p.named()
}

func (p *parser) decorated(from Pos) Stmt {
	var decorators []Expr
	for p.accept(tAt) {
		decorators = append(decorators, p.named())
		p.expect(tNewline)
		for p.tok.kind == tNewline {
			p.next()
		}
	}
	switch p.tok.kind {
	case kDef:
		return p.function(from, decorators, false)
	case kClass:
		return p.class(from, decorators)
	case kAsync:
		return p.async(from, decorators)
	}
	p.fail("expected def or class after a decorator")
	return &Simple{Span: p.span(from), Keyword: "pass"}
}

func (p *parser) function(from Pos, decorators []Expr, async bool) Stmt {
	p.next()
	f := &Func{Decorators: decorators, Async: async, Name: p.ident(), TypeParams: p.typeParams()}
	p.expect(tLParen)
	f.Params = p.params(tRParen, true)
	p.expect(tRParen)
	if p.accept(tArrow) {
		f.Returns = p.expressions()
	}
	f.Body = p.block()
	f.Span = p.span(from)
	return f
}

// params are those of a def (annotated) or of a lambda.
func (p *parser) params(end kind, annotated bool) []Param {
	var out []Param
	keywordOnly := false
	for p.tok.kind != end && !p.failed {
		if p.accept(tSlash) {
			if !p.accept(tComma) {
				break
			}
			continue
		}
		param := Param{At: p.tok.from, KeywordOnly: keywordOnly}
		switch {
		case p.accept(tStar):
			param.Star, keywordOnly = 1, true
		case p.accept(tPower):
			param.Star = 2
		}
		if param.Star == 1 && p.tok.kind == tComma {
			p.next()
			continue
		}
		if param.Star == 0 && p.tok.kind == tLParen { // Python 2: def f(a, (b, c))
			p.atom()
		} else {
			param.Name = p.ident()
		}
		if annotated && p.accept(tColon) {
			param.Annotation = p.starred()
		}
		if p.accept(tAssign) {
			param.Default = p.expression()
		}
		out = append(out, param)
		if !p.accept(tComma) {
			break
		}
	}
	return out
}

// typeParams are the optional type parameters of PEP 695, with defaults of PEP 696.
func (p *parser) typeParams() []Param {
	if p.tok.kind != tLBracket {
		return nil
	}
	p.next()
	var out []Param
	for p.tok.kind != tRBracket && !p.failed {
		param := Param{At: p.tok.from}
		switch {
		case p.accept(tStar):
			param.Star = 1
		case p.accept(tPower):
			param.Star = 2
		}
		param.Name = p.ident()
		if p.accept(tColon) {
			param.Annotation = p.expression()
		}
		if p.accept(tAssign) {
			param.Default = p.starred()
		}
		out = append(out, param)
		if !p.accept(tComma) {
			break
		}
	}
	p.expect(tRBracket)
	return out
}

func (p *parser) class(from Pos, decorators []Expr) Stmt {
	p.next()
	c := &Class{Decorators: decorators, Name: p.ident(), TypeParams: p.typeParams()}
	if p.accept(tLParen) {
		c.Bases, c.Keywords = p.arguments()
		p.expect(tRParen)
	}
	c.Body = p.block()
	c.Span = p.span(from)
	return c
}

// match parses a match statement; nil, with nothing consumed, when "match" is a name
// here. Only "match subject:" at the end of a line is a statement.
func (p *parser) match(from Pos) Stmt {
	m := p.mark()
	p.next()
	if !p.startsExpression() {
		p.reset(m)
		return nil
	}
	subject := p.expressions()
	if p.failed || p.tok.kind != tColon {
		p.reset(m)
		return nil
	}
	p.next()
	if p.failed || p.tok.kind != tNewline {
		p.reset(m)
		return nil
	}
	s := &Match{Subject: subject}
	p.next()
	p.expectIndent()
	for p.soft("case") && !p.failed {
		p.next()
		var c Case
		p.pattern = true
		c.Pattern = p.casePattern()
		p.pattern = false
		if p.accept(kIf) {
			c.Guard = p.named()
		}
		c.Body = p.block()
		s.Cases = append(s.Cases, c)
	}
	p.accept(tDedent)
	s.Span = p.span(from)
	return s
}

func (p *parser) expectIndent() {
	if !p.accept(tIndent) {
		p.fail("expected an indented block")
	}
}

// casePattern is a pattern, parsed as the expression it looks like. It has no
// conditional expression: "if" begins the guard.
func (p *parser) casePattern() Expr {
	from := p.tok.from
	one := func() Expr {
		if p.tok.kind == tStar {
			return p.starred()
		}
		return p.element(func() Expr { return p.binary(bitOr) })
	}
	first := one()
	if p.tok.kind != tComma {
		return first
	}
	elts := []Expr{first}
	for p.accept(tComma) && p.startsExpression() {
		elts = append(elts, one())
	}
	return &Tuple{Elts: elts, Span: p.span(from)}
}
