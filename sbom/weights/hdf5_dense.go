package weights

import "math/bits"

// Links and attributes of which an object has many are kept in a fractal heap, and found
// by a version 2 B-tree ("III.A.2", "III.G"). Both are followed: what is not followed
// would hide a group, or a configuration.

const (
	// maxHDF5TreeDepth bounds a version 2 B-tree: with the smallest nodes, 16 levels hold
	// more records than maxHDF5Objects.
	maxHDF5TreeDepth = 16
	// maxHDF5HeapLevels bounds the indirect blocks of a fractal heap below each other.
	maxHDF5HeapLevels = 32
)

// hdf5Record types of a version 2 B-tree ("III.A.2", "Type").
const (
	recordHuge      = 1 // of the heap itself: address, length, id
	recordLink      = 5 // hash of the name, heap id
	recordAttribute = 8 // heap id, flags, creation order, hash
)

// extent is a range of the file.
type extent struct{ at, size int64 }

// dense follows links or attributes that are kept in a fractal heap ("IV.A.2.c", link
// info; "IV.A.2.v", attribute info).
func (h *hdf5) dense(m headerMessage, name string, depth int) {
	h.skip(1)
	if flags := h.u8(); flags&1 != 0 { // maximum creation index
		if m.kind == messageLinkInfo {
			h.skip(8)
		} else {
			h.skip(2)
		}
	}
	heapAt, treeAt := h.address(), h.address()
	if h.err != nil || heapAt == undefined {
		return
	}
	want := recordLink
	if m.kind == messageAttributeInfo {
		want = recordAttribute
	}
	heap := h.fractalHeap(heapAt)
	for _, record := range h.records(treeAt, want) {
		id := record[:min(len(record), heap.idSize)]
		if want == recordLink {
			id = record[min(4, len(record)):]
		}
		o := heap.object(id)
		if h.err != nil {
			return
		}
		h.pos = o.at
		if want == recordLink {
			h.link(name, depth)
		} else {
			h.attribute(headerMessage{kind: messageAttribute, at: o.at, size: o.size}, depth)
		}
	}
}

// records reads all records of a version 2 B-tree ("III.A.2").
func (h *hdf5) records(at int64, want int) [][]byte {
	if at == undefined || h.err != nil {
		return nil
	}
	h.pos = at
	h.signature("BTHD")
	h.skip(1)
	kind := int(h.u8())
	t := hdf5Tree{hdf5: h, kind: kind, node: int64(h.u32()), record: int64(h.u16())}
	depth := int(h.u16())
	h.skip(2) // split and merge percent
	root, n := h.address(), int64(h.u16())
	h.len() // total records
	h.verify(at, h.pos)
	switch {
	case h.err != nil:
		return nil
	case kind != want || t.record == 0 || depth > maxHDF5TreeDepth || t.node <= nodePrefix+t.record:
		h.fail("malformed", "B-tree at offset %d has type %d, depth %d, nodes of %d and records of %d bytes", at, kind, depth, t.node, t.record)
		return nil
	}
	t.widths(depth)
	t.walk(root, n, depth)
	return t.out
}

// hdf5Tree is a version 2 B-tree that is being read.
type hdf5Tree struct {
	*hdf5
	kind         int
	node, record int64
	count        int   // bytes of the number of records of a child
	total        []int // bytes of the number of records below a child, by its level
	out          [][]byte
}

// nodePrefix is what a node has beside its records: signature, version, type, checksum.
const nodePrefix = 4 + 1 + 1 + 4

// widths computes the sizes of the numbers beside each child, which the nodes do not say:
// as many bytes as the largest possible number needs ("III.A.2", internal node).
func (t *hdf5Tree) widths(depth int) {
	most := uint64((t.node - nodePrefix) / t.record)
	t.count = encodedSize(most)
	t.total = make([]int, depth+1)
	below := most
	for level := 1; level <= depth; level++ {
		pointer := int64(t.offsets + t.count + t.total[level-1])
		n := uint64(max(0, (t.node-nodePrefix-pointer)/(t.record+pointer)))
		hi, lo := bits.Mul64(n+1, below)
		if below = lo + n; hi > 0 || below < lo {
			below = 1<<64 - 1
		}
		t.total[level] = encodedSize(below)
	}
}

