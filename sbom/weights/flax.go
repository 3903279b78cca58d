package weights

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxMsgpackDepth bounds nested maps; flax's own trees have some 20 levels.
	maxMsgpackDepth = 128
	// The extension types of flax (flax/serialization.py, _MsgpackExtType): an array, a
	// complex number, and a number of numpy, which is written as an array.
	flaxArray, flaxComplex, flaxScalar = 1, 2, 3
	// maxFlaxKeys bounds the keys of one map that are compared with each other.
	maxFlaxKeys = 1 << 16
)

// readFlax walks the MessagePack of flax.serialization.to_bytes: maps of names, arrays
// as extension type 1. Nothing of it can run.
func readFlax(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	m := &msgpack{cursor: newCursor(r, size), w: w}
	m.order = binary.BigEndian
	if head := m.peek(1); head != nil && head[0]&0xf0 != 0x80 && head[0] != 0xde && head[0] != 0xdf {
		m.fail("malformed", "MessagePack begins with byte %#02x, which is no map of parameters", head[0])
	}
	m.value("", 0)
	if m.err != nil {
		return -1, m.err
	}
	if m.arrays > 0 && m.foreign != nil {
		return -1, m.foreign
	}
	w.CoversFile = sbom.TriOf(m.pos == size)
	if m.pos < size {
		odd(w, "trailing_bytes", m.pos, "%d bytes follow the end of the MessagePack", size-m.pos)
	}
	return m.pos, nil
}

// msgpack walks MessagePack (msgpack/spec.md, "Formats").
type msgpack struct {
	*cursor
	w       *sbom.Weights
	arrays  int   // of flax
	foreign error // an extension that flax has not: of another writer when there is no array
}

// value passes one value and returns its text when it is a string.
func (m *msgpack) value(name string, depth int) string {
	if depth > maxMsgpackDepth {
		m.fail("too_deep", "values nest deeper than maxMsgpackDepth (%d)", maxMsgpackDepth)
		return ""
	}
	switch c := m.u8(); {
	case m.err != nil:
	case c < 0x80, c >= 0xe0, c == 0xc0, c == 0xc2, c == 0xc3:
	case c < 0x90:
		m.entries(name, int64(c&0x0f), true, depth)
	case c < 0xa0:
		m.entries(name, int64(c&0x0f), false, depth)
	case c < 0xc0:
		return m.str(int64(c & 0x1f))
	case c >= 0xc4 && c <= 0xc6:
		m.skip(m.length(m.number(c - 0xc4)))
	case c >= 0xc7 && c <= 0xc9:
		n := m.number(c - 0xc7)
		m.extension(name, m.u8(), n)
	case c == 0xca, c == 0xce, c == 0xd2:
		m.skip(4)
	case c == 0xcb, c == 0xcf, c == 0xd3:
		m.skip(8)
	case c == 0xcc, c == 0xd0:
		m.skip(1)
	case c == 0xcd, c == 0xd1:
		m.skip(2)
	case c >= 0xd4 && c <= 0xd8:
		m.extension(name, m.u8(), 1<<(c-0xd4))
	case c >= 0xd9 && c <= 0xdb:
		return m.str(int64(m.number(c - 0xd9)))
	case c == 0xdc, c == 0xdd:
		m.entries(name, int64(m.number(c-0xdc+1)), false, depth)
	case c == 0xde, c == 0xdf:
		m.entries(name, int64(m.number(c-0xde+1)), true, depth)
	default:
		m.fail("malformed", "byte %#02x at offset %d is no MessagePack", c, m.pos-1)
	}
	return ""
}

// number reads a length of 1, 2 or 4 bytes.
func (m *msgpack) number(width byte) uint64 {
	switch width {
	case 0:
		return uint64(m.u8())
	case 1:
		return uint64(m.u16())
	}
	return uint64(m.u32())
}

func (m *msgpack) str(n int64) string { return toValid(string(m.bytes(n, maxNameBytes))) }

