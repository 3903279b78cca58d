package references

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// guess reads a call that no row of the table speaks of by what its callee says it makes
// or gets: FlagAutoReranker.from_finetuned("org/name"), load_peft_model("org/name"). Which
// library it is from does not matter, only an id of the hub is taken, and a function that
// can be read is read instead.
func (r *pyReader) guess(c *pyCall) {
	if r.asked(c) {
		return
	}
	if len(c.node.Args)+len(c.node.Keywords) == 0 || r.x.own(c.name) || r.x.bound(c) || r.x.function(c.node.Func, c.scope) != nil {
		return
	}
	pos, ok := calleePosition(c.name)
	e := c.node.Arg("", 0)
	if text := stringOf(e); KindOf(text) == NameRegistry && serviceOf(text[strings.IndexAny(text, ":/")+1:]) != "" {
		pos, ok = position{"model", "serve", true}, true // Agent("openai:gpt-4o") says itself what it is
	}
	if !ok {
		return
	}
	for i := range c.node.Keywords {
		k := &c.node.Keywords[i]
		if p, ok := positionOf(k.Name); e == nil && (isNaming(k.Name) || ok && p.kind == pos.kind) {
			e = k.Value
		}
	}
	e = r.named(c, e)
	switch e.(type) {
	case *python.Str, *python.FString, *python.Name, *python.Attribute, *python.Subscript, *python.Cond:
	default:
		return // what is made from another object names nothing
	}
	s := pySink{kind: pos.kind, role: pos.role, flags: "quiet|shaped|guess", loader: c.name, callAt: r.x.m.At(c.node.Pos())}
	if !r.callSays(c, &s) {
		return
	}
	r.load(pyValue{e, c.scope, c.block, "call"}, &s)
	for i, e := range c.node.Args { // Model("org/on-one-hub", "org/on-another")
		if KindOf(stringOf(e)) != NameHub {
			return
		}
		if i > 0 {
			r.load(pyValue{e, c.scope, c.block, "call"}, &s)
		}
	}
}

// maxBefore are arguments that stand before the name: what to load it with, or into
// (self._load_tokenizer(CLIPTokenizer, "org/name")).
const maxBefore = 2

// named is the first argument that is known to be an id of the hub, e when none is.
func (r *pyReader) named(c *pyCall, e python.Expr) python.Expr {
	for i, a := range c.node.Args {
		if _, starred := a.(*python.Starred); starred || i > maxBefore {
			break
		}
		r.x.steps = maxSteps
		for _, t := range r.x.terms(pyValue{a, c.scope, c.block, "call"}, 0) {
			if s, ok := t.e.(*python.Str); ok && t.param == nil && t.imported == "" && KindOf(s.Value) == NameHub {
				return a
			}
		}
	}
	return e
}

// isNaming tells a keyword that only says that its value is a name (repo_id, name_or_path).
func isNaming(key string) bool {
	for _, w := range strings.Split(key, "_") {
		if !namingWords[w] {
			return false
		}
	}
	return true
}

// getters are what a method or function that comes by a thing begins with.
var getters = set("from", "load", "get", "build", "create", "init", "initialize", "make", "setup", "download", "fetch", "pull", "prepare", "open")

// unmade are words of callees that make or get something else than what they name.
var unmade = set("card", "info", "delete", "remove", "exists", "validate", "check", "parse", "print", "add", "register", "update", "list", "config", "configs", "string", "dict", "file", "json", "path", "url", "image", "schema", "registry", "client")

// calleePosition is what a callee makes of its first argument, by its words.
func calleePosition(callee string) (position, bool) {
	name := last(callee)
	words := calleeWords(name)
	if n := len(words); n > 1 && isClass(name) && (words[n-1] == "arguments" || words[n-1] == "args") {
		words = words[:n-1] // ModelArguments("org/name")
	}
	if pos, ok := nounOf(words); ok && (isClass(name) || getters[words[0]]) {
		return pos, true
	}
	outer := strings.TrimSuffix(strings.TrimSuffix(callee, name), ".")
	if class := last(outer); words[0] == "from" && isClass(class) {
		for _, w := range words {
			if unmade[w] || silentWords[w] {
				return position{}, false
			}
		}
		return nounOf(calleeWords(class))
	}
	return position{}, false
}

// nounOf is the last noun of a name in words; a name that ends in another word is that.
func nounOf(words []string) (position, bool) {
	for _, w := range words {
		if unmade[w] || silentWords[w] {
			return position{}, false
		}
	}
	if n := len(words); words[n-1] == "llm" || words[n-1] == "engine" {
		return position{"model", "serve", true}, true
	}
	if pos, ok := wordsPosition(strings.Join(words, "_")); ok && pos.kind == "tokenizer" && slices.Contains(words, "model") {
		return position{"model", "base", true}, true // load_model_and_tokenizer: both come with the model
	}
	if words[len(words)-1] == "data" {
		return position{}, false // get_calib_data gets rows, from whatever it is given
	}
	for len(words) > 1 && (words[len(words)-1] == "pipeline" || words[len(words)-1] == "wrapper" || words[len(words)-1] == "runner") {
		words = append(words[:len(words)-1:len(words)-1], "model")
	}
	return wordsPosition(strings.Join(words, "_"))
}

func isClass(name string) bool { return name != "" && name[0] >= 'A' && name[0] <= 'Z' }

// calleeWords splits LightWeightFlagLLMReranker and load_peft_model; an abbreviation is
// one word.
func calleeWords(name string) []string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		upper := c >= 'A' && c <= 'Z'
		if upper && i > 0 {
			before, after := name[i-1], byte('_')
			if i+1 < len(name) {
				after = name[i+1]
			}
			if before >= 'a' && before <= 'z' || before >= '0' && before <= '9' || before >= 'A' && before <= 'Z' && after >= 'a' && after <= 'z' {
				b.WriteByte('_')
			}
		}
		if upper {
			c |= 0x20
		}
		b.WriteByte(c)
	}
	return strings.Split(strings.Trim(b.String(), "_"), "_")
}
