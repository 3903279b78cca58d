package weights

import (
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestRawData(t *testing.T) {
	problem := func(path string) sbom.Problem {
		return sbom.Problem{Path: path, Family: sbom.FamilyWeights, Code: "unsupported"}
	}
	inv := &sbom.Inventory{
		Weights: []sbom.Weights{
			{Path: "a/m.onnx", Format: "onnx", External: []sbom.External{{Location: "m.data.bin", Kind: "relative"}, {Location: "../x", Kind: "parent"}, {Location: "/etc/x", Kind: "absolute", Exists: sbom.Unresolved}}},
			{Path: "a/m.data.bin", Content: "partial"},
			{Path: "a/ov.bin", Content: "partial"},
			{Path: "js/group1-shard1of2.bin", Content: "partial"},
			{Path: "a/lonely.bin", Content: "partial"},
		},
		Problems: []sbom.Problem{problem("a/m.data.bin"), problem("a/ov.bin"), problem("js/group1-shard1of2.bin"), problem("a/lonely.bin")},
	}
	for _, name := range []string{"a/m.onnx", "a/m.data.bin", "a/ov.bin", "a/ov.xml", "a/lonely.bin", "js/model.json", "js/group1-shard1of2.bin"} {
		inv.Keep(sbom.ScratchPaths, name)
	}
	linkExternal(inv)
	fail(t, "problems", len(inv.Problems), 1)
	fail(t, "the one that is left", inv.Problems[0].Path, "a/lonely.bin")
	for i, want := range []string{"onnx", "raw", "raw", "raw", ""} {
		fail(t, inv.Weights[i].Path, inv.Weights[i].Format, want)
	}
	got := ""
	for _, e := range inv.Weights[0].External {
		got += string(e.Exists) + " "
	}
	fail(t, "exists", got, "yes no unresolved ")
}

func TestOpaqueFormats(t *testing.T) {
	for name, tc := range map[string]struct {
		content string
		format  string
	}{
		"a.bin":     {"\xba\x16\x4f\x2f\x0c\x00\x00\x00", "fasttext"},
		"b.bin":     {"2 1\na 0123\nb 0123\n", "word2vec"},
		"c.bin":     {"lmgg\x00\x00", "ggml"},
		"d.txt":     {"tree\nversion=v3\n\nend of trees\n", "lightgbm"},
		"e.cbm":     {"CBM1\x04\x00\x00\x00abcd", "catboost"},
		"f.model":   {"binf\x00\x00", "xgboost"},
		"g.mlmodel": {"\x08\x04\x12\x00\xa2\x1f\x00", "coreml"},
		"h.model":   {"\x0a\x0e\x0a\x05<unk>\x15", ""}, // sentencepiece
		"i.bin":     {"\xff\xff\xff\xff", ""},
	} {
		w, _ := read(t, name, []byte(tc.content))
		fail(t, name, w.Format, tc.format)
		if tc.format != "" && w.Executable != sbom.No {
			t.Errorf("%s: executable is %q", name, w.Executable)
		}
	}
	w, ps := read(t, "site.pth", []byte("import os; x\n"))
	fail(t, "path file", w.Path+problems(ps), "")
	w, _ = read(t, "site.pth", []byte("cos\nsystem\n(S'id'\ntR."))
	fail(t, "pickle of protocol 0", imports(w), "os.system:call")
	_, ps = read(t, "i.bin", []byte("\xff\xff\xff\xff"))
	fail(t, "unknown content under the name of a model", problems(ps), "unsupported")
	_, ps = read(t, "cut.txt", []byte("tree\nversion=v3\n"))
	fail(t, "cut LightGBM", problems(ps), "truncated")
	w, _ = read(t, "m.tflite", append(tfliteFile("Op"), zipOf(t, "labels.txt", "a\nb\n")...))
	fail(t, "labels of TFLite", oddities(w), "")
}
