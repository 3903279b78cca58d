package weights

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// isXGBoostJSON recognises XGBoost's JSON model by two of its keys, of which one is no
// other format's.
func isXGBoostJSON(head []byte, _ int64) bool {
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	own, found := false, 0
	for key, xgboost := range map[string]bool{
		"learner": true, "gradient_booster": true, "learner_model_param": true, "gbtree_model_param": true, "tree_param": true,
		"attributes": false, "feature_names": false, "feature_types": false, "left_children": false,
	} {
		if bytes.Contains(head, []byte(`"`+key+`"`)) {
			found++
			own = own || xgboost
		}
	}
	return own && found >= 2
}

// readXGBoostJSON walks the JSON of XGBoost (doc/model.schema). It is JSON but for the
// floats without a value, which are written as NaN, Infinity and -Infinity (json.cc).
func readXGBoostJSON(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	j := &xgbJSON{cursor: newCursor(r, size), m: newXGBModel()}
	if j.space() != '{' {
		j.fail("malformed", "XGBoost model is no object")
	}
	j.value("", 0)
	if j.more() && j.space() != 0 {
		j.fail("malformed", "text follows the XGBoost model at offset %d", j.pos)
	}
	return xgbDone(j.cursor, j.m, size, w)
}

// xgbDone ends the reading of a model.
func xgbDone(c *cursor, m *xgbModel, size int64, w *sbom.Weights) (end int64, err error) {
	w.Architecture = clip(m.booster, maxNameBytes)
	if c.err == nil {
		c.err = m.finish()
	}
	if c.err != nil {
		return -1, c.err
	}
	w.CoversFile = sbom.TriOf(c.pos == size)
	return c.pos, nil
}

type xgbJSON struct {
	*cursor
	m *xgbModel
}

// maxXGBDepth bounds nested values; XGBoost's own have ten levels.
const maxXGBDepth = 64

// maxXGBNumber bounds the text of a number.
const maxXGBNumber = 64

// space passes blanks and returns the next byte, 0 at the end.
func (j *xgbJSON) space() byte {
	for j.more() {
		b := j.peek(1)
		if b == nil || b[0] != ' ' && b[0] != '\t' && b[0] != '\n' && b[0] != '\r' {
			return j.next()
		}
		j.pos++
	}
	return 0
}

// next is the next byte, 0 at the end.
func (j *xgbJSON) next() byte {
	if j.more() {
		if b := j.peek(1); b != nil {
			return b[0]
		}
	}
	return 0
}

func (j *xgbJSON) unexpected() {
	if j.pos >= j.end {
		j.fail("truncated", "XGBoost model ends at offset %d in the middle of a value", j.pos)
		return
	}
	j.fail("malformed", "XGBoost model has byte %#02x at offset %d where JSON has none", j.u8(), j.pos)
}

func (j *xgbJSON) value(key string, depth int) {
	if depth > maxXGBDepth {
		j.fail("too_deep", "values nest deeper than maxXGBDepth (%d)", maxXGBDepth)
		return
	}
	at := j.pos
	switch c := j.space(); {
	case j.err != nil:
	case c == '{' || c == '[':
		j.pos++
		j.m.open(key, c, at)
		j.container(key, c, depth)
		j.note(j.m.close(c, at))
	case c == '"':
		j.m.text(key, j.str())
	case c == '-' || c >= '0' && c <= '9' || c == 'N' || c == 'I':
		j.number(key)
	case c == 't':
		j.word("true")
		j.m.number(key, 1)
	case c == 'f':
		j.word("false")
		j.m.number(key, 0)
	case c == 'n':
		j.word("null")
	default:
		j.unexpected()
	}
}

func (j *xgbJSON) note(err error) {
	if j.err == nil {
		j.err = err
	}
}

func (j *xgbJSON) word(w string) {
	if b := j.peek(len(w)); b == nil || string(b) != w {
		j.unexpected()
		return
	}
	j.pos += int64(len(w))
}

// container reads the members of an object or an array, which has begun.
func (j *xgbJSON) container(key string, kind byte, depth int) {
	closing := byte(']')
	if kind == '{' {
		closing = '}'
	}
	for first := true; j.err == nil; first = false {
		c := j.space()
		if c == closing && first {
			j.pos++
			return
		}
		if !first {
			switch c {
			case closing:
				j.pos++
				return
			case ',':
				j.pos++
				j.space()
			default:
				j.unexpected()
				return
			}
		}
		name := key
		if kind == '{' {
			if at := j.pos; j.space() != '"' {
				j.unexpected()
				return
			} else if name = j.str(); j.err == nil {
				j.note(j.m.key(name, at))
			}
			if j.space() != ':' {
				j.unexpected()
				return
			}
			j.pos++
			j.space()
		}
		j.value(name, depth+1)
	}
}

// str reads a string; what goes beyond maxValueBytes is passed and not kept.
func (j *xgbJSON) str() string {
	at := j.pos
	j.pos++
	var out []byte
	whole := true
	for j.more() {
		c := j.u8()
		switch {
		case c == '"':
			if !utf8.Valid(out) && whole {
				j.fail("malformed", "string at offset %d is not UTF-8", at)
			}
			return string(out)
		case c < ' ':
			j.fail("malformed", "byte %#02x at offset %d stands in a string", c, j.pos-1)
		case c == '\\':
			if c = j.u8(); c == 'u' {
				if _, err := strconv.ParseUint(string(j.take(4)), 16, 16); err != nil {
					j.fail("malformed", "escape at offset %d is none of JSON", j.pos)
				}
			} else if !jsonEscape(c) {
				j.fail("malformed", "escape at offset %d is none of JSON", j.pos-1)
			}
		}
		if whole = len(out) < maxValueBytes; whole {
			out = append(out, c)
		}
	}
	j.unexpected()
	return ""
}

func jsonEscape(c byte) bool {
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	}
	return false
}

func (j *xgbJSON) number(key string) {
	at := j.pos
	var text [maxXGBNumber]byte
	n := 0
	for j.more() && n < len(text) {
		c := j.next()
		if c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			break
		}
		text[n] = c
		n++
		j.pos++
	}
	v, err := strconv.ParseFloat(string(text[:n]), 64)
	if err != nil && !tooLarge(string(text[:n])) {
		j.fail("malformed", "number %q at offset %d is none", text[:n], at)
	}
	j.m.number(key, v)
}

// readUBJSON walks the UBJSON of XGBoost, which has the members of the JSON.
func readUBJSON(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	u := &ubjson{cursor: newCursor(r, size), m: newXGBModel()}
	u.order = binary.BigEndian
	u.value("", u.u8(), 0)
	return xgbDone(u.cursor, u.m, size, w)
}
