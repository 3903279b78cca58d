package sbom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// lines is a collector that notes each text file, for tests of the machinery.
var lines = Collector{
	Name: "test/lines", Families: []Family{FamilyReferences},
	Match: func(f *File) bool { return f.Ext() == ".txt" },
	Collect: func(_ context.Context, f *File, out *Inventory) error {
		b, err := f.Bytes()
		if err != nil {
			return err
		}
		if strings.HasPrefix(string(b), "panic") {
			panic("on content")
		}
		out.References = append(out.References, Reference{Name: string(b), At: f.At(1)})
		return nil
	},
}

func generate(t *testing.T, source fs.FS, opts Options) *Inventory {
	t.Helper()
	opts.Collectors = []Collector{lines}
	inv, err := Generate(context.Background(), source, opts)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func TestGenerateIsTheSameForAnyNumberOfWorkers(t *testing.T) {
	t.Parallel()
	source := fstest.MapFS{}
	for i := range 200 {
		source[fmt.Sprintf("d%d/f%d.txt", i%7, i)] = &fstest.MapFile{Data: []byte(strings.Repeat("x", i))}
	}
	var want string
	for _, workers := range []int{1, 2, 8} {
		got, err := json.Marshal(generate(t, source, Options{Workers: workers}))
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = string(got)
		}
		if string(got) != want {
			t.Errorf("%d workers give another inventory than 1", workers)
		}
	}
}

func TestSourceDigestFollowsPathModeAndContent(t *testing.T) {
	t.Parallel()
	digest := func(name string, mode fs.FileMode, data string) string {
		return generate(t, fstest.MapFS{name: {Data: []byte(data), Mode: mode}}, Options{}).Subject.Digests["sha256"]
	}
	base := digest("a", 0o644, "x")
	for what, other := range map[string]string{
		"path": digest("b", 0o644, "x"), "mode": digest("a", 0o755, "x"), "content": digest("a", 0o644, "y"),
	} {
		if other == base {
			t.Errorf("another %s gives the same digest", what)
		}
	}
	if again := digest("a", 0o644, "x"); again != base {
		t.Error("same source, another digest")
	}
	if got := generate(t, fstest.MapFS{"a": {Data: []byte("x")}}, Options{Digests: DigestsNone}).Subject.Digests["sha256"]; got != "" {
		t.Errorf("digest %q without hashing", got)
	}
}

func TestLargeFilesAreHashedWhole(t *testing.T) {
	t.Parallel()
	data := []byte(strings.Repeat("0123456789abcdef", (wholeFileBytes+largeFileBytes)/16))
	inv := generate(t, fstest.MapFS{"model.safetensors": {Data: data}}, Options{})
	sum := sha256.Sum256(data)
	if len(inv.Files) != 1 || inv.Files[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("got %+v, want digest %x", inv.Files, sum)
	}
}

func TestCollectorPanicIsAProblem(t *testing.T) {
	t.Parallel()
	inv := generate(t, fstest.MapFS{"a.txt": {Data: []byte("panic")}, "b.txt": {Data: []byte("fine")}}, Options{})
	if len(inv.References) != 1 || len(inv.Problems) != 1 || inv.Problems[0].Path != "a.txt" || inv.Problems[0].Family != FamilyReferences {
		t.Errorf("got references %+v and problems %+v", inv.References, inv.Problems)
	}
}

