package weights

// The grammar of expressions (jinja2/parser.py, parse_expression and what it calls).

// tuple reads expressions with commas between them, at least one.
func (p *jinjaParser) tuple(conditions bool) {
	p.expression(conditions)
	for p.skip(",") {
		switch {
		case p.kind() == "}}" || p.kind() == "%}" || p.kind() == ")" || p.name("recursive"):
			return
		}
		p.expression(conditions)
	}
}

// expression reads one expression, with "a if b else c" where conditions may stand.
func (p *jinjaParser) expression(conditions bool) {
	if !p.enter() {
		return
	}
	p.logical()
	for conditions && p.skipName("if") {
		p.logical()
		if p.skipName("else") {
			p.expression(true)
		}
	}
	p.depth--
}

// logical reads "and", "or", "not" and comparisons.
func (p *jinjaParser) logical() {
	for p.fault == nil {
		for p.skipName("not") {
		}
		p.compare()
		if !p.skipName("and", "or") {
			return
		}
	}
}

func (p *jinjaParser) compare() {
	p.math()
	for p.fault == nil {
		switch p.kind() {
		case "==", "!=", "<", "<=", ">", ">=":
			p.pos++
		case "name":
			switch {
			case p.skipName("in"):
			case p.name("not") && p.peek(1).kind == "name" && p.peek(1).text == "in":
				p.pos += 2
			default:
				return
			}
		default:
			return
		}
		p.math()
	}
}

// math reads operands with the operators of numbers and texts between them.
func (p *jinjaParser) math() {
	for p.fault == nil {
		p.unary()
		switch p.kind() {
		case "+", "-", "~", "*", "/", "//", "%", "**":
			p.pos++
		default:
			return
		}
	}
}

func (p *jinjaParser) unary() {
	for p.skip("-") || p.skip("+") {
	}
	p.primary()
	p.postfix(true)
}

func (p *jinjaParser) primary() {
	switch tok := p.peek(0); p.kind() {
	case "name":
		p.pos++
	case "number":
		p.pos++
	case "string":
		for p.skip("string") {
		}
	case "(":
		p.pos++
		if p.kind() != ")" {
			p.tuple(true)
		}
		p.expect(")")
	case "[":
		p.pos++
		p.list("]", func() { p.expression(true) })
	case "{":
		p.pos++
		p.list("}", func() {
			p.expression(true)
			p.expect(":")
			p.expression(true)
		})
	default:
		p.fail("%s where an expression is expected", describe(tok))
	}
}

// list reads items with commas between them up to the closing bracket.
func (p *jinjaParser) list(closing string, item func()) {
	for p.kind() != closing && p.fault == nil {
		item()
		if p.kind() != closing {
			p.expect(",")
		}
	}
	p.expect(closing)
}

// postfix reads attributes, items, calls, and filters and tests.
func (p *jinjaParser) postfix(filters bool) {
	for p.fault == nil {
		switch {
		case p.skip("."):
			if p.kind() != "name" && p.kind() != "number" {
				p.fail("%s where the name of an attribute is expected", describe(p.peek(0)))
				return
			}
			p.pos++
		case p.skip("["):
			p.subscript()
		case p.skip("("):
			p.arguments()
		case filters && p.skip("|"):
			p.filter()
		case filters && p.skipName("is"):
			p.test()
		default:
			return
		}
	}
}

// subscript reads an item or a slice.
func (p *jinjaParser) subscript() {
	if p.kind() == "]" {
		p.fail("] where an expression is expected")
		return
	}
	p.list("]", func() {
		colons := 0
		for p.kind() != "]" && p.kind() != "," && p.fault == nil {
			if p.skip(":") {
				if colons++; colons > 2 {
					p.fail("a slice has three colons")
				}
				continue
			}
			p.expression(true)
			if p.kind() != ":" {
				return
			}
		}
	})
}

// arguments reads those of a call, whose bracket has been passed.
func (p *jinjaParser) arguments() {
	p.list(")", func() {
		switch {
		case p.skip("*") || p.skip("**"):
		case p.kind() == "name" && p.peek(1).kind == "=":
			p.pos += 2
		}
		p.expression(true)
	})
}

// filter reads the name of a filter and its arguments.
func (p *jinjaParser) filter() {
	p.expect("name")
	for p.skip(".") {
		p.expect("name")
	}
	if p.skip("(") {
		p.arguments()
	}
}

// test reads what stands behind "is".
func (p *jinjaParser) test() {
	p.skipName("not")
	p.expect("name")
	for p.skip(".") {
		p.expect("name")
	}
	switch p.kind() {
	case "(":
		p.pos++
		p.arguments()
	case "name", "string", "number", "[", "{":
		if p.name("is") {
			p.fail("a test follows a test")
		}
		if p.name("else", "or", "and", "if", "in", "not", "recursive") {
			return
		}
		p.primary()
		p.postfix(false)
	}
}
