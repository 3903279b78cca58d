package weights

import (
	"bytes"
	"io"
	"maps"
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// format is a kind of content: how it is recognised by its first bytes and how it is
// read.
type format struct {
	name string
	is   func(head []byte, size int64) bool
	read func(io.ReaderAt, int64, *sbom.Weights) (end int64, err error) // states facts
	open func(*scan, *part)                                             // a container: looks into its members
	// stream reads content that can be read only once.
	stream func(io.Reader, *sbom.Weights) ([]storage, error)
}

// formats in the order in which they are tried: those with a long magic first.
func formatList() []*format {
	return []*format{
		{name: "hdf5", is: isHDF5, read: readHDF5},
		{name: "gguf", is: isGGUF, read: readGGUF},
		{name: "zip", is: isZip, open: openZip},
		{name: "pickle", is: func(head []byte, _ int64) bool { return startsPickle(head) }, read: readPickle, stream: readPickleStream},
		{name: "npy", is: isNPY, read: readNPY, stream: readNPYStream},
		{name: "7z", is: isSevenZip, open: openSevenZip},
		{name: "tar", is: isTar, open: openTar},
		{name: "compressed", is: isCompressed, open: openCompressed},
		{name: "safetensors", is: isSafetensors, read: readSafetensors},
		{name: "tflite", is: isTFLite, read: readTFLite},
		{name: "ggml", is: isGGML, read: readOpaque},
		{name: "catboost", is: isCatBoost, read: readCatBoost},
		{name: "lightgbm", is: isLightGBM, read: readLightGBM},
		{name: "fasttext", is: isFastText, read: readOpaque},
		{name: "word2vec", is: isWord2Vec, read: readOpaque},
		{name: "xgboost", is: isXGBoostBinary, read: readXGBoostBinary},
		{name: "xgboost", is: isUBJSON, read: readUBJSON},
		{name: "xgboost", is: isXGBoostJSON, read: readXGBoostJSON},
		{name: "skops", is: isSkops, read: readSkops},
		{name: "keras-json", is: isKerasJSON, read: readKerasJSON},
		{name: "openvino", is: isOpenVINO, read: readOpenVINO},
		{name: "pmml", is: isPMML, read: readPMML},
		{name: "tensorflow", is: isSavedModel, read: readSavedModel},
		{name: "onnx", is: isONNX, read: readONNX},
		{name: "tensorflow", is: isGraphDef, read: readGraphDef},
	}
}

// part is content that is being read: the file, or a member of a container in it.
type part struct {
	w      *sbom.Weights
	member string
	r      io.ReaderAt // nil for content that can be read only once
	stream io.Reader
	size   int64 // -1 when not known
	head   []byte
	depth  int
}

// formatOf recognises content by its first bytes; nil when it is of no format that is
// known here. The name helps only where bytes cannot decide.
func formatOf(head []byte, size int64, name string) *format {
	for _, f := range formatList() {
		if f.is(head, size) {
			return f
		}
	}
	if isTextPickle(head, size, pickleNames[formatOfName(name)]) {
		return &format{name: "pickle", read: readPickle, stream: readPickleStream}
	}
	return nil
}

// pickleNames are the promises of a name that a pickle would keep.
var pickleNames = map[string]bool{"pickle": true, "joblib": true, "torch": true, "model": true, "npy": true, "paddle": true}

// file reads the file itself.
func (s *scan) file(w *sbom.Weights, r io.ReaderAt, size int64, head []byte) {
	p := &part{w: w, r: r, size: size, head: head}
	f := formatOf(head, size, w.Path)
	if f == nil {
		f = namedFormat(w.Path, head, "")
	}
	if f == nil {
		s.unknown(p)
		return
	}
	s.content(p, f)
}

// unknown states that a file whose name promises a model is of no known format.
func (s *scan) unknown(p *part) {
	if hasZipEnd(p.r, p.size) { // readers of zip start at the end
		openZip(s, p)
		return
	}
	if isPathFile(p.w.Path, p.head) || p.w.Expected == "" && !archiveName(p.w.Path) || weakNames[p.w.Expected] && !noContent(p.head) {
		p.w.Expected = ""
		return
	}
	fill(&p.w.Expected, "archive")
	p.w.Executable = sbom.Unresolved
	switch {
	case p.size == 0:
		s.fault("", faultf("truncated", 0, "file is empty; its name promises %s", p.w.Expected))
	default:
		s.fault("", faultf("unsupported", 0, "name promises %s; the content is of no format that is known here", p.w.Expected))
	}
}

// content reads one part as the given format.
func (s *scan) content(p *part, f *format) {
	if s.ctx.Err() != nil {
		s.fault(p.member, faultf("unreadable", -1, "reading was cancelled"))
		return
	}
	if p.depth > maxNesting {
		s.fault(p.member, faultf("too_deep", -1, "containers nest deeper than maxNesting (%d)", maxNesting))
		return
	}
	p.w.Format = f.name
	if f.open != nil {
		f.open(s, p)
		return
	}
	if f.name != "hydra" && f.name != "python" && f.name != "yaml" {
		s.models++
	}
	if p.r == nil {
		if f.stream != nil {
			storages, err := f.stream(p.stream, p.w)
			s.storages = storages
			s.error(p.member, err)
			return
		}
		if !s.hold(p) {
			return
		}
	}
	end, err := s.read(p, f)
	s.error(p.member, err)
	s.layout(p)
	if p.depth == 0 {
		s.tail(p, end)
		s.uncovered(p, end)
	}
}

// uncovered makes a problem of bytes that the structure of a file does not account for:
// nobody knows what they are.
func (s *scan) uncovered(p *part, end int64) {
	if p.w.CoversFile != sbom.No || len(s.faults) > 0 || p.padded(end) {
		return
	}
	s.fault(p.member, faultf("disagreement", max(end, 0), "the structure of the %s file does not account for all of its %d bytes", p.w.Format, p.size))
}

// maxPadding bounds the blanks that may follow the end of a file: what aligns it, or the
// line feeds that tools append.
const maxPadding = 64

// padded tells whether nothing but blanks follows the end.
func (p *part) padded(end int64) bool {
	if end < 0 || end >= p.size || p.size-end > maxPadding {
		return false
	}
	tail, err := readRange(p.r, end, p.size-end, p.size, maxPadding)
	return err == nil && blank(tail)
}

// layouts are oddities that the reference readers of a format refuse: what the tensors are
// is not certain then.
var layouts = map[string]bool{
	"duplicate_key": true, "header_trailing_bytes": true, "shape_overflow": true, "tensor_size": true, "tensor_overlap": true,
	"tensor_gap": true, "tensor_alignment": true, "uncovered_bytes": true,
}

// layout makes a problem of a layout that is no file of its format.
func (s *scan) layout(p *part) {
	if p.w.Format != "safetensors" && p.w.Format != "gguf" {
		return
	}
	for _, o := range p.w.Oddities {
		if layouts[o.Code] {
			s.fault(p.member, &fault{code: "disagreement", offset: o.Offset, reason: o.Detail})
		}
	}
}

// read reads content that can be read again. The storages of a torch pickle are kept for
// the container around it.
func (s *scan) read(p *part, f *format) (end int64, err error) {
	if f.name == "pickle" {
		end, s.storages, err = readPickles(p.r, p.size, p.w)
		return end, err
	}
	return f.read(p.r, p.size, p.w)
}

// hold reads content that can be read only once into memory.
func (s *scan) hold(p *part) bool {
	b, err := io.ReadAll(io.LimitReader(p.stream, maxHeldMember+1))
	if err != nil {
		s.fault(p.member, limitFault(err, "read member"))
		return false
	}
	if len(b) > maxHeldMember {
		s.fault(p.member, faultf("too_large", -1, "member is larger than maxHeldMember (%d)", maxHeldMember))
		return false
	}
	p.r, p.size, p.stream = bytes.NewReader(b), int64(len(b)), nil
	return true
}

// tail looks for what hides behind the declared end of a file: an archive, whose
// directory is read from the end, or another pickle.
func (s *scan) tail(p *part, end int64) {
	if hasZipEnd(p.r, p.size) {
		sub := *p
		sub.w = &sbom.Weights{}
		openZip(s, &sub)
		if p.w.Format == "tflite" { // TFLite Metadata, "Pack the associated files": labels in a zip
			sub.w.Oddities = slices.DeleteFunc(sub.w.Oddities, func(o sbom.Oddity) bool { return o.Code == "prefixed_data" })
		} else {
			odd(p.w, "trailing_archive", max(end, 0), "a zip archive ends the %s file: loaders that read from the end see other content", p.w.Format)
		}
		merge(p.w, sub.w, "")
		return
	}
	if end < 0 || end >= p.size || p.w.Format == "pickle" || p.w.Format == "torch-legacy" || p.w.Format == "joblib" {
		return
	}
	head := make([]byte, min(nestedHead, p.size-end))
	if n, _ := p.r.ReadAt(head, end); n < len(head) {
		return
	}
	if f := formatOf(head, p.size-end, ""); f != nil {
		odd(p.w, "trailing_content", end, "%s content follows the end of the %s file at offset %d", f.name, p.w.Format, end)
		s.inner(p, "@"+itoa(end), io.NewSectionReader(p.r, end, p.size-end), nil, p.size-end, head)
	}
}

// inner reads a member of p when it is of a known format. head may be nil.
func (s *scan) inner(p *part, name string, r io.ReaderAt, stream io.Reader, size int64, head []byte) *sbom.Weights {
	return s.innerNamed(p, name, name, r, stream, size, head)
}

// innerNamed is inner for content that is the same member under another name.
func (s *scan) innerNamed(p *part, name, promise string, r io.ReaderAt, stream io.Reader, size int64, head []byte) *sbom.Weights {
	if r != nil && head == nil {
		head = make([]byte, min(sbom.HeadBytes, size))
		n, _ := r.ReadAt(head, 0)
		head = head[:n]
	}
	f := formatOf(head, size, promise)
	if f == nil {
		f = namedFormat(promise, head, p.w.Format)
	}
	if f == nil {
		return nil
	}
	sub := &part{w: &sbom.Weights{Executable: sbom.No}, member: join(p.member, name), r: r, stream: stream, size: size, head: head, depth: p.depth + 1}
	s.content(sub, f)
	merge(p.w, sub.w, name)
	return sub.w
}

func join(member, name string) string {
	if member == "" || name == "" {
		return member + name
	}
	return member + "!" + name
}

// merge adds what a member says to the container.
func merge(w, sub *sbom.Weights, member string) {
	for _, i := range sub.Imports {
		if len(w.Imports) < maxImports {
			i.Member = memberName(member, i.Member)
			w.Imports = append(w.Imports, i)
		}
	}
	for _, o := range sub.Oddities {
		if len(w.Oddities) < maxOddities*8 {
			o.Member = memberName(member, o.Member)
			w.Oddities = append(w.Oddities, o)
		}
	}
	for _, o := range sub.Operators {
		if len(w.Operators) < maxOperators {
			o.Member = memberName(member, o.Member)
			w.Operators = append(w.Operators, o)
		}
	}
	for _, e := range sub.External {
		if len(w.External) < maxExternal {
			e.Member = memberName(member, e.Member)
			w.External = append(w.External, e)
		}
	}
	for _, t := range sub.Templates {
		if len(w.Templates) < maxTemplates {
			t.Key = clip(memberName(member, t.Key), maxNameBytes)
			w.Templates = append(w.Templates, t)
		}
	}
	for _, t := range sub.Tensors {
		if len(w.Tensors) < sbom.MaxTensorsListed {
			w.Tensors = append(w.Tensors, t)
		}
	}
	w.TensorCount += sub.TensorCount
	w.Parameters += sub.Parameters
	w.DataBytes += sub.DataBytes
	for _, k := range sortedKeys(sub.Metadata) {
		if _, ok := w.Metadata[k]; !ok {
			setMetadata(w, k, sub.Metadata[k])
		}
	}
	w.BaseModels = append(w.BaseModels, sub.BaseModels...)
	fill(&w.Architecture, sub.Architecture)
	fill(&w.License, sub.License)
	fill(&w.Quantization, sub.Quantization)
	if sub.Executable == sbom.Yes {
		w.Executable = sbom.Yes
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func fill(to *string, from string) {
	if *to == "" {
		*to = from
	}
}

func memberName(outer, inner string) string {
	switch {
	case outer == "":
		return clip(inner, maxNameBytes)
	case inner == "":
		return clip(outer, maxNameBytes)
	}
	return clip(outer+"!"+inner, maxNameBytes)
}
