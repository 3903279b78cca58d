package weights

import (
	"encoding/binary"
	"strconv"
	"strings"
	"unicode/utf8"
)

// number reads an opcode that pushes a number.
func (m *pickleMachine) number(op byte) *fault {
	switch op {
	case opBinInt1:
		if b := m.src.take(1); b != nil {
			m.push(value{kind: kindInt, at: int64(b[0])})
			return nil
		}
	case opBinInt2:
		if b := m.src.take(2); b != nil {
			m.push(value{kind: kindInt, at: int64(binary.LittleEndian.Uint16(b))})
			return nil
		}
	case opBinInt:
		if b := m.src.take(4); b != nil {
			m.push(value{kind: kindInt, at: int64(int32(binary.LittleEndian.Uint32(b)))})
			return nil
		}
	case opBinFloat:
		if m.src.take(8) != nil {
			m.push(value{kind: kindOther})
			return nil
		}
	case opLong1, opLong4:
		return m.long(op)
	default:
		return m.textNumber(op)
	}
	return m.short()
}

// long reads LONG1 and LONG4: little-endian two's complement.
func (m *pickleMachine) long(op byte) *fault {
	n := int64(0)
	if op == opLong1 {
		b := m.src.take(1)
		if b == nil {
			return m.short()
		}
		n = int64(b[0])
	} else {
		b := m.src.take(4)
		if b == nil {
			return m.short()
		}
		if n = int64(int32(binary.LittleEndian.Uint32(b))); n < 0 {
			return faultf("malformed", m.opAt, "LONG4 of negative length at offset %d", m.opAt)
		}
	}
	if !m.src.begin(n) {
		return m.short()
	}
	v := value{kind: kindOther}
	if n <= 8 {
		b := m.src.peek(int(n))
		if len(b) < int(n) {
			return m.short()
		}
		u := uint64(0)
		for i, c := range b {
			u |= uint64(c) << (8 * i)
		}
		if n > 0 && n < 8 && b[n-1]&0x80 != 0 {
			u |= ^uint64(0) << (8 * n)
		}
		v = value{kind: kindInt, at: int64(u)}
	} else if n == int64(len(torchMagic)) && string(m.src.peek(len(torchMagic))) == torchMagic {
		m.facts.torchMagic = m.facts.torchMagic || m.depth == 0
	}
	m.push(v)
	if !m.src.skip(n) {
		return m.short()
	}
	return nil
}

// textNumber reads INT, LONG and FLOAT (_pickle.c, load_int: base 0, "00" and "01" are
// False and True).
func (m *pickleMachine) textNumber(op byte) *fault {
	b, ok := m.src.line()
	if !ok {
		return m.short()
	}
	s := strings.TrimSpace(string(b[:min(len(b), 64)]))
	switch op {
	case opFloat:
		if _, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64); err != nil && !outOfRange(err) {
			return faultf("malformed", m.opAt, "FLOAT %q at offset %d", clip(s, 40), m.opAt)
		}
		m.push(value{kind: kindOther})
		return nil
	case opLong:
		s = strings.TrimSuffix(s, "L")
	}
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "+"), 0, 64)
	if err != nil && len(b) < 64 && !outOfRange(err) {
		if n, err = strconv.ParseInt(strings.TrimPrefix(s, "+"), 10, 64); err != nil {
			return faultf("malformed", m.opAt, "number %q at offset %d", clip(s, 40), m.opAt)
		}
	}
	m.push(value{kind: kindInt, at: n})
	return nil
}

func outOfRange(err error) bool {
	n, ok := err.(*strconv.NumError)
	return ok && n.Err == strconv.ErrRange
}

// text reads an opcode that pushes a string, bytes or a bytearray.
func (m *pickleMachine) text(op byte) *fault {
	switch op {
	case opUnicode, opString:
		return m.textLine(op)
	}
	var n uint64
	width := 4
	switch op {
	case opShortBinUnicode, opShortBinString, opShortBinBytes:
		width = 1
	case opBinUnicode8, opBinBytes8, opByteArray8:
		width = 8
	}
	b := m.src.take(width)
	if b == nil {
		return m.short()
	}
	switch width {
	case 1:
		n = uint64(b[0])
	case 4:
		n = uint64(binary.LittleEndian.Uint32(b))
	case 8:
		n = binary.LittleEndian.Uint64(b)
	}
	if op == opBinString && n > 1<<31-1 {
		return faultf("malformed", m.opAt, "BINSTRING of negative length at offset %d", m.opAt)
	}
	if n > 1<<62 || !m.src.begin(int64(n)) {
		return m.short()
	}
	kind := kindText
	switch op {
	case opBinBytes, opShortBinBytes, opBinBytes8, opByteArray8:
		kind = kindBytes
	case opShortBinUnicode, opBinUnicode, opBinUnicode8:
		m.checkText(int64(n))
	}
	return m.content(kind, int64(n))
}

