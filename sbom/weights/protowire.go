package weights

import "github.com/mlpolicy/mlpolicy/sbom"

// Wire types (Protocol Buffers, "Encoding").
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wireStart  = 3 // groups: their fields are read as fields of the message around them
	wireEnd    = 4
	wire32     = 5
)

// maxProtoDepth bounds nested messages. protobuf itself stops at 100.
const maxProtoDepth = 100

// protoField is one field of a message. A field of wire type wireBytes has its content
// in [at, at+size) of the file; nothing of it has been read.
type protoField struct {
	number int
	wire   int
	value  uint64 // varint, 32 and 64 bit fields
	at     int64
	size   int64
}

// proto walks protocol buffers in place. It knows no schema and holds no message.
type proto struct {
	*cursor
	w     *sbom.Weights
	depth int
}

func (p *proto) varint() uint64 {
	var v uint64
	for shift := uint(0); shift < 70; shift += 7 {
		b := p.u8()
		if p.err != nil {
			return 0
		}
		v |= uint64(b&0x7F) << min(shift, 63)
		if b < 0x80 {
			return v
		}
	}
	p.fail("malformed", "varint of more than ten bytes at offset %d", p.pos)
	return 0
}

// field reads the next field and leaves the cursor at its content.
func (p *proto) field() (f protoField) {
	key := p.varint()
	f.number, f.wire = int(key>>3), int(key&7)
	if p.err == nil && (f.number == 0 || key>>3 > 1<<29-1) {
		p.fail("malformed", "field number %d at offset %d", key>>3, p.pos)
	}
	switch f.wire {
	case wireVarint:
		f.value = p.varint()
	case wire64:
		f.value = p.u64()
	case wire32:
		f.value = uint64(p.u32())
	case wireBytes:
		f.size = p.length(p.varint())
	case wireStart, wireEnd:
	default:
		p.fail("malformed", "wire type %d at offset %d", f.wire, p.pos)
	}
	f.at = p.pos
	return f
}

// message calls visit for each field of the message in [at, at+size) and returns
// behind it.
func (p *proto) message(at, size int64, visit func(protoField)) {
	if p.err != nil {
		return
	}
	if p.depth >= maxProtoDepth {
		p.fail("too_deep", "messages nest deeper than maxProtoDepth (%d)", maxProtoDepth)
		return
	}
	outer := p.end
	p.depth++
	p.pos, p.end = at, at+size
	for p.more() {
		f := p.field()
		if p.err != nil {
			break
		}
		visit(f)
		if p.err != nil {
			break
		}
		p.pos = f.at + f.size
	}
	p.depth--
	p.end = outer
}

// in visits the fields of a field that is itself a message.
func (p *proto) in(f protoField, visit func(protoField)) {
	if f.wire == wireBytes {
		p.message(f.at, f.size, visit)
	}
}

// text is the content of a string field, at most limit bytes of it.
func (p *proto) text(f protoField, limit int64) string {
	if f.wire != wireBytes || p.err != nil {
		return ""
	}
	p.pos = f.at
	return toValid(string(p.bytes(f.size, limit)))
}

// pair reads a message {1: key, 2: value} of strings.
func (p *proto) pair(f protoField) (key, value string) {
	p.in(f, func(g protoField) {
		switch g.number {
		case 1:
			key = p.text(g, maxNameBytes)
		case 2:
			value = p.text(g, maxValueBytes)
		}
	})
	return key, value
}

// ints appends the values of a repeated integer field, packed or not.
func (p *proto) ints(list []int64, f protoField) []int64 {
	if f.wire == wireVarint {
		if len(list) < maxRank {
			list = append(list, int64(f.value))
		}
		return list
	}
	if f.wire != wireBytes {
		return list
	}
	outer := p.end
	p.pos, p.end = f.at, f.at+f.size
	for p.more() && len(list) < maxRank {
		list = append(list, int64(p.varint()))
	}
	p.end = outer
	return list
}
