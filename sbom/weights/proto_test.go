package weights

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// msg joins encoded fields into a message.
func msg(fields ...[]byte) []byte { return bytes.Join(fields, nil) }

func pbInt(n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(nil, n, protowire.VarintType), v)
}

func pbStr(n protowire.Number, s string) []byte { return pbMsg(n, []byte(s)) }

func pbMsg(n protowire.Number, b []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), b)
}

func onnxModel(graph ...[]byte) []byte {
	return msg(pbInt(1, 8), pbStr(2, "pytorch"), pbStr(3, "2.4"), pbMsg(7, msg(graph...)), pbMsg(8, pbInt(2, 17)))
}

func onnxNode(op, domain string, attributes ...[]byte) []byte {
	n := msg(pbStr(1, ""), pbStr(4, op), msg(attributes...))
	if domain != "" {
		n = msg(n, pbStr(7, domain))
	}
	return pbMsg(1, n)
}

// onnxAttr is an attribute of a node with one value.
func onnxAttr(number protowire.Number, value []byte) []byte {
	return pbMsg(5, msg(pbStr(1, "a"), pbMsg(number, value)))
}

func onnxTensor(name, location string) []byte {
	t := msg(pbInt(1, 2), pbInt(1, 3), pbInt(2, 1), pbStr(8, name))
	if location == "" {
		return msg(t, pbStr(9, "012345678901234567890123"))
	}
	return msg(t, pbMsg(13, msg(pbStr(1, "location"), pbStr(2, location))), pbMsg(13, msg(pbStr(1, "offset"), pbStr(2, "0"))), pbInt(14, 1))
}

func TestONNX(t *testing.T) {
	deep := onnxNode("Relu", "")
	for range 200 {
		deep = onnxNode("If", "", onnxAttr(6, deep))
	}
	cases := []struct {
		name       string
		file       []byte
		operators  string // name/domain/kind
		external   string // location/kind
		codes      string
		parameters int64
	}{
		{"plain", onnxModel(onnxNode("Conv", ""), onnxNode("Gelu", "com.microsoft"), pbMsg(5, onnxTensor("w", ""))), "", "", "", 6},
		{"external beside", onnxModel(onnxNode("Conv", ""), pbMsg(5, onnxTensor("w", "model.onnx_data"))), "", "model.onnx_data/relative", "", 6},
		{"external absolute", onnxModel(pbMsg(5, onnxTensor("w", "/etc/passwd"))), "", "/etc/passwd/absolute", "", 6},
		{"external parent", onnxModel(pbMsg(5, onnxTensor("w", "a/../../x"))), "", "a/../../x/parent", "", 6},
		{"external backslash", onnxModel(pbMsg(5, onnxTensor("w", `..\x`))), "", `..\x/parent`, "", 6},
		{"external drive", onnxModel(pbMsg(5, onnxTensor("w", `C:\x`))), "", `C:\x/absolute`, "", 6},
		{"external url", onnxModel(pbMsg(5, onnxTensor("w", "https://h/x"))), "", "https://h/x/url", "", 6},
		{"external in an attribute", onnxModel(onnxNode("Constant", "", onnxAttr(5, onnxTensor("w", "../x")))), "", "../x/parent", "", 0},
		{"external in a sparse tensor", onnxModel(pbMsg(15, pbMsg(1, onnxTensor("w", "../x")))), "", "../x/parent", "", 6},
		{"custom domain", onnxModel(onnxNode("Foo", "my.ops")), "Foo/my.ops/custom", "", "", 0},
		{"python", onnxModel(onnxNode("PyOp", "ai.onnx.contrib")), "PyOp/ai.onnx.contrib/code", "", "", 0},
		{"python in a subgraph", onnxModel(onnxNode("If", "", onnxAttr(6, onnxNode("PythonOp", "com.microsoft")))), "PythonOp/com.microsoft/code", "", "", 0},
		{"python in a list of graphs", onnxModel(onnxNode("X", "", onnxAttr(11, onnxNode("PyOp", "a")))), "PyOp/a/code", "", "", 0},
		{"python in a function", msg(onnxModel(onnxNode("F", "")), pbMsg(25, msg(pbStr(1, "F"), pbMsg(7, pbStr(4, "PyOp"))))), "PyOp//code", "", "", 0},
		{"python in training", msg(onnxModel(onnxNode("F", "")), pbMsg(20, pbMsg(2, onnxNode("PyOp", "")))), "PyOp//code", "", "", 0},
		{"no location", onnxModel(pbMsg(5, msg(pbInt(2, 1), pbMsg(13, pbStr(1, "offset"))))), "", "", "external_without_location", 1},
		{"too deep", onnxModel(deep), "", "", "!too_deep", 0},
		{"cut", onnxModel(onnxNode("Conv", ""))[:20], "", "", "!truncated", 0},
		{"no graph", pbInt(1, 8), "", "", "!malformed", 0},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w, fs := parse(t, readONNX, tc.file)
			if got := codes(w, fs); got != tc.codes {
				t.Errorf("codes %q, want %q: %v", got, tc.codes, fs)
			}
			if got := operators(w); got != tc.operators {
				t.Errorf("operators %q, want %q", got, tc.operators)
			}
			external := ""
			for _, e := range w.External {
				external += e.Location + "/" + e.Kind
			}
			if external != tc.external || w.Parameters != tc.parameters {
				t.Errorf("external %q, want %q; parameters %d, want %d", external, tc.external, w.Parameters, tc.parameters)
			}
		})
	}
	everyPrefix(t, readONNX, onnxModel(onnxNode("Conv", ""), pbMsg(5, onnxTensor("w", "")))[:40])
}

