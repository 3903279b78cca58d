package weights

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// fieldsOf is the fields of a list that is written with a blank between them.
func fieldsOf(list string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for field := range strings.SplitSeq(list, " ") {
			if field != "" && !yield(field) {
				return
			}
		}
	}
}

func countFields(list string) (n int64) {
	for range fieldsOf(list) {
		n++
	}
	return n
}

// isFloat tells a number as C++ streams write it: with the infinities and NaN of every
// library (1.#INF is that of old Windows).
func isFloat(s string) bool {
	if _, err := strconv.ParseFloat(strings.TrimPrefix(s, "-"), 64); err == nil {
		return true
	}
	return strings.Contains(s, ".#") || strings.HasSuffix(s, "nan") || strings.HasSuffix(s, "nan(ind)") || tooLarge(s)
}

// tooLarge tells a number that is one, but too large or small for a double.
func tooLarge(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	e, ok := err.(*strconv.NumError)
	return ok && e.Err == strconv.ErrRange
}

// What a list of a tree has one entry for (tree.cpp, Tree::ToString).
const (
	ofTree  = iota // a single value
	ofNode         // num_leaves - 1
	ofLeaf         // num_leaves
	ofOther        // what another list says
)

// lightGBMTree are the lines of a tree up to version v4.
var lightGBMTree = map[string]int{
	"num_leaves": ofTree, "num_cat": ofTree, "shrinkage": ofTree, "is_linear": ofTree, "has_categorical": ofTree,
	"split_feature": ofNode, "split_gain": ofNode, "threshold": ofNode, "decision_type": ofNode, "left_child": ofNode, "right_child": ofNode,
	"internal_value": ofNode, "internal_weight": ofNode, "internal_count": ofNode,
	"leaf_parent": ofLeaf, "leaf_value": ofLeaf, "leaf_weight": ofLeaf, "leaf_count": ofLeaf, "leaf_const": ofLeaf, "num_features": ofLeaf,
	"cat_boundaries": ofOther, "cat_threshold": ofOther, "leaf_features": ofOther, "leaf_coeff": ofOther,
}

// lightGBMNodes is a tree whose lines have been read.
type lightGBMNodes struct {
	keys    map[string]string
	columns int64
	leaves  int64
	cats    int64
	fault   string
}

func (t *lightGBMNodes) fail(format string, args ...any) {
	if t.fault == "" {
		t.fault = fmt.Sprintf(format, args...)
	}
}

// integers reads a list of whole numbers in [low, high).
func (t *lightGBMNodes) integers(key string, low, high int64) []int64 {
	var out []int64
	for field := range fieldsOf(t.keys[key]) {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil || n < low || n >= high {
			t.fail("%s has %q", key, clip(field, 40))
			return nil
		}
		out = append(out, n)
	}
	return out
}

func (t *lightGBMNodes) single(key string, low int64) int64 {
	n, err := strconv.ParseInt(t.keys[key], 10, 32)
	if err != nil || n < low {
		t.fail("%s is %q", key, clip(t.keys[key], 40))
	}
	return n
}

// check holds the lists to the number of leaves, as Tree's constructor reads them.
func (t *lightGBMNodes) check() {
	t.leaves, t.cats = t.single("num_leaves", 1), t.single("num_cat", 0)
	if t.fault != "" {
		return
	}
	for _, key := range sortedKeys(t.keys) {
		n, want := countFields(t.keys[key]), int64(1)
		switch lightGBMTree[key] {
		case ofNode:
			want = t.leaves - 1
		case ofLeaf:
			want = t.leaves
		case ofOther:
			want = n
		}
		// a list that a version does not fill is empty; a tree of one leaf is read by its value
		optional := n == 0 && key != "leaf_value" && lightGBMTree[key] != ofTree || t.leaves == 1 && key != "leaf_value" && n <= 1
		if _, known := lightGBMTree[key]; known && n != want && !optional {
			t.fail("%s has %d entries, %d leaves need %d", key, n, t.leaves, want)
		}
		for field := range fieldsOf(t.keys[key]) {
			if !isFloat(field) {
				t.fail("%s has %q, which is no number", key, clip(field, 40))
			}
		}
	}
	if _, ok := t.keys["leaf_value"]; !ok {
		t.fail("no leaf_value")
	}
	if t.leaves > 1 {
		t.nodes()
	}
	t.linear()
}

// nodes holds the inner nodes to a tree: each node and each leaf is the child of one
// (a leaf i is written as -i-1), features exist, and categories are where they are said.
func (t *lightGBMNodes) nodes() {
	n := t.leaves - 1
	for _, key := range []string{"left_child", "right_child", "split_feature", "threshold"} {
		if countFields(t.keys[key]) != n {
			t.fail("%s has %d entries, %d leaves need %d", key, countFields(t.keys[key]), t.leaves, n)
			return
		}
	}
	t.integers("split_feature", 0, t.columns)
	reached := make([]bool, n+t.leaves)
	for _, key := range []string{"left_child", "right_child"} {
		for _, child := range t.integers(key, -t.leaves, n) {
			if child < 0 {
				child = n - 1 - child // the leaves behind the nodes
			}
			if child == 0 || reached[child] {
				t.fail("%s reaches a node twice", key)
				return
			}
			reached[child] = true
		}
	}
	t.categories()
}

// categories checks the splits by category: their threshold is the number of a set of
// categories, cat_boundaries says where each set lies in cat_threshold.
func (t *lightGBMNodes) categories() {
	types := t.integers("decision_type", 0, 16) // one bit for category, one for the default, two for what is missing
	thresholds := strings.Fields(t.keys["threshold"])
	for i, kind := range types {
		if kind&1 == 0 || i >= len(thresholds) {
			continue
		}
		if set, err := strconv.ParseFloat(thresholds[i], 64); err != nil || set < 0 || set >= float64(t.cats) {
			t.fail("threshold %d is the category set %q of %d", i, clip(thresholds[i], 40), t.cats)
			return
		}
	}
	if t.cats == 0 {
		return
	}
	bounds := t.integers("cat_boundaries", 0, 1<<40)
	if t.fault == "" && int64(len(bounds)) != t.cats+1 {
		t.fail("cat_boundaries has %d entries, %d sets need %d", len(bounds), t.cats, t.cats+1)
	}
	for i := range bounds {
		if i == 0 && bounds[0] != 0 || i > 0 && bounds[i] < bounds[i-1] {
			t.fail("cat_boundaries falls at entry %d", i)
		}
	}
	if n := countFields(t.keys["cat_threshold"]); t.fault == "" && n != bounds[t.cats] {
		t.fail("cat_threshold has %d entries, cat_boundaries says %d", n, bounds[t.cats])
	}
}

// linear checks the linear models of the leaves.
func (t *lightGBMNodes) linear() {
	if _, ok := t.keys["num_features"]; !ok || t.fault != "" {
		return
	}
	sum := int64(0)
	for _, n := range t.integers("num_features", 0, t.columns+1) {
		sum += n
	}
	t.integers("leaf_features", 0, t.columns)
	for _, key := range []string{"leaf_features", "leaf_coeff"} {
		if n := countFields(t.keys[key]); n != sum {
			t.fail("%s has %d entries, num_features says %d", key, n, sum)
		}
	}
}
