package source

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const someCommit = "0123456789abcdef0123456789abcdef01234567"

// entry is one member of an archive.
type entry struct {
	tar.Header
	body string
}

// pack makes an archive as git does.
func pack(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, e := range entries {
		e.Size = int64(len(e.body))
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func global(commit string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": commit}}}
}

func directory(name string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: 0o755}}
}

func regular(name, body string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}, body}
}

func link(kind byte, name, target string) entry {
	return entry{Header: tar.Header{Typeflag: kind, Name: name, Linkname: target}}
}

func openArchive(t *testing.T, packed []byte, budget Budget) (*Source, error) {
	t.Helper()
	src, err := Archive(t.Context(), bytes.NewReader(packed), sbom.Subject{Name: "acme/model", Revision: someCommit}, budget)
	if err == nil {
		t.Cleanup(func() { src.Close() })
	}
	return src, err
}

func TestArchiveIsAFileSystem(t *testing.T) {
	t.Parallel()
	src, err := openArchive(t, pack(t, global(someCommit),
		directory("acme-model-0123/"), directory("acme-model-0123/train/"),
		regular("acme-model-0123/train/run.py", "import torch\n"), regular("acme-model-0123/README.md", "x")), Budget{})
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(src.FS, "train/run.py", "README.md"); err != nil {
		t.Error(err)
	}
	if b, err := fs.ReadFile(src.FS, "train/run.py"); string(b) != "import torch\n" {
		t.Errorf("train/run.py: %q, %v", b, err)
	}
	if src.Storage("README.md") != "git" || src.Subject.Kind != "git" {
		t.Errorf("subject %+v", src.Subject)
	}
}

func TestArchiveLinksStayInside(t *testing.T) {
	t.Parallel()
	src, err := openArchive(t, pack(t, link(tar.TypeSymlink, "a/abs", "/etc/passwd"), link(tar.TypeSymlink, "a/up", "../../etc/passwd"),
		link(tar.TypeLink, "a/hard", "/etc/passwd"), regular("a/d/x", "inside"), link(tar.TypeSymlink, "a/in", "d/x")), Budget{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"abs", "up", "hard"} {
		if b, err := fs.ReadFile(src.FS, name); err == nil {
			t.Errorf("%s could be read: %q", name, b)
		}
	}
	if b, err := fs.ReadFile(src.FS, "in"); string(b) != "inside" {
		t.Errorf("a link inside: %q, %v", b, err)
	}
}

func TestArchiveRefuses(t *testing.T) {
	t.Parallel()
	good := pack(t, regular("a/x", strings.Repeat("x", 1000)), regular("a/y", "y"))
	for _, c := range []struct {
		name, want string
		packed     []byte
		budget     Budget
	}{
		{"another commit", "not " + someCommit, pack(t, global(strings.Repeat("f", 40))), Budget{}},
		{"too many entries", "maxArchiveEntries (1)", good, Budget{Entries: 1}},
		{"too many bytes", "maxArchiveBytes (1000)", good, Budget{Bytes: 1000}},
		{"a path upwards", "invalid path", pack(t, regular("a/../../x", "")), Budget{}},
		{"an absolute path", "invalid path", pack(t, regular("/a/x", "")), Budget{}},
		{"a file twice", "twice", pack(t, regular("a/x", "1"), regular("a/x", "2")), Budget{}},
		{"a file at the top", "invalid path", pack(t, regular("x", "")), Budget{}},
		{"half an archive", "unexpected EOF", good[:len(good)/2], Budget{}},
		{"no archive", "EOF", nil, Budget{}},
	} {
		_, err := openArchive(t, c.packed, c.budget)
		var archive *ArchiveError
		if !errors.As(err, &archive) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an ArchiveError with %q", c.name, err, c.want)
		}
	}
	if _, err := openArchive(t, good, Budget{Entries: 2, Bytes: 1001}); err != nil {
		t.Errorf("an archive that is exactly at its budget: %v", err)
	}
}
