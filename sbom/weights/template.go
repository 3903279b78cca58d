package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxTemplates bounds the templates of one file.
	maxTemplates = 64
	// maxAccesses bounds what is listed of one template.
	maxAccesses = 32
)

// addTemplate records a chat template and what it accesses.
func addTemplate(w *sbom.Weights, key, text string, offset int64) {
	if len(w.Templates) >= maxTemplates {
		return
	}
	sum := sha256.Sum256([]byte(text))
	w.Templates = append(w.Templates, sbom.Template{
		Key: key, SHA256: hex.EncodeToString(sum[:]), Accesses: templateAccesses(text), Offset: offset,
	})
}

// templateAccesses lists what a Jinja template asks for that a sandboxed environment
// refuses (jinja2/sandbox.py: names with a leading underscore, frames and code
// objects) or that leads out of the template: globals whose module is reachable, other
// templates, attributes named at run time. Ordinary filters, tests and methods are
// not listed. Nothing is rendered; strings are decoded and joined as Jinja would.
func templateAccesses(text string) []string {
	t := &templateCheck{local: map[string]bool{}, known: map[string]foldValue{}}
	tags := lexJinja(text)
	for _, tag := range tags {
		t.assign(tag)
	}
	for _, tag := range tags {
		t.tokens(tag)
		t.fold(tag)
	}
	slices.Sort(t.found)
	t.found = slices.Compact(t.found)
	return t.found[:min(len(t.found), maxAccesses)]
}

type templateCheck struct {
	found []string
	local map[string]bool      // names the template assigns
	known map[string]foldValue // names whose only value is a constant
}

func (t *templateCheck) access(name string) {
	if len(t.found) < 64*maxAccesses {
		t.found = append(t.found, clip(name, 80))
	}
}

// jinjaGlobals lead to Python objects whose attributes reach modules: the globals of
// jinja2/defaults.py and of Flask.
var jinjaGlobals = map[string]bool{
	"lipsum": true, "cycler": true, "joiner": true, "self": true, "request": true, "config": true,
	"url_for": true, "get_flashed_messages": true,
}

// pythonInternals are attributes that jinja2/sandbox.py refuses although they have no
// leading underscore (UNSAFE_FUNCTION_ATTRIBUTES and the like).
var pythonInternals = map[string]bool{
	"func_code": true, "func_globals": true, "func_closure": true, "im_class": true, "im_func": true, "im_self": true,
	"gi_frame": true, "gi_code": true, "cr_frame": true, "cr_code": true, "ag_frame": true, "ag_code": true,
	"f_globals": true, "f_locals": true, "f_builtins": true, "f_back": true, "f_code": true, "tb_frame": true, "tb_next": true,
	"mro": true, "popen": true,
}

// pythonDunders are the special attributes that lead from any object to modules. A
// string that names one is an access however it is used later.
var pythonDunders = []string{
	"__class__", "__mro__", "__base__", "__bases__", "__subclasses__", "__globals__", "__builtins__", "__import__", "__init__",
	"__dict__", "__getattribute__", "__getattr__", "__getitem__", "__call__", "__code__", "__func__", "__self__", "__module__", "__loader__",
	"__spec__", "__reduce__", "__reduce_ex__", "__new__", "__closure__", "__enter__", "__exit__", "__del__", "__wrapped__", "__kwdefaults__",
	"__defaults__", "__init_subclass__", "__subclasshook__", "__setattr__", "__delattr__", "__context__", "__traceback__", "__qualname__",
}

func dunderIn(s string) string {
	if !strings.Contains(s, "__") {
		return ""
	}
	for _, d := range pythonDunders {
		if strings.Contains(s, d) {
			return d
		}
	}
	return ""
}

