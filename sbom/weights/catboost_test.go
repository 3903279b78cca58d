package weights

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// flatTable is a table of a FlatBuffer that a test builds; a field is an int32, []int32, []float64,
// string, flatTable, or a list of them, nil when it is absent.
type flatTable []any

// flatBuffer lays out a table: each table behind its vtable, each object behind what leads
// to it.
func flatBuffer(t flatTable) []byte {
	out := make([]byte, 4)
	binary.LittleEndian.PutUint32(out, uint32(flatAdd(&out, t)))
	return append(out, make([]byte, -len(out)&7)...)
}

func flatAdd(out *[]byte, object any) int {
	u32 := func(v int) { *out = binary.LittleEndian.AppendUint32(*out, uint32(v)) }
	lead := func(from int, list []any) {
		for i, item := range list {
			if number, ok := item.(int32); ok {
				binary.LittleEndian.PutUint32((*out)[from+4*i:], uint32(number))
			} else if item != nil {
				at := flatAdd(out, item)
				binary.LittleEndian.PutUint32((*out)[from+4*i:], uint32(at-from-4*i))
			}
		}
	}
	*out = append(*out, make([]byte, -len(*out)&7)...)
	at := len(*out)
	switch v := object.(type) {
	case string:
		u32(len(v))
		*out = append(append(*out, v...), 0)
	case []int32:
		u32(len(v))
		for _, n := range v {
			u32(int(n))
		}
	case []float64:
		*out = append(*out, 0, 0, 0, 0)
		at = len(*out)
		u32(len(v))
		*out = append(*out, make([]byte, 8*len(v))...)
	case []any:
		u32(len(v))
		*out = append(*out, make([]byte, 4*len(v))...)
		lead(at+4, v)
	case flatTable:
		*out = binary.LittleEndian.AppendUint16(*out, uint16(4+2*len(v)))
		*out = binary.LittleEndian.AppendUint16(*out, uint16(4+4*len(v)))
		for i, field := range v {
			offset := 4 + 4*i
			if field == nil {
				offset = 0
			}
			*out = binary.LittleEndian.AppendUint16(*out, uint16(offset))
		}
		*out = append(*out, make([]byte, -len(*out)&3)...)
		vtable := at
		at = len(*out)
		u32(at - vtable)
		*out = append(*out, make([]byte, 4*len(v))...)
		lead(at+4, v)
	}
	return at
}

// catBoostParts are what catBoost builds a model of.
type catBoostParts struct {
	format                string
	splits, sizes, starts []int32
	values, weights       int
	features              []any
	params                string
	parts                 []any
}

func catBoostGood() catBoostParts {
	feature := flatTable{nil, int32(0), int32(0), []int32{1, 2, 3}, "a"}
	return catBoostParts{
		format: "FlabuffersModel_v1", splits: []int32{0, 2, 1}, sizes: []int32{2, 1}, starts: []int32{0, 2}, values: 6, weights: 6,
		features: []any{feature, flatTable{nil, int32(1)}}, params: `{"a":1}`,
	}
}

func (p catBoostParts) core() []byte {
	trees := flatTable{int32(1), p.splits, p.sizes, p.starts, nil, p.features, nil, nil, make([]float64, p.values), make([]float64, p.weights)}
	core := flatTable{p.format, trees, []any{flatTable{"params", p.params}}}
	if p.parts != nil {
		core = append(core, p.parts)
	}
	return flatBuffer(core)
}

// catBoost is a model of two symmetric trees in CatBoost's format.
func catBoost(core []byte, tail ...byte) []byte {
	return append(laidOut("CBM1", uint32(len(core)), core), tail...)
}

