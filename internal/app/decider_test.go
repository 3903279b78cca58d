package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	pinned = `from transformers import AutoModel
model = AutoModel.from_pretrained("meta-llama/Llama-3.1-8B", revision="0123456789abcdef0123456789abcdef01234567")
`
	unpinned = `import torch
from transformers import AutoModel
model = AutoModel.from_pretrained("meta-llama/Llama-3.1-8B", trust_remote_code=True)
state = torch.load("weights.bin", weights_only=False)
`
)

// The App with the real controls: what a pull request adds denies, and what the base has
// does not.
func TestARealPullRequest(t *testing.T) {
	t.Parallel()
	decider := &Decider{Version: "test"}
	b := start(t, func(o *Options) { o.Evaluate = decider.Evaluate })
	repo := b.AddRepo("model", map[string]string{"train.py": pinned})
	sha := b.Commit(map[string]string{"train.py": unpinned})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	eventually(t, func() string {
		if got := b.conclusions(repo, sha)["mlpolicy"]; got != "failure" {
			return fmt.Sprintf("roll-up is %q, runs %v\n%s", got, b.conclusions(repo, sha), tail(b.log.String()))
		}
		return ""
	})
	run := b.Latest(repo, sha)["mlpolicy / training"]
	if run.Conclusion != "failure" || len(run.Annotations) == 0 || run.Annotations[0].Path != "train.py" {
		t.Errorf("training: %+v", run)
	}
	records, err := b.store.RecentDecisions(t.Context(), repo.ID, 10)
	if err != nil || len(records) != 1 {
		t.Fatalf("decisions: %v, %v", records, err)
	}
	context, err := b.store.Blob(t.Context(), records[0].ContextDigest)
	if err != nil || !strings.Contains(string(context), "trust_remote_code=True") {
		t.Errorf("context %s, %v", context, err)
	}
	replayed := 0
	err = History{b.store}.Records(t.Context(), time.Time{}, func(r *decide.Record) error {
		replayed++
		_, err := History{b.store}.Input(t.Context(), r.Input)
		return err
	})
	if err != nil || replayed != 1 {
		t.Errorf("history has %d records, %v", replayed, err)
	}
	old := b.Commit(map[string]string{"train.py": unpinned, "README.md": "hello"})
	b.SetBranch(repo, "main", sha, true)
	b.Change(repo, 2, old, "main")
	b.send("pull_request", b.PullEvent(repo, 2, "opened"))
	eventually(t, func() string {
		rollUp := b.Latest(repo, old)["mlpolicy"]
		if rollUp.Status != "completed" || strings.Contains(rollUp.Title, "training") && !strings.Contains(critical(t, b, old), "mandatory") {
			return fmt.Sprintf("a pull request that adds nothing is %q: %q", rollUp.Conclusion, rollUp.Title)
		}
		return ""
	})
}

