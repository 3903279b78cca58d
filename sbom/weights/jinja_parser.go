package weights

import (
	"fmt"
	"slices"
)

// jinjaSyntax tells why a chat template is none, nil when it is one: the grammar is that of
// jinja2/parser.py with the tags that transformers adds (utils/chat_template_utils.py:
// generation, and Jinja's loop controls). Nothing is evaluated. Tags of other extensions
// are passed when strict is false.
func jinjaSyntax(text string, strict bool) error {
	t := &jinjaTokens{text: text, line: 1}
	t.run()
	p := &jinjaParser{tokens: t.out, strict: strict}
	if t.fault == nil {
		p.statements()
		if p.fault == nil && p.kind() != "end" {
			p.fail("tag %q closes nothing", p.peek(1).text)
		}
	}
	for _, f := range []*jinjaFault{p.fault, t.fault} {
		if f != nil {
			return f
		}
	}
	return nil
}

type jinjaParser struct {
	tokens []jinjaToken
	pos    int
	depth  int
	strict bool
	fault  *jinjaFault
}

// maxJinjaDepth bounds nested blocks and expressions.
const maxJinjaDepth = 200

func (p *jinjaParser) peek(n int) jinjaToken { return p.tokens[min(p.pos+n, len(p.tokens)-1)] }
func (p *jinjaParser) kind() string {
	if p.fault != nil {
		return "end"
	}
	return p.peek(0).kind
}

func (p *jinjaParser) name(words ...string) bool {
	return p.kind() == "name" && slices.Contains(words, p.peek(0).text)
}

func (p *jinjaParser) next() jinjaToken {
	tok := p.peek(0)
	p.pos++
	return tok
}

func (p *jinjaParser) fail(format string, args ...any) {
	if p.fault == nil {
		p.fault = &jinjaFault{line: p.peek(0).line, reason: fmt.Sprintf(format, args...)}
	}
}

// skip passes a token of the given kind, when it is the next.
func (p *jinjaParser) skip(kind string) bool {
	if p.kind() == kind && p.fault == nil {
		p.pos++
		return true
	}
	return false
}

func (p *jinjaParser) skipName(words ...string) bool {
	if p.name(words...) {
		p.pos++
		return true
	}
	return false
}

func (p *jinjaParser) expect(kind string) {
	if !p.skip(kind) {
		tok := p.peek(0)
		p.fail("%s where %s is expected", describe(tok), kind)
	}
}

func describe(tok jinjaToken) string {
	switch tok.kind {
	case "name", "number":
		return fmt.Sprintf("%q", clip(tok.text, 40))
	case "end":
		return "the end of the template"
	}
	return tok.kind
}

func (p *jinjaParser) enter() bool {
	if p.depth++; p.depth > maxJinjaDepth {
		p.fail("expressions nest deeper than maxJinjaDepth (%d)", maxJinjaDepth)
	}
	return p.fault == nil
}

// statements reads data and tags up to a tag that ends or divides the block around them.
func (p *jinjaParser) statements() {
	if !p.enter() {
		return
	}
	for p.fault == nil {
		switch p.kind() {
		case "data":
			p.pos++
		case "{{":
			p.pos++
			p.tuple(true)
			p.expect("}}")
		case "{%":
			if tok := p.peek(1); tok.kind == "name" && jinjaClosing[tok.text] {
				p.depth--
				return
			}
			p.pos++
			p.statement()
		default:
			p.depth--
			return
		}
	}
}

// jinjaClosing are the tags that end or divide a block.
var jinjaClosing = map[string]bool{
	"endfor": true, "else": true, "elif": true, "endif": true, "endblock": true, "endmacro": true, "endcall": true, "endfilter": true,
	"endset": true, "endwith": true, "endautoescape": true, "endgeneration": true, "endtrans": true, "pluralize": true,
}

