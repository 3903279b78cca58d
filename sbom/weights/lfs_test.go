package weights

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestLFSPointer(t *testing.T) {
	oid := strings.Repeat("0a", 32)
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + oid + "\nsize 4096\n"
	cases := []struct {
		name, path, content string
		match, problem      bool
	}{
		{"pointer", "model.safetensors", pointer, true, false},
		{"npy", "rows.npy", pointer, true, false},
		{"may run code", "model.bin", pointer, true, false},
		{"extension key", "model.gguf", strings.Replace(pointer, "oid ", "ext-0-foo sha256:"+oid+"\noid ", 1), true, false},
		{"no model file", "picture.png", pointer, false, false},
		{"no pointer", "model.safetensors", "hello", false, false},
		{"no oid", "model.bin", "version https://git-lfs.github.com/spec/v1\nsize 4096\n", true, true},
		{"short oid", "model.bin", strings.Replace(pointer, "0a", "", 1), true, true},
		{"two oids", "model.bin", strings.Replace(pointer, "size", "oid sha256:"+oid+"\nsize", 1), true, true},
		{"no size", "model.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:" + oid + "\n", true, true},
		{"text behind", "model.bin", pointer + "hello\n", true, true},
		{"other version", "model.bin", strings.Replace(pointer, "spec/v1", "spec/v9", 1), true, true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			f := sbom.NewFile(tc.path, []byte(tc.content))
			if got := lfsCollector.Match(f); got != tc.match {
				t.Fatalf("match = %v, want %v", got, tc.match)
			}
			if !tc.match {
				return
			}
			var out sbom.Inventory
			if err := lfsCollector.Collect(t.Context(), f, &out); err != nil {
				t.Fatal(err)
			}
			w := out.Weights[0]
			malformed := len(out.Problems) > 0 && out.Problems[0].Code == "malformed"
			if w.Content != "not_fetched" || malformed != tc.problem {
				t.Errorf("content %q, problems %v", w.Content, out.Problems)
			}
			if !tc.problem && (w.SHA256 != oid || w.SizeBytes != 4096 || w.DigestSource != "lfs_pointer") {
				t.Errorf("%+v", w)
			}
			if tc.problem && (w.SHA256 != "" || w.DigestSource != "none") {
				t.Errorf("a malformed pointer gives a digest: %+v", w)
			}
		})
	}
}

// TestUnfetchedIsUnknown: a pointer to what may run code, or to nobody knows what, is a
// Problem; a pointer to data, media or text is none.
func TestUnfetchedIsUnknown(t *testing.T) {
	oid := strings.Repeat("0a", 32)
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:" + oid + "\nsize 4096\n"
	for _, tc := range []struct {
		path             string
		entries, unknown int
	}{
		{"pytorch_model.bin", 1, 1}, {"model.pkl", 1, 1}, {"model.pkl.gz", 1, 1}, {"model.h5", 1, 1}, {"model.keras", 1, 1}, {"model.model", 1, 1},
		{"model.safetensors", 1, 0}, {"rows.npy", 1, 0}, {"model.gguf", 1, 1}, {"model.onnx", 1, 1},
		{"model.dat", 0, 1}, {"weights", 0, 1}, {"dir.png/model", 0, 1}, {"model.tar.gz", 0, 1}, {"model.zip", 0, 1}, {"model.pb.old", 0, 1}, {"blob.gz", 0, 1},
		{"a.png", 0, 0}, {"a.JPG", 0, 0}, {"a.csv", 0, 0}, {"a.jsonl.zst", 0, 0}, {"a.parquet", 0, 0}, {"a.md", 0, 0}, {"a.woff2", 0, 0}, {"a.mp4", 0, 0},
		{"tokenizer.model", 0, 0}, {"tokenizer.json", 0, 0}, {"fingerprint.pb", 0, 0},
	} {
		source := fstest.MapFS{tc.path: {Data: []byte(pointer)}}
		inv, err := sbom.Generate(t.Context(), source, sbom.Options{Collectors: Collectors, Linkers: Linkers})
		if err != nil {
			t.Fatal(err)
		}
		unknown := 0
		for _, p := range inv.Problems {
			if p.Family == sbom.FamilyWeights && p.Code == "not_fetched" && p.Path == tc.path {
				unknown++
			}
		}
		if len(inv.Weights) != tc.entries || unknown != tc.unknown || len(inv.Problems) != unknown {
			t.Errorf("%s: %d entries, want %d; problems %+v, want %d not_fetched", tc.path, len(inv.Weights), tc.entries, inv.Problems, tc.unknown)
		}
	}
}
