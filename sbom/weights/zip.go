package weights

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
)

// The zip format as APPNOTE.TXT 6.3.10 describes it. A zip is read twice: by the central
// directory at its end, as most readers do, and by the headers in front of the members, as
// those do that read a stream. What the two say must be the same; where it is not, both
// are read and the disagreement is stated.

const (
	zipLocalSize   = 30
	zipCentralSize = 46
	zipEndSize     = 22
	// maxZipComment is the largest comment behind the end record ("4.3.16").
	maxZipComment = 1<<16 - 1
	// maxZipDirectory bounds the central directory that is held in memory.
	maxZipDirectory = 64 << 20
	// maxZipGap bounds what is searched between members for headers that the directory
	// does not name.
	maxZipGap = 16 << 20
	// maxZipName bounds a member name that is kept.
	maxZipName = 1 << 12
)

var (
	zipLocalMagic   = []byte("PK\x03\x04")
	zipCentralMagic = []byte("PK\x01\x02")
	zipEndMagic     = []byte("PK\x05\x06")
	zip64EndMagic   = []byte("PK\x06\x06")
	zip64LocMagic   = []byte("PK\x06\x07")
)

func isZip(head []byte, _ int64) bool {
	return bytes.HasPrefix(head, zipLocalMagic) || bytes.HasPrefix(head, zipEndMagic)
}

// zipEntry is one member as the directory or a local header describes it.
type zipEntry struct {
	name   string
	flags  uint16
	method uint16
	crc    uint32
	packed int64 // compressed size
	size   int64
	at     int64 // offset of the local header
	data   int64 // offset of the data, 0 when the local header could not be read
	hidden bool  // found by its local header only
	// storage is set for the tensors of a torch file.
	storage bool
}

const (
	zipEncrypted  = 1 << 0 // "4.4.4", bit 0
	zipDescriptor = 1 << 3 // bit 3: sizes follow the data
)

// zipFile is a zip that is being read.
type zipFile struct {
	r       io.ReaderAt
	size    int64
	part    *part
	scan    *scan
	entries []*zipEntry
	dirAt   int64 // offset of the central directory
	base    int64 // bytes in front of the archive
	end     int64 // behind the end record with its comment
}

func (z *zipFile) odd(code string, offset int64, format string, args ...any) {
	odd(z.part.w, code, offset, format, args...)
}

func (z *zipFile) fault(code string, offset int64, format string, args ...any) {
	z.scan.fault(z.part.member, faultf(code, offset, format, args...))
}

// read finds the members by both ways.
func (z *zipFile) read() {
	if z.directory() {
		for _, e := range z.entries {
			z.local(e)
		}
	}
	z.gaps()
}

// findZipEnd searches the end of the file for the end record whose directory is where
// it says, or where it says plus what is in front of the archive.
func findZipEnd(r io.ReaderAt, size int64) (record []byte, at int64, ok bool) {
	n := min(size, zipEndSize+maxZipComment)
	tail := make([]byte, n)
	if m, _ := r.ReadAt(tail, size-n); int64(m) < n {
		return nil, 0, false
	}
	for i := len(tail) - zipEndSize; i >= 0; i-- {
		if tail[i] == 'P' && bytes.HasPrefix(tail[i:], zipEndMagic) {
			return tail[i:], size - n + int64(i), true
		}
	}
	return nil, 0, false
}

// hasZipEnd tells whether a file that is no zip by its first bytes is one by its last.
func hasZipEnd(r io.ReaderAt, size int64) bool {
	record, at, ok := findZipEnd(r, size)
	if !ok || len(record) < zipEndSize {
		return false
	}
	count, length := binary.LittleEndian.Uint16(record[10:]), int64(binary.LittleEndian.Uint32(record[12:]))
	if count == 0 || length < zipCentralSize {
		return false
	}
	if length == 1<<32-1 { // zip64: the locator stands right in front
		length = 0
	}
	var magic [4]byte
	if length > 0 && at >= length {
		if n, _ := r.ReadAt(magic[:], at-length); n == 4 && bytes.Equal(magic[:], zipCentralMagic) {
			return true
		}
	}
	n, _ := r.ReadAt(magic[:], max(0, at-20))
	return n == 4 && bytes.Equal(magic[:], zip64LocMagic)
}

