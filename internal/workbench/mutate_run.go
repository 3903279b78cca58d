package workbench

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// mutantTimeout bounds one test of one change. A change that makes a test endless is
// noticed; a machine that is busy with other things must not look like that.
const mutantTimeout = time.Minute

// trial is what the changes of one file are tried with: made once, used for each of them.
type trial struct {
	file    string
	modules map[string]*ast.Module // what the tests can see, parsed
	tests   map[string]*ast.Module
	store   storage.Store

	mu     sync.Mutex
	before map[string]baseline // of the unchanged file, by test
	order  []string            // the test that noticed the last change first, then by duration
}

// baseline is what a test says of the unchanged file.
type baseline struct {
	rows     map[string]bool // of a table test
	duration time.Duration
}

// trialOf prepares the changes of a file; ok is false when its tests do not pass as they
// are, for which failing says what OPA's own tester found.
func (p *Pack) trialOf(ctx context.Context, file string, failing map[string]bool) (t *trial, ok bool) {
	t = &trial{file: file, modules: p.closure(file), tests: p.testsOf(file), before: map[string]baseline{},
		store: inmem.NewFromObjectWithOpts(p.Data, inmem.OptRoundTripOnWrite(false))}
	compiler, err := t.compile(t.modules[file])
	if err != nil {
		return t, false
	}
	for _, name := range t.rules(compiler) {
		if failing[name] {
			return t, false
		}
		start := time.Now()
		value, err := evalTest(ctx, compiler, t.store, name, nil)
		if err != nil || value == nil {
			return t, false
		}
		b := baseline{rows: map[string]bool{}}
		if table, ok := value.(map[string]any); ok {
			for row := range table {
				b.rows[row] = true
			}
		}
		b.duration = time.Since(start)
		t.before[name] = b
		t.order = append(t.order, name)
	}
	slices.SortStableFunc(t.order, func(a, b string) int { return cmp.Compare(t.before[a].duration, t.before[b].duration) })
	return t, true
}

// compile compiles the tests over another version of the file, the way OPA's tester does.
func (t *trial) compile(changed *ast.Module) (*ast.Compiler, error) {
	all := copyModules(t.modules)
	all[t.file] = changed.Copy()
	for name, m := range t.tests {
		all[name] = m.Copy()
	}
	compiler := testCompiler()
	results, err := tester.NewRunner().SetModules(all).SetCompiler(compiler).SetStore(t.store).Filter("^$").RunTests(context.Background(), nil)
	if err != nil {
		return nil, err
	}
	for range results { // none: the filter lets no test run
	}
	return compiler, nil
}

// rules are the names of the tests, sorted.
func (t *trial) rules(compiler *ast.Compiler) []string {
	seen := map[string]bool{}
	for name := range t.tests {
		m := compiler.Modules[name]
		for _, r := range m.Rules {
			head := r.Head.Ref().GroundPrefix()
			if first, ok := head[0].Value.(ast.Var); ok && strings.HasPrefix(string(first), tester.TestPrefix) {
				seen[m.Package.Path.Extend(head[:1]).String()] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// try compiles the tests over the change and runs them, and then the cases that reach the
// file, until one notices.
func (p *Pack) try(ctx context.Context, t *trial, m Mutation) verdict {
	changed, store := m.module, t.store
	if changed == nil {
		changed = t.modules[t.file]
		store = inmem.NewFromObjectWithOpts(withSetting(p.Data, m.setting, m.value), inmem.OptRoundTripOnWrite(false))
	}
	compiler, err := t.compile(changed)
	var compile ast.Errors
	if errors.As(err, &compile) {
		return doesNotCompile
	}
	if err != nil {
		return noticed // it no longer evaluates
	}
	for _, name := range t.inOrder() {
		if t.notices(ctx, compiler, store, name) {
			t.first(name)
			return noticed
		}
	}
	if p.casesNotice(ctx, m, compiler, store) {
		return noticed
	}
	return survived
}

func (t *trial) inOrder() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.order)
}

// first moves a test to the front: it is likely to notice the next change too.
func (t *trial) first(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.Index(t.order, name)
	t.order = slices.Insert(slices.Delete(t.order, i, i+1), 0, name)
}

// notices tells whether a test fails.
func (t *trial) notices(ctx context.Context, compiler *ast.Compiler, store storage.Store, name string) bool {
	value, err := evalTest(ctx, compiler, store, name, nil)
	if err != nil || value == nil {
		return true
	}
	table, ok := value.(map[string]any)
	if !ok {
		return value != true
	}
	for _, passed := range table {
		if passed != true {
			return true
		}
	}
	for row := range t.before[name].rows {
		if _, there := table[row]; !there && rowFails(ctx, compiler, store, name, row) {
			return true
		}
	}
	return false
}

// rowFails tells a row of a table test that fails from one that is no longer in the table,
// which is no failure: a table may be made of what the policy lists.
func rowFails(ctx context.Context, compiler *ast.Compiler, store storage.Store, name, row string) bool {
	tracer := tester.NewTestQueryTracer()
	value, err := evalTest(ctx, compiler, store, name+"["+ast.String(row).String()+"]", tracer)
	return err != nil || value == nil && len(tracer.Events()) > 0
}

// evalTest is the value of one test, nil for none. Without a tracer it is ten times as
// fast as OPA's tester, which traces a table test to tell which rows fail.
func evalTest(ctx context.Context, compiler *ast.Compiler, store storage.Store, query string, tracer topdown.QueryTracer) (any, error) {
	limited, cancel := context.WithTimeout(ctx, mutantTimeout)
	defer cancel()
	var builtinErrors []topdown.Error
	prepared, err := rego.New(rego.Query(query), rego.Compiler(compiler), rego.Store(store),
		rego.BuiltinErrorList(&builtinErrors)).PrepareForEval(limited)
	if err != nil {
		return nil, err
	}
	var opts []rego.EvalOption
	if tracer != nil {
		opts = append(opts, rego.EvalQueryTracer(tracer))
	}
	set, err := prepared.Eval(limited, opts...)
	if err != nil {
		return nil, err
	}
	if len(builtinErrors) > 0 {
		return nil, &builtinErrors[0]
	}
	if len(set) == 0 {
		return nil, nil
	}
	return set[0].Expressions[0].Value, nil
}
