package weights

import (
	"bytes"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// namedFormat is the format of content that bytes alone do not tell, under a name that
// does. container is the format of the container that it lies in, "" for a file.
func namedFormat(name string, head []byte, container string) *format {
	base := strings.ToLower(path.Base(name))
	switch {
	case base == "keras_metadata.pb":
		return &format{name: "keras-metadata", read: readKerasMetadata}
	case base == "saved_model.pb":
		return &format{name: "tensorflow", read: readSavedModel}
	case strings.HasSuffix(base, ".onnx"):
		return &format{name: "onnx", read: readONNX}
	case strings.HasSuffix(base, ".mlmodel"):
		return &format{name: "coreml", read: readCoreML}
	case formatOfName(name) == "flax":
		return &format{name: "flax", read: readFlax}
	case strings.HasSuffix(base, ".pbtxt") && bytes.Contains(head, []byte("node")):
		return &format{name: "tensorflow", read: readTextGraph}
	case container == "":
		return nil
	case container == "keras-v3" && base == "config.json" && isObject(head):
		return &format{name: "keras-json", read: readKerasJSON}
	case container == "skops" && base == "schema.json" && isObject(head):
		return &format{name: "skops", read: readSkops}
	case container == "zip" && base == "data" && isObject(head):
		return &format{name: "stable-baselines3", read: readBaselines}
	case isYAML(base) && base != "model_config.yaml" && base != "hparams.yaml":
		return &format{name: "yaml", read: readYAML}
	case base == "model_config.yaml" || base == "hparams.yaml": // NeMo
		return &format{name: "hydra", read: readHydra}
	case (container == "torch-mar" || container == "torch-package") && strings.HasSuffix(base, ".py"):
		return &format{name: "python", read: readHandler}
	case strings.HasPrefix(container, "torch") && strings.HasSuffix(base, ".py"):
		return &format{name: "python", read: readScript}
	}
	return nil
}

func isObject(head []byte) bool {
	text := bytes.TrimLeft(head, " \t\r\n")
	return len(text) == 0 && len(head) > 0 || bytes.HasPrefix(text, []byte("{"))
}

// readKerasMetadata reads keras_metadata.pb of a SavedModel
// (keras/protobuf/saved_metadata.proto): the configuration of each layer as JSON.
func readKerasMetadata(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	p := &proto{cursor: newCursor(r, size), w: w}
	var bad []error
	p.message(0, size, func(f protoField) {
		if f.number != 1 { // SavedMetadata.nodes
			return
		}
		p.in(f, func(g protoField) {
			if g.number == 5 { // SavedObject.metadata
				text := p.text(g, maxKerasConfig)
				if p.err == nil && text != "" {
					if err := kerasConfig(w, []byte(text), g.at); err != nil && len(bad) < maxOddities {
						bad = append(bad, err)
					}
				}
			}
		})
	})
	if p.err != nil {
		return -1, p.err
	}
	w.CoversFile = sbom.Yes
	if len(bad) > 0 {
		return size, bad[0]
	}
	return size, nil
}

// maxTextGraph bounds a graph in text form.
const maxTextGraph = 256 << 20

var textGraphOp = regexp.MustCompile(`\bop:\s*["']([A-Za-z0-9_>.]+)["']`)

// readTextGraph finds the operators of a graph in protobuf's text form.
func readTextGraph(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	text, err := readRange(r, 0, size, size, maxTextGraph)
	if err != nil {
		return -1, err
	}
	for _, m := range textGraphOp.FindAllSubmatchIndex(text, -1) {
		op := string(text[m[2]:m[3]])
		if kind := tensorflowOps[op]; kind != "" {
			addOperator(w, op, "", kind, int64(m[0]))
			if kind == "code" {
				w.Executable = sbom.Yes
			}
		}
	}
	return size, nil
}

// maxScript bounds a source file in a container.
const maxScript = 16 << 20

// torchFileOps are operators that TorchScript has and that touch files by name; code of a
// model has no use for them (torch/csrc/jit, register_prim_ops; aten from_file, save).
var torchFileOps = regexp.MustCompile(`\b(?:ops\.aten|torch)\.(from_file|save|load|_from_file)\(|\baten::(from_file|save|load)\b`)

// readScript looks at code of TorchScript, which torch compiles and runs.
func readScript(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.Yes
	w.CoversFile = sbom.Yes
	text, err := readRange(r, 0, size, size, maxScript)
	if err != nil {
		return -1, err
	}
	for _, m := range torchFileOps.FindAllIndex(text, -1) {
		name := strings.Trim(string(text[m[0]:m[1]]), "(")
		addOperator(w, name, "", "file", int64(m[0]))
	}
	return size, nil
}

// readCoreML walks a Core ML model (mlmodel/format/Model.proto): a custom model or layer is
// a class of the application that loads it.
func readCoreML(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	p := &proto{cursor: newCursor(r, size), w: w}
	version, kind := false, false
	p.message(0, size, func(f protoField) {
		switch {
		case f.number == 1: // specificationVersion
			version = f.value > 0
			setMetadata(w, "coreml.specification_version", itoa(int64(f.value)))
		case f.number == 555: // customModel: className
			p.in(f, func(g protoField) {
				if g.number == 10 {
					addOperator(w, p.text(g, maxNameBytes), "", "custom", g.at)
				}
			})
			kind = true
		case f.number >= 200: // oneof Type
			kind = true
		}
	})
	if p.err != nil {
		return -1, p.err
	}
	if !version || !kind {
		return -1, faultf("malformed", 0, "Core ML model has no version or no type")
	}
	w.CoversFile = sbom.Yes
	return size, nil
}
