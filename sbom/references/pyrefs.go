package references

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// pySink is an argument that is loaded, published or written, with what the call says
// about it.
type pySink struct {
	kind, role, host, flags string
	loader                  string
	callAt                  sbom.At
	revision                string
	revisionState           string // "" none, resolved, unresolved
	revisionParam           *pyParam
	trust                   sbom.Tri
	trustParam              *pyParam
	split                   string
	unpacks                 bool // **kwargs may hold a revision
}

func (s *pySink) has(flag string) bool { return strings.Contains(s.flags, flag) }

// pyReader finds references in one module.
type pyReader struct {
	x     *pyModule
	out   *sbom.Inventory
	how   string
	sinks map[*pyParam][]pySink // what happens to a parameter
	open  map[*pyParam][]openSink
	fed   map[*pyParam]bool // a call passes a value that is known
	used  map[python.Pos]bool
	seen  map[refKey]bool
	links *pyLinks
}

type refKey struct {
	at, call     int64
	kind, loader string
}

// openSink is a load of a parameter for which no value was found yet.
type openSink struct {
	sink pySink
	at   sbom.At
}

const maxSinkRounds = 4 // wrappers around wrappers that are followed

// references finds what the calls of a module load.
func (r *pyReader) references() {
	x := r.x
	for i := range x.calls {
		c := &x.calls[i]
		if c.name == "" {
			continue
		}
		claimed := map[python.Expr]bool{}
		for _, row := range rolesOf(c.name) {
			r.row(c, &pyRoles[row], claimed)
		}
	}
	done := map[*pyParam]int{}
	for range maxSinkRounds {
		if !r.derived(done) {
			break
		}
	}
	r.unfed()
	r.declared()
	r.written()
}

// row applies one row of the role table to a call.
func (r *pyReader) row(c *pyCall, row *pyRole, claimed map[python.Expr]bool) {
	e := roleArg(c.node, row)
	if e == nil || claimed[e] {
		return
	}
	if strings.Contains(row.flags, "lib") && (r.x.own(c.name) || r.x.bound(c)) {
		return // a function or a value of this module of that name
	}
	claimed[e] = true
	v := pyValue{e, c.scope, c.block, "call"}
	if strings.Contains(row.flags, "none") {
		r.claim(v)
		return
	}
	s := pySink{kind: row.kind, role: row.role, host: row.host, flags: row.flags, loader: c.name, callAt: r.x.m.At(c.node.Pos())}
	if !r.callSays(c, &s) {
		r.claim(v)
		return
	}
	if row.args == "data_files" && r.ofRepository(c) {
		r.claim(v) // files of that dataset
		return
	}
	r.nameSays(e, &s)
	r.load(v, &s)
}

// ofRepository tells whether load_dataset is given a dataset rather than a format.
func (r *pyReader) ofRepository(c *pyCall) bool {
	e := c.node.Arg("path", 0)
	if e == nil {
		return false
	}
	text, known, isText := r.x.constant(pyValue{e, c.scope, c.block, "call"})
	return isText && known && !builders[text] && KindOf(text) == NameHub
}

// own tells whether a callee is defined in the module itself.
func (x *pyModule) own(name string) bool {
	head, _, _ := strings.Cut(name, ".")
	return x.funcs[head] != nil || x.classes[head] != nil
}

// bound tells whether a bare callee is a variable.
func (x *pyModule) bound(c *pyCall) bool {
	n, ok := c.node.Func.(*python.Name)
	return ok && (x.local(n.ID, c.scope) || len(x.root.names[n.ID]) > 0 && x.imports[n.ID] == "")
}

func roleArg(c *python.Call, row *pyRole) python.Expr {
	for rest := row.args; rest != ""; {
		var name string
		name, rest, _ = strings.Cut(rest, "|")
		if e := c.Arg(name, -1); e != nil {
			return e
		}
	}
	if row.pos < 0 {
		return nil
	}
	e := c.Arg("", row.pos)
	if _, starred := e.(*python.Starred); starred {
		return nil
	}
	return e
}

