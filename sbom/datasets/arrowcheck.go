package datasets

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The Arrow library sizes memory by the lengths of vectors in the metadata (FlatBuffers)
// before it looks whether they are there. What follows checks these lengths first: the
// tables of Message.fbs, Schema.fbs and File.fbs that hold vectors.

// maxArrowFields bounds the fields of a schema, nested ones included.
const maxArrowFields = 1 << 14

var errVector = errors.New("a vector of the metadata is longer than the metadata")

// flat is a FlatBuffers buffer; reading outside it panics, which columnar catches.
type flat struct {
	b      []byte
	fields int
}

func (f *flat) u32(at int) int { return int(binary.LittleEndian.Uint32(f.b[at:])) }

// slot is where field i of the table at pos is stored, 0 when it is absent.
func (f *flat) slot(pos, i int) int {
	vtable := pos - int(int32(binary.LittleEndian.Uint32(f.b[pos:])))
	if 4+2*i+2 > int(binary.LittleEndian.Uint16(f.b[vtable:])) {
		return 0
	}
	if off := int(binary.LittleEndian.Uint16(f.b[vtable+4+2*i:])); off != 0 {
		return pos + off
	}
	return 0
}

// table is the position of the table in field i, 0 when it is absent.
func (f *flat) table(pos, i int) int {
	if s := f.slot(pos, i); s != 0 {
		return s + f.u32(s)
	}
	return 0
}

// vector checks the vector in field i and returns its elements' position and number.
func (f *flat) vector(pos, i, size int) (at, n int, err error) {
	v := f.table(pos, i)
	if v == 0 {
		return 0, 0, nil
	}
	if n = f.u32(v); n > (len(f.b)-v-4)/size {
		return 0, 0, errVector
	}
	return v + 4, n, nil
}

// vectors checks several vectors of one table: field and size of an element.
func (f *flat) vectors(pos int, list ...[2]int) error {
	for _, v := range list {
		if _, _, err := f.vector(pos, v[0], v[1]); err != nil {
			return err
		}
	}
	return nil
}

// schema checks Schema: fields 1, custom_metadata 2, features 3.
func (f *flat) schema(pos int) error {
	if err := f.vectors(pos, [2]int{2, 4}, [2]int{3, 8}); err != nil {
		return err
	}
	return f.fieldList(pos, 1, 0)
}