func (m *msgpack) entries(name string, n int64, pairs bool, depth int) {
	per := int64(1)
	if pairs {
		per = 2
	}
	seen := map[string]bool{}
	for range m.count(uint64(n), per) {
		if m.err != nil {
			return
		}
		key := ""
		if pairs {
			at := m.pos
			key = m.value("", depth+1)
			if key != "" && len(key) < maxNameBytes && seen[key] {
				m.fail("malformed", "key %q at offset %d stands twice in its map", clip(key, 40), at)
			}
			if len(seen) < maxFlaxKeys {
				seen[key] = true
			}
			if name != "" {
				key = name + "." + key
			}
		}
		m.value(clip(key, maxNameBytes), depth+1)
	}
}

// extension reads an extension value; an array is (shape, dtype, bytes).
func (m *msgpack) extension(name string, kind uint8, n uint64) {
	size := m.length(n)
	end := m.pos + size
	switch {
	case m.err != nil:
	case kind != flaxArray && kind != flaxComplex && kind != flaxScalar && kind != 0xff: // -1 is a time of MessagePack itself
		if m.foreign == nil {
			m.foreign = faultf("malformed", m.pos, "extension of type %d at offset %d is none of flax", kind, m.pos)
		}
	case kind == flaxArray || kind == flaxScalar && m.arrays > 0:
		m.arrays++
		inner := &msgpack{cursor: newCursor(m.r, end), w: m.w}
		inner.order, inner.pos = binary.BigEndian, m.pos
		inner.array(name)
		if inner.err != nil {
			m.fail("malformed", "array at offset %d: %v", m.pos, inner.err)
		}
	case kind == flaxComplex && m.arrays > 0:
		if b := m.peek(int(min(size, 1))); len(b) == 0 || b[0] != 0x92 { // its two parts
			m.fail("malformed", "complex number at offset %d has no two parts", m.pos)
		}
	}
	m.pos = max(m.pos, end)
}

func (m *msgpack) array(name string) {
	if c := m.u8(); c != 0x93 {
		m.fail("malformed", "byte %#02x at offset %d is no array of three", c, m.pos-1)
		return
	}
	var shape []int64
	n := int64(m.u8())
	switch {
	case n >= 0x90 && n < 0xa0:
		n -= 0x90
	case n == 0xdc:
		n = int64(m.u16())
	default:
		m.fail("malformed", "shape at offset %d is no list", m.pos-1)
		return
	}
	if n > maxRank {
		m.fail("too_many", "shape of %d dimensions, limit maxRank is %d", n, maxRank)
		return
	}
	for range n {
		shape = append(shape, m.integer())
	}
	dtype := m.value("", 0)
	m.data(dtype, shape)
	if m.err == nil {
		addTensor(m.w, name, dtype, shape)
	}
}

// data compares the bytes of an array with what its shape and type need.
func (m *msgpack) data(dtype string, shape []int64) {
	c := m.u8()
	if m.err == nil && (c < 0xc4 || c > 0xc6) {
		m.fail("malformed", "byte %#02x at offset %d is no data", c, m.pos-1)
	}
	n := m.length(m.number(c - 0xc4))
	if m.err != nil {
		return
	}
	width, known := dtypeBytes(dtype)
	count, ok := elements(shape)
	if ok && known {
		count, ok = mulSat(count, width)
	}
	if !ok || known && count != n || n != m.left() {
		m.fail("malformed", "array of type %s and shape %v has %d bytes of %d", clip(dtype, 40), shape, n, m.left())
	}
}

// dtypeBytes is the size of an element of a type that numpy names.
func dtypeBytes(name string) (n int64, known bool) {
	if name == "bool" {
		return 1, true
	}
	base := strings.TrimRight(name, "0123456789")
	bits, err := strconv.ParseInt(name[len(base):], 10, 16)
	switch base {
	case "int", "uint", "float", "bfloat", "complex":
		return bits / 8, err == nil && bits >= 8
	}
	return 0, false
}

func (m *msgpack) integer() int64 {
	switch c := m.u8(); {
	case c < 0x80:
		return int64(c)
	case c >= 0xcc && c <= 0xce:
		return int64(m.number(c - 0xcc))
	case c == 0xcf:
		return int64(min(m.u64(), 1<<62))
	case m.err == nil:
		m.fail("malformed", "%s", fmt.Sprintf("byte %#02x at offset %d is no dimension", c, m.pos-1))
	}
	return 0
}
