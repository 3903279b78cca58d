package python

// precedence of binary operators, by kind; 0 is none.
var precedence = [kYield + 1]uint8{
	tOr: 1, tXor: 2, tAnd: 3, tLShift: 4, tRShift: 4, tPlus: 5, tMinus: 5,
	tStar: 6, tSlash: 6, tFloorDiv: 6, tPercent: 6, tAt: 6,
}

const bitOr = 1 // the lowest binary precedence

// span is from the given start to the end of the last token.
func (p *parser) span(from Pos) Span { return Span{from, max(from, p.last)} }

// named is an expression, or name := expression.
func (p *parser) named() Expr {
	e := p.expression()
	if p.tok.kind == tWalrus {
		n, ok := e.(*Name)
		if !ok {
			p.fail("cannot assign with :=")
			return e
		}
		p.next()
		return &Walrus{Target: n, Value: p.expression(), Span: p.span(n.From)}
	}
	return e
}

// expression is a lambda or a conditional expression.
func (p *parser) expression() Expr {
	if !p.enter() {
		return p.nothing()
	}
	defer p.leave()
	if p.tok.kind == kLambda {
		return p.lambda()
	}
	from := p.tok.from
	body := p.or()
	if p.tok.kind != kIf {
		return body
	}
	p.next()
	c := &Cond{Body: body, Test: p.or()}
	p.expect(kElse)
	c.Else = p.expression()
	c.Span = p.span(from)
	return c
}

// nothing stands for an expression that could not be parsed.
func (p *parser) nothing() Expr {
	return &Const{Span: Span{p.tok.from, p.tok.from}, Text: "None"}
}

func (p *parser) lambda() Expr {
	from := p.tok.from
	p.next()
	l := &Lambda{Params: p.params(tColon, false)}
	p.expect(tColon)
	l.Body = p.expression()
	l.Span = p.span(from)
	return l
}

func (p *parser) or() Expr  { return p.boolean(kOr, "or", (*parser).and) }
func (p *parser) and() Expr { return p.boolean(kAnd, "and", (*parser).not) }

func (p *parser) boolean(k kind, op string, operand func(*parser) Expr) Expr {
	from := p.tok.from
	x := operand(p)
	if p.tok.kind != k {
		return x
	}
	b := &Bool{Op: op, Values: []Expr{x}}
	for p.accept(k) {
		b.Values = append(b.Values, operand(p))
	}
	b.Span = p.span(from)
	return b
}

func (p *parser) not() Expr {
	if p.tok.kind != kNot {
		return p.comparison()
	}
	if !p.enter() {
		return p.nothing()
	}
	defer p.leave()
	from := p.tok.from
	p.next()
	return &Unary{Op: "not", X: p.not(), Span: p.span(from)}
}

func (p *parser) comparison() Expr {
	from := p.tok.from
	x := p.binary(bitOr)
	op := p.comparator()
	if op == "" {
		return x
	}
	c := &Compare{X: x}
	for ; op != ""; op = p.comparator() {
		c.Ops = append(c.Ops, op)
		c.Ys = append(c.Ys, p.binary(bitOr))
	}
	c.Span = p.span(from)
	return c
}

// comparator consumes a comparison operator, "" when there is none.
func (p *parser) comparator() string {
	switch k := p.tok.kind; k {
	case tEq, tNotEq, tLess, tLessEq, tGreater, tGreaterEq:
		op := p.text()
		p.next()
		return op
	case kIn:
		p.next()
		return "in"
	case kIs:
		p.next()
		if p.accept(kNot) {
			return "is not"
		}
		return "is"
	case kNot:
		m := p.mark()
		p.next()
		if p.accept(kIn) {
			return "not in"
		}
		p.reset(m)
	}
	return ""
}

// binary is a chain of operators of at least the given precedence.
func (p *parser) binary(least uint8) Expr {
	if !p.enter() {
		return p.nothing()
	}
	defer p.leave()
	chain := p.chain
	defer func() { p.chain = chain }()
	from := p.tok.from
	x := p.unary()
	for {
		prec := precedence[p.tok.kind]
		if prec < least || prec == 0 || !p.link() {
			return x
		}
		op := p.text()
		p.next()
		b := &Binary{Op: op, X: x, Y: p.binary(prec + 1)}
		b.Span = p.span(from)
		x = b
	}
}

func (p *parser) unary() Expr {
	switch p.tok.kind {
	case tPlus, tMinus, tTilde:
		if !p.enter() {
			return p.nothing()
		}
		defer p.leave()
		from, op := p.tok.from, p.text()
		p.next()
		return &Unary{Op: op, X: p.unary(), Span: p.span(from)}
	}
	from := p.tok.from
	x := p.await()
	if p.tok.kind != tPower || !p.enter() {
		return x
	}
	defer p.leave()
	p.next()
	return &Binary{Op: "**", X: x, Y: p.unary(), Span: p.span(from)}
}

func (p *parser) await() Expr {
	if p.tok.kind != kAwait {
		return p.primary()
	}
	from := p.tok.from
	p.next()
	return &Await{X: p.primary(), Span: p.span(from)}
}

