package references

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// linkImports resolves what modules load by names and through functions of each other.
func linkImports(inv *sbom.Inventory) {
	k := newPyLinker(inv)
	for _, s := range k.modules {
		for _, p := range s.loads {
			values := k.values(p.imported, s, 0)
			for _, v := range values {
				k.add(p.sink, v, "import")
			}
			if len(values) == 0 && p.perhaps {
				k.unknown(p)
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
	kinds := map[pyFound]int{}
	key := func(r *sbom.Reference) pyFound { return pyFound{at: r.At, kind: r.Name} } // words of one text share its place
	for i := range inv.References {
		switch r := &inv.References[i]; r.Kind {
		case "model":
			if kinds[key(r)] |= 1; !isDownload(r.Loader) {
				kinds[key(r)] |= 4
			}
		case "adapter":
			kinds[key(r)] |= 2
		}
	}
	inv.References = slices.DeleteFunc(inv.References, func(ref sbom.Reference) bool {
		r := &ref
		seen := kinds[key(r)]
		if seen&3 != 3 || r.Name == "" || r.Role == "push" || r.Role == "output" {
			return false
		}
		if seen&4 == 0 {
			return r.Kind == "model" // fetched, and then used as an adapter
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
	dotted, key, entry := strings.Cut(dotted, entryMark)
	s, rest := k.module(dotted, from)
	if s == nil || rest == "" {
		return nil
	}
	if entry {
		if out, ok := s.exports[rest+entryMark+key]; ok {
			return out
		}
	}
	if out := s.exports[rest]; out != nil {
		return out
	}
	head, tail, _ := strings.Cut(rest, ".")
	bare, call := strings.CutSuffix(head, returned)
	if full := s.imports[bare]; full != "" && full != dotted {
		if call {
			full += returned
		}
		if tail != "" {
			full += "." + tail
		}
		if entry {
			full += entryMark + key
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
		if old.At == ref.At && old.Confidence == "medium" && old.State == sbom.StateResolved {
			if old.Kind == ref.Kind || ref.Role == "push" || ref.Role == "output" || ref.Kind == "adapter" || ref.Kind == "dataset" {
				k.inv.References[i] = ref
				return true
			}
		}
	}
	k.inv.References = append(k.inv.References, ref)
	return true
}

// unknown records a load of what a name stands for that no module of the source has.
func (k *pyLinker) unknown(p pendingLoad) {
	if p.sink.has("quiet") {
		return
	}
	r := pyReader{}
	ref := r.draft(&p.sink, "", p.at)
	ref.State, ref.RevisionKind = sbom.StateUnresolved, revisionOf(&p.sink)
	ref.Confidence, ref.How, ref.URI, ref.Host = "medium", "call", "", ""
	if found := (pyFound{ref.At, ref.CallAt, ref.Kind}); !k.seen[found] {
		k.seen[found] = true
		k.inv.References = append(k.inv.References, ref)
	}
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
