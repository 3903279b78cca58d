package references

import "github.com/mlpolicy/mlpolicy/sbom"

// pyLinks is what one module tells the others and asks of them.
type pyLinks struct {
	x *pyModule
}

func newPyLinks(x *pyModule) *pyLinks { return &pyLinks{x: x} }

func (l *pyLinks) load(imported string, s *pySink, at sbom.At) {}
func (l *pyLinks) param(p *pyParam, sinks []pySink)            {}
func (l *pyLinks) open(p *pyParam, ref sbom.Reference)         {}
func (l *pyLinks) keep(r *pyReader)                            {}
