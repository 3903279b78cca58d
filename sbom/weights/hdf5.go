package weights

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxHDF5Objects bounds the groups and datasets visited of one file.
	maxHDF5Objects = 200_000
	// maxHDF5Depth bounds nested groups; Keras needs five.
	maxHDF5Depth = 32
	// maxHDF5Message is the limit of an object header message (HDF5 File Format
	// Specification, "IV.A": 16-bit size).
	maxHDF5Message = 1<<16 - 1
	// maxHDF5Chunks bounds the continuation blocks of one object header.
	maxHDF5Chunks = 256
	// maxHDF5Steps bounds the messages, nodes and symbols read of one file, so that
	// headers and trees that share or repeat blocks cost no more than large ones.
	maxHDF5Steps = 4_000_000
	// maxHDF5Attribute bounds an attribute value: model_config is one.
	maxHDF5Attribute = maxKerasConfig
)

var hdf5Magic = []byte("\x89HDF\r\n\x1a\n") // "II. Disk Format: Level 0A", Format Signature

func isHDF5(head []byte, _ int64) bool {
	if bytes.HasPrefix(head, hdf5Magic) {
		return true
	}
	// "the superblock may begin at … 512, 1024, 2048, … bytes": behind a user block
	for at := 512; at+len(hdf5Magic) <= len(head); at *= 2 {
		if bytes.HasPrefix(head[at:], hdf5Magic) {
			return true
		}
	}
	return false
}

// readHDF5 reads the groups, datasets and root attributes of an HDF5 file as Keras
// writes them. Data is not read. When the structure cannot be followed, the bytes are
// searched for what a Keras configuration would say.
func readHDF5(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	h := &hdf5{cursor: newCursor(r, size), w: w, visited: map[int64]bool{}, heaps: map[int64][]byte{}}
	root := h.superblock(r, size)
	if h.err == nil {
		h.object(root, "", 0)
	}
	if h.config == nil && (h.err != nil || len(h.faults) > 0) {
		h.faults = append(h.faults, searchKeras(r, size, w))
	}
	if h.err != nil {
		h.faults = append(h.faults, h.err)
	}
	if h.config != nil {
		w.Format = "keras-h5"
		h.faults = append(h.faults, kerasConfig(w, h.config, h.configAt))
	}
	return h.eof, errors.Join(h.faults...)
}

type hdf5 struct {
	*cursor
	w        *sbom.Weights
	offsets  int   // size of offsets, in bytes
	lengths  int   // size of lengths
	base     int64 // base address
	eof      int64 // end of file address, -1 when not known
	objects  int
	steps    int
	visited  map[int64]bool
	heaps    map[int64][]byte // data segments of local heaps
	config   []byte           // attribute model_config of the root group
	configAt int64
	faults   []error
}

func (h *hdf5) fault(code string, offset int64, format string, args ...any) {
	if len(h.faults) < maxOddities {
		h.faults = append(h.faults, faultf(code, offset, format, args...))
	}
}

// number reads an unsigned number of n bytes, little-endian.
func (h *hdf5) number(n int) uint64 {
	var v uint64
	for i, b := range h.take(n) {
		v |= uint64(b) << (8 * i)
	}
	return v
}

// undefined marks an address that is not set ("undefined address": all bits set).
const undefined = int64(-1)

// address reads an address and makes it an offset in the file.
func (h *hdf5) address() int64 {
	v := h.number(h.offsets)
	if v == 1<<(8*h.offsets)-1 || h.offsets == 8 && v == 1<<64-1 {
		return undefined
	}
	if v > uint64(h.end) || h.base > h.end-int64(v) {
		h.fail("truncated", "address %d at offset %d lies behind the file", v, h.pos)
		return undefined
	}
	return int64(v) + h.base
}

// step counts work and fails beyond maxHDF5Steps.
func (h *hdf5) step() bool {
	if h.steps++; h.steps > maxHDF5Steps {
		h.fail("too_many", "HDF5 file needs more than maxHDF5Steps (%d) steps", maxHDF5Steps)
	}
	return h.err == nil
}

func (h *hdf5) len() int64 { return int64(min(h.number(h.lengths), 1<<62)) }

