package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// cursorBuffer is how much a cursor reads at once: large enough that a vocabulary of
// 250,000 short strings costs some tens of reads, small enough to keep one per file.
const cursorBuffer = 64 << 10

// fault is what stopped or limited a reader. It becomes a Problem of the file.
type fault struct {
	code   string // a Problem.Code: truncated, malformed, too_large, too_deep, too_many, unsupported, unreadable
	offset int64
	reason string
	inner  bool // of a member
	total  bool // the limit is that of the whole file, which an archive of data reaches
}

func (f *fault) Error() string { return f.reason }

func faultf(code string, offset int64, format string, args ...any) *fault {
	return &fault{code: code, offset: offset, reason: fmt.Sprintf(format, args...)}
}

// faults flattens an error of a reader into its faults.
func faults(err error) []*fault {
	if err == nil {
		return nil
	}
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*fault
		for _, e := range j.Unwrap() {
			out = append(out, faults(e)...)
		}
		return out
	}
	var f *fault
	if errors.As(err, &f) {
		return []*fault{f}
	}
	return []*fault{{code: "unreadable", offset: -1, reason: err.Error()}}
}

// cursor reads a binary format front to back without holding it: it keeps one buffer,
// skips without reading, and never passes end. Its first error sticks; every later
// read returns zero values, so a reader checks err at its loop heads.
type cursor struct {
	r     io.ReaderAt
	pos   int64
	end   int64
	order binary.ByteOrder
	err   error

	buf  []byte // bytes of r from bufAt on
	at   int64
	back []byte // storage of buf
}

func newCursor(r io.ReaderAt, size int64) *cursor {
	return &cursor{r: r, end: size, order: binary.LittleEndian}
}

func (c *cursor) fail(code, format string, args ...any) {
	if c.err == nil {
		c.err = faultf(code, c.pos, format, args...)
	}
}

// left is how many bytes remain before the end.
func (c *cursor) left() int64 { return c.end - c.pos }

// more tells whether a further entry can be read.
func (c *cursor) more() bool { return c.err == nil && c.pos < c.end }

// need checks that n bytes remain.
func (c *cursor) need(n int64) bool {
	if c.err != nil {
		return false
	}
	if n < 0 || n > c.left() {
		c.fail("truncated", "%d bytes are declared at offset %d where %d remain", n, c.pos, c.left())
		return false
	}
	return true
}

// peek returns the next n bytes, valid until the next read; n must be at most
// cursorBuffer.
func (c *cursor) peek(n int) []byte {
	if !c.need(int64(n)) {
		return nil
	}
	if c.pos < c.at || c.pos+int64(n) > c.at+int64(len(c.buf)) {
		want := min(int64(cursorBuffer), c.left())
		if int64(cap(c.back)) < want {
			c.back = make([]byte, want)
		}
		b := c.back[:want]
		m, err := c.r.ReadAt(b, c.pos)
		if m < n {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			c.fail("unreadable", "read at offset %d: %v", c.pos, err)
			return nil
		}
		c.buf, c.at = b[:m], c.pos
	}
	i := c.pos - c.at
	return c.buf[i : i+int64(n)]
}

func (c *cursor) take(n int) []byte {
	b := c.peek(n)
	if b != nil {
		c.pos += int64(n)
	}
	return b
}

func (c *cursor) skip(n int64) {
	if c.need(n) {
		c.pos += n
	}
}

