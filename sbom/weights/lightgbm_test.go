package weights

import (
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestLightGBM holds each part of a model to what LightGBM's loader needs of it. A change
// keeps the length, so that tree_sizes does not give it away, except where that is tested.
func TestLightGBM(t *testing.T) {
	whole := lightGBM()
	old := "tree\nversion=v2\nnum_class=1\nlabel_index=0\nmax_feature_idx=0\nfeature_names=a\n\nTree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=1\nshrinkage=1\n\n\nfeature importances:\na=3\n"
	for name, good := range map[string]string{
		"version 3": whole, "version 2 has no end of trees": old,
		"a later version may add lines": strings.ReplaceAll(strings.Replace(whole, "version=v3", "version=v9", 1), "shrinkage", "shrinking"),
		"a list that is not filled":     strings.Replace(old, "leaf_value=1\n", "leaf_weight=\nleaf_value=1\n", 1),
	} {
		if w, fs := parse(t, readLightGBM, []byte(good)); len(fs) > 0 || w.CoversFile != sbom.Yes {
			t.Errorf("%s: %v", name, fs)
		}
	}
	for _, tc := range []struct{ name, from, to, want string }{
		{"no first line", "tree\n", "trea\n", `no line "tree"`},
		{"line of the header twice", "num_class=1\n", "num_class=1\nnum_class=1\n", `"num_class" stands twice`},
		{"line of no header", "objective=", "abjective", "none of a header"},
		{"no number of classes", "num_class=1", "num_klass=1", "none of a header"},
		{"header without a line", "label_index=0\n", "", `no line "label_index"`},
		{"no class", "num_class=1", "num_class=0", `num_class is "0"`},
		{"features are fewer", "max_feature_idx=2", "max_feature_idx=1", "3 feature_names for 2 features"},
		{"names are fewer", "feature_names=a b=c d", "feature_names=a b=cd", "2 feature_names for 3"},
		{"range of a feature", "[0:1] none", "(0:1] none", `feature_infos has "(0:1]"`},
		{"size that is no number", "tree_sizes=", "tree_sizes=x", "tree_sizes has"},
		{"two values", "label_index=0", "label_index=0=1", "two values"},
		{"number of a tree", "Tree=1", "Tree=2", `no tree 1 but "Tree=2"`},
		{"longer tree", "leaf_value=0.1 0.9", "leaf_value=0.1 0.99", "no tree 1 by tree_sizes"},
		{"line of no tree", "split_gain", "split_gein", `"split_gein" is none of tree 0`},
		{"line of a tree twice", "leaf_weight=3 4", "leaf_count= 3 4", `"leaf_count" is none of tree 0`},
		{"more leaves", "num_leaves=2", "num_leaves=3", "3 leaves need"},
		{"no leaf", "num_leaves=2", "num_leaves=0", `num_leaves is "0"`},
		{"list that is too short", "leaf_weight=3 4", "leaf_weight=314", "leaf_weight has 1 entries, 2 leaves need 2"},
		{"value that is no number", "leaf_value=0.1", "leaf_value=0,1", `leaf_value has "0,1"`},
		{"no values", "leaf_value=0.1", "leaf_velue=0.1", "none of tree 0"},
		{"feature that is not there", "split_feature=1", "split_feature=9", `split_feature has "9"`},
		{"child that is not there", "right_child=-2", "right_child=-9", `right_child has "-9"`},
		{"child of two", "right_child=-2", "right_child=-1", "right_child reaches a node twice"},
		{"root as a child", "left_child=1 -1", "left_child=0 -1", "left_child reaches a node twice"},
		{"kind of a split", "decision_type=2", "decision_type=99"[:len("decision_type=2")-1] + "x", "decision_type has"},
		{"set that is not there", "threshold=0 1e-35", "threshold=7 1e-35", `threshold 0 is the category set "7" of 1`},
		{"sets that do not begin", "cat_boundaries=0 2", "cat_boundaries=1 2", "cat_boundaries falls at entry 0"},
		{"sets that fall", "cat_boundaries=0 2", "cat_boundaries=0 3", "cat_threshold has 2 entries, cat_boundaries says 3"},
		{"linear models", "num_features=1 0 2", "num_features=1 0 3", "leaf_features has 3 entries, num_features says 4"},
		{"size behind the last", "\n\nTree=0", " 3\n\nTree=0", "trees of tree_sizes do not end"},
		{"classes", "num_tree_per_iteration=1", "num_tree_per_iteration=2", "2 trees in an iteration of 1 classes"},
		{"iterations", "num_class=1\nnum_tree_per_iteration=1", "num_class=2\nnum_tree_per_iteration=2", "are no iterations of 2"},
		{"parameter that is no text", "gbdt]", "gb\xb4dt]", "none of a model"},
		{"parameter with a control character", "gbdt]", "gb\x01dt]", "none of a model"},
		{"no end of trees", "end of trees", "end of treez", `line "end of treez"`},
		{"section twice", "parameters:\n[", "feature_importances:\nparameters:\n[", "stands twice or too late"},
		{"importance", "b=c=1", "b=c=x", `line "b=c=x"`},
		{"importance of no feature", "b=c=1", "b=q=1", `line "b=q=1"`},
		{"importance twice", "b=c=1\n", "b=c=1\nb=c=1\n", `line "b=c=1"`},
		{"importance that grows", "b=c=1\n", "b=c=1\na=2\n", `line "a=2"`},
		{"parameter twice", "gbdt]\n", "gbdt]\n[boosting: dart]\n", "none of a model"},
		{"two parameters on a line", "gbdt]\n", "gbdt][a: 1]\n", "none of a model"},
		{"parameter", "[boosting: gbdt]", "[boosting: gbdt", "none of a model"},
		{"no end of parameters", "end of parameters\n", "", "pandas_categorical"},
		{"bytes behind", "null\n", "null\nJUNK JUNK", `line "JUNK JUNK"`},
		{"categories that are cut", "null\n", "nul", "no JSON"},
		{"zero byte", "gbdt", "gb\x00t", "zero byte"},
	} {
		broken := strings.Replace(whole, tc.from, tc.to, 1)
		if broken == whole {
			t.Fatalf("%s changes nothing", tc.name)
		}
		_, fs := parse(t, readLightGBM, []byte(broken))
		if tc.name == "no end of parameters" {
			broken = strings.Replace(broken, "pandas_categorical:null\n", "", 1)
			_, fs = parse(t, readLightGBM, []byte(broken))
			tc.want = "no end of parameters"
		}
		if len(fs) == 0 || !strings.Contains(fs[0].reason, tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, fs, tc.want)
		}
	}
	for n := range strings.Index(whole, "\n\npandas_categorical") {
		if _, fs := parse(t, readLightGBM, []byte(whole[:n])); len(fs) == 0 {
			t.Errorf("cut to %d of %d bytes it passes", n, len(whole))
		}
	}
	for name, text := range map[string]bool{
		"tree\nversion=v4\n": true, "trex\nversion=v4\nnum_class=1\nlabel_index=0\n": true, "tree\r\nversion=v3\r\n": true,
		"tree\nof life\n": false, "x = 1\nversion=\"v\"\nnum_class=1\n": false, "": false,
	} {
		if isLightGBM([]byte(name), 100) != text {
			t.Errorf("%q is recognised: %v", name, !text)
		}
	}
}
