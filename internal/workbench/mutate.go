package workbench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// MutationResult says how many changes of the policies the tests notice.
type MutationResult struct {
	Total     int        `json:"total"`  // changes that still compile
	Killed    int        `json:"killed"` // noticed by a test or a case
	Survivors []Mutation `json:"survivors"`
	// Untested are the policies whose own tests fail as they are, so that no change of
	// them can be noticed.
	Untested []string `json:"untested"`
	// ByOperator counts the tried and the noticed changes.
	ByOperator map[string][2]int `json:"by_operator"`
}

// Mutation is one change of one policy.
type Mutation struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Operator string `json:"operator"` // negate | drop | compare | set | constant | rule
	Detail   string `json:"detail"`
	module   *ast.Module
}

// Score is the share of noticed changes in percent, 100 for none tried.
func (m *MutationResult) Score() float64 {
	if m.Total == 0 {
		return 100
	}
	return 100 * float64(m.Killed) / float64(m.Total)
}

// Mutate changes the policies of the pack one place at a time and runs the tests of what
// was changed: a change that no test notices is a condition that nobody tests. control
// limits it to one control.
func (p *Pack) Mutate(ctx context.Context, control string) (*MutationResult, error) {
	var all []Mutation
	untested := []string{}
	for _, path := range p.Own {
		if control != "" && p.Controls[path].ID != control {
			continue
		}
		if p.try(ctx, Mutation{File: path, module: p.Modules[path]}) != survived {
			untested = append(untested, path)
			continue
		}
		all = append(all, mutations(path, p.Modules[path])...)
	}
	verdicts := make([]verdict, len(all))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				verdicts[i] = p.try(ctx, all[i])
			}
		})
	}
	for i := range all {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := &MutationResult{Survivors: []Mutation{}, Untested: untested, ByOperator: map[string][2]int{}}
	for i, m := range all {
		if verdicts[i] == doesNotCompile {
			continue
		}
		counts := out.ByOperator[m.Operator]
		counts[0]++
		out.Total++
		if verdicts[i] == noticed {
			counts[1]++
			out.Killed++
		} else {
			out.Survivors = append(out.Survivors, m)
		}
		out.ByOperator[m.Operator] = counts
	}
	return out, nil
}

type verdict int

const (
	survived verdict = iota
	noticed
	doesNotCompile
)

// try compiles the pack with the change and runs the tests that reach the file.
func (p *Pack) try(ctx context.Context, m Mutation) verdict {
	modules := p.closure(m.File)
	modules[m.File] = m.module
	tests := p.testsOf(m.File)
	results, err := p.run(ctx, copyModules(modules), copyModules(tests), nil)
	var compile ast.Errors
	if errors.As(err, &compile) {
		return doesNotCompile
	}
	if err != nil {
		return noticed // it no longer evaluates
	}
	for _, r := range results {
		if !r.Pass && !r.Skipped {
			return noticed
		}
	}
	return survived
}

func copyModules(in map[string]*ast.Module) map[string]*ast.Module {
	out := make(map[string]*ast.Module, len(in))
	for name, m := range in {
		out[name] = m.Copy()
	}
	return out
}

// closure is the file, what it imports, and what imports it, with their imports: what a
// test of it can see.
func (p *Pack) closure(file string) map[string]*ast.Module {
	byPackage := map[string]string{}
	for name, m := range p.Modules {
		byPackage[m.Package.Path.String()] = name
	}
	out := map[string]*ast.Module{}
	var add func(name string)
	add = func(name string) {
		if _, ok := out[name]; ok {
			return
		}
		out[name] = p.Modules[name]
		for _, i := range p.Modules[name].Imports {
			if imported, ok := byPackage[i.Path.String()]; ok {
				add(imported)
			}
		}
	}
	add(file)
	for _, t := range p.testsOf(file) {
		for _, i := range t.Imports {
			path := i.Path.String()
			for pkg, name := range byPackage {
				if path == pkg || strings.HasPrefix(path, pkg+".") {
					add(name)
				}
			}
		}
	}
	return out
}

// testsOf are the tests that import the file's package, or a control that imports it.
func (p *Pack) testsOf(file string) map[string]*ast.Module {
	pkg := p.Modules[file].Package.Path.String()
	users := map[string]bool{pkg: true}
	for _, m := range p.Modules {
		for _, i := range m.Imports {
			if i.Path.String() == pkg {
				users[m.Package.Path.String()] = true
			}
		}
	}
	direct, all := map[string]*ast.Module{}, map[string]*ast.Module{}
	for name, t := range p.Tests {
		for _, i := range t.Imports {
			path := i.Path.String()
			if path == pkg || strings.HasPrefix(path, pkg+".") {
				direct[name] = t
			}
			for user := range users {
				if path == user || strings.HasPrefix(path, user+".") {
					all[name] = t
				}
			}
		}
	}
	if len(direct) > 0 && p.Controls[file].ID != "" {
		return direct
	}
	return all
}

