package workbench

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"

	"github.com/mlpolicy/mlpolicy/engine"
)

// equivalentFile lists changes that no test can notice, a line each:
//
//	FILE | OPERATOR | DETAIL | why it changes nothing
const equivalentFile = "equivalent_mutants.txt"

func (p *Pack) readEquivalent(dir fs.FS, name string) error {
	content, err := fs.ReadFile(dir, name)
	if err != nil {
		return err
	}
	for i, line := range strings.Split(string(content), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cut := strings.LastIndex(line, " | ")
		if cut < 0 || strings.Count(line[:cut], " | ") < 2 || strings.TrimSpace(line[cut+3:]) == "" {
			return fmt.Errorf("%s:%d: want FILE | OPERATOR | DETAIL | REASON", name, i+1)
		}
		p.equivalent[line[:cut]] = strings.TrimSpace(line[cut+3:])
	}
	return nil
}

// caseInputs keeps the inputs of cases, so that a source is read once and not for each
// change.
type caseInputs struct {
	mu    sync.Mutex
	value map[string]*caseInputOnce
}

type caseInputOnce struct {
	once  sync.Once
	value ast.Value // nil for a case that does not hold as it is
}

// caseValue is the input of a case for OPA, nil for one that fails before any change.
func (p *Pack) caseValue(ctx context.Context, c Case) ast.Value {
	p.inputs.mu.Lock()
	if p.inputs.value == nil {
		p.inputs.value = map[string]*caseInputOnce{}
	}
	entry := p.inputs.value[c.Name]
	if entry == nil {
		entry = &caseInputOnce{}
		p.inputs.value[c.Name] = entry
	}
	p.inputs.mu.Unlock()
	entry.once.Do(func() {
		in, results, message, err := p.evaluateCase(ctx, c)
		if err != nil || message != "" {
			return
		}
		i := slices.IndexFunc(results, func(r engine.Result) bool { return r.Control.ID == c.Control })
		if i < 0 || compareCase(c, results[i]) != "" {
			return
		}
		if value, err := p.Policy.Value(in); err == nil {
			entry.value = value
		}
	})
	return entry.value
}

// casesNotice evaluates the cases of the controls that the file reaches: of itself, or of
// those that import it.
func (p *Pack) casesNotice(ctx context.Context, file string, compiler *ast.Compiler, store storage.Store) bool {
	ids := map[string]engine.Control{}
	if c, ok := p.Controls[file]; ok {
		ids[c.ID] = c
	} else {
		pkg := p.Modules[file].Package.Path.String()
		for name, m := range p.Modules {
			for _, i := range m.Imports {
				if c, ok := p.Controls[name]; ok && i.Path.String() == pkg {
					ids[c.ID] = c
				}
			}
		}
	}
	for _, c := range p.Cases {
		control, ok := ids[c.Control]
		if _, configured := c.Files["mlpolicy.hcl"]; !ok || configured || c.Outcome != engine.Fail && c.Outcome != engine.Pass {
			continue
		}
		if value := p.caseValue(ctx, c); value != nil && caseNotices(ctx, c, control, value, compiler, store) {
			return true
		}
	}
	return false
}

func caseNotices(ctx context.Context, c Case, control engine.Control, input ast.Value, compiler *ast.Compiler, store storage.Store) bool {
	limited, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	set, err := rego.New(rego.Query("x = {f | some f in data."+control.Package+"."+control.Rule+"}"), rego.Compiler(compiler), rego.Store(store),
		rego.ParsedInput(input), rego.Time(caseTime), rego.StrictBuiltinErrors(true)).Eval(limited)
	if err != nil || len(set) != 1 {
		return true
	}
	findings, err := engine.ReadFindings(set[0].Bindings["x"])
	if err != nil {
		return true // the engine takes it for a broken control
	}
	result := engine.Result{Control: control, Outcome: engine.Pass, Findings: findings}
	if len(findings) > 0 {
		result.Outcome = engine.Fail
	}
	if slices.ContainsFunc(findings, func(f engine.RawFinding) bool { return f.At.Pointer != "" }) {
		c.At = nil // the line of a pointer is found in the file later
	}
	return compareCase(c, result) != ""
}
