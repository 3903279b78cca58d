package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// word is one word of a command with the place where it starts.
type word struct {
	text  string
	raw   string // with the variables as written, "" when there are none
	at    sbom.At
	from  sbom.At    // where the literal stands when it came out of a variable
	known bool       // false when a part of it is not known before run time
	many  []variable // the values of a list or of a loop's variable, which is all of the word
	value sbom.At    // where the literal stands of which all is that follows the first '='
}

func (w word) literal() sbom.At {
	if w.from.Path != "" {
		return w.from
	}
	return w.at
}

type variable struct {
	value string
	at    sbom.At
	many  []variable // of an array, and of what a loop takes from it; value is the first
}

type lexer struct {
	text string
	pos  int
	line int
	bol  int // offset of the first byte of the line
	sh   *shell
	docs []heredoc // opened on this line
}

// heredoc is a text that follows the line of the command it is given to.
type heredoc struct {
	end  string
	tabs bool // <<- takes leading tabs off
	kept bool // NAME=$(cat <<END keeps the text for a shell that is started later
}

func (l *lexer) command() (words []word, more bool) {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case c == '\n':
			l.newline()
			l.bodies(words)
			return words, true
		case strings.HasPrefix(l.text[l.pos:], "<<") && !strings.HasPrefix(l.text[l.pos:], "<<<"):
			l.heredoc()
		case c == '(' && l.pos > 0 && l.text[l.pos-1] == '=' && len(words) > 0:
			l.pos++
			l.array(words[len(words)-1])
			words = words[:len(words)-1]
		case c == ';' || c == '&' || c == '|' || c == '(' || c == ')':
			l.pos++
			return words, true
		case c == '\\' && strings.HasPrefix(l.text[l.pos+1:], "\n"):
			l.pos++
			l.newline()
		case c == '\\' && strings.HasPrefix(l.text[l.pos+1:], "\r\n"):
			l.pos += 2
			l.newline()
		case c == ' ' || c == '\t' || c == '\r':
			l.pos++
		case c == '#':
			if i := strings.IndexByte(l.text[l.pos:], '\n'); i >= 0 {
				l.pos += i
			} else {
				l.pos = len(l.text)
			}
		default:
			w := l.word()
			if len(words) < maxWords {
				words = append(words, w)
			}
		}
	}
	return words, false
}

