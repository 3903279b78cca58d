package weights

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// zip compression methods ("4.4.5").
const (
	zipStored  = 0
	zipDeflate = 8
	zipBzip2   = 12
	zipLZMA    = 14
	zipZstd    = 93
	zipXZ      = 95
)

// openZip reads a zip and what is in it.
func openZip(s *scan, p *part) {
	if p.r == nil && !s.hold(p) {
		return
	}
	z := &zipFile{r: p.r, size: p.size, part: p, scan: s}
	z.read()
	p.w.CoversFile = sbom.TriOf(z.end == p.size && z.base == 0)
	z.names()
	readArchive(s, p, z)
	z.checksums()
}

// names checks the names of the members: what leaves the folder that a zip is unpacked
// to, and what is there twice.
func (z *zipFile) names() {
	seen := map[string]bool{}
	for _, e := range z.entries {
		checkMemberName(z.part.w, e.name, e.at)
		if seen[e.name] && !e.hidden {
			z.odd("duplicate_member", e.at, "member %q is in the zip twice", clip(e.name, 80))
		}
		seen[e.name] = true
	}
}

// checkMemberName states that a member would be written outside of the folder that an
// archive is unpacked to.
func checkMemberName(w *sbom.Weights, name string, offset int64) {
	switch locationKind(name) {
	case "relative":
	default:
		odd(w, "member_path", offset, "member %q leaves the folder it is unpacked to", clip(name, 80))
	}
	if strings.ContainsRune(name, 0) {
		odd(w, "name_mismatch", offset, "member name %q has a zero byte", clip(name, 80))
	}
}

// open returns the content of a member: bytes that can be read again when it is stored,
// a stream otherwise.
func (z *zipFile) open(e *zipEntry) (r io.ReaderAt, stream io.Reader, err error) {
	if e.data == 0 {
		return nil, nil, faultf("malformed", e.at, "member has no readable header")
	}
	packed := io.NewSectionReader(z.r, e.data, e.packed)
	if e.method == zipStored {
		return packed, nil, nil
	}
	in, err := inflate(e.method, packed)
	if err != nil {
		return nil, nil, err
	}
	return nil, z.scan.budget.limit(in, e.packed), nil
}

func inflate(method uint16, packed io.Reader) (io.Reader, error) {
	switch method {
	case zipDeflate:
		return flate.NewReader(packed), nil
	case zipBzip2:
		return bzip2.NewReader(packed), nil
	case zipXZ:
		return xz.NewReader(bufio.NewReader(packed))
	case zipZstd:
		return newZstd(packed)
	case zipLZMA:
		return zipLZMAReader(packed)
	}
	return nil, faultf("unsupported", -1, "zip compression method %d", method)
}

// maxWindow bounds the memory of a decompressor. zstd asks for at most 8 MiB without
// --long (RFC 8878, section 3.1.1.1.2), xz presets for 64 MiB.
const maxWindow = 64 << 20

func newZstd(r io.Reader) (io.Reader, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, faultf("malformed", -1, "zstd: %v", err)
	}
	return d.IOReadCloser(), nil
}

// zipLZMAReader reads LZMA as a zip holds it ("5.8.8"): version, size of the properties,
// properties, and no uncompressed size.
func zipLZMAReader(packed io.Reader) (io.Reader, error) {
	var head [9]byte
	if _, err := io.ReadFull(packed, head[:]); err != nil || binary.LittleEndian.Uint16(head[2:]) != 5 {
		return nil, faultf("malformed", -1, "LZMA member has no properties")
	}
	if binary.LittleEndian.Uint32(head[5:]) > maxWindow {
		return nil, faultf("too_large", -1, "LZMA dictionary is larger than maxWindow (%d)", maxWindow)
	}
	alone := append(append([]byte{}, head[4:]...), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	r, err := lzma.NewReader(bufio.NewReader(io.MultiReader(bytes.NewReader(alone), packed)))
	if err != nil {
		return nil, faultf("malformed", -1, "LZMA member: %v", err)
	}
	return r, nil
}

// readMember reads one member when it is of a format that is known here. It returns what
// the member says, nil when it is of none.
func (z *zipFile) readMember(e *zipEntry) *sbom.Weights {
	r, stream, err := z.open(e)
	name := e.name
	if err != nil {
		z.unread(e, err)
		return nil
	}
	size := e.size
	var head []byte
	if r != nil {
		size = e.packed
		head = make([]byte, min(sbom.HeadBytes, size))
		n, _ := r.ReadAt(head, 0)
		head = head[:n]
	} else {
		head, stream, err = peekStream(stream)
		if err != nil && len(head) == 0 {
			z.unread(e, err)
			return nil
		}
		if stream == nil { // all of it
			r, size = bytes.NewReader(head), int64(len(head))
			head = head[:min(len(head), sbom.HeadBytes)]
		}
	}
	before := len(z.scan.faults)
	w := z.scan.inner(z.part, name, r, stream, size, head)
	if w == nil && size > 0 && !isPathFile(name, head) {
		z.unread(e, faultf("unsupported", e.at, "name promises %s; the content is of no format that is known here", formatOfName(name)))
	}
	if w != nil && e.flags&zipEncrypted != 0 {
		z.odd("header_disagreement", e.at, "member %q says that it is encrypted and is not", clip(name, 80))
	}
	if w != nil && e.method == zipStored && w.Executable == sbom.Yes && len(z.scan.faults) == before {
		z.checksum(e)
	}
	return w
}

// unread states that a member whose name promises a model was not read.
func (z *zipFile) unread(e *zipEntry, err error) {
	if !memberMatters(e.name) {
		return
	}
	z.scan.models++
	member := join(z.part.member, e.name)
	var f *fault
	switch {
	case e.flags&zipEncrypted != 0:
		z.scan.fault(member, faultf("encrypted", e.at, "member is encrypted"))
	case errors.As(err, &f):
		z.scan.fault(member, f)
	default:
		z.scan.fault(member, limitFault(err, "decompress"))
	}
}

// peekStream reads the first bytes of a stream. stream is nil when they are all of it.
func peekStream(in io.Reader) (head []byte, stream io.Reader, err error) {
	buf := make([]byte, sbom.HeadBytes)
	n, ended, err := readSome(in, buf, len(buf))
	head = buf[:n]
	switch {
	case err != nil:
		return head, io.MultiReader(bytes.NewReader(head), &failed{err}), err
	case ended:
		return head, nil, nil
	}
	return head, io.MultiReader(bytes.NewReader(head), in), nil
}

// failed is a reader that only returns its error.
type failed struct{ err error }

func (f *failed) Read([]byte) (int, error) { return 0, f.err }

// memberMatters tells whether a member that cannot be read leaves a question open: its
// name promises a model.
func memberMatters(name string) bool {
	switch f := formatOfName(name); f {
	case "", "model", "npy":
		return false
	default:
		base := path.Base(name)
		return !strings.HasPrefix(base, ".")
	}
}
