package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxBlobBytes bounds one blob, which is read whole: hosting services refuse blobs
	// above 100 MB, larger content is behind Git LFS.
	maxBlobBytes = 512 << 20
	// maxTreeDepth bounds directory nesting; PATH_MAX allows no more than 2,048.
	maxTreeDepth = 512
	// objectCacheBytes holds delta bases; each blob is read once, so more does not help.
	objectCacheBytes = 16 * cache.MiByte
)

// repository is a git repository that is read through its object store.
//
// It is read with go-git and not with the git binary: a repository's own configuration
// can make git run programs (core.fsmonitor, core.sshCommand, remote.*.uploadpack for a
// missing blob), and the switch that forbids the last, GIT_NO_LAZY_FETCH, came only
// with git 2.44. go-git in this use parses files and starts nothing. Its file systems
// are bound to the git directory, so that alternates outside it are not followed.
type repository struct {
	store  *filesystem.Storage
	root   string // of the work tree, symbolic links resolved; of the git directory where it is bare
	prefix string // slash-separated path of the opened directory in the work tree, "" for its root
	mu     sync.Mutex
}

var errNoRepository = errors.New("repository does not exist")

// openRepository finds the repository around dir, upwards. A directory that looks like a
// bare repository counts only where dir is that directory and no work tree is around it: a
// work tree can hold one as plain files, and its author would then write the history that
// the work tree is compared with (git-config(1), "safe.bareRepository").
func openRepository(dir string) (*repository, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return nil, err
	}
	for root := abs; ; root = filepath.Dir(root) {
		gitDir, common, err := gitDirectory(root)
		if err != nil {
			return nil, err
		}
		if gitDir != "" {
			rel, err := filepath.Rel(root, abs)
			if err != nil {
				return nil, err
			}
			prefix := filepath.ToSlash(rel)
			if prefix == "." {
				prefix = ""
			}
			return openStore(gitDir, common, root, prefix), nil
		}
		if filepath.Dir(root) == root {
			break
		}
	}
	if isBare(abs) {
		return openStore(abs, "", abs, ""), nil
	}
	return nil, errNoRepository
}

// gitDirectory returns the git directory of a work tree root, and the common directory
// when it is a linked work tree (gitrepository-layout(5)).
func gitDirectory(root string) (gitDir, common string, err error) {
	dot := filepath.Join(root, ".git")
	info, err := os.Lstat(dot)
	switch {
	case err == nil && info.IsDir():
		return dot, "", nil
	case err == nil && info.Mode().IsRegular():
		return linkedWorktree(dot)
	}
	return "", "", nil
}

func isBare(root string) bool {
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(root, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	_, err := os.Stat(filepath.Join(root, "HEAD"))
	return err == nil
}

// linkedWorktree follows a .git file to its repository, but only when that repository
// says that this work tree is its own (git-worktree(1), "gitdir"); otherwise a
// downloaded directory could make us read a repository elsewhere on this machine.
func linkedWorktree(dot string) (gitDir, common string, err error) {
	content, err := readSmall(dot)
	if err != nil {
		return "", "", err
	}
	target, ok := strings.CutPrefix(content, "gitdir: ")
	if !ok {
		return "", "", fmt.Errorf("%s is not a gitdir file", dot)
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(dot), target)
	}
	back, err := readSmall(filepath.Join(target, "gitdir"))
	if err != nil || filepath.Clean(back) != filepath.Clean(dot) {
		return "", "", fmt.Errorf("%s points to a git directory that does not list this work tree", dot)
	}
	return target, filepath.Dir(filepath.Dir(target)), nil
}

func readSmall(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 8<<10)) // two paths of PATH_MAX
	return strings.TrimSpace(string(b)), err
}

func openStore(gitDir, common, root, prefix string) *repository {
	var files billy.Filesystem = osfs.New(gitDir, osfs.WithBoundOS())
	if common != "" {
		files = dotgit.NewRepositoryFilesystem(files, osfs.New(common, osfs.WithBoundOS()))
	}
	store := filesystem.NewStorageWithOptions(files, cache.NewObjectLRU(objectCacheBytes),
		filesystem.Options{ExclusiveAccess: true, KeepDescriptors: true})
	return &repository{store: store, root: root, prefix: prefix}
}

