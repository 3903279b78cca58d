package python

const (
	// tabSize is the column a tab advances to, as in CPython's tokenizer.
	tabSize = 8
	// maxIndents is CPython's MAXINDENT (Parser/tokenizer.h) with room to spare.
	maxIndents = 200
)

// lexer produces tokens on demand. It is copied to look ahead.
type lexer struct {
	src     string
	pos     Pos
	end     Pos
	depth   int   // of open brackets; newlines are white space inside
	bol     bool  // at the beginning of a logical line
	dedents int   // still to be emitted
	indents []int // columns of open blocks, without the 0 of the module
	done    bool  // NEWLINE before EOF was emitted
	field   bool  // inside a replacement field of an f-string

	strings *stringScanner
	// multi holds the ends of multi-line strings of the current statement, so that
	// recovery never restarts inside one.
	multi []token
}

func (l *lexer) byte(i Pos) byte {
	if i < l.end {
		return l.src[i]
	}
	return 0
}

// next returns the next token.
func (l *lexer) next() token {
	if l.bol && !l.field {
		if t, ok := l.indentation(); ok {
			return t
		}
	}
	l.skipSpace()
	if l.pos >= l.end {
		return l.eof()
	}
	from := l.pos
	c := l.src[from]
	switch {
	case c == '\n' || c == '\r':
		l.newline()
		l.bol = true
		return token{tNewline, from, l.pos}
	case isNameStart(c):
		return l.name()
	case c >= '0' && c <= '9', c == '.' && isDigit(l.byte(from+1)):
		l.number()
		return token{tNumber, from, l.pos}
	case c == '"' || c == '\'':
		return l.str(from)
	}
	return l.operator(c)
}

func (l *lexer) eof() token {
	if l.field {
		return token{tEOF, l.pos, l.pos}
	}
	if !l.done {
		l.done = true
		l.dedents, l.indents = len(l.indents), l.indents[:0]
		return token{tNewline, l.pos, l.pos}
	}
	if l.dedents > 0 {
		l.dedents--
		return token{tDedent, l.pos, l.pos}
	}
	return token{tEOF, l.pos, l.pos}
}

// indentation handles the start of a logical line: blank lines are skipped, and a
// change of column gives an INDENT or DEDENTs.
func (l *lexer) indentation() (token, bool) {
	if l.dedents > 0 {
		l.dedents--
		if l.dedents == 0 {
			l.bol = false
		}
		return token{tDedent, l.pos, l.pos}, true
	}
	column := 0
	for l.pos < l.end {
		switch l.src[l.pos] {
		case ' ':
			column++
		case '\t':
			column = (column/tabSize + 1) * tabSize
		case '\f':
			column = 0
		case '#':
			l.skipComment()
			continue
		case '\n', '\r':
			column = -1
		case '\\':
			if n := l.lineEnd(l.pos + 1); n > 0 { // continued blank line: its column counts
				l.pos += Pos(n)
				column--
				break
			}
			return l.level(column)
		default:
			return l.level(column)
		}
		l.pos++
		column = max(column, 0)
	}
	l.bol = false
	return token{}, false
}

// level compares the column of a line with the open blocks.
func (l *lexer) level(column int) (token, bool) {
	l.bol = false
	top := 0
	if n := len(l.indents); n > 0 {
		top = l.indents[n-1]
	}
	if column > top && len(l.indents) < maxIndents {
		l.indents = append(l.indents, column)
		return token{tIndent, l.pos, l.pos}, true
	}
	for n := len(l.indents); n > 0 && column < l.indents[n-1]; n-- {
		l.indents = l.indents[:n-1]
		l.dedents++
	}
	if l.dedents == 0 {
		return token{}, false
	}
	l.dedents--
	l.bol = l.dedents > 0
	return token{tDedent, l.pos, l.pos}, true
}

// lineEnd is the length of the line terminator at i, 0 when there is none.
func (l *lexer) lineEnd(i Pos) int {
	switch l.byte(i) {
	case '\n':
		return 1
	case '\r':
		if l.byte(i+1) == '\n' {
			return 2
		}
		return 1
	}
	return 0
}

func (l *lexer) newline() { l.pos += Pos(l.lineEnd(l.pos)) }

func (l *lexer) skipComment() {
	for l.pos < l.end && l.src[l.pos] != '\n' && l.src[l.pos] != '\r' {
		l.pos++
	}
}

func (l *lexer) skipSpace() {
	for l.pos < l.end {
		switch l.src[l.pos] {
		case ' ', '\t', '\f':
			l.pos++
		case '#':
			l.skipComment()
		case '\n', '\r':
			if l.depth == 0 {
				return
			}
			l.pos++
		case '\\':
			n := l.lineEnd(l.pos + 1)
			if n == 0 {
				return
			}
			l.pos += Pos(1 + n)
		default:
			return
		}
	}
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80
}

func isNamePart(c byte) bool { return isNameStart(c) || isDigit(c) }

