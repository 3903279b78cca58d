package source

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// treeFS is a read-only file system over a list of paths whose contents are fetched
// when they are opened. Symbolic links are followed inside the tree only.
type treeFS struct {
	nodes map[string]node
	dirs  map[string][]string // directory → names of its entries
	open  func(name string) (fs.File, error)
}

type node struct {
	mode fs.FileMode
	size func() int64           // nil for a directory
	link func() (string, error) // target of a symbolic link
}

// maxLinks bounds a chain of symbolic links, as Linux does (path_resolution(7)).
const maxLinks = 40

var errOutside = errors.New("symbolic link leaves the tree")

func newTreeFS(open func(string) (fs.File, error)) *treeFS {
	return &treeFS{nodes: map[string]node{".": {mode: fs.ModeDir | 0o755}}, dirs: map[string][]string{".": nil}, open: open}
}

// add lists a file and the directories above it. A name that is listed already keeps
// its first entry.
func (t *treeFS) add(name string, n node) {
	if _, ok := t.nodes[name]; ok {
		return
	}
	t.nodes[name] = n
	dir := path.Dir(name)
	if dir != name {
		t.add(dir, node{mode: fs.ModeDir | 0o755})
		t.dirs[dir] = append(t.dirs[dir], path.Base(name))
	}
}

// follow resolves symbolic links of the last element.
func (t *treeFS) follow(name string) (string, node, error) {
	for range maxLinks {
		n, ok := t.nodes[name]
		if !ok {
			return name, node{}, fs.ErrNotExist
		}
		if n.mode&fs.ModeSymlink == 0 {
			return name, n, nil
		}
		target, err := n.link()
		if err != nil {
			return name, node{}, err
		}
		if path.IsAbs(target) {
			return name, node{}, errOutside
		}
		name = path.Join(path.Dir(name), target)
		if !fs.ValidPath(name) || name == ".." || strings.HasPrefix(name, "../") {
			return name, node{}, errOutside
		}
	}
	return name, node{}, errors.New("too many symbolic links")
}

// Open implements fs.FS.
func (t *treeFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	real, n, err := t.follow(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	if n.mode.IsDir() {
		entries, _ := t.ReadDir(real)
		return &dirFile{info: info{name: path.Base(name), n: n}, entries: entries}, nil
	}
	f, err := t.open(real)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return f, nil
}

// ReadDir implements fs.ReadDirFS.
func (t *treeFS) ReadDir(name string) ([]fs.DirEntry, error) {
	names, ok := t.dirs[name]
	if !ok {
		if n, isNode := t.nodes[name]; !isNode || !n.mode.IsDir() {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrNotExist}
		}
	}
	names = slices.Sorted(slices.Values(names))
	entries := make([]fs.DirEntry, len(names))
	for i, base := range names {
		entries[i] = fs.FileInfoToDirEntry(info{name: base, n: t.nodes[path.Join(name, base)]})
	}
	return entries, nil
}

// Stat implements fs.StatFS and follows symbolic links.
func (t *treeFS) Stat(name string) (fs.FileInfo, error) {
	_, n, err := t.follow(name)
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return info{name: path.Base(name), n: n}, nil
}

type info struct {
	name string
	n    node
}

func (i info) Name() string       { return i.name }
func (i info) Mode() fs.FileMode  { return i.n.mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.n.mode.IsDir() }
func (i info) Sys() any           { return nil }

func (i info) Size() int64 {
	if i.n.size == nil {
		return 0
	}
	return i.n.size()
}

type dirFile struct {
	info    info
	entries []fs.DirEntry
}

func (d *dirFile) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *dirFile) Close() error               { return nil }
func (d *dirFile) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: errors.New("is a directory")}
}

// ReadDir implements fs.ReadDirFile.
func (d *dirFile) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		out := d.entries
		d.entries = nil
		return out, nil
	}
	if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	out := d.entries[:n]
	d.entries = d.entries[n:]
	return out, nil
}
