package weights

import (
	"bytes"
	"slices"
)

// stateDict is what the last dict of a stream said that can be the state of joblib's
// NumpyArrayWrapper (joblib/numpy_pickle.py).
type stateDict struct {
	shape, dtype, align value
}

func (d *stateDict) set(m *pickleMachine, key, v value) {
	switch name, _ := m.word(key); name {
	case "shape":
		d.shape = v
	case "dtype":
		d.dtype = v
	case "numpy_array_alignment_bytes":
		d.align = v
	}
}

// built follows BUILD. joblib's unpickler reads the content of an array from the same
// file as soon as its wrapper is built (numpy_pickle.py, NumpyUnpickler.load_build): the
// bytes lie between two opcodes.
func (m *pickleMachine) built(target value) *fault {
	if m.plain || !m.facts.wrappers || target.kind != kindResult || target.n == 0 {
		return nil
	}
	if m.facts.names[target.n-1].role != roleWrapper {
		return nil
	}
	d := m.dict
	m.dict = stateDict{}
	dims, whole := m.items(d.shape)
	if !whole || d.dtype.kind != kindResult || d.dtype.at == 0 || m.facts.names[d.dtype.n-1].role != roleDtype {
		return faultf("unsupported", m.opAt, "joblib array at offset %d has no shape or type that can be followed", m.opAt)
	}
	shape := make([]int64, 0, keptItems)
	for _, v := range dims {
		if v.kind != kindInt || v.at < 0 {
			return faultf("malformed", m.opAt, "joblib array at offset %d has no shape", m.opAt)
		}
		shape = append(shape, v.at)
	}
	element := m.facts.dtypes[d.dtype.at-1]
	if element.object { // NumpyArrayWrapper.write_array: pickle.dump of the array
		return m.inline()
	}
	n, ok := elements(shape)
	if ok {
		n, ok = mulSat(n, element.bytes)
	}
	if !ok {
		return faultf("malformed", m.opAt, "joblib array at offset %d is larger than 64 bits can say", m.opAt)
	}
	m.fork()
	if d.align.kind == kindInt { // a byte with the length of the padding, the padding
		b := m.src.take(1)
		if b == nil || !m.src.skip(int64(b[0])) {
			return m.short()
		}
	}
	if !m.src.skip(n) {
		return faultf("truncated", m.opAt, "joblib array at offset %d needs %d bytes", m.opAt, n)
	}
	return nil
}

// maxForkBytes bounds the plain reading of a stream that can be read once.
const maxForkBytes = 1 << 20

// fork reads on from an array as pickle.load would, for which the bytes of the array are
// opcodes: in an honest file they are none. What names something there is hidden from
// joblib's reading, and stated with the rest.
func (m *pickleMachine) fork() {
	if m.forked || m.facts.w == nil {
		return
	}
	m.forked = true
	facts := newPickleFacts(nil)
	facts.ops = m.facts.ops
	alt := &pickleMachine{facts: facts, plain: true, depth: m.depth, protocol: m.protocol, tuples: m.tuples, made: m.made, origin: m.origin}
	alt.stack, alt.marks, alt.memo = slices.Clone(m.stack), slices.Clone(m.marks), memo{count: m.memo.count, under: &m.memo}
	// Values on the stack refer to these by number.
	facts.names = slices.Clone(m.facts.names)
	facts.tensors, facts.dtypes, facts.storages = slices.Clone(m.facts.tensors), slices.Clone(m.facts.dtypes), slices.Clone(m.facts.storages)
	if m.src.at != nil {
		alt.src = newPickleSource(m.src.at, m.src.offset(), m.src.size)
	} else {
		alt.src = newPickleStream(bytes.NewReader(bytes.Clone(m.src.peek(maxForkBytes))))
		alt.src.base, alt.src.texts = m.src.offset(), m.src.texts[:len(m.src.texts):len(m.src.texts)]
	}
	alt.resume()
	for _, n := range facts.names[len(m.facts.names):] {
		if !isDottedName(n.module) || !isDottedName(n.name) {
			continue
		}
		m.facts.odd("reading_disagreement", n.at, "joblib takes the bytes at offset %d for an array, pickle.load for %s", n.at, n.qualified)
		id := m.facts.resolve(m, []byte(n.module), []byte(n.name), n.computed)
		if k := &m.facts.names[id]; k.use < n.use {
			k.use, k.args = n.use, n.args
		}
	}
}

// inline reads a whole pickle that stands between two opcodes, and goes on behind it.
func (m *pickleMachine) inline() *fault {
	if m.depth >= maxPickleDepth {
		return faultf("too_deep", m.opAt, "pickles nest deeper than maxPickleDepth (%d)", maxPickleDepth)
	}
	inner := &pickleMachine{src: m.src, facts: m.facts, depth: m.depth, origin: m.origin}
	inner.depth = m.depth + 1
	return inner.run()
}
