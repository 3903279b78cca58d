package python

import "strings"

// fstring appends the parts of the formatted literal in the current token. Inside a
// replacement field the parser runs over that part of the text only.
func (p *parser) fstring(parts []Expr, l literal) []Expr {
	return p.pieces(parts, l, l.body, l.stop, 0, false)
}

// pieces reads literal text and replacement fields in src[i:stop].
func (p *parser) pieces(parts []Expr, l literal, i, stop Pos, depth int, spec bool) []Expr {
	text := i
	flush := func(to Pos) {
		if to > text {
			s := take(&p.alloc.strs)
			s.From, s.To = text, to
			s.Value = decode(unbrace(p.src[text:to]), l)
			parts = append(parts, s)
		}
	}
	for i < stop && !p.failed {
		switch c := p.src[i]; {
		case c == '\\' && !spec:
			i = min(afterEscape(p.src[:stop], i, l.raw), stop)
		case (c == '{' || c == '}') && !spec && i+1 < stop && p.src[i+1] == c:
			i += 2
		case c == '{':
			expr, to, ok := p.strings.fieldParts(p.src[:stop], i, l, depth)
			if !ok {
				i = stop // opaque: the literal was scanned without looking into it
				continue
			}
			flush(i)
			parts = append(parts, p.interp(l, i, expr, to, depth))
			i, text = to, to
		default:
			i++
		}
	}
	flush(stop)
	return parts
}

func unbrace(s string) string {
	if strings.IndexByte(s, '{') < 0 && strings.IndexByte(s, '}') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "{{", "{"), "}}", "}")
}

// interp parses the replacement field src[from:to], whose expression ends at expr.
func (p *parser) interp(l literal, from, expr, to Pos, depth int) Expr {
	n := &Interp{Span: Span{from, to}}
	if !p.enter() {
		return n
	}
	defer p.leave()
	outer, tok, last := p.lexer, p.tok, p.last
	pattern := p.pattern
	p.pattern = false
	p.pos, p.end, p.depth, p.bol, p.field = from+1, expr, 1, false, true
	p.next()
	if p.tok.kind == kYield {
		n.X = p.yield()
	} else {
		n.X = p.expressions()
	}
	if p.tok.kind == tAssign {
		n.Debug = true
		p.next()
	}
	if p.tok.kind != tEOF {
		p.fail("expected the end of a replacement field")
	}
	multi := p.multi
	p.lexer, p.last, p.pattern = outer, last, pattern
	p.multi = multi
	if !p.failed {
		p.tok = tok
	}
	i := expr
	if p.src[i] == '!' {
		if i+1 < to {
			n.Conv = p.src[i+1]
		}
		for i < to && p.src[i] != ':' && p.src[i] != '}' {
			i++
		}
	}
	if i < to && p.src[i] == ':' {
		n.Format = p.pieces(nil, l, i+1, to-1, depth+1, true)
	}
	return n
}
