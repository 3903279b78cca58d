package weights

import (
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// Models of gradient boosting libraries hold numbers and names of features. They are
// recognised so that they are not taken for something unknown.

// maxBooster bounds a model that is read whole.
const maxBooster = 256 << 20

// isXGBoostJSON recognises XGBoost's JSON model (doc/model.schema: learner, version).
func isXGBoostJSON(head []byte, _ int64) bool {
	return len(head) > 0 && head[0] == '{' && bytes.Contains(head, []byte(`"learner"`)) &&
		(bytes.Contains(head, []byte(`"gradient_booster"`)) || bytes.Contains(head, []byte(`"learner_model_param"`)) || bytes.Contains(head, []byte(`"attributes"`)))
}

func readXGBoostJSON(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	text, err := readRange(r, 0, size, size, maxBooster)
	if err != nil {
		return -1, err
	}
	if !utf8.Valid(text) {
		return -1, faultf("malformed", 0, "XGBoost model is not UTF-8")
	}
	root, err := tree.JSON(text)
	if err != nil {
		return -1, faultf("malformed", 0, "XGBoost model: %v", err)
	}
	w.Architecture = clip(root.Get("learner", "gradient_booster", "name").Str(), maxNameBytes)
	w.CoversFile = sbom.Yes
	return size, nil
}

// isUBJSON recognises XGBoost's UBJSON model: an object whose keys have their length in
// front, 'L' for eight bytes or 'i' for one.
func isUBJSON(head []byte, _ int64) bool {
	return len(head) > 12 && head[0] == '{' && (head[1] == 'L' || head[1] == 'i') &&
		(bytes.Contains(head[:min(len(head), 64)], []byte("learner")) || bytes.Contains(head[:min(len(head), 64)], []byte("version")))
}

func readUBJSON(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	u := &ubjson{cursor: newCursor(r, size)}
	u.order = binary.BigEndian
	u.value(u.u8(), 0)
	if u.err != nil {
		return -1, u.err
	}
	w.CoversFile = sbom.TriOf(u.pos == size)
	return u.pos, nil
}

// ubjson walks Universal Binary JSON (ubjson.org, draft 12).
type ubjson struct{ *cursor }

const maxUBJSONDepth = 64

func (u *ubjson) value(kind byte, depth int) {
	if depth > maxUBJSONDepth {
		u.fail("too_deep", "values nest deeper than maxUBJSONDepth (%d)", maxUBJSONDepth)
		return
	}
	switch kind {
	case 'Z', 'N', 'T', 'F':
	case 'i', 'U', 'C':
		u.skip(1)
	case 'I':
		u.skip(2)
	case 'l', 'd':
		u.skip(4)
	case 'L', 'D':
		u.skip(8)
	case 'S', 'H':
		u.skip(u.length(uint64(u.integer())))
	case '[', '{':
		u.container(kind, depth)
	default:
		u.fail("malformed", "byte %#02x at offset %d is no UBJSON type", kind, u.pos-1)
	}
}

func (u *ubjson) integer() int64 {
	switch kind := u.u8(); kind {
	case 'i':
		return int64(int8(u.u8()))
	case 'U':
		return int64(u.u8())
	case 'I':
		return int64(int16(u.u16()))
	case 'l':
		return int64(int32(u.u32()))
	case 'L':
		return int64(u.u64())
	default:
		u.fail("malformed", "byte %#02x at offset %d is no length", kind, u.pos-1)
	}
	return 0
}

var ubjsonWidth = map[byte]int64{'i': 1, 'U': 1, 'C': 1, 'I': 2, 'l': 4, 'd': 4, 'L': 8, 'D': 8}

// container reads an array or an object, with the type and count that it may begin with.
func (u *ubjson) container(kind byte, depth int) {
	var typed byte
	count := int64(-1)
	if b := u.peek(1); b != nil && b[0] == '$' {
		u.skip(1)
		typed = u.u8()
	}
	if b := u.peek(1); b != nil && b[0] == '#' {
		u.skip(1)
		if count = u.integer(); count < 0 {
			u.fail("malformed", "container of %d values at offset %d", count, u.pos)
		}
	}
	switch {
	case typed != 0 && count < 0 && u.err == nil:
		u.fail("malformed", "container with a type and without a count at offset %d", u.pos)
	case kind == '[' && bytes.IndexByte([]byte("ZNTF"), typed) >= 0: // values of no bytes
		return
	}
	if width := ubjsonWidth[typed]; kind == '[' && width > 0 && count >= 0 {
		n, _ := mulSat(count, width)
		u.skip(u.length(uint64(n)))
		return
	}
	end := byte(']')
	if kind == '{' {
		end = '}'
	}
	for i := int64(0); u.err == nil && (count < 0 || i < count); i++ {
		if b := u.peek(1); count < 0 && b != nil && b[0] == end {
			u.skip(1)
			return
		}
		if kind == '{' {
			u.skip(u.length(uint64(u.integer())))
		}
		t := typed
		if t == 0 {
			t = u.u8()
		}
		if t == 'N' || u.err != nil && u.pos >= u.end {
			continue
		}
		u.value(t, depth+1)
	}
}

// isXGBoostBinary recognises the binary format before 3.1 (learner.cc: "binf").
func isXGBoostBinary(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("binf")) }