// primary is an atom with its attributes, calls and subscripts.
func (p *parser) primary() Expr {
	from := p.tok.from
	x := p.atom()
	chain := p.chain
	for {
		switch p.tok.kind {
		case tDot:
			if !p.link() {
				return x
			}
			p.next()
			a := take(&p.alloc.attributes)
			a.X, a.Attr = x, p.attr()
			a.Span = p.span(from)
			x = a
		case tLParen:
			if !p.link() {
				return x
			}
			x = p.call(from, x)
		case tLBracket:
			if !p.link() {
				return x
			}
			p.next()
			s := &Subscript{X: x, Index: p.subscript()}
			p.expect(tRBracket)
			s.Span = p.span(from)
			x = s
		default:
			p.chain = chain
			return x
		}
	}
}

// attr is the name after a dot; Python 2 code has keywords of today there.
func (p *parser) attr() string {
	if p.tok.kind >= kFalse {
		s := p.text()
		p.next()
		return s
	}
	return p.ident()
}

func (p *parser) call(from Pos, f Expr) Expr {
	p.next()
	args, keywords := p.arguments()
	p.expect(tRParen)
	if p.pattern {
		return &Pattern{Cls: f, Args: args, Keywords: keywords, Span: p.span(from)}
	}
	c := take(&p.alloc.calls)
	c.Func, c.Args, c.Keywords = f, args, keywords
	c.Span = p.span(from)
	return c
}

// arguments are those of a call, a class or a class pattern, up to ")".
func (p *parser) arguments() ([]Expr, []Keyword) {
	var buf [8]Expr
	args := buf[:0]
	var keywords []Keyword
	for p.tok.kind != tRParen && !p.failed {
		from := p.tok.from
		switch p.tok.kind {
		case tStar:
			p.next()
			args = append(args, &Starred{X: p.expression(), Span: p.span(from)})
		case tPower:
			p.next()
			keywords = append(keywords, Keyword{At: from, Value: p.expression()})
		default:
			e := p.element(p.named)
			if p.tok.kind == tAssign {
				n, ok := e.(*Name)
				if !ok {
					p.fail("keyword is not a name")
					break
				}
				p.next()
				keywords = append(keywords, Keyword{At: n.From, Name: n.ID, Value: p.element(p.expression)})
				break
			}
			if p.tok.kind == kFor || p.tok.kind == kAsync {
				e = p.comprehension(from, '(', nil, e)
			}
			args = append(args, e)
		}
		if !p.accept(tComma) {
			break
		}
	}
	return p.alloc.list(args), keywords
}

// element is one element of a bracket; in a pattern it may be "x as name".
func (p *parser) element(parse func() Expr) Expr {
	e := parse()
	if p.pattern && p.accept(kAs) {
		p.ident()
	}
	return e
}

// subscript is the inside of x[…].
func (p *parser) subscript() Expr {
	from := p.tok.from
	first := p.slice()
	if p.tok.kind != tComma {
		if _, ok := first.(*Starred); !ok {
			return first
		}
	}
	elts := []Expr{first}
	for p.accept(tComma) && p.tok.kind != tRBracket {
		elts = append(elts, p.slice())
	}
	return &Tuple{Elts: elts, Span: p.span(from)}
}

func (p *parser) slice() Expr {
	from := p.tok.from
	if p.tok.kind == tStar {
		p.next()
		return &Starred{X: p.binary(bitOr), Span: p.span(from)}
	}
	var s Slice
	if p.tok.kind != tColon {
		e := p.named()
		if p.tok.kind != tColon {
			return e
		}
		s.Lo = e
	}
	p.next()
	end := func() bool { return p.tok.kind == tColon || p.tok.kind == tComma || p.tok.kind == tRBracket }
	if !end() {
		s.Hi = p.expression()
	}
	if p.accept(tColon) && !end() {
		s.Step = p.expression()
	}
	s.Span = p.span(from)
	return &s
}

// comprehension parses the "for" part after its element.
func (p *parser) comprehension(from Pos, kind byte, key, elt Expr) Expr {
	c := &Comp{Kind: kind, Key: key, Elt: elt}
	for p.tok.kind == kFor || p.tok.kind == kAsync {
		var f CompFor
		f.Async = p.accept(kAsync)
		p.expect(kFor)
		f.Target = p.targets()
		p.expect(kIn)
		f.Iter = p.or()
		for p.accept(kIf) {
			f.Ifs = append(f.Ifs, p.condition())
		}
		c.For = append(c.For, f)
	}
	c.Span = p.span(from)
	return c
}

// condition of a comprehension: no conditional expression, its "if" would be the next
// condition.
func (p *parser) condition() Expr {
	if p.tok.kind == kLambda {
		return p.lambda()
	}
	e := p.or()
	if n, ok := e.(*Name); ok && p.accept(tWalrus) {
		return &Walrus{Target: n, Value: p.or(), Span: p.span(n.From)}
	}
	return e
}

// targets of a for: no comparison, "in" ends them.
func (p *parser) targets() Expr {
	from := p.tok.from
	first := p.target()
	if p.tok.kind != tComma {
		return first
	}
	elts := []Expr{first}
	for p.accept(tComma) && p.tok.kind != kIn && p.tok.kind != tAssign {
		elts = append(elts, p.target())
	}
	return &Tuple{Elts: elts, Span: p.span(from)}
}

func (p *parser) target() Expr {
	from := p.tok.from
	if p.accept(tStar) {
		return &Starred{X: p.binary(bitOr), Span: p.span(from)}
	}
	return p.binary(bitOr)
}
