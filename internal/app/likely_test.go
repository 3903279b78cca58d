package app

import (
	"strings"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestLikelyFindingWarns puts a likely finding beside a certain one of a control that
// denies: it is marked, it warns, and no waiver is drafted for it.
func TestLikelyFindingWarns(t *testing.T) {
	t.Parallel()
	finding := func(subject string, certainty engine.Certainty) engine.Finding {
		return engine.Finding{State: engine.FindingNew, Subject: subject, Detail: subject + " is bad", Certainty: certainty, At: sbom.At{Path: subject, Line: 1}}
	}
	c := engine.ControlResult{
		ID: "TEST-001", Level: engine.Mandatory, LikelyLevel: engine.Advisory, Outcome: engine.Fail, Verdict: engine.Deny,
		Findings: []engine.Finding{finding("a.py", ""), finding("b.py", engine.Likely)},
	}
	s := engine.StageDecision{Stage: engine.StageData, Decision: engine.Deny, Controls: []engine.ControlResult{c}}
	levels := map[string]string{}
	for _, a := range annotations(s) {
		levels[a.GetPath()] = a.GetAnnotationLevel()
	}
	if levels["a.py"] != "failure" || levels["b.py"] != "warning" {
		t.Errorf("annotations: %v", levels)
	}
	var text strings.Builder
	if writeFindings(&text, c); strings.Contains(text.String(), "a.py is bad (likely)") || !strings.Contains(text.String(), "b.py is bad (likely)") {
		t.Errorf("findings:\n%s", text.String())
	}
	draft := draftWaivers(&engine.Decision{Stages: []engine.StageDecision{s}}, "data", "owner", time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	if !strings.Contains(draft, `"a.py"`) || strings.Contains(draft, `"b.py"`) {
		t.Errorf("draft:\n%s", draft)
	}
}
