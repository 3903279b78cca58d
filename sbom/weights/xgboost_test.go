package weights

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// xgboostJSON is a model of two trees as XGBoost writes it: the first splits by category,
// the second is what pruning left of three nodes.
func xgboostJSON() string {
	const tree = `{"base_weights":[0,0.5,-1E-1],"categories":%s,"categories_nodes":%s,"categories_segments":%s,"categories_sizes":%s,"default_left":[1,0,0],"id":%d,` +
		`"left_children":%s,"loss_changes":[1,0,0],"parents":[2147483647,0,0],"right_children":%s,"split_conditions":[2,Infinity,NaN],"split_indices":%s,` +
		`"split_type":%s,"sum_hessian":[1,2,3],"tree_param":{"num_deleted":"%d","num_feature":"2","num_nodes":"3","size_leaf_vector":"0"}}`
	first := fmt.Sprintf(tree, "[3,5]", "[0]", "[0]", "[2]", 0, "[1,-1,-1]", "[2,-1,-1]", "[1,0,0]", "[1,0,0]", 0)
	second := fmt.Sprintf(tree, "[]", "[]", "[]", "[]", 1, "[-1,-1,-1]", "[-1,-1,-1]", "[0,2147483647,2147483647]", "[0,0,0]", 2)
	return `{"learner":{"attributes":{"note":"a\u00e9"},"feature_names":["a","b"],"feature_types":["float","c"],"gradient_booster":{"model":{` +
		`"gbtree_model_param":{"num_parallel_tree":"1","num_trees":"2","size_leaf_vector":"0"},"iteration_indptr":[0,1,2],"tree_info":[0,0],"trees":[` + first + "," + second +
		`]},"name":"gbtree"},"learner_model_param":{"base_score":"5E-1","num_class":"0","num_feature":"2","num_target":"1"},"objective":{"name":"binary:logistic"}},"version":[1,7,4]}`
}

// xgboostUBJSON is the same model in UBJSON: lists of numbers have a type.
func xgboostUBJSON() []byte {
	text := strings.NewReplacer("NaN", "0", "Infinity", "0").Replace(xgboostJSON())
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(err)
	}
	return ubjsonOf(v)
}

func ubjsonText(s string) []byte {
	return append(binary.BigEndian.AppendUint64([]byte("L"), uint64(len(s))), s...)
}

func ubjsonOf(v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		out := []byte("{")
		for _, key := range slices.Sorted(maps.Keys(v)) {
			out = append(append(out, ubjsonText(key)...), ubjsonOf(v[key])...)
		}
		return append(out, '}')
	case []any:
		n := binary.BigEndian.AppendUint64([]byte("#L"), uint64(len(v)))
		if _, number := append(v, "")[0].(float64); number {
			out := append([]byte("[$l"), n...)
			for _, x := range v {
				out = binary.BigEndian.AppendUint32(out, uint32(int32(x.(float64))))
			}
			return out
		}
		out := append([]byte("["), n...)
		for _, x := range v {
			out = append(out, ubjsonOf(x)...)
		}
		return out
	case string:
		return append([]byte("S"), ubjsonText(v)...)
	case float64:
		return []byte{'i', byte(int8(v))}
	}
	panic(fmt.Sprintf("%T", v))
}

