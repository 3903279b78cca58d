package python

import (
	"fmt"
	"slices"
	"sort"
)

const (
	// maxNesting bounds brackets, operators and blocks within each other. CPython stops
	// at 200 brackets (MAXLEVEL) and 100 blocks; a tree walk uses some 300 bytes of
	// stack a level.
	maxNesting = 800
	// maxChain bounds a.b.c…, x()()… and 1+1+… along one path of the tree. CPython's
	// own tree builder gives up at about 6,000.
	maxChain = 20_000
	// maxErrors bounds the errors kept; the rest are counted.
	maxErrors = 32
	// maxWork bounds the bytes read again after errors, as a multiple of the size.
	maxWork = 16
)

// Error is a place that could not be parsed. The statement there is missing from the
// tree; what follows it is not.
type Error struct {
	At     Pos
	Reason string
}

// Module is the tree of one file, or of the code cells of one notebook.
type Module struct {
	Path string
	Text string
	Body []Stmt
	// Errors are the places that were skipped, at most maxErrors; ErrorCount is exact.
	Errors     []Error
	ErrorCount int
	// Truncated is true when a budget was exceeded and the rest was not read.
	Truncated bool

	lines []Pos       // offset of each line
	cells []storedPos // of each line, for a notebook
	magic []Magic
}

// parser holds one token of lookahead. After an error every token is tError, so that
// all loops end; the statement level then recovers.
type parser struct {
	lexer
	tok     token
	last    Pos // end of the token before tok
	failed  bool
	nesting int
	chain   int
	pattern bool // inside a case pattern
	work    int
	limit   int
	module  *Module
	alloc   arena
}

// Parse parses Python source. It never fails as a whole: what could not be parsed is
// in Module.Errors.
func Parse(path string, text []byte) *Module {
	return parse(path, string(text))
}

func parse(path, text string) *Module {
	m := &Module{Path: path, Text: text, lines: lineStarts(text)}
	start := Pos(0)
	if len(text) >= 3 && text[:3] == "\xef\xbb\xbf" { // byte order mark
		start = 3
	}
	m.Body = parsePart(m, int(start), len(text))
	return m
}

// parsePart parses m.Text[start:end] as a file of its own.
func parsePart(m *Module, start, end int) []Stmt {
	p := &parser{module: m, limit: maxWork*(end-start) + 4096}
	p.lexer = lexer{src: m.Text, pos: Pos(start), end: Pos(end), bol: true, strings: &stringScanner{size: Pos(end)}}
	p.next()
	return p.statements(0)
}

func lineStarts(text string) []Pos {
	lines := make([]Pos, 1, len(text)/32+1)
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			lines = append(lines, Pos(i+1))
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			lines = append(lines, Pos(i+1))
		}
	}
	return lines
}

// lineOf is the 0-based line of pos.
func (m *Module) lineOf(pos Pos) int {
	return sort.Search(len(m.lines), func(i int) bool { return m.lines[i] > pos }) - 1
}

func (p *parser) next() {
	p.last = p.tok.to
	if p.failed {
		return
	}
	p.tok = p.lexer.next()
	p.work += int(p.tok.to-p.tok.from) + 1
	if p.tok.kind == tError {
		p.fail("unexpected text")
	}
}

// fail records the first error of a statement.
func (p *parser) fail(reason string) {
	if p.failed {
		return
	}
	p.failed = true
	m := p.module
	m.ErrorCount++
	if len(m.Errors) < maxErrors {
		m.Errors = append(m.Errors, Error{At: p.tok.from, Reason: reason})
	}
	p.tok.kind = tError
}

func (p *parser) text() string { return p.src[p.tok.from:p.tok.to] }

// accept consumes a token of the kind.
func (p *parser) accept(k kind) bool {
	if p.tok.kind != k {
		return false
	}
	p.next()
	return true
}

var names = map[kind]string{
	tRParen: ")", tRBracket: "]", tRBrace: "}", tColon: ":", tName: "a name", kIn: "in", kImport: "import",
	tNewline: "end of line", kElse: "else", tLParen: "(",
}

func (p *parser) expect(k kind) {
	if !p.accept(k) {
		p.fail(fmt.Sprintf("expected %s", names[k]))
	}
}

// ident consumes a name.
func (p *parser) ident() string {
	if p.tok.kind != tName {
		p.fail("expected a name")
		return ""
	}
	s := p.text()
	p.next()
	return s
}

func (p *parser) soft(word string) bool { return p.tok.kind == tName && p.text() == word }

// enter guards a recursion; every true is paired with leave.
func (p *parser) enter() bool {
	if p.nesting >= maxNesting {
		p.fail(fmt.Sprintf("nesting exceeds maxNesting (%d)", maxNesting))
		return false
	}
	p.nesting++
	return true
}

func (p *parser) leave() { p.nesting-- }

// link counts one more element of a chain.
func (p *parser) link() bool {
	if p.chain >= maxChain {
		p.fail(fmt.Sprintf("expression exceeds maxChain (%d)", maxChain))
		return false
	}
	p.chain++
	return true
}

// mark is a state to go back to when a guess was wrong.
type mark struct {
	lexer   lexer
	tok     token
	last    Pos
	nesting int
	chain   int
	multi   int
}

func (p *parser) mark() mark {
	return mark{p.lexer, p.tok, p.last, p.nesting, p.chain, len(p.multi)}
}

// reset goes back; an error since the mark is forgotten with it.
func (p *parser) reset(m mark) {
	if p.failed {
		p.failed = false
		p.module.ErrorCount--
		if n := len(p.module.Errors); n > p.module.ErrorCount {
			p.module.Errors = p.module.Errors[:p.module.ErrorCount]
		}
	}
	p.lexer, p.tok, p.last, p.nesting, p.chain = m.lexer, m.tok, m.last, m.nesting, m.chain
	p.multi = p.multi[:m.multi]
}

// recover goes to a line after the one on which the failed statement began, but not
// into a string that was read, and treats it as the beginning of a statement.
func (p *parser) recover(start Pos, level int) {
	p.failed = false
	from := max(start, 0)
	line := p.module.lineOf(from) + 1
	to := p.end
	for ; line < len(p.module.lines); line++ {
		to = p.module.lines[line]
		i, _ := slices.BinarySearchFunc(p.multi, to, func(s token, at Pos) int { return int(s.to - at) })
		if i == len(p.multi) || to <= p.multi[i].from {
			break
		}
		line = p.module.lineOf(p.multi[i].to)
		to = p.end
	}
	if p.work > p.limit {
		p.module.Truncated = true
		to = p.end
	}
	p.pos, p.depth, p.bol, p.done, p.dedents = to, 0, true, false, 0
	if level <= cap(p.indents) { // a DEDENT that was looked at comes back
		p.indents = p.indents[:level]
	}
	p.next()
}
