package weights

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"regexp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// The binary format of XGBoost before 3.1 (2.1, learner.cc, LearnerIO::Load;
// gbtree_model.cc, GBTreeModel::Load; tree_model.cc, RegTree::Load): structures as they
// lie in memory, their unused fields zero.
const (
	xgbLearnerParam = 136 // LearnerModelParamLegacy
	xgbModelParam   = 160 // GBTreeModelParam
	xgbLinearParam  = 136 // DeprecatedGBLinearModelParam
	xgbTreeParam    = 148 // TreeParam
	xgbNode         = 20
	xgbStat         = 16
)

// xgbMagic begins a model that XGBoost handed over as bytes; in files it is left out.
var xgbMagic = []byte("binf")

// xgbObjective is a name of an objective: reg:squarederror, binary:logistic.
var xgbObjective = regexp.MustCompile(`^[a-z]{3,16}:[a-z0-9_]{3,32}$`)

var xgbBoosters = map[string]bool{"gbtree": true, "dart": true, "gblinear": true}

// isXGBoostBinary recognises a model by its magic, or by the names of the objective and
// the booster behind the parameters of the learner.
func isXGBoostBinary(head []byte, _ int64) bool {
	if bytes.HasPrefix(head, xgbMagic) {
		return true
	}
	if len(head) < xgbLearnerParam+16 {
		return false
	}
	text := func(b []byte) (s string, rest []byte) {
		if len(b) < 8 {
			return "", nil
		}
		n := binary.LittleEndian.Uint64(b)
		if b = b[8:]; n > 64 || n > uint64(len(b)) {
			return "", nil
		}
		return string(b[:n]), b[n:]
	}
	objective, rest := text(head[xgbLearnerParam:])
	booster, _ := text(rest)
	return xgbObjective.MatchString(objective) || objective != "" && xgbBoosters[booster]
}

// readXGBoostBinary walks the parameters of the learner, the names of the objective and
// the booster, the trees, attributes and metrics.
func readXGBoostBinary(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	x := &xgbBinary{cursor: newCursor(r, size)}
	if head := x.peek(int(min(4, size))); bytes.Equal(head, xgbMagic) {
		x.skip(4)
	}
	x.learner()
	x.objective = x.text("objective")
	booster := x.text("booster")
	if x.err == nil {
		setMetadata(w, "xgboost.objective", x.objective)
		w.Architecture = clip(booster, maxNameBytes)
	}
	switch booster {
	case "gblinear":
		x.zeros(8, xgbLinearParam-8, "parameters of the linear model")
		x.vector(x.features+1, "weights")
	case "gbtree", "dart":
		trees := x.trees()
		if booster == "dart" && trees > 0 {
			x.vector(trees, "weights of the trees")
		}
	default:
		x.fail("malformed", "booster %q is none of XGBoost", clip(booster, 40))
	}
	x.attributes()
	if x.err != nil {
		return -1, x.err
	}
	w.CoversFile = sbom.TriOf(x.pos == size)
	return x.pos, nil
}

type xgbBinary struct {
	*cursor
	features, classes int64
	attrs, metrics    bool
	major             uint32 // version
	objective         string
}

// text is a string behind its length, which has no byte below a blank.
func (x *xgbBinary) text(what string) string {
	at := x.pos
	s := x.bytes(x.length(x.u64()), maxNameBytes)
	for _, c := range s {
		if c < ' ' {
			x.fail("malformed", "%s at offset %d is no text", what, at)
		}
	}
	return string(s)
}

// zeros passes skip bytes and n bytes that no version writes.
func (x *xgbBinary) zeros(skip, n int64, what string) {
	x.skip(skip)
	at := x.pos
	for _, c := range x.bytes(n, n) {
		if c != 0 {
			x.fail("malformed", "unused fields of the %s at offset %d are not zero", what, at)
		}
	}
}

// vector passes a vector of floats of the given length (for several classes, of each).
func (x *xgbBinary) vector(n int64, what string) {
	at := x.pos
	have := x.count(x.u64(), 4)
	if x.err == nil && have != n && have != n*max(1, x.classes) {
		x.fail("malformed", "%d %s at offset %d instead of %d", have, what, at, n)
	}
	x.skip(4 * have)
}

