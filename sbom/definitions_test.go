package sbom

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	definitionText = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: things.acme.example\nspec:\n  group: acme.example\n"
	deployText     = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: llm\n"
)

func TestBlankDefinitions(t *testing.T) {
	blank := strings.Repeat("\n", strings.Count(definitionText, "\n"))
	for _, c := range []struct{ name, in, want string }{
		{"alone", definitionText, blank},
		{"beside a workload, before", "# x\n---\n" + definitionText + "---\n" + deployText, "# x\n---\n" + blank + "---\n" + deployText},
		{"beside a workload, after", deployText + "--- # next\n" + definitionText, deployText + "--- # next\n" + blank},
		{"carriage returns", "---\r\n" + strings.ReplaceAll(definitionText, "\n", "\r\n"), "---\r\n" + blank},
		{"fields in another order", "kind: CustomResourceDefinition\napiVersion: apiextensions.k8s.io/v1beta1\nspec:\n  a: b\n", "\n\n\n\n"},
		{"none", deployText, deployText},
		{"a second kind", definitionText + "kind: Deployment\n", ""},
		{"a quoted second kind", definitionText + "\"kind\": Deployment\n", ""},
		{"a merge", definitionText + "<<: *pod\n", ""},
		{"a flow document", "--- {kind: Deployment}\n" + definitionText, ""},
		{"a complex key", definitionText + "? kind\n: Deployment\n", ""},
		{"a template", definitionText + "{{ include \"pod\" . }}\n", ""},
		{"another field", definitionText + "template:\n  spec: {}\n", ""},
		{"another group", strings.Replace(definitionText, "apiextensions.k8s.io", "acme.example", 1), ""},
		{"a directive", "%YAML 1.2\n" + definitionText, ""},
		{"the end of a document", definitionText + "...\n" + deployText, ""},
		{"text that speaks of one", "a: kind: CustomResourceDefinition\n", ""},
		{"a kind further in", "spec:\n  kind: CustomResourceDefinition\n", ""},
	} {
		if c.want == "" {
			c.want = c.in
		}
		if got := string(BlankDefinitions([]byte(c.in))); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A definition of any size hides nothing; padding that is none does.
func TestLimitLeavesDefinitionsOut(t *testing.T) {
	const limit = 1 << 10
	padding := strings.Repeat("  description: "+strings.Repeat("x", 80)+"\n", 40)
	for _, c := range []struct {
		name, text string
		read       bool
	}{
		{"definition", definitionText + padding, true},
		{"definition and workload", definitionText + padding + "---\n" + deployText, true},
		{"padded workload", definitionText + "---\n" + deployText + padding, false},
	} {
		read := false
		collector := Collector{
			Name: "test/yaml", Families: []Family{FamilyWorkloads}, MaxBytes: limit,
			Match:   func(*File) bool { return true },
			Collect: func(context.Context, *File, *Inventory) error { read = true; return nil },
		}
		source := fstest.MapFS{"all.yaml": {Data: []byte(c.text)}}
		inv, err := Generate(context.Background(), source, Options{Collectors: []Collector{collector}})
		if err != nil {
			t.Fatal(err)
		}
		if read != c.read || (len(inv.Problems) == 0) != c.read {
			t.Errorf("%s: read %v with problems %v, want read %v", c.name, read, inv.Problems, c.read)
		}
	}
}