// fieldList checks a vector of Field: name 0, type_type 2, type 3, children 5,
// custom_metadata 6.
func (f *flat) fieldList(pos, slot, depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	at, n, err := f.vector(pos, slot, 4)
	if err != nil {
		return err
	}
	if f.fields += n; f.fields > maxArrowFields {
		return fmt.Errorf("schema has more than maxArrowFields (%d) fields", maxArrowFields)
	}
	for i := range n {
		field := at + 4*i + f.u32(at+4*i)
		if err := f.vectors(field, [2]int{0, 1}, [2]int{6, 4}); err != nil {
			return err
		}
		const union = 14 // Schema.fbs, union Type: its typeIds are field 1
		if s := f.slot(field, 2); s != 0 && f.b[s] == union {
			if t := f.table(field, 3); t != 0 {
				if err := f.vectors(t, [2]int{1, 4}); err != nil {
					return err
				}
			}
		}
		if err := f.fieldList(field, 5, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// message checks a Message (header_type 1, header 2, bodyLength 3, custom_metadata 4)
// and returns the length of its body.
func (f *flat) message() (body int64, err error) {
	root := f.u32(0)
	if err := f.vectors(root, [2]int{4, 4}); err != nil {
		return 0, err
	}
	if s := f.slot(root, 3); s != 0 {
		body = int64(binary.LittleEndian.Uint64(f.b[s:]))
	}
	if body < 0 || body > maxArrowBody {
		return 0, fmt.Errorf("a message has a body of %d bytes, maxArrowBody is %d", body, int64(maxArrowBody))
	}
	header, kind := f.table(root, 2), byte(0)
	if s := f.slot(root, 1); s != 0 {
		kind = f.b[s]
	}
	if header == 0 {
		return body, nil
	}
	switch kind { // Message.fbs, union MessageHeader
	case 1:
		return body, f.schema(header)
	case 2:
		header = f.table(header, 1) // DictionaryBatch holds a RecordBatch
		if header == 0 {
			return body, nil
		}
		fallthrough
	case 3: // RecordBatch: length 0, nodes 1, buffers 2, variadicBufferCounts 4
		if s := f.slot(header, 0); s != 0 {
			if n := int64(binary.LittleEndian.Uint64(f.b[s:])); n < 0 || n > maxArrowRows {
				return 0, fmt.Errorf("a batch has %d rows, maxArrowRows is %d", n, maxArrowRows)
			}
		}
		return body, f.vectors(header, [2]int{1, 16}, [2]int{2, 16}, [2]int{4, 8})
	}
	return body, nil
}

// maxArrowRows bounds one batch; writers make batches of a thousand to a million rows.
const maxArrowRows = 16 << 20

// maxArrowMessages bounds the messages that are checked.
const maxArrowMessages = 1 << 20

// checkArrowStream checks the metadata of every message of a stream, from at on, up to
// its end; what is cut short is left for the reader to report.
func checkArrowStream(r io.ReaderAt, at, size int64) error {
	for range maxArrowMessages {
		meta, next, err := arrowMeta(r, at, size)
		if err != nil || meta == nil {
			return err
		}
		body, err := (&flat{b: meta}).message()
		if err != nil {
			return fmt.Errorf("message at %d: %w", at, err)
		}
		at = next + body
	}
	return fmt.Errorf("more than maxArrowMessages (%d) messages", maxArrowMessages)
}

// arrowMeta reads the metadata of the message at a place (IPC "Encapsulated message
// format": a continuation mark, the length, the metadata); nil at the end.
func arrowMeta(r io.ReaderAt, at, size int64) (meta []byte, next int64, err error) {
	var head [8]byte
	if _, err := r.ReadAt(head[:], at); err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	n, skip := int64(int32(binary.LittleEndian.Uint32(head[:]))), int64(4)
	if n == -1 {
		n, skip = int64(int32(binary.LittleEndian.Uint32(head[4:]))), 8
	}
	if n == 0 || at+skip+n > size {
		return nil, 0, nil
	}
	if n < 0 || n > maxArrowMeta {
		return nil, 0, fmt.Errorf("message at %d has %d bytes of metadata, maxArrowMeta is %d", at, n, maxArrowMeta)
	}
	meta = make([]byte, n)
	if _, err := r.ReadAt(meta, at+skip); err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	return meta, at + skip + n, nil
}

// checkArrowFile checks the footer (schema 1, dictionaries 2, recordBatches 3,
// custom_metadata 4) and the messages that its blocks point to.
func checkArrowFile(r io.ReaderAt, size int64) error {
	tail := int64(4 + len(arrowMagic))
	if size < tail+8 {
		return errors.New("the file is too short")
	}
	var b [4]byte
	if _, err := r.ReadAt(b[:], size-tail); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	n := int64(int32(binary.LittleEndian.Uint32(b[:])))
	if n <= 0 || n > maxArrowMeta || n > size-tail {
		return fmt.Errorf("the footer has %d bytes", n)
	}
	f := &flat{b: make([]byte, n)}
	if _, err := r.ReadAt(f.b, size-tail-n); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	root := f.u32(0)
	if schema := f.table(root, 1); schema != 0 {
		if err := f.schema(schema); err != nil {
			return err
		}
	}
	const block = 24 // File.fbs, struct Block: offset, metaDataLength, bodyLength
	if err := f.vectors(root, [2]int{4, 4}); err != nil {
		return err
	}
	for _, slot := range []int{2, 3} {
		at, n, err := f.vector(root, slot, block)
		if err != nil {
			return err
		}
		for i := range n {
			offset := int64(binary.LittleEndian.Uint64(f.b[at+i*block:]))
			if offset < 0 || offset > size {
				return fmt.Errorf("a block lies at %d, outside the file", offset)
			}
			meta, _, err := arrowMeta(r, offset, size)
			if err != nil {
				return err
			}
			if meta == nil {
				return fmt.Errorf("no message at %d", offset)
			}
			if _, err := (&flat{b: meta}).message(); err != nil {
				return fmt.Errorf("message at %d: %w", offset, err)
			}
		}
	}
	return nil
}
