package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// declared makes references of literals that stand under the name of a loader's
// argument (model_name_or_path = "org/name") when no call in the module was seen to
// use them: what reads them lies in a library, in a trainer or in another program.
func (r *pyReader) declared() {
	for i := range r.x.decls {
		d := &r.x.decls[i]
		if text := stringOf(d.value.e); d.key == "model_args" && strings.Contains(text, "=") {
			r.modelArgs(d, text)
			continue
		}
		pos, plural, ok := declaredPosition(d.key)
		if ok && !r.unread(d) && !r.compared(d) && !aside(d) {
			r.declaration(d, pos, plural, d.value, 0)
		} else if !ok && !r.says(d) {
			r.mapping(d)
		}
	}
}

// says records a name that tells itself that it is a model of a service, openai/gpt-4o,
// under any key that speaks of models.
func (r *pyReader) says(d *pyDecl) bool {
	text := stringOf(d.value.e)
	if text == "" || r.used[d.value.e.Pos()] || KindOf(text) != NameRegistry || !modelKey(d.key) {
		return false
	}
	if i := strings.IndexAny(text, "/:"); i < 0 || serviceOf(text[i+1:]) == "" {
		return false
	}
	for _, w := range strings.Split(snake(d.key), "_") {
		if w == "push" || w == "output" || w == "expected" {
			return false
		}
	}
	r.declare(d, position{"model", "serve", true}, d.value, text, true)
	return true
}

// modelArgs reads what lm-eval is told to load: "pretrained=org/name,revision=…".
func (r *pyReader) modelArgs(d *pyDecl, text string) {
	at := r.x.m.AtNode(d.value.e)
	sh := newShell(r.out, r.x.m.Path, d.how, nil)
	sh.modelArgs(text, at, r.x.m.At(d.at))
	r.used[d.value.e.Pos()] = true
}

// declaredPosition is the meaning of a name in code. A plural stands for a list.
func declaredPosition(key string) (pos position, plural, ok bool) {
	key = snake(strings.Trim(key, "_"))
	if pos, ok = positionOf(key); ok {
		return pos, false, true
	}
	if single, found := strings.CutSuffix(key, "s"); found {
		if pos, ok = positionOf(single); ok {
			return pos, true, true
		}
	}
	for _, suffix := range []string{"_dropdown", "_select", "_selector", "_choice", "_input", "_box", "_textbox", "_radio"} {
		if single, found := strings.CutSuffix(key, suffix); found {
			pos, ok = positionOf(single)
			return pos, false, ok
		}
	}
	for _, suffix := range []string{"_list", "_map", "_mapping", "_registry", "_zoo", "_choices", "_options"} {
		if single, found := strings.CutSuffix(key, suffix); found {
			pos, ok = positionOf(strings.TrimSuffix(single, "s"))
			return pos, true, ok
		}
	}
	for _, word := range strings.Split(key, "_") { // TINY_MODELS_4BIT
		switch word {
		case "hub", "push", "output", "outputs", "results", "expected":
			return position{}, false, false
		case "models", "checkpoints":
			pos, ok = position{"model", "base", true}, true
		case "datasets":
			pos, ok = position{"dataset", "train", true}, true
		case "tokenizers":
			pos, ok = position{"tokenizer", "tokenizer", true}, true
		}
	}
	if ok {
		return pos, true, true
	}
	for _, prefix := range []string{"default_", "my_", "test_", "the_"} {
		if rest, found := strings.CutPrefix(key, prefix); found {
			pos, ok = positionOf(rest)
			return pos, false, ok
		}
	}
	return position{}, false, false
}

func (r *pyReader) declaration(d *pyDecl, pos position, plural bool, v pyValue, depth int) {
	if depth > maxNested || v.e == nil || r.used[v.e.Pos()] {
		return
	}
	down := func(e python.Expr, how string) {
		if e != nil {
			r.declaration(d, pos, plural, pyValue{e, v.scope, v.block, how}, depth+1)
		}
	}
	switch e := v.e.(type) {
	case *python.Name, *python.Attribute:
		r.passed(d, pos, v)
	case *python.Str:
		r.declare(d, pos, v, e.Value, true)
	case *python.FString:
		r.x.steps = maxSteps
		text, known, _ := r.x.text(v, 0)
		if known || startsWithOwner(e) {
			r.declare(d, pos, v, text, known)
		}
	case *python.Cond:
		down(e.Body, v.how)
		down(e.Else, v.how)
	case *python.Bool:
		for _, y := range e.Values {
			down(y, v.how)
		}
	case *python.List:
		for _, y := range e.Elts {
			down(y, "list")
		}
	case *python.Tuple:
		for _, y := range e.Elts {
			down(y, "list")
		}
	case *python.Set:
		for _, y := range e.Elts {
			down(y, "list")
		}
	case *python.Dict:
		for i, y := range e.Values {
			if inner := *d; (plural || d.variable && depth == 0 && isTable(e)) && y != nil {
				inner.host = mirrorOf(e.Keys[i], d.host)
				r.declaration(&inner, pos, plural, pyValue{y, v.scope, v.block, "dict"}, depth+1)
			}
		}
	case *python.Call:
		name := last(python.Dotted(e.Func))
		if strings.HasSuffix(python.Dotted(e.Func), "environ.get") {
			name = "environ.get"
		}
		if def, ok := defaults[name]; ok {
			down(e.Arg(def[0].(string), def[1].(int)), "default")
		} else if name == "get" || name == "pop" || name == "setdefault" {
			down(e.Arg("default", 1), "default")
		} else if (passThrough[name] || name == "param") && len(e.Args) > 0 {
			down(e.Args[0], v.how)
		} else {
			for _, arg := range []string{"value", "values", "choices", "options"} { // what a form offers
				down(e.Arg(arg, -1), "default")
			}
		}
	}
}

