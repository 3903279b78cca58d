package weights

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"io"
	"strconv"
	"strings"

	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// compression is a stream compressor, told by its first bytes. joblib uses all of them
// but zstd (joblib/compressor.py); archives come in each.
type compression struct {
	name  string
	magic string
	open  func(io.Reader) (io.Reader, error)
}

var compressions = []compression{
	{"gzip", "\x1f\x8b", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},                  // RFC 1952, 2.3.1
	{"bzip2", "BZh", func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }},                // bzip2 format, "Signature"
	{"xz", "\xfd7zXZ\x00", func(r io.Reader) (io.Reader, error) { return xz.NewReader(bufio.NewReader(r)) }}, // .xz File Format, 2.1.1.1
	{"zstd", "\x28\xb5\x2f\xfd", newZstd}, // RFC 8878, 3.1.1
	{"lz4", "\x04\x22\x4d\x18", func(r io.Reader) (io.Reader, error) { return lz4.NewReader(r), nil }}, // LZ4 Frame Format
	{"lzma", "\x5d\x00\x00", newLZMA},                                                // lzma-file-format.txt, 1.1
	{"zlib", "x", func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }}, // RFC 1950, 2.2
	{"joblib-zf", "ZF0x", newZF},
}

func newLZMA(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(13)
	if err != nil {
		return nil, err
	}
	if n := binary.LittleEndian.Uint32(head[1:]); n > maxWindow {
		return nil, faultf("too_large", 1, "LZMA dictionary of %d bytes exceeds maxWindow (%d)", n, maxWindow)
	}
	return lzma.NewReader(b)
}

// newZF reads the format of joblib before 0.10: "ZF", the size in hexadecimal with its
// 0x, blanks up to 21 bytes, a zlib stream (joblib/numpy_pickle_compat.py, read_zfile).
func newZF(r io.Reader) (io.Reader, error) {
	head := make([]byte, 21)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	if _, err := strconv.ParseUint(strings.TrimSpace(string(head[4:])), 16, 64); err != nil {
		return nil, err
	}
	b := bufio.NewReader(r)
	if next, err := b.Peek(1); err == nil && next[0] == ' ' { // Python 2 wrote one more
		b.Discard(1)
	}
	return zlib.NewReader(b)
}

// isLZMA checks the header of LZMA-alone, which has no magic (lzma-file-format.txt, 1.1):
// a dictionary size as encoders write it, an uncompressed size that is unknown or not
// absurd, and the zero that every range coder begins with.
func isLZMA(head []byte) bool {
	if len(head) < 14 || head[13] != 0 {
		return false
	}
	dict, size := binary.LittleEndian.Uint32(head[1:]), binary.LittleEndian.Uint64(head[5:])
	one := dict & (dict - 1)
	return dict >= 1<<12 && (one == 0 || one&(one-1) == 0) && (size == 1<<64-1 || size < 1<<48)
}

// compressionOf tells how content is compressed. zlib, whose magic is short, must
// decompress from the first bytes on.
func compressionOf(head []byte) *compression {
	for i := range compressions {
		c := &compressions[i]
		if !bytes.HasPrefix(head, []byte(c.magic)) {
			continue
		}
		switch c.name {
		case "lzma":
			if !isLZMA(head) {
				continue
			}
		case "zlib":
			r, err := c.open(bytes.NewReader(head))
			if err != nil {
				continue
			}
			var one [1]byte
			if n, _ := io.ReadFull(r, one[:]); n == 0 {
				continue
			}
		case "bzip2":
			if len(head) < 10 || head[3] < '1' || head[3] > '9' {
				continue
			}
		}
		return c
	}
	return nil
}

func isCompressed(head []byte, _ int64) bool { return compressionOf(head) != nil }

// openCompressed reads what a compressed file holds. The facts are those of the content;
// that it is compressed is metadata.
func openCompressed(s *scan, p *part) {
	c := compressionOf(p.head)
	p.w.Format = c.name
	in := p.stream
	if p.r != nil {
		in = io.NewSectionReader(p.r, 0, p.size)
	}
	r, err := c.open(in)
	if err != nil {
		s.notUnpacked(p, c, err)
		return
	}
	head, stream, err := peekStream(s.budget.limit(r, p.size))
	if err != nil && len(head) == 0 {
		s.notUnpacked(p, c, err)
		return
	}
	var at io.ReaderAt
	size := int64(-1)
	if stream == nil {
		at, size = bytes.NewReader(head), int64(len(head))
	}
	sub := s.innerNamed(p, "", p.plain(), at, stream, size, head)
	if sub == nil {
		switch {
		case err != nil:
			s.notUnpacked(p, c, err)
			return
		case p.depth == 0 && archiveName(p.w.Path) && !blank(head): // zeros are a tar without members
			s.fault(p.member, faultf("unsupported", 0, "name promises an archive; what is compressed is none"))
			return
		}
		// the arrays of such a joblib file lie beside it, each compressed so
		if p.w.Expected != "" && !weakNames[p.w.Expected] && c.name != "joblib-zf" {
			s.fault(p.member, faultf("unsupported", 0, "name promises %s; what is compressed is of no format that is known here", p.w.Expected))
		}
		return
	}
	p.w.Format = sub.Format
	if sub.CoversFile != "" {
		p.w.CoversFile = sub.CoversFile
	}
	if stream != nil && len(s.faults) == 0 { // to the checksum
		if _, err := io.Copy(io.Discard, stream); err != nil {
			s.fault(p.member, limitFault(err, c.name))
		}
	}
	setMetadata(p.w, "compression", c.name)
}

// notUnpacked states that compressed content could not be read, unless its name says that
// it is no model (notes.txt.gz).
func (s *scan) notUnpacked(p *part, c *compression, err error) {
	if !noModelName(p.plain()) {
		s.fault(p.member, limitFault(err, c.name))
	}
}

// plain is the name of the content without the ending of its compression.
func (p *part) plain() string {
	name := p.member
	if name == "" {
		name = p.w.Path
	}
	return strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".xz"), ".bz2")
}
