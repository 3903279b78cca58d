package weights

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// reader is the shape of a format's pure parsing function.
type reader func(io.ReaderAt, int64, *sbom.Weights) (int64, error)

// parse runs a reader over content.
func parse(t testing.TB, read reader, content []byte) (sbom.Weights, []*fault) {
	t.Helper()
	var w sbom.Weights
	end, err := read(bytes.NewReader(content), int64(len(content)), &w)
	if end > int64(len(content)) {
		t.Errorf("declared end %d lies behind the file of %d bytes", end, len(content))
	}
	return w, faults(err)
}

// codes is the codes of the oddities and faults, sorted by appearance, without repeats.
func codes(w sbom.Weights, fs []*fault) string {
	var out []string
	add := func(s string) {
		for _, have := range out {
			if have == s {
				return
			}
		}
		out = append(out, s)
	}
	for _, o := range w.Oddities {
		add(o.Code)
	}
	for _, f := range fs {
		add("!" + f.code)
	}
	return strings.Join(out, " ")
}

func le64(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }

// safetensorsFile is a file with the given header text and data bytes.
func safetensorsFile(header string, data int) []byte {
	return append(append(le64(uint64(len(header))), header...), make([]byte, data)...)
}

// ggufBuilder writes GGUF as gguf-py does.
type ggufBuilder struct {
	order   binary.ByteOrder
	version uint32
	kv      [][]byte
	tensors [][]byte
	data    int
}

func newGGUF() *ggufBuilder { return &ggufBuilder{order: binary.LittleEndian, version: 3} }

func (b *ggufBuilder) n(v uint64) []byte {
	if b.version == 1 {
		return b.u32(uint32(v))
	}
	out := make([]byte, 8)
	b.order.PutUint64(out, v)
	return out
}

func (b *ggufBuilder) u32(v uint32) []byte {
	out := make([]byte, 4)
	b.order.PutUint32(out, v)
	return out
}

func (b *ggufBuilder) u64(v uint64) []byte {
	out := make([]byte, 8)
	b.order.PutUint64(out, v)
	return out
}

func (b *ggufBuilder) s(s string) []byte { return append(b.n(uint64(len(s))), s...) }

func (b *ggufBuilder) pair(key string, kind uint32, value []byte) *ggufBuilder {
	b.kv = append(b.kv, append(append(b.s(key), b.u32(kind)...), value...))
	return b
}

func (b *ggufBuilder) str(key, value string) *ggufBuilder { return b.pair(key, ggufString, b.s(value)) }

func (b *ggufBuilder) tensor(name string, kind uint32, offset uint64, dims ...uint64) *ggufBuilder {
	out := append(b.s(name), b.u32(uint32(len(dims)))...)
	for _, d := range dims {
		out = append(out, b.n(d)...)
	}
	b.tensors = append(b.tensors, append(append(out, b.u32(kind)...), b.u64(offset)...))
	return b
}

func (b *ggufBuilder) file() []byte {
	out := append([]byte("GGUF"), b.u32(b.version)...)
	out = append(out, b.n(uint64(len(b.tensors)))...)
	out = append(out, b.n(uint64(len(b.kv)))...)
	for _, part := range append(b.kv, b.tensors...) {
		out = append(out, part...)
	}
	if len(b.tensors) > 0 {
		out = append(out, make([]byte, -len(out)&31)...)
		out = append(out, make([]byte, b.data)...)
	}
	return out
}

func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprint("test value: ", err))
	}
	return string(b)
}

// everyPrefix runs a reader over each prefix of a file and fails when one passes
// unnoticed: cut files must give a fault, an oddity or a smaller cover.
func everyPrefix(t *testing.T, read reader, content []byte) {
	t.Helper()
	for n := range len(content) {
		w, fs := parse(t, read, content[:n])
		if len(fs) == 0 && len(w.Oddities) == 0 && w.CoversFile == sbom.Yes {
			t.Errorf("cut to %d of %d bytes: no fault, no oddity and covers_file yes", n, len(content))
		}
	}
}
