package area

import (
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestAreas(t *testing.T) {
	t.Parallel()
	inv := &sbom.Inventory{
		Alerts:    []sbom.Alert{{At: sbom.At{Path: "ops/x.yaml"}}},
		Workloads: []sbom.Workload{{Role: "serving", At: sbom.At{Path: "ops/y.yaml"}}, {Role: "other", At: sbom.At{Path: "ops/z.yaml"}}},
		References: []sbom.Reference{
			{Role: "serve", How: "yaml", At: sbom.At{Path: "ops/m.yaml"}}, {Role: "serve", How: "call", At: sbom.At{Path: "lib/a.py"}},
		},
	}
	a := From(inv)
	for path, want := range map[string]string{
		"ops/x.yaml": "monitoring", "ops/y.yaml": "deployment", "ops/z.yaml": "", "ops/m.yaml": "deployment", "lib/a.py": "",
		"src/train.py": "training", "src/constrain.py": "", "pipelines/dedup/run.py": "data", "tests/train.py": "", "test_train.py": "",
		"features/user.py": "features", "deploy/k8s/x.yaml": "deployment", "acme.rego": "policy", "docs/train.md": "", "": "",
		"train/eval/report.go": "training", "data/train.py": "training", "mlruns/models/registry.py": "registry",
	} {
		if got := a.Of(path); got != want {
			t.Errorf("%q is in area %q, want %q", path, got, want)
		}
	}
}
