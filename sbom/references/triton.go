package references

import (
	"context"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxTritonBytes bounds a model configuration of Triton, which people write: the largest seen is 40 KiB.
const maxTritonBytes = 1 << 20

// tritonCollector reads the parameters of Triton's model configurations (Triton, "Model
// Configuration", parameters): a backend in Python loads what they name.
var tritonCollector = sbom.Collector{
	Name:     "references/triton",
	Families: []sbom.Family{sbom.FamilyReferences},
	Match:    func(f *sbom.File) bool { return f.Name() == "config.pbtxt" },
	MaxBytes: maxTritonBytes,
	Collect:  collectTriton,
}

// tritonParameter is one entry of the parameters map, in protobuf's text format.
var tritonParameter = regexp.MustCompile(`key\s*:\s*"([^"\n]+)"\s*,?\s*value\s*:?\s*\{\s*string_value\s*:\s*"([^"\n]*)"`)

func collectTriton(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	text := string(data)
	line, from := 1, 0
	for _, m := range tritonParameter.FindAllStringSubmatchIndex(text, -1) {
		key, value := text[m[2]:m[3]], text[m[4]:m[5]]
		line += strings.Count(text[from:m[4]], "\n")
		from = m[4]
		pos, ok := positionOf(key)
		pos.shaped = true
		if !ok || pos.role == "push" || pos.role == "output" || !pos.accepts(value) {
			continue
		}
		if pos.role == "base" {
			pos.role = "serve"
		}
		at := f.At(line)
		at.Column = m[4] - strings.LastIndexByte(text[:m[4]], '\n')
		ref := New(pos.kind, pos.role, value, at)
		ref.How, ref.Loader, ref.Confidence = "pbtxt", key, "medium"
		out.References = append(out.References, ref)
	}
	return nil
}
