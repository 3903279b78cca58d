package evidence

import (
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestOwnerPatterns(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern string
		yes, no []string
	}{
		{"*", []string{"a", "a/b"}, nil},
		{"*.py", []string{"a.py", "x/y/a.py"}, []string{"a.pyc"}},
		{"/train/", []string{"train/a.py", "train/x/a.py"}, []string{"x/train/a.py", "train"}},
		{"train/", []string{"train/a.py", "x/train/a.py"}, []string{"train"}},
		{"train", []string{"train", "train/a.py", "x/train/b"}, []string{"trains/a"}},
		{"docs/*", []string{"docs/a.md"}, []string{"docs/x/a.md", "x/docs/a.md"}},
		{"/deploy/**/prod.yaml", []string{"deploy/prod.yaml", "deploy/eu/west/prod.yaml"}, []string{"deploy/dev.yaml"}},
		{"**/secrets", []string{"secrets", "a/b/secrets", "a/secrets/x"}, []string{"a/secret"}},
		{strings.Repeat("**/", 200) + "z", []string{"a/z"}, []string{strings.Repeat("a/", 100) + "b"}},
	}
	for _, test := range tests {
		for _, p := range test.yes {
			if !ownerPattern(test.pattern, p) {
				t.Errorf("%s does not match %s", test.pattern, p)
			}
		}
		for _, p := range test.no {
			if ownerPattern(test.pattern, p) {
				t.Errorf("%s matches %s", test.pattern, p)
			}
		}
	}
}

func TestOwnership(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		".github/CODEOWNERS": "# owners\n/train/ @ml\n/train/open/\n", "CODEOWNERS": "* @everybody\n",
		"train/loss.py": "x = 1\n", "train/open/a.py": "x = 1\n", "data/clean.py": "x = 1\n", "web/page.py": "x = 1\n",
	}
	inv := collectFiles(t, files)
	rules := ownersOf(inv)
	if len(rules) != 2 || rules[0].At.Line != 2 || !slices.Equal(rules[0].Owners, []string{"@ml"}) {
		t.Fatalf("rules %+v, want two of .github/CODEOWNERS", rules)
	}
	if got := lastMatch(rules, "train/open/a.py"); got != &rules[1] || len(got.Owners) != 0 {
		t.Errorf("train/open/a.py is owned by %+v, want the last rule", got)
	}
	if got := lastMatch(rules, "data/clean.py"); got != nil {
		t.Errorf("data/clean.py is owned by %+v, want nobody", got)
	}
	areas := ownershipOf(t, inv)
	if got := areas["training"].(map[string]any); got["owned"] != int64(1) || got["unowned"] != int64(1) {
		t.Errorf("training %+v", got)
	}
	if got := areas["data"].(map[string]any); got["unowned"] != int64(1) || len(got["paths"].([]any)) != 1 {
		t.Errorf("data %+v", got)
	}
	if _, other := areas[""]; other {
		t.Errorf("areas %+v list what is in none", areas)
	}
}

func ownershipOf(t *testing.T, inv *sbom.Inventory) map[string]any {
	t.Helper()
	for _, d := range inv.Documents {
		if d.Kind == "ownership" {
			return d.Content.(map[string]any)["areas"].(map[string]any)
		}
	}
	t.Fatal("no document of kind ownership")
	return nil
}
