package source

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"slices"
)

// Files is a read-only file system over contents that are in memory already: the modules
// of a bundle, the files of a case. Names that are no valid path are left out.
func Files(contents map[string][]byte) fs.FS {
	var tree *treeFS
	tree = newTreeFS(func(name string) (fs.File, error) {
		return &memoryFile{bytes.NewReader(contents[name]), info{path.Base(name), tree.nodes[name]}}, nil
	})
	for _, name := range slices.Sorted(maps.Keys(contents)) {
		if name != "." && fs.ValidPath(name) {
			tree.add(name, node{mode: 0o644, size: func() int64 { return int64(len(contents[name])) }})
		}
	}
	return tree
}
