package weights

import (
	"strings"
	"unicode/utf8"
)

type tokenKind int

const (
	tokOp tokenKind = iota
	tokName
	tokString
	tokNumber
)

type token struct {
	kind tokenKind
	text string // decoded for a string
}

// maxJinjaTokens bounds the tokens of one template: the longest seen has some 6,000.
const maxJinjaTokens = 1 << 20

// lexJinja cuts a template into its tags (Jinja documentation, "Synopsis"): each is a
// list of tokens that begins with "{" for an expression and "%" for a statement. Text,
// comments and raw blocks are left out.
func lexJinja(text string) [][]token {
	var tags [][]token
	total := 0
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 || open+1 >= len(text) || total > maxJinjaTokens {
			return tags
		}
		kind := text[open+1]
		switch kind {
		case '#':
			end := strings.Index(text[open+2:], "#}")
			if end < 0 {
				return tags
			}
			text = text[open+2+end+2:]
			continue
		case '{', '%':
			l := &jinjaLexer{text: text[open+2:], closing: "}}"}
			if kind == '%' {
				l.closing = "%}"
			}
			tag := l.tag(token{kind: tokOp, text: string(kind)})
			total += len(tag)
			tags = append(tags, tag)
			text = text[open+2+l.pos:]
			if len(tag) == 2 && kind == '%' && tag[1].text == "raw" {
				text = afterRaw(text)
			}
		default:
			text = text[open+1:]
		}
	}
}

// afterRaw is what follows {% endraw %}; a block that is not closed hides nothing.
func afterRaw(text string) string {
	for rest, skipped := text, 0; ; {
		i := strings.Index(rest, "{%")
		if i < 0 {
			return text
		}
		after := strings.TrimLeft(rest[i+2:], "-+ \t\r\n")
		if strings.HasPrefix(after, "endraw") {
			if end := strings.Index(after, "%}"); end >= 0 {
				return after[end+2:]
			}
			return text
		}
		skipped += i + 2
		rest = text[skipped:]
	}
}

type jinjaLexer struct {
	text    string
	pos     int
	closing string
	depth   int // open brackets: a closing "}}" inside them closes dictionaries
}

// tag reads the tokens of one tag up to its end or the end of the template.
func (l *jinjaLexer) tag(first token) []token {
	out := []token{first}
	if l.pos < len(l.text) && (l.text[l.pos] == '-' || l.text[l.pos] == '+') {
		l.pos++ // white space control, not a sign
	}
	for l.pos < len(l.text) && len(out) < maxJinjaTokens {
		c := l.text[l.pos]
		rest := l.text[l.pos:]
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			l.pos++
		case l.depth == 0 && strings.HasPrefix(rest, l.closing):
			l.pos += 2
			return out
		case l.depth == 0 && (c == '-' || c == '+') && strings.HasPrefix(rest[1:], l.closing):
			l.pos += 3
			return out
		case c == '"' || c == '\'':
			out = append(out, token{tokString, l.str(c)})
		case isNameByte(c) && (c < '0' || c > '9'):
			out = append(out, token{tokName, l.run(isNameByte)})
		case c >= '0' && c <= '9':
			out = append(out, token{tokNumber, l.run(func(c byte) bool { return isNameByte(c) })})
		default:
			out = append(out, token{tokOp, l.op(rest)})
		}
	}
	return out
}

func (l *jinjaLexer) op(rest string) string {
	for _, two := range [...]string{"**", "//", "==", "!=", "<=", ">="} {
		if strings.HasPrefix(rest, two) {
			l.pos += 2
			return two
		}
	}
	switch rest[0] {
	case '(', '[', '{':
		l.depth++
	case ')', ']', '}':
		l.depth = max(0, l.depth-1)
	}
	l.pos++
	return rest[:1]
}

func (l *jinjaLexer) run(ok func(byte) bool) string {
	start := l.pos
	for l.pos < len(l.text) && ok(l.text[l.pos]) {
		l.pos++
	}
	return l.text[start:l.pos]
}

func isNameByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// str reads a string and decodes its escapes as Jinja does (jinja2/lexer.py, wrap:
// "unicode-escape").
func (l *jinjaLexer) str(quote byte) string {
	l.pos++
	var b strings.Builder
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		switch {
		case c == quote:
			l.pos++
			return b.String()
		case c == '\\' && l.pos+1 < len(l.text):
			l.pos++
			l.escape(&b)
		default:
			b.WriteByte(c)
			l.pos++
		}
	}
	return b.String()
}

var simpleEscapes = map[byte]string{
	'n': "\n", 't': "\t", 'r': "\r", 'a': "\a", 'b': "\b", 'f': "\f", 'v': "\v", '\n': "", '\\': `\`, '\'': "'", '"': `"`,
}

func (l *jinjaLexer) escape(b *strings.Builder) {
	c := l.text[l.pos]
	l.pos++
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	switch {
	case digits > 0:
		l.number(b, l.text[l.pos:min(len(l.text), l.pos+digits)], 16, digits)
	case c >= '0' && c <= '7':
		l.pos--
		n := 1
		for n < 3 && l.pos+n < len(l.text) && l.text[l.pos+n] >= '0' && l.text[l.pos+n] <= '7' {
			n++
		}
		l.number(b, l.text[l.pos:l.pos+n], 8, n)
	case c == 'N' && strings.HasPrefix(l.text[l.pos:], "{"):
		end := strings.IndexByte(l.text[l.pos:], '}')
		if end < 0 {
			return
		}
		if strings.EqualFold(l.text[l.pos+1:l.pos+end], "LOW LINE") {
			b.WriteByte('_')
		}
		l.pos += end + 1
	default:
		if s, ok := simpleEscapes[c]; ok {
			b.WriteString(s)
			return
		}
		b.WriteByte('\\')
		b.WriteByte(c)
	}
}

func (l *jinjaLexer) number(b *strings.Builder, text string, base, digits int) {
	var v rune
	for i := range len(text) {
		d := strings.IndexByte("0123456789abcdef", text[i]|0x20)
		if text[i] >= '0' && text[i] <= '9' {
			d = int(text[i] - '0')
		}
		if d < 0 || d >= base || v > utf8.MaxRune {
			return
		}
		v = v*rune(base) + rune(d)
	}
	if len(text) == digits && v <= utf8.MaxRune {
		b.WriteRune(v)
		l.pos += digits
	}
}
