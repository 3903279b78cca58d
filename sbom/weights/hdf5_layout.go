package weights

import "bytes"

// hdf5Dataset is what the header of an object says about its data.
type hdf5Dataset struct {
	shape    []int64
	dtype    hdf5Type
	hasShape bool
	layout   bool
	external bool // in files beside this one
	filtered bool // compressed: chunks have sizes of their own
	stored   int64
	exact    bool // stored is known, and is all of the data
}

// Classes of a data layout ("IV.A.2.i").
const (
	layoutCompact    = 0
	layoutContiguous = 1
	layoutChunked    = 2
	layoutVirtual    = 3
)

// layout reads where the data of a dataset lies ("IV.A.2.i"): all of it must be in the
// file. Versions 1 and 2, which HDF5 1.6 wrote, name no size.
func (h *hdf5) layout(d *hdf5Dataset, m headerMessage) {
	version, class := h.u8(), h.u8()
	switch {
	case h.err != nil || version < 3 && version > 0:
	case version == 0 || version > 5 || class > layoutVirtual:
		h.fail("malformed", "HDF5 layout at offset %d has version %d and class %d", m.at, version, class)
	case class == layoutCompact:
		d.stored, d.exact = int64(h.u16()), true
		h.skip(d.stored)
		if h.err == nil && h.pos > m.at+m.size {
			h.fail("malformed", "HDF5 data at offset %d leaves its message", m.at)
		}
	case class == layoutContiguous:
		at, n := h.address(), h.len()
		if h.err == nil && at != undefined && !d.external {
			d.stored, d.exact = n, true
			if n > h.end-at {
				h.fault("truncated", m.at, "dataset needs %d bytes at offset %d, the file is shorter", n, at)
			}
		}
	case class == layoutChunked && version == 3:
		rank := int64(h.u8())
		h.chunks(h.address(), rank)
	case class == layoutVirtual:
		h.virtual()
	}
}

// virtual reads the files whose data a virtual dataset shows; their names lie in the
// global heap.
func (h *hdf5) virtual() {
	heap, index := h.address(), h.u32()
	block, _ := h.globalHeap(heap, index)
	if len(block) < 1+h.lengths {
		return
	}
	for _, s := range bytes.SplitN(block[1+h.lengths:], []byte{0}, 2)[:1] {
		if name := toValid(string(s)); name != "." && name != "" {
			addExternal(h.w, name)
		}
	}
}

// chunks follows the B-tree of a chunked dataset ("III.A.1", node type 1): each chunk must
// lie in the file.
func (h *hdf5) chunks(tree, rank int64) {
	if h.err != nil || tree == undefined {
		return
	}
	h.nodes(tree, func(at int64, pending []int64) []int64 {
		h.signature("TREE")
		kind, level, n := h.u8(), h.u8(), h.u16()
		if h.err == nil && kind != 1 {
			h.fail("malformed", "B-tree of chunks at offset %d has type %d", at, kind)
		}
		h.skip(2 * int64(h.offsets))
		for range n {
			size := int64(h.u32())
			h.skip(4 + 8*rank) // filter mask, offset of the chunk
			child := h.address()
			if !h.step() {
				return nil
			}
			if child == undefined {
				continue
			}
			if level > 0 {
				pending = append(pending, child)
			} else if size > h.end-child {
				h.fault("truncated", at, "chunk needs %d bytes at offset %d, the file is shorter", size, child)
			}
		}
		return pending
	})
}

// covers compares what is stored of a dataset with what its shape needs.
func (h *hdf5) covers(d *hdf5Dataset, name string) {
	if !d.exact {
		return
	}
	n, ok := elements(d.shape)
	if ok {
		n, ok = mulSat(n, d.dtype.size)
	}
	if !ok || n != d.stored {
		h.fault("malformed", -1, "dataset %s stores %d bytes, its shape and type need %d", clip(name, 120), d.stored, n)
	}
}