// heredoc reads << WORD or <<- 'WORD'.
func (l *lexer) heredoc() {
	d := heredoc{kept: strings.HasSuffix(strings.TrimRight(l.text[l.bol:l.pos], " "), "=$(cat")}
	l.pos += 2
	if strings.HasPrefix(l.text[l.pos:], "-") {
		d.tabs = true
		l.pos++
	}
	for l.pos < len(l.text) && (l.text[l.pos] == ' ' || l.text[l.pos] == '\t') {
		l.pos++
	}
	if l.pos < len(l.text) && l.text[l.pos] != '\n' {
		start := l.pos
		for l.pos < len(l.text) && strings.IndexByte(" \t\r\n;&|()<>", l.text[l.pos]) < 0 {
			l.pos++
		}
		d.end = strings.Trim(l.text[start:l.pos], `"'\`)
	}
	if d.end != "" {
		l.docs = append(l.docs, d)
	}
}

// bodies reads the texts of the heredocs of the line that ended.
func (l *lexer) bodies(words []word) {
	docs := l.docs
	l.docs = nil
	for _, d := range docs {
		first, start, bol := l.line, l.pos, l.bol
		found := false
		for l.pos < len(l.text) {
			end := strings.IndexByte(l.text[l.pos:], '\n')
			line, next := l.text[l.pos:], len(l.text)
			if end >= 0 {
				line, next = l.text[l.pos:l.pos+end], l.pos+end+1
			}
			closes := strings.TrimRight(line, "\r ")
			if d.tabs {
				closes = strings.TrimLeft(closes, "\t ")
			}
			if closes == d.end {
				if text := l.text[start:l.pos]; d.kept && len(text) <= maxNestedBytes && l.sh.depth < maxShellDepth {
					l.sh.inner(text, l.sh.place(first))
				} else {
					l.sh.body(words, text, first)
				}
				l.pos = next
				l.line++
				l.bol = l.pos
				found = true
				break
			}
			l.pos = next
			l.line++
			l.bol = l.pos
		}
		if !found { // a shift, or an end that is not there: nothing was a heredoc
			l.pos, l.line, l.bol = start, first, bol
			return
		}
	}
}

func (l *lexer) newline() { l.pos++; l.line++; l.bol = l.pos }

func (l *lexer) word() word {
	at := sbom.At{Path: l.sh.path}
	if l.sh.at != nil {
		at = l.sh.at(l.line)
	}
	if at.Column == 0 {
		at.Column = l.pos - l.bol + 1
	}
	w := word{at: at, known: true}
	var b, raw strings.Builder
	expanded := false
	write := func(s string) {
		b.WriteString(s)
		raw.WriteString(s)
	}
	quote := byte(0)
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		switch {
		case quote == 0 && (strings.IndexByte(" \t\r\n;&|()", c) >= 0 || c == '<' && strings.HasPrefix(l.text[l.pos:], "<<")):
			if c == '<' && strings.HasPrefix(l.text[l.pos:], "<<<") {
				l.pos += 3
				continue
			}
			return w.done(b.String(), raw.String(), expanded)
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && l.pos+1 < len(l.text):
			l.pos++
			if l.text[l.pos] == '\n' {
				if quote != 0 { // keeps the lines of a script inside a word
					write("\n")
				}
				l.newline()
				continue
			}
			write(l.text[l.pos : l.pos+1])
		case c == '$' && quote != '\'':
			start := l.pos
			l.dollar(&b, &w)
			raw.WriteString(l.text[start:l.pos])
			expanded = true
			continue
		case c == '\n':
			write(l.text[l.pos : l.pos+1])
			l.newline()
			continue
		default:
			write(l.text[l.pos : l.pos+1])
		}
		l.pos++
	}
	return w.done(b.String(), raw.String(), expanded)
}

func (w word) done(text, raw string, expanded bool) word {
	w.text = text
	if expanded {
		w.raw = raw
	}
	if len(w.many) > 0 && w.many[0].value != text[strings.IndexByte(text, '=')+1:] && w.many[0].value != text {
		w.many = nil // a part of something longer
	}
	return w
}

// script is the word as a shell that is started with it would read it.
func (w word) script() string {
	if w.raw != "" {
		return w.raw
	}
	return w.text
}

// dollar reads $NAME, ${NAME}, ${NAME:-default}; anything else is not known.
func (l *lexer) dollar(b *strings.Builder, w *word) {
	rest := l.text[l.pos+1:]
	braced := strings.HasPrefix(rest, "{")
	if braced {
		rest = rest[1:]
	}
	n := 0
	for n < len(rest) && (rest[n] == '_' || rest[n] >= '0' && rest[n] <= '9' || rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
		n++
	}
	name, fallback := rest[:n], ""
	l.pos += 1 + n
	if braced {
		end := strings.IndexAny(rest, "}\n")
		if end < 0 || rest[end] == '\n' {
			w.known = false
			b.WriteString("$")
			return
		}
		fallback = strings.TrimLeft(strings.TrimPrefix(rest[n:end], ":"), "-=")
		l.pos = l.pos - n + end + 2
	}
	v, ok := l.sh.vars[name]
	switch {
	case ok && len(v.value) <= maxValueBytes && b.Len() <= maxValueBytes:
		switch written := b.String(); {
		case written == "":
			w.from, w.many = v.at, v.many
		case strings.IndexByte(written, '=') == len(written)-1: // --model=$MODEL
			w.value, w.many = v.at, v.many
		}
		b.WriteString(v.value)
	case fallback != "" && !strings.Contains(fallback, "$"):
		b.WriteString(strings.Trim(fallback, `"'`))
	default:
		w.known = false
		b.WriteString("${" + name + "}")
	}
}

// command reads assignments, flags and fetches of one command.
func (s *shell) command(words []word) {
	for len(words) > 0 && (words[0].text == "export" || words[0].text == "then" || words[0].text == "do" || words[0].text == "sudo" || strings.HasPrefix(words[0].text, "@") && len(words[0].text) == 1) {
		words = words[1:]
	}
	for len(words) > 0 {
		name, value, ok := strings.Cut(words[0].text, "=")
		if !ok || !isVariable(name) {
			break
		}
		s.assign(name, value, words[0])
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	if words[0].text == "echo" || words[0].text == "printf" || s.loop(words) || s.uploads(words) {
		return
	}
	before := len(s.out.References)
	s.fetch(words)
	s.flags(words)
	if words[0].text == "modelscope" {
		s.modelscope(before)
	}
	s.nested(words)
}
