package workbench

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// testTimeout bounds one Rego test; the slowest of ours takes a second on an idle machine.
const testTimeout = time.Minute

// TestResult is what the tests of a pack say.
type TestResult struct {
	Tests    []TestCase        `json:"tests"`
	Coverage []ControlCoverage `json:"coverage"`
}

// TestCase is one Rego test or one file case.
type TestCase struct {
	Name     string        `json:"name"`
	File     string        `json:"file"`
	Pass     bool          `json:"pass"`
	Skipped  bool          `json:"skipped"`
	Message  string        `json:"message"`
	Duration time.Duration `json:"duration_ns"`
}

// ControlCoverage is how far the tests reach one control.
type ControlCoverage struct {
	ID       string  `json:"id"`
	Path     string  `json:"path"`
	Percent  float64 `json:"percent"`  // of its lines
	Missed   []int   `json:"missed"`   // lines that no test reaches
	Fires    bool    `json:"fires"`    // a test in which it fires
	Silent   bool    `json:"silent"`   // a test in which it is evaluated and does not fire
	Required bool    `json:"required"` // all three are asked for
}

// Passed tells whether every test passed.
func (r *TestResult) Passed() bool {
	return !slices.ContainsFunc(r.Tests, func(t TestCase) bool { return !t.Pass && !t.Skipped })
}

// Test runs the Rego tests and the file cases of the pack.
func (p *Pack) Test(ctx context.Context) (*TestResult, error) {
	coverage := cover.New()
	fired := newFiring(p)
	results, err := p.run(ctx, p.Modules, p.Tests, &tee{coverage, fired})
	if err != nil {
		return nil, err
	}
	out := &TestResult{Tests: results, Coverage: []ControlCoverage{}}
	cases, err := p.runCases(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		out.Tests = append(out.Tests, c.TestCase)
		if c.fires != nil && c.Pass {
			fired.note(c.control, *c.fires)
		}
	}
	report := coverage.Report(p.Modules)
	for _, path := range slices.Sorted(maps.Keys(p.Controls)) {
		c := ControlCoverage{ID: p.Controls[path].ID, Path: path, Missed: []int{}}
		if file := report.Files[path]; file != nil {
			c.Percent = file.Coverage
			for _, r := range file.NotCovered {
				for line := r.Start.Row; line <= r.End.Row; line++ {
					c.Missed = append(c.Missed, line)
				}
			}
		}
		c.Fires, c.Silent = fired.fires[path], fired.silent[path]
		out.Coverage = append(out.Coverage, c)
	}
	return out, nil
}

// run evaluates tests over modules.
func (p *Pack) run(ctx context.Context, modules, tests map[string]*ast.Module, tracer topdown.QueryTracer) ([]TestCase, error) {
	all := maps.Clone(modules)
	maps.Copy(all, tests)
	runner := tester.NewRunner().SetModules(all).SetCompiler(testCompiler()).
		SetStore(inmem.NewFromObject(p.Data)).SetTimeout(testTimeout).CapturePrintOutput(true).RaiseBuiltinErrors(true)
	if tracer != nil {
		// One tracer sees the events of all tests, and tells by their order what fired.
		runner = runner.SetCoverageQueryTracer(tracer).SetParallel(1)
	}
	channel, err := runner.RunTests(ctx, nil)
	if err != nil {
		return nil, err
	}
	var out []TestCase
	for r := range channel {
		t := TestCase{Name: r.Package + "." + r.Name, Pass: r.Pass(), Skipped: r.Skip, Duration: r.Duration}
		if r.Location != nil {
			t.File = r.Location.File
		}
		if !t.Pass && !t.Skipped {
			t.Message = strings.TrimSpace(fmt.Sprintf("%v %s%s", errorText(r.Error), failedParts(r.SubResults), r.Output))
			if r.Location != nil {
				t.Message = strings.TrimSpace(fmt.Sprintf("line %d did not hold: %s", r.Location.Row, t.Message))
			}
			t.Message = strings.TrimSuffix(t.Message, ":")
		}
		out = append(out, t)
	}
	return out, nil
}

func testCompiler() *ast.Compiler {
	return ast.NewCompiler().WithStrict(true).WithEnablePrintStatements(true)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// failedParts names the rows of a table test that failed.
func failedParts(parts tester.SubResultMap) string {
	var names []string
	for name, part := range parts {
		if part.Fail {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// tee hands each event to both tracers.
type tee struct {
	*cover.Cover
	fired *firing
}

func (t *tee) TraceEvent(e topdown.Event) {
	t.Cover.TraceEvent(e)
	t.fired.TraceEvent(e)
}

// firing notes for each control whether it was seen to fire, and to be evaluated without
// firing.
type firing struct {
	files         map[string]string // "data.<package>.deny" → file
	ids           map[string]string // id → file
	pending       map[string]bool   // evaluated and not yet seen to fire
	fires, silent map[string]bool
}

func newFiring(p *Pack) *firing {
	f := &firing{files: map[string]string{}, ids: map[string]string{}, pending: map[string]bool{}, fires: map[string]bool{}, silent: map[string]bool{}}
	for path, c := range p.Controls {
		f.files["data."+c.Package+"."+c.Rule] = path
		f.ids[c.ID] = path
	}
	return f
}

func (f *firing) note(id string, fires bool) {
	if fires {
		f.fires[f.ids[id]] = true
	} else {
		f.silent[f.ids[id]] = true
	}
}

func (f *firing) TraceEvent(e topdown.Event) {
	switch e.Op {
	case topdown.IndexOp:
		if e.Ref == nil {
			return
		}
		if file, ok := f.files[e.Ref.String()]; ok {
			f.flush(file)
			f.pending[file] = true
		}
	case topdown.ExitOp:
		if rule, ok := e.Node.(*ast.Rule); ok && rule.Module != nil {
			if file, ok := f.files[rule.Ref().GroundPrefix().String()]; ok {
				f.fires[file], f.pending[file] = true, false
			}
		}
	}
}

// flush notes an evaluation that ended without firing.
func (f *firing) flush(file string) {
	if f.pending[file] {
		f.silent[file] = true
	}
}