// callSays reads what stands beside the name in the call. It is false when the call
// loads something that is neither model nor dataset (a Space), or loads nothing.
func (r *pyReader) callSays(c *pyCall, s *pySink) bool {
	s.trust = sbom.Unstated
	for i := range c.node.Keywords {
		k := &c.node.Keywords[i]
		v := pyValue{k.Value, c.scope, c.block, "keyword"}
		switch k.Name {
		case "revision":
			r.revision(v, s)
		case "trust_remote_code":
			s.trust, s.trustParam = r.tri(v)
		case "repo_type":
			text, known, _ := r.x.constant(v)
			if known && text == "dataset" {
				s.kind = "dataset"
				if s.role == "base" {
					s.role = "train"
				}
			}
			if known && text == "space" {
				return false
			}
		case "split":
			s.split, _, _ = r.x.constant(v)
		case "pretrained":
			if text := r.x.render(v); s.host == "timm" && text == "False" {
				return false
			}
		case "source":
			if text, _, _ := r.x.constant(v); s.host == "torchhub" && text == "local" {
				s.host, s.flags = "", s.flags+"|path"
			}
		case "type":
			if text, _, _ := r.x.constant(v); s.host == "wandb" && text == "dataset" {
				s.kind, s.role = "dataset", "train"
			}
		case "":
			r.unpacked(v, s)
		}
	}
	if s.host == "timm" && c.node.Arg("pretrained", 1) == nil {
		return false
	}
	if s.kind == "dataset" && s.role == "train" && evalSplit(s.split) {
		s.role = "eval"
	}
	return true
}

func evalSplit(split string) bool {
	split = strings.ToLower(split)
	return split != "" && !strings.Contains(split, "train") && (strings.Contains(split, "test") || strings.Contains(split, "valid") || strings.HasPrefix(split, "eval"))
}

// revision reads the revision a call asks for.
func (r *pyReader) revision(v pyValue, s *pySink) {
	r.x.steps = maxSteps
	var found []string
	unknown := false
	for _, t := range r.x.terms(v, 0) {
		if t.param != nil {
			s.revisionParam = t.param
			continue
		}
		if c, ok := t.e.(*python.Const); ok && c.Text == "None" {
			continue
		}
		text, known, isText := r.x.text(t.pyValue, 0)
		switch {
		case isText && known && t.imported == "":
			if !slices.Contains(found, text) {
				found = append(found, text)
			}
		default:
			unknown = true
		}
	}
	switch {
	case len(found) == 1 && !unknown:
		s.revision, s.revisionState = found[0], "resolved"
	case unknown || len(found) > 1 || s.revisionParam != nil:
		s.revisionState = "unresolved"
	}
}

// unpacked looks into **{...} and **dict(...) for what a call says.
func (r *pyReader) unpacked(v pyValue, s *pySink) {
	r.x.steps = maxSteps
	for _, t := range r.x.terms(v, 0) {
		entry := func(name string, e python.Expr) {
			val := pyValue{e, t.scope, t.block, "keyword"}
			switch {
			case name == "revision" && s.revisionState == "":
				r.revision(val, s)
			case name == "trust_remote_code" && s.trust == sbom.Unstated:
				s.trust, s.trustParam = r.tri(val)
			}
		}
		switch e := t.e.(type) {
		case *python.Dict:
			for i, k := range e.Keys {
				entry(stringOf(k), e.Values[i])
			}
		case *python.Call:
			if python.Dotted(e.Func) == "dict" {
				for i := range e.Keywords {
					entry(e.Keywords[i].Name, e.Keywords[i].Value)
				}
				continue
			}
			s.unpacks = true
		default:
			s.unpacks = true
		}
	}
}

func (r *pyReader) tri(v pyValue) (sbom.Tri, *pyParam) {
	r.x.steps = maxSteps
	state, param := sbom.Unstated, (*pyParam)(nil)
	for _, t := range r.x.terms(v, 0) {
		one := sbom.Unresolved
		if c, ok := t.e.(*python.Const); ok && t.imported == "" && t.param == nil {
			one = map[string]sbom.Tri{"True": sbom.Yes, "False": sbom.No, "None": sbom.Unstated}[c.Text]
		}
		if t.param != nil {
			param = t.param
			continue
		}
		if state != sbom.Unstated && state != one {
			one = sbom.Unresolved
		}
		state = one
	}
	if state == sbom.Unstated && param != nil {
		state = sbom.Unresolved
	}
	return state, param
}