// readXGBoostBinary walks the binary format: parameters of the learner, names of the
// objective and the booster, the trees, attributes (XGBoost 2.1, learner.cc, LearnerIO::Load;
// gbtree_model.cc, GBTreeModel::Load; tree_model.cc, RegTree::Load).
func readXGBoostBinary(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	const (
		learnerParam = 136 // LearnerModelParamLegacy
		modelParam   = 160 // GBTreeModelParam
		treeParam    = 148 // TreeParam
		node, stat   = 20, 16
	)
	c := newCursor(r, size)
	c.skip(4)
	head := c.bytes(learnerParam, learnerParam)
	text := func() string { return string(c.bytes(c.length(c.u64()), maxNameBytes)) }
	objective, booster := text(), text()
	if c.err != nil {
		return -1, c.err
	}
	setMetadata(w, "xgboost.objective", objective)
	w.Architecture = clip(booster, maxNameBytes)
	if booster != "gbtree" { // dart and gblinear: another layout
		return -1, nil
	}
	trees := c.count(uint64(c.u32()), treeParam)
	c.skip(modelParam - 4)
	for range trees {
		c.skip(4)
		nodes := c.count(uint64(c.u32()), node+stat)
		c.skip(treeParam - 8 + nodes*(node+stat))
	}
	c.skip(4 * trees) // the class of each
	flags := func(at int) bool { return len(head) == learnerParam && binary.LittleEndian.Uint32(head[at:]) != 0 }
	if flags(12) { // contain_extra_attrs
		for range c.count(c.u64(), 16) {
			text()
			text()
		}
	}
	if flags(16) { // contain_eval_metrics
		for range c.count(c.u64(), 8) {
			text()
		}
	}
	if c.err != nil {
		return -1, c.err
	}
	w.CoversFile = sbom.TriOf(c.pos == size)
	return c.pos, nil
}

// isCatBoost recognises CatBoost's model (catboost/libs/model/model.cpp: "CBM1", size).
func isCatBoost(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("CBM1")) }

func readCatBoost(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	c := newCursor(r, size)
	c.skip(4)
	c.skip(int64(c.u32()))
	return c.pos, c.err
}

// isGGML recognises the formats that GGUF replaced (llama.cpp, llama-file magics).
func isGGML(head []byte, _ int64) bool {
	for _, magic := range []string{"lmgg", "fmgg", "tjgg", "algg", "ggml", "ggmf", "ggjt", "ggla"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// readOpaque states that a format is known, holds data only, and is not looked into.
func readOpaque(_ io.ReaderAt, _ int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	return -1, nil
}

// isFastText recognises fastText's binary model (src/fasttext.cc,
// FASTTEXT_FILEFORMAT_MAGIC_INT32).
func isFastText(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("\xba\x16\x4f\x2f")) }

// isWord2Vec recognises word2vec's binary vectors, which begin with their number and
// their width in text (word2vec.c, TrainModel) and a word.
func isWord2Vec(head []byte, size int64) bool {
	line, rest, found := bytes.Cut(head[:min(len(head), 64)], []byte("\n"))
	words, width, two := bytes.Cut(line, []byte(" "))
	if !found || !two || len(rest) == 0 {
		return false
	}
	n, err1 := strconv.ParseInt(string(words), 10, 40)
	d, err2 := strconv.ParseInt(string(bytes.TrimSpace(width)), 10, 20)
	return err1 == nil && err2 == nil && n > 0 && d > 0 && size > n*d*4
}
