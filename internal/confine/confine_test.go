package confine

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/policies"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// childArgument makes this test binary a child.
const childArgument = "-confined-child"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == childArgument {
		memory, err := strconv.ParseUint(os.Args[2], 10, 64)
		if err == nil {
			if len(os.Environ()) > 0 {
				err = fmt.Errorf("the child has an environment: %v", os.Environ())
			} else {
				err = Serve(context.Background(), memory, os.Stdin, os.Stdout)
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runner(memory uint64) Runner {
	return Runner{Path: "/proc/self/exe", Args: []string{childArgument}, MemoryBytes: memory}
}

const control = `# METADATA
# title: Named %[1]s
# description: A test.
# related_resources:
#   - ref: https://example.com/
# custom:
#   id: ACME-%[1]s
#   stages: [training]
#   severity: high
#   applies_to: [components]
#   requires: [components]
#   fix: Rename it.
#   settings: {names: {type: set, default: [m], doc: names that fire}}
#   maps: {owasp_ml: [], owasp_llm: [], atlas: [], nist_ai_rmf: [], cwe: [], eu_ai_act: [], threats: []}
package acme.c%[1]s

import future.keywords.not

import data.mlpolicy.lib.places
import data.mlpolicy.settings

deny contains {"subject": c.name, "detail": "named so", "at": c.at} if {
	some c in input.components
	c.name in settings["ACME-%[1]s"].names
	not places.skipped(c.at.path, [])
	%[2]s
}
`

// bomb builds a set that no machine holds, of texts that are made while it is built.
const bomb = `count({text | some i in numbers.range(1, 200000); some j in numbers.range(1, 1000); text := sprintf("%%0900d-%%d", [i, j])}) > 0`

func pack(conditions ...string) engine.PackSource {
	files := map[string][]byte{}
	for i, condition := range conditions {
		id := fmt.Sprintf("%03d", i+1)
		files[id+".rego"] = fmt.Appendf(nil, control, id, strings.ReplaceAll(condition, "%%", "%"))
	}
	return engine.PackSource{Name: "acme", FS: source.Files(files)}
}

// loadPolicy returns a policy with the library and packs, isolated or not.
func loadPolicy(t *testing.T, isolate engine.Isolate, packs ...engine.PackSource) *engine.Policy {
	t.Helper()
	lib, err := fs.Sub(policies.FS, "lib")
	if err != nil {
		t.Fatal(err)
	}
	packs = append(packs, engine.PackSource{Name: "mlpolicy/lib", Kind: engine.KindLib, FS: lib, Embedded: true})
	settings := map[string]map[string]any{"ACME-001": {"names": []any{"m", "n"}}}
	p, err := engine.Load(t.Context(), packs, engine.LoadOptions{Isolate: isolate, Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func input() *engine.Input {
	in := &engine.Input{Schema: engine.InputSchema, Now: "2026-11-24T12:00:00Z", Inventory: sbom.Inventory{Collected: map[sbom.Family]sbom.Collected{}}}
	for _, family := range sbom.Families {
		in.Collected[family] = sbom.Collected{Looked: true, Files: 1}
	}
	in.Components = []sbom.Component{{Kind: "model", Name: "n", At: sbom.At{Path: "a.py", Line: 3}}}
	in.Documents = []sbom.Document{{Kind: "kubernetes", Path: "a.yaml", Content: map[string]any{"kind": "Deployment", "replicas": int64(1)}}}
	return in
}

func outcomes(t *testing.T, p *engine.Policy) map[string]string {
	t.Helper()
	results, err := p.Evaluate(t.Context(), input())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, r := range results {
		out[r.Control.ID] = string(r.Outcome)
		for _, f := range r.Findings {
			out[r.Control.ID] += fmt.Sprintf(" %s: %s at %s:%d", f.Subject, f.Detail, f.At.Path, f.At.Line)
		}
	}
	return out
}

// TestSameElsewhere holds an isolated evaluation to what is found in process.
func TestSameElsewhere(t *testing.T) {
	t.Parallel()
	plain := engine.PackSource{Name: "k8s", Kind: engine.KindConftest, Stages: []engine.Stage{engine.StageDeployment},
		FS: source.Files(map[string][]byte{"a.rego": []byte("package main\n\ndeny contains sprintf(\"%d replica\", [input.replicas]) if input.replicas < data.least\n"), "data.json": []byte(`{"least": 2}`)})}
	here := outcomes(t, loadPolicy(t, nil, pack("true", "to_number(c.name) > 1"), plain))
	there := outcomes(t, loadPolicy(t, runner(0).Isolate, pack("true", "to_number(c.name) > 1"), plain))
	if diff := cmp.Diff(here, there); diff != "" {
		t.Errorf("(-in process +elsewhere):\n%s", diff)
	}
	if !strings.HasPrefix(here["ACME-001"], "fail n: named so") || !strings.HasPrefix(here["k8s/main/deny"], "fail") {
		t.Errorf("nothing was compared: %v", here)
	}
}

// TestMemoryBomb lets a rule ask for more memory than it may have: its pack is an error,
// and this process goes on.
func TestMemoryBomb(t *testing.T) {
	t.Parallel()
	p := loadPolicy(t, runner(256<<20).Isolate, pack(strings.ReplaceAll(bomb, "%%", "%"), "true"))
	got := outcomes(t, p)
	if !strings.HasPrefix(got["ACME-001"], "error") || !strings.Contains(got["ACME-001"], "more than 256 MiB of memory") {
		t.Errorf("%v", got)
	}
	if again := outcomes(t, loadPolicy(t, runner(256<<20).Isolate, pack("true"))); !strings.HasPrefix(again["ACME-001"], "fail") {
		t.Errorf("afterwards: %v", again)
	}
}

// TestBrokenChildIsAnError does without a child that answers.
func TestBrokenChildIsAnError(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]Runner{
		"no program":   {Path: "/nonexistent"},
		"no answer":    {Path: "/bin/true"},
		"another text": {Path: "/bin/echo", Args: []string{"hello"}},
	} {
		if got := outcomes(t, loadPolicy(t, r.Isolate, pack("true"))); !strings.HasPrefix(got["ACME-001"], "error") {
			t.Errorf("%s: %v", name, got)
		}
	}
}