// nameSays refines the role by the name of the variable that is passed.
func (r *pyReader) nameSays(e python.Expr, s *pySink) {
	var name string
	switch e := e.(type) {
	case *python.Name:
		name = e.ID
	case *python.Attribute:
		name = e.Attr
	default:
		return
	}
	pos, ok := positionOf(strings.ToLower(name))
	if ok && pos.kind == s.kind && s.role == "base" && pos.role != "push" && pos.role != "output" {
		s.role = pos.role
	}
}

// load follows a value into references, parameters and other modules.
func (r *pyReader) load(v pyValue, s *pySink) {
	r.x.steps = maxSteps
	found := 0
	for _, t := range r.x.terms(v, 0) {
		if r.term(t, s, 0) {
			found++
		}
	}
	if found == 0 && !s.has("quiet") {
		ref := r.draft(s, "", r.x.m.AtNode(v.e))
		ref.State, ref.RevisionKind = sbom.StateUnresolved, revisionOf(s)
		ref.Confidence, ref.How, ref.URI, ref.Host = "medium", "call", "", ""
		r.add(ref)
	}
}

const maxNested = 3 // lists in dicts in lists of names

// term records one value; it is false for one that says nothing about a name.
func (r *pyReader) term(t pyTerm, s *pySink, depth int) bool {
	switch {
	case t.param != nil:
		r.follow(t.param, s, r.x.m.AtNode(t.e))
		return true
	case t.imported != "":
		r.links.load(t.imported, s, r.x.m.AtNode(t.e))
		return true
	}
	switch e := t.e.(type) {
	case *python.Const:
		return true // None: the library's default
	case *python.Num:
		return true
	case *python.List, *python.Tuple, *python.Set:
		return r.nested(t, s, r.x.elements(t.pyValue, 0), depth)
	case *python.Dict:
		var values []pyValue
		for _, y := range e.Values {
			values = append(values, pyValue{y, t.scope, t.block, "dict"})
		}
		return r.nested(t, s, values, depth)
	}
	text, known, isText := r.x.text(t.pyValue, 0)
	if !isText {
		return false
	}
	r.name(t, s, text, known)
	return true
}

// maxSinks bounds the loads one parameter is followed to; dispatchers reach a dozen.
const maxSinks = 16

// follow remembers what happens to a parameter.
func (r *pyReader) follow(p *pyParam, s *pySink, at sbom.At) {
	have := r.sinks[p]
	if len(have) >= maxSinks {
		return
	}
	for i := range have {
		if have[i].callAt == s.callAt && have[i].kind == s.kind && have[i].loader == s.loader {
			return
		}
	}
	r.sinks[p] = append(have, *s)
	r.open[p] = append(r.open[p], openSink{*s, at})
}

func (r *pyReader) nested(_ pyTerm, s *pySink, values []pyValue, depth int) bool {
	any := len(values) == 0
	for _, v := range values {
		for _, t := range r.x.terms(v, 0) {
			if depth < maxNested && r.term(t, s, depth+1) {
				any = true
			}
		}
	}
	return any
}

// name records a name that is loaded at a place.
func (r *pyReader) name(t pyTerm, s *pySink, text string, known bool) {
	r.used[t.e.Pos()] = true
	at := r.x.m.AtNode(t.e)
	if !known {
		if s.has("quiet") && !strings.Contains(text, "/") || s.has("shaped") || s.has("remote") || placeholder(text) && text != "" {
			return
		}
		ref := r.draft(s, text, at)
		ref.Name, ref.State, ref.How = text, sbom.StateUnresolved, "fstring"
		ref.URI, ref.Host, ref.Confidence = "", "", "medium"
		if ref.Revision == "" {
			ref.RevisionKind = sbom.RevisionUnresolved
		}
		r.add(ref)
		return
	}
	if !s.accepts(text) || t.how != "call" && r.x.modes[text] && isWord(text) {
		return
	}
	ref := r.draft(s, text, at)
	ref.How = t.how
	if _, literal := t.e.(*python.Str); !literal {
		ref.How = "fstring"
	}
	r.add(ref)
}

