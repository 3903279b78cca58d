package weights

import (
	"path"
	"regexp"
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
	linkOpenVINO(inv)
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
		if hasDescription(name, exists) {
			data[name] = true
		}
	}
	codes := map[string][]string{}
	for _, p := range inv.Problems {
		codes[p.Path] = append(codes[p.Path], p.Code)
	}
	raw := map[string]bool{}
	for i := range inv.Weights {
		w := &inv.Weights[i]
		// the first byte may be that of a pickle, whose protocol no pickle has: none loads it
		number := w.Format == "pickle" && len(w.Imports) == 0 && slices.Equal(codes[w.Path], []string{"unsupported"})
		if (w.Format == "" || number) && data[w.Path] {
			w.Format, w.Content, w.Executable = "raw", "read", sbom.No
			raw[w.Path] = true
		}
	}
	// the data of an OpenVINO graph may be empty; linkOpenVINO compares it with what the graph needs
	inv.Problems = slices.DeleteFunc(inv.Problems, func(p sbom.Problem) bool {
		return raw[p.Path] && p.Family == sbom.FamilyWeights && (p.Code == "unsupported" || p.Code == "truncated" && exists[strings.TrimSuffix(p.Path, ".bin")+".xml"])
	})
}

// tfjsShard is the name TensorFlow.js gives the data files of a model.json.
var tfjsShard = regexp.MustCompile(`^group\d+-shard\d+of\d+\.bin$`)

// hasDescription tells a data file that belongs to another file by its name: model.bin to
// model.xml (OpenVINO) or model.param (ncnn), the shards of TensorFlow.js to model.json.
func hasDescription(name string, exists map[string]bool) bool {
	stem, bin := strings.CutSuffix(name, ".bin")
	if !bin {
		return false
	}
	return exists[stem+".xml"] || exists[stem+".param"] ||
		tfjsShard.MatchString(path.Base(name)) && exists[path.Join(path.Dir(name), "model.json")]
}
