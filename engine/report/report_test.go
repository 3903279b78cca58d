package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// example has one control of each kind: it denies, is undecided, advises, is waived,
// passes and does not apply; with a hostile file name in it.
func example() (*engine.Decision, []engine.Control) {
	finding := func(print, state, p string, line int, detail string) engine.Finding {
		return engine.Finding{Fingerprint: print, State: state, Subject: "hf://acme/base", Detail: detail, At: sbom.At{Path: p, Line: line, Column: 5}}
	}
	waived := finding("c3", "waived", "models/legacy.bin", 0, "calls posix.system")
	waived.At = sbom.At{Path: "models/legacy.bin", Offset: 12}
	waived.Waiver, waived.Digest = "legacy", "sha256:ab"
	likely := finding("a4", "new", "guess.py", 2, "no manifest says which torch reads it")
	likely.Certainty = engine.Likely
	d := &engine.Decision{
		Schema: engine.DecisionSchema, Decision: engine.Deny, Exit: 1, Version: "1.0.0", Now: "2026-11-24T12:00:00Z",
		Subject:  sbom.Subject{Kind: "directory", Name: "assistant"},
		Problems: []sbom.Problem{{Path: "data.parquet", Offset: 9, Family: "datasets", Code: "truncated", Reason: "footer ends early"}, {Path: "data.parquet", Offset: 9, Family: "files", Code: "truncated", Reason: "footer ends early"}},
		Waivers:  []engine.WaiverState{{Waiver: engine.Waiver{Name: "legacy", Reason: "converted in ML-412", Owner: "ml-platform", Expires: "2027-01-31"}, State: "used", Matches: 1}, {Waiver: engine.Waiver{Name: "old", Owner: "ml-platform", Expires: "2026-01-31"}, State: "expired", Matches: 2}},
		Stages: []engine.StageDecision{
			{Stage: engine.StageTraining, Decision: engine.Deny, Reason: "TRAIN-001 denies", Controls: []engine.ControlResult{
				{ID: "TRAIN-001", Pack: "mlpolicy", Title: "Base model not pinned", Severity: engine.High, Level: engine.Mandatory, LikelyLevel: engine.Advisory, Outcome: engine.Fail, Verdict: engine.Deny, Fix: "Pass revision=.", Checked: 3,
					Findings: []engine.Finding{finding("a1", "new", "train.py", 4, "model acme/base is loaded without a revision"), finding("a2", "known", "evil\n::error::x\x1b[2J.py", 9, "model <b>acme</b> | `x`"), likely}},
				{ID: "TRAIN-006", Pack: "mlpolicy", Title: "Dangerous weights", Severity: engine.Critical, Level: engine.Mandatory, Outcome: engine.Waived, Verdict: engine.Allow, Findings: []engine.Finding{waived}},
				{ID: "TRAIN-009", Pack: "mlpolicy", Title: "Pass", Severity: engine.Low, Level: engine.Advisory, Outcome: engine.Pass, Verdict: engine.Allow, Checked: 1, Findings: []engine.Finding{}},
			}},
			{Stage: engine.StageRegistry, Decision: engine.Undecided, Reason: "REG-009 could not be decided", Controls: []engine.ControlResult{
				{ID: "REG-009", Pack: "mlpolicy", Title: "Manifest differs", Severity: engine.High, Level: engine.Mandatory, Outcome: engine.Unknown, Verdict: engine.Undecided, Reason: "nobody looked for registry", Findings: []engine.Finding{}},
				{ID: "REG-013", Pack: "mlpolicy", Title: "Card incomplete", Severity: engine.Low, Level: engine.Advisory, Outcome: engine.Fail, Verdict: engine.Allow, Fix: "Complete it.", Findings: []engine.Finding{finding("b1", "new", "README.md", 1, "card has no licence")}},
				{ID: "TRAIN-006", Pack: "mlpolicy", Title: "Dangerous weights", Severity: engine.Critical, Level: engine.Mandatory, Outcome: engine.Waived, Verdict: engine.Allow, Findings: []engine.Finding{waived}},
				{ID: "REG-014", Pack: "mlpolicy", Title: "Nothing there", Severity: engine.Low, Level: engine.Advisory, Outcome: engine.NotApplicable, Verdict: engine.Allow, Reason: "no registry", Findings: []engine.Finding{}},
			}},
		},
	}
	controls := []engine.Control{{ID: "TRAIN-001", Title: "Base model not pinned", Description: "A name means other bytes tomorrow.", Severity: engine.High, Stages: []engine.Stage{engine.StageTraining},
		Maps: engine.Maps{CWE: []string{"CWE-829"}, ATLAS: []string{"AML.T0010"}}, References: []string{"https://atlas.mitre.org/"}}}
	return d, controls
}

