package weights

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const twoTensors = `{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},` +
	`"b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}}`

func TestSafetensors(t *testing.T) {
	w, fs := parse(t, readSafetensors, safetensorsFile(twoTensors+"   ", 32))
	want := sbom.Weights{
		Executable: sbom.No, CoversFile: sbom.Yes, Metadata: map[string]string{"format": "pt"},
		Parameters: 10, TensorCount: 2, DataBytes: 32,
		Tensors: []sbom.Tensor{{Name: "a", DType: "F32", Shape: []int64{2, 3}}, {Name: "b", DType: "BF16", Shape: []int64{4}}},
	}
	if diff := cmp.Diff(want, w); diff != "" {
		t.Error(diff)
	}
	if len(fs) > 0 {
		t.Errorf("faults %v", fs)
	}
}

func TestSafetensorsStructure(t *testing.T) {
	one := func(entry string) string { return `{"a":` + entry + `}` }
	cases := []struct {
		name, header string
		data         int
		want         string
	}{
		{"no tensors", `{}`, 0, ""},
		{"scalar", one(`{"dtype":"I64","shape":[],"data_offsets":[0,8]}`), 8, ""},
		{"empty tensor", one(`{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]}`), 0, ""},
		{"half bytes", one(`{"dtype":"F4","shape":[4],"data_offsets":[0,2]}`), 2, ""},
		{"keys in any order", one(`{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}`), 4, ""},
		{"tensors not in order of offset", `{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 2, ""},
		{"duplicate tensor", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2, "duplicate_key"},
		{"duplicate escaped", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 2, "duplicate_key"},
		{"duplicate field", one(`{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}`), 1, "duplicate_key"},
		{"duplicate metadata", `{"__metadata__":{"x":"1","x":"2"}}`, 0, "duplicate_key"},
		{"overlap", `{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}`, 3, "tensor_overlap"},
		{"gap", `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 3, "tensor_gap"},
		{"gap at the start", one(`{"dtype":"U8","shape":[1],"data_offsets":[1,2]}`), 2, "tensor_gap"},
		{"bytes behind", one(`{"dtype":"U8","shape":[1],"data_offsets":[0,1]}`), 9, "uncovered_bytes"},
		{"size and shape disagree", one(`{"dtype":"F32","shape":[2],"data_offsets":[0,4]}`), 4, "tensor_size"},
		{"shape overflows", one(`{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}`), 4, "shape_overflow"},
		{"behind the file", one(`{"dtype":"U8","shape":[9],"data_offsets":[0,9]}`), 4, "!truncated"},
		{"backwards", one(`{"dtype":"U8","shape":[1],"data_offsets":[2,1]}`), 4, "uncovered_bytes !malformed"},
		{"negative", one(`{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}`), 1, "!malformed"},
		{"fraction", one(`{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}`), 1, "!malformed"},
		{"exponent", one(`{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}`), 1, "!malformed"},
		{"unknown dtype", one(`{"dtype":"Q4","shape":[1],"data_offsets":[0,1]}`), 1, "!unsupported"},
		{"unknown key", one(`{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}`), 1, "!malformed"},
		{"metadata is no string", `{"__metadata__":{"x":1}}`, 0, "!malformed"},
		{"not JSON", `{"a":`, 0, "!malformed"},
		{"list", `[]`, 0, "!malformed"},
		{"more behind the JSON", `{}{}`, 0, "header_trailing_bytes"},
		{"white space first", ` {}`, 0, "!malformed"},
		{"not UTF-8", "{\"__metadata__\":{\"x\":\"\xff\"}}", 0, "!malformed"},
		{"nesting bomb", one(`{"shape":` + strings.Repeat("[", 50000) + `}`), 0, "!malformed"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w, fs := parse(t, readSafetensors, safetensorsFile(tc.header, tc.data))
			if got := codes(w, fs); got != tc.want {
				t.Errorf("codes = %q, want %q (%v %v)", got, tc.want, w.Oddities, fs)
			}
		})
	}
}

func TestSafetensorsHeaderLength(t *testing.T) {
	for _, n := range []uint64{33, 1 << 20, maxSafetensorsHeader, maxSafetensorsHeader + 1, 1 << 40, 1 << 63, 1<<64 - 1} {
		file := safetensorsFile(`{}`, 22)
		binary.LittleEndian.PutUint64(file, n)
		if _, fs := parse(t, readSafetensors, file); len(fs) == 0 {
			t.Errorf("length %d: no fault", n)
		}
	}
	everyPrefix(t, readSafetensors, safetensorsFile(twoTensors, 32))
}

func TestIsSafetensors(t *testing.T) {
	file := safetensorsFile(twoTensors, 32)
	if !isSafetensors(file, int64(len(file))) {
		t.Error("a safetensors file is not recognised")
	}
	for _, other := range []string{"", "PK\x03\x04 {}", "\x80\x02}q\x00.", `{"a": 1, "b": 2}`} {
		if isSafetensors([]byte(other), int64(len(other))) {
			t.Errorf("%q is recognised", other)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(safetensorsFile(twoTensors, 32))
	f.Add(safetensorsFile(`{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}`, 4))
	f.Fuzz(func(t *testing.T, content []byte) {
		var w sbom.Weights
		end, _ := readSafetensors(bytes.NewReader(content), int64(len(content)), &w)
		if end > int64(len(content)) {
			t.Errorf("end %d of %d bytes", end, len(content))
		}
	})
}
