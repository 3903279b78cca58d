package policy_test

import (
	"context"
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestSeverityOrderInOneDeployment holds three faults of one deployment to their order:
// the socket of the container runtime is critical and stops the baseline profile; root and
// a missing NetworkPolicy are high and, without a base, advise.
func TestSeverityOrderInOneDeployment(t *testing.T) {
	t.Parallel()
	policy, err := engine.Load(context.Background(), []engine.PackSource{embedded()}, engine.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile("testdata/severity_order.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"deploy/chat.yaml": {Data: manifest, Mode: 0o644}}
	head := &source.Source{FS: files, Subject: sbom.Subject{Kind: "directory", Name: "case", Public: sbom.Unstated}}
	result, err := decide.Run(context.Background(), decide.Request{Head: head, Policy: policy, Config: config.Default(), Now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), Stages: []engine.Stage{engine.StageDeployment}})
	if err != nil {
		t.Fatal(err)
	}
	type judged struct {
		severity engine.Severity
		level    engine.Level
		verdict  engine.Verdict
	}
	got := map[string]judged{}
	for _, c := range result.Decision.Stages[0].Controls {
		if c.Outcome == engine.Fail && (c.Severity == engine.Critical || c.Severity == engine.High) {
			got[c.ID] = judged{c.Severity, c.Level, c.Verdict}
		}
	}
	want := map[string]judged{
		"DEP-007": {engine.Critical, engine.Mandatory, engine.Deny},
		"DEP-006": {engine.High, engine.Advisory, engine.Allow},
		"DEP-008": {engine.High, engine.Advisory, engine.Allow},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(judged{})); diff != "" {
		t.Errorf("critical and high controls of the deployment (-want +got):\n%s", diff)
	}
}
