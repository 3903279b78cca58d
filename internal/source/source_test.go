package source

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// write makes files below dir.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// commit makes a repository in dir with one commit of everything there.
func commit(t *testing.T, dir string) plumbing.Hash {
	t.Helper()
	repo, err := git.PlainOpen(dir)
	if errors.Is(err, git.ErrRepositoryNotExists) {
		repo, err = git.PlainInit(dir, false)
	}
	if err != nil {
		t.Fatal(err)
	}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.AddGlob("."); err != nil {
		t.Fatal(err)
	}
	who := &object.Signature{Name: "a", Email: "a@example.com", When: time.Unix(1, 0)}
	h, err := tree.Commit("c", &git.CommitOptions{Author: who})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func open(t *testing.T, dir, name string) *Source {
	t.Helper()
	s, err := Open(context.Background(), dir, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestRevisionIsReadWithoutCheckout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.txt": "one", "sub/b.txt": "two"})
	first := commit(t, dir)
	write(t, dir, map[string]string{"a.txt": "changed", "new.txt": "x"})
	commit(t, dir)
	write(t, dir, map[string]string{"a.txt": "uncommitted"})

	for name, want := range map[string]string{"git:HEAD": "changed", "git:HEAD~1": "one", GitPrefix + first.String(): "one"} {
		s := open(t, dir, name)
		got, err := fs.ReadFile(s.FS, "a.txt")
		if err != nil || string(got) != want {
			t.Errorf("%s: a.txt is %q, %v; want %q", name, got, err, want)
		}
		if len(s.Subject.Revision) != 40 {
			t.Errorf("%s: revision %q is not a full commit", name, s.Subject.Revision)
		}
	}
	if err := fstest.TestFS(open(t, dir, "git:HEAD~1").FS, "a.txt", "sub/b.txt"); err != nil {
		t.Error(err)
	}
}

func TestRevisionBelowADirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.txt": "one", "sub/b.txt": "two"})
	commit(t, dir)
	s, err := Revision(context.Background(), filepath.Join(dir, "sub"), "HEAD", true)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := fstest.TestFS(s.FS, "b.txt"); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat(s.FS, "a.txt"); err == nil {
		t.Error("a file above the directory is visible")
	}
}

func TestDirectoryAndRevisionHaveOneDigest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.txt": "one", "sub/b.txt": "two"})
	commit(t, dir)
	digest := func(name string) string {
		inv, err := sbom.Generate(context.Background(), open(t, dir, name).FS, sbom.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return inv.Subject.Digests["sha256"]
	}
	if d, r := digest("."), digest("git:HEAD"); d != r {
		t.Errorf("directory has %s, its revision %s", d, r)
	}
}

func TestMissingRevisionHintsAtShallowClone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.txt": "one"})
	commit(t, dir)
	_, err := Open(context.Background(), dir, "git:"+strings.Repeat("0", 40))
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(e.Hint, "fetch-depth: 0") {
		t.Errorf("got %v, want a hint at fetch-depth", err)
	}
	if _, err := Open(context.Background(), dir, "nowhere"); !errors.As(err, &e) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want an Error about a source that is not there", err)
	}
}

func TestBlobThatTheCloneLacksIsNotAnAbsentFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.txt": "one", "b.txt": "two"})
	commit(t, dir)
	hash := plumbing.ComputeHash(plumbing.BlobObject, []byte("one")).String()
	if err := os.Remove(filepath.Join(dir, ".git", "objects", hash[:2], hash[2:])); err != nil {
		t.Fatal(err)
	}
	inv, err := sbom.Generate(context.Background(), open(t, dir, "git:HEAD").FS, sbom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(inv.Problems) != 1 || inv.Problems[0].Path != "a.txt" || inv.Problems[0].Code != "missing_blob" {
		t.Errorf("problems %+v, want a.txt missing_blob", inv.Problems)
	}
}

