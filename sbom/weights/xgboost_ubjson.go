package weights

import (
	"bytes"
	"math"
	"unicode/utf8"
)

// isUBJSON recognises XGBoost's UBJSON model: an object whose keys have their length in
// front, 'L' for eight bytes or 'i' for one.
func isUBJSON(head []byte, _ int64) bool {
	return len(head) > 12 && head[0] == '{' && (head[1] == 'L' || head[1] == 'i') &&
		(bytes.Contains(head[:min(len(head), 64)], []byte("learner")) || bytes.Contains(head[:min(len(head), 64)], []byte("version")))
}

// ubjson walks Universal Binary JSON (ubjson.org, draft 12).
type ubjson struct {
	*cursor
	m *xgbModel
}

func (u *ubjson) note(err error) {
	if u.err == nil {
		u.err = err
	}
}

func (u *ubjson) value(key string, kind byte, depth int) {
	if depth > maxXGBDepth {
		u.fail("too_deep", "values nest deeper than maxXGBDepth (%d)", maxXGBDepth)
		return
	}
	if u.err != nil {
		return
	}
	switch kind {
	case 'Z', 'N':
	case 'T', 'F':
		u.m.number(key, map[byte]float64{'T': 1}[kind])
	case 'S', 'H':
		u.m.text(key, u.text())
	case '[', '{':
		at := u.pos
		u.m.open(key, kind, at)
		u.container(key, kind, depth)
		u.note(u.m.close(kind, at))
	default:
		u.scalar(key, kind)
	}
}

// scalar reads a number.
func (u *ubjson) scalar(key string, kind byte) {
	switch kind {
	case 'i':
		u.m.number(key, float64(int8(u.u8())))
	case 'U', 'C':
		u.m.number(key, float64(u.u8()))
	case 'I':
		u.m.number(key, float64(int16(u.u16())))
	case 'l':
		u.m.number(key, float64(int32(u.u32())))
	case 'L':
		u.m.number(key, float64(int64(u.u64())))
	case 'd':
		u.m.number(key, float64(math.Float32frombits(u.u32())))
	case 'D':
		u.m.number(key, math.Float64frombits(u.u64()))
	default:
		u.fail("malformed", "byte %#02x at offset %d is no UBJSON type", kind, u.pos-1)
	}
}

// text reads a string behind its length: UTF-8 ("String").
func (u *ubjson) text() string {
	at := u.pos
	n := u.length(uint64(u.integer()))
	b := u.bytes(n, maxValueBytes)
	if n <= maxValueBytes && !utf8.Valid(b) {
		u.fail("malformed", "string at offset %d is not UTF-8", at)
	}
	return string(b)
}

func (u *ubjson) integer() int64 {
	switch kind := u.u8(); kind {
	case 'i':
		return int64(int8(u.u8()))
	case 'U':
		return int64(u.u8())
	case 'I':
		return int64(int16(u.u16()))
	case 'l':
		return int64(int32(u.u32()))
	case 'L':
		return int64(u.u64())
	default:
		u.fail("malformed", "byte %#02x at offset %d is no length", kind, u.pos-1)
	}
	return 0
}

var ubjsonWidth = map[byte]int64{'i': 1, 'U': 1, 'C': 1, 'I': 2, 'l': 4, 'd': 4, 'L': 8, 'D': 8}

// container reads an array or an object, with the type and count that it may begin with.
func (u *ubjson) container(key string, kind byte, depth int) {
	typed, count := u.optimized()
	if kind == '[' && bytes.IndexByte([]byte("ZNTF"), typed) >= 0 { // values of no bytes
		u.m.skipped(count)
		return
	}
	if width := ubjsonWidth[typed]; kind == '[' && width > 0 && count >= 0 {
		n, _ := mulSat(count, width)
		u.length(uint64(n))
		if bytes.IndexByte([]byte("dD"), typed) >= 0 && !u.m.wanted(key) {
			u.m.skipped(count)
			u.skip(n)
			return
		}
	}
	end := byte(']')
	if kind == '{' {
		end = '}'
	}
	for i := int64(0); u.err == nil && (count < 0 || i < count); i++ {
		if b := u.peek(1); count < 0 && b != nil && b[0] == end {
			u.skip(1)
			return
		}
		name := key
		if kind == '{' {
			at := u.pos
			if name = u.text(); u.err == nil {
				u.note(u.m.key(name, at))
			}
		}
		t := typed
		if t == 0 {
			t = u.u8()
		}
		if t == 'N' || u.err != nil {
			continue
		}
		u.value(name, t, depth+1)
	}
}

// optimized reads the type and the count of a container, 0 and -1 when it has none.
func (u *ubjson) optimized() (typed byte, count int64) {
	count = -1
	if b := u.peek(1); b != nil && b[0] == '$' {
		u.skip(1)
		typed = u.u8()
	}
	if b := u.peek(1); b != nil && b[0] == '#' {
		u.skip(1)
		if count = u.integer(); count < 0 {
			u.fail("malformed", "container of %d values at offset %d", count, u.pos)
		}
	}
	if typed != 0 && count < 0 {
		u.fail("malformed", "container with a type and without a count at offset %d", u.pos)
	}
	return typed, count
}
