package weights

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxSafetensorsHeader is MAX_HEADER_SIZE of the reference implementation
// (safetensors/src/tensor.rs): 100,000,000 bytes.
const maxSafetensorsHeader = 100_000_000

// safetensorsBits is the width of each dtype of the format (safetensors README,
// "Format", and enum Dtype of the reference implementation).
var safetensorsBits = map[string]int64{
	"BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8,
	"F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
	"I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32,
	"C64": 64, "F64": 64, "I64": 64, "U64": 64,
}

// isSafetensors recognises the length of the header and its opening brace (README,
// "Format": "The header data MUST begin with a { character").
func isSafetensors(head []byte, size int64) bool {
	if len(head) < 9 || head[8] != '{' {
		return false
	}
	n := binary.LittleEndian.Uint64(head)
	return n >= 2 && n <= maxSafetensorsHeader && n <= uint64(size)
}

// span is where the data of a tensor lies.
type span struct {
	name       string
	begin, end int64
}

// readSafetensors reads the header of a safetensors file. It returns the end of the
// declared data, -1 when that is not known.
func readSafetensors(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	head, err := readRange(r, 0, 8, size, 8)
	if err != nil {
		return -1, err
	}
	n := binary.LittleEndian.Uint64(head) // README, "Format": 8 bytes, N, little-endian u64
	if n > maxSafetensorsHeader {
		return -1, faultf("too_large", 0, "header length %d exceeds maxSafetensorsHeader (%d)", n, maxSafetensorsHeader)
	}
	text, err := readRange(r, 8, int64(n), size, maxSafetensorsHeader)
	if err != nil {
		return -1, err
	}
	h := &safetensorsHeader{w: w, data: size - 8 - int64(n), dec: json.NewDecoder(bytes.NewReader(text)), seen: map[string]struct{}{}}
	if err := h.read(text); err != nil {
		return -1, err
	}
	return 8 + int64(n) + h.layout(8+int64(n)), errors.Join(h.faults...)
}

type safetensorsHeader struct {
	w      *sbom.Weights
	data   int64 // bytes after the header
	dec    *json.Decoder
	seen   map[string]struct{}
	spans  []span
	faults []error
}

func (h *safetensorsHeader) offset() int64 { return 8 + h.dec.InputOffset() }

func (h *safetensorsHeader) fault(code, format string, args ...any) {
	if len(h.faults) < maxOddities {
		h.faults = append(h.faults, faultf(code, h.offset(), format, args...))
	}
}

