package python

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxFieldDepth bounds f-strings nested in f-strings; CPython 3.12 stops at 150,
	// people at 3.
	maxFieldDepth = 20
	// maxFailedScans is after how many unterminated f-strings of a file the nested form
	// is no longer tried, which keeps a hostile file linear.
	maxFailedScans = 64
)

// stringScanner finds the end of string literals. It remembers what failed, so that a
// file full of unterminated literals costs no more than one pass each.
type stringScanner struct {
	size   Pos // of the whole text; a replacement field is scanned in a part of it
	failed int
	// noTriple[q] is set when no closing triple quote of that kind exists after it.
	noTriple [2]Pos
}

// isPrefix tells the prefixes of string literals: r, b, u, f, t and their pairs.
func isPrefix(s string) bool {
	switch len(s) {
	case 1:
		return strings.IndexByte("rRbBuUfFtT", s[0]) >= 0
	case 2:
		a, b := s[0]|0x20, s[1]|0x20
		if b == 'r' {
			a, b = b, a
		}
		return a == 'r' && (b == 'b' || b == 'f' || b == 't' || b == 'u')
	}
	return false
}

// literal is the shape of a string literal.
type literal struct {
	raw, bytes, format, template, triple bool

	quote      byte
	body, stop Pos // content
}

// shape reads prefix and quotes of the literal at from.
func shape(src string, from Pos) literal {
	var l literal
	i := from
	for ; src[i] != '"' && src[i] != '\''; i++ {
		switch src[i] | 0x20 {
		case 'r':
			l.raw = true
		case 'b':
			l.bytes = true
		case 'f':
			l.format = true
		case 't':
			l.format, l.template = true, true
		}
	}
	l.quote = src[i]
	l.body = i + 1
	if strings.HasPrefix(src[i+1:], src[i:i+1]+src[i:i+1]) {
		l.triple = true
		l.body = i + 3
	}
	return l
}

// scan returns the end of the literal at from. When the literal has no end it returns
// the end of its line (or of its opening quotes, for a triple one) and false.
func (s *stringScanner) scan(src string, from Pos) (Pos, bool) {
	l := shape(src, from)
	if l.format && s.failed < maxFailedScans {
		if to, ok := s.format(src, l, 0); ok {
			return to, true
		}
		s.failed++
	}
	return s.plain(src, l)
}

// plain finds the closing quote without looking into replacement fields.
func (s *stringScanner) plain(src string, l literal) (Pos, bool) {
	q := 0
	if l.quote == '"' {
		q = 1
	}
	if l.triple && s.noTriple[q] > 0 && l.body >= s.noTriple[q] {
		return l.body, false
	}
	n := Pos(len(src))
	for i := l.body; i < n; i++ {
		switch c := src[i]; {
		case c == '\\':
			i++
			if i+1 < n && src[i] == '\r' && src[i+1] == '\n' {
				i++
			}
		case c == l.quote && !l.triple:
			return i + 1, true
		case c == l.quote && i+2 < n && src[i+1] == c && src[i+2] == c:
			return i + 3, true
		case (c == '\n' || c == '\r') && !l.triple:
			return i, false
		}
	}
	if l.triple {
		if n == s.size {
			s.noTriple[q] = l.body
		}
		return l.body, false
	}
	return n, false
}

// format finds the end of an f-string or t-string (PEP 701): quotes inside a
// replacement field belong to the field.
func (s *stringScanner) format(src string, l literal, depth int) (Pos, bool) {
	n := Pos(len(src))
	for i := l.body; i < n; {
		switch c := src[i]; {
		case c == '\\':
			i = afterEscape(src, i, l.raw)
		case c == '{' && i+1 < n && src[i+1] == '{':
			i += 2
		case c == '{':
			to, ok := s.field(src, i, l, depth)
			if !ok {
				return 0, false
			}
			i = to
		case c == l.quote && !l.triple:
			return i + 1, true
		case c == l.quote && i+2 < n && src[i+1] == c && src[i+2] == c:
			return i + 3, true
		case (c == '\n' || c == '\r') && !l.triple:
			return 0, false
		default:
			i++
		}
	}
	return 0, false
}

// afterEscape is the position after a backslash sequence of an f-string. A backslash
// does not hide a replacement field, but \N{NAME} is none.
func afterEscape(src string, i Pos, raw bool) Pos {
	n := Pos(len(src))
	if i+1 >= n {
		return n
	}
	switch src[i+1] {
	case '{', '}':
		return i + 1
	case 'N':
		if !raw && i+2 < n && src[i+2] == '{' {
			if end := strings.IndexByte(src[i:min(i+100, n)], '}'); end > 0 { // longest Unicode name: 88
				return i + Pos(end) + 1
			}
		}
	case '\r':
		if i+2 < n && src[i+2] == '\n' {
			return i + 3
		}
	}
	return i + 2
}