// body reads what stands up to the tag that closes a block, with the tags that may divide it.
func (p *jinjaParser) body(opened jinjaToken, closing string, dividers ...string) {
	p.statements()
	for p.kind() == "{%" && slices.Contains(dividers, p.peek(1).text) {
		p.pos++
		divider := p.next().text
		if divider == "elif" {
			p.tuple(false)
		}
		if divider == "else" {
			dividers = nil
		}
		p.expect("%}")
		p.statements()
	}
	if p.kind() != "{%" || p.peek(1).text != closing {
		p.fail("block %q of line %d has no %q", opened.text, opened.line, closing)
		return
	}
	p.pos += 2
	if closing == "endblock" {
		p.skip("name")
	}
	p.expect("%}")
}

// statement reads a tag, whose start has been passed.
func (p *jinjaParser) statement() {
	tok := p.next()
	if tok.kind != "name" {
		p.pos--
		p.fail("%s where the name of a tag is expected", describe(tok))
		return
	}
	switch tok.text {
	case "if":
		p.tuple(false)
		p.expect("%}")
		p.body(tok, "endif", "elif", "else")
	case "for":
		p.target()
		p.word("in")
		p.tuple(false)
		if p.skipName("if") {
			p.expression(true)
		}
		p.skipName("recursive")
		p.expect("%}")
		p.body(tok, "endfor", "else")
	case "set":
		p.set(tok)
	case "macro":
		p.expect("name")
		p.signature()
		p.expect("%}")
		p.body(tok, "endmacro")
	case "generation":
		p.expect("%}")
		p.body(tok, "endgeneration")
	case "break", "continue", "debug":
		p.expect("%}")
	default:
		p.rare(tok)
	}
}

// rare reads the tags that chat templates seldom have.
func (p *jinjaParser) rare(tok jinjaToken) {
	switch tok.text {
	case "call":
		if p.kind() == "(" {
			p.signature()
		}
		p.expression(true)
	case "filter":
		p.filter()
	case "with":
		for p.kind() != "%}" && p.fault == nil {
			p.target()
			p.expect("=")
			p.expression(true)
			p.skip(",")
		}
	case "autoescape":
		p.expression(true)
	case "block":
		p.expect("name")
		for p.skipName("scoped", "required") {
		}
	case "do", "extends", "print", "include", "import", "from":
		p.reference()
		return
	case "trans":
		p.passTag()
		p.body(tok, "endtrans", "pluralize")
		return
	default:
		if p.strict {
			p.fail("no tag is named %q", clip(tok.text, 40))
		}
		p.passTag()
		return
	}
	p.expect("%}")
	p.body(tok, "end"+tok.text)
}

// reference reads the tags that name other templates, and those of one expression.
func (p *jinjaParser) reference() {
	for p.tuple(true); p.skipName("ignore", "missing", "with", "without", "context", "import", "as"); {
		for p.skip("name") || p.skip(",") {
		}
	}
	p.expect("%}")
}

// passTag passes a tag whose grammar is another's.
func (p *jinjaParser) passTag() {
	for p.kind() != "%}" && p.kind() != "end" {
		p.pos++
	}
	p.expect("%}")
}

func (p *jinjaParser) word(w string) {
	if !p.skipName(w) {
		p.fail("%s where %q is expected", describe(p.peek(0)), w)
	}
}

// set reads an assignment: of an expression, or of what stands up to endset.
func (p *jinjaParser) set(tok jinjaToken) {
	if p.kind() == "name" && p.peek(1).kind == "." { // an attribute of a namespace
		p.pos += 2
		p.expect("name")
	} else {
		p.target()
	}
	if p.skip("=") {
		p.tuple(true)
		p.expect("%}")
		return
	}
	for p.skip("|") {
		p.filter()
	}
	p.expect("%}")
	p.body(tok, "endset")
}

// target reads the names that are assigned to.
func (p *jinjaParser) target() {
	if !p.enter() {
		return
	}
	for p.fault == nil {
		if p.skip("(") {
			p.target()
			p.expect(")")
		} else {
			p.expect("name")
		}
		if !p.skip(",") || p.name("in") || p.kind() == "=" || p.kind() == ")" {
			break
		}
	}
	p.depth--
}

// signature reads the parameters of a macro.
func (p *jinjaParser) signature() {
	p.expect("(")
	for p.kind() != ")" && p.fault == nil {
		p.expect("name")
		if p.skip("=") {
			p.expression(true)
		}
		if p.kind() != ")" {
			p.expect(",")
		}
	}
	p.expect(")")
}
