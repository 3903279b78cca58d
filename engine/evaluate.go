package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
)

// DefaultTimeout bounds one evaluation of all controls. The embedded pack over a source
// of 5,000 components takes a quarter of a second.
const DefaultTimeout = 30 * time.Second

// fallbackFactor bounds the evaluations of single controls together, as a multiple of
// the timeout, when the evaluation of all of them did not succeed.
const fallbackFactor = 4

// controlShare is the part of the timeout that a single control gets then.
const controlShare = 4

// Result is what one control says about one input: before levels, baseline and waivers.
type Result struct {
	Control Control
	Outcome Outcome
	Reason  string
	Checked int // entries of the sections the control applies to
	// Later says that another command decides: the control requires what only the gate
	// or a base brings.
	Later bool
	// Findings are the places where the control fired; of an error, the error.
	Findings []RawFinding
	// Unknown are the families nobody looked for and the paths that could not be read.
	// They are kept beside Findings, so that waiving the findings does not hide them.
	Unknown []RawFinding
}

// Evaluate evaluates every loaded control over the input, each once, in the order of
// their ids. An error of one control is its outcome; the returned error means that the
// input has no JSON form or ctx ended.
func (p *Policy) Evaluate(ctx context.Context, in *Input) ([]Result, error) {
	answers, err := p.answers(ctx, in)
	if err != nil {
		return nil, err
	}
	digests, sizes := digestsOf(in), sectionSizes(in)
	results := make([]Result, 0, len(p.controls))
	for _, c := range p.controls {
		results = append(results, outcomeOf(c, answers[c.ID], in, sizes, digests))
	}
	return results, nil
}

// Value converts the input for OPA, once for all controls. Documents and the BOM are
// left out where no loaded control reads them.
func (p *Policy) Value(in *Input) (ast.Value, error) {
	return inputValue(p.trimmed(in))
}

// answer is what the query of one control returned.
type answer struct {
	findings []RawFinding
	err      error
}

// evaluator holds a set of controls over one compiler, and their prepared queries.
type evaluator struct {
	compiler *ast.Compiler
	store    storage.Store
	parts    []*part
	// read turns the value of one control's query into findings.
	read func(value any) ([]RawFinding, error)
}

// part is some of the controls of an evaluator, asked in one query. There are as many
// parts as processors, so that one input is decided on all of them.
type part struct {
	controls []Control
	whole    rego.PreparedEvalQuery
	single   []func() (rego.PreparedEvalQuery, error) // prepared when first needed
}

// maxParts bounds the parts: each evaluates the helper rules it uses for itself.
const maxParts = 4

// prepare compiles the one query for all controls of the packs of ours.
func (p *Policy) prepare(ctx context.Context) error {
	var typed []Control
	for _, c := range p.controls {
		if !c.Untyped && !p.Isolated(c.Pack) {
			typed = append(typed, c)
		}
	}
	e, err := newEvaluator(ctx, typed, p.compiler, p.store, readFindings)
	if err != nil {
		return fmt.Errorf("prepare policies: %w", err)
	}
	p.typed = e
	return nil
}

func newEvaluator(ctx context.Context, controls []Control, compiler *ast.Compiler, store storage.Store, read func(any) ([]RawFinding, error)) (*evaluator, error) {
	e := &evaluator{compiler: compiler, store: store, read: read}
	n := min(runtime.GOMAXPROCS(0), maxParts, len(controls))
	for i := range n {
		p := &part{}
		var entries []string
		for j := i; j < len(controls); j += n {
			c := controls[j]
			p.controls = append(p.controls, c)
			entries = append(entries, query(c))
			p.single = append(p.single, sync.OnceValues(func() (rego.PreparedEvalQuery, error) {
				return e.query(ctx, "x = {"+query(c)+"}")
			}))
		}
		whole, err := e.query(ctx, "x = {"+strings.Join(entries, ", ")+"}")
		if err != nil {
			return nil, err
		}
		p.whole = whole
		e.parts = append(e.parts, p)
	}
	return e, nil
}

