package weights

// onnxField is a field of a message of onnx.proto.
type onnxField struct {
	wire   int
	many   bool // repeated; of numbers also packed
	name   bool // a string that others refer to: UTF-8
	inside *onnxMessage
}

// onnxMessage is a message of onnx.proto (IR version 14) by its field numbers. Numbers
// that a version reserved and an older one used have a zero field.
type onnxMessage struct {
	name   string
	fields map[int]*onnxField
}

// newestONNX is the IR version whose fields are all known here: a later one may add some.
const newestONNX = 14

// onnxSchema is the ModelProto with everything in it.
func onnxSchema() *onnxMessage {
	number, numbers := &onnxField{wire: wireVarint}, &onnxField{wire: wireVarint, many: true}
	text, texts := &onnxField{wire: wireBytes}, &onnxField{wire: wireBytes, many: true}
	name, names := &onnxField{wire: wireBytes, name: true}, &onnxField{wire: wireBytes, name: true, many: true}
	one := func(m *onnxMessage) *onnxField { return &onnxField{wire: wireBytes, inside: m} }
	list := func(m *onnxMessage) *onnxField { return &onnxField{wire: wireBytes, inside: m, many: true} }
	message := func(name string, fields map[int]*onnxField) *onnxMessage { return &onnxMessage{name, fields} }
	old := &onnxField{wire: -1}

	entry := message("StringStringEntryProto", map[int]*onnxField{1: text, 2: text})
	entries := list(entry)
	segment := message("Segment", map[int]*onnxField{1: number, 2: number})
	tensor := message("TensorProto", map[int]*onnxField{
		1: numbers, 2: number, 3: one(segment), 4: {wire: wire32, many: true}, 5: numbers, 6: texts, 7: numbers, 8: text, 9: text,
		10: {wire: wire64, many: true}, 11: numbers, 12: text, 13: entries, 14: number, 15: old, 16: entries,
	})
	sparse := message("SparseTensorProto", map[int]*onnxField{1: one(tensor), 2: one(tensor), 3: numbers})
	dim := message("Dimension", map[int]*onnxField{1: number, 2: text, 3: text})
	shape := message("TensorShapeProto", map[int]*onnxField{1: list(dim)})
	typed := message("TypeProto", nil)
	elem := message("TypeProto.Tensor", map[int]*onnxField{1: number, 2: one(shape)})
	sequence := message("TypeProto.Sequence", map[int]*onnxField{1: one(typed)})
	typed.fields = map[int]*onnxField{
		1: one(elem), 4: one(sequence), 5: one(message("TypeProto.Map", map[int]*onnxField{1: number, 2: one(typed)})), 6: text,
		7: one(message("TypeProto.Opaque", map[int]*onnxField{1: text, 2: text, 3: old})), 8: one(elem), 9: one(sequence),
	}
	value := message("ValueInfoProto", map[int]*onnxField{1: text, 2: one(typed), 3: text, 4: entries})
	graph := message("GraphProto", nil)
	attribute := message("AttributeProto", map[int]*onnxField{
		1: name, 2: {wire: wire32}, 3: number, 4: text, 5: one(tensor), 6: one(graph), 7: {wire: wire32, many: true}, 8: numbers, 9: texts,
		10: list(tensor), 11: list(graph), 12: old, 13: text, 14: one(typed), 15: list(typed), 20: number, 21: text, 22: one(sparse), 23: list(sparse),
	})
	dimension := message("SimpleShardedDimProto", map[int]*onnxField{1: number, 2: text, 3: number})
	sharding := message("ShardingSpecProto", map[int]*onnxField{
		1: text, 2: numbers, 3: list(message("IntIntListEntryProto", map[int]*onnxField{1: number, 2: numbers})),
		4: list(message("ShardedDimProto", map[int]*onnxField{1: number, 2: list(dimension)})),
	})
	device := message("NodeDeviceConfigurationProto", map[int]*onnxField{1: text, 2: list(sharding), 3: number})
	node := message("NodeProto", map[int]*onnxField{1: texts, 2: texts, 3: text, 4: name, 5: list(attribute), 6: text, 7: name, 8: text, 9: entries, 10: list(device)})
	graph.fields = map[int]*onnxField{
		1: list(node), 2: text, 3: old, 4: old, 5: list(tensor), 6: old, 7: old, 8: old, 9: old, 10: text, 11: list(value), 12: list(value), 13: list(value),
		14: list(message("TensorAnnotation", map[int]*onnxField{1: text, 2: entries})), 15: list(sparse), 16: entries,
	}
	opset := list(message("OperatorSetIdProto", map[int]*onnxField{1: name, 2: number}))
	function := message("FunctionProto", map[int]*onnxField{
		1: name, 2: old, 3: old, 4: texts, 5: texts, 6: texts, 7: list(node), 8: text, 9: opset, 10: name, 11: list(attribute), 12: list(value), 13: text, 14: entries,
	})
	training := message("TrainingInfoProto", map[int]*onnxField{1: one(graph), 2: one(graph), 3: entries, 4: entries})
	configuration := message("DeviceConfigurationProto", map[int]*onnxField{1: text, 2: number, 3: names})
	return message("ModelProto", map[int]*onnxField{
		1: number, 2: text, 3: text, 4: text, 5: number, 6: text, 7: one(graph), 8: opset, 14: entries, 20: list(training), 25: list(function), 26: list(configuration),
	})
}
