package weights

import (
	"cmp"
	"encoding/binary"
	"io"
	"math/bits"
	"slices"
)

// fbTable is the layout of a table of a FlatBuffer: its fields by slot (schema order).
type fbTable struct {
	name   string
	fields []fbField
}

// fbField is a field: a scalar or structure of size bytes in the table, or what an offset
// leads to.
type fbField struct {
	kind  fbKind
	size  int64 // of a scalar, a structure, or an element of a vector
	table *fbTable
}

type fbKind int

const (
	fbScalar fbKind = iota
	fbString
	fbVector  // of scalars or structures
	fbStrings // a vector of strings
	fbTables  // a vector of tables
	fbOne     // a table
)

const (
	// maxFlatObjects bounds the objects of one FlatBuffer that are looked at; a model has one
	// or two for each feature.
	maxFlatObjects = 1 << 20
	// maxFlatDepth bounds nested tables, as FlatBuffers' own Verifier does.
	maxFlatDepth = 64
)

// flatCheck verifies a FlatBuffer by its schema, as Verifier of flatbuffers/verifier.h does
// before a model is used: every offset leads to an object that lies in the buffer, aligned.
// It also looks for bytes that belong to no object, which no builder writes.
type flatCheck struct {
	r       io.ReaderAt
	base    int64 // of the buffer in the file
	size    int64
	err     error
	spans   [][2]int64
	newer   bool // a table has fields that the schema has not
	objects int
}

// fbValue is a field that was found: a vector or string with its length, or a scalar.
type fbValue struct {
	at, n int64
	data  []byte // of a scalar or structure
	items []map[int]fbValue
	table map[int]fbValue
}

func (f *flatCheck) fail(at int64, format string, args ...any) {
	if f.err == nil {
		f.err = faultf("malformed", f.base+at, "FlatBuffer: "+format+" at offset %d", append(args, f.base+at)...)
	}
}

// read reads n bytes of the buffer.
func (f *flatCheck) read(at, n int64) []byte {
	if f.err != nil {
		return make([]byte, min(n, 8))
	}
	if at < 0 || n < 0 || at > f.size || n > f.size-at {
		f.fail(at, "an object of %d bytes leaves the buffer of %d", n, f.size)
		return make([]byte, min(max(n, 0), 8))
	}
	b := make([]byte, n)
	if m, err := f.r.ReadAt(b, f.base+at); int64(m) < n {
		f.err = faultf("unreadable", f.base+at, "read at offset %d: %v", f.base+at, err)
	}
	return b
}

func (f *flatCheck) u32(at int64) int64 { return int64(binary.LittleEndian.Uint32(f.read(at, 4))) }

// span notes bytes that belong to an object.
func (f *flatCheck) span(at, n, align int64) {
	f.objects++
	switch {
	case f.objects > maxFlatObjects:
		if f.err == nil {
			f.err = faultf("too_many", f.base+at, "FlatBuffer has more than maxFlatObjects (%d) objects", maxFlatObjects)
		}
	case at < 0 || n < 0 || at > f.size || n > f.size-at:
		f.fail(at, "an object of %d bytes leaves the buffer of %d", n, f.size)
	case at%align != 0:
		f.fail(at, "an object is not aligned to %d", align)
	default:
		f.spans = append(f.spans, [2]int64{at, at + n})
	}
}

// table verifies a table and returns its fields by slot.
func (f *flatCheck) table(at int64, t *fbTable, depth int) map[int]fbValue {
	if f.err != nil || depth > maxFlatDepth {
		f.fail(at, "tables nest deeper than maxFlatDepth (%d)", maxFlatDepth)
		return nil
	}
	vtable := at - int64(int32(f.u32(at)))
	head := f.read(vtable, 4)
	size, width := int64(binary.LittleEndian.Uint16(head)), int64(binary.LittleEndian.Uint16(head[2:]))
	if size < 4 || size%2 != 0 || width < 4 {
		f.fail(vtable, "table %s has a vtable of %d and %d bytes", t.name, size, width)
	}
	f.span(vtable, size, 2)
	f.span(at, width, 4)
	if f.err != nil {
		return nil
	}
	slots := f.read(vtable, size)[4:]
	out := map[int]fbValue{}
	for i := 0; 2*i < len(slots) && f.err == nil; i++ {
		offset := int64(binary.LittleEndian.Uint16(slots[2*i:]))
		if offset == 0 {
			continue
		}
		if i >= len(t.fields) {
			f.newer = true
			continue
		}
		field := t.fields[i]
		n := int64(4)
		if field.kind == fbScalar {
			n = field.size
		}
		if offset < 4 || offset > width-n {
			f.fail(at, "field %d of table %s leaves it", i, t.name)
			break
		}
		out[i] = f.value(at+offset, field, depth)
	}
	return out
}