// superblock reads versions 0 to 3 ("II.A. Disk Format: Level 0A") and returns the
// address of the root group's object header.
func (h *hdf5) superblock(r io.ReaderAt, size int64) (root int64) {
	h.eof = -1
	for at := int64(0); ; at = max(512, at*2) {
		if at+8 > size {
			h.fail("malformed", "HDF5 signature not found")
			return 0
		}
		var b [8]byte
		if _, err := r.ReadAt(b[:], at); err == nil && bytes.Equal(b[:], hdf5Magic) {
			h.pos = at + 8
			break
		}
	}
	start := h.pos - 8
	version := h.u8()
	if version > 3 {
		h.fail("unsupported", "HDF5 superblock version %d", version)
		return 0
	}
	if version < 2 {
		h.skip(4)
	}
	h.offsets, h.lengths = int(h.u8()), int(h.u8())
	if h.err == nil && (!validWidth(h.offsets) || !validWidth(h.lengths)) {
		h.fail("malformed", "HDF5 sizes of offsets %d and lengths %d", h.offsets, h.lengths)
		return 0
	}
	h.skip(1) // reserved, or consistency flags
	if version < 2 {
		h.skip(2 + 2 + 4) // group leaf and internal node K, flags
		if version == 1 {
			h.skip(4) // indexed storage K, reserved
		}
	}
	base := h.number(h.offsets)
	if base > uint64(size) {
		h.fail("truncated", "HDF5 base address %d", base)
		return 0
	}
	h.base = int64(base)
	h.number(h.offsets) // free space, or superblock extension
	end := h.number(h.offsets)
	if h.err == nil && end > uint64(size) {
		h.fault("truncated", 0, "HDF5 end of file address is %d, the file has %d bytes", end, size)
	} else {
		h.eof = int64(end)
		h.w.CoversFile = sbom.TriOf(h.eof == size)
	}
	if version < 2 {
		h.number(h.offsets) // driver information
		h.number(h.offsets) // root symbol table entry: link name offset
	}
	root = h.address()
	if version >= 2 {
		h.verify(start, h.pos)
	}
	return root
}

func validWidth(n int) bool { return n == 2 || n == 4 || n == 8 }

// headerMessage is one message of an object header; its content is at [at, at+size).
type headerMessage struct {
	kind   int
	at     int64
	size   int64
	shared bool // the content is the place of the message ("IV.A.2", flags, bit 1)
}

// Types of header messages ("IV.A.2").
const (
	messageDataspace     = 0x01
	messageLinkInfo      = 0x02
	messageDatatype      = 0x03
	messageLink          = 0x06
	messageExternal      = 0x07
	messageLayout        = 0x08
	messageFilters       = 0x0B
	messageAttribute     = 0x0C
	messageContinuation  = 0x10
	messageSymbolTable   = 0x11
	messageAttributeInfo = 0x15
	// maxMessageKind is behind the last type that the specification knows.
	maxMessageKind = 0x1F
)

// header reads the messages of an object header, version 1 or 2 ("IV.A").
func (h *hdf5) header(at int64) []headerMessage {
	h.pos = at
	var out []headerMessage
	var chunks []extent
	v2, ordered := false, false
	declared := -1 // number of messages, which version 1 says
	if b := h.peek(4); b != nil && string(b) == "OHDR" {
		v2 = true
		h.skip(5)
		flags := h.u8()
		ordered = flags&0x04 != 0
		if flags&0x20 != 0 {
			h.skip(16)
		}
		if flags&0x10 != 0 {
			h.skip(4)
		}
		n := h.length(h.number(1 << (flags & 3)))
		chunks = append(chunks, extent{h.pos, n})
		h.verify(at, h.pos+n)
	} else {
		if version := h.u8(); h.err == nil && version != 1 {
			h.fail("malformed", "object header version %d at offset %d", version, at)
		}
		h.skip(1)
		declared = int(h.u16())
		h.skip(4)
		n := h.length(uint64(h.u32()))
		h.skip(4)
		chunks = append(chunks, extent{h.pos, n})
	}
	for i := 0; i < len(chunks) && h.err == nil; i++ {
		if i >= maxHDF5Chunks {
			h.fail("too_many", "object header at offset %d has more than maxHDF5Chunks (%d) blocks", at, maxHDF5Chunks)
			break
		}
		out = h.messages(chunks[i], v2, ordered, out, &chunks)
	}
	if h.err == nil && declared >= 0 && declared != len(out) {
		h.fail("malformed", "object header at offset %d says %d messages and has %d", at, declared, len(out))
	}
	return out
}

func (h *hdf5) messages(block extent, v2, ordered bool, out []headerMessage, chunks *[]extent) []headerMessage {
	at, size := block.at, block.size
	h.pos = at
	prefix := int64(8)
	if v2 {
		prefix = 4
		if ordered {
			prefix = 6
		}
	}
	for h.step() && h.pos+prefix <= at+size {
		var m headerMessage
		if v2 {
			m.kind, m.size = int(h.u8()), int64(h.u16())
			m.shared = h.u8()&2 != 0
			h.skip(prefix - 4)
		} else {
			m.kind, m.size = int(h.u16()), int64(h.u16())
			m.shared = h.u8()&2 != 0
			h.skip(3)
		}
		m.at = h.pos
		if m.size > at+size-m.at {
			h.fail("malformed", "object header message of %d bytes at offset %d leaves its block", m.size, m.at)
			break
		}
		if m.kind > maxMessageKind {
			h.fail("malformed", "object header at offset %d has a message of type %d", at, m.kind)
		}
		if m.kind == messageContinuation { // "IV.A.2.q"
			*chunks = append(*chunks, h.continuation(v2))
		}
		out = append(out, m)
		h.pos = m.at + m.size
	}
	return out
}

