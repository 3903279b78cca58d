// Package weights says what is inside model files: the names a pickle resolves, the
// operators of a graph that reach outside of it, the templates, tensors and metadata,
// and where the structure of a file says two things at once. One file per format.
//
// It never loads a model: no opcode, layer, template or member is executed, no object is
// built, nothing is written to disk. It holds no list of what is allowed; that a name runs
// code is for policy to say. What cannot be read is a Problem, and the content of the
// file is then partial.
//
// Content decides what a file is. Its name only adds what it promises.
package weights

import (
	"context"
	"fmt"
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Collectors lists every reader of model files.
var Collectors = []sbom.Collector{
	lfsCollector,
	modelCollector,
	indexCollector,
	templateCollector,
	yamlCollector,
}

// Linkers join what the files of a model say, in this order.
var Linkers = []sbom.Linker{
	{Name: "weights/external", Link: linkExternal},
	{Name: "weights/shards", Link: linkShards},
}

// modelCollector reads model files of every format, and containers of them.
var modelCollector = sbom.Collector{
	Name:     "weights/model",
	Families: []sbom.Family{sbom.FamilyWeights},
	Match:    matchModel,
	Collect:  collectModel,
}

// matchModel takes a file whose first bytes are of a known format, or whose name
// promises one. Of pictures, sounds and documents it looks at the end as well.
func matchModel(f *sbom.File) bool {
	if isPointer(f) {
		return false
	}
	return formatOfName(f.Path) != "" || archiveName(f.Path) || formatOf(f.Head, f.Size, f.Path) != nil || isPolyglot(f)
}

func collectModel(ctx context.Context, f *sbom.File, out *sbom.Inventory) error {
	r, err := f.ReaderAt()
	if err != nil {
		return err
	}
	expected := formatOfName(f.Path)
	s := &scan{ctx: ctx, budget: newBudget(), promised: expected != ""}
	if !s.promised {
		s.budget.inflated = maxInflatedOther
	}
	w := sbom.Weights{
		Path: f.Path, Expected: expected, SizeBytes: f.Size, Content: "read",
		Executable: sbom.No, CoversFile: sbom.Unstated, At: sbom.At{Path: f.Path},
	}
	w.SHA256, w.DigestSource = f.SHA256()
	s.file(&w, r, f.Size, f.Head)
	if len(s.faults) > 0 {
		w.Content = "partial"
	}
	if !s.relevant(&w) {
		return nil
	}
	if disguised(&w) {
		odd(&w, "disguised", 0, "the name promises %s, which holds data only; the content is %s", w.Expected, w.Format)
	}
	slices.SortStableFunc(s.faults, func(a, b *fault) int { return cmpInt(a.offset, b.offset) })
	for _, p := range s.faults {
		out.AddProblem(sbom.At{Path: f.Path, Offset: p.offset}, sbom.FamilyWeights, p.code, p.reason)
	}
	out.Weights = append(out.Weights, w)
	return nil
}

// relevant tells whether a file is a model file, or holds one. An archive of other
// things, a picture with a strange tail or a text is none of our business unless its name
// says that it is a model.
func (s *scan) relevant(w *sbom.Weights) bool {
	if w.Format == "" {
		return w.Expected != ""
	}
	if w.Expected != "" || len(w.Imports) > 0 || len(w.Operators) > 0 {
		return true
	}
	if w.Format == "hdf5" {
		return false // data of some program; with a Keras configuration it is keras-h5
	}
	// an archive that cannot be read may hold a model; one in an archive of other things is
	// as little ours as they are
	return !containers[w.Format] || s.models > 0 || slices.ContainsFunc(s.faults, func(f *fault) bool { return !f.total && !f.inner })
}

// weakNames are promises of names that other files have as well: what is of no known
// format under one of them is no model.
var weakNames = map[string]bool{"model": true}

// containers are formats that are model files only by what they hold.
var containers = map[string]bool{
	"zip": true, "tar": true, "7z": true, "gzip": true, "bzip2": true, "xz": true, "lzma": true, "zstd": true, "lz4": true, "zlib": true,
}

// dataOnly are formats whose loaders run nothing of the file.
var dataOnly = map[string]bool{"safetensors": true, "gguf": true, "ggml": true, "onnx": true, "npy": true, "flax": true, "tflite": true}

// disguised tells a file that can run code under a name that promises data only.
func disguised(w *sbom.Weights) bool {
	return dataOnly[w.Expected] && w.Executable == sbom.Yes && w.Format != w.Expected
}

// scan is the reading of one file with everything in it.
type scan struct {
	ctx      context.Context
	budget   *budget
	faults   []*fault
	promised bool      // the name of the file promises a model
	models   int       // members of a model format
	storages []storage // of the last pickle
}

// maxFaults bounds the problems of one file: the first ones say it all.
const maxFaults = 64

func (s *scan) fault(member string, f *fault) {
	switch f.code {
	case "too_deep", "too_large", "too_many":
		if !f.total || s.promised {
			s.models++ // what lies behind the limit may be one
		}
	}
	if len(s.faults) >= maxFaults {
		return
	}
	if member != "" {
		f = &fault{code: f.code, total: f.total, inner: true, offset: f.offset, reason: fmt.Sprintf("member %s: %s", clip(member, maxNameBytes), f.reason)}
	}
	s.faults = append(s.faults, f)
}

func (s *scan) error(member string, err error) {
	for _, f := range faults(err) {
		s.fault(member, f)
	}
}