// mutations lists every change of a module, each on a copy of its own.
func mutations(file string, m *ast.Module) []Mutation {
	var out []Mutation
	add := func(line int, operator, detail string, change func(*ast.Module)) {
		mutant := m.Copy()
		change(mutant)
		out = append(out, Mutation{File: file, Line: line, Operator: operator, Detail: detail, module: mutant})
	}
	for r, rule := range m.Rules {
		if rule.Location == nil {
			continue
		}
		add(rule.Location.Row, "rule", "deleted "+rule.Head.Name.String(), func(m *ast.Module) { m.Rules = slices.Delete(m.Rules, r, r+1) })
		for b, expr := range rule.Body {
			if expr.Generated || expr.Location == nil || trivial(rule.Body) {
				continue
			}
			text := oneLine(string(expr.Location.Text))
			if len(rule.Body) > 1 {
				add(expr.Location.Row, "drop", "dropped "+text, func(m *ast.Module) {
					m.Rules[r].Body = slices.Delete(m.Rules[r].Body, b, b+1)
				})
			}
			if negatable(expr) {
				add(expr.Location.Row, "negate", "negated "+text, func(m *ast.Module) {
					e := m.Rules[r].Body[b]
					e.Negated = !e.Negated
				})
			}
			for from, to := range comparisons {
				if expr.IsCall() && expr.Operator().String() == from {
					add(expr.Location.Row, "compare", from+" became "+to+" in "+text, func(m *ast.Module) {
						m.Rules[r].Body[b].SetOperator(ast.RefTerm(ast.VarTerm(to)))
					})
				}
			}
		}
		out = append(out, constants(file, m, r)...)
	}
	slices.SortStableFunc(out, func(a, b Mutation) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Operator, b.Operator))
	})
	return out
}

// trivial bodies are the "true" of a rule without conditions.
func trivial(body ast.Body) bool {
	if len(body) != 1 {
		return false
	}
	t, ok := body[0].Terms.(*ast.Term)
	return ok && t.Value.Compare(ast.Boolean(true)) == 0
}

// negatable expressions bind nothing that the rest of the body needs, as far as can be
// told here; the compiler refuses the others.
func negatable(e *ast.Expr) bool {
	switch e.Terms.(type) {
	case *ast.SomeDecl, *ast.Every:
		return false
	}
	return !e.IsAssignment()
}

// comparisons maps an operator to the one it is swapped with.
var comparisons = map[string]string{"lt": "lte", "lte": "lt", "gt": "gte", "gte": "gt", "equal": "neq", "neq": "equal"}

// constants changes each literal of a rule, and empties and widens each set of literals.
func constants(file string, m *ast.Module, r int) []Mutation {
	var out []Mutation
	count := 0
	ast.WalkTerms(m.Rules[r], func(t *ast.Term) bool {
		n := count
		count++
		for _, v := range changed(t) {
			mutant := m.Copy()
			k := 0
			ast.WalkTerms(mutant.Rules[r], func(t *ast.Term) bool {
				if k == n {
					t.Value = v.value
				}
				k++
				return false
			})
			line := m.Rules[r].Location.Row
			if t.Location != nil {
				line = t.Location.Row
			}
			out = append(out, Mutation{File: file, Line: line, Operator: v.operator, Detail: v.detail, module: mutant})
		}
		_, isRef := t.Value.(ast.Ref)
		if isRef {
			countRef(t, &count)
		}
		return isRef // the steps of a reference are names, not constants
	})
	return out
}

// countRef keeps the numbering of terms equal on both walks: the first one does not look
// into references, the second one does.
func countRef(t *ast.Term, count *int) {
	first := true
	ast.WalkTerms(t, func(*ast.Term) bool {
		if !first {
			*count++
		}
		first = false
		return false
	})
}

type change struct {
	value            ast.Value
	operator, detail string
}

func changed(t *ast.Term) []change {
	switch v := t.Value.(type) {
	case ast.String:
		if v == "" {
			return []change{{ast.String("changed"), "constant", `"" became "changed"`}}
		}
		return []change{{ast.String(string(v) + "-changed"), "constant", fmt.Sprintf("%s became another string", oneLine(v.String()))}}
	case ast.Number:
		if n, ok := v.Int(); ok {
			return []change{{ast.Number(fmt.Sprint(n + 1)), "constant", fmt.Sprintf("%d became %d", n, n+1)}}
		}
	case ast.Boolean:
		return []change{{ast.Boolean(!bool(v)), "constant", fmt.Sprintf("%v became %v", bool(v), !bool(v))}}
	case ast.Set:
		if v.Len() == 0 {
			return nil
		}
		wider := ast.NewSet(v.Slice()...)
		wider.Add(ast.StringTerm("changed"))
		return []change{{ast.NewSet(), "set", oneLine(v.String()) + " became empty"}, {wider, "set", oneLine(v.String()) + " became wider"}}
	}
	return nil
}

// oneLine shortens source text for a list.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > 70 {
		return string(runes[:70]) + "…"
	}
	return s
}
