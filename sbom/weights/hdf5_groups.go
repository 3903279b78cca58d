package weights

import (
	"bytes"
	"strings"
)

const (
	// maxHDF5Heap bounds a local heap: names of the members of one group.
	maxHDF5Heap = 16 << 20
	// maxHDF5Nodes bounds the nodes of one group's B-tree.
	maxHDF5Nodes = 65_536
)

// symbolTable reads an old-style group ("IV.A.2.r"): a B-tree of symbol table nodes
// whose names lie in a local heap.
func (h *hdf5) symbolTable(name string, depth int) {
	tree, heapAt := h.address(), h.address()
	heap := h.localHeap(heapAt)
	if h.err != nil || tree == undefined {
		return
	}
	read := 0
	h.nodes(tree, func(at int64, pending []int64) []int64 {
		if read++; read > maxHDF5Nodes || len(pending) > maxHDF5Nodes {
			h.fail("too_many", "HDF5 group has more than maxHDF5Nodes (%d) nodes", maxHDF5Nodes)
			return nil
		}
		switch magic := string(h.take(4)); magic {
		case "TREE": // "III.A.1": version 1 B-tree node
			h.skip(2) // type, level
			n := h.u16()
			h.skip(2 * int64(h.offsets))
			for range n {
				h.skip(int64(h.lengths)) // key
				pending = append(pending, h.address())
				if !h.step() {
					return nil
				}
			}
		case "SNOD":
			h.symbols(heap, name, depth)
		default:
			h.fail("malformed", "HDF5 group node at offset %d has the signature %q", at, magic)
		}
		return pending
	})
}

// nodes visits the nodes of a version 1 B-tree, each once, whatever cycles a file makes of
// them. The reader stands at the node; visit returns what is pending with its children.
func (h *hdf5) nodes(root int64, visit func(at int64, pending []int64) []int64) {
	pending := []int64{root}
	seen := map[int64]bool{}
	for len(pending) > 0 && h.err == nil {
		at := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if at == undefined || seen[at] {
			continue
		}
		seen[at] = true
		h.pos = at
		pending = visit(at, pending)
	}
}

// symbols reads a symbol table node ("III.B").
func (h *hdf5) symbols(heap []byte, name string, depth int) {
	h.skip(2)
	n := int64(h.u16())
	start := h.pos
	size := 2*int64(h.offsets) + 4 + 4 + 16
	for i := range n {
		h.pos = start + i*size
		link, object := h.number(h.offsets), h.address()
		kind := h.u32()
		if !h.step() {
			return
		}
		if kind == 2 { // symbolic link inside the file
			continue
		}
		h.object(object, name+"/"+heapName(heap, link), depth+1)
	}
}

func heapName(heap []byte, at uint64) string {
	if at >= uint64(len(heap)) {
		return "?"
	}
	s, _, _ := bytes.Cut(heap[at:], []byte{0})
	return clip(string(s), maxNameBytes)
}

// localHeap reads the data segment of a local heap ("III.D").
func (h *hdf5) localHeap(at int64) []byte {
	if at == undefined || h.err != nil {
		return nil
	}
	if b, ok := h.heaps[at]; ok {
		return b
	}
	back := h.pos
	h.pos = at
	if magic := string(h.take(4)); h.err == nil && magic != "HEAP" {
		h.fail("malformed", "local heap at offset %d has the signature %q", at, magic)
		return nil
	}
	h.skip(4)
	n := h.len()
	h.len()
	h.pos = max(0, h.address())
	if n > maxHDF5Heap {
		h.fail("too_large", "local heap of %d bytes, limit maxHDF5Heap is %d", n, maxHDF5Heap)
		return nil
	}
	b := h.bytes(n, maxHDF5Heap)
	h.heaps[at] = b
	h.pos = back
	return b
}

// link reads a link message ("IV.A.2.g"): hard, soft or external.
func (h *hdf5) link(name string, depth int) {
	h.skip(1)
	flags := h.u8()
	kind := uint8(0)
	if flags&0x08 != 0 {
		kind = h.u8()
	}
	if flags&0x04 != 0 {
		h.skip(8)
	}
	if flags&0x10 != 0 {
		h.skip(1)
	}
	n := h.length(h.number(1 << (flags & 3)))
	own := clip(string(h.bytes(n, maxNameBytes)), maxNameBytes)
	switch kind {
	case 0:
		h.object(h.address(), name+"/"+own, depth+1)
	case 64: // external: flags, file name, object name
		value := h.bytes(int64(h.u16()), maxHDF5Message)
		if len(value) > 1 {
			file, _, _ := bytes.Cut(value[1:], []byte{0})
			addExternal(h.w, toValid(string(file)))
		}
	}
}

