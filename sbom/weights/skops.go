package weights

import (
	"bytes"
	"io"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// maxSkopsSchema bounds schema.json of a skops file.
const maxSkopsSchema = 128 << 20

// isSkops recognises the schema.json of skops (skops/io/_persist.py, _save): nodes with
// __class__, __module__ and __loader__.
func isSkops(head []byte, _ int64) bool {
	text := bytes.TrimLeft(head, " \t\r\n")
	return len(text) > 0 && text[0] == '{' && bytes.Contains(head, []byte(`"__class__"`)) && bytes.Contains(head, []byte(`"__loader__"`))
}

// readSkops lists the types and functions that a schema makes skops import.
func readSkops(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No // skops imports only what it or the caller trusts; what it would import is listed
	w.CoversFile = sbom.Yes
	text, err := readRange(r, 0, size, size, maxSkopsSchema)
	if err != nil {
		return -1, err
	}
	root, err := tree.JSON(text)
	if err != nil {
		return -1, faultf("malformed", 0, "skops schema: %v", err)
	}
	if v := root.Get("_skops_version").Str(); v != "" {
		setMetadata(w, "skops.version", v)
	}
	seen := map[string]bool{}
	root.Walk(func(_ string, n *tree.Node) bool {
		if n.Kind == tree.Map {
			skopsNode(w, n, seen)
		}
		return true
	})
	return size, nil
}

// skopsNode lists one node. Which loader a node asks for is its own choice, and each
// imports its class: what is listed does not depend on it, but how it is used does
// (skops/io/_general.py). Equal keys are all read.
func skopsNode(w *sbom.Weights, n *tree.Node, seen map[string]bool) {
	var classes, modules, loaders []string
	for _, pair := range n.Pairs {
		switch pair.Key {
		case "__class__":
			classes = append(classes, pair.Value.Str())
		case "__module__":
			modules = append(modules, pair.Value.Str())
		case "__loader__":
			loaders = append(loaders, pair.Value.Str())
		}
	}
	mode := "new"
	for _, l := range loaders {
		switch l {
		case "MethodNode":
			// {"content": {"func": NAME, "obj": {...}}}: an attribute of what obj makes
			if f := n.Get("content", "func").Str(); f != "" {
				classes = append(classes, n.Get("content", "obj", "__class__").Str()+"."+f)
				modules = append(modules, n.Get("content", "obj", "__module__").Str())
			}
			mode = "ref"
		case "OperatorFuncNode", "PartialNode", "ReduceNode":
			mode = "call"
		case "FunctionNode", "TypeNode":
			mode = "ref"
		}
	}
	for _, class := range classes {
		for _, module := range modules {
			key := module + "\x00" + class + "\x00" + mode
			if class == "" || seen[key] || len(w.Imports) >= maxImports {
				continue
			}
			seen[key] = true
			addImport(w, module, class, mode, 0)
		}
	}
}
