package references

import (
	"context"
	"sort"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxScriptBytes bounds the scripts that are read: larger ones are bundles, which are left
// out when they look it; what is written by hand and larger is a Problem.
const maxScriptBytes = 1 << 20

// javascriptCollector reads JavaScript and TypeScript: transformers.js, clients of
// OpenAI and its like, LangChain.js. It reads tokens, not syntax: strings, names and
// the punctuation around them say enough, and broken or unknown syntax loses nothing.
var javascriptCollector = sbom.Collector{
	Name:     "references/javascript",
	Families: []sbom.Family{sbom.FamilyReferences},
	Match: func(f *sbom.File) bool {
		switch f.Ext() {
		case ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".svelte", ".vue":
			return f.Within(maxScriptBytes) && !strings.HasSuffix(f.Name(), ".min.js") && !strings.HasSuffix(f.Name(), ".d.ts")
		}
		return false
	},
	MaxBytes: maxScriptBytes,
	Collect:  collectJavascript,
}

// jsToken is a name, a string or one byte of punctuation.
type jsToken struct {
	kind byte // n name, s string, t template with a part that is not known, p punctuation
	text string
	pos  int
}

// jsReader reads the tokens of one file.
type jsReader struct {
	file   *sbom.File
	out    *sbom.Inventory
	lines  []int
	tokens []jsToken
	consts map[string][]jsToken // strings that a name is bound to
	used   map[int]bool         // offsets of strings that are references
}

func collectJavascript(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	r := &jsReader{file: f, out: out, tokens: jsTokens(string(data)), consts: map[string][]jsToken{}, used: map[int]bool{}}
	for i, c := range data {
		if c == '\n' {
			r.lines = append(r.lines, i)
		}
	}
	r.bind()
	for i := range r.tokens {
		r.call(i)
	}
	r.declared()
	sort.SliceStable(out.References, func(a, b int) bool { return out.References[a].At.Offset < out.References[b].At.Offset })
	return nil
}

func (r *jsReader) at(pos int) sbom.At {
	line := sort.SearchInts(r.lines, pos)
	start := 0
	if line > 0 {
		start = r.lines[line-1] + 1
	}
	return sbom.At{Path: r.file.Path, Line: line + 1, Column: pos - start + 1, Offset: int64(pos)}
}

// bind keeps NAME = "text" and static NAME = "text"; with ?? and || the alternatives.
func (r *jsReader) bind() {
	for i := 0; i+2 < len(r.tokens); i++ {
		if r.tokens[i].kind != 'n' || r.tokens[i+1].text != "=" || r.tokens[i+1].kind != 'p' {
			continue
		}
		r.consts[r.tokens[i].text] = append(r.consts[r.tokens[i].text], r.alternatives(i+2)...)
	}
}

const maxAlternatives = 12 // tokens of one expression that are looked at

// alternatives are the strings among the operands of an expression with ?:, ?? and ||.
func (r *jsReader) alternatives(i int) []jsToken {
	var out []jsToken
	for end := min(i+maxAlternatives, len(r.tokens)); i < end; i++ {
		t := r.tokens[i]
		switch {
		case t.kind == 's' || t.kind == 't':
			out = append(out, t)
		case t.kind == 'n', t.kind == 'p' && strings.Contains("?:|.!", t.text):
		default:
			return out
		}
	}
	return out
}

// jsRole says which argument of a call names something.
type jsRole struct {
	arg        int
	kind, role string
}

// jsRoles are the loaders of transformers.js and of the hub library, by the last name.
var jsRoles = map[string]jsRole{
	"pipeline": {1, "model", "base"}, "from_pretrained": {0, "model", "base"}, "snapshotDownload": {0, "model", "base"},
	"useChatModel": {0, "model", "serve"}, "CreateMLCEngine": {0, "model", "serve"}, "CreateWebWorkerMLCEngine": {1, "model", "serve"},
	"transformersJS": {0, "model", "base"}, "languageModel": {0, "model", "serve"}, "textEmbeddingModel": {0, "model", "embedding"},
}

// call reads NAME(… "org/name" …).
func (r *jsReader) call(i int) {
	t := r.tokens[i]
	if t.kind != 'n' || i+1 >= len(r.tokens) || r.tokens[i+1].text != "(" || r.tokens[i+1].kind != 'p' {
		return
	}
	if host := jsVendors[t.text]; host != "" && r.tokens[min(i+2, len(r.tokens)-1)].kind == 's' {
		r.vendor(i, host)
		return
	}
	role, ok := jsRoles[t.text]
	if !ok || i > 0 && r.tokens[i-1].text == "function" {
		return
	}
	kind := position{role.kind, role.role, false}
	if t.text == "from_pretrained" && i >= 2 {
		class := r.tokens[i-2].text
		if strings.Contains(class, "Tokenizer") || strings.Contains(class, "Processor") {
			kind = position{"tokenizer", "tokenizer", false}
		}
	}
	first, end := r.argument(i+2, role.arg)
	if first < 0 {
		return
	}
	revision := r.option(end, "revision")
	for _, s := range r.strings(first, end) {
		if s.kind == 's' && (!kind.accepts(s.text) || KindOf(s.text) != NameHub && KindOf(s.text) != NameLocal && KindOf(s.text) != NameRegistry) {
			continue
		}
		ref := r.add(kind, s, t.pos, t.text, "call")
		if revision != "" {
			SetRevision(ref, revision)
		}
	}
}

// jsVendors are functions of the AI SDK that take the name of a hosted model.
var jsVendors = map[string]string{"openai": "openai", "anthropic": "anthropic", "google": "google", "mistral": "mistral", "groq": "groq", "xai": "xai", "deepseek": "deepseek", "cohere": "cohere", "togetherai": "together", "fireworks": "fireworks", "perplexity": "perplexity", "azure": "openai", "bedrock": "bedrock", "vertex": "google", "ollama": "ollama", "cerebras": "cerebras", "openrouter": "openrouter"}

// argument finds the tokens of argument n of a call whose arguments start at i.
func (r *jsReader) argument(i, n int) (first, end int) {
	depth, first := 0, i
	for ; i < len(r.tokens); i++ {
		t := r.tokens[i]
		if t.kind != 'p' {
			continue
		}
		switch t.text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			if depth--; depth < 0 {
				if n > 0 || first == i {
					return -1, i
				}
				return first, i
			}
		case ",":
			if depth == 0 {
				if n == 0 {
					return first, i
				}
				n--
				first = i + 1
			}
		}
	}
	return -1, i
}

