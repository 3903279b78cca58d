// Package pointer finds the line of a JSON pointer in a structured file, for findings
// that policies place by pointer alone. It reads YAML, JSON and TOML and nothing else.
package pointer

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// Line returns the 1-based line and column of the value that an RFC 6901 pointer leads to
// in the first document of the file that has it; 0 when there is none.
func Line(f *sbom.File, pointer string) (line, column int) {
	steps := steps(pointer)
	for _, doc := range tree.Of(f).Docs {
		if n := find(doc, steps); n != nil {
			return n.Line, n.Column
		}
	}
	return 0, 0
}

// steps splits a pointer (RFC 6901 section 4).
func steps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, p := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(p)
	}
	return parts
}

func find(n *tree.Node, steps []string) *tree.Node {
	for _, step := range steps {
		if n = child(n, step); n == nil {
			return nil
		}
	}
	return n
}

func child(n *tree.Node, step string) *tree.Node {
	if n == nil {
		return nil
	}
	if n.Kind == tree.Map {
		return n.Get(step)
	}
	if n.Kind != tree.List {
		return nil
	}
	index := 0
	for _, c := range step {
		if c < '0' || c > '9' || index > len(n.Items) {
			return nil
		}
		index = index*10 + int(c-'0')
	}
	if step == "" || index >= len(n.Items) {
		return nil
	}
	return n.Items[index]
}
