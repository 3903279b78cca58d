package weights

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
	"math"
	"strconv"
)

const (
	// minNested is the shortest string that is looked into: PROTO, a name, STOP.
	minNested = 16
	// nestedHead is how much of a string is looked at before it is read.
	nestedHead = 64
	// maxNestedBytes bounds a nested pickle that has to be held in memory: one that
	// is encoded, compressed or in a stream.
	maxNestedBytes = 16 << 20
	// maxNestedInflated bounds what is decompressed of all strings of one member.
	maxNestedInflated = 128 << 20
	// maxProbeOps bounds a trial reading.
	maxProbeOps = 1 << 16
)

// nested looks for a pickle in a string of n bytes at offset, of which head are the
// first. It returns whether there was one that was read to its STOP.
func (m *pickleMachine) nested(head []byte, offset, n int64) bool {
	if m.facts.w == nil {
		return false
	}
	form := nestedForm(head)
	if form == formNone {
		return false
	}
	if m.depth >= maxPickleDepth {
		m.facts.fault("too_deep", m.origin+m.opAt, "pickles nest deeper than maxPickleDepth (%d)", maxPickleDepth)
		return false
	}
	if form == formPlain && m.src.at != nil {
		return m.read(io.NewSectionReader(m.src.at, offset, n), n, m.origin+offset)
	}
	if n > maxNestedBytes {
		m.facts.fault("too_large", m.origin+m.opAt, "string of %d bytes may hold a pickle, limit maxNestedBytes is %d", n, maxNestedBytes)
		return false
	}
	b := m.src.peek(int(n))
	if int64(len(b)) < n {
		return false
	}
	return m.decoded(bytes.Clone(b), m.origin+offset)
}

// nestedBytes is nested for a string that was decoded.
func (m *pickleMachine) nestedBytes(b []byte, offset int64) bool {
	if m.facts.w == nil || m.depth >= maxPickleDepth || nestedForm(b[:min(len(b), nestedHead)]) == formNone {
		return false
	}
	return m.decoded(bytes.Clone(b), m.origin+offset)
}

// latin1 reads the text that _codecs.encode makes bytes of (Lib/pickle.py, save_bytes, before
// protocol 3) when it holds a pickle, and returns its place, 0 when it is none.
func (m *pickleMachine) latin1(items []value) int64 {
	if m.facts.w == nil || len(items) != 2 || items[0].n > maxNestedBytes || items[0].at <= 0 {
		return 0
	}
	switch items[0].kind {
	case kindText, kindTextRaw, kindTextQuoted:
	default:
		return 0
	}
	text := m.src.text(items[0].at, int(items[0].n), maxNestedBytes)
	if len(text) < int(items[0].n) {
		return 0
	}
	b, ok := latin1Bytes(items[0].kind, text)
	if !ok {
		return 0
	}
	if !m.nestedBytes(b, items[0].at) {
		return 0
	}
	m.facts.nestedRead(items[0].at)
	return items[0].at
}

// latin1Bytes is the text of an opcode encoded as Latin-1; ok is false when it cannot be. In
// the lines of UNICODE a byte is a character and escapes are others (raw-unicode-escape).
func latin1Bytes(kind valueKind, text []byte) (b []byte, ok bool) {
	b = make([]byte, 0, len(text))
	if kind != kindTextRaw {
		for _, r := range string(decodeText(kind, text)) {
			if r > 0xff {
				return nil, false
			}
			b = append(b, byte(r))
		}
		return b, true
	}
	for len(text) > 0 {
		n := bytes.IndexByte(text, '\\')
		if n < 0 {
			return append(b, text...), true
		}
		b, text = append(b, text[:n]...), text[n:]
		size := 1
		if len(text) > 1 && text[1] == 'u' {
			size = 6
		} else if len(text) > 1 && text[1] == 'U' {
			size = 10
		}
		if size == 1 { // a backslash that escapes nothing
			b, text = append(b, text[0]), text[1:]
			if len(text) > 0 && text[0] == '\\' { // and so does the next one
				b, text = append(b, text[0]), text[1:]
			}
			continue
		}
		c, err := strconv.ParseUint(string(text[2:min(size, len(text))]), 16, 32)
		if len(text) < size || err != nil || c > 0xff {
			return nil, false
		}
		b, text = append(b, byte(c)), text[size:]
	}
	return b, true
}

