package weights

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"

	"github.com/bodgit/sevenzip"
)

// sevenZipMagic begins a 7z archive (7zFormat.txt, "SignatureHeader").
var sevenZipMagic = []byte("7z\xbc\xaf\x27\x1c")

func isSevenZip(head []byte, _ int64) bool { return bytes.HasPrefix(head, sevenZipMagic) }

// maxSevenZip bounds the archives that are opened: the library reads their headers with
// the sizes they declare.
const maxSevenZip = 16 << 30

// openSevenZip reads the members of a 7z archive, which is how nullifAI's files got past
// scanners that know zip only.
func openSevenZip(s *scan, p *part) {
	if p.r == nil && !s.hold(p) {
		return
	}
	if p.size > maxSevenZip {
		s.fault(p.member, faultf("too_large", 0, "7z of %d bytes exceeds maxSevenZip (%d)", p.size, int64(maxSevenZip)))
		return
	}
	defer func() {
		if r := recover(); r != nil { // the library's, on a hostile header
			s.fault(p.member, faultf("malformed", 0, "7z: %v", r))
		}
	}()
	p.w.Format = "7z"
	z, err := sevenzip.NewReader(p.r, p.size)
	if err != nil {
		s.fault(p.member, sevenZipFault(err))
		return
	}
	if end, ok := sevenZipEnd(p.r); ok && end < p.size {
		s.fault(p.member, faultf("disagreement", end, "%d bytes follow the end of the 7z archive", p.size-end))
	}
	var later []*sevenzip.File
	for _, f := range z.File {
		if !s.budget.member() {
			s.fault(p.member, faultf("too_many", -1, "more than maxMembers (%d) members", maxMembers))
			return
		}
		checkMemberName(p.w, f.Name, 0)
		if !f.FileInfo().IsDir() && !s.sevenZipMember(p, f) {
			later = append(later, f)
		}
	}
	for _, f := range later {
		if s.models > 0 && len(s.faults) == 0 { // what lies beside a model is part of what is delivered
			s.sevenZipSum(p, f)
		}
	}
	p.w.Format = "7z"
}

// sevenZipSum holds a member that nothing else looks into to its checksum.
func (s *scan) sevenZipSum(p *part, f *sevenzip.File) {
	rc, err := f.Open()
	if err != nil {
		s.fault(join(p.member, f.Name), sevenZipFault(err))
		return
	}
	defer rc.Close()
	sum := crc32.NewIEEE()
	_, err = io.Copy(sum, s.budget.limit(rc, p.size))
	s.sevenZipSame(p, f, sum.Sum32(), err)
}

// sevenZipSame compares the checksum of a member with that of the archive ("Digests" of the
// substreams).
func (s *scan) sevenZipSame(p *part, f *sevenzip.File, sum uint32, err error) {
	switch {
	case err != nil:
		s.fault(join(p.member, f.Name), sevenZipFault(err))
	case f.CRC32 != 0 && sum != f.CRC32:
		s.fault(join(p.member, f.Name), faultf("malformed", -1, "member has CRC %08x, the archive says %08x", sum, f.CRC32))
	}
}

// sevenZipEnd is the end of the archive by its start header (7zFormat.txt,
// "StartHeader": offset of the next header behind these 32 bytes, its size).
func sevenZipEnd(r io.ReaderAt) (end int64, ok bool) {
	const start = 32
	b, err := readRange(r, 0, start, start, start)
	if err != nil {
		return 0, false
	}
	offset, size := binary.LittleEndian.Uint64(b[12:]), binary.LittleEndian.Uint64(b[20:])
	if offset > 1<<60 || size > 1<<60 {
		return 0, false
	}
	return start + int64(offset+size), true
}

// sevenZipMember looks into one member, and tells whether it held it to its checksum:
// a model, or what has the name of one.
func (s *scan) sevenZipMember(p *part, f *sevenzip.File) (checked bool) {
	faults := len(s.faults)
	defer func() {
		if len(s.faults) > faults && formatOfName(f.Name) != "" {
			s.models++ // it has the name of one, and cannot be read
		}
	}()
	rc, err := f.Open()
	if err != nil {
		s.fault(join(p.member, f.Name), sevenZipFault(err))
		return true
	}
	defer rc.Close()
	sum := crc32.NewIEEE()
	head, stream, err := peekStream(io.TeeReader(s.budget.limit(rc, p.size), sum))
	if err != nil && len(head) == 0 {
		s.fault(join(p.member, f.Name), sevenZipFault(err))
		return true
	}
	size := int64(min(f.UncompressedSize, 1<<62))
	var at io.ReaderAt
	if stream == nil {
		at, size = bytes.NewReader(head), int64(len(head))
	}
	w := s.inner(p, f.Name, at, stream, size, head)
	s.known(p, f.Name, w, size, -1)
	if w == nil && formatOfName(f.Name) == "" {
		return false
	}
	if stream != nil && len(s.faults) == 0 { // to the checksum
		_, err = io.Copy(io.Discard, stream)
	}
	if len(s.faults) == faults {
		s.sevenZipSame(p, f, sum.Sum32(), err)
	}
	return true
}

func sevenZipFault(err error) *fault {
	var read *sevenzip.ReadError
	if errors.As(err, &read) && read.Encrypted || strings.Contains(err.Error(), "password") {
		return faultf("encrypted", -1, "7z is encrypted")
	}
	return limitFault(err, "7z")
}