// continuation reads where an object header goes on.
func (h *hdf5) continuation(v2 bool) extent {
	next, n := h.address(), h.len()
	switch {
	case h.err != nil || next == undefined || n > h.end-next || v2 && n < 8:
		h.fail("truncated", "object header continues at %d", next)
		return extent{}
	case v2: // "OCHK", messages, checksum
		h.pos = next
		h.signature("OCHK")
		h.verify(next, next+n-4)
		return extent{next + 4, n - 8}
	}
	return extent{next, n}
}

// object visits a group or a dataset.
func (h *hdf5) object(at int64, name string, depth int) {
	if at == undefined || h.visited[at] || h.err != nil {
		return // a hard link to something that was visited
	}
	h.visited[at] = true
	if h.objects++; h.objects > maxHDF5Objects || depth > maxHDF5Depth {
		h.fail("too_many", "HDF5 file has more than %d objects or %d levels", maxHDF5Objects, maxHDF5Depth)
		return
	}
	var d hdf5Dataset
	for _, m := range h.header(at) {
		if h.err != nil {
			return
		}
		h.pos = m.at
		if m.shared {
			h.sharedMessage(m, &d, depth)
			continue
		}
		switch m.kind {
		case messageDataspace:
			d.shape, d.hasShape = h.dataspace(), true
		case messageDatatype:
			d.dtype = h.datatype()
		case messageLink:
			h.link(name, depth)
		case messageExternal:
			d.external = true
			h.externalFiles()
		case messageLayout:
			d.layout = true
			h.layout(&d, m)
		case messageFilters:
			d.filtered = true
		case messageAttribute:
			h.attribute(m, depth)
		case messageSymbolTable:
			h.symbolTable(name, depth)
		case messageLinkInfo, messageAttributeInfo:
			h.dense(m, name, depth)
		}
	}
	if d.layout && d.hasShape && h.err == nil {
		addTensor(h.w, strings.TrimPrefix(name, "/"), d.dtype.name(), d.shape)
		h.covers(&d, name)
	}
}

// sharedMessage follows a message that is kept elsewhere ("IV.A.2", shared message): the
// committed type of a dataset. An attribute in a table of shared messages is not followed.
func (h *hdf5) sharedMessage(m headerMessage, d *hdf5Dataset, depth int) {
	switch m.kind {
	case messageDatatype:
		d.dtype = h.sharedType()
	case messageAttribute:
		if depth == 0 {
			h.fault("unsupported", m.at, "HDF5 file keeps attributes in a table of shared messages, which is not read")
		}
	}
}

// sharedType reads a committed datatype: the message lies in the header of an object.
func (h *hdf5) sharedType() hdf5Type {
	version, kind := h.u8(), h.u8()
	if version == 1 {
		h.skip(6)
	}
	if version == 3 && kind == 1 { // in the heap of shared messages
		h.fault("unsupported", h.pos, "HDF5 file keeps types in a table of shared messages, which is not read")
		return hdf5Type{}
	}
	at := h.address()
	if h.err != nil || at == undefined {
		return hdf5Type{}
	}
	for _, m := range h.header(at) {
		if m.kind == messageDatatype && !m.shared {
			h.pos = m.at
			return h.datatype()
		}
	}
	return hdf5Type{}
}

// dataspace reads the dimensions ("IV.A.2.b").
func (h *hdf5) dataspace() []int64 {
	version, rank := h.u8(), h.u8()
	flags := h.u8()
	if h.err == nil && (version < 1 || version > 2 || flags > 3) {
		h.fail("malformed", "HDF5 dataspace at offset %d has version %d and flags %d", h.pos-3, version, flags)
		return nil
	}
	if version == 1 {
		h.skip(1 + 4)
	} else {
		h.skip(1)
	}
	if rank > 32 { // H5S_MAX_RANK
		h.fail("malformed", "HDF5 dataspace of rank %d", rank)
		return nil
	}
	shape := make([]int64, 0, rank)
	for range rank {
		shape = append(shape, h.len())
	}
	return shape
}

// hdf5Type is a datatype ("IV.A.2.d").
type hdf5Type struct {
	class int
	bits  uint32 // class bit field
	size  int64
}

func (h *hdf5) datatype() hdf5Type {
	at := h.pos
	first := h.u32()
	t := hdf5Type{class: int(first & 0x0F), bits: first >> 8, size: int64(h.u32())}
	if version := first >> 4 & 0x0F; h.err == nil && (version < 1 || version > 5 || t.class > 12 || t.size == 0) {
		h.fail("malformed", "HDF5 datatype at offset %d has version %d, class %d and %d bytes", at, version, t.class, t.size)
	}
	return t
}

func (t hdf5Type) name() string {
	switch t.class {
	case 0:
		if t.bits&0x08 != 0 {
			return fmt.Sprintf("int%d", t.size*8)
		}
		return fmt.Sprintf("uint%d", t.size*8)
	case 1:
		return fmt.Sprintf("float%d", t.size*8)
	case 3, 9:
		return "string"
	}
	return fmt.Sprintf("class %d", t.class)
}
