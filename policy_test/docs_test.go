package policy_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/open-policy-agent/opa/v1/ast"
)

// threatsFile names the threats that the annotations refer to.
const threatsFile = "threats.json"

// TestDocs keeps docs/controls.md and docs/coverage.md equal to the annotations of the
// pack; UPDATE=1 writes them.
func TestDocs(t *testing.T) {
	modules := pack(t)
	all := controls(t, modules)
	slices.SortFunc(all, func(a, b control) int { return strings.Compare(a.ID, b.ID) })
	for name, want := range map[string]string{
		"../docs/controls.md": controlsPage(all, modules),
		"../docs/coverage.md": coveragePage(t, all),
	} {
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(got), want); diff != "" {
			t.Errorf("%s is stale, run UPDATE=1 go test ./policy_test -run TestDocs (-file +annotations):\n%s", name, diff)
		}
	}
}

// stageOrder is the lifecycle, with the pipeline that moves artifacts at its end.
var stageOrder = []string{"data", "experiment", "training", "registry", "deployment", "monitoring", "pipeline"}

// controlsPage lists every control under the first of its stages.
func controlsPage(all []control, modules map[string]*ast.Module) string {
	var b strings.Builder
	b.WriteString("# Controls\n\nGenerated from the annotations in `policies/`; `UPDATE=1 go test ./policy_test -run TestDocs` writes it.\n" +
		"Which threats and frameworks each control covers: [coverage.md](coverage.md).\n\n")
	fmt.Fprintf(&b, "%d controls", len(all))
	counts := map[string]int{}
	for _, c := range all {
		counts[c.Severity]++
	}
	for _, severity := range []string{"critical", "high", "medium", "low"} {
		fmt.Fprintf(&b, ", %d %s", counts[severity], severity)
	}
	b.WriteString(".\n")
	for _, stage := range stageOrder {
		fmt.Fprintf(&b, "\n## %s\n\n| Control | Severity | Title |\n| --- | --- | --- |\n", stage)
		list := slices.DeleteFunc(slices.Clone(all), func(c control) bool { return c.Stages[0] != stage })
		for _, c := range list {
			fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", c.ID, strings.ToLower(c.ID), c.Severity, cell(c.Title))
		}
		for _, c := range list {
			controlSection(&b, c, modules[c.Path])
		}
	}
	return b.String()
}

func controlSection(b *strings.Builder, c control, m *ast.Module) {
	fmt.Fprintf(b, "\n### %s\n\n**%s** (%s)\n\n%s\n\n", c.ID, c.Title, c.Severity, strings.TrimSpace(m.Annotations[0].Description))
	fmt.Fprintf(b, "- Fix: %s\n- Stages: %s. Reads: %s.\n- Source: [%s](../%s)\n", strings.TrimSpace(c.Fix), strings.Join(c.Stages, ", "), strings.Join(c.Requires, ", "), c.Path, c.Path)
	if len(c.Settings) == 0 {
		return
	}
	b.WriteString("\n| Setting | Type | Default | Meaning |\n| --- | --- | --- | --- |\n")
	names := make([]string, 0, len(c.Settings))
	for name := range c.Settings {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		s := c.Settings[name]
		value, err := json.Marshal(s.Default)
		if err != nil {
			value = []byte(err.Error())
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", name, s.Type, shortened(string(value)), cell(s.Doc))
	}
}

// maxDefaultBytes is up to what length a default is shown; longer ones are in the source.
const maxDefaultBytes = 80

func shortened(value string) string {
	if len(value) > maxDefaultBytes {
		return "see the source"
	}
	return "`" + cell(value) + "`"
}

func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ").Replace(strings.TrimSpace(s))
}

// frameworks are the catalogues of the field, in the order of the columns.
var frameworks = []struct{ key, title string }{
	{"owasp_ml", "OWASP ML 2023"}, {"owasp_llm", "OWASP LLM 2025"}, {"atlas", "MITRE ATLAS"},
	{"nist_ai_rmf", "NIST AI RMF"}, {"cwe", "CWE"}, {"eu_ai_act", "EU AI Act"},
}

