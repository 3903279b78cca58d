package references

import (
	"context"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// maxPythonBytes bounds the Python that is indexed: the largest module of public
// training code is below 1 MiB; larger ones are generated tables. Notebooks carry
// their outputs and may be larger.
const (
	maxPythonBytes   = 4 << 20
	maxNotebookBytes = 32 << 20
)

// pythonCollector reads Python sources and the code cells of notebooks: which calls
// load a model, an adapter or a dataset, where the name they are given comes from, and
// the calls that policies judge.
var pythonCollector = sbom.Collector{
	Name:     "references/python",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyCalls},
	Match: func(f *sbom.File) bool {
		if f.Ext() == ".ipynb" {
			return f.Size <= maxNotebookBytes
		}
		return python.Reads(f) && f.Size <= maxPythonBytes
	},
	Collect: collectPython,
}

func collectPython(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	m := python.Of(f)
	for i := range m.Errors {
		e := &m.Errors[i]
		at := m.At(e.At)
		if i == 0 {
			out.AddProblem(at, sbom.FamilyReferences, "malformed", e.Reason)
		}
	}
	x := indexPython(m)
	r := &pyReader{
		x: x, out: out, sinks: map[*pyParam][]pySink{}, open: map[*pyParam][]openSink{}, fed: map[*pyParam]bool{},
		used: map[python.Pos]bool{}, seen: map[refKey]bool{}, links: newPyLinks(x),
	}
	r.references()
	r.calls()
	r.magics()
	r.links.keep(r)
	return nil
}

// magics reads the shell lines of a notebook.
func (r *pyReader) magics() {
	for _, m := range r.x.m.Magics() {
		if m.Shell {
			ReadShell(r.out, m.Text, r.x.m.Path, "notebook", func(int) sbom.At { return sbom.At{Path: m.At.Path, Line: m.At.Line} })
		}
	}
}
