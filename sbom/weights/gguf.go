package weights

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxGGUFKey is the limit of a key (GGUF specification, "gguf_metadata_kv_t": at
	// most 2^16-1 bytes).
	maxGGUFKey = 1<<16 - 1
	// maxGGUFTemplate bounds a chat template; the largest seen have some 40 KB.
	maxGGUFTemplate = 4 << 20
	// maxGGUFDepth bounds arrays of arrays, which the specification allows and no
	// writer produces.
	maxGGUFDepth = 4
	// maxGGUFDims is GGML_MAX_DIMS (ggml.h).
	maxGGUFDims = 4
	// defaultGGUFAlignment is used without general.alignment (GGUF specification,
	// "general.alignment").
	defaultGGUFAlignment = 32
)

// gguf value types (GGUF specification, enum gguf_metadata_value_type).
const (
	ggufU8 = iota
	ggufI8
	ggufU16
	ggufI16
	ggufU32
	ggufI32
	ggufF32
	ggufBool
	ggufString
	ggufArray
	ggufU64
	ggufI64
	ggufF64
)

// ggufWidth is the size of the values of fixed size; strings and arrays have 0.
var ggufWidth = [...]int64{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8}

// ggmlType is a tensor type: how many elements make a block of how many bytes.
type ggmlType struct {
	name  string
	block int64
	bytes int64
}

// ggmlTypes follows enum ggml_type (ggml.h) with the block sizes of ggml-common.h.
var ggmlTypes = map[uint32]ggmlType{
	0: {"F32", 1, 4}, 1: {"F16", 1, 2}, 2: {"Q4_0", 32, 18}, 3: {"Q4_1", 32, 20}, 6: {"Q5_0", 32, 22}, 7: {"Q5_1", 32, 24},
	8: {"Q8_0", 32, 34}, 10: {"Q2_K", 256, 84}, 11: {"Q3_K", 256, 110}, 12: {"Q4_K", 256, 144},
	13: {"Q5_K", 256, 176}, 14: {"Q6_K", 256, 210}, 15: {"Q8_K", 256, 292}, 16: {"IQ2_XXS", 256, 66}, 17: {"IQ2_XS", 256, 74},
	18: {"IQ3_XXS", 256, 98}, 19: {"IQ1_S", 256, 50}, 20: {"IQ4_NL", 32, 18}, 21: {"IQ3_S", 256, 110}, 22: {"IQ2_S", 256, 82},
	23: {"IQ4_XS", 256, 136}, 24: {"I8", 1, 1}, 25: {"I16", 1, 2}, 26: {"I32", 1, 4}, 27: {"I64", 1, 8}, 28: {"F64", 1, 8},
	29: {"IQ1_M", 256, 56}, 30: {"BF16", 1, 2}, 34: {"TQ1_0", 256, 54}, 35: {"TQ2_0", 256, 66}, 39: {"MXFP4", 32, 17},
}

// ggufFileTypes follows enum llama_ftype (llama.h), which general.file_type holds.
var ggufFileTypes = map[uint64]string{
	0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
	13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
	21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
	29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4_MOE",
}

func isGGUF(head []byte, _ int64) bool { return len(head) >= 4 && string(head[:4]) == "GGUF" }

// readGGUF reads the header of a GGUF file, versions 1 to 3, of either byte order. It
// returns the end of the declared data, -1 when that is not known.
func readGGUF(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	g := &gguf{cursor: newCursor(r, size), w: w, alignment: defaultGGUFAlignment, keys: map[string]struct{}{}}
	g.skip(4)
	if b := g.take(4); b != nil {
		g.version = binary.LittleEndian.Uint32(b)
		if g.version > 0xFFFF { // version 3 added big-endian files, "GGUF v3"
			g.order, g.version = binary.BigEndian, binary.BigEndian.Uint32(b)
			setMetadata(w, "gguf.byte_order", "big")
		}
	}
	if g.err == nil && (g.version < 1 || g.version > 3) {
		return -1, faultf("unsupported", 4, "GGUF version %d, versions 1 to 3 are known", g.version)
	}
	setMetadata(w, "gguf.version", strconv.FormatUint(uint64(g.version), 10))
	tensors, pairs := g.size(), g.size() // "gguf_header_t": tensor_count, metadata_kv_count
	for range g.count(pairs, 4+4+1) {
		if !g.more() {
			break
		}
		g.pair()
	}
	for range g.count(tensors, 4+4+4+8) {
		if !g.more() {
			break
		}
		g.tensor()
	}
	if g.err != nil {
		return -1, errors.Join(append(g.faults, g.err)...)
	}
	end = g.layout(size)
	return end, errors.Join(g.faults...)
}

type gguf struct {
	*cursor
	w         *sbom.Weights
	version   uint32
	alignment int64
	keys      map[string]struct{}
	names     map[string]struct{}
	spans     []span
	unsized   bool // a tensor has a type of unknown size
	faults    []error
}

func (g *gguf) fault(code string, offset int64, format string, args ...any) {
	if len(g.faults) < maxOddities {
		g.faults = append(g.faults, faultf(code, offset, format, args...))
	}
}