func encodedSize(n uint64) int { return (max(1, bits.Len64(n))-1)/8 + 1 }

func (t *hdf5Tree) walk(at, n int64, level int) {
	if at == undefined || !t.step() {
		return
	}
	t.pos = at
	if level == 0 {
		t.signature("BTLF")
	} else {
		t.signature("BTIN")
	}
	t.skip(1)
	if kind := int(t.u8()); t.err == nil && kind != t.kind {
		t.fail("malformed", "B-tree node at offset %d has type %d in a tree of type %d", at, kind, t.kind)
	}
	if t.err == nil && n*t.record > t.node-nodePrefix {
		t.fail("malformed", "B-tree node at offset %d has %d records of %d bytes", at, n, t.record)
	}
	for range n {
		record := t.bytes(t.record, maxHDF5Message)
		if !t.step() {
			return
		}
		t.out = append(t.out, record)
	}
	type child struct{ at, n int64 }
	var children []child
	if level > 0 {
		for range n + 1 {
			c := child{at: t.address(), n: int64(t.number(t.count))}
			t.number(t.total[level-1])
			children = append(children, c)
		}
	}
	t.verify(at, t.pos)
	for _, c := range children {
		t.walk(c.at, c.n, level-1)
	}
}

// fractalHeap is the header of a fractal heap ("III.G").
type fractalHeap struct {
	*hdf5
	idSize    int
	filtered  bool
	managed   int64 // largest object that lies in a block
	hugeTree  int64
	width     int64 // blocks of one row
	start     int64 // size of the blocks of the first two rows
	direct    int64 // size of the largest direct block
	heapBytes int   // of an offset in the heap
	sizeBytes int   // of the length of a managed object
	root      int64
	rows      int64 // of the root block; 0: it is a direct one
	huge      map[uint64]extent
}

func (h *hdf5) fractalHeap(at int64) *fractalHeap {
	h.pos = at
	f := &fractalHeap{hdf5: h}
	h.signature("FRHP")
	h.skip(1)
	f.idSize = int(h.u16())
	filters := h.u16()
	f.filtered = filters > 0
	h.skip(1)
	f.managed = int64(h.u32())
	h.len() // next huge id
	f.hugeTree = h.address()
	h.len() // free space
	h.number(h.offsets)
	for range 8 { // managed space, allocated, iterator, objects; huge size, objects; tiny size, objects
		h.len()
	}
	f.width, f.start, f.direct = int64(h.u16()), h.len(), h.len()
	heapBits := int(h.u16())
	h.skip(2) // starting rows
	f.root, f.rows = h.address(), int64(h.u16())
	if f.filtered {
		h.len()
		h.skip(4 + int64(filters))
	}
	h.verify(at, h.pos)
	f.heapBytes = (heapBits + 7) / 8
	f.sizeBytes = encodedSize(uint64(min(f.managed, f.direct)))
	power := func(n int64) bool { return n > 0 && n&(n-1) == 0 && n < 1<<40 }
	if h.err == nil && (!power(f.start) || !power(f.direct) || !power(f.width) || f.direct < f.start || heapBits == 0 || heapBits > 64) {
		h.fail("malformed", "fractal heap at offset %d has %d blocks of %d to %d bytes in a row", at, f.width, f.start, f.direct)
	}
	return f
}

