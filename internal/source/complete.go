package source

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // the name of a git object, not a seal of ours
	"encoding/hex"
	"fmt"
	"io/fs"
)

const (
	// maxFetchedBlobs bounds the files that are fetched one by one because the archive
	// does not hold them as they were committed.
	maxFetchedBlobs = 50
	// maxFetchedBlob bounds one of them, maxFetchedBytes all.
	maxFetchedBlob  = 8 << 20
	maxFetchedBytes = 32 << 20
)

// The modes and types of tree entries that are no plain file (git-fast-import(1), "mode").
const (
	treeModeLink       = "120000"
	treeModeExecutable = "100755"
	treeTypeBlob       = "blob"
	treeTypeCommit     = "commit"
)

// TreeEntry is one path of a commit, as its tree names it.
type TreeEntry struct {
	Path, Mode, Type, Blob string
	Size                   int64
}

// Complete compares an archive with the tree of its commit. `git archive` obeys the
// .gitattributes of the very commit that is judged: export-ignore leaves files out and
// export-subst rewrites them (gitattributes(5), "Creating an archive"), and submodules
// become empty directories. What differs is fetched; what is too much to fetch becomes a
// file that cannot be read, so that nobody takes it for absent.
func (s *Source) Complete(ctx context.Context, entries []TreeEntry, fetch func(ctx context.Context, blob string) ([]byte, error)) error {
	a := s.archive
	if a == nil {
		return fmt.Errorf("%s is not an archive", s.Subject.Name)
	}
	listed := make(map[string]bool, len(entries))
	count, size := 0, int64(0)
	for _, e := range entries {
		if e.Path == "." || len(e.Path) > maxArchiveName || !fs.ValidPath(e.Path) {
			return &ArchiveError{fmt.Sprintf("the tree of its commit has the invalid path %.200q", e.Path)}
		}
		listed[e.Path] = true
		switch {
		case e.Type == treeTypeCommit:
			a.put(e.Path, node{mode: fs.ModeIrregular}) // its files belong to another repository
			continue
		case e.Type != treeTypeBlob || a.has(e):
			continue
		}
		if content, ok := a.unixLines(e); ok {
			if err := a.replace(e, content); err != nil {
				return err
			}
			continue
		}
		if count++; count > maxFetchedBlobs || e.Size < 0 || e.Size > maxFetchedBlob || e.Size > maxFetchedBytes-size {
			a.put(e.Path, node{mode: fs.ModeDevice})
			continue
		}
		size += e.Size
		content, err := fetch(ctx, e.Blob)
		if err != nil {
			return fmt.Errorf("read %s: %w", e.Path, err)
		}
		if blobID(content) != e.Blob {
			return &ArchiveError{fmt.Sprintf("%s is not the blob %.40q of its tree", e.Path, e.Blob)}
		}
		if err := a.replace(e, content); err != nil {
			return err
		}
	}
	for name := range a.extents {
		if !listed[name] {
			return &ArchiveError{fmt.Sprintf("%s is not in the tree of its commit", name)}
		}
	}
	return nil
}

// has tells whether the archive holds an entry as it was committed.
func (a *archive) has(e TreeEntry) bool {
	n, ok := a.tree.nodes[e.Path]
	if !ok {
		return false
	}
	if e.Mode != treeModeLink {
		held, ok := a.extents[e.Path]
		return ok && held.blob == e.Blob
	}
	if n.mode&fs.ModeSymlink == 0 {
		return false
	}
	target, err := n.link()
	return err == nil && blobID([]byte(target)) == e.Blob
}

// unixLines takes back what the attribute eol=crlf did to a file, so that a repository that
// sets it for all its files is not fetched one by one. The bytes that were committed are
// kept and not the archive's: the attribute can be set to break a file that is no text.
func (a *archive) unixLines(e TreeEntry) ([]byte, bool) {
	held, ok := a.extents[e.Path]
	if !ok || e.Mode == treeModeLink || held.size <= e.Size || held.size > maxFetchedBlob {
		return nil, false
	}
	content := make([]byte, held.size)
	if _, err := a.spool.ReadAt(content, held.offset); err != nil {
		return nil, false
	}
	content = bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	return content, blobID(content) == e.Blob
}

// replace puts the content that was committed in the place of the archive's.
func (a *archive) replace(e TreeEntry, content []byte) error {
	if e.Mode == treeModeLink {
		a.put(e.Path, node{mode: fs.ModeSymlink | 0o777, link: func() (string, error) { return string(content), nil }})
		return nil
	}
	if _, err := a.spool.Write(content); err != nil {
		return err
	}
	mode, size := fs.FileMode(0o644), int64(len(content))
	if e.Mode == treeModeExecutable {
		mode = 0o755
	}
	a.put(e.Path, node{mode: mode, size: func() int64 { return size }})
	a.extents[e.Path] = extent{a.size, size, e.Blob}
	a.size += size
	return nil
}

// put lists a node, in the place of one that is listed.
func (a *archive) put(name string, n node) {
	delete(a.extents, name)
	a.tree.add(name, n)
	a.tree.nodes[name] = n
}

// blobID is the name that git gives to content.
func blobID(content []byte) string {
	h := sha1.New() //nolint:gosec // see above
	fmt.Fprintf(h, "blob %d\x00", len(content))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}