// size reads a count or length: 32 bits in version 1, 64 since ("GGUF v2").
func (g *gguf) size() uint64 {
	if g.version == 1 {
		return uint64(g.u32())
	}
	return g.u64()
}

// str reads a gguf_string_t of which at most limit bytes are kept.
func (g *gguf) str(limit int64) string { return string(g.bytes(g.length(g.size()), limit)) }

// pair reads a gguf_metadata_kv_t.
func (g *gguf) pair() {
	at := g.pos
	n := g.length(g.size())
	if n > maxGGUFKey {
		g.fail("malformed", "key of %d bytes at offset %d, limit is %d", n, at, maxGGUFKey)
		return
	}
	key := string(g.bytes(n, maxGGUFKey))
	if _, twice := g.keys[key]; twice {
		odd(g.w, "duplicate_key", at, "metadata has the key %q twice", clip(key, 80))
	}
	g.keys[key] = struct{}{}
	kind := g.u32()
	if strings.HasPrefix(key, "tokenizer.chat_template") && (kind == ggufString || kind == ggufArray) {
		g.template(key, kind)
		return
	}
	value, listed := g.value(kind, 0)
	if g.err == nil && listed {
		g.meta(key, value, at)
	}
}

// value reads a value and renders it when it is a scalar or a short list.
func (g *gguf) value(kind uint32, depth int) (text string, listed bool) {
	switch kind {
	case ggufU8:
		return strconv.Itoa(int(g.u8())), true
	case ggufI8:
		return strconv.Itoa(int(int8(g.u8()))), true
	case ggufU16:
		return strconv.Itoa(int(g.u16())), true
	case ggufI16:
		return strconv.Itoa(int(int16(g.u16()))), true
	case ggufU32:
		return strconv.FormatUint(uint64(g.u32()), 10), true
	case ggufI32:
		return strconv.Itoa(int(int32(g.u32()))), true
	case ggufF32:
		return strconv.FormatFloat(float64(math.Float32frombits(g.u32())), 'g', -1, 32), true
	case ggufBool:
		return strconv.FormatBool(g.u8() != 0), true
	case ggufString:
		return g.str(maxValueBytes), true
	case ggufArray:
		return g.array(depth)
	case ggufU64:
		return strconv.FormatUint(g.u64(), 10), true
	case ggufI64:
		return strconv.FormatInt(int64(g.u64()), 10), true
	case ggufF64:
		return strconv.FormatFloat(math.Float64frombits(g.u64()), 'g', -1, 64), true
	}
	g.fail("malformed", "value type %d at offset %d is not in gguf_metadata_value_type", kind, g.pos-4)
	return "", false
}

// maxGGUFList is up to how many elements a list is rendered; vocabularies have 250,000.
const maxGGUFList = 16

func (g *gguf) array(depth int) (text string, listed bool) {
	kind, n := g.u32(), g.size()
	if g.err != nil {
		return "", false
	}
	if depth >= maxGGUFDepth {
		g.fail("too_deep", "arrays nest deeper than maxGGUFDepth (%d)", maxGGUFDepth)
		return "", false
	}
	if int(kind) >= len(ggufWidth) {
		g.fail("malformed", "array type %d at offset %d is not in gguf_metadata_value_type", kind, g.pos-12)
		return "", false
	}
	if width := ggufWidth[kind]; width > 0 && n > maxGGUFList {
		g.skip(g.count(n, width) * width)
		return "", false
	}
	var items []string
	for range g.count(n, max(1, ggufWidth[kind])) {
		if g.err != nil {
			return "", false
		}
		if n > maxGGUFList && kind == ggufString {
			g.skip(g.length(g.size()))
			continue
		}
		item, _ := g.value(kind, depth+1)
		if n <= maxGGUFList {
			items = append(items, item)
		}
	}
	return strings.Join(items, ","), n <= maxGGUFList
}

// template reads tokenizer.chat_template, tokenizer.chat_template.NAME or the list
// tokenizer.chat_templates (names). What is no string is left alone.
func (g *gguf) template(key string, kind uint32) {
	if kind == ggufArray {
		text, listed := g.array(0)
		if listed {
			g.meta(key, text, g.pos)
		}
		return
	}
	n := g.length(g.size())
	at := g.pos
	if n > maxGGUFTemplate {
		g.fault("too_large", at, "%s has %d bytes, limit maxGGUFTemplate is %d", clip(key, 80), n, maxGGUFTemplate)
	}
	text := g.bytes(n, maxGGUFTemplate)
	if g.err == nil {
		addTemplate(g.w, clip(key, maxNameBytes), string(text), at)
	}
}