// isTable tells a table of names, whatever its keys are, from the settings of one thing.
func isTable(d *python.Dict) bool {
	for _, y := range d.Values {
		switch y := y.(type) {
		case *python.Str:
			if KindOf(y.Value) != NameHub {
				return false
			}
		case *python.List, *python.Tuple, *python.Set:
		default:
			return false
		}
	}
	return true
}

// passed follows a variable that a call takes under the name of a loader's argument
// (Wrapper(tokenizer_id=args.model_id)). A literal that was claimed for something else, or
// was taken for what the keyword says, stays that.
func (r *pyReader) passed(d *pyDecl, pos position, v pyValue) {
	if d.how != "keyword" && d.how != "dict" || pos.role == "push" || pos.role == "output" {
		return
	}
	r.x.steps = maxSteps
	for _, t := range r.x.terms(v, 0) {
		s, ok := t.e.(*python.Str)
		if !ok || t.param != nil || t.imported != "" || KindOf(s.Value) != NameHub {
			continue
		}
		at := s.Pos()
		if r.used[at] && (pos.kind == "dataset" || r.kinds[kindKey{at, pos.kind}] || !r.kinds[kindKey{at, "model"}] && !r.kinds[kindKey{at, "tokenizer"}]) {
			continue // settled, or no model at all
		}
		sink := pySink{kind: pos.kind, role: pos.role, flags: "quiet|shaped|guess", loader: d.key, callAt: r.x.m.At(d.at), trust: sbom.Unstated}
		r.name(t, &sink, s.Value, true)
	}
}

// declare records a literal that has the shape of a hub id, a bucket or registry URI.
func (r *pyReader) declare(d *pyDecl, pos position, v pyValue, text string, known bool) {
	if pos.kind == "dataset" && splitFolder(text) {
		return
	}
	if placeholder(text) || pos.role == "output" || strings.IndexByte(text, '/') == 1 { // x/model stands for any
		return
	}
	at, call := r.x.m.AtNode(v.e), r.x.m.At(d.at)
	if !known {
		prefix, _, ok := strings.Cut(text, "/")
		if !ok || !validSegment(prefix) || localHeads[strings.ToLower(prefix)] || strings.ContainsAny(text, " \n") {
			return
		}
		ref := New(pos.kind, pos.role, text+"${}", at)
		ref.CallAt, ref.How, ref.Loader = call, "fstring", d.key
		r.used[v.e.Pos()], r.kinds[kindKey{v.e.Pos(), pos.kind}] = true, true
		r.add(ref)
		return
	}
	switch KindOf(text) {
	case NameHub, NameBucket, NameRegistry:
	case NameBare, NameOllama: // a closed model of a service is known by its name
		if pos.kind == "model" && d.service != "" && serviceNamed(text) == "" && hostedName(d.service, text) && v.e == d.value.e {
			r.service(d, v, text)
			return
		}
		if KindOf(text) == NameOllama {
			return
		}
		if pos.kind != "model" || serviceOf(text) == "" || v.e != d.value.e && (v.how == "list" || v.how == "dict") { // tables say who offers what
			return
		}
		if pos.role == "base" {
			pos.role = "serve"
		}
	case NameURL:
		if id, _ := HubID(text); id == "" && !modelFile(text) {
			return
		}
	default:
		return
	}
	pos.shaped = true
	if !pos.accepts(text) {
		return
	}
	r.used[v.e.Pos()], r.kinds[kindKey{v.e.Pos(), pos.kind}] = true, true
	ref := New(pos.kind, pos.role, text, at)
	ref.CallAt, ref.How, ref.Loader, ref.Confidence = call, v.how, d.key, "medium"
	ref.TrustRemoteCode = sbom.Unstated
	if d.revision != "" && ref.Role != "push" && ref.Host == "huggingface" {
		SetRevision(&ref, d.revision)
	}
	if d.host != "" && ref.Host == "huggingface" {
		setHost(&ref, d.host, text)
	}
	r.add(ref)
}

// service records a model that what stands beside its name says is one of a service.
func (r *pyReader) service(d *pyDecl, v pyValue, text string) {
	at := v.e.Pos()
	r.used[at], r.kinds[kindKey{at, "model"}] = true, true
	ref := New("model", "serve", text, r.x.m.AtNode(v.e))
	ref.CallAt, ref.How, ref.Loader, ref.Confidence, ref.TrustRemoteCode = r.x.m.At(d.at), v.how, d.key, "medium", sbom.Unstated
	setHost(&ref, d.service, text)
	r.add(ref)
}

// mirrorOf is the hub that a key of a dict names (DownloadSource.MODELSCOPE: "org/name").
func mirrorOf(key python.Expr, outer string) string {
	name := stringOf(key)
	if name == "" && key != nil {
		name = last(python.Dotted(key))
	}
	switch strings.ToLower(name) {
	case "modelscope", "ms":
		return "modelscope"
	case "openmind", "om":
		return "openmind"
	}
	return outer
}

// startsWithOwner tells an f-string whose literal beginning names an organisation.
func startsWithOwner(e *python.FString) bool {
	if len(e.Parts) == 0 {
		return false
	}
	first, ok := e.Parts[0].(*python.Str)
	return ok && strings.Contains(first.Value, "/")
}
