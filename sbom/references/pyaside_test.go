package references

import "testing"

// TestNamesAside reads names that nothing loads beside one that is.
func TestNamesAside(t *testing.T) {
	for name, c := range map[string]struct {
		code string
		want int
	}{
		"for the documentation":      {"_CHECKPOINT_FOR_DOC = 'org/model-1'", 0},
		"a checkpoint":               {"CHECKPOINT = 'org/model-1'", 1},
		"folder of a download":       {"load_file_from_url(url=u, model_dir='org/weights')", 0},
		"folder without an address":  {"build(model_dir='org/weights')", 1},
		"folder of a split":          {"train_data = 'images_12K/train'", 0},
		"data set":                   {"train_dataset = 'org/train-12k'", 1},
		"list of a plotting library": {"import seaborn as sns\nsns.load_dataset('iris')", 0},
		"list of TensorFlow":         {"import tensorflow as tf\ntf.contrib.learn.datasets.load_dataset('mnist')", 0},
		"the hub":                    {"from datasets import load_dataset\nload_dataset('iris')", 1},
		"linked in a registry":       {"target_dataset_path = 'registry/split-1'\nrun.link_artifact(artifact=a, target_path=target_dataset_path)", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := 0
			for _, r := range collectAll(t, map[string]string{"a.py": c.code + "\n"}).References {
				if r.Name != "" {
					got++
				}
			}
			if got != c.want {
				t.Errorf("%d references, want %d", got, c.want)
			}
		})
	}
}
