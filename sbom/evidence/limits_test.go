package evidence

import (
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestOnlyBulkIsLeftOutAboveTheLimit: code and configuration above a limit are refused,
// which is a Problem; data above it is no match.
func TestOnlyBulkIsLeftOutAboveTheLimit(t *testing.T) {
	t.Parallel()
	const size = 50 << 20
	refusing := func(path, head string) map[sbom.Family]bool {
		out := map[sbom.Family]bool{}
		f := &sbom.File{Path: path, Size: size, Head: []byte(head)}
		for _, c := range Collectors {
			if c.MaxBytes == 0 || !c.Match(f) {
				continue
			}
			if c.MaxBytes >= size {
				t.Errorf("%s reads %d bytes of %s", c.Name, size, path)
			}
			for _, family := range c.Families {
				out[family] = true
			}
		}
		return out
	}
	for path, families := range map[string][]sbom.Family{
		"serve.py":          {sbom.FamilySecrets, sbom.FamilyAlerts, sbom.FamilyWorkloads, sbom.FamilyFeatures, sbom.FamilyDocuments},
		"nb.ipynb":          {sbom.FamilySecrets, sbom.FamilyAlerts},
		"deploy.yaml":       {sbom.FamilySecrets, sbom.FamilyWorkloads, sbom.FamilyPipelines, sbom.FamilyAlerts, sbom.FamilyRoutes},
		"pyproject.toml":    {sbom.FamilySecrets, sbom.FamilyDocuments},
		"run.sh":            {sbom.FamilySecrets, sbom.FamilyCalls},
		"main.tf":           {sbom.FamilySecrets, sbom.FamilyWorkloads},
		"Dockerfile":        {sbom.FamilySecrets, sbom.FamilyWorkloads},
		".env":              {sbom.FamilySecrets, sbom.FamilyWorkloads},
		"app.ts":            {sbom.FamilySecrets},
		"config.json":       {sbom.FamilySecrets},
		"nginx.conf":        {sbom.FamilySecrets, sbom.FamilyRoutes},
		"nginx.site":        {sbom.FamilyRoutes},
		"prod.mlpolicy.hcl": {sbom.FamilyDocuments},
	} {
		got := refusing(path, "a: 1\n")
		for _, family := range families {
			if !got[family] {
				t.Errorf("%s of %d bytes is left out of %s without a word", path, size, family)
			}
		}
	}
	if got := refusing("start", "#!/bin/sh\n"); !got[sbom.FamilySecrets] {
		t.Error("a script without an extension is left out of secrets without a word")
	}
	for _, path := range []string{"tokenizer.json", "train.json", "train.jsonl", "corpus.txt", "rows.csv", "a.xml", "pnpm-lock.yaml", "app.min.js", "corpus", "baseline.json", "nginx.log"} {
		if got := refusing(path, `{"apiVersion": "AWS"}`); len(got) > 0 {
			t.Errorf("data %s of %d bytes makes %v unknown", path, size, got)
		}
	}
}
