package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/policies"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// now is the clock of the tests.
const now = "2026-11-24T12:00:00Z"

func embedded() engine.PackSource {
	return engine.PackSource{Name: "mlpolicy", Source: "embedded", FS: policies.FS, Embedded: true}
}

// small stands for the embedded pack where its controls do not matter.
func small() engine.PackSource {
	text := strings.NewReplacer("ACME-001", "TRAIN-900", "acme.one", "mlpolicy.training.one").Replace(control("components", fmt.Sprintf(deny, "false")))
	source := pack("mlpolicy", map[string]string{"training/one.rego": text})
	source.Embedded = true
	return source
}

func lib() engine.PackSource {
	return engine.PackSource{Name: "lib", Source: "embedded", Kind: engine.KindLib, FS: policies.FS, Embedded: true}
}

// pack makes a pack of a user from its files.
func pack(name string, files map[string]string) engine.PackSource {
	fsys := fstest.MapFS{}
	for path, text := range files {
		fsys[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return engine.PackSource{Name: name, Source: "test", FS: fsys}
}

// header is the annotations of a control of a user's pack, up to its package.
func header(id, requires string) string {
	return `# METADATA
# title: A control of a test
# custom:
#   id: ` + id + `
#   stages: [training]
#   severity: critical
#   applies_to: [` + requires + `]
#   requires: [` + requires + `]
#   fix: Do something else.
#   maps: {}
`
}

// looked is an input in which every family was looked for and nothing was found.
func looked(mode string) *engine.Input {
	in := &engine.Input{Schema: engine.InputSchema, Now: now}
	in.Config.Mode, in.Subject.Name = mode, "case"
	in.Collected = map[sbom.Family]sbom.Collected{}
	for _, f := range sbom.Families {
		in.Collected[f] = sbom.Collected{Looked: true}
	}
	return in
}

func load(t *testing.T, packs ...engine.PackSource) *engine.Policy {
	t.Helper()
	p, err := engine.Load(context.Background(), packs, engine.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func evaluate(t *testing.T, p *engine.Policy, in *engine.Input) map[string]engine.Result {
	t.Helper()
	results, err := p.Evaluate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]engine.Result{}
	for _, r := range results {
		out[r.Control.ID] = r
	}
	return out
}

func TestEmbeddedPackLoads(t *testing.T) {
	p := load(t, embedded())
	if len(p.Controls()) < 70 {
		t.Errorf("%d controls are loaded", len(p.Controls()))
	}
	for id, r := range evaluate(t, p, looked(engine.ModeCheck)) {
		if r.Outcome == engine.Error || r.Outcome == engine.Unknown {
			t.Errorf("%s: %s over an empty input: %s", id, r.Outcome, r.Reason)
		}
	}
}