// query is the entry of one control in the object a query returns. The comprehension
// makes an undefined rule an empty set; a plain reference would make the whole result
// undefined.
func query(c Control) string {
	ref := ast.Ref{ast.DefaultRootDocument}
	for step := range strings.SplitSeq(c.Package, ".") {
		ref = append(ref, ast.StringTerm(step))
	}
	ref = append(ref, ast.StringTerm(c.Rule))
	if c.Untyped { // the rule of a conftest pack may be a set, a list or one value
		return fmt.Sprintf("%s: [x | x := %s]", ast.StringTerm(c.ID), ref)
	}
	return fmt.Sprintf("%s: {x | some x in %s}", ast.StringTerm(c.ID), ref)
}

func (e *evaluator) query(ctx context.Context, text string) (rego.PreparedEvalQuery, error) {
	// Preparing outlives the context of the call that happens to need it first.
	return rego.New(rego.Query(text), rego.Compiler(e.compiler), rego.Store(e.store), rego.StrictBuiltinErrors(true),
		rego.SetRegoVersion(ast.RegoV1)).PrepareForEval(context.WithoutCancel(ctx))
}

// evaluate asks the controls of each part in one query, so that helper rules are
// evaluated once; when that does not give exactly one answer for each control, it asks
// them one by one, so that only the broken one is an error.
func (e *evaluator) evaluate(ctx context.Context, input ast.Value, now time.Time, timeout time.Duration) map[string]answer {
	parts := make([]map[string]answer, len(e.parts))
	var wg sync.WaitGroup
	for i, p := range e.parts {
		wg.Go(func() { parts[i] = e.part(ctx, p, input, now, timeout) })
	}
	wg.Wait()
	answers := map[string]answer{}
	for _, p := range parts {
		maps.Copy(answers, p)
	}
	return answers
}

func (e *evaluator) part(ctx context.Context, p *part, input ast.Value, now time.Time, timeout time.Duration) map[string]answer {
	answers := map[string]answer{}
	values, err := e.run(ctx, p.whole, input, now, timeout)
	if err == nil && len(values) == len(p.controls) {
		for _, c := range p.controls {
			if value, ok := values[c.ID]; ok {
				answers[c.ID] = e.answer(value)
			}
		}
		if len(answers) == len(p.controls) {
			return answers
		}
	}
	budget, cancel := context.WithTimeout(ctx, fallbackFactor*timeout)
	defer cancel()
	for i, c := range p.controls {
		prepared, err := p.single[i]()
		var values map[string]any
		if err == nil {
			values, err = e.run(budget, prepared, input, now, timeout/controlShare)
		}
		value, ok := values[c.ID]
		switch {
		case err != nil:
			answers[c.ID] = answer{err: err}
		case !ok || len(values) != 1:
			answers[c.ID] = answer{err: errors.New("the query gave no answer")}
		default:
			answers[c.ID] = e.answer(value)
		}
	}
	return answers
}

func (e *evaluator) answer(value any) answer {
	findings, err := e.read(value)
	return answer{findings, err}
}

// run evaluates a prepared query and returns the object it binds.
func (e *evaluator) run(ctx context.Context, q rego.PreparedEvalQuery, input ast.Value, now time.Time, timeout time.Duration) (map[string]any, error) {
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	set, err := q.Eval(limited, rego.EvalParsedInput(input), rego.EvalTime(now))
	if err != nil {
		if limited.Err() != nil {
			return nil, fmt.Errorf("evaluation took longer than %s", timeout)
		}
		return nil, plain(err)
	}
	if len(set) != 1 {
		return nil, fmt.Errorf("the query gave %d results, not one", len(set))
	}
	values, ok := set[0].Bindings["x"].(map[string]any)
	if !ok {
		return nil, errors.New("the query gave no object")
	}
	return values, nil
}

// plain drops the position in our own query from an error of OPA and keeps that in the
// policy.
func plain(err error) error {
	return errors.New(strings.Join(slices.Compact(strings.Split(err.Error(), "\n")), "; "))
}
