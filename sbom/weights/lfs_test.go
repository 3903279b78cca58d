package weights

import (
	"strings"
	"testing"

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
			if w.Content != "not_fetched" || (len(out.Problems) > 0) != tc.problem {
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
