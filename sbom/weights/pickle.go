package weights

import (
	"encoding/binary"
	"math"
)

const (
	// maxPickleOps bounds the opcodes of one model file: at 20 ns each it is a second.
	maxPickleOps = 50_000_000
	// maxPickleStack bounds the values that are alive at once.
	maxPickleStack = 1 << 20
	// maxPickleMemo bounds the memo; CPython's own grows to what the file says.
	maxPickleMemo = 4 << 20
	// maxPickleDepth bounds pickles in strings of pickles.
	maxPickleDepth = 8
	// maxPickleStreams bounds the pickles that follow each other in one file.
	maxPickleStreams = 100_000
	// maxProtocol is pickle.HIGHEST_PROTOCOL.
	maxProtocol = 5
	// keptTuples is how many tuples are remembered with their items, for the arguments
	// of calls; older ones keep their length only.
	keptTuples = 1 << 8
	// keptItems bounds the remembered items of one tuple.
	keptItems = 8
)

// pickleMachine runs the opcodes of one pickle over values that say what they are and
// nothing else. It resolves no name, builds no object and calls nothing: it follows the
// stack and the memo so that it knows which name is used with what.
//
// Names are recorded when they are resolved, whatever happens to them afterwards.
type pickleMachine struct {
	src   *pickleSource
	facts *pickleFacts

	stack []value
	marks []int
	memo  memo

	tuples [keptTuples]keptTuple
	made   int64 // tuples made

	opAt     int64 // offset of the opcode that is being read
	protocol int
	depth    int   // pickles around this one
	called   bool  // something was called in this stream
	origin   int64 // offset of the stream's bytes in the member
	dict     stateDict
	plain    bool // read as pickle.load does: no array stands between opcodes
	forked   bool // the plain reading of this stream was made
}

type keptTuple struct {
	number int64
	n      int
	items  [keptItems]value
}

// run reads one stream up to its STOP. The fault tells why it ended before.
func (m *pickleMachine) run() *fault {
	m.stack, m.marks, m.called, m.protocol = m.stack[:0], m.marks[:0], false, 0
	m.memo.clear()
	m.forked = false
	m.src.frameEnd = math.MaxInt64
	return m.resume()
}

// resume goes on to the STOP of the stream.
func (m *pickleMachine) resume() *fault {
	for {
		m.opAt = m.src.offset()
		b := m.src.take(1)
		if b == nil {
			return m.short()
		}
		if m.facts.ops++; m.facts.ops > maxPickleOps {
			return faultf("too_many", m.opAt, "more than maxPickleOps (%d) opcodes", maxPickleOps)
		}
		if b[0] == opStop {
			if !m.has(1) {
				return m.underflow()
			}
			return nil
		}
		if f := m.step(b[0]); f != nil {
			return f
		}
		if len(m.stack) > maxPickleStack || len(m.marks) > maxPickleStack {
			return faultf("too_many", m.opAt, "more than maxPickleStack (%d) values on the stack", maxPickleStack)
		}
	}
}

func (m *pickleMachine) short() *fault {
	if m.src.err != nil {
		f := limitFault(m.src.err, "read pickle")
		f.offset = m.opAt
		return f
	}
	return faultf("truncated", m.opAt, "pickle ends at offset %d without STOP", m.src.offset())
}

func (m *pickleMachine) underflow() *fault {
	return faultf("malformed", m.opAt, "opcode at offset %d needs values that are not on the stack", m.opAt)
}

// fence is the lowest value that opcodes may use: the mark, if there is one.
func (m *pickleMachine) fence() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

func (m *pickleMachine) has(n int) bool { return len(m.stack)-m.fence() >= n }

func (m *pickleMachine) push(v value) { m.stack = append(m.stack, v) }

func (m *pickleMachine) top(i int) value { return m.stack[len(m.stack)-i] }

func (m *pickleMachine) drop(n int) { m.stack = m.stack[:len(m.stack)-n] }

// replace puts v in the place of the n values on top.
func (m *pickleMachine) replace(n int, v value) {
	m.stack = append(m.stack[:len(m.stack)-n], v)
}

// toMark takes the values above the last mark. They are valid until the next push.
func (m *pickleMachine) toMark() (items []value, ok bool) {
	if len(m.marks) == 0 {
		return nil, false
	}
	at := m.fence()
	items = m.stack[at:]
	m.stack, m.marks = m.stack[:at], m.marks[:len(m.marks)-1]
	return items, true
}

// step runs one opcode.
func (m *pickleMachine) step(op byte) *fault {
	switch op {
	case opMark:
		m.marks = append(m.marks, len(m.stack))
	case opNone, opNewTrue, opNewFalse:
		m.push(value{kind: kindOther})
	case opEmptyTuple:
		m.push(m.tuple(nil))
	case opEmptyList:
		m.push(value{kind: kindList})
	case opEmptyDict:
		m.push(value{kind: kindDict})
	case opEmptySet:
		m.push(value{kind: kindSet})
	case opBinInt1, opBinInt2, opBinInt, opBinFloat, opLong1, opLong4, opInt, opLong, opFloat:
		return m.number(op)
	case opBinGet, opLongBinGet, opGet, opBinPut, opLongBinPut, opPut, opMemoize:
		return m.memoOp(op)
	case opShortBinUnicode, opBinUnicode, opBinUnicode8, opUnicode, opString, opBinString, opShortBinString,
		opBinBytes, opShortBinBytes, opBinBytes8, opByteArray8:
		return m.text(op)
	case opTuple1, opTuple2, opTuple3, opTuple, opList, opDict, opFrozenSet:
		return m.collect(op)
	case opAppend, opAppends, opSetItem, opSetItems, opAddItems:
		return m.extend(op)
	case opGlobal, opStackGlobal, opInst, opExt1, opExt2, opExt4:
		return m.name(op)
	case opReduce, opNewObj, opNewObjEx, opObj, opBuild, opPersID, opBinPersID:
		return m.call(op)
	case opPop, opPopMark, opDup:
		return m.shuffle(op)
	case opNextBuffer: // an out-of-band buffer, given to the loader
		m.push(value{kind: kindOther})
	case opReadonlyBuffer:
		if !m.has(1) {
			return m.underflow()
		}
	case opProto:
		return m.proto()
	case opFrame:
		return m.frame()
	default:
		return faultf("malformed", m.opAt, "byte %#02x at offset %d is no opcode", op, m.opAt)
	}
	return nil
}