// object finds an object of the heap by its id ("III.G.1" to "III.G.3").
func (f *fractalHeap) object(id []byte) extent {
	if f.err != nil || len(id) < 1 {
		return extent{}
	}
	rest := id[1:]
	switch kind := id[0] >> 4 & 3; {
	case id[0]>>6 != 0 || kind > 1 || f.filtered: // tiny objects are smaller than a link or an attribute
		f.fail("unsupported", "fractal heap has an object of kind %d (filtered: %t)", kind, f.filtered)
		return extent{}
	case kind == 1:
		return f.hugeObject(rest)
	}
	if len(rest) < f.heapBytes+f.sizeBytes {
		f.fail("malformed", "fractal heap id of %d bytes", len(id))
		return extent{}
	}
	off, size := littleEndian(rest[:f.heapBytes]), littleEndian(rest[f.heapBytes:f.heapBytes+f.sizeBytes])
	if off > 1<<62 {
		f.fail("malformed", "fractal heap has an object at %d", off)
		return extent{}
	}
	at := f.locate(int64(off))
	if f.err == nil && (at > f.end || int64(size) > f.end-at) {
		f.fail("truncated", "object of %d bytes at offset %d leaves the file", size, at)
	}
	return extent{at: at, size: int64(size)}
}

func littleEndian(b []byte) uint64 {
	var v uint64
	for i, c := range b {
		v |= uint64(c) << (8 * i)
	}
	return v
}

// hugeObject finds an object that lies outside of the blocks: its id has the place, or a
// key of the heap's own B-tree.
func (f *fractalHeap) hugeObject(rest []byte) extent {
	if len(rest) >= f.offsets+f.lengths {
		at, size := littleEndian(rest[:f.offsets]), littleEndian(rest[f.offsets:f.offsets+f.lengths])
		if at > uint64(f.end-f.base) || size > uint64(f.end)-at {
			f.fail("truncated", "object of %d bytes at address %d leaves the file", size, at)
			return extent{}
		}
		return extent{at: int64(at) + f.base, size: int64(size)}
	}
	if f.huge == nil {
		f.huge = map[uint64]extent{}
		for _, record := range f.records(f.hugeTree, recordHuge) {
			if len(record) < f.offsets+2*f.lengths {
				continue
			}
			at, size := littleEndian(record[:f.offsets]), littleEndian(record[f.offsets:f.offsets+f.lengths])
			if at <= uint64(f.end-f.base) && size <= uint64(f.end)-at {
				f.huge[littleEndian(record[f.offsets+f.lengths:])] = extent{at: int64(at) + f.base, size: int64(size)}
			}
		}
	}
	o, ok := f.huge[littleEndian(rest)]
	if !ok {
		f.fail("malformed", "fractal heap has no huge object %d", littleEndian(rest))
	}
	return o
}

// locate turns an offset in the heap into one in the file: down the indirect blocks, whose
// rows double in size ("III.G", "doubling table").
func (f *fractalHeap) locate(off int64) int64 {
	block, rows := f.root, f.rows
	if rows == 0 {
		return f.inBlock(block, off, f.start)
	}
	directRows := int64(bits.Len64(uint64(f.direct))-bits.Len64(uint64(f.start))) + 2
	for range maxHDF5HeapLevels {
		row, size := int64(0), f.start
		for ; row < rows && off >= size*f.width; row++ {
			off -= size * f.width
			if row > 0 {
				size *= 2
			}
			if size > 1<<50/f.width {
				break
			}
		}
		if f.err != nil || block == undefined || row >= rows || off >= size*f.width {
			f.fail("malformed", "fractal heap has no block for an object")
			return 0
		}
		entry := row*f.width + off/size
		f.pos = block
		f.signature("FHIB")
		f.skip(1 + int64(f.offsets+f.heapBytes))
		f.skip(entry * int64(f.offsets))
		child := f.address()
		off %= size
		if row < directRows {
			return f.inBlock(child, off, size)
		}
		block, rows = child, int64(bits.Len64(uint64(size))-bits.Len64(uint64(f.start*f.width)))+1
	}
	f.fail("too_deep", "fractal heap nests deeper than maxHDF5HeapLevels (%d)", maxHDF5HeapLevels)
	return 0
}

// inBlock is a place in a direct block, whose header counts as part of it.
func (f *fractalHeap) inBlock(block, off, size int64) int64 {
	if f.err != nil {
		return 0
	}
	if block == undefined || off >= size && f.rows > 0 || size > f.end-block && off > f.end-block {
		f.fail("malformed", "fractal heap has no block for an object")
		return 0
	}
	f.pos = block
	f.signature("FHDB")
	return block + off
}
