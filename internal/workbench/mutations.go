package workbench

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/mlpolicy/mlpolicy/engine"
)

// mutations lists every change of a module, each on a copy of its own.
func mutations(file string, m *ast.Module, wider []string) []Mutation {
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
		out = append(out, constants(file, m, r, wider)...)
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
func constants(file string, m *ast.Module, r int, wider []string) []Mutation {
	var out []Mutation
	count := 0
	ast.WalkTerms(m.Rules[r], func(t *ast.Term) bool {
		n := count
		count++
		for _, v := range changed(t, wider) {
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

func changed(t *ast.Term, wider []string) []change {
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
		out := []change{{ast.NewSet(), "set", oneLine(v.String()) + " became empty"}}
		all := ast.NewSet(v.Slice()...)
		for _, s := range wider {
			all.Add(ast.StringTerm(s))
		}
		if all.Len() > v.Len() {
			out = append(out, change{all, "set", oneLine(v.String()) + " became wider"})
		}
		return out
	}
	return nil
}

// settingChanges changes the default of each setting of a control, as constants and sets
// of a policy are changed: its sets lie there, not in its rules.
func settingChanges(file string, line int, c engine.Control, wider []string) []Mutation {
	var out []Mutation
	add := func(name, operator, detail string, value any) {
		out = append(out, Mutation{File: file, Line: line, Operator: operator, Detail: "setting " + name + " " + detail, setting: [2]string{c.ID, name}, value: value})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
		switch v := c.Settings[name].Default.(type) {
		case []any:
			if len(v) > 0 {
				add(name, "set", "became empty", []any{})
			}
			all := slices.Clone(v)
			for _, s := range wider {
				if !slices.Contains(v, any(s)) {
					all = append(all, s)
				}
			}
			if len(all) > len(v) && allStrings(v) {
				add(name, "set", "became wider", all)
			}
		case bool:
			add(name, "constant", fmt.Sprintf("%v became %v", v, !v), !v)
		case string:
			add(name, "constant", fmt.Sprintf("%q became another string", v), v+"-changed")
		default:
			if n, err := ast.InterfaceToValue(v); err == nil {
				if number, ok := n.(ast.Number); ok {
					if i, ok := number.Int(); ok {
						add(name, "constant", fmt.Sprintf("%d became %d", i, i+1), i+1)
					}
				}
			}
		}
	}
	return out
}

func allStrings(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(string); return !ok })
}

// separator splits names and addresses into what policies compare of them.
func separator(r rune) bool { return strings.ContainsRune("/:@ ", r) }

// words are the strings of tests and their parts: what a set is widened by. A set that holds all of them
// is as wide as the tests can tell.
func words(tests map[string]*ast.Module) []string {
	seen := map[string]bool{}
	for _, m := range tests {
		for _, r := range m.Rules {
			ast.WalkTerms(r, func(t *ast.Term) bool {
				if s, ok := t.Value.(ast.String); ok {
					seen[string(s)] = true
					for _, part := range strings.FieldsFunc(string(s), separator) {
						seen[part] = true
					}
				}
				return false
			})
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// oneLine shortens source text for a list.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > 70 {
		return string(runes[:70]) + "…"
	}
	return s
}
