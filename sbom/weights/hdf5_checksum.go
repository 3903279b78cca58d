package weights

import (
	"encoding/binary"
	"math/bits"
)

// maxHDF5Checksum bounds the bytes that one checksum is over: the messages of one object.
const maxHDF5Checksum = 16 << 20

// verify reads the checksum that stands at the end of a structure and compares it with
// the bytes from at on ("VII.", Appendix: Jenkins' lookup3 with 0).
func (h *hdf5) verify(at, end int64) {
	if h.err != nil {
		return
	}
	b, err := readRange(h.r, at, end-at, h.end, maxHDF5Checksum)
	if err != nil {
		h.err = err
		return
	}
	h.pos = end
	if want := h.u32(); h.err == nil && want != lookup3(b) {
		h.fault("malformed", at, "checksum at offset %d is %08x, its bytes have %08x", end, want, lookup3(b))
	}
}

// signature passes the four bytes that a structure begins with.
func (h *hdf5) signature(want string) {
	at := h.pos
	if got := string(h.take(4)); h.err == nil && got != want {
		h.fail("malformed", "%q expected at offset %d, found %q", want, at, got)
	}
}

// lookup3 is Bob Jenkins' hashlittle with an initial value of 0.
func lookup3(key []byte) uint32 {
	a := 0xdeadbeef + uint32(len(key))
	b, c := a, a
	for len(key) > 12 {
		a += binary.LittleEndian.Uint32(key)
		b += binary.LittleEndian.Uint32(key[4:])
		c += binary.LittleEndian.Uint32(key[8:])
		a = a - c ^ bits.RotateLeft32(c, 4)
		c += b
		b = b - a ^ bits.RotateLeft32(a, 6)
		a += c
		c = c - b ^ bits.RotateLeft32(b, 8)
		b += a
		a = a - c ^ bits.RotateLeft32(c, 16)
		c += b
		b = b - a ^ bits.RotateLeft32(a, 19)
		a += c
		c = c - b ^ bits.RotateLeft32(b, 4)
		b += a
		key = key[12:]
	}
	if len(key) == 0 {
		return c
	}
	var tail [12]byte
	copy(tail[:], key)
	a += binary.LittleEndian.Uint32(tail[:])
	b += binary.LittleEndian.Uint32(tail[4:])
	c += binary.LittleEndian.Uint32(tail[8:])
	c = c ^ b - bits.RotateLeft32(b, 14)
	a = a ^ c - bits.RotateLeft32(c, 11)
	b = b ^ a - bits.RotateLeft32(a, 25)
	c = c ^ b - bits.RotateLeft32(b, 16)
	a = a ^ c - bits.RotateLeft32(c, 4)
	b = b ^ a - bits.RotateLeft32(a, 14)
	return c ^ b - bits.RotateLeft32(b, 24)
}
