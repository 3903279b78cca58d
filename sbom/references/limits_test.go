package references

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestPaddedCodeIsAProblem: a call that padding pushes over the limit is not forgotten.
func TestPaddedCodeIsAProblem(t *testing.T) {
	t.Parallel()
	const code = "import torch\ntorch.load('model.pt')\n"
	padded := func(name, text string, size int) fstest.MapFS {
		return fstest.MapFS{name: {Data: []byte(text + strings.Repeat("#\n", (size-len(text))/2+1))}}
	}
	for _, tc := range []struct {
		name, text string
		limit      int
		families   []sbom.Family
	}{
		{"serve.py", code, maxPythonBytes, []sbom.Family{sbom.FamilyCalls, sbom.FamilyReferences}},
		{"serve.sh", "ollama run llama3\n", maxShellBytes, []sbom.Family{sbom.FamilyCalls, sbom.FamilyDocuments, sbom.FamilyReferences}},
		{"train.yaml", "model: a/b\n", maxRecipeBytes, []sbom.Family{sbom.FamilyDocuments, sbom.FamilyReferences}},
		{"config.json", "{}", maxRecipeBytes, []sbom.Family{sbom.FamilyDocuments, sbom.FamilyReferences}},
		{"main.tf", "", maxRecipeBytes, []sbom.Family{sbom.FamilyReferences}},
		{"serve.ts", "", maxScriptBytes, []sbom.Family{sbom.FamilyReferences}},
		{"Modelfile", "FROM llama3\n", maxShellBytes, []sbom.Family{sbom.FamilyDocuments, sbom.FamilyReferences}},
		{"vocabulary.json", "{}", maxRecipeBytes, nil},
	} {
		inv, err := sbom.Generate(t.Context(), padded(tc.name, tc.text, tc.limit), sbom.Options{Collectors: Collectors})
		if err != nil {
			t.Fatal(err)
		}
		got := map[sbom.Family]bool{}
		for _, p := range inv.Problems {
			if p.Path != tc.name || p.Code != "too_large" {
				t.Errorf("%s: unexpected problem %+v", tc.name, p)
			}
			got[p.Family] = true
		}
		for _, family := range tc.families {
			if !got[family] {
				t.Errorf("%s over %d bytes: no problem of %s", tc.name, tc.limit, family)
			}
		}
		if len(got) != len(tc.families) || len(inv.Calls)+len(inv.References) > 0 {
			t.Errorf("%s: problems %v, %d calls, %d references", tc.name, got, len(inv.Calls), len(inv.References))
		}
	}
	inv, err := sbom.Generate(t.Context(), padded("serve.py", code, 1000), sbom.Options{Collectors: Collectors})
	if err != nil || len(inv.Problems) > 0 || len(inv.Calls) == 0 {
		t.Errorf("under the limit: %v, problems %v, calls %v", err, inv.Problems, inv.Calls)
	}
}
