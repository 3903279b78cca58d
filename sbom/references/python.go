package references

import (
	"context"
	"fmt"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// maxPythonBytes bounds the Python that is indexed: the largest module of public
// training code is below 1 MiB; larger ones are generated tables, or padded to hide
// something, and are a Problem. Notebooks carry their outputs and may be larger.
const (
	maxPythonBytes   = 4 << 20
	maxNotebookBytes = 32 << 20
)

// pythonCollector reads Python sources: which calls load a model, an adapter or a dataset, where the name they are given comes from, and
// the calls that policies judge.
var pythonCollector = sbom.Collector{
	Name:     "references/python",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyCalls},
	Match:    func(f *sbom.File) bool { return f.Ext() != ".ipynb" && python.Reads(f) },
	MaxBytes: maxPythonBytes,
	Collect:  collectPython,
}

// notebookCollector reads the same from the code cells of notebooks.
var notebookCollector = sbom.Collector{
	Name:     "references/notebook",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyCalls},
	Match:    func(f *sbom.File) bool { return f.Ext() == ".ipynb" },
	MaxBytes: maxNotebookBytes,
	Collect:  collectPython,
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
	r := readPython(m, out)
	r.magics()
	r.links.keep(r)
	if r.x.left < 0 {
		out.AddProblem(f.At(1), sbom.FamilyReferences, "too_large", fmt.Sprintf("following names takes more than maxModuleSteps (%d) steps; the rest was not followed", maxModuleSteps))
	}
	return nil
}

// readPython states what one module loads and calls.
func readPython(m *python.Module, out *sbom.Inventory) *pyReader {
	x := indexPython(m)
	r := &pyReader{
		x: x, out: out, sinks: map[*pyParam][]pySink{}, open: map[*pyParam][]openSink{}, fed: map[*pyParam]bool{},
		used: map[python.Pos]bool{}, kinds: map[kindKey]bool{}, seen: map[refKey]bool{}, links: newPyLinks(x),
	}
	r.references()
	r.calls()
	return r
}

// magics reads the lines of a notebook that are no Python: what the shell runs, and
// what a cell writes to a file. Lines that follow each other are one text.
func (r *pyReader) magics() {
	magics := r.x.m.Magics()
	for i := 0; i < len(magics); {
		end := i + 1
		for end < len(magics) && !magics[i].Cell && strings.HasSuffix(magics[end-1].Text, "\\") {
			end++
		}
		if magics[i].Cell {
			for end < len(magics) && magics[end].Cell && magics[end].Shell == magics[i].Shell && magics[end].File == magics[i].File {
				end++
			}
		}
		r.magic(magics[i:end])
		i = end
	}
}

func (r *pyReader) magic(lines []python.Magic) {
	if !lines[0].Shell && lines[0].File == "" {
		return
	}
	texts := make([]string, len(lines))
	for i := range lines {
		texts[i] = lines[i].Text
	}
	place := func(line int) sbom.At {
		at := lines[min(line, len(lines))-1].At
		return sbom.At{Path: at.Path, Line: at.Line}
	}
	if text := strings.Join(texts, "\n") + "\n"; lines[0].Shell {
		sh := newShell(r.out, r.x.m.Path, "notebook", place)
		sh.read(r.interpolate(text, sh))
	} else {
		readEmbedded(r.out, lines[0].File, text, "notebook", place(1))
	}
}