// read walks the JSON of the header token by token, because encoding/json would keep
// the last of two equal keys and say nothing.
func (h *safetensorsHeader) read(text []byte) error {
	if len(text) == 0 || text[0] != '{' {
		return faultf("malformed", 8, "header does not begin with '{'")
	}
	if !utf8.Valid(text) {
		return faultf("malformed", 8, "header is not UTF-8")
	}
	h.dec.UseNumber()
	if _, err := h.dec.Token(); err != nil {
		return h.bad(err)
	}
	for h.dec.More() {
		at := h.offset()
		name, err := h.str()
		if err != nil {
			return h.bad(err)
		}
		if _, twice := h.seen[name]; twice {
			odd(h.w, "duplicate_key", at, "header names %q twice", clip(name, maxNameBytes))
		}
		h.seen[name] = struct{}{}
		if name == "__metadata__" {
			err = h.metadata()
		} else {
			err = h.tensor(name)
		}
		if err != nil {
			return h.bad(err)
		}
	}
	if _, err := h.dec.Token(); err != nil {
		return h.bad(err)
	}
	// README, "Format": the header may be padded with spaces.
	if rest := bytes.TrimRight(text[h.dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		odd(h.w, "header_trailing_bytes", h.offset(), "%d bytes follow the JSON of the header", len(rest))
	}
	return nil
}

func (h *safetensorsHeader) bad(err error) error {
	var f *fault
	if errors.As(err, &f) {
		return err
	}
	return faultf("malformed", h.offset(), "header: %v", err)
}

func (h *safetensorsHeader) str() (string, error) {
	t, err := h.dec.Token()
	if err != nil {
		return "", err
	}
	s, ok := t.(string)
	if !ok {
		return "", faultf("malformed", h.offset(), "header: string expected, got %.40v", t)
	}
	return s, nil
}

func (h *safetensorsHeader) open(d json.Delim) error {
	t, err := h.dec.Token()
	if err != nil {
		return err
	}
	if t != d {
		return faultf("malformed", h.offset(), "header: %v expected, got %.40v", d, t)
	}
	return nil
}

// metadata reads "__metadata__", a map from string to string (README, "Format").
func (h *safetensorsHeader) metadata() error {
	if err := h.open('{'); err != nil {
		return err
	}
	seen := map[string]struct{}{}
	for h.dec.More() {
		key, err := h.str()
		if err != nil {
			return err
		}
		if _, twice := seen[key]; twice {
			odd(h.w, "duplicate_key", h.offset(), "__metadata__ names %q twice", clip(key, maxNameBytes))
		}
		seen[key] = struct{}{}
		value, err := h.str()
		if err != nil {
			return err
		}
		setMetadata(h.w, key, value)
		if strings.Contains(key, "template") && strings.Contains(value, "{") {
			addTemplate(h.w, clip(key, maxNameBytes), value, h.offset())
		}
		h.hint(key, value)
	}
	return h.open('}')
}

// hint copies what well-known metadata keys say about the model.
func (h *safetensorsHeader) hint(key, value string) {
	switch key {
	case "license", "modelspec.license":
		h.w.License = clip(value, maxNameBytes)
	case "modelspec.architecture":
		h.w.Architecture = clip(value, maxNameBytes)
	case "base_model", "ss_sd_model_name", "ss_base_model_version":
		h.w.BaseModels = append(h.w.BaseModels, clip(value, maxNameBytes))
	}
}

// tensor reads {"dtype": …, "shape": […], "data_offsets": [begin, end]}.
func (h *safetensorsHeader) tensor(name string) error {
	if err := h.open('{'); err != nil {
		return err
	}
	var dtype string
	var shape, offsets []int64
	seen := map[string]bool{}
	for h.dec.More() {
		key, err := h.str()
		if err != nil {
			return err
		}
		if seen[key] {
			odd(h.w, "duplicate_key", h.offset(), "tensor %q has %q twice", clip(name, 80), clip(key, 80))
		}
		seen[key] = true
		switch key {
		case "dtype":
			dtype, err = h.str()
		case "shape":
			shape, err = h.numbers()
		case "data_offsets":
			offsets, err = h.numbers()
		default:
			return faultf("malformed", h.offset(), "tensor %q has the unknown key %q", clip(name, 80), clip(key, 80))
		}
		if err != nil {
			return err
		}
	}
	if err := h.open('}'); err != nil {
		return err
	}
	h.add(name, dtype, shape, offsets)
	return nil
}

// maxRank bounds the dimensions of one tensor: numpy allows 64.
const maxRank = 64

func (h *safetensorsHeader) numbers() ([]int64, error) {
	if err := h.open('['); err != nil {
		return nil, err
	}
	out := []int64{}
	for h.dec.More() {
		t, err := h.dec.Token()
		if err != nil {
			return nil, err
		}
		num, ok := t.(json.Number)
		if !ok {
			return nil, faultf("malformed", h.offset(), "header: number expected, got %.40v", t)
		}
		v, err := strconv.ParseInt(num.String(), 10, 64)
		if err != nil || v < 0 {
			return nil, faultf("malformed", h.offset(), "header: %.40s is no size or offset", num)
		}
		if len(out) >= maxRank {
			return nil, faultf("too_many", h.offset(), "more than maxRank (%d) numbers in one list", maxRank)
		}
		out = append(out, v)
	}
	return out, h.open(']')
}

// add checks one tensor (README, "Format": offsets are relative to the byte buffer,
// end - begin is the product of shape and dtype) and lists it.
func (h *safetensorsHeader) add(name, dtype string, shape, offsets []int64) {
	bits, known := safetensorsBits[dtype]
	short := clip(name, 80)
	switch {
	case len(offsets) != 2 || shape == nil || dtype == "":
		h.fault("malformed", "tensor %q lacks dtype, shape or data_offsets", short)
		return
	case offsets[0] > offsets[1]:
		h.fault("malformed", "tensor %q ends at %d before it begins at %d", short, offsets[1], offsets[0])
		return
	case offsets[1] > h.data:
		h.fault("truncated", "tensor %q ends at %d of %d data bytes", short, offsets[1], h.data)
	case !known:
		h.fault("unsupported", "tensor %q has the unknown dtype %q", short, clip(dtype, 40))
	}
	if known {
		n, ok := elements(shape)
		if ok {
			n, ok = mulSat(n, bits)
		}
		if !ok {
			odd(h.w, "shape_overflow", h.offset(), "shape of tensor %q overflows 64 bits", short)
		} else if n%8 != 0 || n/8 != offsets[1]-offsets[0] {
			odd(h.w, "tensor_size", h.offset(), "tensor %q needs %d bits and has %d bytes", short, n, offsets[1]-offsets[0])
		}
	}
	h.spans = append(h.spans, span{name: short, begin: offsets[0], end: offsets[1]})
	addTensor(h.w, name, dtype, shape)
}

// layout checks that the tensors cover the data without holes or overlaps (README,
// "Format": "Tensors … the byte buffer needs to be entirely indexed, and cannot
// contain holes") and returns the end of the last one.
func (h *safetensorsHeader) layout(base int64) (end int64) {
	slices.SortStableFunc(h.spans, func(a, b span) int {
		if a.begin != b.begin {
			return cmpInt(a.begin, b.begin)
		}
		return cmpInt(a.end, b.end)
	})
	for _, s := range h.spans {
		switch {
		case s.begin < end && s.begin != s.end:
			odd(h.w, "tensor_overlap", at(base, s.begin), "tensor %q begins at %d inside the one before, which ends at %d", s.name, s.begin, end)
		case s.begin > end:
			odd(h.w, "tensor_gap", at(base, end), "no tensor accounts for the bytes from %d to %d", end, s.begin)
		}
		end = max(end, s.end)
	}
	h.w.DataBytes = min(end, h.data)
	h.w.CoversFile = sbom.TriOf(end == h.data)
	if end < h.data {
		odd(h.w, "uncovered_bytes", at(base, end), "%d bytes follow the last tensor", h.data-end)
	}
	return min(end, h.data)
}

func at(base, off int64) int64 {
	if off > math.MaxInt64-base {
		return math.MaxInt64
	}
	return base + off
}

func cmpInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func toValid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
