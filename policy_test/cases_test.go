package policy_test

import (
	"context"
	"os"
	"path"
	"strings"
	"sync"
	"testing"

	"github.com/mlpolicy/mlpolicy/internal/workbench"
	"github.com/mlpolicy/mlpolicy/policies"
)

// casesDir holds the file cases; below it they lie as the controls do below policies.
const casesDir = "cases/"

// openPack opens the embedded pack with the tests and cases of this directory, as
// `mlpolicy policy test policies policy_test` does. internal/workbench says what a case is.
var openPack = sync.OnceValues(func() (*workbench.Pack, error) {
	return workbench.OpenPack(context.Background(), "mlpolicy", policies.FS, os.DirFS("."))
})

func testPack(t *testing.T) *workbench.Pack {
	t.Helper()
	p, err := openPack()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestEveryControlHasCases holds each control to one case that it denies and one that it
// allows.
func TestEveryControlHasCases(t *testing.T) {
	t.Parallel()
	seen := map[string]map[string]bool{}
	for _, c := range testPack(t).Cases {
		key := strings.TrimPrefix(path.Dir(c.Name), casesDir)
		if seen[key] == nil {
			seen[key] = map[string]bool{}
		}
		seen[key][c.Control+" "+string(c.Outcome)] = true
	}
	for _, c := range controls(t, pack(t)) {
		key := strings.TrimSuffix(strings.TrimPrefix(c.Path, "policies/"), ".rego")
		for _, outcome := range []string{"fail", "pass"} {
			if !seen[key][c.ID+" "+outcome] {
				t.Errorf("%s: no case with outcome %s in cases/%s", c.ID, outcome, key)
			}
		}
		delete(seen, key)
	}
	for key := range seen {
		t.Errorf("cases/%s belongs to no control", key)
	}
}

// TestCases decides every case the way `check` does: files are scanned, linked and made
// an input; an input.json is evaluated as it is.
func TestCases(t *testing.T) {
	p := testPack(t)
	for _, c := range p.Cases {
		t.Run(strings.TrimPrefix(c.Name, casesDir), func(t *testing.T) {
			t.Parallel()
			message, err := p.RunCase(context.Background(), c)
			if err != nil {
				t.Fatal(err)
			}
			if message != "" {
				t.Errorf("%s: %s", c.Control, message)
			}
		})
	}
}
