package weights

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

const (
	// maxKerasConfig bounds the JSON of one model: the largest seen has 3 MB.
	maxKerasConfig = 64 << 20
	// maxImports bounds the distinct names listed of one configuration.
	maxImports = 4096
)

// kerasOperators are the classes and functions of Keras that run code, fetch or read
// files while a configuration is turned into a model.
var kerasOperators = map[string]string{
	"Lambda":                        "code",    // marshalled bytecode (keras/layers/core/lambda_layer.py)
	"__lambda__":                    "code",    // a serialised lambda (keras/saving/serialization_lib.py)
	"TorchModuleWrapper":            "code",    // torch.load (keras/utils/torch_utils.py)
	"enable_unsafe_deserialization": "code",    // switches safe_mode off
	"get_file":                      "network", // downloads and unpacks (keras/utils/file_utils.py)
	"TFSMLayer":                     "file",    // loads a SavedModel by path
	"__numpy__":                     "", "__tensor__": "", "__keras_tensor__": "",
}

// isKerasJSON recognises the configuration of a Keras model: a .keras member
// config.json, a file written by Model.to_json, or the metadata of a SavedModel.
func isKerasJSON(head []byte, _ int64) bool {
	text := bytes.TrimLeft(head, " \t\r\n")
	if len(text) == 0 || text[0] != '{' || !bytes.Contains(head, []byte(`"class_name"`)) {
		return false
	}
	return bytes.Contains(head, []byte(`"config"`)) &&
		(bytes.Contains(head, []byte(`"module"`)) || bytes.Contains(head, []byte(`"layers"`)) || bytes.Contains(head, []byte(`"registered_name"`)) ||
			bytes.Contains(head, []byte(`"keras_version"`)) || bytes.Contains(head, []byte(`"batch_input_shape"`)))
}

// readKerasJSON reads the configuration of a Keras model.
func readKerasJSON(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	text, err := readRange(r, 0, size, size, maxKerasConfig)
	if err != nil {
		return -1, err
	}
	w.CoversFile = sbom.Yes
	return size, kerasConfig(w, text, 0)
}

// kerasConfig walks a configuration at the given offset of the file: every object with
// a class_name is something that loading makes or resolves.
func kerasConfig(w *sbom.Weights, text []byte, offset int64) error {
	root, err := tree.JSON(text)
	if err != nil {
		return faultf("malformed", offset, "Keras configuration: %v", err)
	}
	if w.Executable != sbom.Yes {
		w.Executable = sbom.No
	}
	k := &kerasWalk{w: w, offset: offset, seen: map[string]bool{}}
	k.walk(root)
	if name := root.Get("config", "name").Str(); name != "" && w.Architecture == "" {
		w.Architecture = clip(root.Get("class_name").Str(), maxNameBytes)
	}
	return nil
}

type kerasWalk struct {
	w      *sbom.Weights
	offset int64
	seen   map[string]bool
}

func (k *kerasWalk) walk(n *tree.Node) {
	if n == nil {
		return
	}
	for _, item := range n.Items {
		k.walk(item)
	}
	if n.Kind == tree.Map {
		k.object(n)
	}
	for _, pair := range n.Pairs { // all of them: of two equal keys loaders may take either
		k.walk(pair.Value)
	}
}

// object reads one {"module": …, "class_name": …, "config": …, "registered_name": …}
// (keras/saving/serialization_lib.py, serialize_keras_object). Equal keys are all read.
func (k *kerasWalk) object(n *tree.Node) {
	var classes, modules []string
	for _, pair := range n.Pairs {
		switch pair.Key {
		case "class_name":
			classes = append(classes, pair.Value.Str())
		case "module":
			modules = append(modules, pair.Value.Str())
		case "registered_name":
			if pkg, name, custom := strings.Cut(pair.Value.Str(), ">"); custom {
				addOperator(k.w, name, pkg, "custom", k.offset)
			}
		}
	}
	if len(modules) == 0 {
		modules = []string{""}
	}
	for _, class := range classes {
		for _, module := range modules {
			k.class(n, module, class)
		}
	}
}

