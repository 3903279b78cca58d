package workbench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const control = `# METADATA
# title: Unlisted publisher
# description: Only models of listed publishers are used.
# related_resources:
#   - ref: https://example.com/
# custom:
#   id: ACME-001
#   stages: [training]
#   severity: high
#   applies_to: [references]
#   requires: [references]
#   fix: Use a listed publisher.
#   settings: {publishers: {type: set, default: [northwind], doc: listed publishers}}
#   maps: {owasp_ml: [], owasp_llm: [], atlas: [], nist_ai_rmf: [], cwe: [], eu_ai_act: [], threats: []}
package acme.training.publisher

import future.keywords.not

import data.mlpolicy.settings

deny contains {"subject": ref.uri, "detail": "unlisted", "at": ref.at} if {
	some ref in input.references
	ref.kind == "model"
	not split(ref.name, "/")[0] in settings["ACME-001"].publishers
}
`

const goodTest = `package publisher_test

import future.keywords.not

import data.acme.training.publisher.deny

base := {"kind": "model", "name": "other/x", "uri": "hf://other/x", "at": {"path": "a.py", "line": 1}}

test_fires if {
	some finding in deny with input.references as [base]
	finding.subject == "hf://other/x"
	finding.detail == "unlisted"
	finding.at.path == "a.py"
}

test_dataset if count(deny) == 0 with input.references as [object.union(base, {"kind": "dataset"})]

test_listed if count(deny) == 0 with input.references as [object.union(base, {"name": "northwind/x"})]
`

const denyCase = `control: ACME-001
outcome: fail
at: train.py:2
-- train.py --
from transformers import AutoModel
model = AutoModel.from_pretrained("other/x")
`

func pack(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return out
}