// isWord tells a setting ("scratch", "resume") from a name with a number or a dash.
func isWord(text string) bool {
	return !strings.ContainsAny(text, "0123456789-/.:")
}

// accepts tells whether a text can be what the argument names.
func (s *pySink) accepts(text string) bool {
	if placeholder(text) || s.kind == "dataset" && builders[text] {
		return false
	}
	kind := KindOf(text)
	switch {
	case kind == NameNone:
		return s.host == "clip" && text != "" // ViT-B/32@336px
	case s.has("remote"):
		return kind == NameURL || kind == NameBucket || kind == NameHub && strings.Contains(text, "://")
	case s.has("shaped"):
		return position{s.kind, s.role, true}.accepts(text)
	}
	return true
}

// hosted are services that look names up in a list of their own; a name of the shape
// org/name is one of the hub there too.
var hosted = map[string]bool{"openai": true, "anthropic": true, "groq": true, "mistral": true, "google": true, "bedrock": true, "together": true, "nvidia": true, "gpt4all": true, "whisper": true, "ollama": true, "keras": true, "mlflow": true}

// draft makes the reference for a name.
func (r *pyReader) draft(s *pySink, name string, at sbom.At) sbom.Reference {
	revision := ""
	lookup := name
	switch s.host {
	case "torchhub":
		lookup, revision, _ = strings.Cut(name, ":")
	case "timm", "open_clip":
		for _, p := range []string{"hf_hub:", "hf-hub:"} {
			if rest, ok := strings.CutPrefix(name, p); ok {
				lookup = "hf://" + rest
			}
		}
	}
	ref := New(s.kind, s.role, lookup, at)
	ref.Name = name
	if s.host != "" && !strings.HasPrefix(lookup, "hf") && ref.State == sbom.StateResolved {
		if kind := KindOf(lookup); !hosted[s.host] || kind != NameHub && kind != NameRegistry && kind != NameURL && kind != NameBucket {
			ref.Host, ref.URI = s.host, s.host+"://"+lookup
			ref.Revision, ref.RevisionKind = "", sbom.RevisionNone
			SetRevision(&ref, revision)
		}
	}
	if s.has("path") && (ref.Host == "huggingface" || ref.Host == "ollama") && !strings.Contains(name, "://") && KindOf(name) != NameHub {
		ref.Host, ref.URI = "local", "./"+strings.TrimPrefix(name, "./")
	}
	ref.CallAt, ref.Loader, ref.Split, ref.TrustRemoteCode = s.callAt, s.loader, s.split, s.trust
	if s.role != "push" && s.role != "output" && (ref.Host == "huggingface" || ref.Host == "" || ref.Host == "modelscope") {
		switch s.revisionState {
		case "resolved":
			SetRevision(&ref, s.revision)
		case "unresolved":
			ref.RevisionKind = sbom.RevisionUnresolved
		}
	}
	return ref
}

func revisionOf(s *pySink) string {
	switch s.revisionState {
	case "resolved":
		return RevisionKind(s.revision)
	case "unresolved":
		return sbom.RevisionUnresolved
	}
	return sbom.RevisionNone
}

// add appends a reference once per literal and call.
func (r *pyReader) add(ref sbom.Reference) bool {
	key := refKey{ref.At.Offset, ref.CallAt.Offset, ref.Kind, ref.Loader}
	if ref.At.Path != r.x.m.Path || ref.CallAt.Path != r.x.m.Path {
		key.loader = ref.At.Path + "|" + ref.CallAt.Path + "|" + ref.Loader
	}
	if r.seen[key] {
		return false
	}
	r.seen[key] = true
	r.out.References = append(r.out.References, ref)
	return true
}

// claim marks literals that name something else, so that the name they stand under
// makes no reference of them.
func (r *pyReader) claim(v pyValue) {
	r.x.steps = maxSteps
	for _, t := range r.x.terms(v, 0) {
		if t.e != nil && t.param == nil && t.imported == "" {
			r.used[t.e.Pos()] = true
		}
	}
}