// strings are the literals that tokens can stand for, through one name.
func (r *jsReader) strings(first, end int) []jsToken {
	var out []jsToken
	for i := first; i < end; i++ {
		switch t := r.tokens[i]; t.kind {
		case 's', 't':
			out = append(out, t)
		case 'n':
			out = append(out, r.consts[t.text]...)
		case 'p':
			if t.text == "{" || t.text == "(" {
				return out // an object or a call: not a name
			}
		}
	}
	return out
}

const maxOptionTokens = 64 // of an options object that are searched

// option is the literal under a key before the call ends.
func (r *jsReader) option(i int, key string) string {
	depth := 0
	for end := min(i+maxOptionTokens, len(r.tokens)); i+2 < end; i++ {
		switch t := r.tokens[i]; {
		case t.kind == 'p' && (t.text == "(" || t.text == "{"):
			depth++
		case t.kind == 'p' && (t.text == ")" || t.text == "}"):
			if depth--; depth < 0 {
				return ""
			}
		case t.kind == 'n' && t.text == key && r.tokens[i+1].text == ":" && r.tokens[i+2].kind == 's':
			return r.tokens[i+2].text
		}
	}
	return ""
}

// declared reads key: "value" and NAME = "value" for keys that name what a loader takes.
func (r *jsReader) declared() {
	for i := 0; i+2 < len(r.tokens); i++ {
		key, sep := r.tokens[i], r.tokens[i+1]
		if key.kind != 'n' && key.kind != 's' || sep.kind != 'p' || sep.text != ":" && sep.text != "=" {
			continue
		}
		pos, ok := positionOf(key.text)
		list := false
		if !ok {
			pos, list = pluralPosition(key.text)
		}
		if !ok && !list || pos.role == "output" || pos.role == "push" {
			continue
		}
		values := r.alternatives(i + 2)
		if r.tokens[i+2].text == "[" && r.tokens[i+2].kind == 'p' {
			values = r.items(i + 3)
		}
		for _, v := range values {
			if !r.hosted(i, pos, v, key) {
				r.declare(pos, v, key)
			}
		}
	}
}