func TestCatBoost(t *testing.T) {
	whole := catBoost(catBoostGood().core())
	if w, fs := parse(t, readCatBoost, whole); len(fs) > 0 || w.CoversFile != sbom.Yes {
		t.Fatalf("%v, covers %s", fs, w.CoversFile)
	}
	withParts := catBoostGood()
	withParts.parts = []any{"static_provider_v1"}
	table := flatBuffer(flatTable{flatTable{flatTable{[]int32{0}}}, nil, nil, int32(1)})
	tables := laidOut("", uint32(1), uint32(len(table)), table)
	if w, fs := parse(t, readCatBoost, catBoost(withParts.core(), tables...)); len(fs) > 0 || w.CoversFile != sbom.Yes {
		t.Errorf("with tables of categories: %v, covers %s", fs, w.CoversFile)
	}
	if w, _ := parse(t, readCatBoost, catBoost(catBoostGood().core(), 7)); w.CoversFile != sbom.No {
		t.Error("bytes behind a model are part of it")
	}
	for name, tc := range map[string]struct {
		change func(*catBoostParts)
		want   string
	}{
		"format":             {func(p *catBoostParts) { p.format = "x" }, `format "x"`},
		"splits":             {func(p *catBoostParts) { p.splits = []int32{0, 2} }, "2 trees of 3 splits, but 2 splits"},
		"split that is none": {func(p *catBoostParts) { p.splits = []int32{0, 3, 1} }, "split 3 of 3"},
		"size":               {func(p *catBoostParts) { p.sizes = []int32{2, -1} }, "TreeSizes has -1"},
		"start":              {func(p *catBoostParts) { p.starts = []int32{0, 1} }, "tree 1 begins at split 1 instead of 2"},
		"values":             {func(p *catBoostParts) { p.values = 5 }, "5 values and 6 weights of 6 leaves"},
		"weights":            {func(p *catBoostParts) { p.weights = 5 }, "6 values and 5 weights"},
		"feature twice":      {func(p *catBoostParts) { p.features = append(p.features, p.features[0]) }, "feature 0 stands twice"},
		"parameters":         {func(p *catBoostParts) { p.params = `{"a":` }, "the parameters are no JSON"},
	} {
		p := catBoostGood()
		tc.change(&p)
		if _, fs := parse(t, readCatBoost, catBoost(p.core())); len(fs) == 0 || !strings.Contains(fs[0].reason, tc.want) {
			t.Errorf("%s: %v, want %q", name, fs, tc.want)
		}
	}
	for n := range withParts.core() { // the core passes with another end of its padding only
		core := withParts.core()
		if _, fs := parse(t, readCatBoost, catBoost(core[:n], tables...)); len(fs) == 0 && len(core)-n >= 16 {
			t.Errorf("a core of %d of %d bytes passes", n, len(core))
		}
	}
	if _, fs := parse(t, readCatBoost, catBoost(withParts.core(), tables[:len(tables)-12]...)); len(fs) == 0 {
		t.Error("cut tables of categories pass")
	}
}

// TestFlatBuffer holds a buffer to what FlatBuffers' Verifier holds it to.
func TestFlatBuffer(t *testing.T) {
	layout := &fbTable{"T", []fbField{cbText, cbNumbers, cbNumber}}
	whole := flatBuffer(flatTable{"text", []int32{1, 2}, int32(3)})
	check := func(b []byte) error {
		f := &flatCheck{r: bytes.NewReader(b), size: int64(len(b))}
		f.root(layout)
		return f.err
	}
	if err := check(whole); err != nil {
		t.Fatal(err)
	}
	table := int(binary.LittleEndian.Uint32(whole))
	vtable := table - int(binary.LittleEndian.Uint32(whole[table:]))
	text := bytes.Index(whole, []byte("text"))
	for name, tc := range map[string]struct {
		at   int
		to   byte
		want string
	}{
		"root":                     {0, 0xf0, "leaves the buffer"},
		"vtable behind the buffer": {table + 3, 0x80, "leaves the buffer"},
		"odd vtable":               {vtable, 7, "a vtable of 7"},
		"field behind the table":   {vtable + 4, 200, "field 0 of table T leaves it"},
		"object that is not even":  {table + 4, whole[table+4] + 1, ""},
		"string that is too long":  {text - 4, 200, "leaves the buffer"},
		"no zero behind a string":  {text + 4, 'x', "no zero behind it"},
		"vector that is too long":  {table + 8 + int(whole[table+8]), 200, "leaves the buffer"},
		"byte between objects":     {text + 5, 1, "not zero"},
	} {
		b := bytes.Clone(whole)
		b[tc.at] = tc.to
		if err := check(b); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if err := check(append(bytes.Clone(whole), make([]byte, 64)...)); err == nil || !strings.Contains(err.Error(), "belong to no object") {
		t.Errorf("bytes behind the last object: %v", err)
	}
	if err := check(flatBuffer(flatTable{"a", nil, nil, int32(1)})); err != nil {
		t.Errorf("a field of a later version: %v", err)
	}
}
