package sbom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

const (
	// maxFiles bounds a source; the largest monorepos have some 400,000 files.
	maxFiles = 1_000_000
	// maxPathBytes is PATH_MAX on Linux.
	maxPathBytes = 4096
	// maxAttributesBytes bounds a .gitattributes file; git itself stops at 100 MiB.
	maxAttributesBytes = 1 << 20
)

// tree is the list of files of a source, sorted by path.
type tree struct {
	entries  []entry
	bytes    int64
	lfs      []lfsRule
	problems []Problem
}

type entry struct {
	path   string
	size   int64
	mode   fs.FileMode
	vendor bool // below an installed environment
}

// walk lists the regular files of the source. Symbolic links to files inside the root
// are listed under their own name; one that leaves the root, or leads nowhere, is a
// Problem. Linked directories are not entered: what they hold is listed where it is.
func walk(ctx context.Context, source fs.FS) (*tree, error) {
	t := &tree{}
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if name == "." {
				return err
			}
			t.problem(name, "unreadable", err)
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if path.Base(name) == ".git" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if len(t.entries) >= maxFiles {
			t.problems = append(t.problems, Problem{Path: name, Offset: -1, Family: FamilyFiles,
				Code: "too_many", Reason: fmt.Sprintf("source has more than maxFiles (%d) files; the rest was not read", maxFiles)})
			return fs.SkipAll
		}
		t.add(source, name, d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("walk source: %w", err)
	}
	slices.SortFunc(t.entries, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	return t, nil
}

func (t *tree) add(source fs.FS, name string, d fs.DirEntry) {
	if len(name) > maxPathBytes {
		t.problem(name[:80], "too_large", fmt.Errorf("path has %d bytes, limit maxPathBytes is %d", len(name), maxPathBytes))
		return
	}
	info, err := d.Info()
	if err == nil && d.Type()&fs.ModeSymlink != 0 {
		if info, err = fs.Stat(source, name); err != nil {
			code, why := "unreadable", "symbolic link leads nowhere"
			if !errors.Is(err, fs.ErrNotExist) {
				code, why = "outside_root", "symbolic link leaves the root of the source and was not followed"
			}
			t.problem(name, code, errors.New(why))
			return
		}
	}
	switch {
	case err != nil:
		t.problem(name, "unreadable", err)
	case info.IsDir():
	case !info.Mode().IsRegular():
		t.problem(name, "unreadable", fmt.Errorf("not a regular file (%s)", info.Mode().Type()))
	default:
		t.entries = append(t.entries, entry{path: name, size: info.Size(), mode: info.Mode(), vendor: isVendored(name)})
		t.bytes += info.Size()
		if path.Base(name) == ".gitattributes" && info.Size() <= maxAttributesBytes {
			t.attributes(source, name)
		}
	}
}

func (t *tree) attributes(source fs.FS, name string) {
	content, err := fs.ReadFile(source, name)
	if err != nil {
		t.problem(name, "unreadable", err)
		return
	}
	t.lfs = append(t.lfs, parseAttributes(path.Dir(name), content)...)
}

// problem records something of the tree that nobody can look into, for each family:
// whatever it is, it was not looked at.
func (t *tree) problem(name, code string, err error) {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err // without the path of this machine
	}
	t.problems = append(t.problems, Problem{Path: name, Offset: -1, Family: FamilyFiles, Code: code, Reason: err.Error()})
}

// vendorDirs hold installed third-party code. It is an environment, not the system
// that is judged: its packages are listed, its code is not read for references.
var vendorDirs = []string{"site-packages", "dist-packages", "node_modules", "conda-meta", "__pycache__"}

func isVendored(name string) bool {
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		for _, dir := range vendorDirs {
			if part == dir {
				return true
			}
		}
	}
	return false
}

// opener opens a file of the source for random access.
func opener(source fs.FS, name string) func() (io.ReaderAt, io.Closer, error) {
	return func() (io.ReaderAt, io.Closer, error) {
		f, err := source.Open(name)
		if err != nil {
			return nil, nil, err
		}
		r, ok := f.(io.ReaderAt)
		if !ok {
			f.Close()
			return nil, nil, fmt.Errorf("%s: source does not support random access", name)
		}
		return r, f, nil
	}
}
