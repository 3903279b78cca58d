package python

import "strings"

// simples appends the simple statements of one line.
func (p *parser) simples(out []Stmt) []Stmt {
	for {
		from := p.tok.from
		s := p.simple(from)
		if p.failed {
			return out
		}
		out = append(out, s)
		if p.tok.kind == tNewline {
			p.next()
			return out
		}
		if !p.accept(tSemi) {
			if p.tok.kind != tEOF { // the statement itself is kept
				p.fail("expected the end of the statement")
			}
			return out
		}
		if p.tok.kind == tNewline {
			p.next()
			return out
		}
	}
}

func (p *parser) simple(from Pos) Stmt {
	switch p.tok.kind {
	case kPass, kBreak, kContinue:
		s := &Simple{Keyword: p.text()}
		p.next()
		s.Span = p.span(from)
		return s
	case kReturn:
		p.next()
		s := &Return{}
		if p.startsExpression() {
			s.X = p.expressions()
		}
		s.Span = p.span(from)
		return s
	case kRaise:
		return p.raise(from)
	case kImport:
		return p.importStmt(from)
	case kFrom:
		return p.importFrom(from)
	case kDel:
		p.next()
		s := &Delete{}
		switch x := p.expressions().(type) {
		case *Tuple:
			s.Targets = x.Elts
		default:
			s.Targets = []Expr{x}
		}
		s.Span = p.span(from)
		return s
	case kAssert:
		p.next()
		s := &Assert{Test: p.expression()}
		if p.accept(tComma) {
			s.Msg = p.expression()
		}
		s.Span = p.span(from)
		return s
	case kGlobal, kNonlocal:
		s := &Scope{Keyword: p.text()}
		p.next()
		s.Names = append(s.Names, p.ident())
		for p.accept(tComma) {
			s.Names = append(s.Names, p.ident())
		}
		s.Span = p.span(from)
		return s
	case tName:
		if s := p.softStatement(from); s != nil {
			return s
		}
	}
	return p.assignment(from)
}

func (p *parser) raise(from Pos) Stmt {
	p.next()
	s := &Raise{}
	if p.startsExpression() {
		s.X = p.expressions()
		if p.accept(kFrom) {
			s.Cause = p.expression()
		}
	}
	s.Span = p.span(from)
	return s
}

// softStatement handles "type X = …" and the print and exec of Python 2; nil, with
// nothing consumed, when the name is just a name.
func (p *parser) softStatement(from Pos) Stmt {
	word := p.text()
	if word != "type" && word != "print" && word != "exec" {
		return nil
	}
	m := p.mark()
	name := &Name{ID: word, Span: Span{p.tok.from, p.tok.to}}
	p.next()
	switch {
	case word == "type" && p.tok.kind == tName:
		s := &TypeAlias{Name: p.ident(), TypeParams: p.typeParams()}
		if p.accept(tAssign) {
			s.Value = p.expression()
			s.Span = p.span(from)
			return s
		}
	case word != "type" && p.printable():
		c := &Call{Func: name}
		for p.startsExpression() {
			c.Args = append(c.Args, p.expression())
			if !p.accept(tComma) && !(word == "exec" && p.accept(kIn)) {
				break
			}
		}
		c.Span = p.span(from)
		return &ExprStmt{X: c, Span: c.Span}
	}
	p.reset(m)
	return nil
}

// printable tells tokens after which "print" cannot be a name in Python 3.
func (p *parser) printable() bool {
	switch p.tok.kind {
	case tString, tName, tNumber, tBackquote, kNone, kTrue, kFalse, kLambda, tLBrace:
		return true
	}
	return false
}

func (p *parser) importStmt(from Pos) Stmt {
	p.next()
	s := &Import{}
	for !p.failed {
		s.Names = append(s.Names, p.alias(p.dotted()))
		if !p.accept(tComma) {
			break
		}
	}
	s.Span = p.span(from)
	return s
}

// dotted is a.b.c; it returns the start and the name.
func (p *parser) dotted() (Pos, string) {
	at := p.tok.from
	name := p.ident()
	if p.tok.kind != tDot {
		return at, name
	}
	parts := []string{name}
	for p.accept(tDot) {
		parts = append(parts, p.ident())
	}
	return at, strings.Join(parts, ".")
}

func (p *parser) alias(at Pos, name string) Alias {
	a := Alias{At: at, Name: name}
	if p.accept(kAs) {
		a.As = p.ident()
	}
	return a
}

func (p *parser) importFrom(from Pos) Stmt {
	p.next()
	s := &Import{From: true}
	for p.tok.kind == tDot || p.tok.kind == tEllipsis {
		s.Level++
		if p.tok.kind == tEllipsis {
			s.Level += 2
		}
		p.next()
	}
	if p.tok.kind != kImport {
		_, s.Module = p.dotted()
	}
	p.expect(kImport)
	if p.tok.kind == tStar {
		s.Names = []Alias{{At: p.tok.from, Name: "*"}}
		p.next()
		s.Span = p.span(from)
		return s
	}
	paren := p.accept(tLParen)
	for p.tok.kind == tName {
		at := p.tok.from
		s.Names = append(s.Names, p.alias(at, p.ident()))
		if !p.accept(tComma) {
			break
		}
	}
	if paren {
		p.expect(tRParen)
	}
	if len(s.Names) == 0 {
		p.fail("expected a name")
	}
	s.Span = p.span(from)
	return s
}

// assignment is an expression statement or any form of assignment.
func (p *parser) assignment(from Pos) Stmt {
	x := p.value()
	switch p.tok.kind {
	case tAssign:
		s := &Assign{Targets: []Expr{x}}
		for p.accept(tAssign) {
			x = p.value()
			s.Targets = append(s.Targets, x)
		}
		n := len(s.Targets) - 1
		s.Value, s.Targets = s.Targets[n], s.Targets[:n:n]
		s.Span = p.span(from)
		return s
	case tAugAssign:
		s := &Assign{Targets: []Expr{x}, Op: p.text()}
		p.next()
		s.Value = p.value()
		s.Span = p.span(from)
		return s
	case tColon:
		p.next()
		s := &Assign{Targets: []Expr{x}, Annotation: p.expressions()}
		if p.accept(tAssign) {
			s.Value = p.value()
		}
		s.Span = p.span(from)
		return s
	}
	return &ExprStmt{X: x, Span: p.span(from)}
}

// value is what an assignment may hold: expressions or a yield.
func (p *parser) value() Expr {
	if p.tok.kind == kYield {
		return p.yield()
	}
	return p.expressions()
}
