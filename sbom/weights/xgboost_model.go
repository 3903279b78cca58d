package weights

import (
	"math"
	"strconv"
	"strings"
)

// xgbModel holds the members of a model in JSON or UBJSON to what XGBoost's loaders need
// (gbtree_model.cc, GBTreeModel::LoadModel; tree_model.cc, RegTree::LoadModel;
// learner.cc, LearnerIO::LoadModel). It is told the members as they are read and keeps
// one tree at a time.
type xgbModel struct {
	stack   []xgbLevel
	booster string

	objective, learner, config, model bool // members that there are
	numbers                           map[string]int64
	trees                             int64
	infos, names, kinds, drops        int64 // lengths of tree_info, feature_names, feature_types, weight_drop
	weights, version                  int64 // lengths of the weights of a linear model, and of the version
	class                             int64 // highest in tree_info
	indptr                            []int64
	highest                           int64 // feature that a tree splits by
	mixed                             bool  // a list has values of another kind
	columns                           int64 // features of the trees, -1 when they do not say

	tree *xgbTree
}

// xgbLevel is an object or array that is being read.
type xgbLevel struct {
	key   string
	kind  byte
	keys  map[string]bool
	count int64 // of an array
}

// xgbTree is the tree that is being read.
type xgbTree struct {
	depth int
	param map[string]int64
	id    int64
	count map[string]int64 // lengths of its lists
	ints  map[string][]int64
}

func newXGBModel() *xgbModel {
	return &xgbModel{numbers: map[string]int64{}, class: -1, highest: -1, columns: -1}
}

// xgbInts are the lists of a tree that are looked into, the others are counted.
var xgbInts = map[string]bool{
	"left_children": true, "right_children": true, "parents": true, "split_indices": true,
	"categories_nodes": true, "categories_segments": true, "categories_sizes": true, "split_type": true, "default_left": true,
}

// wanted tells whether the numbers of a list are needed one by one.
func (m *xgbModel) wanted(key string) bool { return m.tree != nil && xgbInts[key] }

func (m *xgbModel) parent(up int) string {
	if i := len(m.stack) - 1 - up; i >= 0 {
		return m.stack[i].key
	}
	return ""
}

// key notes a key of the object that is being read: none stands twice.
func (m *xgbModel) key(name string, at int64) error {
	top := &m.stack[len(m.stack)-1]
	if top.keys == nil {
		top.keys = map[string]bool{}
	}
	if top.keys[name] {
		return faultf("malformed", at, "XGBoost model: key %q stands twice at offset %d", clip(name, 40), at)
	}
	if len(top.keys) < maxMetadata {
		top.keys[name] = true
	}
	switch {
	case name == "learner":
		m.learner = true
	case name == "learner_train_param" || name == "generic_param":
		m.config = true // the parameters of a booster without its trees (XGBoosterSaveJsonConfig)
	case name == "objective" && m.parent(0) == "learner":
		m.objective = true
	case name == "model" && (m.parent(0) == "gradient_booster" || m.parent(0) == "gbtree"):
		m.model = true
	}
	return nil
}

func (m *xgbModel) open(key string, kind byte, _ int64) {
	if kind == '{' && len(m.stack) > 0 && m.stack[len(m.stack)-1].kind == '[' {
		m.stack[len(m.stack)-1].count++
		if key == "trees" && m.tree == nil {
			m.tree = &xgbTree{depth: len(m.stack), param: map[string]int64{}, id: -1, count: map[string]int64{}, ints: map[string][]int64{}}
		}
	}
	m.stack = append(m.stack, xgbLevel{key: key, kind: kind})
}

func (m *xgbModel) close(kind byte, at int64) error {
	if len(m.stack) == 0 {
		return nil
	}
	top := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	switch {
	case m.tree != nil && kind == '[' && len(m.stack) == m.tree.depth+1:
		m.tree.count[top.key] = top.count
	case m.tree != nil && kind == '{' && len(m.stack) == m.tree.depth:
		t := m.tree
		m.tree = nil
		if reason := t.check(m); reason != "" {
			return faultf("malformed", at, "XGBoost model: tree %d at offset %d: %s", m.trees, at, reason)
		}
		m.trees++
	case kind != '[':
	case top.key == "tree_info":
		m.infos = top.count
	case top.key == "weights" && m.parent(0) == "model":
		m.weights = top.count
	case top.key == "version" && len(m.stack) == 1:
		m.version = top.count
	case top.key == "weight_drop":
		m.drops = top.count
	case top.key == "feature_names" && m.parent(0) == "learner":
		m.names = top.count
	case top.key == "feature_types" && m.parent(0) == "learner":
		m.kinds = top.count
	}
	return nil
}

