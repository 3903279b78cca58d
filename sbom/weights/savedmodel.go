package weights

import (
	"fmt"
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// tensorflowOps are the operators that reach outside the graph (tensorflow/core/ops):
// those that call Python, touch files by name, or open connections. Lookup tables over
// asset files and the saver's own SaveV2 and RestoreV2 are in most honest models.
var tensorflowOps = map[string]string{
	"PyFunc": "code", "PyFuncStateless": "code", "EagerPyFunc": "code", "LoadLibrary": "code", "NumpyFunc": "code",
	"ReadFile": "file", "WriteFile": "file", "MatchingFiles": "file", "MatchingFilesDataset": "file",
	"ImmutableConst": "file", "WholeFileReader": "file", "WholeFileReaderV2": "file",
	"TextLineReader": "file", "TextLineReaderV2": "file", "FixedLengthRecordReader": "file", "FixedLengthRecordReaderV2": "file",
	"TextLineDataset": "file", "FixedLengthRecordDataset": "file", "FixedLengthRecordDatasetV2": "file",
	"CreateSummaryFileWriter": "file", "CreateSummaryDbWriter": "file", "SaveDataset": "file", "SaveDatasetV2": "file",
	"LoadDataset": "file", "SnapshotDataset": "file", "SnapshotDatasetV2": "file", "DatasetToTFRecord": "file",
	"FileSystemSetConfiguration": "file",
	"Rpc":                        "network", "TryRpc": "network", "RpcClient": "network", "RpcCall": "network", "RpcServer": "network",
	"RegisterDataset": "network", "DataServiceDataset": "network", "DataServiceDatasetV2": "network", "DataServiceDatasetV3": "network",
	"DebugIdentity": "network", "DebugIdentityV2": "network", "DebugNanCount": "network", "DebugNumericSummary": "network",
	"BigQueryReader": "network", "GenerateBigQueryReaderPartitions": "network", "CloudBigtableClient": "network",
}

// isSavedModel recognises a SavedModel (saved_model.proto: schema version 1, then a
// MetaGraphDef).
func isSavedModel(head []byte, size int64) bool {
	if len(head) < 6 || head[0] != 0x08 || head[1] != 1 || head[2] != 0x12 {
		return false
	}
	p := &proto{cursor: newCursor(sliceReader(head), int64(len(head)))}
	p.pos = 2
	f := p.fieldOf(size)
	if f.number != 2 || p.pos >= int64(len(head)) {
		return false
	}
	// MetaGraphDef begins with meta_info_def or graph_def, and is most of the file.
	return (head[f.at] == 0x0a || head[f.at] == 0x12) && f.size > size/2 && f.size > 8
}

// isGraphDef recognises a frozen graph (graph.proto: GraphDef of NodeDef, each with a
// name and an operator).
func isGraphDef(head []byte, size int64) bool {
	p := &proto{cursor: newCursor(sliceReader(head), int64(len(head)))}
	f := p.fieldOf(size)
	if f.number != 1 || f.wire != wireBytes || f.at >= int64(len(head)) {
		return false
	}
	name := p.fieldOf(size)
	if name.number != 1 || name.wire != wireBytes || name.size == 0 || name.at+name.size >= int64(len(head)) {
		return false
	}
	p.pos = name.at + name.size
	op := p.fieldOf(size)
	if op.number != 2 || op.wire != wireBytes || op.size == 0 || op.size > 128 || op.at+op.size > int64(len(head)) {
		return false
	}
	for _, c := range head[op.at : op.at+op.size] {
		if !isNameByte(c) && c != '>' && c != '.' {
			return false
		}
	}
	return true
}

// readSavedModel walks a SavedModel: the nodes of each graph and of its function
// library.
func readSavedModel(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	return walkTensorflow(r, size, w, func(t *tensorflow) func(protoField) {
		return func(f protoField) {
			switch f.number { // saved_model.proto, message SavedModel
			case 2:
				t.in(f, t.metaGraph)
			}
		}
	})
}

// readGraphDef walks a frozen graph.
func readGraphDef(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	return walkTensorflow(r, size, w, func(t *tensorflow) func(protoField) {
		t.body = newBody("")
		return t.graph
	})
}

func walkTensorflow(r io.ReaderAt, size int64, w *sbom.Weights, visit func(*tensorflow) func(protoField)) (int64, error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	t := &tensorflow{proto: proto{cursor: newCursor(r, size), w: w}}
	t.message(0, size, visit(t))
	if t.body != nil {
		t.finish(t.body)
	}
	for i := range w.Operators {
		if w.Operators[i].Kind == "code" {
			w.Executable = sbom.Yes
		}
	}
	if t.err != nil {
		return -1, t.err
	}
	if t.nodes == 0 {
		return -1, faultf("malformed", 0, "no graph node was found")
	}
	setMetadata(w, "tensorflow.nodes", fmt.Sprint(t.nodes))
	w.CoversFile = sbom.Yes
	return size, nil
}

type tensorflow struct {
	proto
	nodes int
	body  *graphBody
}

// graphBody is one graph or one function: what is needed to tell where a file name
// that an operator is given comes from.
type graphBody struct {
	name   string
	consts map[string]bool
	merges []tfNode
}

func newBody(name string) *graphBody { return &graphBody{name: name, consts: map[string]bool{}} }

type tfNode struct {
	name, op string
	inputs   []string
	at       int64
}

func (t *tensorflow) metaGraph(f protoField) {
	switch f.number { // meta_graph.proto, message MetaGraphDef
	case 1:
		t.in(f, func(g protoField) {
			if g.number == 5 {
				setMetadata(t.w, "tensorflow.version", t.text(g, maxNameBytes))
			}
		})
	case 2:
		outer := t.body
		t.body = newBody("")
		t.in(f, t.graph)
		t.finish(t.body)
		t.body = outer
	}
}

func (t *tensorflow) graph(f protoField) {
	switch f.number { // graph.proto, message GraphDef
	case 1:
		t.node(f)
	case 2: // function.proto, message FunctionDefLibrary
		t.in(f, func(g protoField) {
			if g.number == 1 {
				outer := t.body
				t.body = newBody("")
				t.in(g, t.function)
				t.finish(t.body)
				t.body = outer
			}
		})
	}
}

func (t *tensorflow) function(f protoField) {
	switch f.number { // function.proto, message FunctionDef
	case 1:
		t.in(f, func(g protoField) {
			if g.number == 1 {
				t.body.name = t.text(g, maxNameBytes)
			}
		})
	case 3:
		t.node(f)
	}
}

// maxNodeInputs bounds the inputs kept of a node; MergeV2Checkpoints has two.
const maxNodeInputs = 8

func (t *tensorflow) node(f protoField) {
	n := tfNode{at: f.at}
	var stream string
	t.in(f, func(g protoField) {
		switch g.number { // node_def.proto, message NodeDef
		case 1:
			n.name = t.text(g, maxNameBytes)
		case 2:
			n.op = t.text(g, maxNameBytes)
		case 3:
			if len(n.inputs) < maxNodeInputs {
				n.inputs = append(n.inputs, t.text(g, maxNameBytes))
			}
		case 5:
			if n.op == "PrintV2" || n.op == "" {
				stream += t.outputStream(g)
			}
		}
	})
	t.nodes++
	switch kind := tensorflowOps[n.op]; {
	case n.op == "Const":
		t.body.consts[n.name] = true
	case n.op == "MergeV2Checkpoints":
		t.body.merges = append(t.body.merges, n)
	case n.op == "PrintV2" && strings.Contains(stream, "file://"):
		addOperator(t.w, n.op, "", "file", n.at)
	case kind != "":
		addOperator(t.w, n.op, "", kind, n.at)
	}
}

// outputStream is the attribute of PrintV2 that names a file when it is not stderr.
func (t *tensorflow) outputStream(f protoField) (value string) {
	key := ""
	t.in(f, func(g protoField) {
		switch g.number { // map entry of AttrValue
		case 1:
			key = t.text(g, maxNameBytes)
		case 2:
			t.in(g, func(v protoField) {
				if v.number == 2 { // attr_value.proto: s
					value = t.text(v, maxNameBytes)
				}
			})
		}
	})
	if key != "output_stream" {
		return ""
	}
	return value
}

// finish lists the MergeV2Checkpoints that are not the saver's. In every honest model
// its destination is what the caller passes: the argument file_prefix of a function
// (TensorFlow 2), a placeholder of the scope "save" (TensorFlow 1).
func (t *tensorflow) finish(b *graphBody) {
	for _, n := range b.merges {
		destination := ""
		if len(n.inputs) > 1 {
			destination, _, _ = strings.Cut(n.inputs[1], ":")
		}
		saver := b.name != "" && destination == "file_prefix" ||
			b.name == "" && strings.HasPrefix(n.name, "save") && strings.HasPrefix(destination, "save")
		if !saver || b.consts[destination] {
			addOperator(t.w, n.op, "", "file", n.at)
		}
	}
}