// learner reads the parameters of the learner: base score, features, classes, whether
// attributes and metrics follow, the version.
func (x *xgbBinary) learner() {
	at := x.pos
	x.skip(4)
	x.features, x.classes = int64(x.u32()), int64(int32(x.u32()))
	attrs, metrics := x.u32(), x.u32()
	x.attrs, x.metrics = attrs == 1, metrics == 1
	x.major = x.u32()
	x.zeros(4*3, xgbLearnerParam-9*4, "learner") // the minor version, targets, whether the score is estimated
	if x.err == nil && (attrs > 1 || metrics > 1 || x.classes < 0 || x.major > 3) {
		x.fail("malformed", "parameters of the learner at offset %d: %d classes, attributes %d, metrics %d, version %d", at, x.classes, attrs, metrics, x.major)
	}
}

// trees reads the trees and the class of each.
func (x *xgbBinary) trees() int64 {
	at := x.pos
	trees := x.count(uint64(x.u32()), xgbTreeParam)
	x.zeros(28, xgbModelParam-32, "model")
	for i := int64(0); i < trees && x.err == nil; i++ {
		x.tree(i)
	}
	for i := int64(0); i < trees && x.err == nil; i++ {
		if class := x.u32(); int64(class) >= max(1, x.classes) && (x.classes > 0 || class > 1<<16) {
			x.fail("malformed", "tree %d of the model at offset %d is of class %d of %d", i, at, class, x.classes)
		}
	}
	return trees
}

// tree reads one tree: its parameters, its nodes, their statistics.
func (x *xgbBinary) tree(i int64) {
	at := x.pos
	roots := x.u32()
	nodes := x.count(uint64(x.u32()), xgbNode+xgbStat)
	deleted := int64(x.u32())
	x.skip(4) // depth
	features, leaf := int64(x.u32()), x.u32()
	x.zeros(0, xgbTreeParam-6*4, "tree")
	switch {
	case x.err != nil:
		return
	case roots != 1 || leaf > 1 || features > 0 && x.features > 0 && features != x.features:
		x.fail("malformed", "tree %d at offset %d has %d roots, %d features and leaves of %d", i, at, roots, features, leaf)
		return
	}
	t := &xgbNodes{deleted: deleted}
	for range nodes {
		parent, left, right, split := int32(x.u32()), int32(x.u32()), int32(x.u32()), x.u32()
		x.skip(4)
		side := parent < 0 // the highest bit: whether it is the left child
		if parent != -1 {
			parent &= 1<<31 - 1
			t.sides = append(t.sides, side)
		} else {
			t.sides = append(t.sides, false)
		}
		gone := split == 1<<32-1
		t.add(parent, left, right, split&(1<<31-1), gone) // the highest bit: where what is missing goes
	}
	x.skip(nodes * xgbStat)
	if reason := t.check(); x.err == nil && reason != "" {
		x.fail("malformed", "tree %d at offset %d: %s", i, at, reason)
	}
	if x.err == nil && x.features > 0 && t.highest >= x.features {
		x.fail("malformed", "tree %d at offset %d splits by feature %d of %d", i, at, t.highest, x.features)
	}
}

// xgbSavedObjective is the attribute in which versions from 1.0 keep the objective as JSON
// (learner.cc, LearnerIO::Save).
const xgbSavedObjective = "objective"

func (x *xgbBinary) saved(value []byte, at int64) {
	var o struct{ Name string }
	if err := json.Unmarshal(value, &o); err != nil || o.Name != x.objective {
		x.fail("malformed", "attribute %s at offset %d does not hold the objective %q", xgbSavedObjective, at, clip(x.objective, 40))
	}
}

// attributes reads the attributes and the names of the metrics.
func (x *xgbBinary) attributes() {
	if x.attrs {
		names := map[string]bool{}
		for range x.count(x.u64(), 16) {
			at := x.pos
			name := x.text("name of an attribute")
			if names[name] && x.err == nil {
				x.fail("malformed", "attribute %q at offset %d is there twice", clip(name, 40), at)
			}
			names[name] = true
			value := x.bytes(x.length(x.u64()), maxValueBytes)
			if name == xgbSavedObjective && x.major > 0 && x.err == nil && len(value) < maxValueBytes {
				x.saved(value, at)
			}
		}
	}
	if x.metrics {
		for range x.count(x.u64(), 8) {
			x.text("metric")
		}
	}
}
