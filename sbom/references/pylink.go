package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

const (
	keepModules     = "references/python"
	maxExports      = 256 // values of one name that other modules may load
	maxPendingCalls = 512 // calls of other modules with a name among their arguments, per module
	maxReturned     = 64  // names one function chooses from
	maxReexports    = 5   // modules that pass a name on
	maxLinkRounds   = 3   // wrappers in other modules around wrappers
)

// pySummary is what one module tells the others and asks of them. It holds text and
// places, no syntax, so that the trees can go.
type pySummary struct {
	path, dotted string
	exports      map[string][]pyText   // NAME, or Class.attribute; an entry of a table as NAME, entryMark, key
	imports      map[string]string     // names that other modules may import from here
	sinks        map[string][]linkSink // by function, Class for its __init__
	loads        []pendingLoad
	calls        []pendingCall
	flows        []paramFlow
	open         []openParam
}

// entryMark stands between the name of a table and the key of one entry of it.
const entryMark = "\x00"

// pyText is a string at a place.
type pyText struct {
	text string
	at   sbom.At
}

// linkSink is what happens to one parameter.
type linkSink struct {
	param string
	index int
	sink  pySink
	// revision and trust are the parameters that are passed on, "" for none.
	revision, trust string
}

type pendingLoad struct {
	imported string
	sink     pySink
	at       sbom.At
	perhaps  bool // of the source: what a call returns, or a name that came with import *
}

// pendingCall is a call of a function that another module may define.
type pendingCall struct {
	callee string
	args   []linkArg
	// revision and trust are what the call passes under those names.
	revision      string
	revisionState string
	trust         sbom.Tri
}

type linkArg struct {
	name   string
	index  int
	values []pyText
	names  []string // dotted names of other modules
}

// paramFlow says that a parameter is passed to a function of another module.
type paramFlow struct {
	fn, param string
	index     int
	callee    string
	name      string
	position  int
}

type openParam struct {
	fn, param string
	at, call  sbom.At
	kind      string
}

// pyLinks collects the summary while a module is read.
type pyLinks struct {
	x *pyModule
	s pySummary
}

func newPyLinks(x *pyModule) *pyLinks {
	return &pyLinks{x: x, s: pySummary{path: x.m.Path, dotted: x.dotted, exports: map[string][]pyText{}, imports: x.imports, sinks: map[string][]linkSink{}}}
}

// load leaves a load of what another module has to the linker.
func (l *pyLinks) load(imported string, s *pySink, at sbom.At) {
	sink := *s
	sink.revisionParam, sink.trustParam = nil, nil
	perhaps := strings.HasSuffix(imported, returned) || strings.HasPrefix(imported, starred)
	l.s.loads = append(l.s.loads, pendingLoad{strings.TrimPrefix(imported, starred), sink, at, perhaps})
}

// fnKey is the name under which another module calls a function.
func fnKey(fn *pyFunc) string { return strings.TrimSuffix(fn.name, ".__init__") }

func (l *pyLinks) param(p *pyParam, sinks []pySink) {
	for _, s := range sinks {
		out := linkSink{param: p.name, index: p.index, sink: s}
		if s.revisionParam != nil {
			out.revision = s.revisionParam.name
		}
		if s.trustParam != nil {
			out.trust = s.trustParam.name
		}
		out.sink.revisionParam, out.sink.trustParam = nil, nil
		key := fnKey(p.fn)
		l.s.sinks[key] = append(l.s.sinks[key], out)
	}
}

func (l *pyLinks) open(p *pyParam, ref sbom.Reference) {
	l.s.open = append(l.s.open, openParam{fnKey(p.fn), p.name, ref.At, ref.CallAt, ref.Kind})
}

// keep hands the summary to the linker.
func (l *pyLinks) keep(r *pyReader) {
	for name, bindings := range l.x.root.names {
		for i := range bindings {
			if b := &bindings[i]; len(b.path) == 0 && b.e != nil {
				l.export(name, b.pyValue)
			}
		}
	}
	for name, fn := range l.x.funcs {
		if fn.class == nil && len(fn.returns) > 0 && fn.node != nil {
			l.returns(name, fn)
		}
	}
	for name, c := range l.x.classes {
		for attr, values := range c.attrs {
			for _, v := range values {
				l.export(name+"."+attr, v)
			}
		}
	}
	l.pending(r)
	if len(l.s.exports)+len(l.s.loads)+len(l.s.calls)+len(l.s.sinks)+len(l.s.flows)+len(l.s.imports) > 0 {
		s := l.s // a pointer into l would keep the tree
		r.out.Keep(keepModules, &s)
	}
}

// returns exports the names that a function can return.
func (l *pyLinks) returns(name string, fn *pyFunc) {
	var out []pyText
	l.x.steps = maxExports
	for _, v := range fn.returns {
		out = l.x.texts(v, out, 0)
	}
	if len(out) > 0 && len(out) <= maxReturned {
		l.s.exports[name+returned] = out
	}
}