// critical are the controls that deny a head, with their levels.
func critical(t *testing.T, b *bed, sha string) string {
	t.Helper()
	var out strings.Builder
	err := History{b.store}.Records(t.Context(), time.Time{}, func(r *decide.Record) error {
		var d engine.Decision
		if err := json.Unmarshal(r.Decision, &d); err != nil {
			return err
		}
		for _, s := range d.Stages {
			for _, c := range s.Controls {
				if d.Subject.Revision == sha && c.Verdict == engine.Deny {
					fmt.Fprintf(&out, "%s %s\n", c.ID, c.Level)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestExplainShowsConditions explains a control of the embedded pack from what is stored,
// and no rule of others: their evaluation is confined, and a trace would not be.
func TestExplainShowsConditions(t *testing.T) {
	t.Parallel()
	decider := &Decider{Version: "test"}
	b := start(t, func(o *Options) {
		o.Evaluate = decider.Evaluate
		o.Explain = func(ctx context.Context, r *store.Record, control string) (string, error) {
			return decider.Explain(ctx, o.Store, r, control)
		}
	})
	b.Allow("writer", "write")
	pack := "# METADATA\n# title: Never\n# description: Fires on every reference.\n# custom:\n#   id: ACME-001\n#   stages: [training]\n#   severity: high\n#   applies_to: [references]\n#   requires: [references]\n#   fix: Remove it.\n#   maps: {owasp_ml: [], owasp_llm: [], atlas: [], nist_ai_rmf: [], cwe: [], eu_ai_act: [], threats: []}\n" +
		"package acme.never\n\nimport future.keywords.not\n\ndeny contains {\"subject\": r.name, \"detail\": \"no\", \"at\": r.at} if some r in input.references\n"
	repo := b.AddRepo("model", map[string]string{"train.py": pinned, ConfigName: "policies \"acme\" { source = \"acme\" }\n", "acme/never.rego": pack})
	sha := b.Commit(map[string]string{"train.py": unpinned, ConfigName: "policies \"acme\" { source = \"acme\" }\n", "acme/never.rego": pack})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.idle()
	eventually(t, func() string {
		if b.conclusions(repo, sha)["mlpolicy / training"] == "" {
			return fmt.Sprintf("runs %v: %s", b.conclusions(repo, sha), b.Latest(repo, sha)["mlpolicy"].Summary)
		}
		return ""
	})
	records, err := b.store.RecentDecisions(t.Context(), repo.ID, 1)
	if err != nil || len(records) != 1 {
		t.Fatalf("%v, %v", records, err)
	}
	for control, want := range map[string]string{"TRAIN-001": "held", "ACME-001": "Only controls of the embedded pack"} {
		if text, err := decider.Explain(t.Context(), b.store, &records[0], control); err != nil || !strings.Contains(text, want) {
			t.Errorf("%s: %q, %v", control, text, err)
		}
	}
	if _, err := decider.Explain(t.Context(), b.store, &records[0], "TRAIN-999"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a control that is not there: %v", err)
	}
	fresh := &Decider{Version: "test"}
	if text, err := fresh.Explain(t.Context(), b.store, &records[0], "TRAIN-001"); err != nil || !strings.Contains(text, "not loaded here any more") {
		t.Errorf("after a restart: %q, %v", text, err)
	}
	b.press(repo, b.Latest(repo, sha)["mlpolicy / training"], buttonExplain, "writer")
	eventually(t, func() string {
		if text := b.Latest(repo, sha)["mlpolicy / training"].Text; !strings.Contains(text, "What it saw") {
			return text + tail(b.log.String())
		}
		return ""
	})
}

func TestLawOfTheDecider(t *testing.T) {
	t.Parallel()
	d := &Decider{Version: "test"}
	head := &source.Source{FS: fstest.MapFS{"train.py": {Data: []byte(unpinned)}}, Subject: sbom.Subject{Name: "x", Revision: strings.Repeat("a", 40)}}
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	decide := func(law, org fstest.MapFS) (*Verdict, error) {
		c := Case{Head: head, Law: law, Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
		if org != nil {
			c.Org = org
		}
		return d.Evaluate(t.Context(), c)
	}
	none, err := decide(fstest.MapFS{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(none.Decision.Stages) != len(engine.Stages) || len(none.Record) == 0 || len(none.BOM) == 0 {
		t.Errorf("without a law: %+v", none.Decision)
	}
	off, err := decide(fstest.MapFS{ConfigName: file(`stage "training" { level = "off" }`)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	floor, err := decide(fstest.MapFS{ConfigName: file(`stage "training" { level = "off" }`)}, fstest.MapFS{ConfigName: file(`stage "training" { level = "mandatory" }`)})
	if err != nil {
		t.Fatal(err)
	}
	for name, law := range map[string][2]string{
		"the organisation's own floor": {`stage "training" { level = "off" }`, "stage \"training\" { level = \"off\" }\norganisation {\n  stage \"training\" { level = \"mandatory\" }\n}\n"},
		"the repository's own floor":   {"stage \"training\" { level = \"off\" }\norganisation {\n  stage \"training\" { level = \"mandatory\" }\n}\n", `stage "training" { level = "off" }`},
	} {
		v, err := decide(fstest.MapFS{ConfigName: file(law[0])}, fstest.MapFS{ConfigName: file(law[1])})
		if err != nil || v.Decision.Decision != engine.Deny {
			t.Errorf("%s does not hold: %v", name, err)
		}
	}
	if off.Decision.Decision == engine.Deny || floor.Decision.Decision != engine.Deny {
		t.Errorf("switched off: %s; with an organisation's floor: %s", off.Decision.Decision, floor.Decision.Decision)
	}
	for name, law := range map[string]string{
		"a block that is unknown":  "profile = \"baseline\"\nnonsense {}\n",
		"a path of this machine":   `policies "x" { source = "/etc" }`,
		"a path upwards":           `policies "x" { source = "../../etc" }`,
		"a key of this machine":    "policies \"x\" {\n  source = \"pack\"\n  verify { public_key = \"/etc/passwd\" }\n}",
		"a pack that is not there": `policies "x" { source = "nowhere" }`,
	} {
		_, err := decide(fstest.MapFS{ConfigName: file(law)}, nil)
		var invalid *LawError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
		}
		if name == "a block that is unknown" && (invalid == nil || invalid.Line != 2 || invalid.Path != ConfigName) {
			t.Errorf("%s: at %+v", name, invalid)
		}
	}
}

func TestContextLeavesSecretsOut(t *testing.T) {
	t.Parallel()
	key := "import x\n-----BEGIN RSA PRIVATE KEY-----\n" + strings.Repeat("MIIEhunter2\n", 60) + "-----END RSA PRIVATE KEY-----\n" + strings.Repeat("\n", 60) + "far\n"
	tree := fstest.MapFS{"a.py": {Data: []byte(key)}, "b.bin": {Data: []byte("\x00\n")}, "c.py": {Data: []byte("clean\n")}}
	d := &engine.Decision{Stages: []engine.StageDecision{{Controls: []engine.ControlResult{{Findings: []engine.Finding{
		{At: sbom.At{Path: "a.py", Line: 1}}, {At: sbom.At{Path: "a.py", Line: 4}}, {At: sbom.At{Path: "a.py", Line: 60}}, {At: sbom.At{Path: "a.py", Line: 124}},
		{At: sbom.At{Path: "b.bin", Line: 1}}, {At: sbom.At{Path: "gone", Line: 1}}, {At: sbom.At{Path: "c.py", Line: 1}}}}}}}}
	body, err := codeContext(tree, d, []sbom.Secret{{At: sbom.At{Path: "a.py", Line: 2}}})
	if err != nil || strings.Contains(string(body), "hunter2") || !strings.Contains(string(body), `"text":"far"`) || !strings.Contains(string(body), `"text":"clean"`) {
		t.Errorf("context %s, %v", body, err)
	}
}

// A pull request may touch nothing that is known; what is deployed or asked for must be seen.
func TestOnlyPullRequestsMayBeEmpty(t *testing.T) {
	t.Parallel()
	d := &Decider{Version: "test"}
	src := func() *source.Source {
		return &source.Source{FS: fstest.MapFS{"notes.txt": {Data: []byte("hello\n")}}, Subject: sbom.Subject{Name: "x", Revision: strings.Repeat("a", 40)}}
	}
	c := Case{Head: src(), Law: fstest.MapFS{}, Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Stages: []engine.Stage{engine.StageDeployment}}
	alone, err := d.Evaluate(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	c.Base = &Base{Source: src()}
	pull, err := d.Evaluate(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if alone.Decision.Decision != engine.Undecided || alone.Decision.Exit != engine.ExitUndecided || pull.Decision.Decision != engine.Allow {
		t.Errorf("alone %s (exit %d), as a pull request %s", alone.Decision.Decision, alone.Decision.Exit, pull.Decision.Decision)
	}
}
