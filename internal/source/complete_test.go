package source

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io/fs"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestCompleteIsTheCommit(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, content := range map[string]string{"x/same": "same", "x/subst": "rewritten", "x/lines": "a\r\nb\r\n"} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(w, content)
	}
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: "x/sub/", Mode: 0o755}); err != nil {
		t.Fatal(err)
	}
	w.Close()
	z.Close()
	src, err := Archive(t.Context(), &b, sbom.Subject{}, Budget{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	blobs := map[string]string{}
	entry := func(name, mode, content string) TreeEntry {
		id := blobID([]byte(content))
		blobs[id] = content
		return TreeEntry{name, mode, "blob", id, int64(len(content))}
	}
	entries := []TreeEntry{entry("same", "100644", "same"), entry("lines", "100644", "a\nb\n"), entry("subst", "100644", "$Format$"), entry("deep/hidden.pkl", "100644", "evil"),
		entry("link", "120000", "same"), {"sub", "160000", "commit", "c0ffee", 0}, {"big", "100644", "blob", "b16", maxFetchedBlob + 1}}
	fetched := 0
	fetch := func(_ context.Context, id string) ([]byte, error) {
		fetched++
		return []byte(blobs[id]), nil
	}
	if err := src.Complete(t.Context(), entries, fetch); err != nil {
		t.Fatal(err)
	}
	if fetched != 3 {
		t.Errorf("%d blobs were fetched, want those that differ (3)", fetched)
	}
	for name, want := range map[string]string{"same": "same", "lines": "a\nb\n", "subst": "$Format$", "deep/hidden.pkl": "evil", "link": "same"} {
		if got, err := fs.ReadFile(src.FS, name); err != nil || string(got) != want {
			t.Errorf("%s is %q, %v", name, got, err)
		}
	}
	for name, want := range map[string]fs.FileMode{"sub": fs.ModeIrregular, "big": fs.ModeDevice} {
		if info, err := fs.Stat(src.FS, name); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	if err := src.Complete(t.Context(), entries[1:], fetch); err == nil {
		t.Error("a file that is not in the tree was taken")
	}
	for i := range maxFetchedBlobs + 1 {
		entries = append(entries, entry(fmt.Sprintf("many/%02d", i), "100644", "x"))
	}
	if err := src.Complete(t.Context(), entries, fetch); err != nil {
		t.Fatal(err)
	}
	if info, err := fs.Stat(src.FS, fmt.Sprintf("many/%02d", maxFetchedBlobs)); err != nil || info.Mode() != fs.ModeDevice {
		t.Errorf("beyond the budget: %v, %v", info, err)
	}
}
