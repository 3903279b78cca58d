package workbench

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/policies"
)

// TestOPALoadsOurBundle evaluates the embedded pack's bundle as `opa eval -b` does, and
// holds each control to what the engine found over the same input.
func TestOPALoadsOurBundle(t *testing.T) {
	t.Parallel()
	policy, err := decide.LoadPolicy(t.Context(), decide.PolicyOptions{Config: config.Default()})
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	if err := bundles.Build(&packed, policies.FS, bundles.BuildOptions{Revision: "r1", Data: decide.PackData(policy)}); err != nil {
		t.Fatal(err)
	}
	loaded, err := bundle.NewReader(bytes.NewReader(packed.Bytes())).WithSkipBundleVerification(true).Read()
	if err != nil {
		t.Fatal(err)
	}
	for _, example := range []string{"finetune-faulty", "finetune-repaired", "model"} {
		src, err := source.Open(t.Context(), "../../examples", example)
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		result, err := decide.Run(t.Context(), decide.Request{Head: src, Policy: policy, Config: config.Default(), Now: caseTime})
		if err != nil {
			t.Fatal(err)
		}
		var input any
		if err := json.Unmarshal(result.InputJSON, &input); err != nil {
			t.Fatal(err)
		}
		got := opaFindings(t, &loaded, input)
		fired := 0
		for _, r := range result.Results {
			want := 0
			if r.Outcome == engine.Fail {
				want = len(r.Findings)
				fired += want
			}
			if r.Outcome == engine.Fail || r.Outcome == engine.Pass {
				if got[r.Control.Package] != want {
					t.Errorf("%s: %s: OPA finds %d, the engine %d", example, r.Control.ID, got[r.Control.Package], want)
				}
			}
		}
		if example == "finetune-faulty" && fired < 20 {
			t.Errorf("only %d findings were compared", fired)
		}
	}
}

// opaFindings counts the findings of each control by its package.
func opaFindings(t *testing.T, b *bundle.Bundle, input any) map[string]int {
	t.Helper()
	set, err := rego.New(rego.ParsedBundle("mlpolicy", b), rego.Query("data.mlpolicy"), rego.Input(input)).Eval(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	var walk func(name string, v any)
	walk = func(name string, v any) {
		fields, ok := v.(map[string]any)
		if !ok {
			return
		}
		if deny, ok := fields["deny"].([]any); ok {
			out[name] = len(deny)
			return
		}
		for key, inner := range fields {
			walk(name+"."+key, inner)
		}
	}
	walk("mlpolicy", set[0].Expressions[0].Value)
	return out
}

// TestConftestPackRunsUnchanged runs plain conftest policies over the documents of a
// source.
func TestConftestPackRunsUnchanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/policy.rego", []byte(`package main

import rego.v1

deny contains msg if {
	input.kind == "Deployment"
	not input.spec.template.spec.securityContext.runAsNonRoot
	msg := sprintf("%s may run as root", [input.metadata.name])
}

warn contains {"msg": "no owner"} if {
	input.kind == "Deployment"
	not input.metadata.labels.owner
}
`), 0o644); err != nil {
		t.Fatal(err)
	}
	conf := config.Default()
	conf.Packs = []engine.PackConfig{{Name: "k8s", Source: dir, Kind: engine.KindConftest, Stages: []engine.Stage{engine.StageDeployment}, Level: engine.Advisory}}
	policy, err := decide.LoadPolicy(t.Context(), decide.PolicyOptions{Config: conf})
	if err != nil {
		t.Fatal(err)
	}
	src, err := source.Open(t.Context(), "../../examples", "finetune-faulty")
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	result, err := decide.Run(t.Context(), decide.Request{Head: src, Policy: policy, Config: conf, Now: caseTime})
	if err != nil {
		t.Fatal(err)
	}
	details := map[string]string{}
	for _, r := range result.Results {
		if r.Control.Untyped {
			for _, f := range r.Findings {
				details[f.Detail] = f.At.Path
			}
		}
	}
	if details["support-assistant may run as root"] != "deploy/serving.yaml" || details["no owner"] != "deploy/serving.yaml" {
		t.Errorf("findings %v", details)
	}
	if len(result.Decision.UnsignedPolicies) != 1 {
		t.Errorf("unsigned policies %v, want k8s", result.Decision.UnsignedPolicies)
	}
}
