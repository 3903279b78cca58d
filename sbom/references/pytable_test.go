package references

import (
	"slices"
	"testing"
)

// TestEntriesOfOtherModules follows a key into a table of another module, through a
// module that passes the table on; a key that is not known stands for any entry.
func TestEntriesOfOtherModules(t *testing.T) {
	files := map[string]string{
		"app/settings.py": "MODELS = {\n    'embed': 'org/embedder-1',\n    'rank': os.getenv('RANKER', 'org/ranker-1'),\n    'dims': 3,\n}\n",
		"app/__init__.py": "from app.settings import MODELS\n",
		"app/one.py":      "from transformers import AutoModel\nfrom app.settings import MODELS\nAutoModel.from_pretrained(MODELS['embed'])\n",
		"app/two.py":      "from transformers import AutoModel\nfrom app import MODELS\ndef load(name=MODELS['rank']):\n    AutoModel.from_pretrained(MODELS['rank'])\n",
		"app/any.py":      "from transformers import AutoModel\nfrom app.settings import MODELS\nAutoModel.from_pretrained(MODELS[which])\n",
		"app/none.py":     "from transformers import AutoModel\nfrom app.settings import MODELS\nAutoModel.from_pretrained(MODELS['dims'])\n",
	}
	got := map[string][]string{}
	for _, r := range collectAll(t, files).References {
		if r.Kind == "model" && r.Name != "" {
			got[r.CallAt.Path] = append(got[r.CallAt.Path], r.Name)
		}
	}
	for path, want := range map[string][]string{
		"app/one.py": {"org/embedder-1"}, "app/two.py": {"org/ranker-1"}, "app/any.py": {"org/embedder-1", "org/ranker-1"}, "app/none.py": nil,
	} {
		slices.Sort(got[path])
		if !slices.Equal(got[path], want) {
			t.Errorf("%s loads %q, want %q", path, got[path], want)
		}
	}
}
