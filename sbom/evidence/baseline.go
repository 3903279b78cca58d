package evidence

import (
	"context"
	"regexp"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// maxBaselineBytes bounds the baselines that are read for what they say about
// themselves; JSON with the data inside is larger and is a dataset.
const maxBaselineBytes = 1 << 20

var baselineName = regexp.MustCompile(`(?i)(^|[_.-])baselines?[_.-]?`)

// baseline reads a monitor's baseline, as a document of kind baseline: which model and
// which data it says it was made with. A file that names neither a metric nor a model is
// some other program's baseline and is left alone.
var baseline = sbom.Collector{
	Name:     "evidence/baseline",
	Families: []sbom.Family{sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return f.Within(maxBaselineBytes) && baselineName.MatchString(f.Name()) && (f.Ext() == ".json" || f.Ext() == ".yaml" || f.Ext() == ".yml")
	},
	MaxBytes: maxBaselineBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		docs := tree.Of(f)
		root := docs.Root()
		if root == nil || root.Kind != tree.Map {
			return nil
		}
		meta := root
		for _, key := range []string{"metadata", "baseline"} {
			if m := root.Get(key); m != nil && m.Kind == tree.Map {
				meta = m
			}
		}
		said := func(keys ...string) string {
			if s := firstOf(meta, keys...); s != "" {
				return s
			}
			return firstOf(root, keys...)
		}
		content := map[string]any{
			"model":          said("model", "model_name", "registered_model", "model_id"),
			"model_version":  said("model_version", "version_of_model"),
			"model_digest":   said("model_digest", "model_sha256", "model_revision"),
			"dataset_digest": said("dataset_digest", "data_sha256", "dataset_sha256", "dataset_version"),
		}
		if content["model"] == "" && !statistics(root) {
			return nil
		}
		out.Documents = append(out.Documents, sbom.Document{Kind: "baseline", Path: f.Path, Content: content})
		return nil
	},
}

// statisticKeys are what a baseline of a model monitor holds.
var statisticKeys = regexp.MustCompile(`(?i)^(mean|std|stddev|quantiles?|histograms?|bins?|psi|distribution|embedding_centroid|column_stats|feature_stats|drift|num_unique)$`)

func statistics(root *tree.Node) bool {
	found := false
	root.Walk(func(key string, _ *tree.Node) bool {
		found = found || statisticKeys.MatchString(key)
		return !found
	})
	return found
}
