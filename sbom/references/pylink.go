package references

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

const (
	keepModules     = "references/python"
	maxExports      = 256 // values of one name that other modules may load
	maxPendingCalls = 512 // calls of other modules with a name among their arguments, per module
	maxReexports    = 5   // modules that pass a name on
	maxLinkRounds   = 3   // wrappers in other modules around wrappers
)

// pySummary is what one module tells the others and asks of them. It holds text and
// places, no syntax, so that the trees can go.
type pySummary struct {
	path, dotted string
	exports      map[string][]pyText   // NAME, or Class.attribute
	imports      map[string]string     // names that other modules may import from here
	sinks        map[string][]linkSink // by function, Class for its __init__
	loads        []pendingLoad
	calls        []pendingCall
	flows        []paramFlow
	open         []openParam
}

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

func (l *pyLinks) load(imported string, s *pySink, at sbom.At) {
	sink := *s
	sink.revisionParam, sink.trustParam = nil, nil
	l.s.loads = append(l.s.loads, pendingLoad{imported, sink, at})
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
	for name, c := range l.x.classes {
		for attr, values := range c.attrs {
			for _, v := range values {
				l.export(name+"."+attr, v)
			}
		}
	}
	l.pending(r)
	if len(l.s.exports)+len(l.s.loads)+len(l.s.calls)+len(l.s.sinks)+len(l.s.flows)+len(l.s.imports) > 0 {
		r.out.Keep(keepModules, &l.s)
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
				a.names = append(a.names, t.imported)
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

// linkImports resolves what modules load by names and through functions of each other.
func linkImports(inv *sbom.Inventory) {
	k := newPyLinker(inv)
	for _, s := range k.modules {
		for _, p := range s.loads {
			for _, v := range k.values(p.imported, s, 0) {
				k.add(p.sink, v, "import")
			}
		}
	}
	for range maxLinkRounds {
		k.flow()
	}
	for _, s := range k.modules {
		for i := range s.calls {
			k.call(s, &s.calls[i])
		}
	}
	k.close(inv)
	oneKind(inv)
}

// oneKind settles literals that a loader takes for a model in one branch and for an
// adapter in another: the name says which it is.
func oneKind(inv *sbom.Inventory) {
	kinds := map[sbom.At]int{}
	for i := range inv.References {
		switch r := &inv.References[i]; r.Kind {
		case "model":
			kinds[r.At] |= 1
		case "adapter":
			kinds[r.At] |= 2
		}
	}
	inv.References = slices.DeleteFunc(inv.References, func(r sbom.Reference) bool {
		if kinds[r.At] != 3 || r.Name == "" || r.Role == "push" || r.Role == "output" {
			return false
		}
		if adapterName(r.Name) {
			return r.Kind == "model"
		}
		return r.Kind == "adapter"
	})
}

// adapterName tells whether a name says that it is an adapter.
func adapterName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "lora") || strings.Contains(name, "adapter") || strings.Contains(name, "peft")
}

type pyLinker struct {
	inv     *sbom.Inventory
	modules []*pySummary
	byName  map[string][]*pySummary // every suffix of a module's dotted name
	seen    map[pyFound]bool
	fed     map[string]bool // path of the module, function and parameter
}

type pyFound struct {
	at, call sbom.At
	kind     string
}

const maxModuleParts = 8 // segments of a dotted name that are indexed

func newPyLinker(inv *sbom.Inventory) *pyLinker {
	k := &pyLinker{inv: inv, byName: map[string][]*pySummary{}, seen: map[pyFound]bool{}, fed: map[string]bool{}}
	for _, v := range inv.Scratch[keepModules] {
		s, ok := v.(*pySummary)
		if !ok {
			continue
		}
		k.modules = append(k.modules, s)
		name := s.dotted
		for range maxModuleParts {
			k.byName[name] = append(k.byName[name], s)
			_, rest, more := strings.Cut(name, ".")
			if !more {
				break
			}
			name = rest
		}
	}
	for i := range inv.References {
		r := &inv.References[i]
		k.seen[pyFound{r.At, r.CallAt, r.Kind}] = true
	}
	return k
}

// module finds the module of a dotted name for an importer and what is left of it.
func (k *pyLinker) module(dotted string, from *pySummary) (*pySummary, string) {
	for end := len(dotted); end > 0; end = strings.LastIndexByte(dotted[:end], '.') {
		if s := k.nearest(dotted[:end], from); s != nil {
			return s, strings.TrimPrefix(dotted[end:], ".")
		}
	}
	return nil, ""
}

// nearest is the module of that name closest to the importer: its full name first,
// then the one that shares most folders with it.
func (k *pyLinker) nearest(name string, from *pySummary) *pySummary {
	var best *pySummary
	score := -1
	for _, s := range k.byName[name] {
		if s == from && s.dotted != name {
			continue
		}
		n := commonPrefix(s.path, from.path)
		if s.dotted == name {
			n += maxText
		}
		if n > score {
			best, score = s, n
		}
	}
	return best
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return strings.Count(a[:n], "/")
}