// directory reads the central directory. It returns false when there is none that can
// be read.
func (z *zipFile) directory() bool {
	record, at, ok := findZipEnd(z.r, z.size)
	if !ok {
		z.fault("truncated", z.size, "zip has no end record: its directory is missing")
		return false
	}
	comment := int64(binary.LittleEndian.Uint16(record[20:]))
	z.end = at + zipEndSize + comment
	switch {
	case z.end > z.size:
		z.odd("member_disagreement", at, "zip comment of %d bytes leaves the file: readers disagree whether this is a zip", comment)
		z.end = z.size
	case z.end < z.size:
		z.odd("trailing_bytes", z.end, "%d bytes follow the end of the zip", z.size-z.end)
	}
	count, length := uint64(binary.LittleEndian.Uint16(record[10:])), uint64(binary.LittleEndian.Uint32(record[12:]))
	offset := uint64(binary.LittleEndian.Uint32(record[16:]))
	dirEnd := at
	if c, l, o, where, ok := z.zip64(at); ok {
		count, length, offset, dirEnd = c, l, o, where
	}
	if length > uint64(dirEnd) || length > maxZipDirectory {
		code := "malformed"
		if length > maxZipDirectory {
			code = "too_large"
		}
		z.fault(code, at, "zip directory of %d bytes, limit maxZipDirectory is %d", length, maxZipDirectory)
		return false
	}
	z.dirAt = dirEnd - int64(length)
	if offset > uint64(z.dirAt) {
		z.fault("malformed", at, "zip directory at offset %d is declared at %d", z.dirAt, offset)
	} else {
		z.base = z.dirAt - int64(offset)
	}
	z.central(int64(length), count)
	return true
}

// zip64 reads the zip64 end record ("4.3.14") when its locator stands in front of the
// end record.
func (z *zipFile) zip64(at int64) (count, length, offset uint64, where int64, ok bool) {
	const locator, fixed = 20, 56
	loc, err := readRange(z.r, at-locator, locator, z.size, locator)
	if err != nil || !bytes.HasPrefix(loc, zip64LocMagic) {
		return 0, 0, 0, 0, false
	}
	declared := binary.LittleEndian.Uint64(loc[8:])
	for _, where := range []int64{int64(min(declared, 1<<62)), at - locator - fixed} { // as declared, then where it is with a prefix
		b, err := readRange(z.r, where, fixed, z.size, fixed)
		if err == nil && bytes.HasPrefix(b, zip64EndMagic) {
			return binary.LittleEndian.Uint64(b[32:]), binary.LittleEndian.Uint64(b[40:]), binary.LittleEndian.Uint64(b[48:]), where, true
		}
	}
	z.fault("malformed", at, "zip64 end record is not at offset %d", declared)
	return 0, 0, 0, 0, false
}

// central reads the entries of the directory ("4.3.12").
func (z *zipFile) central(length int64, count uint64) {
	b, err := readRange(z.r, z.dirAt, length, z.size, maxZipDirectory)
	if err != nil {
		z.scan.error(z.part.member, err)
		return
	}
	read := uint64(0)
	for len(b) >= zipCentralSize && bytes.HasPrefix(b, zipCentralMagic) {
		if !z.scan.budget.member() {
			z.fault("too_many", z.dirAt, "more than maxMembers (%d) members", maxMembers)
			return
		}
		name, extra, comment := int(binary.LittleEndian.Uint16(b[28:])), int(binary.LittleEndian.Uint16(b[30:])), int(binary.LittleEndian.Uint16(b[32:]))
		if zipCentralSize+name+extra+comment > len(b) {
			z.fault("truncated", z.dirAt, "entry of the zip directory leaves it")
			return
		}
		e := &zipEntry{
			flags: binary.LittleEndian.Uint16(b[8:]), method: binary.LittleEndian.Uint16(b[10:]), crc: binary.LittleEndian.Uint32(b[16:]),
			packed: int64(binary.LittleEndian.Uint32(b[20:])), size: int64(binary.LittleEndian.Uint32(b[24:])),
			at:   int64(binary.LittleEndian.Uint32(b[42:])),
			name: string(b[zipCentralSize : zipCentralSize+min(name, maxZipName)]),
		}
		e.extra(b[zipCentralSize+name : zipCentralSize+name+extra])
		if e.at > z.size-z.base {
			z.fault("truncated", z.dirAt, "member %s is declared at offset %d behind the file", clip(e.name, 80), e.at)
			e.at = z.size
		} else {
			e.at += z.base
		}
		z.entries = append(z.entries, e)
		b = b[zipCentralSize+name+extra+comment:]
		read++
	}
	if len(b) > 0 {
		z.odd("member_disagreement", z.dirAt, "%d bytes of the zip directory are no entries", len(b))
	}
	if read != count {
		z.odd("member_disagreement", z.dirAt, "zip directory has %d entries, its end record says %d", read, count)
	}
	if len(z.entries) > 0 && z.base > 0 && z.part.w.Expected != "llamafile" { // a program with its model behind it
		z.odd("prefixed_data", 0, "%d bytes stand in front of the zip", z.base)
	}
}

// extra reads the zip64 extra field ("4.5.3"): the numbers that do not fit 32 bits.
func (e *zipEntry) extra(b []byte) {
	const full = 1<<32 - 1
	for len(b) >= 4 {
		id, n := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[2:]))
		if b = b[4:]; n > len(b) {
			return
		}
		if id == 1 {
			f := b[:n]
			for _, to := range []*int64{&e.size, &e.packed, &e.at} {
				if *to == full && len(f) >= 8 {
					*to = int64(min(binary.LittleEndian.Uint64(f), 1<<62))
					f = f[8:]
				}
			}
		}
		b = b[n:]
	}
}

