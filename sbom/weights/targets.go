package weights

import (
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// maxTargets bounds a configuration inside of a container.
const maxTargets = 16 << 20

// readHydra lists what _target_ names in the configuration of a container: Hydra calls it
// (hydra.utils.instantiate), and NeMo builds its models so from the file's own
// model_config.yaml. _partial_ and _args_ do not change what is called.
func readHydra(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Yes
	text, err := readRange(r, 0, size, size, maxTargets)
	if err != nil {
		return -1, err
	}
	yamlTags(w, text)
	docs, err := tree.YAML(text)
	seen := map[string]bool{}
	for _, doc := range docs {
		doc.Walk(func(key string, n *tree.Node) bool {
			if key == "_target_" && n.Kind == tree.String && !seen[n.Text] && len(w.Imports) < maxImports {
				seen[n.Text] = true
				module, name := "", n.Text
				if i := strings.LastIndexByte(name, '.'); i > 0 {
					module, name = name[:i], name[i+1:]
				}
				addImport(w, module, name, "call", 0)
				if strings.Contains(n.Text, "${") {
					w.Imports[len(w.Imports)-1].State = "computed"
				}
			}
			return true
		})
	}
	if len(w.Imports) > 0 {
		w.Executable = sbom.Yes
	}
	if err != nil {
		return -1, faultf("malformed", 0, "configuration: %v", err)
	}
	return size, nil
}