// TestHostileRepositoryRunsAndReadsNothing opens a repository whose configuration names
// programs for every occasion, whose alternates lead outside, and which lacks a blob,
// so that a git binary would go and fetch it.
func TestHostileRepositoryRunsAndReadsNothing(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	witness := filepath.Join(base, "witness")
	script := filepath.Join(base, "run.sh")
	write(t, base, map[string]string{"run.sh": "#!/bin/sh\ntouch " + witness + "\n"})
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}

	elsewhere := filepath.Join(base, "elsewhere")
	write(t, elsewhere, map[string]string{"secret.txt": "one"})
	commit(t, elsewhere)

	dir := filepath.Join(base, "hostile")
	write(t, dir, map[string]string{"a.txt": "one"})
	commit(t, dir)
	hash := plumbing.ComputeHash(plumbing.BlobObject, []byte("one")).String()
	if err := os.Remove(filepath.Join(dir, ".git", "objects", hash[:2], hash[2:])); err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{
		".git/config": "[core]\n\trepositoryformatversion = 1\n\tfsmonitor = " + script + "\n\tsshCommand = " + script +
			"\n\thooksPath = " + base + "\n\tpager = " + script + "\n[extensions]\n\tpartialClone = origin\n" +
			"[remote \"origin\"]\n\turl = ssh://example.invalid/x\n\tuploadpack = " + script + "\n\tpromisor = true\n" +
			"[include]\n\tpath = " + script + "\n[credential]\n\thelper = !" + script + "\n",
		".git/objects/info/alternates": filepath.Join(elsewhere, ".git", "objects") + "\n../../../elsewhere/.git/objects\n",
	})
	for _, name := range []string{"git:HEAD", "."} {
		s := open(t, dir, name)
		inv, err := sbom.Generate(context.Background(), s.FS, sbom.Options{Storage: s.Storage})
		if err != nil {
			t.Fatal(err)
		}
		if name == "git:HEAD" && (len(inv.Problems) != 1 || inv.Problems[0].Path != "a.txt") {
			t.Errorf("problems %+v, want one about a.txt: the object outside the root must not be found", inv.Problems)
		}
	}
	if _, err := os.Stat(witness); err == nil {
		t.Error("a program named by the repository was run")
	}
}

func TestGitFileMustBeKnownToItsRepository(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	private := filepath.Join(base, "private")
	write(t, private, map[string]string{"a.txt": "one"})
	commit(t, private)
	model := filepath.Join(base, "model")
	write(t, model, map[string]string{".git": "gitdir: ../private/.git\n", "b.txt": "x"})
	if s, err := Open(context.Background(), model, "git:HEAD"); err == nil {
		s.Close()
		t.Error("a .git file led to a repository that does not know it")
	}

	admin := filepath.Join(private, ".git", "worktrees", "w")
	linked := filepath.Join(base, "linked")
	write(t, linked, map[string]string{".git": "gitdir: " + admin + "\n"})
	write(t, admin, map[string]string{"gitdir": filepath.Join(linked, ".git") + "\n", "HEAD": "ref: refs/heads/master\n", "commondir": "../..\n"})
	got, err := fs.ReadFile(open(t, linked, "git:HEAD").FS, "a.txt")
	if err != nil || string(got) != "one" {
		t.Errorf("linked work tree: got %q, %v", got, err)
	}
}

func TestSymlinksInARevision(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"sub/a.txt": "one"})
	for link, target := range map[string]string{"in": "sub/a.txt", "out": "../../etc/passwd", "abs": "/etc/passwd", "loop": "loop"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	commit(t, dir)
	s := open(t, dir, "git:HEAD")
	if got, err := fs.ReadFile(s.FS, "in"); err != nil || string(got) != "one" {
		t.Errorf("in: got %q, %v", got, err)
	}
	for _, link := range []string{"out", "abs", "loop"} {
		if got, err := fs.ReadFile(s.FS, link); err == nil {
			t.Errorf("%s: read %q", link, got)
		}
	}
}

func TestSingleFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, map[string]string{"model.bin": "x", "other.bin": "y"})
	s := open(t, dir, "model.bin")
	inv, err := sbom.Generate(context.Background(), s.FS, sbom.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(inv.Files) != 1 || inv.Files[0].Path != "model.bin" {
		t.Errorf("files %+v, want model.bin alone", inv.Files)
	}
}