// externalFiles reads an external data files message ("IV.A.2.h"): the raw data of the
// dataset lies in other files.
func (h *hdf5) externalFiles() {
	h.skip(4 + 2)
	used := h.u16()
	heapAt := h.address()
	start := h.pos
	heap := h.localHeap(heapAt)
	for i := range int64(used) {
		h.pos = start + i*3*int64(h.lengths)
		at := h.number(h.lengths)
		if h.err != nil {
			return
		}
		addExternal(h.w, heapName(heap, at))
	}
}

// attribute reads an attribute message ("IV.A.2.m"). Those of the root group are kept.
func (h *hdf5) attribute(m headerMessage, depth int) {
	version, flags := h.u8(), h.u8()
	if h.err == nil && (version < 1 || version > 3 || flags > 3) {
		h.fail("malformed", "HDF5 attribute at offset %d has version %d and flags %d", m.at, version, flags)
		return
	}
	nameSize, typeSize, spaceSize := int64(h.u16()), int64(h.u16()), int64(h.u16())
	if version == 3 {
		h.skip(1) // character set of the name
	}
	pad := func(n int64) int64 {
		if version == 1 {
			return (n + 7) &^ 7
		}
		return n
	}
	at := h.pos
	name := strings.TrimRight(string(h.bytes(nameSize, maxNameBytes)), "\x00")
	typeAt := at + pad(nameSize)
	data := typeAt + pad(typeSize) + pad(spaceSize)
	if h.err == nil && data > m.at+m.size {
		h.fail("malformed", "HDF5 attribute at offset %d leaves its message", m.at)
	}
	if h.err != nil {
		return
	}
	h.pos = typeAt
	var t hdf5Type
	if flags&1 != 0 {
		t = h.sharedType()
	} else {
		t = h.datatype()
	}
	if h.err != nil || depth > 0 {
		return
	}
	h.pos = data
	var value []byte
	switch {
	case t.class == 3: // fixed-length string
		value = bytes.TrimRight(h.bytes(min(t.size, m.at+m.size-data), maxHDF5Attribute), "\x00")
	case t.class == 9 && t.bits&0x0F == 1: // variable-length string, in the global heap
		length := int64(h.u32())
		heap, index := h.address(), h.u32()
		block, where := h.globalHeap(heap, index)
		value, data = block[:min(int64(len(block)), length)], where
	default:
		return
	}
	h.keep(name, value, data)
}

func (h *hdf5) keep(name string, value []byte, at int64) {
	if h.err != nil {
		return
	}
	switch name {
	case "model_config":
		if h.config != nil {
			odd(h.w, "duplicate_key", at, "two attributes have the name model_config")
			h.faults = append(h.faults, kerasConfig(h.w, h.config, h.configAt))
		}
		h.config, h.configAt = value, at
	case "training_config":
		h.faults = append(h.faults, kerasConfig(h.w, value, at))
	default:
		setMetadata(h.w, name, string(value))
	}
}

// globalHeap reads one object of a global heap collection ("III.E").
func (h *hdf5) globalHeap(at int64, index uint32) ([]byte, int64) {
	if at == undefined || h.err != nil {
		return nil, 0
	}
	h.pos = at
	if magic := string(h.take(4)); h.err == nil && magic != "GCOL" {
		h.fail("malformed", "global heap at offset %d has the signature %q", at, magic)
		return nil, 0
	}
	h.skip(4)
	size := h.len() // of the collection, with its header
	if h.err == nil && size > h.end-at {
		h.fail("truncated", "global heap of %d bytes at offset %d leaves the file", size, at)
	}
	end := at + size
	for h.err == nil && h.pos+8+int64(h.lengths) <= end {
		id := h.u16()
		h.skip(6)
		n := h.len()
		if n > end-h.pos || n < 0 {
			break
		}
		if uint32(id) == index && id != 0 {
			if n > maxHDF5Attribute {
				h.fail("too_large", "attribute of %d bytes, limit maxHDF5Attribute is %d", n, maxHDF5Attribute)
				return nil, 0
			}
			where := h.pos
			return h.bytes(n, maxHDF5Attribute), where
		}
		if id == 0 {
			break
		}
		h.skip((n + 7) &^ 7)
	}
	h.fail("malformed", "global heap at offset %d has no object %d", at, index)
	return nil, 0
}
