package tree

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// JSON parses one JSON document (RFC 8259) with positions. A byte order mark and
// trailing white space are accepted, trailing values are an error. What was read
// before an error is not returned.
func JSON(data []byte) (*Node, error) {
	p := &jsonParser{data: data, line: 1}
	if len(data) >= 3 && string(data[:3]) == "\xef\xbb\xbf" {
		p.pos, p.lineStart = 3, 3
	}
	n, err := p.value("", 0)
	if err != nil {
		return nil, err
	}
	p.space()
	if p.pos < len(p.data) {
		return nil, p.fail("unexpected text after the document")
	}
	return n, nil
}

type jsonParser struct {
	data      []byte
	pos       int
	line      int
	lineStart int
	budget    budget
}

func (p *jsonParser) fail(format string, args ...any) error {
	return &Error{Line: p.line, Reason: fmt.Sprintf(format, args...)}
}

func (p *jsonParser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case '\n':
			p.line++
			p.lineStart = p.pos + 1
		case ' ', '\t', '\r':
		default:
			return
		}
		p.pos++
	}
}

func (p *jsonParser) value(pointer string, depth int) (*Node, error) {
	p.space()
	if err := p.budget.take(depth, p.line); err != nil {
		return nil, err
	}
	if p.pos >= len(p.data) {
		return nil, p.fail("document ends where a value is expected")
	}
	n := &Node{Line: p.line, Column: p.pos - p.lineStart + 1, Pointer: pointer}
	var err error
	switch c := p.data[p.pos]; {
	case c == '{':
		err = p.object(n, depth)
	case c == '[':
		err = p.array(n, depth)
	case c == '"':
		n.Kind = String
		n.Text, err = p.str()
	default:
		err = p.literal(n)
	}
	return n, err
}

func (p *jsonParser) object(n *Node, depth int) error {
	n.Kind = Map
	p.pos++
	for first := true; ; first = false {
		p.space()
		if done, err := p.separator('}', first); done || err != nil {
			return err
		}
		p.space()
		if p.pos >= len(p.data) || p.data[p.pos] != '"' {
			return p.fail("object key expected")
		}
		pair := Pair{Line: p.line, Column: p.pos - p.lineStart + 1}
		var err error
		if pair.Key, err = p.str(); err != nil {
			return err
		}
		p.space()
		if p.pos >= len(p.data) || p.data[p.pos] != ':' {
			return p.fail("':' expected after key %q", pair.Key)
		}
		p.pos++
		if pair.Value, err = p.value(n.Pointer+"/"+escape(pair.Key), depth+1); err != nil {
			return err
		}
		n.Pairs = append(n.Pairs, pair)
	}
}

func (p *jsonParser) array(n *Node, depth int) error {
	n.Kind = List
	p.pos++
	for first := true; ; first = false {
		p.space()
		if done, err := p.separator(']', first); done || err != nil {
			return err
		}
		item, err := p.value(n.Pointer+"/"+strconv.Itoa(len(n.Items)), depth+1)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, item)
	}
}

// separator consumes the closing byte or the comma before a further entry.
func (p *jsonParser) separator(closing byte, first bool) (done bool, err error) {
	if p.pos >= len(p.data) {
		return false, p.fail("document ends before %q", closing)
	}
	if p.data[p.pos] == closing {
		p.pos++
		return true, nil
	}
	if first {
		return false, nil
	}
	if p.data[p.pos] != ',' {
		return false, p.fail("',' or %q expected", closing)
	}
	p.pos++
	return false, nil
}

func (p *jsonParser) str() (string, error) {
	start := p.pos
	plain := true
	for i := p.pos + 1; i < len(p.data); i++ {
		switch c := p.data[i]; {
		case c == '\\':
			plain = false
			i++
		case c == '"':
			raw := p.data[start : i+1]
			p.pos = i + 1
			if plain && utf8.Valid(raw) {
				return string(raw[1 : len(raw)-1]), nil
			}
			var s string
			if err := json.Unmarshal(raw, &s); err != nil {
				return "", p.fail("string: %v", err)
			}
			return s, nil
		case c < 0x20:
			return "", p.fail("control character in string")
		}
	}
	return "", p.fail("document ends inside a string")
}

func (p *jsonParser) literal(n *Node) error {
	start := p.pos
	for p.pos < len(p.data) && !jsonEnd(p.data[p.pos]) {
		p.pos++
	}
	n.Text = string(p.data[start:p.pos])
	switch n.Text {
	case "true", "false":
		n.Kind = Bool
	case "null":
		n.Kind = Null
	case "NaN", "Infinity", "-Infinity": // Python's json module writes them
		n.Kind = Number
	default:
		if !json.Valid(p.data[start:p.pos]) {
			return p.fail("unexpected %.20q", p.data[start:min(len(p.data), start+20)])
		}
		n.Kind = Number
	}
	return nil
}

func jsonEnd(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ',', ']', '}', ':', '"', '{', '[':
		return true
	}
	return false
}