func (m *pickleMachine) proto() *fault {
	b := m.src.take(1)
	if b == nil {
		return m.short()
	}
	if b[0] > maxProtocol {
		return faultf("unsupported", m.opAt, "pickle protocol %d, protocols 0 to %d are known", b[0], maxProtocol)
	}
	m.protocol = int(b[0])
	return nil
}

// frame reads FRAME (PEP 3154, "Framing"). The content of a frame is read as if the
// frame were not there; the source notices when that makes a difference.
func (m *pickleMachine) frame() *fault {
	b := m.src.take(8)
	if b == nil {
		return m.short()
	}
	n := binary.LittleEndian.Uint64(b)
	at := m.src.offset()
	if n > math.MaxInt64 || int64(n) > m.src.size-at || int64(n) > math.MaxInt64-at {
		// CPython stops here, and other readers take no notice of frames: go on.
		m.facts.fault("truncated", m.origin+m.opAt, "frame of %d bytes at offset %d leaves the file", n, m.opAt)
		return nil
	}
	if at < m.src.frameEnd && m.src.frameEnd != math.MaxInt64 && m.src.straddle < 0 {
		m.src.straddle = at // no writer opens a frame inside another, and readers differ
	}
	if !m.src.begin(int64(n)) {
		return m.short()
	}
	// _pickle.c, load_frame: a frame inside of what is buffered changes nothing.
	if m.src.frameEnd == math.MaxInt64 && n > 0 {
		m.src.frameEnd = m.src.offset() + int64(n)
	}
	return nil
}

func (m *pickleMachine) shuffle(op byte) *fault {
	switch op {
	case opPop:
		// _pickle.c, load_pop: a mark on top is popped before a value.
		if n := len(m.marks); n > 0 && m.marks[n-1] == len(m.stack) {
			m.marks = m.marks[:n-1]
			return nil
		}
		if !m.has(1) {
			return m.underflow()
		}
		m.drop(1)
	case opPopMark:
		if _, ok := m.toMark(); !ok {
			return m.underflow()
		}
	case opDup:
		if !m.has(1) {
			return m.underflow()
		}
		m.push(m.top(1))
	}
	return nil
}

// collect makes a container of values on the stack.
func (m *pickleMachine) collect(op byte) *fault {
	switch op {
	case opTuple1, opTuple2, opTuple3:
		n := int(op-opTuple1) + 1
		if !m.has(n) {
			return m.underflow()
		}
		v := m.tuple(m.stack[len(m.stack)-n:])
		m.replace(n, v)
		return nil
	}
	items, ok := m.toMark()
	if !ok {
		return m.underflow()
	}
	switch op {
	case opTuple:
		m.push(m.tuple(items))
	case opList:
		m.push(value{kind: kindList})
	case opDict:
		if len(items)%2 != 0 {
			m.wrong("a key without a value")
		}
		m.checkKeys(items)
		m.facts.pairs(m, items)
		m.push(value{kind: kindDict})
	case opFrozenSet:
		m.push(value{kind: kindSet})
	}
	return nil
}

// tuple makes a tuple and remembers its items for a while.
func (m *pickleMachine) tuple(items []value) value {
	m.made++
	k := &m.tuples[m.made%keptTuples]
	k.number, k.n = m.made, len(items)
	copy(k.items[:], items)
	return value{kind: kindTuple, n: uint32(min(len(items), math.MaxUint32)), at: m.made}
}

// items returns what is remembered of a tuple; whole is false when that is not all.
func (m *pickleMachine) items(v value) (items []value, whole bool) {
	if v.kind != kindTuple {
		return nil, false
	}
	k := &m.tuples[v.at%keptTuples]
	if k.number != v.at {
		return nil, false
	}
	return k.items[:min(k.n, keptItems)], k.n <= keptItems
}

// extend adds to a container; on anything but a built-in container that is a call of
// its append, extend, add or __setitem__.
func (m *pickleMachine) extend(op byte) *fault {
	var items []value
	switch op {
	case opAppend, opSetItem:
		n := 1
		if op == opSetItem {
			n = 2
		}
		if !m.has(n + 1) {
			return m.underflow()
		}
		items = m.stack[len(m.stack)-n:]
		m.drop(n)
	default:
		var ok bool
		if items, ok = m.toMark(); !ok || !m.has(1) {
			return m.underflow()
		}
	}
	target := m.top(1)
	m.checkExtend(op, target, items)
	if op == opSetItem || op == opSetItems {
		m.facts.pairs(m, items)
	}
	if target.kind == kindResult || target.kind == kindGlobal {
		m.facts.use(m, target, useBuild)
	}
	return nil
}
