package sbom

import "testing"

func TestProblemsOfATemplate(t *testing.T) {
	t.Parallel()
	problems := func() []Problem {
		return []Problem{{Family: FamilyPackages, Code: "malformed"}, {Family: FamilyReferences, Code: "malformed"}, {Family: FamilyReferences, Code: "too_large"}, {Family: FamilyWeights, Code: "malformed"}}
	}
	for path, want := range map[string]int{"{{cookiecutter.name}}/pyproject.toml": 2, "src/{% if x %}a{% endif %}.py": 2, "pyproject.toml": 4} {
		inv := &Inventory{Problems: problems()}
		inv.ofTemplate(path)
		if len(inv.Problems) != want || len(inv.Documents) != count(want < 4) {
			t.Errorf("%s: %d problems, %d documents", path, len(inv.Problems), len(inv.Documents))
		}
	}
	inv := &Inventory{}
	if inv.ofTemplate("{{name}}/a.toml"); len(inv.Documents) != 0 {
		t.Errorf("a file that was read is no template: %v", inv.Documents)
	}
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
