package workbench

import (
	"context"
	"maps"
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
	// Equivalent are survivors that the pack lists as changing nothing (equivalent_mutants.txt).
	// They count as tried, not as noticed.
	Equivalent []Mutation `json:"equivalent"`
	// Stale are lines of that list that match no survivor.
	Stale []string `json:"stale"`
}

// Mutation is one change of one policy.
type Mutation struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Operator string `json:"operator"` // negate | drop | compare | set | constant | rule
	Detail   string `json:"detail"`
	// Reason says why nothing can notice the change, of one that is listed as equivalent.
	Reason  string      `json:"reason,omitempty"`
	module  *ast.Module // nil for a changed setting
	setting [2]string   // control and name
	value   any
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
	untested, trials := []string{}, map[string]*trial{}
	failing, err := p.failingTests(ctx)
	if err != nil {
		return nil, err
	}
	for _, path := range p.Own {
		if control != "" && p.Controls[path].ID != control {
			continue
		}
		t, ok := p.trialOf(ctx, path, failing)
		if !ok {
			untested = append(untested, path)
			continue
		}
		trials[path] = t
		wider := words(p.testsOf(path))
		all = append(all, mutations(path, p.Modules[path], wider)...)
		all = append(all, settingChanges(path, p.Modules[path].Package.Location.Row, p.Controls[path], wider)...)
	}
	verdicts := make([]verdict, len(all))
	next := make(chan int)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				verdicts[i] = p.try(ctx, trials[all[i].File], all[i])
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
	out := &MutationResult{Survivors: []Mutation{}, Equivalent: []Mutation{}, Stale: []string{}, Untested: untested, ByOperator: map[string][2]int{}}
	listed := map[string]bool{}
	for i, m := range all {
		if verdicts[i] == doesNotCompile {
			continue
		}
		counts := out.ByOperator[m.Operator]
		counts[0]++
		out.Total++
		reason, equivalent := p.equivalent[m.key()]
		switch {
		case verdicts[i] == noticed:
			counts[1]++
			out.Killed++
		case equivalent:
			m.Reason = reason
			listed[m.key()] = true
			out.Equivalent = append(out.Equivalent, m)
		default:
			out.Survivors = append(out.Survivors, m)
		}
		out.ByOperator[m.Operator] = counts
	}
	if control == "" {
		for _, key := range slices.Sorted(maps.Keys(p.equivalent)) {
			if !listed[key] {
				out.Stale = append(out.Stale, key)
			}
		}
	}
	return out, nil
}

// failingTests are the tests that fail before any change.
func (p *Pack) failingTests(ctx context.Context) (map[string]bool, error) {
	results, err := p.run(ctx, p.Modules, p.Tests, nil)
	if err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, r := range results {
		if !r.Pass && !r.Skipped {
			out[r.Name] = true
		}
	}
	return out, nil
}

// key names a change without its line, which moves.
func (m *Mutation) key() string { return m.File + " | " + m.Operator + " | " + m.Detail }

type verdict int

const (
	survived verdict = iota
	noticed
	doesNotCompile
)

// withSetting is the data document with another value of one setting.
func withSetting(data map[string]any, at [2]string, value any) map[string]any {
	out := maps.Clone(data)
	own, _ := data[EmbeddedRoot].(map[string]any)
	own = maps.Clone(own)
	settings, _ := own["settings"].(map[string]any)
	settings = maps.Clone(settings)
	control, _ := settings[at[0]].(map[string]any)
	control = maps.Clone(control)
	control[at[1]] = value
	settings[at[0]], own["settings"], out[EmbeddedRoot] = control, settings, own
	return out
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
	for user := range p.users(file) { // their cases look at it
		add(user)
	}
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

// users are the file, and the files that import its package, directly or through others.
func (p *Pack) users(file string) map[string]bool {
	out, packages := map[string]bool{file: true}, map[string]bool{p.Modules[file].Package.Path.String(): true}
	for more := true; more; {
		more = false
		for name, m := range p.Modules {
			if !out[name] && slices.ContainsFunc(m.Imports, func(i *ast.Import) bool { return packages[i.Path.String()] }) {
				out[name], packages[m.Package.Path.String()], more = true, true, true
			}
		}
	}
	return out
}

// testsOf are the tests that import the file's package; of a file that is no control, or
// has no test of its own, also those that import what uses it.
func (p *Pack) testsOf(file string) map[string]*ast.Module {
	pkg := p.Modules[file].Package.Path.String()
	users := map[string]bool{}
	for name := range p.users(file) {
		users[p.Modules[name].Package.Path.String()] = true
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
