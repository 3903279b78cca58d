package weights

import (
	"bytes"
	"unicode/utf8"
)

// What an opcode needs of the values it works on. A stream that breaks these rules ends in
// an exception of whoever loads it: it is damaged, or was never written by a pickler.

// wrong states a broken rule. The stream is read on: a loader that handles the exception
// does so too, and what follows may name something.
func (m *pickleMachine) wrong(what string) {
	m.facts.fault("malformed", m.origin+m.opAt, "opcode at offset %d: %s", m.opAt, what)
}

// checkExtend holds APPEND, APPENDS, SETITEM, SETITEMS and ADDITEMS to containers that
// have these methods (Lib/pickle.py, load_appends, load_setitems, load_additems).
func (m *pickleMachine) checkExtend(op byte, target value, items []value) {
	pairs := op == opSetItem || op == opSetItems
	if pairs && len(items)%2 != 0 {
		m.wrong("a key without a value")
	}
	switch target.kind {
	case kindGlobal, kindResult, kindPersistent, kindOther: // of a class that may have them
		return
	case kindList:
		if op == opAppend || op == opAppends {
			return
		}
	case kindDict:
		if pairs {
			m.checkKeys(items)
			return
		}
	case kindSet:
		if op == opAddItems {
			return
		}
	}
	m.wrong("items for a value that takes none")
}

// checkKeys holds the keys of a dict to values that have a hash.
func (m *pickleMachine) checkKeys(items []value) {
	for i := 0; i < len(items); i += 2 {
		if k := items[i].kind; k == kindList || k == kindDict {
			m.wrong("a key that has no hash")
			return
		}
	}
}

// checkArguments holds the arguments of a call to a tuple.
func (m *pickleMachine) checkArguments(args value) {
	switch args.kind {
	case kindTuple, kindGlobal, kindResult, kindPersistent, kindOther:
	default:
		m.wrong("arguments that are no tuple")
	}
}

// maxCheckedText bounds the strings whose encoding is checked: names and keys, no payload.
const maxCheckedText = 64 << 10

// checkText holds a string of n bytes that comes next to UTF-8 as pickle reads it, with
// surrogates ("surrogatepass").
func (m *pickleMachine) checkText(n int64) {
	if n == 0 || n > maxCheckedText {
		return
	}
	b := m.src.peek(int(n))
	if int64(len(b)) == n && !utf8.Valid(b) && !validWithSurrogates(b) {
		m.wrong("a string that is not UTF-8")
	}
}

func validWithSurrogates(b []byte) bool {
	for {
		i := bytes.IndexByte(b, 0xed)
		if i < 0 {
			return utf8.Valid(b)
		}
		if !utf8.Valid(b[:i]) || len(b) < i+3 || b[i+1]&0xc0 != 0x80 || b[i+2]&0xc0 != 0x80 {
			return false
		}
		b = b[i+3:]
	}
}