func (k *kerasWalk) class(n *tree.Node, module, class string) {
	mode := "new"
	name := class
	if class == "function" { // config is the name of a function of the module
		mode = "ref"
		if s := n.Get("config").Str(); s != "" {
			name = s
		}
	}
	if pkg, short, custom := strings.Cut(class, ">"); custom { // Keras 2: class_name is the registered name
		addOperator(k.w, short, pkg, "custom", k.offset)
	}
	for _, s := range []string{name, name[strings.LastIndex(name, ">")+1:]} {
		kind := kerasOperators[s]
		if s == "Lambda" && namedFunction(n) {
			kind = "custom"
		}
		if kind != "" {
			addOperator(k.w, s, module, kind, k.offset)
			if kind == "code" {
				k.w.Executable = sbom.Yes
			}
		}
	}
	// keras/layers/preprocessing/index_lookup.py: a vocabulary that is a text is the path of a
	// file, which is read when the layer is made.
	if v := n.Get("config").Get("vocabulary"); v != nil && v.Kind == tree.String && locationKind(v.Str()) != "relative" {
		addExternal(k.w, v.Str())
	}
	if module == "" || strings.HasPrefix(name, "__") { // __tensor__ and the like are values
		return
	}
	key := module + "\x00" + name + "\x00" + mode
	if k.seen[key] || len(k.w.Imports) >= maxImports {
		return
	}
	k.seen[key] = true
	addImport(k.w, module, name, mode, k.offset)
}

// namedFunction tells a Lambda layer that only names the function it calls, from one that
// brings its code along (keras/layers/core/lambda_layer.py, get_config: a function of
// function_type "function", or a serialised function of Keras 3; the code is a list that
// begins with marshalled bytes, or a __lambda__).
func namedFunction(n *tree.Node) bool {
	config := n.Get("config")
	f := config.Get("function")
	switch {
	case f == nil:
		return false
	case f.Kind == tree.Map:
		return f.Get("class_name").Str() == "function" && f.Get("config").Kind == tree.String
	case f.Kind != tree.String || config.Get("function_type").Str() != "function":
		return false
	}
	return isDottedName(f.Str()) && config.Get("output_shape").Get("class_name") == nil
}

func addImport(w *sbom.Weights, module, name, mode string, offset int64) {
	module, name = clip(module, maxNameBytes), clip(name, maxNameBytes)
	w.Imports = append(w.Imports, sbom.Import{
		Module: module, Name: name, Qualified: qualify(module, name), Mode: mode, State: "resolved", Offset: offset,
	})
}

// kerasNames are what the raw search looks for when the structure around a
// configuration cannot be read.
var kerasNames = []string{"Lambda", "__lambda__", "TorchModuleWrapper", "TFSMLayer", "enable_unsafe_deserialization", "get_file"}

// searchKeras looks for configurations in the bytes of a file whose structure was not
// understood. What it finds is less certain: the bytes may be unused, and a hit may be
// cut in two by the structure.
func searchKeras(r io.ReaderAt, size int64, w *sbom.Weights) error {
	const block, overlap = 1 << 20, 256
	buf := make([]byte, min(size, block+overlap))
	found := false
	for at := int64(0); at < size; at += block {
		n, err := r.ReadAt(buf[:min(int64(len(buf)), size-at)], at)
		if err != nil && err != io.EOF {
			return faultf("unreadable", at, "read at offset %d: %v", at, err)
		}
		for _, name := range kerasNames {
			for _, form := range []string{`"class_name": "` + name + `"`, `"class_name":"` + name + `"`, `"config": "` + name + `"`} {
				if i := bytes.Index(buf[:n], []byte(form)); i >= 0 {
					found = true
					addOperator(w, name, "", kerasOperators[name], at+int64(i))
				}
			}
		}
	}
	if found {
		setMetadata(w, "keras.certainty", "raw byte search")
	}
	setMetadata(w, "keras.searched_bytes", strconv.FormatInt(size, 10))
	return nil
}