// content pushes n bytes of text or bytes and looks for a pickle in them.
func (m *pickleMachine) content(kind valueKind, n int64) *fault {
	at := m.src.offset()
	nested := false
	if n >= minNested {
		head := m.src.peek(nestedHead)
		head = head[:min(int64(len(head)), n)]
		nested = m.nested(head, at, n)
	}
	kept := at
	if m.src.at == nil && kind == kindText {
		kept = m.src.keep(m.src.peek(int(min(n, maxKeptText))), at)
	}
	v := value{kind: kind, n: uint32(min(n, 1<<32-1)), at: kept}
	if nested {
		m.facts.readNested(v)
	}
	m.push(v)
	if !m.src.skip(n) {
		return m.short()
	}
	return nil
}

// textLine reads UNICODE and STRING.
func (m *pickleMachine) textLine(op byte) *fault {
	b, ok := m.src.line()
	if !ok {
		return m.short()
	}
	at := m.src.offset() - int64(len(b)) - 1
	kind := kindTextRaw
	if op == opString {
		// _pickle.c, load_string: white space behind the string is cut, quotes must match.
		for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t' || b[len(b)-1] == '\r') {
			b = b[:len(b)-1]
		}
		if len(b) < 2 || b[0] != b[len(b)-1] || b[0] != '\'' && b[0] != '"' {
			return faultf("malformed", m.opAt, "STRING at offset %d is not quoted", m.opAt)
		}
		b, at, kind = b[1:len(b)-1], at+1, kindTextQuoted
	}
	v := value{kind: kind, n: uint32(len(b)), at: m.src.keep(b, at)}
	if len(b) >= minNested && m.nestedBytes(decodeText(kind, b), at) {
		m.facts.readNested(v)
	}
	m.push(v)
	return nil
}

// word is the text of a value; ok is false when it is not a string that the file holds.
func (m *pickleMachine) word(v value) (s string, ok bool) {
	switch v.kind {
	case kindText, kindTextRaw, kindTextQuoted:
	default:
		return "", false
	}
	b := m.src.text(v.at, int(v.n), 4*maxNameBytes)
	if b == nil && v.n > 0 {
		return "", false
	}
	return string(decodeText(v.kind, b)), true
}

// decodeText undoes the escapes of the text opcodes: those of Python's string literals
// for STRING, \uXXXX and \UXXXXXXXX for UNICODE (raw-unicode-escape).
func decodeText(kind valueKind, b []byte) []byte {
	if kind == kindText || !strings.Contains(string(b), `\`) {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		switch c := b[i]; {
		case c == 'u' && kind == kindTextRaw:
			i += appendHex(&out, b[i+1:], 4)
		case c == 'U' && kind == kindTextRaw:
			i += appendHex(&out, b[i+1:], 8)
		case kind == kindTextRaw:
			out = append(out, '\\', c)
		case c == 'x' && i+2 < len(b):
			if n, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
			}
		case c >= '0' && c <= '7':
			n, width := 0, 0
			for width < 3 && i+width < len(b) && b[i+width] >= '0' && b[i+width] <= '7' {
				n = n*8 + int(b[i+width]-'0')
				width++
			}
			out = append(out, byte(n))
			i += width - 1
		default:
			out = append(out, unescape(c)...)
		}
	}
	return out
}

// appendHex appends the character that digits hexadecimal digits name and returns how
// many bytes they are.
func appendHex(out *[]byte, b []byte, digits int) int {
	if len(b) < digits {
		return 0
	}
	n, err := strconv.ParseUint(string(b[:digits]), 16, 32)
	if err != nil || n > utf8.MaxRune {
		return 0
	}
	*out = utf8.AppendRune(*out, rune(n))
	return digits
}

var unescapes = map[byte]string{
	'n': "\n", 't': "\t", 'r': "\r", 'a': "\a", 'b': "\b", 'f': "\f", 'v': "\v", '\\': "\\", '\'': "'", '"': `"`, '\n': "",
}

func unescape(c byte) string {
	if s, ok := unescapes[c]; ok {
		return s
	}
	return `\` + string(rune(c))
}
