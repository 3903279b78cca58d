package weights

import (
	"path"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// linkExternal says of each file that a model file refers to whether it is in the source.
func linkExternal(inv *sbom.Inventory) {
	exists := map[string]bool{}
	for _, v := range inv.Scratch[sbom.ScratchPaths] {
		if name, ok := v.(string); ok {
			exists[name] = true
		}
	}
	for i := range inv.Weights {
		w := &inv.Weights[i]
		for j := range w.External {
			e := &w.External[j]
			if e.Kind == "url" || e.Kind == "absolute" {
				continue
			}
			target := path.Join(path.Dir(w.Path), strings.ReplaceAll(e.Location, `\`, "/"))
			e.Exists = sbom.TriOf(exists[target])
		}
	}
	dropRawData(inv, exists)
}

// dropRawData takes back that a file of raw tensor data is of no known format when
// another model file says that it is its data.
func dropRawData(inv *sbom.Inventory, exists map[string]bool) {
	data := map[string]bool{}
	for i := range inv.Weights {
		w := &inv.Weights[i]
		for _, e := range w.External {
			if e.Kind == "relative" && e.Exists == sbom.Yes {
				data[path.Join(path.Dir(w.Path), strings.ReplaceAll(e.Location, `\`, "/"))] = true
			}
		}
	}
	for name := range exists {
		if xml := strings.TrimSuffix(name, ".bin") + ".xml"; strings.HasSuffix(name, ".bin") && exists[xml] {
			data[name] = true // OpenVINO: model.xml has its weights in model.bin
		}
	}
	raw := map[string]bool{}
	for i := range inv.Weights {
		if w := &inv.Weights[i]; w.Format == "" && data[w.Path] {
			w.Format, w.Content, w.Executable = "raw", "read", sbom.No
			raw[w.Path] = true
		}
	}
	inv.Problems = slices.DeleteFunc(inv.Problems, func(p sbom.Problem) bool {
		return raw[p.Path] && p.Family == sbom.FamilyWeights && p.Code == "unsupported"
	})
}
