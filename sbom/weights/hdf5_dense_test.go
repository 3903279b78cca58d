package weights

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// sealed is a structure with its checksum behind it.
func sealed(parts ...any) []byte {
	b := laidOut(parts...)
	return binary.LittleEndian.AppendUint32(b, lookup3(b))
}

func laidOut(parts ...any) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case []byte:
			b.Write(p)
		default:
			if err := binary.Write(&b, binary.LittleEndian, p); err != nil {
				panic(err)
			}
		}
	}
	return b.Bytes()
}

// denseHDF5 is a file as the HDF5 library writes it with libver="latest" and many
// attributes: superblock 2, a root group whose attributes lie in a fractal heap of one
// block, found by a B-tree of one leaf.
func denseHDF5(config string) []byte {
	const undefinedAddress = ^uint64(0)
	const rootAt, heapAt, treeAt, leafAt, blockAt = 48, 256, 512, 640, 1024
	attribute := laidOut(uint8(3), uint8(0), uint16(13), uint16(8), uint16(4), uint8(0), "model_config\x00",
		uint32(0x13), uint32(len(config)), uint8(2), uint8(0), uint8(0), uint8(0), config)
	const blockSize = 8192
	header := laidOut("FHDB", uint8(0), uint64(heapAt), uint16(0))
	block := append(header, attribute...)
	block = append(block, make([]byte, blockSize-len(block))...)
	info := laidOut(uint8(0), uint8(0), uint64(heapAt), uint64(treeAt), uint8(0), uint8(0))[:18]
	root := sealed("OHDR", uint8(2), uint8(0), uint8(4+len(info)), uint8(0x15), uint16(len(info)), uint8(0), info)
	heap := sealed("FRHP", uint8(0), uint16(8), uint16(0), uint8(0), uint32(4096), uint64(0), undefinedAddress, uint64(0), undefinedAddress,
		make([]byte, 8*8), uint16(4), uint64(blockSize), uint64(65536), uint16(16), uint16(1), uint64(blockAt), uint16(0))
	tree := sealed("BTHD", uint8(0), uint8(recordAttribute), uint32(512), uint16(17), uint16(0), uint8(100), uint8(40), uint64(leafAt), uint16(1), uint64(1))
	id := laidOut(uint8(0), uint16(len(header)), uint16(len(attribute)), uint16(0), uint8(0))
	leaf := sealed("BTLF", uint8(0), uint8(recordAttribute), id, uint8(0), uint32(0), uint32(0))
	out := make([]byte, blockAt+blockSize)
	copy(out, sealed("\x89HDF\r\n\x1a\n", uint8(2), uint8(8), uint8(8), uint8(0), uint64(0), undefinedAddress, uint64(len(out)), uint64(rootAt)))
	for at, b := range map[int][]byte{rootAt: root, heapAt: heap, treeAt: tree, leafAt: leaf, blockAt: block} {
		copy(out[at:], b)
	}
	return out
}

func TestHDF5Dense(t *testing.T) {
	lambda := `{"class_name":"Sequential","config":{"layers":[{"class_name":"Lambda","config":{"function":["4wEAAA==",null,null],"function_type":"lambda"}}]}}`
	w, ps := read(t, "m.h5", denseHDF5(lambda))
	fail(t, "format and operators", w.Format+" "+operators(w)+problems(ps), "keras-h5 Lambda//code")
	w, ps = read(t, "m.h5", denseHDF5(kerasDense))
	fail(t, "without a lambda", w.Format+" "+operators(w)+problems(ps), "keras-h5 ")
	for at, what := range map[int]string{20: "superblock", 60: "object header", 300: "heap", 520: "tree", 650: "leaf"} {
		b := denseHDF5(kerasDense)
		b[at] ^= 0x40
		if _, ps := read(t, "m.h5", b); len(ps) == 0 {
			t.Errorf("a flipped bit in the %s is no problem", what)
		}
	}
}

func TestLookup3(t *testing.T) {
	// the vectors of Bob Jenkins' lookup3.c, driver5
	for text, want := range map[string]uint32{"": 0xdeadbeef, "Four score and seven years ago": 0x17770551} {
		if got := lookup3([]byte(text)); got != want {
			t.Errorf("%q has %08x, want %08x", text, got, want)
		}
	}
}

// TestEncodedSize holds the widths of numbers that the nodes of a B-tree do not say.
func TestEncodedSize(t *testing.T) {
	for n, want := range map[uint64]int{1: 1, 255: 1, 256: 2, 1<<16 - 1: 2, 1 << 16: 3, 1<<64 - 1: 8} {
		if got := encodedSize(n); got != want {
			t.Errorf("%d takes %d bytes, want %d", n, got, want)
		}
	}
}

// heapOf is a heap of the rows of the specification's picture: blocks of 512 bytes, four in
// a row, rows that double, direct blocks up to 1024.
func TestFractalHeapRows(t *testing.T) {
	const width, start, direct = 4, 512, 1024
	file := make([]byte, 1<<16)
	put := func(at int, parts ...any) { copy(file[at:], laidOut(parts...)) }
	children := make([]byte, 0, 4*16)
	for i := range 12 { // rows 0 to 2: direct blocks
		put(0x1000+i*0x400, "FHDB")
		children = append(children, laidOut(uint64(0x1000+i*0x400))...)
	}
	put(0x200, "FHIB", uint8(0), uint64(0), uint32(0), children, uint64(0x8000)) // row 3: an indirect block of 2048 bytes
	put(0x8000, "FHIB", uint8(0), uint64(0), uint32(0), uint64(0x9000))
	put(0x9000, "FHDB")
	h := &hdf5{cursor: newCursor(bytes.NewReader(file), int64(len(file))), offsets: 8, lengths: 8}
	f := &fractalHeap{hdf5: h, width: width, start: start, direct: direct, heapBytes: 4, root: 0x200, rows: 4}
	for off, want := range map[int64]int64{
		0: 0x1000, 511: 0x11ff, 512: 0x1400, 2048: 0x2000, 4096: 0x3000, 4096 + 1024 + 7: 0x3407, 8192 + 20: 0x9014,
	} {
		if got := f.locate(off); got != want || h.err != nil {
			t.Errorf("offset %d is at %#x, want %#x: %v", off, got, want, h.err)
		}
	}
	if f.locate(1 << 40); h.err == nil {
		t.Error("an offset behind the heap is no fault")
	}
}

func TestHDF5Damage(t *testing.T) {
	honest := hdf5File(kerasDense)
	if _, ps := read(t, "m.h5", honest); len(ps) > 0 {
		t.Fatal(ps)
	}
	for name, edit := range map[string]func([]byte){
		"number of messages":    func(b []byte) { b[96+2]++ },
		"type of a message":     func(b []byte) { b[96+16+1] = 0x7f },
		"version of a type":     func(b []byte) { b[96+16+8+8+16] = 0xf9 },
		"version of attributes": func(b []byte) { b[96+16+8] = 9 },
	} {
		b := bytes.Clone(honest)
		edit(b)
		if _, ps := read(t, "m.h5", b); !strings.Contains(problems(ps), "malformed") {
			t.Errorf("%s: problems %q", name, problems(ps))
		}
	}
}