func TestSymlinksStayInsideTheRoot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	outside := filepath.Join(dir, "outside.txt")
	root := filepath.Join(dir, "root")
	for _, err := range []error{
		os.WriteFile(outside, []byte("secret"), 0o600),
		os.MkdirAll(filepath.Join(root, "blobs"), 0o755),
		os.WriteFile(filepath.Join(root, "blobs", "abc"), []byte("inside"), 0o600),
		os.Symlink("blobs/abc", filepath.Join(root, "in.txt")),
		os.Symlink(outside, filepath.Join(root, "abs.txt")),
		os.Symlink("../outside.txt", filepath.Join(root, "rel.txt")),
		os.Symlink("nowhere", filepath.Join(root, "gone.txt")),
		os.Symlink("..", filepath.Join(root, "up")),
		os.MkdirAll(filepath.Join(root, ".git", "objects"), 0o755),
		os.WriteFile(filepath.Join(root, ".git", "HEAD"), []byte("ref: refs/heads/main"), 0o600),
		os.WriteFile(filepath.Join(root, ".git", "x.txt"), []byte("git"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	inv := generate(t, r.FS(), Options{})
	if len(inv.References) != 1 || inv.References[0].Name != "inside" || inv.References[0].At.Path != "in.txt" {
		t.Errorf("got references %+v, want in.txt alone", inv.References)
	}
	codes := map[string]string{}
	for _, p := range inv.Problems {
		codes[p.Path] = p.Code
	}
	want := map[string]string{"abs.txt": "outside_root", "rel.txt": "outside_root", "up": "outside_root", "gone.txt": "unreadable"}
	for name, code := range want {
		if codes[name] != code {
			t.Errorf("%s: problem %q, want %q", name, codes[name], code)
		}
	}
	if len(codes) != len(want) {
		t.Errorf("problems %v, want %v", codes, want)
	}
}

// partialFS is a clone that lacks one blob.
type partialFS struct {
	fstest.MapFS
	missing string
}

func (p partialFS) Open(name string) (fs.File, error) {
	if name == p.missing {
		return nil, &fs.PathError{Op: "open", Path: name, Err: ErrMissingBlob}
	}
	return p.MapFS.Open(name)
}

func TestMissingBlobIsAProblemOfEachFamily(t *testing.T) {
	t.Parallel()
	source := partialFS{fstest.MapFS{"a.txt": {Data: []byte("a")}, "b.txt": {Data: []byte("b")}}, "a.txt"}
	inv := generate(t, source, Options{})
	families := map[Family]bool{}
	for _, p := range inv.Problems {
		if p.Path != "a.txt" || p.Code != "missing_blob" {
			t.Errorf("problem %+v", p)
		}
		families[p.Family] = true
	}
	if !families[FamilyReferences] || !families[FamilyFiles] {
		t.Errorf("problems in families %v, want references and files", families)
	}
	if len(inv.References) != 1 {
		t.Errorf("the rest of the source was not read: %+v", inv.References)
	}
}

func TestLFSStorage(t *testing.T) {
	t.Parallel()
	oid := strings.Repeat("ab", 32)
	source := fstest.MapFS{
		".gitattributes":     {Data: []byte("*.bin filter=lfs diff=lfs merge=lfs -text\nsub/** filter=lfs\nsub/no.bin -filter\n")},
		"a.bin":              {Data: []byte("x")},
		"sub/deep/b.onnx":    {Data: []byte("x")},
		"sub/no.bin":         {Data: []byte("x")},
		"model.safetensors":  {Data: []byte("version https://git-lfs.github.com/spec/v1\noid sha256:" + oid + "\nsize 12345\n")},
		"plain/model.gguf":   {Data: []byte("x")},
		"other/.gitignore":   {Data: []byte("*.bin")},
		"other/notes.ending": {Data: []byte("x")},
	}
	inv := generate(t, source, Options{})
	got := map[string]string{}
	for _, f := range inv.Files {
		got[f.Path] = f.Storage
		if f.Path == "model.safetensors" && (f.SHA256 != oid || f.SizeBytes != 12345) {
			t.Errorf("pointer: got %+v, want oid and size of the content", f)
		}
	}
	want := map[string]string{"a.bin": "lfs", "sub/deep/b.onnx": "lfs", "sub/no.bin": "plain", "model.safetensors": "lfs", "plain/model.gguf": "plain"}
	for name, storage := range want {
		if got[name] != storage {
			t.Errorf("%s: storage %q, want %q", name, got[name], storage)
		}
	}
}

func TestCancelledContextIsAnError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Generate(ctx, fstest.MapFS{"a": {}}, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// TestFileOverTheLimitOfACollectorIsAProblem: exceeding a limit is never silence.
func TestFileOverTheLimitOfACollectorIsAProblem(t *testing.T) {
	t.Parallel()
	bounded := func(name string, limit int64, families ...Family) Collector {
		return Collector{
			Name: name, Families: families, MaxBytes: limit,
			Match: func(f *File) bool { return f.Ext() == ".txt" },
			Collect: func(_ context.Context, f *File, out *Inventory) error {
				out.References = append(out.References, Reference{Name: name, At: f.At(1)})
				return nil
			},
		}
	}
	source := fstest.MapFS{"at.txt": {Data: []byte("12345678")}, "over.txt": {Data: []byte("123456789")}}
	inv, err := Generate(context.Background(), source, Options{Collectors: []Collector{
		bounded("test/a", 8, FamilyReferences, FamilyCalls),
		bounded("test/b", 8, FamilyReferences, FamilyDocuments),
		bounded("test/c", 0, FamilyReferences),
	}})
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]int{}
	for _, r := range inv.References {
		read[r.Name+" "+r.At.Path]++
	}
	want := map[string]int{"test/a at.txt": 1, "test/b at.txt": 1, "test/c at.txt": 1, "test/c over.txt": 1}
	if !maps.Equal(read, want) {
		t.Errorf("read %v, want %v", read, want)
	}
	refused := map[Family]string{}
	for _, p := range inv.Problems {
		if p.Path != "over.txt" || p.Code != "too_large" || refused[p.Family] != "" {
			t.Errorf("unexpected problem %+v", p)
		}
		refused[p.Family] = p.Reason
	}
	reason := "file has 9 bytes, limit of test/a is 8: not read"
	if !maps.Equal(refused, map[Family]string{FamilyReferences: reason, FamilyCalls: reason, FamilyDocuments: "file has 9 bytes, limit of test/b is 8: not read"}) {
		t.Errorf("problems %v", refused)
	}
}

// TestWithinLetsOnlyBulkPass: above a limit generic data is no match, code stays one.
func TestWithinLetsOnlyBulkPass(t *testing.T) {
	t.Parallel()
	line, lines := strings.Repeat("x", 9000), strings.Repeat("a = 1;\n", 2000)
	for _, tc := range []struct {
		name, content string
		bulk          bool
	}{
		{"tokenizer.json", line, true}, {"train.jsonl", line, true}, {"data.csv", line, true}, {"corpus.TXT", line, true}, {"a.xml", line, true},
		{"pnpm-lock.yaml", line, true}, {"linux.conda-lock.yml", line, true}, {"app.min.js", lines, true}, {"index.js", line, true},
		{"index.js", lines, false}, {"config.json", line, false}, {"adapter_config.json", line, false}, {"tokenizer_config.json", line, false},
		{"serve.py", line, false}, {"block.py", line, false}, {"serve-lock.py", line, false}, {"train.yaml", line, false}, {"run.sh", line, false}, {"Modelfile", line, false},
		{".env", line, false}, {"Dockerfile", line, false}, {"main.tf", line, false}, {"a.toml", line, false}, {"n.ipynb", line, false}, {"a.ts", lines, false},
	} {
		f := NewFile(tc.name, []byte(tc.content))
		if got := f.Within(f.Size - 1); got == tc.bulk {
			t.Errorf("%s above the limit: Within = %v", tc.name, got)
		}
		if !f.Within(f.Size) {
			t.Errorf("%s at the limit is not within it", tc.name)
		}
	}
}

// TestUnseenIsUnknown holds what the walk cannot look into to the families that it hides
// from, and places that look like none of ours to being read.
func TestUnseenIsUnknown(t *testing.T) {
	t.Parallel()
	outside, root := t.TempDir(), t.TempDir()
	for _, err := range []error{
		os.WriteFile(filepath.Join(outside, "blob"), []byte("x"), 0o600),
		os.Symlink(filepath.Join(outside, "blob"), filepath.Join(root, "model")),
		os.Symlink(filepath.Join(outside, "blob"), filepath.Join(root, "notes.txt")),
		os.Symlink("nowhere", filepath.Join(root, "gone")),
		os.MkdirAll(filepath.Join(root, "w", ".git"), 0o755),
		os.WriteFile(filepath.Join(root, "w", ".git", "a.txt"), []byte("hidden"), 0o600),
		os.MkdirAll(filepath.Join(root, "node_modules", "m"), 0o755),
		os.WriteFile(filepath.Join(root, "node_modules", "m", "x.bin"), []byte("weights"), 0o600),
		os.WriteFile(filepath.Join(root, "node_modules", "m", "x.txt"), []byte("code"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	dir, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	note := func(family Family) func(context.Context, *File, *Inventory) error {
		return func(_ context.Context, f *File, out *Inventory) error {
			out.Documents = append(out.Documents, Document{Kind: string(family), Path: f.Path})
			return nil
		}
	}
	inv, err := Generate(t.Context(), dir.FS(), Options{Collectors: []Collector{
		{Name: "text", Families: []Family{FamilyReferences}, Match: func(f *File) bool { return f.Ext() == ".txt" }, Collect: note(FamilyReferences)},
		{Name: "weights", Families: []Family{FamilyWeights}, Match: func(f *File) bool { return f.Ext() == ".bin" }, Collect: note(FamilyWeights)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	problems := map[string]bool{}
	for _, p := range inv.Problems {
		problems[p.Path+" "+string(p.Family)] = true
	}
	for want, there := range map[string]bool{
		"model weights": true, "model files": true, "model references": false,
		"notes.txt references": true, "gone files": true, "gone weights": false,
	} {
		if problems[want] != there {
			t.Errorf("problem %q: %v, want %v (%v)", want, problems[want], there, inv.Problems)
		}
	}
	read := map[string]bool{}
	for _, d := range inv.Documents {
		read[d.Path] = true
	}
	if !read["w/.git/a.txt"] || !read["node_modules/m/x.bin"] || read["node_modules/m/x.txt"] {
		t.Errorf("read %v, want the directory that only looks like git's, and of installed code the weights alone", read)
	}
}
