package engine

import (
	"context"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// fold evaluates the rules that depend on nothing but constants and settings once, at
// load, and puts their values in their place. OPA would evaluate them again for every
// input: a table that one control makes of its settings took two thirds of the time of
// all controls over a small input.
//
// Only rules with one definition and without arguments are folded; when one of them
// fails, all stay as they are, and the failure shows in the controls that use them.
func (p *Policy) fold(ctx context.Context, rules map[string]*ruleSet) error {
	var sets []*ruleSet
	for _, path := range slices.Sorted(maps.Keys(rules)) {
		if set := rules[path]; foldable(set) && constant(set, rules, map[string]bool{}) {
			sets = append(sets, set)
		}
	}
	if len(sets) == 0 {
		return nil
	}
	values, err := p.constants(ctx, sets)
	if err != nil || len(values) != len(sets) {
		return ctx.Err()
	}
	for i, set := range sets {
		r := set.rules[0]
		r.Head.Value = values[i]
		r.Body = ast.NewBody(ast.NewExpr(ast.InternedTerm(true)))
	}
	return nil
}

// foldable says whether a rule has a form that can be replaced by its value, and is more
// than its value already.
func foldable(set *ruleSet) bool {
	if set.function || len(set.rules) != 1 {
		return false
	}
	r := set.rules[0]
	ref := r.Head.Ref()
	return r.Else == nil && !r.Default && r.Head.RuleKind() == ast.SingleValue && len(ref) == len(ref.GroundPrefix()) &&
		r.Head.Value != nil && !r.Head.Value.IsGround()
}

// constant says whether nothing that a rule uses reads the input, the clock, or replaces
// something with `with`.
func constant(set *ruleSet, rules map[string]*ruleSet, seen map[string]bool) bool {
	if set == nil || seen[set.path] {
		return true
	}
	seen[set.path] = true
	if len(set.sections) > 0 || set.varies {
		return false
	}
	for called := range set.calls {
		if !constant(rules[called], rules, seen) {
			return false
		}
	}
	return true
}

// constants evaluates rules without an input.
func (p *Policy) constants(ctx context.Context, sets []*ruleSet) ([]*ast.Term, error) {
	terms := make([]*ast.Term, len(sets))
	for i, set := range sets {
		terms[i] = ast.NewTerm(set.rules[0].Ref())
	}
	// x = [data.a, data.b, …]: undefined as a whole when one of them is.
	body, err := p.compiler.QueryCompiler().Compile(ast.NewBody(ast.Equality.Expr(ast.VarTerm("x"), ast.ArrayTerm(terms...))))
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	txn, err := p.store.NewTransaction(limited)
	if err != nil {
		return nil, err
	}
	defer p.store.Abort(limited, txn)
	return p.runConstants(limited, body, txn)
}

func (p *Policy) runConstants(ctx context.Context, body ast.Body, txn storage.Transaction) ([]*ast.Term, error) {
	stop := topdown.NewCancel()
	defer context.AfterFunc(ctx, stop.Cancel)()
	set, err := topdown.NewQuery(body).WithCompiler(p.compiler).WithStore(p.store).WithTransaction(txn).
		WithStrictBuiltinErrors(true).WithCancel(stop).Run(ctx)
	if err != nil || len(set) != 1 {
		return nil, err
	}
	list, ok := set[0][ast.Var("x")].Value.(*ast.Array)
	if !ok {
		return nil, nil
	}
	out := make([]*ast.Term, list.Len())
	for i := range out {
		out[i] = list.Elem(i)
	}
	return out, nil
}