// derived applies what happens to a parameter to the calls of its function. It is
// false when no parameter got a new meaning.
func (r *pyReader) derived(done map[*pyParam]int) bool {
	todo := map[*pyParam][]pySink{}
	for p, sinks := range r.sinks {
		if n := len(sinks); n > done[p] {
			todo[p] = sinks[done[p]:n]
			done[p] = n
		}
	}
	if len(todo) == 0 {
		return false
	}
	for i := range r.x.calls {
		c := &r.x.calls[i]
		fn := r.x.function(c.node.Func, c.scope)
		if fn == nil {
			continue
		}
		for _, p := range fn.params {
			e := c.node.Arg(p.name, p.index)
			if e == nil {
				continue
			}
			for j := range todo[p] {
				s := todo[p][j]
				r.passes(c, &s)
				s.flags += "|quiet"
				before := len(r.out.References)
				r.load(pyValue{e, c.scope, c.block, "call"}, &s)
				if len(r.out.References) > before {
					r.fed[p] = true
				}
			}
		}
	}
	return true
}

// passes reads the revision that a call of a wrapper passes on.
func (r *pyReader) passes(c *pyCall, s *pySink) {
	if s.revisionParam != nil {
		if e := c.node.Arg(s.revisionParam.name, s.revisionParam.index); e != nil {
			s.revision, s.revisionState, s.revisionParam = "", "", nil
			r.revision(pyValue{e, c.scope, c.block, "keyword"}, s)
		} else if s.revision == "" {
			s.revisionState = ""
		}
	}
	if s.trustParam != nil {
		if e := c.node.Arg(s.trustParam.name, s.trustParam.index); e != nil {
			s.trust, s.trustParam = r.tri(pyValue{e, c.scope, c.block, "keyword"})
		}
	}
	if s.unpacks {
		if e := c.node.Arg("revision", -1); e != nil && s.revisionState == "" {
			r.revision(pyValue{e, c.scope, c.block, "keyword"}, s)
		}
		if e := c.node.Arg("trust_remote_code", -1); e != nil && s.trust == sbom.Unstated {
			s.trust, s.trustParam = r.tri(pyValue{e, c.scope, c.block, "keyword"})
		}
	}
}

// unfed reports the loads of parameters for which no value is known in this module.
// The linker takes them back when another module passes one.
func (r *pyReader) unfed() {
	params := make([]*pyParam, 0, len(r.open))
	for p := range r.open {
		params = append(params, p)
	}
	slices.SortFunc(params, func(a, b *pyParam) int {
		return int(r.open[a][0].at.Offset - r.open[b][0].at.Offset)
	})
	for _, p := range params {
		r.links.param(p, r.sinks[p])
		for _, o := range r.open[p] {
			if r.fed[p] || o.sink.has("quiet") || r.resolvedAt(o.sink.callAt, o.sink.kind) {
				continue
			}
			ref := r.draft(&o.sink, "", o.at)
			ref.State, ref.RevisionKind = sbom.StateUnresolved, revisionOf(&o.sink)
			ref.Confidence, ref.How, ref.URI, ref.Host = "medium", "parameter", "", ""
			if r.add(ref) {
				r.links.open(p, ref)
			}
		}
	}
}

// resolvedAt tells whether a call has a name, from a default.
func (r *pyReader) resolvedAt(call sbom.At, kind string) bool {
	for i := range r.out.References {
		ref := &r.out.References[i]
		if ref.CallAt == call && ref.Kind == kind && ref.State == sbom.StateResolved {
			return true
		}
	}
	return false
}

// written makes names local that the module itself writes.
func (r *pyReader) written() {
	outputs := map[string]bool{}
	for i := range r.out.References {
		if ref := &r.out.References[i]; ref.Role == "output" && ref.Name != "" {
			outputs[ref.Name] = true
		}
	}
	for i := range r.out.References {
		ref := &r.out.References[i]
		if ref.Role != "output" && ref.Role != "push" && outputs[ref.Name] && ref.Host == "huggingface" {
			ref.Host, ref.URI, ref.Revision, ref.RevisionKind = "local", "./"+ref.Name, "", sbom.RevisionNone
		}
	}
}
