package packages

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
	"github.com/bmatcuk/doublestar/v4"
)

// memory is a syft file.Resolver over files that are already in memory: the same for a
// directory, a git revision and an archive. It never touches the disk.
type memory struct {
	paths   []string // sorted
	content map[string][]byte
}

var _ file.Resolver = (*memory)(nil)

func newMemory(content map[string][]byte) *memory {
	m := &memory{content: content}
	for p := range content {
		m.paths = append(m.paths, p)
	}
	slices.Sort(m.paths)
	return m
}

// FileContentsByLocation implements file.ContentResolver.
func (m *memory) FileContentsByLocation(l file.Location) (io.ReadCloser, error) {
	data, ok := m.content[l.RealPath]
	if !ok {
		return nil, fmt.Errorf("%s: not in the source", l.RealPath)
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// FileMetadataByLocation implements file.MetadataResolver.
func (m *memory) FileMetadataByLocation(l file.Location) (file.Metadata, error) {
	if !m.HasPath(l.RealPath) {
		return file.Metadata{}, fmt.Errorf("%s: not in the source", l.RealPath)
	}
	return file.Metadata{Path: l.RealPath}, nil
}

// HasPath implements file.PathResolver.
func (m *memory) HasPath(p string) bool {
	_, ok := m.content[path.Clean(p)]
	return ok
}

// FilesByPath implements file.PathResolver.
func (m *memory) FilesByPath(paths ...string) ([]file.Location, error) {
	var out []file.Location
	for _, p := range paths {
		if p = path.Clean(p); m.HasPath(p) {
			out = append(out, file.NewLocation(p))
		}
	}
	return out, nil
}

// FilesByGlob implements file.PathResolver.
func (m *memory) FilesByGlob(patterns ...string) ([]file.Location, error) {
	var out []file.Location
	for _, p := range m.paths {
		for _, pattern := range patterns {
			if ok, err := doublestar.Match(pattern, p); err != nil {
				return nil, err
			} else if ok {
				out = append(out, file.NewLocation(p))
				break
			}
		}
	}
	return out, nil
}

// FilesByMIMEType implements file.PathResolver; no cataloger in use asks.
func (m *memory) FilesByMIMEType(...string) ([]file.Location, error) { return nil, nil }

// RelativeFileByPath implements file.PathResolver.
func (m *memory) RelativeFileByPath(_ file.Location, p string) *file.Location {
	if p = path.Clean(p); !m.HasPath(p) {
		return nil
	}
	l := file.NewLocation(p)
	return &l
}

// AllLocations implements file.LocationResolver.
func (m *memory) AllLocations(ctx context.Context) <-chan file.Location {
	out := make(chan file.Location)
	go func() { // ends with the reader or its context
		defer close(out)
		for _, p := range m.paths {
			select {
			case out <- file.NewLocation(p):
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// catalog runs a cataloger of syft over the files. Its panics are errors: syft is not
// written for hostile files.
func catalog(ctx context.Context, c pkg.Cataloger, files map[string][]byte) (found []pkg.Package, err error) {
	defer func() {
		if r := recover(); r != nil {
			found, err = nil, fmt.Errorf("syft %s panicked: %v", c.Name(), r)
		}
	}()
	found, _, err = c.Catalog(ctx, newMemory(files))
	slices.SortStableFunc(found, func(a, b pkg.Package) int {
		if c := strings.Compare(a.Name, b.Name); c != 0 {
			return c
		}
		return strings.Compare(a.Version, b.Version)
	})
	return found, err
}
