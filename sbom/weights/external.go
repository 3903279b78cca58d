package weights

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
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
	shortData(inv)
}

// shortData states that the data file of an OpenVINO graph ends before the tensors do.
func shortData(inv *sbom.Inventory) {
	needs := map[string]int64{}
	for i := range inv.Weights {
		if w := &inv.Weights[i]; w.Format == "openvino" && strings.HasSuffix(w.Path, ".xml") {
			n, _ := strconv.ParseInt(w.Metadata[openVINOData], 10, 64)
			needs[strings.TrimSuffix(w.Path, ".xml")+".bin"] = n
		}
	}
	for i := range inv.Weights {
		w := &inv.Weights[i]
		if n := needs[w.Path]; w.Format == "raw" && w.SizeBytes < n {
			w.Content = "partial"
			inv.AddProblem(sbom.At{Path: w.Path, Offset: w.SizeBytes}, sbom.FamilyWeights, "truncated", fmt.Sprintf("tensors need %d bytes, the file has %d", n, w.SizeBytes))
		}
	}
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