// field returns the end of the replacement field at i, which is on "{".
func (s *stringScanner) field(src string, i Pos, l literal, depth int) (Pos, bool) {
	_, to, ok := s.fieldParts(src, i, l, depth)
	return to, ok
}

// fieldParts returns where the expression of the field at i ends (on "!", ":" or "}")
// and where the field ends.
func (s *stringScanner) fieldParts(src string, i Pos, l literal, depth int) (expr, to Pos, ok bool) {
	if depth >= maxFieldDepth {
		return 0, 0, false
	}
	expr, ok = s.expression(src, i+1, depth)
	if !ok {
		return 0, 0, false
	}
	n := Pos(len(src))
	i = expr
	if src[i] == '!' {
		for i++; i < n && (isNamePart(src[i]) || src[i] == ' '); i++ {
		}
	}
	if i < n && src[i] == ':' {
		i, ok = s.spec(src, i+1, l, depth)
		if !ok {
			return 0, 0, false
		}
	}
	if i >= n || src[i] != '}' {
		return 0, 0, false
	}
	return expr, i + 1, true
}

// spec returns the position of the "}" that ends a format specification.
func (s *stringScanner) spec(src string, i Pos, l literal, depth int) (Pos, bool) {
	n := Pos(len(src))
	for i < n {
		switch c := src[i]; {
		case c == '}':
			return i, true
		case c == '{':
			to, ok := s.field(src, i, l, depth+1)
			if !ok {
				return 0, false
			}
			i = to
		case c == l.quote && (!l.triple || strings.HasPrefix(src[i:], strings.Repeat(string(c), 3))):
			return 0, false
		case (c == '\n' || c == '\r') && !l.triple:
			return 0, false
		default:
			i++
		}
	}
	return 0, false
}

// expression returns the position of the "!", ":" or "}" that ends the expression.
func (s *stringScanner) expression(src string, i Pos, depth int) (Pos, bool) {
	n := Pos(len(src))
	brackets := 0
	for i < n {
		c := src[i]
		switch c {
		case '(', '[', '{':
			brackets++
		case ')', ']':
			if brackets--; brackets < 0 {
				return 0, false
			}
		case '}':
			if brackets == 0 {
				return i, true
			}
			brackets--
		case ':':
			if brackets == 0 {
				return i, true
			}
		case '!':
			if i+1 < n && src[i+1] == '=' {
				i++
			} else if brackets == 0 {
				return i, true
			}
		case '#':
			for i+1 < n && src[i+1] != '\n' {
				i++
			}
		case '"', '\'':
			to, ok := s.nested(src, i, depth)
			if !ok {
				return 0, false
			}
			i = to - 1
		}
		i++
	}
	return 0, false
}

// nested skips a string literal inside a replacement field; its prefix lies before i.
func (s *stringScanner) nested(src string, i Pos, depth int) (Pos, bool) {
	from := i
	for from > 0 && i-from < 2 && isNameStart(src[from-1]) {
		from--
	}
	if from < i && (from > 0 && isNamePart(src[from-1]) || !isPrefix(src[from:i])) {
		from = i
	}
	l := shape(src, from)
	if l.format {
		return s.format(src, l, depth+1)
	}
	return s.plain(src, l)
}

// decode turns the content of a literal into its value. Escapes that are wrong stay as
// written, as CPython keeps unknown ones.
func decode(s string, l literal) string {
	if l.raw || strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 >= len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		i += escape(&b, s[i:], l.bytes)
	}
	return b.String()
}

// simpleEscapes are the one-character escapes of the language reference, 2.4.1.
var simpleEscapes = map[byte]byte{
	'\\': '\\', '\'': '\'', '"': '"', 'a': 7, 'b': 8, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11,
}

// escape writes the value of the escape at the start of s and returns its length.
func escape(b *strings.Builder, s string, isBytes bool) int {
	c := s[1]
	if v, ok := simpleEscapes[c]; ok {
		b.WriteByte(v)
		return 2
	}
	switch {
	case c == '\n':
		return 2
	case c == '\r':
		if len(s) > 2 && s[2] == '\n' {
			return 3
		}
		return 2
	case c >= '0' && c <= '7':
		n := 2
		for n < len(s) && n < 4 && s[n] >= '0' && s[n] <= '7' {
			n++
		}
		v, _ := strconv.ParseUint(s[1:n], 8, 16)
		writeCode(b, rune(v), isBytes)
		return n
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if digits > 0 && len(s) >= 2+digits && (c == 'x' || !isBytes) {
		if v, err := strconv.ParseUint(s[2:2+digits], 16, 32); err == nil && v <= utf8.MaxRune {
			writeCode(b, rune(v), isBytes)
			return 2 + digits
		}
	}
	b.WriteString(s[:2])
	return 2
}

func writeCode(b *strings.Builder, r rune, isBytes bool) {
	if isBytes {
		b.WriteByte(byte(r))
		return
	}
	b.WriteRune(r)
}