func TestXGBoostJSON(t *testing.T) {
	whole := xgboostJSON()
	config := `{"learner":{"learner_train_param":{},"gradient_booster":{"name":"gbtree","gbtree_model_param":{"num_trees":"7"}}},"version":[1,7,4]}`
	linear := `{"learner":{"gradient_booster":{"model":{"weights":[1,2,3]},"name":"gblinear"},"learner_model_param":{"num_feature":"2"},"objective":{}}}`
	for name, good := range map[string]string{"trees": whole, "blanks": " \n" + strings.ReplaceAll(whole, ",", " ,\n\t") + "\n", "parameters": config, "linear": linear} {
		if w, fs := parse(t, readXGBoostJSON, []byte(good)); len(fs) > 0 || w.CoversFile != sbom.Yes {
			t.Errorf("%s: %v", name, fs)
		}
	}
	w, fs := parse(t, readUBJSON, xgboostUBJSON())
	if len(fs) > 0 || w.CoversFile != sbom.Yes || w.Architecture != "gbtree" {
		t.Errorf("UBJSON: %v, %+v", fs, w)
	}
	for _, tc := range []struct{ name, from, to, want string }{
		{"key twice", `"num_class"`, `"num_feature"`, `"num_feature" stands twice at offset`},
		{"list that is too short", "[1,-1,-1]", "[1,-1]", "left_children has 2 entries, tree_param says 3"},
		{"list that is not there", `"sum_hessian"`, `"sum_hassian"`, "sum_hessian has 0 entries"},
		{"more nodes", `"num_nodes":"3"`, `"num_nodes":"4"`, "entries, tree_param says 4"},
		{"no nodes", `"num_nodes":"3"`, `"num_nodes":"x"`, "tree_param has no number of nodes"},
		{"child that is not there", "[2,-1,-1]", "[9,-1,-1]", "node 0 has the children 1 and 9 of 3 nodes"},
		{"same children", "[2,-1,-1]", "[1,-1,-1]", "node 0 has the children 1 and 1"},
		{"child of another", "[2147483647,0,0]", "[2147483647,0,1]", "node 0 has the children 1 and 2"},
		{"parent of the root", "[2147483647,0,0]", "[2,0,0]", "the root has the parent 2"},
		{"neighbour that is none", "[2,-1,-1]", "[2,-1,0.5]", "node 2 has the neighbour"},
		{"one child", "[2,-1,-1]", "[-1,-1,-1]", "node 0 has the children 1 and -1"},
		{"feature that is not there", `"split_indices":[1`, `"split_indices":[7`, "splits by feature 7 of 2"},
		{"nodes that pruning deleted", `"num_deleted":"2"`, `"num_deleted":"1"`, "2 nodes are deleted, its parameters say 1"},
		{"kind of a split", `"split_type":[1`, `"split_type":[4`, "split_type has 4"},
		{"categories that are not there", `"categories_sizes":[2]`, `"categories_sizes":[3]`, "the categories of node 0 are not there"},
		{"lists of categories", `"categories_sizes":[2]`, `"categories_sizes":[2,1]`, "its lists of categories have 1, 1 and 2"},
		{"a list of categories is missing", `"categories_nodes"`, `"categories_nodez"`, "4 of the five lists"},
		{"number of a tree", `"id":1`, `"id":2`, "its id is 2"},
		{"features of a tree", `"num_feature":"2","num_nodes"`, `"num_feature":"3","num_nodes"`, "other features"},
		{"more trees", `"num_trees":"2"`, `"num_trees":"3"`, "2 trees and 2 classes of them, gbtree_model_param says 3"},
		{"fewer classes", `"tree_info":[0,0]`, `"tree_info":[0]`, "2 trees and 1 classes"},
		{"class that is not there", `"tree_info":[0,0]`, `"tree_info":[0,4]`, "class 4"},
		{"iterations", "[0,1,2]", "[0,1,3]", "iteration_indptr goes from 0 to 3"},
		{"iterations that fall", "[0,1,2]", "[0,5,2]", "iteration_indptr falls"},
		{"names of features", `["a","b"]`, `["a"]`, "1 names and 2 types of 2"},
		{"number among names", `["a","b"]`, `["a",1]`, "other values"},
		{"version", "[1,7,4]", "[1,7]", "none of three numbers"},
		{"booster", `"name":"gbtree"`, `"name":"gbtref"`, `booster "gbtref"`},
		{"no objective", `"objective"`, `"abjective"`, "no objective"},
		{"weights of trees", `"name":"gbtree"`, `"name":"dart"`, "0 weights of 2 trees"},
		{"weights of features", `"name":"gbtree"`, `"weights":[1],"name":"gblinear"`, ""},
		{"number that is none", "-1E-1", "-1E-", `number "-1E-"`},
		{"classes that are no number", `"num_class":"0"`, `"num_class":"x"`, "num_class is no number"},
		{"zero byte", `"learner_model`, "\x00earner_model", "byte 0x00 at offset"},
		{"byte in a string", `"note":"a`, "\"note\":\"\x01", "stands in a string"},
		{"escape", `\u00e9`, `\u00g9`, "escape at offset"},
		{"no UTF-8", `"note":"a`, "\"note\":\"\xb4", "not UTF-8"},
		{"comma", `"b"],`, `"b"]`, "byte 0x22 at offset"},
		{"text behind", "[1,7,4]}", "[1,7,4]}x", "text follows"},
	} {
		broken := strings.Replace(whole, tc.from, tc.to, 1)
		if broken == whole {
			t.Fatalf("%s changes nothing", tc.name)
		}
		if _, fs := parse(t, readXGBoostJSON, []byte(broken)); (len(fs) == 0 || !strings.Contains(fs[0].reason, tc.want)) && tc.want != "" {
			t.Errorf("%s: %v, want %q", tc.name, fs, tc.want)
		}
	}
	if _, fs := parse(t, readXGBoostJSON, []byte(strings.Replace(linear, "[1,2,3]", "[1,2]", 1))); len(fs) == 0 {
		t.Error("weights of other features pass")
	}
	if !isXGBoostJSON([]byte(whole), 0) || isXGBoostJSON([]byte(`{"attributes":{},"feature_names":[]}`), 0) || isXGBoostJSON([]byte(`["learner","gradient_booster"]`), 0) {
		t.Error("is not recognised by its keys")
	}
	everyPrefix(t, readXGBoostJSON, []byte(whole))
	everyPrefix(t, readUBJSON, xgboostUBJSON())
}