// local compares an entry with the header in front of its data ("4.3.7").
func (z *zipFile) local(e *zipEntry) {
	l, err := z.header(e.at)
	if err != nil {
		z.scan.error(z.part.member, err)
		return
	}
	e.data = l.data
	short := clip(e.name, 80)
	if l.name != e.name {
		z.odd("name_mismatch", e.at, "member is %q in the directory and %q in front of its data", short, clip(l.name, 80))
	}
	switch {
	case l.method != e.method:
		z.odd("header_disagreement", e.at, "member %q has compression %d in the directory and %d in front of its data", short, e.method, l.method)
	case l.flags&zipDescriptor == 0 && (l.packed != e.packed || l.size != e.size):
		z.odd("header_disagreement", e.at, "member %q has %d bytes in the directory and %d in front of its data", short, e.size, l.size)
	case l.flags&zipDescriptor == 0 && l.crc != e.crc:
		z.odd("header_disagreement", e.at, "member %q has CRC %08x in the directory and %08x in front of its data", short, e.crc, l.crc)
	case (l.flags^e.flags)&zipEncrypted != 0:
		z.odd("header_disagreement", e.at, "member %q is encrypted by one of its two headers", short)
	}
	if e.method == 0 && e.packed != e.size {
		z.odd("header_disagreement", e.at, "stored member %q has %d bytes, packed %d", short, e.size, e.packed)
	}
	if e.packed > z.size-e.data {
		z.fault("truncated", e.at, "member %s needs %d bytes at offset %d, the file is shorter", short, e.packed, e.data)
		e.packed = z.size - e.data
		if e.method == 0 {
			e.size = e.packed
		}
	}
}

// header reads the local header at an offset.
func (z *zipFile) header(at int64) (*zipEntry, error) {
	b, err := readRange(z.r, at, zipLocalSize, z.size, zipLocalSize)
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(b, zipLocalMagic) {
		return nil, faultf("malformed", at, "no zip header at offset %d", at)
	}
	name, extra := int64(binary.LittleEndian.Uint16(b[26:])), int64(binary.LittleEndian.Uint16(b[28:]))
	rest, err := readRange(z.r, at+zipLocalSize, name+extra, z.size, 1<<17)
	if err != nil {
		return nil, err
	}
	e := &zipEntry{
		flags: binary.LittleEndian.Uint16(b[6:]), method: binary.LittleEndian.Uint16(b[8:]), crc: binary.LittleEndian.Uint32(b[14:]),
		packed: int64(binary.LittleEndian.Uint32(b[18:])), size: int64(binary.LittleEndian.Uint32(b[22:])),
		name: string(rest[:min(name, maxZipName)]), at: at, data: at + zipLocalSize + name + extra,
	}
	e.extra(rest[name:])
	e.at = at
	return e, nil
}

// gaps looks between the members for headers that the directory does not name, and in
// front of the first one.
func (z *zipFile) gaps() {
	type reach struct{ from, to int64 }
	used := make([]reach, 0, len(z.entries)+1)
	for _, e := range z.entries {
		if e.data > 0 {
			used = append(used, reach{e.at, e.data + e.packed})
		}
	}
	stop := z.size
	if z.dirAt > 0 {
		stop = z.dirAt
	}
	used = append(used, reach{stop, stop})
	slices.SortFunc(used, func(a, b reach) int { return cmpInt(a.from, b.from) })
	at := int64(0)
	for i, u := range used {
		if i > 0 && u.from < at && u.from < stop {
			z.odd("member_disagreement", u.from, "two members of the zip share bytes at offset %d", u.from)
		}
		if u.from > at {
			z.gap(at, u.from)
		}
		at = max(at, u.to)
	}
}

// gap reads the members whose headers lie in bytes that the directory does not account
// for.
func (z *zipFile) gap(from, to int64) {
	const descriptor = 24 // "4.3.9": CRC, sizes, with signature and zip64
	if to-from <= descriptor {
		return
	}
	if to-from > maxZipGap {
		z.fault("too_large", from, "%d bytes between members of the zip, limit maxZipGap is %d", to-from, maxZipGap)
		to = from + maxZipGap
	}
	b, err := readRange(z.r, from, to-from, z.size, maxZipGap)
	if err != nil {
		z.scan.error(z.part.member, err)
		return
	}
	for i := 0; ; {
		j := bytes.Index(b[i:], zipLocalMagic)
		if j < 0 {
			return
		}
		i += j
		e, err := z.header(from + int64(i))
		if err == nil && z.scan.budget.member() {
			if e.packed > to-e.data || e.packed == 0 {
				e.packed = max(0, to-e.data)
			}
			e.hidden = true
			z.entries = append(z.entries, e)
			if z.dirAt > 0 {
				z.odd("member_disagreement", e.at, "member %q stands in the zip and not in its directory", clip(e.name, 80))
			}
			if next := int(e.data - from + e.packed); next > i && e.packed < to-e.data {
				i = next
				continue
			}
		}
		i += len(zipLocalMagic)
	}
}