// decoded undoes the form that the bytes are in and reads the pickle.
func (m *pickleMachine) decoded(b []byte, origin int64) bool {
	switch nestedForm(b[:min(len(b), nestedHead)]) {
	case formBase64:
		clean := bytes.TrimRight(b, "=\r\n ")
		plain, err := base64.RawStdEncoding.DecodeString(string(clean))
		if err != nil {
			if plain, err = base64.RawURLEncoding.DecodeString(string(clean)); err != nil {
				return false
			}
		}
		b = plain
	case formHex:
		plain := make([]byte, len(b)/2)
		if _, err := hex.Decode(plain, b[:len(b)&^1]); err != nil {
			return false
		}
		b = plain
	case formZlib:
		z, err := zlib.NewReader(bytes.NewReader(b))
		if err != nil {
			return false
		}
		plain, _ := io.ReadAll(io.LimitReader(z, maxNestedBytes+1))
		if len(plain) > maxNestedBytes {
			m.facts.fault("too_large", origin, "compressed string is larger than maxNestedBytes (%d)", maxNestedBytes)
			plain = plain[:maxNestedBytes]
		}
		if m.facts.inflated += int64(len(plain)); m.facts.inflated > maxNestedInflated {
			m.facts.fault("too_large", origin, "compressed strings are larger than maxNestedInflated (%d)", maxNestedInflated)
			return false
		}
		b = plain
	}
	return m.read(bytes.NewReader(b), int64(len(b)), origin)
}

// read tries the bytes as a pickle and, when they are one, reads what it names.
func (m *pickleMachine) read(r io.ReaderAt, n, origin int64) bool {
	trial := probePickle(r, n)
	if !trial.stopped && trial.names == 0 {
		return false
	}
	// Persistent ids of the nested pickles are their own.
	keys := m.facts.byKey
	m.facts.byKey = nil
	inner := &pickleStreams{
		src: newPickleSource(r, 0, n), facts: m.facts, size: n, depth: m.depth + 1, origin: origin, before: len(m.facts.storages),
	}
	inner.run()
	m.facts.byKey = keys
	return inner.covered
}

type form uint8

const (
	formNone form = iota
	formPlain
	formBase64
	formHex
	formZlib
)

// nestedForm tells by its first bytes how a string may hold a pickle.
func nestedForm(head []byte) form {
	if len(head) < minNested {
		return formNone
	}
	switch head[0] {
	case opProto:
		if startsPickle(head) {
			return formPlain
		}
	case 'c', '(':
		if trial := probePickle(bytes.NewReader(head), int64(len(head))); trial.names > 0 {
			return formPlain
		}
	case 'g', 'Y', 'K':
		start := string(bytes.TrimRight(head[:min(len(head)&^3, 48)], "="))
		plain, err := base64.RawStdEncoding.DecodeString(start)
		if err != nil {
			if plain, err = base64.RawURLEncoding.DecodeString(start); err != nil {
				return formNone
			}
		}
		if head[0] == 'g' && startsPickle(plain) {
			return formBase64
		}
		if head[0] != 'g' && probePickle(bytes.NewReader(plain), int64(len(plain))).names > 0 {
			return formBase64
		}
	case '8':
		plain := make([]byte, min(len(head)/2, 16))
		if _, err := hex.Decode(plain, head[:2*len(plain)]); err == nil && startsPickle(plain) {
			return formHex
		}
	case 0x78: // RFC 1950, section 2.2: CMF, FLG
		if (int(head[0])<<8|int(head[1]))%31 != 0 {
			return formNone
		}
		z, err := zlib.NewReader(bytes.NewReader(head))
		if err != nil {
			return formNone
		}
		var plain [8]byte
		if n, _ := io.ReadFull(z, plain[:]); startsPickle(plain[:n]) {
			return formZlib
		}
	}
	return formNone
}

// startsPickle recognises PROTO of a protocol that names itself and an opcode.
func startsPickle(head []byte) bool {
	return len(head) >= 3 && head[0] == opProto && head[1] >= 1 && head[1] <= maxProtocol && isOpcode(head[2])
}

func isOpcode(c byte) bool {
	if c >= opProto {
		return c <= opReadonlyBuffer
	}
	return bytes.IndexByte([]byte("(.012FIJKLMNPQRSTUVXabcd}eghijl]opqrst)uGBC"), c) >= 0
}

// trial is what a reading that records nothing has seen.
type trial struct {
	stopped bool  // reached a STOP
	end     int64 // behind the STOP, or where it stopped
	ops     int64
	names   int  // names that Python could resolve
	calls   bool // something was called
	fault   *fault
}

// probePickle reads the first stream of bytes as a pickle without recording anything.
func probePickle(r io.ReaderAt, n int64) trial {
	facts := newPickleFacts(nil)
	facts.ops = maxPickleOps - maxProbeOps
	m := &pickleMachine{src: newPickleSource(r, 0, n), facts: facts, depth: maxPickleDepth}
	f := m.run()
	t := trial{stopped: f == nil, end: m.src.offset(), ops: facts.ops - (maxPickleOps - maxProbeOps), calls: m.called, fault: f}
	for i := range facts.names {
		if isDottedName(facts.names[i].module) && isDottedName(facts.names[i].name) {
			t.names++
		} else if !facts.names[i].computed {
			return trial{end: t.end, ops: t.ops, fault: faultf("malformed", 0, "%q is no name", facts.names[i].qualified)}
		}
	}
	if t.end == math.MaxInt64 {
		t.end = n
	}
	return t
}