func open(t *testing.T, files map[string]string) *Pack {
	t.Helper()
	p, err := OpenPack(t.Context(), "acme", pack(files))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPackOfAUser(t *testing.T) {
	t.Parallel()
	p := open(t, map[string]string{"training/publisher.rego": control, "training/publisher_test.rego": goodTest, "cases/deny.txtar": denyCase})
	result, err := p.Test(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Tests) != 4 || !result.Passed() {
		t.Errorf("tests %+v", result.Tests)
	}
	if c := result.Coverage[0]; c.ID != "ACME-001" || c.Percent != 100 || !c.Fires || !c.Silent {
		t.Errorf("coverage %+v", c)
	}
	mutated, err := p.Mutate(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if mutated.Total < 6 || len(mutated.Untested) > 0 {
		t.Errorf("%d changes tried, untested %v", mutated.Total, mutated.Untested)
	}
	for _, m := range mutated.Survivors {
		t.Errorf("survived: %s:%d %s %s", m.File, m.Line, m.Operator, m.Detail)
	}
}

// TestWeakTestsLeaveMutantsAlive shows that the score can fall.
func TestWeakTestsLeaveMutantsAlive(t *testing.T) {
	t.Parallel()
	weak := strings.Split(goodTest, "test_dataset")[0]
	p := open(t, map[string]string{"training/publisher.rego": control, "training/publisher_test.rego": weak})
	result, err := p.Test(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if result.Coverage[0].Silent {
		t.Error("a control that always fires was seen silent")
	}
	mutated, err := p.Mutate(t.Context(), "ACME-001")
	if err != nil {
		t.Fatal(err)
	}
	operators := map[string]bool{}
	for _, m := range mutated.Survivors {
		operators[m.Operator] = true
	}
	if !operators["drop"] || mutated.Score() > 90 {
		t.Errorf("score %.0f with survivors %v, want a dropped line among them", mutated.Score(), operators)
	}
}

// TestManyTestsDoNotMix holds what one test saw apart from what another did: a control
// that fires in each of many tests was never seen silent.
func TestManyTestsDoNotMix(t *testing.T) {
	t.Parallel()
	tests := strings.Split(goodTest, "test_fires")[0]
	for i := range 300 {
		tests += fmt.Sprintf("test_fires_%d if count(deny) == 1 with input.references as [base]\n\n", i)
	}
	p := open(t, map[string]string{"training/publisher.rego": control, "training/publisher_test.rego": tests})
	result, err := p.Test(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c := result.Coverage[0]; len(result.Tests) != 300 || !result.Passed() || !c.Fires || c.Silent {
		t.Errorf("%d tests, passed %v, %+v", len(result.Tests), result.Passed(), c)
	}
}

// TestCasesNoticeMutants kills changes by a case alone, and lists what is left.
func TestCasesNoticeMutants(t *testing.T) {
	t.Parallel()
	weak := strings.Split(goodTest, "test_dataset")[0]
	files := map[string]string{"training/publisher.rego": control, "training/publisher_test.rego": strings.Replace(weak, `finding.detail == "unlisted"`, "finding.detail", 1)}
	alive := func() map[string]bool {
		p := open(t, files)
		result, err := p.Mutate(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]bool{}
		for _, m := range result.Survivors {
			out[m.key()] = true
		}
		for _, stale := range result.Stale {
			out["stale "+stale] = true
		}
		return out
	}
	detail := `training/publisher.rego | constant | "unlisted" became another string`
	if !alive()[detail] {
		t.Fatalf("%s did not survive tests that do not look at it: %v", detail, alive())
	}
	files["equivalent_mutants.txt"] = "# why\n" + detail + " | for this test\ntraining/publisher.rego | drop | nothing | gone\n"
	if got := alive(); got[detail] || !got["stale training/publisher.rego | drop | nothing"] {
		t.Errorf("listed as equivalent: %v", got)
	}
	delete(files, "equivalent_mutants.txt")
	files["cases/deny.txtar"] = strings.Replace(denyCase, "at: train.py:2", "at: train.py:2\ndetail: unlisted", 1)
	if got := alive(); got[detail] {
		t.Errorf("the case does not notice it: %v", got)
	}
	files["equivalent_mutants.txt"] = "no reason\n"
	if _, err := OpenPack(t.Context(), "acme", pack(files)); err == nil {
		t.Error("a list without reasons was read")
	}
}

func TestFailingTestsAndCasesAreReported(t *testing.T) {
	t.Parallel()
	p := open(t, map[string]string{
		"training/publisher.rego":      control,
		"training/publisher_test.rego": goodTest + "\ntest_wrong if count(deny) == 7 with input.references as [base]\n",
		"cases/line.txtar":             strings.Replace(denyCase, "train.py:2", "train.py:1", 1),
		"cases/outcome.txtar":          strings.Replace(denyCase, "outcome: fail\nat: train.py:2", "outcome: pass", 1),
		"cases/detail.txtar":           strings.Replace(denyCase, "at: train.py:2", "detail: something else", 1),
		"cases/unknown.txtar":          strings.Replace(denyCase, "ACME-001", "ACME-999", 1),
		"cases/typo.txtar":             "control: ACME-001\noutcome: pass\n-- input.json --\n{\"refrences\": []}\n",
	})
	result, err := p.Test(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	failed := map[string]bool{}
	for _, c := range result.Tests {
		if !c.Pass {
			failed[c.Name] = true
		}
	}
	for _, name := range []string{"data.publisher_test.test_wrong", "case cases/line", "case cases/outcome", "case cases/detail", "case cases/unknown", "case cases/typo"} {
		if !failed[name] {
			t.Errorf("%s did not fail; failed: %v", name, failed)
		}
	}
	if len(failed) != 6 {
		t.Errorf("failed: %v", failed)
	}
}

func TestBrokenPacksDoNotOpen(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"nothing":                            {"README.md": "x"},
		"typo in a policy":                   {"a.rego": strings.Replace(control, "input.references", "input.refrences", 1)},
		"typo in a test":                     {"a.rego": control, "a_test.rego": strings.ReplaceAll(goodTest, "input.references", "input.refrences")},
		"not Rego":                           {"a.rego": "hello"},
		"case without files":                 {"a.rego": control, "c.txtar": "control: ACME-001\noutcome: fail\n"},
		"case with a line that is not there": {"a.rego": control, "c.txtar": strings.Replace(denyCase, "train.py:2", "train.py:9", 1)},
		"case that passes at a place":        {"a.rego": control, "c.txtar": strings.Replace(denyCase, "outcome: fail", "outcome: pass", 1)},
		"case of an unknown source":          {"a.rego": control, "c.txtar": "source: svn\n" + denyCase},
	} {
		if _, err := OpenPack(t.Context(), "acme", pack(files)); err == nil {
			t.Errorf("%s: opened", name)
		}
	}
}

// decided runs one decision over a source with one model.
func decided(t *testing.T, policy *engine.Policy, model string) (*decide.Request, *decide.Result) {
	t.Helper()
	req := &decide.Request{
		Head: &source.Source{
			FS:      fstest.MapFS{"train.py": {Data: []byte("from transformers import AutoModel\nmodel = AutoModel.from_pretrained(\"" + model + "\")\n")}},
			Subject: sbom.Subject{Kind: "directory", Name: "assistant", Public: sbom.Unstated},
		},
		Policy: policy, Config: config.Default(), Now: caseTime, Version: "1.0.0",
	}
	req.Config.Profile = engine.ProfileStrict
	result, err := decide.Run(t.Context(), *req)
	if err != nil {
		t.Fatal(err)
	}
	return req, result
}

func TestReplay(t *testing.T) {
	t.Parallel()
	old := open(t, map[string]string{"a.rego": control}).Policy
	log := OpenLog(t.TempDir())
	for _, model := range []string{"northwind/x", "other/x", "northwind/x"} {
		req, result := decided(t, old, model)
		rec, err := result.Record(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := log.Append(rec, result.InputJSON, result.BaseInputJSON); err != nil {
			t.Fatal(err)
		}
	}
	inputs, err := filepath.Glob(filepath.Join(log.dir, "inputs", "*", "*.zst"))
	if err != nil || len(inputs) != 2 {
		t.Errorf("%d inputs are kept for two different sources (%v)", len(inputs), err)
	}
	under := func(p *engine.Policy) func(context.Context, *engine.Config) (*engine.Policy, error) {
		return func(context.Context, *engine.Config) (*engine.Policy, error) { return p, nil }
	}
	same, err := Replay{Policy: under(old)}.Run(t.Context(), log)
	if err != nil || same.Reproduced != 3 || len(same.Differences) != 0 || len(same.Flips) != 0 {
		t.Errorf("the old policy: %+v, %v", same, err)
	}
	stricter := open(t, map[string]string{"a.rego": strings.Replace(control, "default: [northwind]", "default: [nobody]", 1)}).Policy
	changed, err := Replay{Policy: under(stricter)}.Run(t.Context(), log)
	if err != nil {
		t.Fatal(err)
	}
	if changed.Decisions != 3 || changed.Changed != 2 || len(changed.Flips) != 1 || changed.Flips[0].Count != 2 || changed.Flips[0].To != engine.Deny {
		t.Errorf("a stricter policy: %+v", changed)
	}
	if none, err := (Replay{Policy: under(old), Since: caseTime.Add(time.Hour)}).Run(t.Context(), log); err != nil || none.Decisions != 0 {
		t.Errorf("since later: %+v, %v", none, err)
	}
	var b bytes.Buffer
	if err := changed.Markdown(&b); err != nil || !strings.Contains(b.String(), "allow → deny") {
		t.Errorf("markdown: %s %v", b.String(), err)
	}
}

// TestAlteredHistoryIsNoticed changes what was recorded.
func TestAlteredHistoryIsNoticed(t *testing.T) {
	t.Parallel()
	policy := open(t, map[string]string{"a.rego": control}).Policy
	log := OpenLog(t.TempDir())
	req, result := decided(t, policy, "other/x")
	rec, err := result.Record(req)
	if err != nil {
		t.Fatal(err)
	}
	rec.Decision = json.RawMessage(strings.Replace(string(rec.Decision), `"decision":"deny"`, `"decision":"allow"`, 1))
	if err := log.Append(rec, result.InputJSON); err != nil {
		t.Fatal(err)
	}
	r := Replay{Policy: func(context.Context, *engine.Config) (*engine.Policy, error) { return policy, nil }}
	if got, err := r.Run(t.Context(), log); err != nil || len(got.Differences) != 1 {
		t.Errorf("an altered decision: %+v, %v", got, err)
	}
	inputs, err := filepath.Glob(filepath.Join(log.dir, "inputs", "*", "*.zst"))
	if err != nil || len(inputs) != 1 {
		t.Fatalf("%v, %v", inputs, err)
	}
	if err := os.WriteFile(inputs[0], []byte("not zstd"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Run(t.Context(), log); err == nil {
		t.Error("a broken input was replayed")
	}
	if err := os.WriteFile(filepath.Join(log.dir, logFile), []byte("{}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Run(t.Context(), log); err == nil {
		t.Error("a broken record was replayed")
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	policy := open(t, map[string]string{"a.rego": control}).Policy
	_, result := decided(t, policy, "northwind/x")
	x, err := Explain(t.Context(), policy, result.Input, result.Results[0])
	if err != nil {
		t.Fatal(err)
	}
	if x.Outcome != engine.Pass || len(x.Rules) != 1 || x.Rules[0].Fired != 0 {
		t.Fatalf("explanation %+v", x)
	}
	conditions := x.Rules[0].Conditions
	if last := conditions[len(conditions)-1]; last.Reached != 1 || last.Held != 0 || len(last.Failed) != 1 || !strings.Contains(last.Failed[0], "northwind/x") {
		t.Errorf("the condition that stopped it: %+v", last)
	}
	var b bytes.Buffer
	if err := x.Text(&b); err != nil || !strings.Contains(b.String(), "Use a listed publisher.") || !strings.Contains(b.String(), "publishers") {
		t.Errorf("text:\n%s%v", b.String(), err)
	}
}