// meta keeps a value and what the general.* keys say ("Standardized key-value pairs").
func (g *gguf) meta(key, value string, at int64) {
	setMetadata(g.w, key, value)
	short := clip(value, maxNameBytes)
	switch {
	case key == "general.architecture":
		g.w.Architecture = short
	case key == "general.license":
		g.w.License = short
	case key == "general.file_type":
		n, _ := strconv.ParseUint(value, 10, 64)
		const guessed = 1024 // LLAMA_FTYPE_GUESSED
		if name, ok := ggufFileTypes[n&^guessed]; ok {
			g.w.Quantization = name
		} else {
			g.w.Quantization = fmt.Sprintf("file_type %d", n)
		}
	case key == "general.alignment":
		n, err := strconv.ParseInt(value, 10, 64)
		// "general.alignment": uint32, a multiple of 8; llama.cpp wants a power of two.
		if err != nil || n <= 0 || n&(n-1) != 0 || n > math.MaxUint32 {
			g.fault("malformed", at, "general.alignment is %q, a power of two is required", short)
			return
		}
		g.alignment = n
	case strings.HasPrefix(key, "general.base_model.") && (strings.HasSuffix(key, ".repo_url") || strings.HasSuffix(key, ".name")):
		if short != "" {
			g.w.BaseModels = append(g.w.BaseModels, short)
		}
	}
}

// tensor reads a gguf_tensor_info_t.
func (g *gguf) tensor() {
	at := g.pos
	n := g.length(g.size())
	if n > maxGGUFKey {
		g.fail("malformed", "tensor name of %d bytes at offset %d, limit is %d", n, at, maxGGUFKey)
		return
	}
	name := string(g.bytes(n, maxGGUFKey))
	if g.names == nil {
		g.names = map[string]struct{}{}
	}
	if _, twice := g.names[name]; twice {
		odd(g.w, "duplicate_key", at, "two tensors have the name %q", clip(name, 80))
	}
	g.names[name] = struct{}{}
	dims := g.u32()
	if dims > maxGGUFDims {
		g.fail("malformed", "tensor %q has %d dimensions, GGML_MAX_DIMS is %d", clip(name, 80), dims, maxGGUFDims)
		return
	}
	shape := make([]int64, 0, maxGGUFDims)
	for range dims {
		d := g.size()
		if d > math.MaxInt64 {
			g.fail("malformed", "tensor %q has a dimension of %d", clip(name, 80), d)
			return
		}
		shape = append(shape, int64(d))
	}
	kind, offset := g.u32(), g.u64()
	if g.err == nil {
		g.add(name, shape, kind, offset, at)
	}
}

func (g *gguf) add(name string, shape []int64, kind uint32, offset uint64, at int64) {
	short := clip(name, 80)
	t, known := ggmlTypes[kind]
	if !known {
		t.name = fmt.Sprintf("type %d", kind)
		g.unsized = true
	}
	addTensor(g.w, name, t.name, shape)
	if offset > math.MaxInt64 {
		g.fault("truncated", at, "data of tensor %q is declared at %d", short, offset)
		return
	}
	s := span{name: short, begin: int64(offset), end: int64(offset)}
	if known {
		n, ok := elements(shape)
		if ok {
			n, ok = mulSat(n/t.block, t.bytes)
		}
		if ok && len(shape) > 0 && shape[0]%t.block != 0 {
			odd(g.w, "tensor_size", at, "first dimension %d of tensor %q is no multiple of the block size %d of %s", shape[0], short, t.block, t.name)
		}
		if !ok || n > math.MaxInt64-s.begin {
			odd(g.w, "shape_overflow", at, "shape of tensor %q overflows 64 bits", short)
			return
		}
		s.end = s.begin + n
	}
	g.spans = append(g.spans, s)
}

// layout checks the places of the tensors ("gguf_tensor_info_t": offset is relative to
// the data, a multiple of the alignment) against the file and returns their end.
func (g *gguf) layout(size int64) (end int64) {
	pad := func(n int64) int64 {
		if n > math.MaxInt64-g.alignment {
			return math.MaxInt64
		}
		return (n + g.alignment - 1) &^ (g.alignment - 1)
	}
	if g.w.TensorCount == 0 { // vocabulary only
		g.w.CoversFile = sbom.TriOf(size <= pad(g.pos))
		return min(size, pad(g.pos))
	}
	base := pad(g.pos)
	slices.SortStableFunc(g.spans, func(a, b span) int { return cmpInt(a.begin, b.begin) })
	for _, s := range g.spans {
		switch where := at(base, s.begin); {
		case s.begin%g.alignment != 0:
			odd(g.w, "tensor_alignment", where, "tensor %q at %d is not aligned to %d bytes", s.name, s.begin, g.alignment)
		case g.unsized:
		case s.begin < end && s.begin != s.end:
			odd(g.w, "tensor_overlap", where, "tensor %q begins at %d inside the one before, which ends at %d", s.name, s.begin, end)
		case s.begin > pad(end):
			odd(g.w, "tensor_gap", at(base, end), "no tensor accounts for the bytes from %d to %d", pad(end), s.begin)
		}
		end = max(end, s.end)
	}
	stop := at(base, end)
	if stop > size {
		g.fault("truncated", size, "tensors need %d bytes, the file has %d", stop, size)
		g.w.CoversFile = sbom.No
		return size
	}
	if g.unsized {
		return -1
	}
	g.w.CoversFile = sbom.TriOf(size <= at(base, pad(end)))
	return min(size, at(base, pad(end)))
}
