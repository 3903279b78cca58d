package weights

import (
	"bytes"
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxTFLiteOps bounds the operator codes of one model; the built-in ones are 209.
const maxTFLiteOps = 4096

// isTFLite recognises the file identifier of a FlatBuffer (FlatBuffers internals, "File
// identifier"; tflite/schema.fbs, file_identifier).
func isTFLite(head []byte, _ int64) bool {
	return len(head) >= 8 && bytes.Equal(head[4:8], []byte("TFL3"))
}

// readTFLite reads the operator codes of a model (schema.fbs, table Model): a custom
// operator is named, and Flex operators are those of TensorFlow.
func readTFLite(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	f := &flat{cursor: newCursor(r, size)}
	model := f.follow(0)
	codes := f.follow(f.field(model, 1)) // operator_codes
	if f.field(model, 2) == 0 && f.err == nil {
		f.fail("malformed", "model has no subgraphs")
	}
	f.pos = codes
	n := int64(0)
	if codes > 0 {
		n = int64(f.u32())
	}
	if n > maxTFLiteOps {
		f.fail("too_many", "%d operator codes, limit maxTFLiteOps is %d", n, maxTFLiteOps)
	}
	for i := int64(0); i < n && f.err == nil; i++ {
		code := f.follow(codes + 4 + 4*i)
		if custom := f.follow(f.field(code, 1)); custom > 0 { // OperatorCode.custom_code
			f.pos = custom
			name := toValid(string(f.bytes(f.length(uint64(f.u32())), maxNameBytes)))
			kind := "custom"
			if k := tensorflowOps[strings.TrimPrefix(name, "Flex")]; strings.HasPrefix(name, "Flex") && k != "" {
				kind = k
			}
			addOperator(w, name, "", kind, custom)
		}
	}
	f.buffers(model)
	if f.err == nil {
		f.pos = f.follow(f.field(model, 3)) // description
		if f.pos > 0 {
			setMetadata(w, "tflite.description", string(f.bytes(f.length(uint64(f.u32())), maxValueBytes)))
		}
	}
	return -1, f.err
}

// maxTFLiteBuffers bounds the buffers of one model: one for each tensor.
const maxTFLiteBuffers = 1 << 20

// buffers checks that the data of the tensors lies in the file (schema.fbs, table Buffer:
// data, or offset and size behind the FlatBuffer).
func (f *flat) buffers(model int64) {
	list := f.follow(f.field(model, 4))
	if list == 0 || f.err != nil {
		return
	}
	f.pos = list
	n := f.count(uint64(f.u32()), 4)
	if n > maxTFLiteBuffers {
		f.fail("too_many", "%d buffers, limit maxTFLiteBuffers is %d", n, maxTFLiteBuffers)
	}
	for i := int64(0); i < n && f.err == nil; i++ {
		b := f.follow(list + 4 + 4*i)
		if data := f.follow(f.field(b, 0)); data > 0 {
			f.pos = data
			f.skip(f.length(uint64(f.u32())))
		}
		if at := f.field(b, 1); at > 0 {
			f.pos = at
			offset := f.u64()
			if size := f.field(b, 2); size > 0 && f.err == nil {
				f.pos = size
				if n := f.u64(); f.err == nil && (offset > uint64(f.end) || n > uint64(f.end)-offset) {
					f.fail("truncated", "buffer %d of %d bytes at offset %d leaves the file", i, n, offset)
				}
			}
		}
	}
}

// flat walks a FlatBuffer (FlatBuffers internals, "Tables"). An offset of 0 is "not there".
type flat struct{ *cursor }

// follow reads the offset at a place and returns where it leads.
func (f *flat) follow(at int64) int64 {
	if at < 0 || f.err != nil || at == 0 && f.pos != 0 {
		return 0
	}
	f.pos = at
	n := int64(f.u32())
	if f.err == nil && (n == 0 || n > f.end-at-4) {
		f.fail("truncated", "offset %d at %d leaves the file", n, at)
	}
	if f.err != nil {
		return 0
	}
	return at + n
}

// field returns the place of a field of a table, 0 when the table does not have it.
func (f *flat) field(table int64, i int64) int64 {
	if table == 0 || f.err != nil {
		return 0
	}
	f.pos = table
	vtable := table - int64(int32(f.u32()))
	if vtable < 0 || vtable > f.end-4 {
		f.fail("malformed", "table at offset %d has no vtable", table)
		return 0
	}
	f.pos = vtable
	size := int64(f.u16())
	if 4+2*i+2 > size || f.err != nil {
		return 0
	}
	f.pos = vtable + 4 + 2*i
	off := int64(f.u16())
	if off == 0 || f.err != nil {
		return 0
	}
	return table + off
}
