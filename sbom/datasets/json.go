package datasets

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// maxDepth bounds the nesting of one row; encoding/json stops at 10,000, and no
	// data set is read back from deeper than a few.
	maxDepth = 64
	// maxFields bounds the leaves of one row: a row of 100,000 values is a matrix.
	maxFields = 1 << 17
)

var (
	errDepth  = fmt.Errorf("nested deeper than maxDepth (%d)", maxDepth)
	errFields = fmt.Errorf("more than maxFields (%d) values in one row", maxFields)
	errEnd    = errors.New("ends in the middle of a value")
)

// jsonParser flattens one JSON value (RFC 8259) into the fields of a row: an object
// member adds ".name" to the column, a list "[]". It is strict where encoding/json is.
type jsonParser struct {
	schema *schema
	row    *row
	src    []byte
	pos    int
	path   []byte
	depth  int
}

// parse reads src, which must hold one value and nothing else.
func (p *jsonParser) parse(src []byte, r *row) error {
	p.src, p.pos, p.row, p.path, p.depth = src, 0, r, p.path[:0], 0
	p.schema.next = 0
	p.space()
	if err := p.value(0); err != nil {
		return err
	}
	p.space()
	if p.pos != len(p.src) {
		return errors.New("has something after its value")
	}
	return nil
}

func (p *jsonParser) space() {
	for p.pos < len(p.src) {
		switch p.src[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *jsonParser) value(item int) error {
	if p.pos >= len(p.src) {
		return errEnd
	}
	switch c := p.src[p.pos]; {
	case c == '"':
		s, err := p.string()
		if err != nil {
			return err
		}
		return p.leaf(item, kindString, s)
	case c == '{':
		return p.object(item)
	case c == '[':
		return p.list(item)
	case c == 't':
		return p.word("true", item, kindBool)
	case c == 'f':
		return p.word("false", item, kindBool)
	case c == 'n':
		return p.word("null", item, kindNull)
	case c == '-' || c >= '0' && c <= '9':
		return p.number(item)
	}
	return fmt.Errorf("unexpected %q", p.src[p.pos])
}

func (p *jsonParser) leaf(item int, k kind, text []byte) error {
	if len(p.row.fields) >= maxFields {
		return errFields
	}
	p.row.fields = append(p.row.fields, field{column: p.schema.column(p.path), item: item, kind: k, text: text})
	return nil
}

func (p *jsonParser) word(word string, item int, k kind) error {
	if !bytes.HasPrefix(p.src[p.pos:], []byte(word)) {
		return fmt.Errorf("unexpected %q", p.src[p.pos])
	}
	start := p.pos
	p.pos += len(word)
	return p.leaf(item, k, p.src[start:p.pos])
}

func (p *jsonParser) object(item int) error {
	if p.depth++; p.depth > maxDepth {
		return errDepth
	}
	p.pos++
	p.space()
	outer := len(p.path)
	for first := true; ; first = false {
		if p.pos >= len(p.src) {
			return errEnd
		}
		if p.src[p.pos] == '}' && first {
			p.pos++
			p.depth--
			return p.leaf(item, kindObject, nil)
		}
		if p.src[p.pos] != '"' {
			return fmt.Errorf("unexpected %q where a name is due", p.src[p.pos])
		}
		name, err := p.string()
		if err != nil {
			return err
		}
		if outer > 0 {
			p.path = append(p.path, '.')
		}
		p.path = append(p.path, name...)
		if err := p.punct(':'); err != nil {
			return err
		}
		p.space()
		if err := p.value(item); err != nil {
			return err
		}
		p.path = p.path[:outer]
		p.space()
		if p.pos < len(p.src) && p.src[p.pos] == '}' {
			p.pos++
			p.depth--
			return nil
		}
		if err := p.punct(','); err != nil {
			return err
		}
		p.space()
	}
}

func (p *jsonParser) list(item int) error {
	if p.depth++; p.depth > maxDepth {
		return errDepth
	}
	p.pos++
	p.space()
	outer := len(p.path)
	p.path = append(p.path, "[]"...)
	if p.pos < len(p.src) && p.src[p.pos] == ']' {
		p.pos++
		p.depth--
		p.path = p.path[:outer]
		return p.leaf(item, kindList, nil)
	}
	for i := 0; ; i++ {
		if err := p.value(i); err != nil {
			return err
		}
		p.space()
		if p.pos < len(p.src) && p.src[p.pos] == ']' {
			p.pos++
			p.depth--
			p.path = p.path[:outer]
			return nil
		}
		if err := p.punct(','); err != nil {
			return err
		}
		p.space()
	}
}

func (p *jsonParser) punct(c byte) error {
	p.space()
	if p.pos >= len(p.src) {
		return errEnd
	}
	if p.src[p.pos] != c {
		return fmt.Errorf("unexpected %q where %q is due", p.src[p.pos], c)
	}
	p.pos++
	return nil
}

// number reads a number as RFC 8259, section 6, has it.
func (p *jsonParser) number(item int) error {
	start, k := p.pos, kindInt
	digits := func() bool {
		from := p.pos
		for p.pos < len(p.src) && p.src[p.pos] >= '0' && p.src[p.pos] <= '9' {
			p.pos++
		}
		return p.pos > from
	}
	if p.src[p.pos] == '-' {
		p.pos++
	}
	if p.pos < len(p.src) && p.src[p.pos] == '0' {
		p.pos++
	} else if !digits() {
		return errors.New("malformed number")
	}
	if p.pos < len(p.src) && p.src[p.pos] == '.' {
		k = kindFloat
		p.pos++
		if !digits() {
			return errors.New("malformed number")
		}
	}
	if p.pos < len(p.src) && p.src[p.pos]|0x20 == 'e' {
		k = kindFloat
		p.pos++
		if p.pos < len(p.src) && (p.src[p.pos] == '+' || p.src[p.pos] == '-') {
			p.pos++
		}
		if !digits() {
			return errors.New("malformed number")
		}
	}
	return p.leaf(item, k, p.src[start:p.pos])
}

// plain tells the bytes that a string may hold as they are.
var plain = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= 0x20 && i != '"' && i != '\\'
	}
	return t
}()

