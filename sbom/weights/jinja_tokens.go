package weights

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// jinjaToken is a token of a template (jinja2/lexer.py). Its kind is "name", "number",
// "string", "data", "end", or the text of an operator or a delimiter.
type jinjaToken struct {
	kind string
	text string
	line int
}

// jinjaFault is why a template is none, with the line in it.
type jinjaFault struct {
	line   int
	reason string
}

func (f *jinjaFault) Error() string { return fmt.Sprintf("line %d: %s", f.line, f.reason) }

// jinjaTokens cuts a template into tokens as Jinja does. Where lexJinja goes on behind an
// error, so that nothing hides behind one, this stops: the template is none.
type jinjaTokens struct {
	text  string
	pos   int
	line  int
	open  []byte // brackets
	out   []jinjaToken
	fault *jinjaFault
}

func (t *jinjaTokens) fail(format string, args ...any) {
	if t.fault == nil {
		t.fault = &jinjaFault{line: t.line, reason: fmt.Sprintf(format, args...)}
	}
}

func (t *jinjaTokens) add(kind, text string) {
	t.out = append(t.out, jinjaToken{kind: kind, text: text, line: t.line})
}

// pass goes on behind n bytes.
func (t *jinjaTokens) pass(n int) {
	t.line += strings.Count(t.text[t.pos:t.pos+n], "\n")
	t.pos += n
}

func (t *jinjaTokens) rest() string { return t.text[t.pos:] }

// run cuts the whole template.
func (t *jinjaTokens) run() {
	for t.fault == nil && len(t.out) < maxJinjaTokens {
		rest := t.rest()
		i := 0
		for i < len(rest) && !(rest[i] == '{' && i+1 < len(rest) && strings.IndexByte("{%#", rest[i+1]) >= 0) {
			i++
		}
		if i > 0 {
			t.add("data", "")
			t.stray(rest[:i])
			t.pass(i)
		}
		if t.pos >= len(t.text) {
			break
		}
		switch rest = t.rest(); {
		case rest[1] == '#':
			end := strings.Index(rest[2:], "#}")
			if end < 0 {
				t.fail("the comment has no end")
				return
			}
			t.pass(2 + end + 2)
		case rest[1] == '%' && t.raw():
		default:
			t.add(rest[:2], "")
			t.pass(2)
			if t.pos < len(t.text) && strings.IndexByte("-+", t.text[t.pos]) >= 0 {
				t.pass(1)
			}
			t.tag(map[byte]string{'{': "}}", '%': "%}"}[rest[1]])
		}
	}
	t.add("end", "")
}

// stray finds the end of a tag in the text between tags, whose start is missing. Jinja
// prints it, which no writer of a template means; "}}" alone also ends JSON.
func (t *jinjaTokens) stray(data string) {
	for _, end := range [...]string{"%}", "-}}", "#}"} {
		if i := strings.Index(data, end); i >= 0 {
			t.line += strings.Count(data[:i], "\n")
			t.fail("%q ends no tag", end)
			return
		}
	}
}

// raw passes a block whose text is taken as it is.
func (t *jinjaTokens) raw() bool {
	rest := t.rest()
	n, ok := jinjaWord(rest, "raw")
	if !ok {
		return false
	}
	for i := n; i < len(rest); i++ {
		if m, ok := jinjaWord(rest[i:], "endraw"); ok {
			t.pass(i + m)
			return true
		}
	}
	t.fail("the raw block has no end")
	return true
}

// jinjaWord tells how long a tag of one word is, when the text begins with it.
func jinjaWord(text, word string) (n int, ok bool) {
	if !strings.HasPrefix(text, "{%") {
		return 0, false
	}
	s := strings.TrimLeft(text[2:], "-+")
	s = strings.TrimLeft(s, " \t\r\n")
	s, ok = strings.CutPrefix(s, word)
	if !ok {
		return 0, false
	}
	s = strings.TrimLeft(s, " \t\r\n")
	s = strings.TrimLeft(s, "-+")
	if s, ok = strings.CutPrefix(s, "%}"); !ok {
		return 0, false
	}
	return len(text) - len(s), true
}

// tag cuts the inside of a tag up to its end.
func (t *jinjaTokens) tag(closing string) {
	opened := t.line
	for t.open = t.open[:0]; t.fault == nil; {
		rest := t.rest()
		if rest == "" {
			t.line = opened
			t.fail("the tag has no end %q", closing)
			return
		}
		if len(t.open) == 0 {
			end := rest
			if rest[0] == '-' || rest[0] == '+' && closing == "%}" {
				end = rest[1:]
			}
			if strings.HasPrefix(end, closing) {
				t.add(closing, "")
				t.pass(len(rest) - len(end) + 2)
				return
			}
		}
		t.token(rest)
	}
}

// token cuts one token.
func (t *jinjaTokens) token(rest string) {
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case unicode.IsSpace(r):
		t.pass(size)
	case r >= '0' && r <= '9':
		n := jinjaNumber(rest)
		t.add("number", rest[:n])
		t.pass(n)
	case r == '_' || unicode.IsLetter(r):
		n := 0
		for _, c := range rest {
			if c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.Is(unicode.Mn, c) && !unicode.Is(unicode.Mc, c) {
				break
			}
			n += utf8.RuneLen(c)
		}
		t.add("name", rest[:n])
		t.pass(n)
	case r == '"' || r == '\'':
		n := 1
		for ; n < len(rest) && rest[n] != byte(r); n++ {
			if rest[n] == '\\' {
				n++
			}
		}
		if n >= len(rest) {
			t.fail("the string has no end")
			return
		}
		t.add("string", "")
		t.pass(n + 1)
	default:
		t.operator(rest, r)
	}
}

// jinjaNumber is how long a number is.
func jinjaNumber(s string) int {
	digits := func(n int) int {
		for n < len(s) && (s[n] >= '0' && s[n] <= '9' || s[n] == '_') {
			n++
		}
		return n
	}
	n := digits(0)
	if n == 1 && s[0] == '0' && len(s) > 2 && strings.IndexByte("xXoObB", s[1]) >= 0 {
		for n = 2; n < len(s) && (s[n] == '_' || s[n] >= '0' && s[n] <= '9' || s[n]|0x20 >= 'a' && s[n]|0x20 <= 'f'); n++ {
		}
		return n
	}
	if n+1 < len(s) && s[n] == '.' && s[n+1] >= '0' && s[n+1] <= '9' {
		n = digits(n + 1)
	}
	if n+1 < len(s) && s[n]|0x20 == 'e' {
		m := n + 1
		if s[m] == '+' || s[m] == '-' {
			m++
		}
		if end := digits(m); end > m {
			n = end
		}
	}
	return n
}

var jinjaPairs = map[byte]byte{')': '(', ']': '[', '}': '{'}

func (t *jinjaTokens) operator(rest string, r rune) {
	for _, two := range [...]string{"**", "//", "==", "!=", "<=", ">="} {
		if strings.HasPrefix(rest, two) {
			t.add(two, "")
			t.pass(2)
			return
		}
	}
	if !strings.ContainsRune("+-/*%~[](){}<>=.:|,;", r) {
		t.fail("character %q is none of an expression", r)
		return
	}
	c := rest[0]
	switch c {
	case '(', '[', '{':
		t.open = append(t.open, c)
	case ')', ']', '}':
		if n := len(t.open); n == 0 || t.open[n-1] != jinjaPairs[c] {
			t.fail("%q closes nothing", string(c))
			return
		}
		t.open = t.open[:len(t.open)-1]
	}
	t.add(string(c), "")
	t.pass(1)
}
