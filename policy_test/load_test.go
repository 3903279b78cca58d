package policy_test

import (
	"context"
	"os"
	"path"
	"testing"
	"testing/fstest"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/policies"
)

// embedded is the pack as the program loads it.
func embedded() engine.PackSource {
	return engine.PackSource{Name: "mlpolicy", Source: "embedded", FS: policies.FS, Embedded: true}
}

// TestPackLoads loads the pack with its tests through the engine, which checks what OPA
// does not: names in function parameters, `every` and data paths, sections that are read
// and not required, literals of tests.
func TestPackLoads(t *testing.T) {
	all := fstest.MapFS{}
	for name, source := range regoFiles(t, policies.FS, "") {
		all[name] = &fstest.MapFile{Data: source}
	}
	for name, source := range regoFiles(t, os.DirFS("."), "") {
		all[path.Join("test", name)] = &fstest.MapFile{Data: source}
	}
	source := embedded()
	source.FS = all
	p, err := engine.Load(context.Background(), []engine.PackSource{source}, engine.LoadOptions{Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.TestModules()) < len(p.Controls()) {
		t.Errorf("%d controls, and %d test files", len(p.Controls()), len(p.TestModules()))
	}
}
