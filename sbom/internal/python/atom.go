package python

import "strings"

func (p *parser) atom() Expr {
	from := p.tok.from
	switch p.tok.kind {
	case tName:
		n := take(&p.alloc.names)
		n.ID = p.text()
		p.next()
		n.Span = p.span(from)
		return n
	case tNumber:
		n := &Num{Text: p.text()}
		p.next()
		n.Span = p.span(from)
		return n
	case tString:
		return p.literals()
	case kNone, kTrue, kFalse, tEllipsis:
		c := &Const{Text: p.text()}
		p.next()
		c.Span = p.span(from)
		return c
	case tLParen:
		return p.parenthesis()
	case tLBracket:
		return p.list()
	case tLBrace:
		return p.braces()
	case tBackquote: // Python 2: `x` is repr(x)
		p.next()
		e := p.expressions()
		p.accept(tBackquote)
		return e
	}
	p.fail("expected an expression")
	return p.nothing()
}

// parenthesis is a group, a tuple, a generator or a yield.
func (p *parser) parenthesis() Expr {
	from := p.tok.from
	if !p.enter() {
		return p.nothing()
	}
	defer p.leave()
	p.next()
	if p.tok.kind == kYield {
		y := p.yield()
		p.expect(tRParen)
		return y
	}
	if p.tok.kind == tRParen {
		p.next()
		return &Tuple{Span: p.span(from)}
	}
	e := p.starred()
	if p.tok.kind == kFor || p.tok.kind == kAsync {
		c := p.comprehension(from, '(', nil, e)
		p.expect(tRParen)
		c.(*Comp).Span = p.span(from)
		return c
	}
	if p.tok.kind != tComma {
		p.expect(tRParen)
		return e
	}
	t := &Tuple{Elts: p.rest(e, tRParen)}
	p.expect(tRParen)
	t.Span = p.span(from)
	return t
}

// starred is *x or a named expression, as elements of displays are.
func (p *parser) starred() Expr {
	from := p.tok.from
	if p.accept(tStar) {
		return &Starred{X: p.binary(bitOr), Span: p.span(from)}
	}
	return p.element(p.named)
}

// rest parses ", x, y," after the first element, up to the closing kind.
func (p *parser) rest(first Expr, end kind) []Expr {
	var buf [8]Expr
	elts := append(buf[:0], first)
	for p.accept(tComma) && p.tok.kind != end && !p.failed {
		elts = append(elts, p.starred())
	}
	return p.alloc.list(elts)
}

func (p *parser) list() Expr {
	from := p.tok.from
	if !p.enter() {
		return p.nothing()
	}
	defer p.leave()
	p.next()
	if p.accept(tRBracket) {
		return &List{Span: p.span(from)}
	}
	e := p.starred()
	if p.tok.kind == kFor || p.tok.kind == kAsync {
		c := p.comprehension(from, '[', nil, e)
		p.expect(tRBracket)
		c.(*Comp).Span = p.span(from)
		return c
	}
	l := &List{Elts: p.rest(e, tRBracket)}
	p.expect(tRBracket)
	l.Span = p.span(from)
	return l
}

// braces is a set or a dict, or a comprehension of one.
func (p *parser) braces() Expr {
	from := p.tok.from
	if !p.enter() {
		return p.nothing()
	}
	defer p.leave()
	p.next()
	if p.accept(tRBrace) {
		return &Dict{Span: p.span(from)}
	}
	if p.tok.kind == tPower {
		return p.dict(from, nil)
	}
	e := p.starred()
	switch p.tok.kind {
	case tColon:
		return p.dict(from, e)
	case kFor, kAsync:
		c := p.comprehension(from, '{', nil, e)
		p.expect(tRBrace)
		c.(*Comp).Span = p.span(from)
		return c
	}
	s := &Set{Elts: p.rest(e, tRBrace)}
	p.expect(tRBrace)
	s.Span = p.span(from)
	return s
}

// dict continues after the first key (nil when "**" comes first).
func (p *parser) dict(from Pos, key Expr) Expr {
	d := &Dict{}
	for !p.failed {
		star := key == nil && p.accept(tPower)
		switch {
		case star:
		case key == nil:
			key = p.element(p.expression)
			fallthrough
		default:
			p.expect(tColon)
		}
		value := p.element(p.expression)
		if (p.tok.kind == kFor || p.tok.kind == kAsync) && len(d.Keys) == 0 && !star {
			c := p.comprehension(from, ':', key, value)
			p.expect(tRBrace)
			c.(*Comp).Span = p.span(from)
			return c
		}
		d.Keys, d.Values = append(d.Keys, key), append(d.Values, value)
		key = nil
		if !p.accept(tComma) || p.tok.kind == tRBrace {
			break
		}
	}
	p.expect(tRBrace)
	d.Span = p.span(from)
	return d
}

func (p *parser) yield() Expr {
	from := p.tok.from
	p.next()
	y := &Yield{}
	switch p.tok.kind {
	case kFrom:
		p.next()
		y.Path, y.X = true, p.expression()
	case tNewline, tRParen, tRBracket, tRBrace, tSemi, tAssign, tEOF:
	default:
		y.X = p.expressions()
	}
	y.Span = p.span(from)
	return y
}

// expressions is one expression, or a tuple without parentheses.
func (p *parser) expressions() Expr {
	from := p.tok.from
	first := p.starred()
	if p.tok.kind != tComma {
		return first
	}
	var buf [8]Expr
	elts := append(buf[:0], first)
	for p.accept(tComma) && p.startsExpression() {
		elts = append(elts, p.starred())
	}
	return &Tuple{Elts: p.alloc.list(elts), Span: p.span(from)}
}

// startsExpression tells whether an element follows a comma.
func (p *parser) startsExpression() bool {
	switch p.tok.kind {
	case tName, tNumber, tString, tLParen, tLBracket, tLBrace, tEllipsis, tMinus, tPlus, tTilde, tStar, tBackquote,
		kNone, kTrue, kFalse, kNot, kLambda, kAwait, kYield:
		return true
	}
	return false
}

// literals joins adjacent literals. The result is a *Str, or an *FString when one of
// them is formatted.
func (p *parser) literals() Expr {
	from := p.tok.from
	var parts []Expr
	var joined *Str
	var more []string // values after the first of a run, joined once
	flush := func() {
		if joined == nil {
			return
		}
		if len(more) > 0 {
			joined.Value += strings.Join(more, "")
		}
		parts, joined, more = append(parts, joined), nil, nil
	}
	formatted, template := false, false
	for p.tok.kind == tString {
		l := shape(p.src, p.tok.from)
		l.stop = p.tok.to - 1
		if l.triple {
			l.stop = p.tok.to - 3
		}
		if l.format {
			flush()
			formatted, template = true, template || l.template
			parts = p.fstring(parts, l)
			p.next()
			continue
		}
		value := decode(p.src[l.body:max(l.body, l.stop)], l)
		if joined == nil {
			joined = take(&p.alloc.strs)
			joined.From, joined.Bytes, joined.Value = p.tok.from, l.bytes, value
		} else {
			more = append(more, value)
		}
		joined.To = p.tok.to
		p.next()
	}
	if !formatted && len(more) == 0 {
		return joined
	}
	flush()
	if !formatted {
		return parts[0]
	}
	return &FString{Parts: parts, Template: template, Span: p.span(from)}
}
