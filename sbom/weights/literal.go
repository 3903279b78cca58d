package weights

import (
	"strconv"
	"strings"
)

// maxLiteralDepth bounds nested brackets of a Python literal: a structured dtype needs a
// list of tuples in a dict, nested dtypes some more.
const maxLiteralDepth = 32

// literal is a value of Python source that is made of constants only: what
// ast.literal_eval accepts, as far as numpy writes it.
type literal struct {
	kind  byte // 's' string, 'n' number, 'b' True, False or None, '(' tuple, '[' list, '{' dict
	text  string
	items []literal // of a dict: key, value, key, value, ...
}

// parseLiteral reads one literal; ok is false when s is anything else.
func parseLiteral(s string) (literal, bool) {
	p := &literalParser{s: s}
	v, ok := p.value(0)
	p.space()
	return v, ok && p.i == len(p.s)
}

type literalParser struct {
	s string
	i int
}

func (p *literalParser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *literalParser) accept(c byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

func (p *literalParser) value(depth int) (literal, bool) {
	p.space()
	if p.i >= len(p.s) || depth > maxLiteralDepth {
		return literal{}, false
	}
	switch c := p.s[p.i]; {
	case c == '(' || c == '[' || c == '{':
		p.i++
		return p.list(c, depth)
	case c == '\'' || c == '"':
		return p.str(c)
	case c == '-' || c >= '0' && c <= '9':
		start := p.i
		for p.i++; p.i < len(p.s) && (p.s[p.i] >= '0' && p.s[p.i] <= '9'); {
			p.i++
		}
		v := literal{kind: 'n', text: p.s[start:p.i]}
		if p.i < len(p.s) && p.s[p.i] == 'L' { // Python 2
			p.i++
		}
		return v, true
	}
	for _, word := range []string{"True", "False", "None"} {
		if strings.HasPrefix(p.s[p.i:], word) {
			p.i += len(word)
			return literal{kind: 'b', text: word}, true
		}
	}
	if p.i+1 < len(p.s) && (p.s[p.i] == 'u' || p.s[p.i] == 'b') { // u'...' of Python 2
		p.i++
		return p.str(p.s[p.i])
	}
	return literal{}, false
}

var closing = map[byte]byte{'(': ')', '[': ']', '{': '}'}

func (p *literalParser) list(open byte, depth int) (literal, bool) {
	v := literal{kind: open}
	for {
		if p.accept(closing[open]) {
			return v, true
		}
		item, ok := p.value(depth + 1)
		if !ok {
			return v, false
		}
		v.items = append(v.items, item)
		if open == '{' {
			if !p.accept(':') {
				return v, false
			}
			if item, ok = p.value(depth + 1); !ok {
				return v, false
			}
			v.items = append(v.items, item)
		}
		if !p.accept(',') {
			return v, p.accept(closing[open])
		}
	}
}

func (p *literalParser) str(quote byte) (literal, bool) {
	if quote != '\'' && quote != '"' {
		return literal{}, false
	}
	end := strings.IndexByte(p.s[p.i+1:], quote)
	if end < 0 || strings.IndexByte(p.s[p.i+1:p.i+1+end], '\\') >= 0 {
		return literal{}, false
	}
	v := literal{kind: 's', text: p.s[p.i+1 : p.i+1+end]}
	p.i += end + 2
	return v, true
}

// get returns the value of a key of a dict; twice tells that there is more than one.
func (v literal) get(key string) (value literal, found, twice bool) {
	for i := 0; i+1 < len(v.items) && v.kind == '{'; i += 2 {
		if v.items[i].text == key {
			twice, value, found = found, v.items[i+1], true
		}
	}
	return value, found, twice
}

// shape is the dimensions in a tuple of numbers.
func (v literal) shape() ([]int64, bool) {
	if v.kind != '(' && v.kind != '[' || len(v.items) > maxRank {
		return nil, false
	}
	shape := make([]int64, 0, len(v.items))
	for _, d := range v.items {
		n, err := strconv.ParseInt(d.text, 10, 64)
		if d.kind != 'n' || err != nil || n < 0 {
			return nil, false
		}
		shape = append(shape, n)
	}
	return shape, true
}

// element is the type of an array element: a type string, or a list of
// (name, type[, shape]).
func (v literal) element(depth int) (d dtype, ok bool) {
	switch {
	case v.kind == 's':
		return parseDtype(v.text)
	case v.kind != '[' || depth > maxLiteralDepth:
		return d, false
	}
	for _, field := range v.items {
		if field.kind != '(' || len(field.items) < 2 {
			return d, false
		}
		f, ok := field.items[1].element(depth + 1)
		if !ok {
			return d, false
		}
		n := int64(1)
		if len(field.items) > 2 {
			sub, ok := field.items[2].shape()
			if field.items[2].kind == 'n' { // (name, type, 3)
				sub, ok = literal{kind: '(', items: field.items[2:3]}.shape()
			}
			if n, _ = elements(sub); !ok {
				return d, false
			}
		}
		size, ok := mulSat(f.bytes, n)
		if !ok || d.bytes > 1<<40 || size > 1<<40 {
			return d, false
		}
		d.bytes += size
		d.object = d.object || f.object
	}
	return d, true
}