func operators(w sbom.Weights) string {
	out := ""
	for i, op := range w.Operators {
		if i > 0 {
			out += " "
		}
		out += op.Name
		if op.Domain != "" || op.Kind != "file" {
			out += "/" + op.Domain
		}
		out += "/" + op.Kind
	}
	return out
}

func tfNodeDef(name, op string, rest ...[]byte) []byte {
	return msg(pbStr(1, name), pbStr(2, op), msg(rest...))
}

func savedModel(nodes [][]byte, functions ...[]byte) []byte {
	var g []byte
	for _, n := range nodes {
		g = append(g, pbMsg(1, n)...)
	}
	var lib []byte
	for _, f := range functions {
		lib = append(lib, pbMsg(1, f)...)
	}
	return msg(pbInt(1, 1), pbMsg(2, msg(pbMsg(1, msg(pbStr(4, "serve"), pbStr(5, "2.15.0"))), pbMsg(2, msg(g, pbMsg(2, lib))))))
}

func tfFunction(name string, nodes ...[]byte) []byte {
	f := pbMsg(1, pbStr(1, name))
	for _, n := range nodes {
		f = append(f, pbMsg(3, n)...)
	}
	return f
}

func TestSavedModel(t *testing.T) {
	node := tfNodeDef
	input := func(s string) []byte { return pbStr(3, s) }
	saver := tfFunction("__inference__traced_save_12", node("SaveV2", "SaveV2"),
		node("MergeV2Checkpoints", "MergeV2Checkpoints", input("prefixes:output:0"), input("file_prefix")))
	stream := func(s string) []byte { return pbMsg(5, msg(pbStr(1, "output_stream"), pbMsg(2, pbStr(2, s)))) }
	cases := []struct {
		name string
		file []byte
		want string
	}{
		{"plain", savedModel([][]byte{node("x", "Placeholder"), node("y", "MatMul")}, saver), ""},
		{"python in the graph", savedModel([][]byte{node("x", "PyFunc")}), "PyFunc//code"},
		{"python in a function", savedModel([][]byte{node("x", "MatMul")}, tfFunction("f", node("p", "EagerPyFunc"))), "EagerPyFunc//code"},
		{"reads", savedModel([][]byte{node("x", "ReadFile")}), "ReadFile/file"},
		{"writes", savedModel([][]byte{node("x", "WriteFile")}, saver), "WriteFile/file"},
		{"maps memory", savedModel([][]byte{node("x", "ImmutableConst")}), "ImmutableConst/file"},
		{"merges elsewhere", savedModel([][]byte{node("x", "MatMul")}, tfFunction("__inference_call", node("c", "Const"),
			node("m", "MergeV2Checkpoints", input("p:output:0"), input("c:output:0")))), "MergeV2Checkpoints/file"},
		{"merges to a constant in the saver", savedModel([][]byte{node("x", "MatMul")}, tfFunction("__inference__traced_save_1", node("file_prefix", "Const"),
			node("m", "MergeV2Checkpoints", input("p:output:0"), input("file_prefix")))), "MergeV2Checkpoints/file"},
		{"prints to a file", savedModel([][]byte{node("x", "PrintV2", stream("file:///tmp/x"))}), "PrintV2/file"},
		{"prints", savedModel([][]byte{node("x", "PrintV2", stream("stderr"))}), ""},
		{"name of a node only", savedModel([][]byte{node("PyFunc", "MatMul")}), ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if !isSavedModel(tc.file, int64(len(tc.file))) {
				t.Error("not recognised")
			}
			w, fs := parse(t, readSavedModel, tc.file)
			if got := operators(w); got != tc.want || codes(w, fs) != "" {
				t.Errorf("operators %q, want %q; %v %v", got, tc.want, w.Oddities, fs)
			}
		})
	}
	frozen := msg(pbMsg(1, tfNodeDef("x", "Placeholder")), pbMsg(1, tfNodeDef("y", "PyFunc")))
	if w, _ := parse(t, readGraphDef, frozen); !isGraphDef(frozen, int64(len(frozen))) || operators(w) != "PyFunc//code" {
		t.Errorf("frozen graph: %q", operators(w))
	}
}

func TestProtoMagics(t *testing.T) {
	onnx, saved := onnxModel(onnxNode("Conv", "")), savedModel([][]byte{tfNodeDef("x", "MatMul")})
	if !isONNX(onnx, int64(len(onnx))) || isSavedModel(onnx, int64(len(onnx))) || isGraphDef(onnx, int64(len(onnx))) {
		t.Error("ONNX is not told apart")
	}
	if isONNX(saved, int64(len(saved))) || isGraphDef(saved, int64(len(saved))) {
		t.Error("SavedModel is not told apart")
	}
	for _, other := range []string{"", "\x80\x02}q\x00.", "PK\x03\x04", "GGUF\x03", "hello world", "\n\n\n\n", "{\n\n}"} {
		if b := []byte(other); isONNX(b, 1000) || isSavedModel(b, 1000) || isGraphDef(b, 1000) {
			t.Errorf("%q is recognised", other)
		}
	}
}

func FuzzProto(f *testing.F) {
	f.Add(onnxModel(onnxNode("If", "", onnxAttr(6, onnxNode("PyOp", "a"))), pbMsg(5, onnxTensor("w", "../x"))))
	f.Add(savedModel([][]byte{tfNodeDef("x", "PyFunc")}, tfFunction("f", tfNodeDef("p", "ReadFile"))))
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, read := range []reader{readONNX, readSavedModel, readGraphDef} {
			var w sbom.Weights
			if end, _ := read(bytes.NewReader(content), int64(len(content)), &w); end > int64(len(content)) {
				t.Errorf("end %d of %d bytes", end, len(content))
			}
		}
	})
}
