package datasets

import (
	"encoding/binary"
	"math/bits"
)

// rowHash is a 64-bit hash of a row: names are the columns, values as written. Two rows
// that differ only in the order of members hash alike. It is not keyed: whoever forges
// a collision makes his own rows look like duplicates, which is seen, not hidden.
type rowHash struct{ h uint64 }

const (
	mixA = 0x9e3779b97f4a7c15
	mixB = 0xbf58476d1ce4e5b9
	mixC = 0x94d049bb133111eb
)

func newHash() rowHash { return rowHash{} }

func (r *rowHash) add(f *field) {
	r.h += hashBytes(f.text, uint64(f.column)<<40|uint64(f.item)<<8|uint64(f.kind))
}

func (r *rowHash) sum() uint64 { return mix(r.h) }

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= mixB
	x ^= x >> 27
	x *= mixC
	return x ^ x>>31
}

// hashBytes hashes b eight bytes at a time with the 128-bit multiplication of wyhash.
func hashBytes(b []byte, seed uint64) uint64 {
	h := mix(seed+mixA) ^ uint64(len(b))
	for len(b) >= 8 {
		hi, lo := bits.Mul64(binary.LittleEndian.Uint64(b)^mixC, h^mixA)
		h = hi ^ lo
		b = b[8:]
	}
	var tail uint64
	for i, c := range b {
		tail |= uint64(c) << (8 * i)
	}
	hi, lo := bits.Mul64(tail^mixB, h^mixC)
	return mix(hi ^ lo)
}

// hashASCII hashes a word of ASCII letters and digits without regard to case: bit 5,
// which tells the cases apart, is set in every digit.
func hashASCII(w []byte) uint64 {
	h := mixA ^ uint64(len(w))
	for ; len(w) > 8; w = w[8:] {
		h = fold(h, binary.LittleEndian.Uint64(w)|lowerCase)
	}
	return fold(h, tail(w)|lowerCase>>(8*(8-len(w))))
}

// hashLetters is hashASCII of letters that are in lower case already, with others.
func hashLetters(w []byte) uint64 {
	h := mixA ^ uint64(len(w))
	for ; len(w) > 8; w = w[8:] {
		h = fold(h, binary.LittleEndian.Uint64(w))
	}
	return fold(h, tail(w))
}

// hashMark hashes a mark of punctuation.
func hashMark(r rune) uint64 { return mix(uint64(r)*mixA + mixB) }

const lowerCase = 0x2020202020202020

func fold(h, x uint64) uint64 {
	hi, lo := bits.Mul64(x^mixC, h^mixB)
	return hi ^ lo
}

// tail reads up to eight bytes.
func tail(w []byte) uint64 {
	switch n := len(w); {
	case n == 8:
		return binary.LittleEndian.Uint64(w)
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(w)) | uint64(binary.LittleEndian.Uint32(w[n-4:]))<<(8*(n-4))
	case n >= 2:
		return uint64(w[0]) | uint64(w[1])<<8 | uint64(w[n-1])<<(8*(n-1))
	case n == 1:
		return uint64(w[0])
	}
	return 0
}
