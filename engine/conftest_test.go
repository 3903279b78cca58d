package engine_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

func conftest(files map[string]string) engine.PackSource {
	source := pack("k8s", files)
	source.Kind, source.Stages, source.Level = engine.KindConftest, []engine.Stage{engine.StageDeployment}, engine.Advisory
	return source
}

func documents() *engine.Input {
	in := looked(engine.ModeCheck)
	in.Documents = []sbom.Document{
		{Kind: "kubernetes", Path: "a.yaml", Content: map[string]any{"kind": "Deployment", "replicas": int64(1)}},
		{Kind: "kubernetes", Path: "b.yaml", Content: map[string]any{"kind": "Service"}},
		{Kind: "template", Path: "c.yaml"},
	}
	return in
}

func TestConftestPack(t *testing.T) {
	t.Parallel()
	p := load(t, conftest(map[string]string{
		"a.rego": `package main

deny contains msg if {
	input.kind == "Deployment"
	msg := sprintf("%d replicas", [input.replicas])
}

deny contains {"msg": "as an object", "details": {}} if input.kind == "Service"

warn_text := "one text" if input.kind == "Service"

violation contains "never" if data.limits.replicas > 5

helper := true
`,
		"a_test.rego": "package main_test\n\nthis does not parse",
		"data.json":   `{"limits": {"replicas": 2}}`,
	}), small())
	results := evaluate(t, p, documents())
	got := map[string][]string{}
	for id, r := range results {
		if !r.Control.Untyped {
			continue
		}
		got[id] = []string{string(r.Outcome)}
		for _, f := range r.Findings {
			got[id] = append(got[id], f.At.Path+": "+f.Detail)
		}
	}
	want := map[string][]string{
		"k8s/main/deny":      {"fail", "a.yaml: 1 replicas", "b.yaml: as an object"},
		"k8s/main/warn_text": {"fail", "b.yaml: one text"},
		"k8s/main/violation": {"pass"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	d := decide(t, p, documents(), engine.DecideOptions{Stages: []engine.Stage{engine.StageDeployment}})
	for _, c := range d.Stages[0].Controls {
		if strings.HasPrefix(c.ID, "k8s/") && (c.Level != engine.Advisory || c.LevelFrom != "policies block") {
			t.Errorf("%s: level %s from %s", c.ID, c.Level, c.LevelFrom)
		}
	}
	unread := documents()
	unread.Problems = []sbom.Problem{{Path: "d.yaml", Family: "documents", Code: "too_large"}}
	if r := evaluate(t, p, unread)["k8s/main/violation"]; r.Outcome != engine.Unknown {
		t.Errorf("a document was not read, and the rule is %s", r.Outcome)
	}
}

func TestConftestErrorsAreErrors(t *testing.T) {
	t.Parallel()
	for name, rule := range map[string]string{
		"built-in": `deny contains "m" if to_number(input.kind) < 5`,
		"number":   `deny contains 5 if input.kind`,
		"no msg":   `deny contains {"message": "m"} if input.kind`,
		"boolean":  `deny if input.kind`,
	} {
		p := load(t, conftest(map[string]string{"a.rego": "package main\n\n" + rule + "\n\nwarn contains \"w\" if input.kind\n"}))
		results := evaluate(t, p, documents())
		if r := results["k8s/main/deny"]; r.Outcome != engine.Error || !strings.Contains(r.Reason, "a.yaml") {
			t.Errorf("%s: %s: %s", name, r.Outcome, r.Reason)
		}
		if r := results["k8s/main/warn"]; r.Outcome != engine.Fail || len(r.Findings) != 2 {
			t.Errorf("%s: the other rule is %s", name, r.Outcome)
		}
	}
}

func TestConftestRefusals(t *testing.T) {
	t.Parallel()
	for want, text := range map[string]string{
		"written in Rego v0":         "package main\n\ndeny[msg] {\n\tinput.kind == \"Deployment\"\n\tmsg := \"m\"\n}\n",
		"rule exception is refused":  "package main\n\nexception contains [\"a\"] if input.kind\n\ndeny contains \"m\" if input.kind\n",
		"has no rule deny":           "package main\n\nallow if input.kind\n",
		"a.rego:4":                   "package main\n\ndeny contains \"m\" if {\n",
		"undefined function http.se": "package main\n\ndeny contains \"m\" if http.send({\"method\": \"get\", \"url\": \"u\"})\n",
	} {
		if got := loadError(t, engine.LoadOptions{}, conftest(map[string]string{"a.rego": text})); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	noStages := conftest(map[string]string{"a.rego": "package main\n\ndeny contains \"m\" if input.kind\n"})
	noStages.Stages = nil
	if got := loadError(t, engine.LoadOptions{}, noStages); !strings.Contains(got, "needs stages") {
		t.Error(got)
	}
}

// TestConftestDoesNotGuardAGate refuses untyped rules as the only ones of a stage.
func TestConftestDoesNotGuardAGate(t *testing.T) {
	t.Parallel()
	p := load(t, conftest(map[string]string{"a.rego": "package main\n\ndeny contains \"m\" if input.kind\n"}))
	in := documents()
	in.Config.Mode = engine.ModeGate
	results, err := p.Evaluate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Decide(p, in, results, engine.DecideOptions{}); err == nil || !strings.Contains(err.Error(), "conftest packs alone") {
		t.Error(err)
	}
}

// TestConftestInputs hands a document over as conftest does: the instructions of a
// Dockerfile, and the entries of a list one by one.
func TestConftestInputs(t *testing.T) {
	t.Parallel()
	p := load(t, conftest(map[string]string{"a.rego": `package main

deny contains msg if {
	some i
	input[i].Cmd == "from"
	endswith(input[i].Value[0], ":latest")
	msg := sprintf("instruction %d takes %s", [i, input[i].Value[0]])
}

deny contains sprintf("%s has no owner", [input.name]) if not input.owner
`}))
	in := documents()
	in.Documents = []sbom.Document{
		{Kind: "dockerfile", Path: "Dockerfile", Content: map[string]any{"text": "# build\nFROM a:1\nFROM b:latest\n"}},
		{Kind: "yaml", Path: "list.yaml", Content: []any{map[string]any{"name": "a", "owner": "x"}, map[string]any{"name": "b"}}},
	}
	r := evaluate(t, p, in)["k8s/main/deny"]
	var got []string
	for _, f := range r.Findings {
		got = append(got, f.At.Path+": "+f.Detail)
	}
	if diff := cmp.Diff([]string{"Dockerfile: instruction 2 takes b:latest", "list.yaml: b has no owner"}, got); diff != "" {
		t.Error(diff, r.Reason)
	}
	in.Documents[0].Content = map[string]any{"text": "NO SUCH\n"}
	if r := evaluate(t, p, in)["k8s/main/deny"]; r.Outcome != engine.Error || !strings.Contains(r.Reason, "Dockerfile: line 1") {
		t.Errorf("a file that is no Dockerfile: %s: %s", r.Outcome, r.Reason)
	}
}
