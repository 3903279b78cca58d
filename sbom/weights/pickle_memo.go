package weights

import (
	"encoding/binary"
	"strconv"
	"strings"
)

const (
	// memoChunk is how many slots of the memo are allocated at once, so that a large
	// memo grows without copies.
	memoChunk = 1 << 10
	// maxMemoSparse bounds the slots whose index lies far behind the others, which no
	// honest writer makes.
	maxMemoSparse = 1 << 16
)

// memo is the memo of a pickle. A slot that was never written has the kind kindUnset.
type memo struct {
	chunks []*[memoChunk]value
	sparse map[int64]value
	count  int64 // slots written: the index of the next MEMOIZE
	under  *memo // where slots are looked up that are not here
}

func (o *memo) clear() {
	for _, c := range o.chunks[:min(1, len(o.chunks))] {
		clear(c[:]) // most pickles have a small memo: keep its first chunk
	}
	o.chunks = o.chunks[:min(1, len(o.chunks))]
	o.sparse, o.count = nil, 0
}

func (o *memo) get(i int64) (value, bool) {
	if i < int64(len(o.chunks))*memoChunk {
		if v := o.chunks[i/memoChunk][i%memoChunk]; v.kind != kindUnset {
			return v, true
		}
	}
	v, ok := o.sparse[i]
	if !ok && o.under != nil {
		return o.under.get(i)
	}
	return v, ok
}

// put writes a slot; false when the memo is full.
func (o *memo) put(i int64, v value) bool {
	if have := int64(len(o.chunks)) * memoChunk; i >= have && i < have+memoChunk && i < maxPickleMemo {
		o.chunks = append(o.chunks, new([memoChunk]value))
	}
	if i < int64(len(o.chunks))*memoChunk {
		slot := &o.chunks[i/memoChunk][i%memoChunk]
		if slot.kind == kindUnset {
			if _, ok := o.sparse[i]; !ok {
				o.count++
			}
		}
		*slot = v
		return true
	}
	if _, ok := o.sparse[i]; !ok {
		if len(o.sparse) >= maxMemoSparse {
			return false
		}
		o.count++
	}
	if o.sparse == nil {
		o.sparse = map[int64]value{}
	}
	o.sparse[i] = v
	return true
}

// memoOp reads and writes the memo. A slot holds the value on top of the stack, not the
// argument of the opcode before.
func (m *pickleMachine) memoOp(op byte) *fault {
	if op == opMemoize {
		if !m.has(1) {
			return m.underflow()
		}
		return m.put(m.memo.count)
	}
	var i int64
	switch op {
	case opBinGet, opBinPut:
		b := m.src.take(1)
		if b == nil {
			return m.short()
		}
		i = int64(b[0])
	case opLongBinGet, opLongBinPut:
		b := m.src.take(4)
		if b == nil {
			return m.short()
		}
		i = int64(binary.LittleEndian.Uint32(b))
	default:
		b, ok := m.src.line()
		if !ok {
			return m.short()
		}
		if i, ok = pythonInt(b); !ok || i < 0 {
			return faultf("malformed", m.opAt, "memo index %q at offset %d", clip(string(b), 40), m.opAt)
		}
	}
	switch op {
	case opBinGet, opLongBinGet, opGet:
		return m.get(i)
	}
	if !m.has(1) {
		return m.underflow()
	}
	return m.put(i)
}

func (m *pickleMachine) get(i int64) *fault {
	v, ok := m.memo.get(i)
	if !ok {
		return faultf("malformed", m.opAt, "memo has no value %d at offset %d", i, m.opAt)
	}
	m.push(v)
	return nil
}

func (m *pickleMachine) put(i int64) *fault {
	if !m.memo.put(i, m.top(1)) {
		return faultf("too_many", m.opAt, "memo index %d at offset %d, limits are maxPickleMemo (%d) and maxMemoSparse (%d)", i, m.opAt, maxPickleMemo, maxMemoSparse)
	}
	return nil
}

// pythonInt reads a number as Python's int() does: white space around it, a sign,
// leading zeros, underscores between digits.
func pythonInt(b []byte) (int64, bool) {
	s := strings.TrimSpace(string(b))
	if strings.HasPrefix(s, "_") || strings.HasSuffix(s, "_") || strings.Contains(s, "__") {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	return n, err == nil
}