// value verifies what a field holds.
func (f *flatCheck) value(at int64, field fbField, depth int) fbValue {
	if field.kind == fbScalar {
		return fbValue{at: at, data: f.read(at, field.size)}
	}
	at += f.u32(at)
	switch field.kind {
	case fbOne:
		return fbValue{at: at, table: f.table(at, field.table, depth+1)}
	case fbString:
		n := f.u32(at)
		f.span(at, 4+n+1, 4)
		if b := f.read(at+4+n, 1); f.err == nil && b[0] != 0 {
			f.fail(at, "a string has no zero behind it")
		}
		return fbValue{at: at + 4, n: n}
	}
	n, width := f.u32(at), field.size
	if field.kind != fbVector {
		width = 4
	}
	f.span(at, 4+n*width, 4)
	v := fbValue{at: at + 4, n: n}
	for i := int64(0); i < n && f.err == nil && field.kind != fbVector; i++ {
		inner := fbField{kind: fbString}
		if field.kind == fbTables {
			inner = fbField{kind: fbOne, table: field.table}
		}
		if one := f.value(v.at+4*i, inner, depth); field.kind == fbTables {
			v.items = append(v.items, one.table)
		}
	}
	return v
}

// root verifies the buffer from its root table on.
func (f *flatCheck) root(t *fbTable) map[int]fbValue {
	f.span(0, 4, 4)
	out := f.table(f.u32(0), t, 0)
	if f.err == nil && !f.newer {
		f.gaps()
	}
	return out
}

// gaps looks for bytes between the objects: padding has less than eight, all zero.
func (f *flatCheck) gaps() {
	slices.SortFunc(f.spans, func(a, b [2]int64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	end := int64(0)
	for i, s := range append(f.spans, [2]int64{f.size, f.size}) {
		switch gap := s[0] - end; {
		case gap < 0 && s != f.spans[max(0, i-1)]:
			f.fail(s[0], "two objects lie in one place")
		case gap >= 16:
			f.fail(end, "%d bytes belong to no object", gap)
		case gap > 0 && !blank(f.read(end, gap)):
			f.fail(end, "%d bytes between two objects are not zero", gap)
		}
		end = max(end, s[1])
	}
}

// number is a scalar as a whole number, or the default.
func (v fbValue) number(fallback int64) int64 {
	switch len(v.data) {
	case 1:
		return int64(v.data[0])
	case 4:
		return int64(int32(binary.LittleEndian.Uint32(v.data)))
	}
	return fallback
}

// integers calls visit with each of a vector of 32-bit numbers.
func (f *flatCheck) integers(v fbValue, visit func(i, n int64)) {
	const chunk = 16 << 10
	for i := int64(0); i < v.n && f.err == nil; i += chunk {
		b := f.read(v.at+4*i, 4*min(chunk, v.n-i))
		for j := int64(0); 4*j+4 <= int64(len(b)); j++ {
			visit(i+j, int64(int32(binary.LittleEndian.Uint32(b[4*j:]))))
		}
	}
}

// text is a string, at most limit bytes of it.
func (f *flatCheck) text(v fbValue, limit int64) string {
	if v.n == 0 {
		return ""
	}
	return toValid(string(f.read(v.at, min(v.n, limit))))
}

// leavesOf is the number of leaves of a symmetric tree, 0 when it is too deep to be one.
func leavesOf(depth int64) int64 {
	if depth < 0 || depth >= bits.UintSize/2 {
		return 0
	}
	return 1 << depth
}
