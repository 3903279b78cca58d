package sbom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

const (
	// HeadBytes is how much of each file Match can see: the longest magic among the
	// formats we know (tar, "ustar" at 257) with room for a text header.
	HeadBytes = 4 << 10
	// MaxTextBytes bounds what File.Bytes returns: the largest source or recipe file
	// seen in public repositories is below 8 MiB, notebooks with outputs below 64.
	MaxTextBytes = 64 << 20
)

// ErrTooLarge is returned by File.Bytes for a file above its limit.
var ErrTooLarge = errors.New("file is larger than the limit")

// File is one file of a source while it is being read. It is used by one goroutine.
type File struct {
	Path string // slash-separated, relative to the root of the source
	Size int64  // bytes
	Mode fs.FileMode
	Head []byte // the first HeadBytes bytes, fewer for a short file

	open    func() (io.ReaderAt, io.Closer, error)
	reader  io.ReaderAt
	closer  io.Closer
	content []byte
	whole   bool
	memo    map[string]any

	digest       string
	digestSource string
}

// NewFile returns a File over content, for tests and for sources that hold whole
// files in memory.
func NewFile(name string, content []byte) *File {
	return &File{
		Path: name, Size: int64(len(content)), Head: content[:min(len(content), HeadBytes)],
		content: content, whole: true, reader: bytes.NewReader(content),
	}
}

// Name is the last element of the path.
func (f *File) Name() string { return path.Base(f.Path) }

// Ext is the lower-case extension with its dot, "" when there is none.
func (f *File) Ext() string { return strings.ToLower(path.Ext(f.Path)) }

// Dir is the directory of the file, "." for the root.
func (f *File) Dir() string { return path.Dir(f.Path) }

// ReadAt reads from the file, opening it on first use.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	r, err := f.ReaderAt()
	if err != nil {
		return 0, err
	}
	return r.ReadAt(p, off)
}

// ReaderAt returns the file's content for random access. It is valid until the last
// collector has returned.
func (f *File) ReaderAt() (io.ReaderAt, error) {
	if f.reader == nil {
		r, c, err := f.open()
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", f.Path, err)
		}
		f.reader, f.closer = r, c
	}
	return f.reader, nil
}

// Bytes returns the whole content of a file of at most MaxTextBytes; the slice is
// shared and must not be changed. A larger file is ErrTooLarge.
func (f *File) Bytes() ([]byte, error) {
	if f.whole {
		return f.content, nil
	}
	if f.Size > MaxTextBytes {
		return nil, fmt.Errorf("%s has %d bytes, limit MaxTextBytes is %d: %w", f.Path, f.Size, MaxTextBytes, ErrTooLarge)
	}
	r, err := f.ReaderAt()
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.NewSectionReader(r, 0, f.Size))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Path, err)
	}
	if int64(len(b)) < f.Size {
		return nil, fmt.Errorf("read %s: file shrank from %d to %d bytes", f.Path, f.Size, len(b))
	}
	f.content, f.whole = b, true
	return b, nil
}

// Memo returns the value that make produced for key the first time it was asked for,
// so that collectors that need the same parse of a file share it.
func (f *File) Memo(key string, make func() any) any {
	if v, ok := f.memo[key]; ok {
		return v
	}
	if f.memo == nil {
		f.memo = map[string]any{}
	}
	v := make()
	f.memo[key] = v
	return v
}

// SHA256 returns the digest of the file as lower-case hex and where it comes from:
// computed, lfs_pointer (the digest of the real content, this file being its
// pointer), or none. It is known before any collector runs.
func (f *File) SHA256() (digest, source string) {
	if f.digestSource == "" {
		return "", "none"
	}
	return f.digest, f.digestSource
}

// SetSHA256 records the digest, for tests.
func (f *File) SetSHA256(digest, source string) { f.digest, f.digestSource = digest, source }

// At is a place in this file at the given 1-based line.
func (f *File) At(line int) At { return At{Path: f.Path, Line: line} }

func (f *File) close() error {
	if f.closer == nil {
		return nil
	}
	return f.closer.Close()
}
