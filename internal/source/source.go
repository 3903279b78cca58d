// Package source opens what mlpolicy reads: a directory, a single file, or one
// revision of a git repository. Each is a read-only fs.FS from which nothing outside
// its root can be reached, and of which nothing is executed.
package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Source is an opened source. Close it after the last read.
type Source struct {
	FS      fs.FS
	Subject sbom.Subject
	// Storage says how a path is stored: git when it is tracked, "" when not known.
	Storage func(path string) string
	close   func() error
	archive *archive // of Archive
}

// Close releases the files of the source.
func (s *Source) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// Error is a source that cannot be opened: what happened and what to do next.
type Error struct {
	Reason string
	Hint   string
	Err    error
}

func (e *Error) Error() string { return e.Reason }

func (e *Error) Unwrap() error { return e.Err }

// GitPrefix starts the name of a revision of the repository around the working
// directory: git:HEAD, git:v1.2, git:origin/main.
const GitPrefix = "git:"

// Open opens the source called name, relative to the working directory dir. An empty
// name is dir itself.
func Open(ctx context.Context, dir, name string) (*Source, error) {
	if rev, ok := strings.CutPrefix(name, GitPrefix); ok {
		return Revision(ctx, dir, rev, false)
	}
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, name)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, notThere(name, err)
	}
	if info.IsDir() {
		return openDirectory(path)
	}
	if !info.Mode().IsRegular() {
		return nil, &Error{Reason: fmt.Sprintf("%s is neither a directory nor a regular file", name)}
	}
	return openFile(path)
}

func notThere(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &Error{
			Reason: fmt.Sprintf("there is no source %s", name),
			Hint:   "give a directory, a file, or git:REV for a revision of the repository around the current directory", Err: err,
		}
	}
	return &Error{Reason: fmt.Sprintf("cannot read source %s: %v", name, err), Err: err}
}

func openDirectory(path string) (*Source, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, notThere(path, err)
	}
	s := &Source{FS: root.FS(), close: root.Close, Subject: sbom.Subject{Kind: "directory", Name: baseName(path), Public: sbom.Unstated}}
	if repo, err := openRepository(path); err == nil {
		tracked := repo.tracked()
		s.Storage = func(name string) string {
			if tracked[name] {
				return "git"
			}
			return ""
		}
		if repo.prefix == "" {
			s.Subject.Name = repo.name(s.Subject.Name)
		}
	}
	return s, nil
}

func openFile(path string) (*Source, error) {
	dir, name := filepath.Split(path)
	root, err := os.OpenRoot(filepath.Clean(dir + string(filepath.Separator)))
	if err != nil {
		return nil, notThere(path, err)
	}
	info, err := root.Stat(name)
	if err != nil {
		root.Close()
		return nil, notThere(path, err)
	}
	t := newTreeFS(func(string) (fs.File, error) { return root.Open(name) })
	t.add(name, node{mode: info.Mode(), size: func() int64 { return info.Size() }})
	return &Source{FS: t, close: root.Close, Subject: sbom.Subject{Kind: "file", Name: name, Public: sbom.Unstated}}, nil
}

// baseName is the last element of a path, resolved so that "." has a name.
func baseName(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "."
	}
	return filepath.Base(abs)
}
