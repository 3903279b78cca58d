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
	problems []unseen
}

// unseen is something of the tree that nobody can look into.
type unseen struct {
	path   string
	code   string
	reason string
	kind   unseenKind
}

type unseenKind int

const (
	unseenFile  unseenKind = iota // one file, whose name says what it would have been
	unseenGone                    // a link that leads nowhere: there are no bytes to load
	unseenTree                    // a directory, or all that follows: it can hold anything
	unseenOther                   // a submodule: a repository of its own, pinned by a commit
)

// families are the families that the unseen is missing from: whatever looks at such a
// name, what looks at content whatever the name, or all.
func (u unseen) families(collectors []Collector) []Family {
	out := []Family{FamilyFiles}
	f := &File{Path: u.path, reader: strings.NewReader(""), whole: true}
	for _, c := range collectors {
		if u.kind == unseenTree || u.kind != unseenOther && c.Match(f) {
			out = append(out, c.Families...)
		}
	}
	switch {
	case u.kind == unseenOther:
		out = append(out, FamilyWeights, FamilyDatasets)
	case u.kind == unseenFile && (fileKind(f) == "" || fileKind(f) == "archive"):
		out = append(out, FamilyWeights) // model files are known by their content
	}
	slices.Sort(out)
	return slices.Compact(out)
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
			t.problem(name, "unreadable", unseenTree, err)
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if path.Base(name) == ".git" && (!d.IsDir() || isGitDirectory(source, name)) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if len(t.entries) >= maxFiles {
			t.problem(name, "too_many", unseenTree, fmt.Errorf("source has more than maxFiles (%d) files; the rest was not read", maxFiles))
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
		t.problem(name[:80], "too_large", unseenTree, fmt.Errorf("path has %d bytes, limit maxPathBytes is %d", len(name), maxPathBytes))
		return
	}
	info, err := d.Info()
	if err == nil && d.Type()&fs.ModeSymlink != 0 {
		if info, err = fs.Stat(source, name); err != nil {
			if errors.Is(err, fs.ErrNotExist) {
				t.problem(name, "unreadable", unseenGone, errors.New("symbolic link leads nowhere"))
			} else {
				t.problem(name, "outside_root", unseenFile, errors.New("symbolic link leaves the root of the source and was not followed"))
			}
			return
		}
	}
	switch {
	case err != nil:
		t.problem(name, "unreadable", unseenFile, err)
	case info.IsDir():
	case info.Mode()&fs.ModeIrregular != 0:
		t.problem(name, "missing_blob", unseenOther, errors.New("a submodule: its files belong to another repository and are not in this one; scan it by itself, or a directory in which it is checked out"))
	case !info.Mode().IsRegular():
		t.problem(name, "unreadable", unseenFile, fmt.Errorf("not a regular file (%s)", info.Mode().Type()))
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
		t.problem(name, "unreadable", unseenFile, err)
		return
	}
	t.lfs = append(t.lfs, parseAttributes(path.Dir(name), content)...)
}

// problem records something of the tree that nobody can look into.
func (t *tree) problem(name, code string, kind unseenKind, err error) {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err // without the path of this machine
	}
	t.problems = append(t.problems, unseen{path: name, code: code, reason: err.Error(), kind: kind})
}

// isGitDirectory tells a git directory (gitrepository-layout(5)) from a directory that is
// only called like one, which would be a place to hide things.
func isGitDirectory(source fs.FS, name string) bool {
	head, err := fs.Stat(source, path.Join(name, "HEAD"))
	if err != nil || !head.Mode().IsRegular() {
		return false
	}
	objects, err := fs.Stat(source, path.Join(name, "objects"))
	return err == nil && objects.IsDir()
}

// vendorDirs hold installed third-party code. It is an environment, not the system
// that is judged: its packages are listed and its model files read, for whoever loads one
// loads it from anywhere; its code is not read for references.
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