// assign notes the names that the template itself sets: they hide the globals.
func (t *templateCheck) assign(tag []token) {
	if len(tag) < 2 || tag[0].text != "%" {
		return
	}
	tag = tag[1:]
	switch tag[0].text {
	case "set":
		t.assignSet(tag[1:])
	case "for":
		for _, tok := range tag[1:] {
			if tok.kind == tokName && tok.text == "in" {
				break
			}
			if tok.kind == tokName {
				t.local[tok.text] = true
				t.known[tok.text] = foldValue{}
			}
		}
	case "macro", "call", "with":
		for i, tok := range tag[1:] {
			if tok.kind == tokName && i > 0 {
				t.local[tok.text] = true
				t.known[tok.text] = foldValue{}
			}
		}
	}
}

func (t *templateCheck) assignSet(tag []token) {
	eq := slices.IndexFunc(tag, func(tok token) bool { return tok.kind == tokOp && tok.text == "=" })
	left := tag
	if eq >= 0 {
		left = tag[:eq]
	}
	for i, tok := range left {
		if tok.kind == tokName && (i == 0 || left[i-1].text != ".") {
			t.local[tok.text] = true
		}
	}
	if len(left) != 1 || left[0].kind != tokName {
		return
	}
	var v foldValue
	if eq >= 0 {
		f := &folder{tokens: tag[eq+1:], known: t.known}
		v = f.expr(0)
	}
	if _, twice := t.known[left[0].text]; twice {
		v = foldValue{} // set more than once: not a constant
	}
	t.known[left[0].text] = v
}

// tokens looks at each token with its neighbours, so that it needs no grammar and a
// template with an error in it is still looked at to its end.
func (t *templateCheck) tokens(tag []token) {
	if len(tag) > 1 && tag[0].text == "%" {
		switch tag[1].text {
		case "include", "import", "from", "extends":
			t.access("{% " + tag[1].text + " %}")
		}
	}
	for i, tok := range tag {
		switch tok.kind {
		case tokString:
			if d := dunderIn(tok.text); d != "" {
				t.access(d)
			} else if i > 0 && tag[i-1].text == "[" && pythonInternals[tok.text] {
				t.access(tok.text)
			}
		case tokName:
			t.name(tag, i)
		}
	}
}

func (t *templateCheck) name(tag []token, i int) {
	tok := tag[i].text
	before, after := neighbour(tag, i-1), neighbour(tag, i+1)
	switch {
	case before == ".":
		switch {
		case strings.HasPrefix(tok, "_") || strings.Contains(tok, "__") || pythonInternals[tok]:
			t.access(tok)
		case (tok == "format" || tok == "format_map") && after == "(" && !plainFormat(tag, i):
			t.access("." + tok + "()")
		}
	case before == "|" || (i == 2 && tag[0].text == "%" && tag[1].text == "filter"):
		if tok == "attr" {
			t.access("|attr")
		}
		if tok == "map" && after == "(" && neighbour(tag, i+2) == "attr" {
			t.access("|attr")
		}
	case strings.HasPrefix(tok, "__"):
		t.access(tok)
	case jinjaGlobals[tok] && after != "=" && before != "is" && !t.local[tok]:
		if (tok == "cycler" || tok == "joiner") && after == "(" {
			return // making one is harmless; what reaches out is its class
		}
		t.access(tok)
	}
}

func neighbour(tag []token, i int) string {
	if i < 0 || i >= len(tag) {
		return ""
	}
	return tag[i].text
}

// plainFormat tells "…".format( on a literal whose fields have no attribute or item:
// such a call can reach nothing.
func plainFormat(tag []token, i int) bool {
	if i < 2 || tag[i-2].kind != tokString {
		return false
	}
	depth := 0
	for _, c := range tag[i-2].text {
		switch c {
		case '{':
			depth++
		case '}':
			depth = max(0, depth-1)
		case '.', '[', '!':
			if depth > 0 {
				return false
			}
		}
	}
	return true
}

// fold evaluates constant string expressions and looks at the results.
func (t *templateCheck) fold(tag []token) {
	f := &folder{tokens: tag, known: t.known, see: func(s string) {
		if d := dunderIn(s); d != "" {
			t.access(d)
		}
	}}
	for f.pos < len(tag) {
		before := f.pos
		f.expr(0)
		if f.pos == before {
			f.pos++
		}
	}
}