func (l *pyLinks) export(name string, v pyValue) {
	switch v.e.(type) {
	case *python.Str, *python.FString, *python.List, *python.Tuple, *python.Dict, *python.Cond, *python.Bool, *python.Call, *python.Set:
		l.x.steps = maxExports
		l.s.exports[name] = l.x.texts(v, l.s.exports[name], 0)
		if len(l.s.exports[name]) == 0 {
			delete(l.s.exports, name)
		}
	}
	if d, ok := v.e.(*python.Dict); ok {
		for i, k := range d.Keys {
			if key := stringOf(k); key != "" && i < maxExports {
				entry := name + entryMark + key
				l.x.steps = maxExports
				l.s.exports[entry] = l.x.texts(pyValue{d.Values[i], v.scope, v.block, "dict"}, l.s.exports[entry], 0)
			}
		}
	}
}

// texts are the known strings of a value that can be names.
func (x *pyModule) texts(v pyValue, out []pyText, depth int) []pyText {
	for _, t := range x.terms(v, 0) {
		if t.param != nil || t.imported != "" || len(out) > maxExports || depth > maxNested {
			continue
		}
		switch e := t.e.(type) {
		case *python.Dict:
			for _, y := range e.Values {
				out = x.texts(pyValue{y, t.scope, t.block, "dict"}, out, depth+1)
			}
			continue
		case *python.List, *python.Tuple, *python.Set:
			for _, y := range x.elements(t.pyValue, 0) {
				out = x.texts(y, out, depth+1)
			}
			continue
		}
		if text, known, isText := x.text(t.pyValue, 0); isText && known && !placeholder(text) && KindOf(text) != NameNone && !(t.how != "call" && x.modes[text] && isWord(text)) {
			out = append(out, pyText{text, x.m.AtNode(t.e)})
		}
	}
	return out
}

// foreign are packages whose functions are not those of the source: nothing is gained
// by keeping calls of them.
var foreign = set("torch", "numpy", "os", "re", "json", "sys", "logging", "transformers", "datasets", "pandas", "typing", "argparse", "math", "time", "random", "collections",
	"itertools", "functools", "pathlib", "subprocess", "pytest", "unittest", "warnings", "dataclasses", "copy", "tqdm", "sklearn", "matplotlib", "peft", "accelerate", "deepspeed",
	"tensorflow", "jax", "flax", "requests", "yaml", "asyncio", "threading", "multiprocessing", "abc", "enum", "io", "shutil", "tempfile", "inspect", "string", "uuid", "hashlib",
	"base64", "datetime", "huggingface_hub", "sentence_transformers", "diffusers", "wandb", "mlflow", "ray", "triton", "einops", "pydantic", "fastapi", "streamlit", "gradio", "openai", "contextlib", "importlib", "types", "traceback", "socket", "click", "rich", "PIL", "cv2", "scipy", "boto3", "botocore")

func (l *pyLinks) pending(r *pyReader) {
	flowing := map[*pyFunc]bool{}
	for i := range l.x.calls {
		c := &l.x.calls[i]
		if root, _, _ := strings.Cut(c.name, "."); c.name == "" || foreign[root] || strings.HasPrefix(c.name, "?.") || len(l.s.calls) >= maxPendingCalls {
			continue
		}
		head := receiver(c.node.Func)
		if head == nil || l.x.imports[head.ID] == "" {
			continue
		}
		l.pendingCall(r, c, c.name, flowing)
	}
	for i := range l.x.calls { // calls of functions here that pass a parameter on
		c := &l.x.calls[i]
		if fn := l.x.function(c.node.Func, c.scope); fn != nil && flowing[fn] && len(l.s.calls) < maxPendingCalls {
			l.pendingCall(r, c, l.x.dotted+"."+fnKey(fn), flowing)
		}
	}
}

func (l *pyLinks) pendingCall(r *pyReader, c *pyCall, callee string, flowing map[*pyFunc]bool) {
	p := pendingCall{callee: callee, trust: sbom.Unstated}
	arg := func(name string, index int, e python.Expr) {
		switch e.(type) {
		case *python.Str, *python.FString, *python.Name, *python.Attribute, *python.Subscript, *python.Cond, *python.List, *python.Bool:
		default:
			return
		}
		v := pyValue{e, c.scope, c.block, "call"}
		l.x.steps = maxExports
		a := linkArg{name: name, index: index}
		for _, t := range l.x.terms(v, 0) {
			switch {
			case t.param != nil:
				l.s.flows = append(l.s.flows, paramFlow{fnKey(t.param.fn), t.param.name, t.param.index, callee, name, index})
				flowing[t.param.fn] = true
			case t.imported != "":
				a.names = append(a.names, strings.TrimPrefix(t.imported, starred))
			}
		}
		a.values = l.x.texts(v, nil, 0)
		if len(a.values)+len(a.names) > 0 {
			p.args = append(p.args, a)
		}
	}
	for i, e := range c.node.Args {
		if _, starred := e.(*python.Starred); starred {
			break
		}
		arg("", i, e)
	}
	for i := range c.node.Keywords {
		k := &c.node.Keywords[i]
		var s pySink
		switch v := (pyValue{k.Value, c.scope, c.block, "keyword"}); k.Name {
		case "":
		case "revision":
			r.revision(v, &s)
			p.revision, p.revisionState = s.revision, s.revisionState
		case "trust_remote_code":
			p.trust, _ = r.tri(v)
		default:
			arg(k.Name, -1, k.Value)
		}
	}
	if len(p.args) > 0 {
		l.s.calls = append(l.s.calls, p)
	}
}