// string reads the string at pos. A string without escapes is a slice of the source.
func (p *jsonParser) string() ([]byte, error) {
	p.pos++
	start, i, src := p.pos, p.pos, p.src
	for i < len(src) && plain[src[i]] {
		i++
	}
	if i < len(src) && src[i] == '"' {
		p.pos = i + 1
		return src[start:i], nil
	}
	p.pos = i
	return p.escaped(start)
}

// escaped reads on behind the first escape of a string into the arena of the row.
func (p *jsonParser) escaped(start int) ([]byte, error) {
	from := len(p.row.arena)
	buf := append(p.row.arena, p.src[start:p.pos]...)
	for p.pos < len(p.src) {
		c := p.src[p.pos]
		switch {
		case c == '"':
			p.pos++
			p.row.arena = buf
			return buf[from:len(buf):len(buf)], nil
		case c < 0x20:
			return nil, fmt.Errorf("control character %#02x in a string", c)
		case c != '\\':
			run := p.pos
			for p.pos < len(p.src) && plain[p.src[p.pos]] {
				p.pos++
			}
			buf = append(buf, p.src[run:p.pos]...)
		default:
			var err error
			if buf, err = p.escape(buf); err != nil {
				return nil, err
			}
		}
	}
	return nil, errEnd
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

func (p *jsonParser) escape(buf []byte) ([]byte, error) {
	if p.pos+1 >= len(p.src) {
		return nil, errEnd
	}
	c := p.src[p.pos+1]
	switch c {
	case 'n':
		p.pos += 2
		return append(buf, '\n'), nil
	case '"':
		p.pos += 2
		return append(buf, '"'), nil
	case 'u':
		r, err := p.unicode()
		if err != nil {
			return nil, err
		}
		return utf8.AppendRune(buf, r), nil
	}
	b, ok := escapes[c]
	if !ok {
		return nil, fmt.Errorf("unknown escape \\%c", c)
	}
	p.pos += 2
	return append(buf, b), nil
}

// unicode reads \uXXXX, and the second half when it is a surrogate pair.
func (p *jsonParser) unicode() (rune, error) {
	r, err := p.hex4(p.pos)
	if err != nil {
		return 0, err
	}
	p.pos += 6
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if p.pos+1 < len(p.src) && p.src[p.pos] == '\\' && p.src[p.pos+1] == 'u' {
		low, err := p.hex4(p.pos)
		if err != nil {
			return 0, err
		}
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			p.pos += 6
			return pair, nil
		}
	}
	return utf8.RuneError, nil
}

func (p *jsonParser) hex4(at int) (rune, error) {
	if at+6 > len(p.src) {
		return 0, errEnd
	}
	var r rune
	for _, c := range p.src[at+2 : at+6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, errors.New("malformed \\u escape")
		}
	}
	return r, nil
}