func (l *lexer) name() token {
	from := l.pos
	i := from + 1
	for i < l.end && isNamePart(l.src[i]) {
		i++
	}
	l.pos = i
	if i-from <= 3 && i < l.end && (l.src[i] == '"' || l.src[i] == '\'') && isPrefix(l.src[from:i]) {
		return l.str(from)
	}
	k := keyword(l.src[from:i])
	if l.depth > 0 && startsStatement(k) && !l.field && l.startsLine(from) {
		return token{tError, from, i}
	}
	return token{k, from, i}
}

// startsLine tells whether only white space precedes i on its line.
func (l *lexer) startsLine(i Pos) bool {
	for i--; i >= 0; i-- {
		switch l.src[i] {
		case ' ', '\t':
		case '\n', '\r':
			return true
		default:
			return false
		}
	}
	return true
}

// number scans an integer, float or imaginary literal, and the L of Python 2.
func (l *lexer) number() {
	if l.src[l.pos] == '0' {
		switch l.byte(l.pos + 1) {
		case 'x', 'X', 'b', 'B', 'o', 'O':
			hex := l.src[l.pos+1]|0x20 == 'x'
			for l.pos += 2; l.pos < l.end; l.pos++ {
				c := l.src[l.pos]
				if !isDigit(c) && c != '_' && !(hex && (c|0x20 >= 'a' && c|0x20 <= 'f')) {
					break
				}
			}
			l.suffix("lL")
			return
		}
	}
	l.digits()
	if l.byte(l.pos) == '.' {
		l.pos++
		l.digits()
	}
	if c := l.byte(l.pos); c == 'e' || c == 'E' {
		d := l.byte(l.pos + 1)
		if isDigit(d) || (d == '+' || d == '-') && isDigit(l.byte(l.pos+2)) {
			l.pos += 2
			l.digits()
		}
	}
	l.suffix("jJlL")
}

func (l *lexer) digits() {
	for l.pos < l.end && (isDigit(l.src[l.pos]) || l.src[l.pos] == '_') {
		l.pos++
	}
}

func (l *lexer) suffix(set string) {
	c := l.byte(l.pos)
	for i := range len(set) {
		if c == set[i] && !isNamePart(l.byte(l.pos+1)) {
			l.pos++
			return
		}
	}
}

// str scans a string literal whose prefix begins at from; l.pos is on the prefix or
// on the quote.
func (l *lexer) str(from Pos) token {
	l.pos = from
	to, ok := l.strings.scan(l.src[:l.end], from)
	if !ok {
		l.pos = to
		return token{tError, from, to}
	}
	l.pos = to
	t := token{tString, from, to}
	if to-from > 6 && l.src[to-1] == l.src[to-3] && hasNewline(l.src[from:to]) {
		l.multi = append(l.multi, t)
	}
	return t
}

func hasNewline(s string) bool {
	for i := range len(s) {
		if s[i] == '\n' || s[i] == '\r' {
			return true
		}
	}
	return false
}

// one maps single-character operators; two-character forms are looked at first.
var oneChar = [128]kind{
	'(': tLParen, ')': tRParen, '[': tLBracket, ']': tRBracket, '{': tLBrace, '}': tRBrace,
	',': tComma, ':': tColon, ';': tSemi, '.': tDot, '=': tAssign, '!': tBang, '`': tBackquote,
	'|': tOr, '^': tXor, '&': tAnd, '+': tPlus, '-': tMinus, '*': tStar, '/': tSlash,
	'%': tPercent, '@': tAt, '~': tTilde, '<': tLess, '>': tGreater,
}

func (l *lexer) operator(c byte) token {
	from := l.pos
	if c >= 128 || oneChar[c] == tEOF {
		l.pos++
		return token{tError, from, l.pos}
	}
	k, n := oneChar[c], Pos(1)
	d := l.byte(from + 1)
	switch {
	case c == '(' || c == '[' || c == '{':
		l.depth++
	case c == ')' || c == ']' || c == '}':
		l.depth = max(l.depth-1, 0)
		if l.field {
			l.depth = max(l.depth, 1)
		}
	case c == '.' && d == '.' && l.byte(from+2) == '.':
		k, n = tEllipsis, 3
	default:
		k, n = l.compound(k, c, d, from)
	}
	l.pos = from + n
	return token{k, from, l.pos}
}

// compound recognises operators of two and three characters.
func (l *lexer) compound(k kind, c, d byte, from Pos) (kind, Pos) {
	switch {
	case c == '-' && d == '>':
		return tArrow, 2
	case c == ':' && d == '=':
		return tWalrus, 2
	case c == '=' && d == '=':
		return tEq, 2
	case c == '!' && d == '=', c == '<' && d == '>':
		return tNotEq, 2
	case c == d && (c == '*' || c == '/' || c == '<' || c == '>'):
		switch c {
		case '*':
			k = tPower
		case '/':
			k = tFloorDiv
		case '<':
			k = tLShift
		case '>':
			k = tRShift
		}
		if l.byte(from+2) == '=' {
			return tAugAssign, 3
		}
		return k, 2
	case d == '=' && c == '<':
		return tLessEq, 2
	case d == '=' && c == '>':
		return tGreaterEq, 2
	case d == '=' && k >= tOr && k <= tPower:
		return tAugAssign, 2
	}
	return k, 1
}