// Revision opens one revision of the repository around dir. With below, the source is
// the tree under dir in that revision, else the whole revision.
func Revision(ctx context.Context, dir, rev string, below bool) (*Source, error) {
	repo, err := openRepository(dir)
	if err != nil {
		return nil, noRepository(rev, err)
	}
	prefix := ""
	if below {
		prefix = repo.prefix
	}
	return repo.revision(ctx, dir, rev, prefix)
}

// RevisionOf opens what the directory at path is in one revision of the repository around
// dir. It is an error where path lies outside of that repository's work tree, or in a
// repository of its own: two histories cannot be compared.
func RevisionOf(ctx context.Context, dir, rev, path string) (*Source, error) {
	repo, err := openRepository(dir)
	if err != nil {
		return nil, noRepository(rev, err)
	}
	inner, err := openRepository(path)
	if err == nil {
		err = inner.store.Close()
	}
	if err != nil || inner.root != repo.root {
		repo.store.Close()
		return nil, &Error{Reason: fmt.Sprintf("%s is not in the repository around the current directory, of which %q is a revision", path, rev), Err: err,
			Hint: "run mlpolicy inside the repository of the source"}
	}
	return repo.revision(ctx, path, rev, inner.prefix)
}

// Worktree is the root of the work tree around dir, symbolic links resolved.
func Worktree(dir string) (string, error) {
	repo, err := openRepository(dir)
	if err != nil {
		return "", err
	}
	return repo.root, repo.store.Close()
}

func noRepository(rev string, err error) error {
	return &Error{Reason: fmt.Sprintf("no git repository for git:%s: %v", rev, err), Hint: "run mlpolicy inside the repository", Err: err}
}

// revision opens the tree at prefix of one revision.
func (repo *repository) revision(ctx context.Context, dir, rev, prefix string) (*Source, error) {
	commit, err := commitOf(repo.store, rev)
	if err != nil {
		return nil, noRevision(rev, err)
	}
	t := newTreeFS(nil)
	files := &blobs{repo: repo, hashes: map[string]plumbing.Hash{}, tree: t}
	t.open = files.open
	root := commit.TreeHash
	if prefix != "" {
		if root, err = repo.subtree(root, prefix); err != nil {
			return nil, &Error{Reason: fmt.Sprintf("%s has no directory %s", rev, prefix), Err: err}
		}
	}
	if err := files.list(ctx, root, "", 0); err != nil {
		return nil, &Error{Reason: fmt.Sprintf("cannot read the tree of %s: %v", rev, err),
			Hint: "a partial clone without trees cannot be read; fetch the revision in full", Err: err}
	}
	return &Source{
		FS: t, close: repo.store.Close, Storage: func(string) string { return "git" },
		Subject: sbom.Subject{Kind: "git", Name: repo.name(baseName(dir)), Revision: commit.Hash.String(), Public: sbom.Unstated},
	}, nil
}

func noRevision(rev string, err error) error {
	return &Error{
		Reason: fmt.Sprintf("revision %q is not in this repository: %v", rev, err),
		Hint:   "a shallow clone lacks history; in a GitHub workflow set `fetch-depth: 0` on actions/checkout", Err: err,
	}
}

// subtree finds the tree at a path.
func (r *repository) subtree(root plumbing.Hash, dir string) (plumbing.Hash, error) {
	for name := range strings.SplitSeq(dir, "/") {
		tree, err := object.GetTree(r.store, root)
		if err != nil {
			return root, err
		}
		entry, err := tree.FindEntry(name)
		if err != nil {
			return root, err
		}
		root = entry.Hash
	}
	return root, nil
}

// tracked lists the paths of the index below the opened directory, relative to it.
func (r *repository) tracked() map[string]bool {
	names := map[string]bool{}
	index, err := r.store.Index()
	if err != nil {
		return names
	}
	prefix := ""
	if r.prefix != "" {
		prefix = r.prefix + "/"
	}
	for _, e := range index.Entries {
		if name, ok := strings.CutPrefix(e.Name, prefix); ok {
			names[name] = true
		}
	}
	return names
}