// TestXGBoostBinary holds the binary format to its parameters.
func TestXGBoostBinary(t *testing.T) {
	whole := xgboostBinary()
	if w, fs := parse(t, readXGBoostBinary, whole[4:]); len(fs) > 0 || w.CoversFile != sbom.Yes || !isXGBoostBinary(whole[4:], 0) {
		t.Errorf("without its magic: %v", fs)
	}
	trees := 4 + 136 + 8 + len("binary:logistic") + 8 + len("gbtree")
	tree, nodes := trees+160, trees+160+148
	for _, tc := range []struct {
		name string
		at   int
		to   uint32
		want string
	}{
		{"attributes", 4 + 12, 7, "attributes 7"},
		{"unused of the learner", 4 + 100, 1, "unused fields of the learner"},
		{"trees", trees, 99, "count 99"},
		{"unused of the model", trees + 60, 1, "unused fields of the model"},
		{"roots", tree, 3, "3 roots"},
		{"nodes", tree + 4, 2, ""},
		{"no node", tree + 4, 0, ""},
		{"deleted nodes", tree + 8, 1, "0 nodes are deleted, its parameters say 1"},
		{"features of a tree", tree + 16, 5, "5 features"},
		{"unused of a tree", tree + 40, 1, "unused fields of the tree"},
		{"parent of the root", nodes, 2, "the root has the parent 2"},
		{"child", nodes + 20 + 4, 0, "node 1 has the children 0"},
		{"parent", nodes + 20, 1<<31 | 2, "node 0 has the children 1 and 2"},
		{"side", nodes + 20, 0, "node 1 is the other child"},
		{"feature", nodes + 12, 9, "splits by feature 9 of 2"},
		{"deleted", nodes + 20 + 12, math.MaxUint32, "1 nodes are deleted, its parameters say 0"},
	} {
		b := slices.Clone(whole)
		binary.LittleEndian.PutUint32(b[tc.at:], tc.to)
		if _, fs := parse(t, readXGBoostBinary, b); len(fs) == 0 || !strings.Contains(fs[0].reason, tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, fs, tc.want)
		}
	}
	for name, pair := range map[string][2]string{
		"booster": {"gbtree", "gbtref"}, "attribute twice": {"objective", "best_iter"}, "saved objective": {`{"name":"binary`, `{"name":"bimary`}, "no JSON": {`{"name"`, `{"name'`},
	} {
		b := []byte(strings.Replace(string(whole), pair[0], pair[1], 1))
		if _, fs := parse(t, readXGBoostBinary, b); len(fs) == 0 {
			t.Errorf("%s passes", name)
		}
	}
	everyPrefix(t, readXGBoostBinary, whole)
	if isXGBoostBinary(make([]byte, 300), 0) || isXGBoostBinary([]byte("x"), 0) {
		t.Error("zeros are taken for a model")
	}
}
