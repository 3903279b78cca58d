package weights

import (
	"fmt"
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxONNXIR is the highest ir_version we take for one; 13 is the newest (onnx.proto,
	// enum Version).
	maxONNXIR = 40
	// maxOperators bounds the operators listed of one file, maxExternal its references.
	maxOperators = 256
	maxExternal  = 256
)

// onnxTypes follows TensorProto.DataType (onnx.proto).
var onnxTypes = map[uint64]string{
	1: "FLOAT", 2: "UINT8", 3: "INT8", 4: "UINT16", 5: "INT16", 6: "INT32", 7: "INT64", 8: "STRING", 9: "BOOL", 10: "FLOAT16",
	11: "DOUBLE", 12: "UINT32", 13: "UINT64", 14: "COMPLEX64", 15: "COMPLEX128", 16: "BFLOAT16", 17: "FLOAT8E4M3FN",
	18: "FLOAT8E4M3FNUZ", 19: "FLOAT8E5M2", 20: "FLOAT8E5M2FNUZ", 21: "UINT4", 22: "INT4", 23: "FLOAT4E2M1",
	24: "FLOAT8E8M0", 25: "UINT2", 26: "INT2",
}

// onnxDomains are the operator domains that come with ONNX and ONNX Runtime.
var onnxDomains = map[string]bool{
	"": true, "ai.onnx": true, "ai.onnx.ml": true, "ai.onnx.training": true, "ai.onnx.preview": true, "ai.onnx.preview.training": true,
	"com.microsoft": true, "com.microsoft.nchwc": true, "com.microsoft.experimental": true, "com.ms.internal.nhwc": true,
	"com.microsoft.dml": true, "com.microsoft.mlfeaturizers": true,
}

// onnxPython are operators that call Python: onnxruntime-extensions (PyOp) and ONNX
// Runtime training (PythonOp).
var onnxPython = map[string]bool{
	"PyOp": true, "PyCustomOp": true, "PyCustomOpDef": true, "PyFunc": true, "PythonOp": true, "PythonOpGrad": true, "PythonFunction": true,
}

// isONNX recognises a ModelProto by its fields (onnx.proto, message ModelProto): an
// ir_version and a graph, and nothing that the message does not have.
func isONNX(head []byte, size int64) bool {
	p := &proto{cursor: newCursor(sliceReader(head), int64(len(head)))}
	version, graph := false, false
	for p.more() && !graph {
		f := p.fieldOf(size)
		if f.number == 0 {
			return false
		}
		want, known := onnxModelFields[f.number]
		if !known || want != f.wire {
			return false
		}
		switch f.number {
		case 1:
			version = f.value >= 1 && f.value <= maxONNXIR
		case 2, 3, 4:
			if f.size > 256 {
				return false // producer and domain are short
			}
		case 7, 8:
			graph = true
		}
		p.pos = f.at + f.size
	}
	return version && graph
}

var onnxModelFields = map[int]int{
	1: wireVarint, 2: wireBytes, 3: wireBytes, 4: wireBytes, 5: wireVarint, 6: wireBytes, 7: wireBytes, 8: wireBytes,
	14: wireBytes, 20: wireBytes, 25: wireBytes, 26: wireBytes,
}

// fieldOf reads a field of which only the head of a file of the given size is there.
// Number is 0 when there is none.
func (p *proto) fieldOf(size int64) protoField {
	key := p.varint()
	f := protoField{number: int(key >> 3), wire: int(key & 7)}
	switch f.wire {
	case wireVarint:
		f.value = p.varint()
	case wireBytes:
		n := p.varint()
		if n > uint64(size) {
			return protoField{}
		}
		f.size = int64(n)
	default:
		return protoField{}
	}
	if p.err != nil || p.pos+f.size > size {
		return protoField{}
	}
	f.at = p.pos
	return f
}

// sliceReader is an io.ReaderAt over bytes.
type sliceReader []byte

func (s sliceReader) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off >= int64(len(s)) {
		return 0, io.EOF
	}
	n := copy(b, s[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// readONNX walks a ModelProto: operators of foreign domains, Python operators and the
// places of external tensor data, in the graph, its subgraphs and its functions.
func readONNX(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	o := &onnx{proto: proto{cursor: newCursor(r, size), w: w}, external: map[string]bool{}}
	o.message(0, size, o.model)
	if o.err != nil {
		return -1, o.err
	}
	switch {
	case !o.graphs:
		return -1, faultf("malformed", 0, "ModelProto has no graph")
	case !o.opsets && o.version >= 3: // "MUST be specified" since IR version 3
		return -1, faultf("truncated", size, "ModelProto imports no operator set")
	}
	if err := checkONNX(r, size); err != nil {
		return -1, err
	}
	w.CoversFile = sbom.Yes
	return size, nil
}

type onnx struct {
	proto
	graphs   bool
	opsets   bool
	version  uint64
	external map[string]bool
}

func (o *onnx) model(f protoField) {
	switch f.number { // onnx.proto, message ModelProto
	case 1:
		o.version = f.value
		setMetadata(o.w, "onnx.ir_version", fmt.Sprint(f.value))
	case 2:
		setMetadata(o.w, "onnx.producer_name", o.text(f, maxNameBytes))
	case 3:
		setMetadata(o.w, "onnx.producer_version", o.text(f, maxNameBytes))
	case 7:
		o.graphs = true
		o.in(f, o.graph)
	case 8:
		o.opsets = true
		o.in(f, func(g protoField) {
			if g.number == 1 {
				if d := o.text(g, maxNameBytes); d != "" {
					setMetadata(o.w, "onnx.opset."+d, "imported")
				}
			}
		})
	case 14:
		key, value := o.pair(f)
		setMetadata(o.w, key, value)
		if strings.EqualFold(key, "license") {
			o.w.License = clip(value, maxNameBytes)
		}
	case 20: // TrainingInfoProto: initialization, algorithm
		o.in(f, func(g protoField) {
			if g.number == 1 || g.number == 2 {
				o.in(g, o.graph)
			}
		})
	case 25:
		o.in(f, o.function)
	}
}

func (o *onnx) graph(f protoField) {
	switch f.number { // message GraphProto
	case 1:
		o.node(f)
	case 5:
		o.tensor(f, true)
	case 15: // SparseTensorProto: values, indices
		o.sparse(f)
	}
}

func (o *onnx) sparse(f protoField) {
	o.in(f, func(g protoField) {
		if g.number == 1 || g.number == 2 {
			o.tensor(g, g.number == 1)
		}
	})
}

func (o *onnx) function(f protoField) {
	switch f.number { // message FunctionProto
	case 7:
		o.node(f)
	case 11:
		o.in(f, o.attribute)
	}
}

func (o *onnx) node(f protoField) {
	var op, domain string
	o.in(f, func(g protoField) {
		switch g.number { // message NodeProto
		case 4:
			op = o.text(g, maxNameBytes)
		case 5:
			o.in(g, o.attribute)
		case 7:
			domain = o.text(g, maxNameBytes)
		}
	})
	switch {
	case onnxPython[op]:
		addOperator(o.w, op, domain, "code", f.at)
	case !onnxDomains[domain]:
		addOperator(o.w, op, domain, "custom", f.at)
	}
}

func (o *onnx) attribute(f protoField) {
	switch f.number { // message AttributeProto: t, g, tensors, graphs, sparse_tensor(s)
	case 5, 10:
		o.tensor(f, false)
	case 6, 11:
		o.in(f, o.graph)
	case 22, 23:
		o.sparse(f)
	}
}

func (o *onnx) tensor(f protoField, list bool) {
	var name, location string
	var dtype uint64
	var shape []int64
	hasExternal, raw := false, int64(-1)
	o.in(f, func(g protoField) {
		switch g.number { // message TensorProto
		case 9:
			raw = g.size
		case 1:
			shape = o.ints(shape, g)
		case 2:
			dtype = g.value
		case 8:
			name = o.text(g, maxNameBytes)
		case 13: // external_data: "location" is a path relative to the model
			hasExternal = true
			if key, value := o.pair(g); key == "location" {
				location = value
				o.refer(location)
			}
		}
	})
	if hasExternal && location == "" && o.err == nil {
		odd(o.w, "external_without_location", f.at, "tensor %q has external data and no location", name)
	}
	o.covered(name, dtype, shape, raw, f.at)
	if list && o.err == nil {
		kind, ok := onnxTypes[dtype]
		if !ok {
			kind = fmt.Sprintf("type %d", dtype)
		}
		addTensor(o.w, name, kind, shape)
	}
}

// onnxBits is the size of an element in raw_data (TensorProto.DataType), packed for the
// types of four bits.
var onnxBits = map[uint64]int64{
	1: 32, 2: 8, 3: 8, 4: 16, 5: 16, 6: 32, 7: 64, 9: 8, 10: 16, 11: 64, 12: 32, 13: 64, 14: 64, 15: 128, 16: 16,
	17: 8, 18: 8, 19: 8, 20: 8, 21: 4, 22: 4, 23: 4, 24: 8, 25: 2, 26: 2,
}

// covered compares the data of a tensor with what its shape and type need.
func (o *onnx) covered(name string, dtype uint64, shape []int64, raw, at int64) {
	width, known := onnxBits[dtype]
	if o.err != nil || raw < 0 || !known || len(shape) >= maxRank {
		return
	}
	n, ok := elements(shape)
	if ok {
		n, ok = mulSat(n, width)
	}
	if !ok || (n+7)/8 != raw {
		o.fail("malformed", "tensor %s at offset %d has %d bytes of data, its shape and type need %d", clip(name, 80), at, raw, (n+7)/8)
	}
}

func (o *onnx) refer(location string) {
	if o.external[location] {
		return
	}
	o.external[location] = true
	addExternal(o.w, location)
}

// addOperator lists an operator; the same operator is listed once, at its first place.
func addOperator(w *sbom.Weights, name, domain, kind string, offset int64) {
	for i := range w.Operators {
		if op := &w.Operators[i]; op.Name == name && op.Domain == domain && op.Kind == kind {
			return
		}
	}
	if len(w.Operators) < maxOperators {
		w.Operators = append(w.Operators, sbom.Operator{Name: clip(name, maxNameBytes), Domain: clip(domain, maxNameBytes), Kind: kind, Offset: offset})
	}
}

func addExternal(w *sbom.Weights, location string) {
	if len(w.External) < maxExternal {
		w.External = append(w.External, sbom.External{Location: clip(location, maxNameBytes), Kind: locationKind(location), Exists: sbom.Unresolved})
	}
}