// name is the host and path of the origin remote, without user and password, so that
// two clones of a repository have one name.
func (r *repository) name(fallback string) string {
	c, err := r.store.Config()
	if err != nil || c.Remotes["origin"] == nil || len(c.Remotes["origin"].URLs) == 0 {
		return fallback
	}
	raw := c.Remotes["origin"].URLs[0]
	if !strings.Contains(raw, "://") { // scp-like, git-clone(1) "GIT URLS"
		host, p, ok := strings.Cut(raw, ":")
		if !ok || strings.Contains(host, "/") {
			return fallback // a local path says nothing to others
		}
		raw = "ssh://" + host + "/" + strings.TrimPrefix(p, "/")
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return fallback
	}
	return path.Join(u.Hostname(), strings.TrimSuffix(u.Path, ".git"))
}

// blobs are the files of one tree.
type blobs struct {
	repo   *repository
	tree   *treeFS
	hashes map[string]plumbing.Hash
}

func (b *blobs) list(ctx context.Context, tree plumbing.Hash, dir string, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if depth > maxTreeDepth {
		return fmt.Errorf("directories nest deeper than maxTreeDepth (%d)", maxTreeDepth)
	}
	t, err := object.GetTree(b.repo.store, tree)
	if err != nil {
		return fmt.Errorf("tree %s of directory %q: %w", tree, dir, err)
	}
	for _, e := range t.Entries {
		name := path.Join(dir, e.Name)
		if strings.Contains(e.Name, "/") || !fs.ValidPath(name) || e.Name == "." || e.Name == ".." {
			// Listed under a harmless name as something that cannot be read.
			b.tree.add(path.Join(dir, "invalid name "+url.PathEscape(e.Name)), node{mode: fs.ModeDevice})
			continue
		}
		if e.Mode == filemode.Dir {
			if err := b.list(ctx, e.Hash, name, depth+1); err != nil {
				return err
			}
			continue
		}
		b.add(name, e)
	}
	return nil
}

func (b *blobs) add(name string, e object.TreeEntry) {
	b.hashes[name] = e.Hash
	n := node{size: func() int64 { return b.size(e.Hash) }}
	switch e.Mode {
	case filemode.Symlink:
		n.mode = fs.ModeSymlink | 0o777
		n.link = func() (string, error) {
			content, err := b.read(e.Hash)
			return string(content), err
		}
	case filemode.Executable:
		n.mode = 0o755
	case filemode.Submodule:
		n.mode = fs.ModeIrregular // its files belong to another repository
	default:
		n.mode = 0o644
	}
	b.tree.add(name, n)
}

func (b *blobs) size(h plumbing.Hash) int64 {
	b.repo.mu.Lock()
	defer b.repo.mu.Unlock()
	size, err := b.repo.store.EncodedObjectSize(h)
	if err != nil {
		return 0 // open says why
	}
	return size
}

func (b *blobs) read(h plumbing.Hash) ([]byte, error) {
	b.repo.mu.Lock()
	defer b.repo.mu.Unlock()
	o, err := b.repo.store.EncodedObject(plumbing.BlobObject, h)
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return nil, fmt.Errorf("blob %s: %w", h, sbom.ErrMissingBlob)
	}
	if err != nil {
		return nil, fmt.Errorf("blob %s: %w", h, err)
	}
	if o.Size() > maxBlobBytes {
		return nil, fmt.Errorf("blob %s has %d bytes, limit maxBlobBytes is %d", h, o.Size(), maxBlobBytes)
	}
	r, err := o.Reader()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func (b *blobs) open(name string) (fs.File, error) {
	content, err := b.read(b.hashes[name])
	if err != nil {
		return nil, err
	}
	size := int64(len(content))
	return &memoryFile{Reader: bytes.NewReader(content), info: info{name: path.Base(name),
		n: node{mode: b.tree.nodes[name].mode, size: func() int64 { return size }}}}, nil
}

// memoryFile is an open file whose content is in memory.
type memoryFile struct {
	*bytes.Reader
	info info
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *memoryFile) Close() error               { return nil }
