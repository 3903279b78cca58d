package references

import (
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
)

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
		r.ownOption(p)
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
