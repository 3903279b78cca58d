package references

import (
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// pyReader finds references in one module.
type pyReader struct {
	x     *pyModule
	out   *sbom.Inventory
	sinks map[*pyParam][]pySink // what happens to a parameter
	open  map[*pyParam][]openSink
	fed   map[*pyParam]bool // a call passes a value that is known
	used  map[python.Pos]bool
	kinds map[kindKey]bool // what a literal was taken for
	seen  map[refKey]bool
	links *pyLinks
}

type kindKey struct {
	at   python.Pos
	kind string
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
		if len(claimed) == 0 {
			r.guess(c)
		}
	}
	r.commands()
	r.programs()
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
	if strings.Contains(row.flags, "guess") && r.x.readable(c) {
		return // read for what it does
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
	if strings.HasPrefix(c.name, "modelscope.") && s.host == "" {
		s.host = "modelscope"
	}
	if !r.callSays(c, &s) {
		r.claim(v)
		return
	}
	if row.args == "data_files" && r.ofRepository(c) {
		r.claim(v) // files of that dataset
		return
	}
	r.nameSays(e, &s)
	if s.kind == "model" && r.adapterSaid(c, e) {
		s.kind, s.role = "adapter", "adapter"
	}
	if last(c.name) == "Repository" && strings.Contains(r.x.m.Text, ".push_to_hub(") {
		s.role = "push" // a clone that is made to push from
	}
	r.load(v, &s)
	if s.kind == "adapter" {
		r.base(c)
	}
}

// base keeps which call made the model that an adapter is put on: the first argument of
// PeftModel.from_pretrained, or what load_adapter is called on.
func (r *pyReader) base(c *pyCall) {
	e := c.node.Arg("model", 0)
	if a, ok := c.node.Func.(*python.Attribute); ok && last(c.name) != "from_pretrained" {
		e = a.X
	}
	if e == nil {
		return
	}
	r.x.steps = maxSteps
	for _, t := range r.x.terms(pyValue{e, c.scope, c.block, "call"}, 0) {
		if made, ok := t.e.(*python.Call); ok && t.param == nil && t.imported == "" {
			r.out.Keep(keepBases, adapterBase{adapter: r.x.m.At(c.node.Pos()), base: r.x.m.At(made.Pos())})
		}
	}
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

// readable tells whether a callee is defined in the module and names its parameters; one
// that takes *args passes them on to what its name says.
func (x *pyModule) readable(c *pyCall) bool {
	fn := x.function(c.node.Func, c.scope)
	if fn == nil {
		return x.own(c.name)
	}
	for i := range fn.node.Params {
		if fn.node.Params[i].Star == 1 {
			return false
		}
	}
	return true
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
	if e := c.Arg("", row.pos); e != nil {
		if _, starred := e.(*python.Starred); !starred {
			return e
		}
	}
	for i := 0; i <= row.pos && i < len(c.Args); i++ { // f(*pair): item n of what is unpacked
		if s, ok := c.Args[i].(*python.Starred); ok {
			index := &python.Num{Span: s.Span, Text: strconv.Itoa(row.pos - i)}
			return &python.Subscript{Span: s.Span, X: s.X, Index: index}
		}
	}
	return nil
}

// isDownload tells calls that fetch a repository, whatever is in it: what is done with it, or
// where it is put, says what it is.
func isDownload(name string) bool {
	switch last(name) {
	case "snapshot_download", "hf_hub_download", "cached_download", "hf_hub_url":
		return true
	}
	return false
}

// adapterSaid tells a download of an adapter by the variable that holds its name, the file
// that is fetched or the folder it is put into.
func (r *pyReader) adapterSaid(c *pyCall, e python.Expr) bool {
	if !isDownload(c.name) {
		return false
	}
	if pos, ok := positionOf(last(python.Dotted(e))); ok && pos.kind == "adapter" {
		return true
	}
	said := []python.Expr{c.node.Arg("filename", 1), c.node.Arg("local_dir", -1), c.node.Arg("subfolder", -1)}
	for _, e := range said {
		if e == nil {
			continue
		}
		r.x.steps = maxSteps
		for _, t := range r.x.terms(pyValue{e, c.scope, c.block, "call"}, 0) {
			if t.param != nil || t.imported != "" {
				continue
			}
			if text, _, ok := r.x.text(t.pyValue, 0); ok && adapterName(text) {
				return true
			}
		}
	}
	return false
}

// load follows a value into references, parameters and other modules.
func (r *pyReader) load(v pyValue, s *pySink) {
	if written(v.e) {
		s.flags += "|path"
	}
	r.ownSetting(v.e, s)
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

// written tells whether a value is called what a run calls the folder that it writes to:
// what is loaded from there is the run's own, and a bare name in it is no name of a hub.
func written(e python.Expr) bool {
	switch last(python.Dotted(e)) {
	case "output_dir", "output_path", "out_dir", "save_dir", "save_path", "save_directory", "export_dir":
		return true
	}
	return false
}

const maxNested = 3 // lists in dicts in lists of names

// term records one value; it is false for one that says nothing about a name.
func (r *pyReader) term(t pyTerm, s *pySink, depth int) bool {
	switch {
	case t.param != nil:
		if one := *s; t.element { // other entries of a table are no names
			one.flags += "|shaped"
			r.follow(t.param, &one, r.x.m.AtNode(t.e))
		} else {
			r.follow(t.param, s, r.x.m.AtNode(t.e))
		}
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
	if c, ok := t.e.(*python.Call); ok && s.kind == "adapter" && isDownload(python.Dotted(c.Func)) && depth < maxNested {
		return r.downloaded(t, c, s, depth) // a model's tokenizer comes with it; an adapter is told by its use
	}
	text, known, isText := r.x.text(t.pyValue, 0)
	if !isText {
		return false
	}
	r.name(t, s, text, known)
	return true
}

// downloaded follows a folder to the repository it is a copy of, at the revision that was
// downloaded.
func (r *pyReader) downloaded(t pyTerm, c *python.Call, s *pySink, depth int) bool {
	e := c.Arg("repo_id", 0)
	if e == nil {
		e = c.Arg("model_id", -1)
	}
	one := s.unpinned()
	if revision := c.Arg("revision", -1); revision != nil {
		r.revision(pyValue{revision, t.scope, t.block, "keyword"}, &one)
	}
	any := false
	for _, v := range r.x.terms(pyValue{e, t.scope, t.block, "call"}, 0) {
		any = r.term(v, &one, depth+1) || any
	}
	return any
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
	r.kinds[kindKey{t.e.Pos(), s.kind}] = true
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
