package gate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestVerdict is one screen: controls of one reason together, what to do, the verdict last.
func TestVerdict(t *testing.T) {
	t.Parallel()
	lacks := func(id, family string, v engine.Verdict) engine.ControlResult {
		return engine.ControlResult{ID: id, Verdict: v, Outcome: engine.Unknown, Reason: "nobody looked for " + family + ": none was given; use --attestation FILE"}
	}
	denies := engine.ControlResult{ID: "REG-001", Severity: engine.Critical, Title: "Unsigned model", Verdict: engine.Deny, Outcome: engine.Fail, Fix: "Sign it."}
	for i := range 5 {
		denies.Findings = append(denies.Findings, engine.Finding{Outcome: engine.Fail, Detail: fmt.Sprintf("finding %d\x1b[2J", i), At: sbom.At{Path: "model.sig"}})
	}
	unread := engine.ControlResult{ID: "REG-003", Verdict: engine.Undecided, Outcome: engine.Unknown, Findings: []engine.Finding{{Outcome: engine.Unknown, Detail: "not JSON", At: sbom.At{Path: "bad.sig"}}}}
	r := &Result{Stage: engine.StageDeployment, Decision: engine.Deny, Decided: &engine.Decision{Stages: []engine.StageDecision{{Controls: []engine.ControlResult{
		lacks("X-002", "provenance", engine.Undecided), lacks("X-001", "attestations", engine.Undecided), unread, denies, lacks("X-004", "attestations", engine.Allow),
		{ID: "DEP-009", Severity: engine.Low, Title: "Something", Verdict: engine.Allow, Outcome: engine.Fail},
		{ID: "P", Verdict: engine.Allow, Outcome: engine.Pass}, {ID: "N", Verdict: engine.Allow, Outcome: engine.NotApplicable},
	}}}}}
	var out strings.Builder
	r.Verdict(&out)
	want := `denied     REG-001  critical Unsigned model
           model.sig: finding 0?[2J
           model.sig: finding 1?[2J
           model.sig: finding 2?[2J
           … and 2 more
           fix: Sign it.
undecided  X-002, X-001: nobody looked for provenance, attestations: none was given; use --attestation FILE
undecided  REG-003: bad.sig: not JSON
advice     DEP-009  low      Something
advice     X-004: nobody looked for attestations: none was given; use --attestation FILE

denied for deployment by REG-001; undecided by REG-003, X-001, X-002; 1 controls pass, 1 do not apply
--verbose lists every control and finding, --format json all evidence
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("screen (-want +got):\n%s", diff)
	}
	out.Reset()
	allowed := &Result{Stage: engine.StageRegistry, Decision: engine.Allow, Decided: &engine.Decision{Stages: []engine.StageDecision{{Controls: []engine.ControlResult{{ID: "P", Outcome: engine.Pass, Verdict: engine.Allow}}}}}}
	allowed.Verdict(&out)
	if got := out.String(); got != "\nallowed for registry; 1 controls pass, 0 do not apply\n" {
		t.Errorf("allowed: %q", got)
	}
}