// items are the strings of a list.
func (r *jsReader) items(i int) []jsToken {
	var out []jsToken
	for ; i < len(r.tokens) && len(out) < maxTerms; i++ {
		switch t := r.tokens[i]; {
		case t.kind == 's':
			out = append(out, t)
		case t.kind == 'p' && t.text == ",":
		default:
			return out
		}
	}
	return out
}

func (r *jsReader) declare(pos position, v, key jsToken) {
	if v.kind != 's' || r.used[v.pos] || placeholder(v.text) {
		return
	}
	switch KindOf(v.text) {
	case NameHub, NameRegistry:
		pos.shaped = true
		if pos.accepts(v.text) {
			r.add(pos, v, key.pos, key.text, "constant").Confidence = "medium"
		}
	case NameBare:
		if host := serviceKey(key.text); host != "" && pos.kind == "model" && hostedName(host, v.text) {
			ref := r.add(position{"model", "serve", false}, v, key.pos, key.text, "constant")
			setHost(ref, host, v.text)
		} else if pos.kind == "model" && serviceOf(v.text) != "" {
			r.add(position{"model", "serve", false}, v, key.pos, key.text, "constant")
		}
	}
}

func (r *jsReader) add(pos position, s jsToken, call int, loader, how string) *sbom.Reference {
	text := s.text
	if s.kind == 't' {
		text += "${}"
	}
	ref := New(pos.kind, pos.role, text, r.at(s.pos))
	ref.CallAt, ref.How, ref.Loader = r.at(call), how, loader
	r.used[s.pos] = true
	r.out.References = append(r.out.References, ref)
	return &r.out.References[len(r.out.References)-1]
}

// jsTokens splits a script. A quote that is not closed on its line (text between tags)
// is punctuation.
func jsTokens(text string) []jsToken {
	var out []jsToken
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c <= ' ':
			i++
		case c == '/' && strings.HasPrefix(text[i:], "//"):
			i = skipTo(text, i, "\n")
		case c == '/' && strings.HasPrefix(text[i:], "/*"):
			i = skipTo(text, i+2, "*/") + 2
		case c == '<' && strings.HasPrefix(text[i:], "<!--"):
			i = skipTo(text, i, "-->")
		case c == '"' || c == '\'':
			s, n, ok := jsString(text[i:], c)
			if !ok {
				i++
				continue
			}
			out = append(out, jsToken{'s', s, i})
			i += n
		case c == '`':
			t, n := jsTemplate(text[i:])
			t.pos = i
			out = append(out, t)
			i += n
		case jsName(c):
			n := 1
			for i+n < len(text) && (jsName(text[i+n]) || text[i+n] >= '0' && text[i+n] <= '9') {
				n++
			}
			out = append(out, jsToken{'n', text[i : i+n], i})
			i += n
		default:
			out = append(out, jsToken{'p', text[i : i+1], i})
			i++
		}
	}
	return out
}

func skipTo(text string, i int, end string) int {
	if n := strings.Index(text[i:], end); n >= 0 {
		return i + n
	}
	return len(text)
}

func jsName(c byte) bool {
	return c == '_' || c == '$' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func jsString(text string, quote byte) (s string, n int, ok bool) {
	for i := 1; i < len(text) && text[i] != '\n'; i++ {
		switch text[i] {
		case '\\':
			i++
		case quote:
			return text[1:i], i + 1, true
		}
	}
	return "", 0, false
}

// jsTemplate reads a template literal up to its first replacement.
func jsTemplate(text string) (t jsToken, n int) {
	t = jsToken{kind: 's'}
	depth := 0
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\':
			i++
		case depth == 0 && text[i] == '`':
			if t.kind == 's' {
				t.text = text[1:i]
			}
			return t, i + 1
		case text[i] == '$' && strings.HasPrefix(text[i:], "${"):
			if t.kind == 's' {
				t.kind, t.text = 't', text[1:i]
			}
			depth++
		case depth > 0 && text[i] == '}':
			depth--
		}
	}
	return t, len(text)
}