func (c *cursor) u8() uint8 {
	if b := c.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (c *cursor) u16() uint16 {
	if b := c.take(2); b != nil {
		return c.order.Uint16(b)
	}
	return 0
}

func (c *cursor) u32() uint32 {
	if b := c.take(4); b != nil {
		return c.order.Uint32(b)
	}
	return 0
}

func (c *cursor) u64() uint64 {
	if b := c.take(8); b != nil {
		return c.order.Uint64(b)
	}
	return 0
}

// length turns a declared count of bytes into one that fits the rest of the file.
func (c *cursor) length(n uint64) int64 {
	if c.err != nil {
		return 0
	}
	if n > uint64(c.left()) {
		c.fail("truncated", "length %d at offset %d is larger than the %d bytes that remain", n, c.pos, c.left())
		return 0
	}
	return int64(n)
}

// count checks a declared number of entries of at least minBytes each against the
// bytes that remain.
func (c *cursor) count(n uint64, minBytes int64) int64 {
	if c.err != nil {
		return 0
	}
	if n > uint64(c.left()/minBytes) {
		c.fail("truncated", "count %d at offset %d does not fit in the %d bytes that remain", n, c.pos, c.left())
		return 0
	}
	return int64(n)
}

// bytes returns a copy of the next n bytes, of which at most limit are kept; the rest
// is skipped.
func (c *cursor) bytes(n, limit int64) []byte {
	if !c.need(n) {
		return nil
	}
	keep := min(n, limit)
	out := make([]byte, keep)
	if keep <= cursorBuffer {
		copy(out, c.peek(int(keep)))
	} else if m, err := c.r.ReadAt(out, c.pos); int64(m) < keep {
		c.fail("unreadable", "read at offset %d: %v", c.pos, err)
	}
	if c.err != nil {
		return nil
	}
	c.pos += n
	return out
}

// readRange reads n bytes at off of a file of the given size; n is checked against
// both the file and the limit before anything is allocated.
func readRange(r io.ReaderAt, off, n, size, limit int64) ([]byte, error) {
	if off < 0 || n < 0 || off > size || n > size-off {
		return nil, faultf("truncated", off, "%d bytes are declared at offset %d of a file of %d bytes", n, off, size)
	}
	if n > limit {
		return nil, faultf("too_large", off, "%d bytes at offset %d exceed the limit of %d", n, off, limit)
	}
	b := make([]byte, n)
	if m, err := r.ReadAt(b, off); int64(m) < n {
		return nil, faultf("unreadable", off, "read at offset %d: %v", off, err)
	}
	return b, nil
}

// mulSat multiplies non-negative numbers; ok is false on overflow.
func mulSat(a, b int64) (product int64, ok bool) {
	if a < 0 || b < 0 {
		return 0, false
	}
	if a != 0 && b > math.MaxInt64/a {
		return math.MaxInt64, false
	}
	return a * b, true
}

// elements is the product of a shape; ok is false when it overflows.
func elements(shape []int64) (n int64, ok bool) {
	n = 1
	ok = true
	for _, d := range shape {
		if d == 0 {
			return 0, true
		}
		if n, ok = mulSat(n, d); !ok {
			return n, false
		}
	}
	return n, true
}

// addTensor lists a tensor and counts its elements. The first MaxTensorsListed in the
// order of the file are kept.
func addTensor(w *sbom.Weights, name, dtype string, shape []int64) {
	w.TensorCount++
	if n, ok := elements(shape); ok && w.Parameters <= math.MaxInt64-n {
		w.Parameters += n
	}
	if len(w.Tensors) < sbom.MaxTensorsListed {
		w.Tensors = append(w.Tensors, sbom.Tensor{Name: clip(name, maxNameBytes), DType: dtype, Shape: shape})
	}
}

const (
	// maxNameBytes bounds a name that reaches the inventory; real ones stay below 200.
	maxNameBytes = 512
	// maxValueBytes bounds a metadata value that reaches the inventory.
	maxValueBytes = 4 << 10
	// maxMetadata bounds the metadata entries of one file that reach the inventory.
	maxMetadata = 512
	// maxOddities bounds the oddities of one kind of one file: the first ones say it all.
	maxOddities = 32
)

// clip shortens s to at most n bytes at a rune boundary and makes it valid UTF-8.
func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
		for len(s) > 0 && s[len(s)-1]&0xC0 == 0x80 {
			s = s[:len(s)-1]
		}
		if len(s) > 0 && s[len(s)-1] >= 0xC0 {
			s = s[:len(s)-1]
		}
	}
	return toValid(s)
}

func setMetadata(w *sbom.Weights, key, value string) {
	if w.Metadata == nil {
		w.Metadata = map[string]string{}
	}
	if len(w.Metadata) < maxMetadata {
		w.Metadata[clip(key, maxNameBytes)] = clip(value, maxValueBytes)
	}
}

// odd adds an oddity, at most maxOddities of each code.
func odd(w *sbom.Weights, code string, offset int64, format string, args ...any) {
	n := 0
	for i := range w.Oddities {
		if w.Oddities[i].Code == code {
			n++
		}
	}
	if n < maxOddities {
		w.Oddities = append(w.Oddities, sbom.Oddity{Code: code, Offset: offset, Detail: clip(fmt.Sprintf(format, args...), maxNameBytes)})
	}
}
