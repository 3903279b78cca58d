package weights

import (
	"bytes"
	"hash/fnv"
	"io"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// checkONNX holds a ModelProto to onnx.proto and to what onnx/checker.cc and ONNX Runtime
// need of it: fields that the message has, of their type and as often as it may have
// them; tensors with the values their shape needs; attributes with the value their type
// says; and for each value that a node or a graph uses something that makes it.
func checkONNX(r io.ReaderAt, size int64) error {
	c := &onnxCheck{proto: proto{cursor: newCursor(r, size)}}
	c.visit(onnxSchema(), protoField{wire: wireBytes, size: size}, nil)
	return c.err
}

type onnxCheck struct {
	proto
	version uint64
	names   int
}

// onnxSeen is what a message has had so far.
type onnxSeen struct {
	what   *onnxMessage
	at     int64
	fields uint64 // by number
	value  [32]uint64
	counts [24]int64 // of values, by number; for raw data its bytes
	shape  []int64
	scope  *onnxScope
}

func (s *onnxSeen) has(number int) bool { return s.fields>>number&1 == 1 }

// onnxScope is the values of a graph or a function.
type onnxScope struct {
	made  map[uint64]bool
	needs map[uint64]int64 // where each was used first
	loose bool             // a training graph, which uses those of another
}

const (
	// maxONNXNames bounds the names of values that are remembered: 40 bytes each.
	maxONNXNames = 1 << 20
	// maxONNXName bounds one.
	maxONNXName = 1 << 16
)

// visit walks a message of the schema.
func (c *onnxCheck) visit(m *onnxMessage, f protoField, scope *onnxScope) {
	seen := &onnxSeen{what: m, at: f.at, scope: scope}
	switch m.name {
	case "GraphProto", "FunctionProto":
		seen.scope = &onnxScope{made: map[uint64]bool{}, needs: map[uint64]int64{}}
	case "TrainingInfoProto":
		seen.scope = &onnxScope{loose: true}
	}
	c.message(f.at, f.size, func(g protoField) { c.field(seen, g) })
	if c.err == nil {
		c.done(seen, scope)
	}
}

// field checks one field of a message.
func (c *onnxCheck) field(s *onnxSeen, g protoField) {
	field := s.what.fields[g.number]
	switch {
	case field == nil && c.version > newestONNX || field != nil && field.wire < 0:
		return
	case field == nil:
		c.fault(g.at, "field %d is none of %s", g.number, s.what.name)
	case g.wire != field.wire && !(field.many && field.wire != wireBytes && g.wire == wireBytes):
		c.fault(g.at, "field %d of %s has wire type %d", g.number, s.what.name, g.wire)
	case !field.many && s.has(g.number):
		c.fault(g.at, "field %d of %s is there twice", g.number, s.what.name)
	}
	if c.err != nil {
		return
	}
	s.fields |= 1 << g.number
	if g.number < len(s.value) {
		s.value[g.number] = g.value
	}
	if s.what.name == "ModelProto" && g.number == 1 {
		c.version = g.value
	}
	switch {
	case field.inside != nil:
		c.visit(field.inside, g, s.scope)
	case field.wire != wireBytes:
		c.count(s, field, g)
	case field.name && g.size <= maxONNXName:
		c.pos = g.at
		b := c.bytes(g.size, g.size)
		if !utf8.Valid(b) || bytes.ContainsFunc(b, unicode.IsControl) {
			c.fault(g.at, "field %d of %s is no name", g.number, s.what.name)
		}
	case s.what.name == "TensorProto" && g.number < len(s.counts):
		s.counts[g.number]++
		if g.number == 9 {
			s.counts[9] = g.size
		}
	}
	c.named(s, g)
}

func (c *onnxCheck) fault(at int64, format string, args ...any) {
	if c.err == nil {
		c.pos = at
		c.fail("malformed", "ONNX: "+format+" at offset %d", append(args, at)...)
	}
}

// count counts the numbers of a repeated field, which may be packed.
func (c *onnxCheck) count(s *onnxSeen, field *onnxField, g protoField) {
	if g.number >= len(s.counts) {
		return
	}
	switch width := map[int]int64{wire32: 4, wire64: 8}[field.wire]; {
	case g.wire != wireBytes:
		s.counts[g.number]++
	case width > 0:
		if g.size%width != 0 {
			c.fault(g.at, "field %d of %s has %d bytes", g.number, s.what.name, g.size)
		}
		s.counts[g.number] += g.size / width
	default:
		outer := c.end
		c.pos, c.end = g.at, g.at+g.size
		for c.more() {
			v := c.varint()
			s.counts[g.number]++
			if s.what.name == "TensorProto" && g.number == 1 && len(s.shape) <= maxRank {
				s.shape = append(s.shape, int64(v))
			}
		}
		c.end = outer
	}
	if g.wire == wireVarint && s.what.name == "TensorProto" && g.number == 1 && len(s.shape) <= maxRank {
		s.shape = append(s.shape, int64(g.value))
	}
}

// named notes what makes and what uses a value.
func (c *onnxCheck) named(s *onnxSeen, g protoField) {
	scope := s.scope
	if scope == nil || scope.loose || c.err != nil {
		return
	}
	switch s.what.name {
	case "NodeProto":
		switch g.number {
		case 1:
			c.use(scope, g)
		case 2:
			c.make(scope, g, true)
		}
	case "FunctionProto":
		switch g.number {
		case 4:
			c.make(scope, g, false)
		case 5:
			c.use(scope, g)
		}
	case "GraphProto":
		c.namedIn(scope, g)
	}
}

// namedIn notes the values of a graph: its inputs, initializers and outputs.
func (c *onnxCheck) namedIn(scope *onnxScope, g protoField) {
	name := map[int]int{5: 8, 11: 1, 12: 1}[g.number] // number of the field with the name
	switch {
	case g.number == 15: // SparseTensorProto: the name is that of its values
		c.in(g, func(h protoField) {
			if h.number == 1 {
				c.in(h, func(i protoField) {
					if i.number == 8 {
						c.make(scope, i, false)
					}
				})
			}
		})
	case name != 0:
		c.in(g, func(h protoField) {
			switch {
			case h.number != name:
			case g.number == 12:
				c.use(scope, h)
			default:
				c.make(scope, h, false)
			}
		})
	}
}

// hash is what remembers a name; 0 for the empty one, which stands for none.
func (c *onnxCheck) hash(g protoField) uint64 {
	if g.size == 0 || g.size > maxONNXName || g.wire != wireBytes {
		return 0
	}
	c.pos = g.at
	h := fnv.New64a()
	h.Write(c.bytes(g.size, g.size))
	return h.Sum64() | 1
}

func (c *onnxCheck) make(scope *onnxScope, g protoField, once bool) {
	h := c.hash(g)
	if h == 0 || c.names >= maxONNXNames {
		return
	}
	if once && scope.made[h] {
		c.fault(g.at, "a value is made twice")
	}
	c.names++
	scope.made[h] = true
}

func (c *onnxCheck) use(scope *onnxScope, g protoField) {
	h := c.hash(g)
	if _, noted := scope.needs[h]; h != 0 && !noted && c.names < maxONNXNames {
		c.names++
		scope.needs[h] = g.at
	}
}

// done checks a message as a whole.
func (c *onnxCheck) done(s *onnxSeen, outer *onnxScope) {
	switch s.what.name {
	case "ModelProto":
		if c.version == 0 {
			c.fault(s.at, "ModelProto has no ir_version")
		}
	case "OperatorSetIdProto":
		if s.value[2] == 0 {
			c.fault(s.at, "an operator set has no version")
		}
	case "NodeProto":
		if !s.has(4) {
			c.fault(s.at, "a node has no op_type")
		}
	case "Dimension":
		if s.has(1) && s.has(2) {
			c.fault(s.at, "a dimension has a value and a name")
		}
	case "TypeProto":
		if n := bits.OnesCount64(s.fields & (1<<1 | 1<<4 | 1<<5 | 1<<7 | 1<<8 | 1<<9)); n > 1 {
			c.fault(s.at, "a value has %d types", n)
		}
	case "TypeProto.Tensor":
		if s.value[1] > 26 && c.version <= newestONNX {
			c.fault(s.at, "element type %d is none", s.value[1])
		}
	case "AttributeProto":
		c.attribute(s)
	case "TensorProto":
		c.tensorValues(s)
	case "GraphProto", "FunctionProto":
		c.resolve(s, outer)
	}
}

// resolve looks for what makes the values that a graph uses. Those of a graph inside of a
// node may come from the graph around it.
func (c *onnxCheck) resolve(s *onnxSeen, outer *onnxScope) {
	if c.names >= maxONNXNames || outer != nil && outer.loose {
		return
	}
	first := int64(-1)
	for h, at := range s.scope.needs {
		if s.scope.made[h] {
			continue
		}
		if outer == nil {
			if first < 0 || at < first {
				first = at
			}
		} else if _, noted := outer.needs[h]; !noted {
			outer.needs[h] = at
		}
	}
	if first >= 0 {
		c.fault(first, "nothing makes the value whose name stands")
	}
}

// onnxValue is the field with the value of an attribute, by AttributeType.
var onnxValue = map[uint64]int{1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 7, 7: 8, 8: 9, 9: 10, 10: 11, 11: 22, 12: 23, 13: 14, 14: 15}

func (c *onnxCheck) attribute(s *onnxSeen) {
	if !s.has(1) {
		c.fault(s.at, "an attribute has no name")
	}
	if !s.has(20) || s.value[20] == 0 {
		return // before IR version 2, the default of a function
	}
	want, known := onnxValue[s.value[20]]
	if !known && c.version <= newestONNX {
		c.fault(s.at, "attribute type %d is none", s.value[20])
	}
	for _, number := range onnxValue {
		if number != want && s.has(number) && known {
			c.fault(s.at, "an attribute of type %d has field %d", s.value[20], number)
		}
	}
}

// onnxData is the field that holds the values of a type when raw_data does not, and how
// many numbers of it an element takes, or elements a number when negative.
var onnxData = map[uint64][2]int64{
	1: {4, 1}, 2: {5, 1}, 3: {5, 1}, 4: {5, 1}, 5: {5, 1}, 6: {5, 1}, 7: {7, 1}, 8: {6, 1}, 9: {5, 1}, 10: {5, 1}, 11: {10, 1}, 12: {11, 1}, 13: {11, 1},
	14: {4, 2}, 15: {10, 2}, 16: {5, 1}, 17: {5, 1}, 18: {5, 1}, 19: {5, 1}, 20: {5, 1}, 21: {5, -2}, 22: {5, -2}, 23: {5, -2}, 24: {5, 1}, 25: {5, -4}, 26: {5, -4},
}

// tensorValues holds a tensor to the values its type and shape need (check_tensor); what
// raw_data needs has been compared by the reader.
func (c *onnxCheck) tensorValues(s *onnxSeen) {
	dtype := s.value[2]
	data, known := onnxData[dtype]
	if !known {
		if c.version <= newestONNX {
			c.fault(s.at, "tensor type %d is none", dtype)
		}
		return
	}
	for _, d := range s.shape {
		if d < 0 {
			c.fault(s.at, "a tensor has a dimension of %d", d)
			return
		}
	}
	n, ok := elements(s.shape)
	if !ok || len(s.shape) > maxRank {
		c.fault(s.at, "a tensor has too many elements")
		return
	}
	external := s.value[14] == 1 || s.has(13)
	if s.value[14] > 1 || s.value[14] == 1 && !s.has(13) {
		c.fault(s.at, "a tensor has data_location %d and no external_data", s.value[14])
	}
	filled := int64(0)
	for _, number := range []int64{4, 5, 6, 7, 9, 10, 11} {
		if s.counts[number] > 0 {
			filled++
		}
	}
	switch per := data[1]; {
	case per > 0:
		n, _ = mulSat(n, per)
	default:
		n = (n - per - 1) / -per
	}
	have := s.counts[data[0]]
	switch {
	case external || s.has(3): // a segment has a part of the values
	case s.counts[9] > 0 && filled == 1:
	case filled > 1 || have != n:
		c.fault(s.at, "a tensor of type %d has %d values in field %d, its shape needs %d", dtype, have, data[0], n)
	}
}