// coveragePage joins threats with controls, and controls with the frameworks.
func coveragePage(t *testing.T, all []control) string {
	var b strings.Builder
	b.WriteString("# Coverage\n\nGenerated from the annotations in `policies/` and `policy_test/threats.json`;\n" +
		"`UPDATE=1 go test ./policy_test -run TestDocs` writes it. What each control does: [controls.md](controls.md).\n\n" +
		"The mappings are judgements. An article of the EU AI Act is a label: it binds high-risk systems only.\n\n## Threats\n\n" +
		"| Threat | | Controls |\n| --- | --- | --- |\n")
	by := map[string][]string{}
	for _, c := range all {
		for _, threat := range c.Maps["threats"] {
			by[threat] = append(by[threat], link(c.ID))
		}
	}
	for _, threat := range threats(t) {
		list := by[threat[0]]
		if len(list) == 0 {
			list = []string{"none"}
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", threat[0], cell(threat[1]), strings.Join(list, ", "))
	}
	b.WriteString("\n## Frameworks\n\n| Control |")
	for _, f := range frameworks {
		fmt.Fprintf(&b, " %s |", f.title)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(frameworks)) + "\n")
	for _, c := range all {
		fmt.Fprintf(&b, "| %s |", link(c.ID))
		for _, f := range frameworks {
			fmt.Fprintf(&b, " %s |", cell(strings.Join(c.Maps[f.key], ", ")))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func link(id string) string { return fmt.Sprintf("[%s](controls.md#%s)", id, strings.ToLower(id)) }

// threats reads the table of threats in its order: code and name.
func threats(t *testing.T) [][2]string {
	t.Helper()
	f, err := os.Open(threatsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out [][2]string
	dec := json.NewDecoder(f)
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	for dec.More() {
		code, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		name, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, [2]string{code.(string), name.(string)})
	}
	return out
}

// TestEveryThreatIsKnownAndCovered holds the annotations to the table of threats, and
// each threat to one control at least.
func TestEveryThreatIsKnownAndCovered(t *testing.T) {
	t.Parallel()
	covered := map[string]bool{}
	for _, threat := range threats(t) {
		covered[threat[0]] = false
	}
	for _, c := range controls(t, pack(t)) {
		for _, threat := range c.Maps["threats"] {
			if _, known := covered[threat]; !known {
				t.Errorf("%s: threat %s is not in %s", c.ID, threat, threatsFile)
			}
			covered[threat] = true
		}
	}
	for threat, ok := range covered {
		if !ok {
			t.Errorf("no control covers threat %s", threat)
		}
	}
}

// TestTheCatalogueIsDecided fails when an entry that can be decided from a source or a
// change has no Rego, no case, or no annotation.
func TestTheCatalogueIsDecided(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(catalogueFile)
	if err != nil {
		t.Skipf("catalogue of controls is not here: %v", err)
	}
	var catalogue struct {
		Controls []struct{ ID, Decidability string }
	}
	if err := json.Unmarshal(content, &catalogue); err != nil {
		t.Fatal(err)
	}
	have, cases := map[string]control{}, map[string]map[string]bool{}
	for _, c := range controls(t, pack(t)) {
		have[c.ID] = c
	}
	for _, c := range testPack(t).Cases {
		if cases[c.Control] == nil {
			cases[c.Control] = map[string]bool{}
		}
		cases[c.Control][string(c.Outcome)] = true
	}
	for _, e := range catalogue.Controls {
		if e.Decidability == "evidence" {
			continue
		}
		c, ok := have[e.ID]
		switch {
		case !ok:
			t.Errorf("%s (%s) has no Rego", e.ID, e.Decidability)
		case c.Title == "" || c.Fix == "" || len(c.Requires) == 0 || len(c.Maps["threats"]) == 0:
			t.Errorf("%s: annotations of %s are not complete", e.ID, path.Base(c.Path))
		case !cases[e.ID]["fail"] || !cases[e.ID]["pass"]:
			t.Errorf("%s has no denied or no allowed case", e.ID)
		}
	}
}
