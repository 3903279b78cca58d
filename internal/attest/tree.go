package attest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/zeebo/blake3"
	"golang.org/x/crypto/blake2b"
)

// maxTreeFiles and maxTreeDepth bound a model directory.
const (
	maxTreeFiles = 2_000_000
	maxTreeDepth = 128
	maxTreeDirs  = 200_000
)

// hashBufferBytes is read at once: from 128 KiB up the speed no longer changes.
const hashBufferBytes = 1 << 20

// entry is a regular file of a model, or a link to one that may be followed.
type entry struct {
	name string
	size int64
}

// tree is a model on disk, listed. Nothing is read yet.
type tree struct {
	root    *os.Root
	name    string // basename of the model
	single  bool   // the model is one file
	files   []entry
	skipped []string // files and directories that an ignored path hides
	refused []flaw   // links and special files; none below an ignored path
	dirs    int
	known   map[string]string // SHA-256 of whole files from an earlier pass
}

// flaw is something in a model that cannot be signed.
type flaw struct {
	path string
	err  error
}

// treeOptions says what listing a model leaves out.
type treeOptions struct {
	ignore  []string // relative paths, with their subtrees
	exclude []string // signature files
	links   bool     // follow symbolic links inside the model
}

// openTree lists a model: a directory or a single file.
func openTree(model string, opts treeOptions) (*tree, error) {
	abs, err := filepath.Abs(model)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	t := &tree{name: filepath.Base(abs)}
	if info.IsDir() {
		if t.root, err = os.OpenRoot(abs); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		if err := t.list(".", []fs.FileInfo{info}, opts); err != nil {
			t.root.Close()
			return nil, err
		}
		slices.SortFunc(t.files, func(a, b entry) int { return strings.Compare(a.name, b.name) })
		return t, nil
	}
	if !info.Mode().IsRegular() {
		return nil, refused("special", "%s is neither a directory nor a regular file", model)
	}
	if t.root, err = os.OpenRoot(filepath.Dir(abs)); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	t.single = true
	return t, t.addFile(t.name, info)
}

func (t *tree) close() { t.root.Close() }

// list visits a directory; above are the directories it lies in, itself last.
func (t *tree) list(dir string, above []fs.FileInfo, opts treeOptions) error {
	if t.dirs++; len(above) > maxTreeDepth || t.dirs > maxTreeDirs {
		return refused("special", "%s: more than %d directories, or nested deeper than %d", dir, maxTreeDirs, maxTreeDepth)
	}
	f, err := t.root.Open(dir)
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	entries, err := f.ReadDir(-1)
	f.Close()
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, e := range entries {
		if err := t.visit(path.Join(dir, e.Name()), above, opts); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) visit(name string, above []fs.FileInfo, opts treeOptions) error {
	if slices.Contains(opts.exclude, name) {
		return nil
	}
	if covers(opts.ignore, name) || covers(defaultIgnored, name) {
		t.skipped = append(t.skipped, name)
		return nil
	}
	info, err := t.root.Lstat(name)
	if err != nil {
		return fmt.Errorf("model: %w", err)
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		if !opts.links {
			t.refused = append(t.refused, flaw{name, refused("symlink", "%s is a symbolic link", name)})
			return nil
		}
		if info, err = t.root.Stat(name); err != nil { // os.Root follows no link out of the model
			t.refused = append(t.refused, flaw{name, refused("symlink", "%s is a symbolic link that leads nowhere inside the model", name)})
			return nil
		}
	}
	if !info.IsDir() {
		return t.addFile(name, info)
	}
	if slices.ContainsFunc(above, func(a fs.FileInfo) bool { return os.SameFile(a, info) }) {
		t.refused = append(t.refused, flaw{name, refused("symlink", "%s leads back to a directory above it", name)})
		return nil
	}
	return t.list(name, append(slices.Clip(above), info), opts)
}

func (t *tree) addFile(name string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		t.refused = append(t.refused, flaw{name, refused("special", "%s is not a regular file (%s)", name, info.Mode().Type())})
		return nil
	}
	if !utf8.ValidString(name) {
		t.refused = append(t.refused, flaw{name, refused("special", "%q is not UTF-8 and cannot be signed", name)})
		return nil
	}
	if len(t.files) == maxTreeFiles {
		return refused("special", "the model has more than %d files", maxTreeFiles)
	}
	t.files = append(t.files, entry{name: name, size: info.Size()})
	return nil
}

// job is a byte range of a file to hash.
type job struct {
	name       string
	start, end int64 // end -1: to the end of the file
	want       int64 // size of the whole file
	digest     string
	err        error
}

// hashAll hashes the jobs with one worker per processor, largest first so that the last
// one does not run alone.
func (t *tree) hashAll(ctx context.Context, hashType string, jobs []*job) error {
	order := slices.Clone(jobs)
	size := func(j *job) int64 {
		if j.end >= 0 {
			return j.end - j.start
		}
		return j.want
	}
	slices.SortStableFunc(order, func(a, b *job) int { return int(min(max(size(b)-size(a), -1), 1)) })
	queue := make(chan *job)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), max(len(jobs), 1)) {
		workers.Go(func() {
			buffer := make([]byte, hashBufferBytes)
			for j := range queue {
				if known, ok := t.known[j.name]; ok && j.end < 0 && hashType == hashSHA256 {
					j.digest = known
					continue
				}
				j.digest, j.err = t.hashFile(ctx, hashType, j, buffer)
			}
		})
	}
	for _, j := range order {
		queue <- j
	}
	close(queue)
	workers.Wait()
	return ctx.Err()
}

// identity is what changes when a file is written to or replaced.
type identity struct {
	size     int64
	modified time.Time
	changed  string
}

func (t *tree) hashFile(ctx context.Context, hashType string, j *job, buffer []byte) (string, error) {
	f, err := t.root.Open(j.name)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", j.name, err)
	}
	defer f.Close()
	before, err := identify(f)
	if err != nil {
		return "", err
	}
	if before.size != j.want {
		return "", refused("changed", "%s changed while it was being read", j.name)
	}
	length := before.size
	if j.end >= 0 {
		length = j.end - j.start
	}
	h, err := newHash(hashType)
	if err != nil {
		return "", err
	}
	n, err := copyHash(ctx, h, io.NewSectionReader(f, j.start, length), buffer)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", j.name, err)
	}
	after, err := identify(f)
	if err != nil {
		return "", err
	}
	if n != length || after != before {
		return "", refused("changed", "%s changed while it was being hashed", j.name)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func identify(f *os.File) (identity, error) {
	info, err := f.Stat()
	if err != nil {
		return identity{}, err
	}
	if !info.Mode().IsRegular() {
		return identity{}, refused("special", "%s is no longer a regular file", f.Name())
	}
	return identity{size: info.Size(), modified: info.ModTime(), changed: changeTime(info)}, nil
}

func copyHash(ctx context.Context, h hash.Hash, r io.Reader, buffer []byte) (n int64, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		got, err := r.Read(buffer)
		h.Write(buffer[:got])
		n += int64(got)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

func newHash(hashType string) (hash.Hash, error) {
	switch hashType {
	case hashBlake2b:
		return blake2b.New512(nil)
	case hashBlake3:
		return blake3.New(), nil
	}
	return sha256.New(), nil
}
