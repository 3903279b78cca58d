package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// npyMagic begins a file of numpy.save (NEP 1, "Format Specification: Version 1.0").
var npyMagic = []byte("\x93NUMPY")

// maxNPYHeader bounds the header: numpy itself refuses more than 10,000 bytes unless it
// is told to trust the file (numpy/lib/format.py, _MAX_HEADER_SIZE).
const maxNPYHeader = 64 << 10

func isNPY(head []byte, _ int64) bool { return bytes.HasPrefix(head, npyMagic) }

// readNPY reads the header of an array and, when its elements are objects, the pickle
// that holds them.
func readNPY(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	a, err := npyHeader(io.NewSectionReader(r, 0, size))
	if err != nil {
		return -1, err
	}
	a.list(w)
	if a.element.object {
		inner := &sbom.Weights{}
		_, _, err := readPickles(&shifted{r, a.header}, size-a.header, inner)
		return size, errors.Join(a.pickled(w, inner), shift(err, a.header))
	}
	if a.bytes > size-a.header {
		w.CoversFile = sbom.No
		return -1, faultf("truncated", size, "array needs %d bytes, the file has %d", a.bytes, size-a.header)
	}
	w.DataBytes = a.bytes
	w.CoversFile = sbom.TriOf(a.bytes == size-a.header)
	return a.header + a.bytes, nil
}

// readNPYStream is readNPY for content that can be read once.
func readNPYStream(r io.Reader, w *sbom.Weights) ([]storage, error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	a, err := npyHeader(r)
	if err != nil {
		return nil, err
	}
	a.list(w)
	if !a.element.object {
		w.DataBytes = a.bytes
		return nil, nil
	}
	inner := &sbom.Weights{}
	_, err = readPickleStream(r, inner)
	return nil, errors.Join(a.pickled(w, inner), shift(err, a.header))
}

type npyArray struct {
	header  int64 // bytes in front of the data
	element dtype
	descr   string
	shape   []int64
	bytes   int64
}

func npyHeader(r io.Reader) (a npyArray, err error) {
	head := make([]byte, 12)
	if _, err := io.ReadFull(r, head[:10]); err != nil {
		return a, faultf("truncated", 0, "array ends in its header")
	}
	n := int64(binary.LittleEndian.Uint16(head[8:]))
	a.header = 10
	switch head[6] {
	case 1:
	case 2, 3: // "Format Specification: Version 2.0": four bytes of length
		if _, err := io.ReadFull(r, head[10:]); err != nil {
			return a, faultf("truncated", 0, "array ends in its header")
		}
		n, a.header = int64(binary.LittleEndian.Uint32(head[8:])), 12
	default:
		return a, faultf("unsupported", 6, "numpy format %d.%d", head[6], head[7])
	}
	if n > maxNPYHeader {
		return a, faultf("too_large", 8, "header of %d bytes exceeds maxNPYHeader (%d)", n, maxNPYHeader)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return a, faultf("truncated", a.header, "array ends in its header")
	}
	v, ok := parseLiteral(string(bytes.TrimRight(text, " \n")))
	if !ok || v.kind != '{' {
		return a, faultf("malformed", a.header, "header is no literal dict")
	}
	descr, found, twice := v.get("descr")
	shape, found2, twice2 := v.get("shape")
	a.shape, ok = shape.shape()
	_, found3, _ := v.get("fortran_order")
	if !found || !found2 || !found3 || twice || twice2 || !ok {
		return a, faultf("malformed", a.header, "header has no single descr and shape")
	}
	if a.element, ok = descr.element(0); !ok {
		return a, faultf("unsupported", a.header, "type %q of the array is not known", clip(descr.text, 80))
	}
	a.descr = descr.text
	count, ok := elements(a.shape)
	if ok {
		a.bytes, ok = mulSat(count, a.element.bytes)
	}
	if !ok {
		return a, faultf("malformed", a.header, "shape of the array overflows 64 bits")
	}
	a.header += n
	return a, nil
}

func (a npyArray) list(w *sbom.Weights) {
	name := a.descr
	if name == "" {
		name = "structured"
	}
	addTensor(w, "", name, a.shape)
}

// pickled moves what the pickle of an object array says to the array.
func (a npyArray) pickled(w, inner *sbom.Weights) error {
	w.Executable = sbom.Yes
	w.CoversFile = inner.CoversFile
	for i := range inner.Imports {
		inner.Imports[i].Offset += a.header
	}
	for i := range inner.Oddities {
		inner.Oddities[i].Offset += a.header
	}
	w.Imports = append(w.Imports, inner.Imports...)
	w.Oddities = append(w.Oddities, inner.Oddities...)
	if len(inner.Imports) == 0 && inner.CoversFile != sbom.Yes {
		return faultf("malformed", a.header, "array of objects holds no pickle that names their type")
	}
	return nil
}

// shifted is a ReaderAt behind the first bytes of another.
type shifted struct {
	r  io.ReaderAt
	by int64
}

func (s *shifted) ReadAt(p []byte, off int64) (int, error) { return s.r.ReadAt(p, off+s.by) }

// shift adds to the offsets of faults.
func shift(err error, by int64) error {
	var errs []error
	for _, f := range faults(err) {
		c := *f
		if c.offset >= 0 {
			c.offset += by
		}
		errs = append(errs, &c)
	}
	return errors.Join(errs...)
}