func written(t *testing.T, format string) string {
	t.Helper()
	d, controls := example()
	var b bytes.Buffer
	opts := Options{Controls: controls, Summary: []Count{{2, "model"}, {1, "adapter"}, {0, "dataset"}}, Hints: []string{"Next: write a baseline."}}
	if err := Write(&b, format, d, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, format := range Formats {
		got := written(t, format)
		name := filepath.Join("testdata", format+".golden")
		if os.Getenv("UPDATE") != "" {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

// TestHostileNamesStayText holds every output to being text: a name in a source must not
// start a workflow command, an escape sequence, or markup.
func TestHostileNamesStayText(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"table", "markdown", "github", "junit"} {
		got := written(t, format)
		if strings.Contains(got, "\x1b[2J") {
			t.Errorf("%s holds an escape sequence of the source", format)
		}
		for line := range strings.Lines(got) {
			if format != "github" && strings.HasPrefix(strings.TrimSpace(line), "::error") {
				t.Errorf("%s: a name became a workflow command: %q", format, line)
			}
		}
		if format == "markdown" && strings.Contains(got, "<b>") {
			t.Error("markdown holds markup of the source")
		}
	}
	for line := range strings.Lines(written(t, "github")) {
		if strings.HasPrefix(line, "::error::x") {
			t.Errorf("a name became a workflow command: %q", line)
		}
	}
}

func TestSARIFHasAResultPerFinding(t *testing.T) {
	t.Parallel()
	var log sarifLog
	if err := json.Unmarshal([]byte(written(t, "sarif")), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if len(run.Tool.Driver.Rules) != 6 || len(run.Results) != 5 {
		t.Errorf("%d rules and %d results, want 6 and 5", len(run.Tool.Driver.Rules), len(run.Results))
	}
	for _, r := range run.Results {
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID || r.Fingerprints["mlpolicy/v1"] == "" {
			t.Errorf("result %+v points to rule %s", r, rule.ID)
		}
		if (r.RuleID == "TRAIN-006") != (len(r.Suppressions) == 1) {
			t.Errorf("%s has suppressions %v", r.RuleID, r.Suppressions)
		}
	}
	if n := run.Invocations[0].Notifications; len(n) != 2 {
		t.Errorf("notifications %+v, want the unknown control and the problem", n)
	}
}

func TestJUnitCounts(t *testing.T) {
	t.Parallel()
	var suites junitSuites
	if err := xml.Unmarshal([]byte(written(t, "junit")), &suites); err != nil {
		t.Fatal(err)
	}
	if suites.Tests != 7 || suites.Failures != 1 || suites.Errors != 1 {
		t.Errorf("tests %d, failures %d, errors %d; want 7, 1, 1", suites.Tests, suites.Failures, suites.Errors)
	}
}

func TestUnknownFormat(t *testing.T) {
	t.Parallel()
	d, _ := example()
	if err := Write(&bytes.Buffer{}, "pdf", d, Options{}); err == nil {
		t.Error("an unknown format was written")
	}
}
