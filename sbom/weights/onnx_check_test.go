package weights

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// onnxGood is a model with what the check looks at: a graph inside of a node that uses a
// value of the graph around it, a function, tensors in each kind of field.
func onnxGood(more ...[]byte) []byte {
	floats := func(n int) []byte { return pbMsg(4, make([]byte, 4*n)) }
	tensor := func(name string, dtype, dim uint64, data ...[]byte) []byte {
		return pbMsg(5, msg(pbInt(1, dim), pbInt(2, dtype), pbStr(8, name), msg(data...)))
	}
	value := func(field protowire.Number, name string) []byte {
		return pbMsg(field, msg(pbStr(1, name), pbMsg(2, pbMsg(1, msg(pbInt(1, 1), pbMsg(2, pbMsg(1, pbInt(1, 3))))))))
	}
	inner := msg(pbMsg(1, msg(pbStr(1, "x"), pbStr(2, "i"), pbStr(4, "Relu"))), value(12, "i"))
	graph := msg(
		pbMsg(1, msg(pbStr(1, "c"), pbStr(2, "y"), pbStr(4, "If"), pbMsg(5, msg(pbStr(1, "then_branch"), pbMsg(6, inner), pbInt(20, 5))))),
		pbMsg(1, msg(pbStr(1, "y"), pbStr(1, ""), pbStr(1, "w"), pbStr(2, "z"), pbStr(4, "Conv"), pbMsg(5, msg(pbStr(1, "pads"), pbInt(8, 1), pbInt(8, 1), pbInt(20, 7))))),
		pbStr(2, "g"),
		tensor("w", 1, 3, floats(3)), tensor("h", 10, 2, pbMsg(5, []byte{1, 0x80, 2})), tensor("q", 22, 3, pbMsg(5, []byte{1, 2})),
		tensor("c", 9, 1, pbInt(5, 1)), tensor("s", 8, 1, pbStr(6, "text")), tensor("e", 7, 0),
		value(11, "x"), value(12, "z"), msg(more...))
	function := pbMsg(25, msg(pbStr(1, "F"), pbStr(4, "a"), pbStr(5, "b"), pbMsg(7, msg(pbStr(1, "a"), pbStr(2, "b"), pbStr(4, "Abs")))))
	return msg(pbInt(1, 8), pbStr(2, "pytorch"), pbMsg(7, graph), pbMsg(8, pbInt(2, 17)), function)
}

func TestONNXCheck(t *testing.T) {
	for name, good := range map[string][]byte{
		"whole": onnxGood(), "later version": msg(pbInt(1, 99), onnxGood()[2:], pbInt(29, 1)), "reserved field": onnxGood(pbInt(3, 1)),
	} {
		if _, fs := parse(t, readONNX, good); len(fs) > 0 {
			t.Errorf("%s: %v", name, fs)
		}
	}
	node := func(fields ...[]byte) []byte { return onnxGood(pbMsg(1, msg(fields...))) }
	tensor := func(fields ...[]byte) []byte { return onnxGood(pbMsg(5, msg(fields...))) }
	for _, tc := range []struct {
		name string
		file []byte
		want string
	}{
		{"field that is none", onnxGood(pbInt(29, 1)), "field 29 is none of GraphProto"},
		{"wire type", onnxGood(pbInt(2, 1)), "field 2 of GraphProto has wire type 0"},
		{"graph twice", msg(onnxGood(), onnxGood()), "is there twice"},
		{"no version", onnxGood()[2:], "no ir_version"},
		{"operator set", msg(onnxGood(), pbMsg(8, pbStr(1, "ai.onnx"))), "an operator set has no version"},
		{"no operator", node(pbStr(1, "x"), pbStr(2, "n")), "a node has no op_type"},
		{"name of an operator", node(pbStr(4, "Re\x01u")), "field 4 of NodeProto is no name"},
		{"value that nothing makes", node(pbStr(1, "nothing"), pbStr(2, "n"), pbStr(4, "Abs")), "nothing makes the value"},
		{"output that nothing makes", onnxGood(pbMsg(12, pbStr(1, "nothing"))), "nothing makes the value"},
		{"value that is made twice", node(pbStr(1, "x"), pbStr(2, "y"), pbStr(4, "Abs")), "a value is made twice"},
		{"output of a function", msg(onnxGood(), pbMsg(25, msg(pbStr(1, "G"), pbStr(5, "b")))), "nothing makes the value"},
		{"value inside that nothing makes", node(pbStr(2, "n"), pbStr(4, "If"), pbMsg(5, msg(pbStr(1, "g"), pbMsg(6, pbMsg(12, pbStr(1, "nothing"))), pbInt(20, 5)))), "nothing makes the value"},
		{"attribute without a name", node(pbStr(4, "A"), pbMsg(5, msg(pbInt(3, 1), pbInt(20, 2)))), "an attribute has no name"},
		{"attribute of another type", node(pbStr(4, "A"), pbMsg(5, msg(pbStr(1, "a"), pbInt(3, 1), pbInt(20, 1)))), "an attribute of type 1 has field 3"},
		{"attribute of no type", node(pbStr(4, "A"), pbMsg(5, msg(pbStr(1, "a"), pbInt(20, 33)))), "attribute type 33"},
		{"tensor of no type", tensor(pbInt(2, 77)), "tensor type 77"},
		{"negative dimension", tensor(pbInt(1, 1<<64-2), pbInt(2, 1)), "a dimension of -2"},
		{"overflow", tensor(pbInt(1, 1<<62), pbInt(1, 8), pbInt(2, 1)), "too many elements"},
		{"too few values", tensor(pbInt(1, 2), pbInt(2, 1), pbMsg(4, make([]byte, 4))), "has 1 values in field 4, its shape needs 2"},
		{"no values", tensor(pbInt(1, 2), pbInt(2, 7)), "has 0 values in field 7, its shape needs 2"},
		{"values of another type", tensor(pbInt(1, 1), pbInt(2, 7), pbMsg(4, make([]byte, 4))), "has 0 values in field 7"},
		{"two fields with values", tensor(pbInt(1, 1), pbInt(2, 1), pbMsg(4, make([]byte, 4)), pbMsg(9, make([]byte, 4))), "a tensor of type 1"},
		{"part of a value", tensor(pbInt(1, 1), pbInt(2, 1), pbMsg(4, make([]byte, 3))), "field 4 of TensorProto has 3 bytes"},
		{"elsewhere without a place", tensor(pbInt(1, 1), pbInt(2, 1), pbInt(14, 1)), "no external_data"},
		{"element type", onnxGood(pbMsg(11, msg(pbStr(1, "v"), pbMsg(2, pbMsg(1, pbInt(1, 55)))))), "element type 55"},
		{"two types", onnxGood(pbMsg(11, msg(pbStr(1, "v"), pbMsg(2, msg(pbMsg(1, pbInt(1, 1)), pbMsg(4, nil)))))), "a value has 2 types"},
		{"dimension of two", onnxGood(pbMsg(11, msg(pbStr(1, "v"), pbMsg(2, pbMsg(1, pbMsg(2, pbMsg(1, msg(pbInt(1, 3), pbStr(2, "n"))))))))), "a dimension has a value and a name"},
	} {
		if _, fs := parse(t, readONNX, tc.file); len(fs) == 0 || !strings.Contains(fs[0].reason, tc.want) || !strings.Contains(fs[0].reason, "at offset") {
			t.Errorf("%s: %v, want %q", tc.name, fs, tc.want)
		}
	}
}