// values are the strings of a name of another module.
func (k *pyLinker) values(dotted string, from *pySummary, depth int) []pyText {
	if depth > maxReexports {
		return nil
	}
	s, rest := k.module(dotted, from)
	if s == nil || rest == "" {
		return nil
	}
	if out := s.exports[rest]; out != nil {
		return out
	}
	head, tail, _ := strings.Cut(rest, ".")
	if full := s.imports[head]; full != "" && full != dotted {
		if tail != "" {
			full += "." + tail
		}
		return k.values(full, s, depth+1)
	}
	return nil
}

// sinksOf are what a function of another module does with its parameters.
func (k *pyLinker) sinksOf(dotted string, from *pySummary, depth int) ([]linkSink, *pySummary, string) {
	if depth > maxReexports {
		return nil, nil, ""
	}
	s, rest := k.module(dotted, from)
	if s == nil || rest == "" {
		return nil, nil, ""
	}
	if out := s.sinks[rest]; out != nil {
		return out, s, rest
	}
	head, tail, _ := strings.Cut(rest, ".")
	if full := s.imports[head]; full != "" && full != dotted {
		if tail != "" {
			full += "." + tail
		}
		return k.sinksOf(full, s, depth+1)
	}
	return nil, nil, ""
}

// flow carries sinks over to parameters that are passed on.
func (k *pyLinker) flow() {
	for _, s := range k.modules {
		for _, f := range s.flows {
			sinks, _, _ := k.sinksOf(f.callee, s, 0)
			for _, sink := range sinks {
				if f.name != "" && f.name != sink.param || f.name == "" && f.position != sink.index {
					continue
				}
				next := linkSink{param: f.param, index: f.index, sink: sink.sink}
				if len(s.sinks[f.fn]) < maxSinks && !slices.ContainsFunc(s.sinks[f.fn], func(have linkSink) bool {
					return have.param == next.param && have.sink.callAt == next.sink.callAt && have.sink.kind == next.sink.kind
				}) {
					s.sinks[f.fn] = append(s.sinks[f.fn], next)
				}
			}
		}
	}
}

// call applies the sinks of the function that a call reaches to its arguments.
func (k *pyLinker) call(from *pySummary, c *pendingCall) {
	sinks, owner, fn := k.sinksOf(c.callee, from, 0)
	for _, sink := range sinks {
		s := sink.sink
		if c.revisionState != "" && (sink.revision == "revision" || s.unpacks) {
			s.revision, s.revisionState = c.revision, c.revisionState
		} else if sink.revision != "" && s.revision == "" && c.revisionState == "" {
			s.revisionState = ""
		}
		if c.trust != sbom.Unstated && (sink.trust == "trust_remote_code" || s.unpacks) {
			s.trust = c.trust
		}
		for _, a := range c.args {
			if a.name != "" && a.name != sink.param || a.name == "" && a.index != sink.index {
				continue
			}
			values := a.values
			for _, name := range a.names {
				values = append(values, k.values(name, from, 0)...)
			}
			for _, v := range values {
				if k.add(s, v, "import") {
					k.fed[owner.path+"|"+fn+"|"+sink.param] = true
				}
			}
		}
	}
}

// add records a reference found across modules. It is true when the name counts.
func (k *pyLinker) add(s pySink, v pyText, how string) bool {
	if !s.accepts(v.text) {
		return false
	}
	r := pyReader{}
	ref := r.draft(&s, v.text, v.at)
	ref.How = how
	key := pyFound{ref.At, ref.CallAt, ref.Kind}
	if k.seen[key] {
		return true
	}
	k.seen[key] = true
	// A literal that was taken for the name it stands under is now known by its use.
	for i := range k.inv.References {
		old := &k.inv.References[i]
		if old.At == ref.At && old.Confidence == "medium" && old.State == sbom.StateResolved && !strings.Contains(old.Loader, ".") && old.Kind != "" {
			if old.Kind == ref.Kind || ref.Role == "push" || ref.Role == "output" || ref.Kind == "adapter" || ref.Kind == "dataset" {
				k.inv.References[i] = ref
				return true
			}
		}
	}
	k.inv.References = append(k.inv.References, ref)
	return true
}

// close takes back the loads of parameters for which another module gives a name.
func (k *pyLinker) close(inv *sbom.Inventory) {
	drop := map[pyFound]bool{}
	for _, s := range k.modules {
		for _, o := range s.open {
			if k.fed[s.path+"|"+o.fn+"|"+o.param] {
				drop[pyFound{o.at, o.call, o.kind}] = true
			}
		}
	}
	inv.References = slices.DeleteFunc(inv.References, func(r sbom.Reference) bool {
		return r.State == sbom.StateUnresolved && r.Name == "" && drop[pyFound{r.At, r.CallAt, r.Kind}]
	})
	slices.SortStableFunc(inv.References, func(a, b sbom.Reference) int {
		if c := strings.Compare(a.At.Path, b.At.Path); c != 0 {
			return c
		}
		return int(a.At.Line - b.At.Line)
	})
}
