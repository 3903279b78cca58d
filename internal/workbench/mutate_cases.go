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
	"github.com/open-policy-agent/opa/v1/storage/inmem"

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
	value ast.Value      // nil for a case that does not hold as it is
	data  map[string]any // the settings of its configuration, nil without one
}

// caseValue is the input of a case for OPA, without a value for one that fails before any
// change.
func (p *Pack) caseValue(ctx context.Context, c Case) *caseInputOnce {
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
		if i < 0 || compareCase(c, results[i], true) != "" {
			return
		}
		if _, configured := c.Files["mlpolicy.hcl"]; configured {
			conf, _ := caseConfig(c)
			policy, err := p.configured(ctx, conf)
			if err != nil {
				return
			}
			entry.data = policy.Data()
		}
		if value, err := p.Policy.Value(in); err == nil {
			entry.value = value
		}
	})
	return entry
}

// casesNotice evaluates the cases of the controls that the file reaches: of itself, or of
// those that import it, directly or through others.
func (p *Pack) casesNotice(ctx context.Context, m Mutation, compiler *ast.Compiler, store storage.Store) bool {
	ids := map[string]engine.Control{}
	for name := range p.users(m.File) {
		if c, ok := p.Controls[name]; ok {
			ids[c.ID] = c
		}
	}
	for _, c := range p.Cases {
		control, ok := ids[c.Control]
		if !ok || c.Outcome != engine.Fail && c.Outcome != engine.Pass {
			continue
		}
		input := p.caseValue(ctx, c)
		if input.value == nil {
			continue
		}
		at := store
		if input.data != nil {
			if m.module == nil {
				continue // the configuration of the case may set what was changed
			}
			at = inmem.NewFromObjectWithOpts(input.data, inmem.OptRoundTripOnWrite(false))
		}
		if caseNotices(ctx, c, control, input.value, compiler, at) {
			return true
		}
	}
	return false
}

func caseNotices(ctx context.Context, c Case, control engine.Control, input ast.Value, compiler *ast.Compiler, store storage.Store) bool {
	limited, cancel := context.WithTimeout(ctx, mutantTimeout)
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
	placed := !slices.ContainsFunc(findings, func(f engine.RawFinding) bool { return f.At.Pointer != "" })
	return compareCase(c, result, placed) != ""
}
