package source

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha1" //nolint:gosec // git names its objects by it
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxArchiveEntries bounds the files of an archive; the largest repositories have
	// some 100,000, the limit of GitHub's recursive tree.
	maxArchiveEntries = 200_000
	// maxArchiveBytes bounds what an archive unpacks to, in total: a small gzip file can
	// hold a thousand times its size.
	maxArchiveBytes = 8 << 30
	// maxArchiveName bounds one path: PATH_MAX of Linux.
	maxArchiveName = 4096
)

// ArchiveError is an archive that was not read to its end: the source is not known.
type ArchiveError struct{ Reason string }

func (e *ArchiveError) Error() string { return "read archive: " + e.Reason }

// Budget bounds what an archive may unpack to. Zero fields mean the package's limits.
type Budget struct {
	Entries int
	Bytes   int64
}

// Archive reads a gzip-compressed tar file of one commit, as `git archive` and GitHub's
// tarball endpoint make it: every path below one folder, which is left out, and the
// commit in the global header. The content is spooled to one anonymous file, so nothing
// in the archive chooses a name on this machine. A commit that is not the one asked for,
// and an archive that exceeds the budget, is an *ArchiveError.
func Archive(ctx context.Context, r io.Reader, subject sbom.Subject, budget Budget) (*Source, error) {
	if budget.Entries == 0 {
		budget.Entries = maxArchiveEntries
	}
	if budget.Bytes == 0 {
		budget.Bytes = maxArchiveBytes
	}
	spool, err := os.CreateTemp("", "mlpolicy-archive-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(spool.Name()); err != nil { // the descriptor keeps it
		spool.Close()
		return nil, err
	}
	a := &archive{spool: spool, budget: budget, extents: map[string]extent{}}
	a.tree = newTreeFS(a.open)
	if err := a.read(ctx, r, subject.Revision); err != nil {
		spool.Close()
		return nil, err
	}
	if subject.Kind == "" {
		subject.Kind = "git"
	}
	return &Source{FS: a.tree, archive: a, Subject: subject, close: spool.Close, Storage: func(string) string { return "git" }}, nil
}

// archive is a spooled tar file.
type archive struct {
	spool   *os.File
	tree    *treeFS
	budget  Budget
	entries int
	size    int64
	extents map[string]extent
}

// extent is where a file lies in the spool.
// blob is the name that git gives to it.
type extent struct {
	offset, size int64
	blob         string
}

func (a *archive) read(ctx context.Context, r io.Reader, revision string) error {
	packed, err := gzip.NewReader(r)
	if err != nil {
		return archiveError(err)
	}
	unpacked := tar.NewReader(packed)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		h, err := unpacked.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return archiveError(err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			if commit := h.PAXRecords["comment"]; revision != "" && commit != "" && commit != revision {
				return &ArchiveError{fmt.Sprintf("it is of commit %.40q, not %s", commit, revision)}
			}
			continue
		}
		if err := a.add(unpacked, h); err != nil {
			return err
		}
	}
}

func archiveError(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &ArchiveError{err.Error()}
}

func (a *archive) add(content io.Reader, h *tar.Header) error {
	if a.entries++; a.entries > a.budget.Entries {
		return &ArchiveError{fmt.Sprintf("more than maxArchiveEntries (%d) entries", a.budget.Entries)}
	}
	whole := strings.TrimSuffix(h.Name, "/")
	_, name, below := strings.Cut(whole, "/") // below the folder of the archive
	if h.Typeflag == tar.TypeDir && !below {
		return nil
	}
	if len(name) > maxArchiveName || !below || !fs.ValidPath(whole) {
		return &ArchiveError{fmt.Sprintf("entry %d has the invalid path %.200q", a.entries, h.Name)}
	}
	switch h.Typeflag {
	case tar.TypeDir:
		a.tree.add(name, node{mode: fs.ModeDir | 0o755})
	case tar.TypeSymlink:
		target := h.Linkname
		a.tree.add(name, node{mode: fs.ModeSymlink | 0o777, link: func() (string, error) { return target, nil }})
	case tar.TypeReg:
		return a.file(content, name, h)
	default: // a hard link or a device: listed as something that cannot be read
		a.tree.add(name, node{mode: fs.ModeDevice})
	}
	return nil
}

func (a *archive) file(content io.Reader, name string, h *tar.Header) error {
	if h.Size < 0 || h.Size > a.budget.Bytes-a.size {
		return &ArchiveError{fmt.Sprintf("it unpacks to more than maxArchiveBytes (%d)", a.budget.Bytes)}
	}
	blob := sha1.New() //nolint:gosec // the name of a git object
	fmt.Fprintf(blob, "blob %d\x00", h.Size)
	n, err := io.Copy(io.MultiWriter(a.spool, blob), content)
	if err != nil {
		return archiveError(err)
	}
	if n != h.Size {
		return &ArchiveError{fmt.Sprintf("%s has %d of %d bytes", name, n, h.Size)}
	}
	if _, dup := a.tree.nodes[name]; dup {
		return &ArchiveError{fmt.Sprintf("%s is in it twice", name)}
	}
	mode := fs.FileMode(0o644)
	if h.Mode&0o100 != 0 {
		mode = 0o755
	}
	a.extents[name] = extent{a.size, n, hex.EncodeToString(blob.Sum(nil))}
	a.tree.add(name, node{mode: mode, size: func() int64 { return n }})
	a.size += n
	return nil
}

func (a *archive) open(name string) (fs.File, error) {
	e, ok := a.extents[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return &archiveFile{SectionReader: io.NewSectionReader(a.spool, e.offset, e.size), info: info{name: path.Base(name), n: a.tree.nodes[name]}}, nil
}

// archiveFile is an open file of an archive.
type archiveFile struct {
	*io.SectionReader
	info info
}

func (f *archiveFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *archiveFile) Close() error               { return nil }