// skipped counts values of an array that are not told.
func (m *xgbModel) skipped(n int64) {
	if len(m.stack) > 0 && n > 0 {
		m.stack[len(m.stack)-1].count += n
	}
}

// text is told a string: XGBoost writes the numbers of its parameters as such.
func (m *xgbModel) text(key, s string) {
	top := m.element()
	switch {
	case top == nil:
	case top.kind == '[':
		m.mixed = m.mixed || m.tree != nil || key == "tree_info" || key == "iteration_indptr" || key == "version"
	case key == "name" && top.key == "gradient_booster":
		m.booster = s
	case m.tree != nil && top.key == "tree_param":
		m.tree.param[key] = xgbNumber(s)
	case top.key == "gbtree_model_param" || top.key == "learner_model_param":
		m.numbers[key] = xgbNumber(s)
	}
}

// xgbNumber is a number in a string, -1 when it is none or negative.
func xgbNumber(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// element counts a value of the array that is being read, and is what holds it.
func (m *xgbModel) element() *xgbLevel {
	if len(m.stack) == 0 {
		return nil
	}
	top := &m.stack[len(m.stack)-1]
	if top.kind == '[' {
		top.count++
	}
	return top
}

// number is told a number, or a boolean as 0 or 1.
func (m *xgbModel) number(key string, v float64) {
	top := m.element()
	n := int64(v)
	if float64(n) != v {
		n = math.MinInt64 // no whole number
	}
	switch {
	case top == nil:
	case m.tree != nil && top.kind == '[' && xgbInts[key]:
		m.tree.ints[key] = append(m.tree.ints[key], n)
	case m.tree != nil && key == "id" && len(m.stack) == m.tree.depth+1:
		m.tree.id = n
	case m.tree != nil || top.kind != '[':
	case key == "feature_names" || key == "feature_types":
		m.mixed = m.mixed || m.parent(1) == "learner"
	case key == "tree_info":
		m.class = max(m.class, n)
		if n < 0 {
			m.class = math.MaxInt64
		}
	case key == "iteration_indptr":
		m.indptr = append(m.indptr, n)
	}
}

// check says what is wrong with a tree, "" when nothing is.
func (t *xgbTree) check(m *xgbModel) string {
	nodes, ok := t.param["num_nodes"]
	if !ok || nodes < 1 || t.param["num_deleted"] < 0 {
		return "its tree_param has no number of nodes"
	}
	if t.id != m.trees {
		return "its id is " + strconv.FormatInt(t.id, 10)
	}
	if n, ok := t.param["num_feature"]; ok && n != 0 {
		if m.columns >= 0 && m.columns != n {
			return "it has other features than the trees before it"
		}
		m.columns = n
	}
	lists := []string{"left_children", "right_children", "parents", "split_indices", "split_conditions", "default_left", "base_weights", "loss_changes", "sum_hessian"}
	multi := t.param["size_leaf_vector"] > 1 // a vector for each leaf: other lists
	if multi {
		lists = lists[:6]
	}
	sets := 0
	for _, key := range []string{"split_type", "categories", "categories_nodes", "categories_segments", "categories_sizes"} {
		if _, ok := t.count[key]; ok {
			sets++
		}
	}
	switch {
	case sets == 5:
		lists = append(lists, "split_type")
	case sets > 0: // since version 1.3 all or none (LoadCategoricalSplit)
		return "it has " + strconv.Itoa(sets) + " of the five lists of categories"
	}
	for _, key := range lists {
		if n := t.count[key]; n != nodes {
			return key + " has " + strconv.FormatInt(n, 10) + " entries, tree_param says " + strconv.FormatInt(nodes, 10)
		}
	}
	for _, key := range []string{"split_type", "default_left"} {
		for _, v := range t.ints[key] {
			if v != 0 && v != 1 {
				return key + " has " + strconv.FormatInt(v, 10)
			}
		}
	}
	if reason := t.categories(nodes); reason != "" || multi {
		return reason
	}
	return t.nodes(m)
}

func (t *xgbTree) nodes(m *xgbModel) string {
	left, right, parents, splits := t.ints["left_children"], t.ints["right_children"], t.ints["parents"], t.ints["split_indices"]
	n := &xgbNodes{deleted: t.param["num_deleted"]}
	for i := range left {
		for _, v := range []int64{left[i], right[i], parents[i]} {
			if v < -1 || v > math.MaxInt32 {
				return "node " + strconv.Itoa(i) + " has the neighbour " + strconv.FormatInt(v, 10)
			}
		}
		gone := splits[i] == math.MaxInt32 || splits[i] == math.MaxUint32 // kDeletedNodeMarker
		if !gone && (splits[i] < 0 || splits[i] > math.MaxUint32) {
			return "node " + strconv.Itoa(i) + " splits by feature " + strconv.FormatInt(splits[i], 10)
		}
		n.add(int32(parents[i]), int32(left[i]), int32(right[i]), uint32(splits[i]), gone)
	}
	m.highest = max(m.highest, n.highest)
	return n.check()
}

// categories checks the splits by category: for each node that has one, where its
// categories lie in the list of all.
func (t *xgbTree) categories(nodes int64) string {
	at, segments, sizes := t.ints["categories_nodes"], t.ints["categories_segments"], t.ints["categories_sizes"]
	if len(at) != len(segments) || len(at) != len(sizes) {
		return "its lists of categories have " + strconv.Itoa(len(at)) + ", " + strconv.Itoa(len(segments)) + " and " + strconv.Itoa(len(sizes)) + " entries"
	}
	for i := range at {
		if at[i] < 0 || at[i] >= nodes || segments[i] < 0 || sizes[i] < 1 || segments[i] > t.count["categories"]-sizes[i] {
			return "the categories of node " + strconv.FormatInt(at[i], 10) + " are not there"
		}
	}
	return ""
}

// finish compares what the parts of the model say of each other.
func (m *xgbModel) finish() error {
	bad := func(format string, args ...any) error {
		return faultf("malformed", 0, "XGBoost model: "+format, args...)
	}
	switch {
	case !m.learner:
		return bad("no learner")
	case m.config:
		return nil // parameters alone
	case !xgbBoosters[m.booster]:
		return bad("booster %q is none of XGBoost", clip(m.booster, 40))
	case !m.model || !m.objective:
		return bad("no model of the booster, or no objective")
	}
	for _, key := range sortedKeys(m.numbers) {
		if strings.HasPrefix(key, "num_") && m.numbers[key] < 0 {
			return bad("%s is no number", key)
		}
	}
	if m.mixed || m.version != 0 && m.version != 3 {
		return bad("a list of numbers or names has other values, or the version is none of three numbers")
	}
	features, ok := m.numbers["num_feature"]
	if !ok || features < 0 {
		return bad("learner_model_param has no number of features")
	}
	if m.names != 0 && m.names != features || m.kinds != 0 && m.kinds != features {
		return bad("%d names and %d types of %d features", m.names, m.kinds, features)
	}
	if m.booster == "gblinear" {
		if m.weights%(features+1) != 0 {
			return bad("%d weights of %d features", m.weights, features)
		}
		return nil
	}
	trees := m.numbers["num_trees"]
	switch last := len(m.indptr) - 1; {
	case m.trees != trees || m.infos != trees:
		return bad("%d trees and %d classes of them, gbtree_model_param says %d", m.trees, m.infos, trees)
	case m.booster == "dart" && m.drops != trees:
		return bad("%d weights of %d trees", m.drops, trees)
	case m.highest >= features && trees > 0 && features > 0:
		return bad("a tree splits by feature %d of %d", m.highest, features)
	case m.columns >= 0 && m.columns != features:
		return bad("a tree has %d features of %d", m.columns, features)
	case m.class >= max(1, m.numbers["num_class"])*max(1, m.numbers["num_target"]):
		return bad("tree_info has class %d of %d", m.class, m.numbers["num_class"])
	case last >= 0 && (m.indptr[0] != 0 || m.indptr[last] != trees):
		return bad("iteration_indptr goes from %d to %d of %d trees", m.indptr[0], m.indptr[last], trees)
	}
	for i := 1; i < len(m.indptr); i++ {
		if m.indptr[i] < m.indptr[i-1] {
			return bad("iteration_indptr falls at entry %d", i)
		}
	}
	return nil
}
