package engine

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
)

// finish checks what all packs are together, compiles and prepares them.
func (l *loader) finish(ctx context.Context, p *Policy) error {
	l.applySettings()
	facts := l.factSchemas()
	if err := l.ds.err(); err != nil {
		return err
	}
	own, _ := l.data[ownRoot].(map[string]any)
	if own == nil {
		own = map[string]any{}
	}
	own["settings"] = l.settings
	l.data[ownRoot] = own
	schema := inputSchema(nil, facts)
	p.compiler = newCompiler(schema)
	rules := l.compile(p, p.compiler, l.modules, schema)
	if l.opts.Tests && len(l.ds) == 0 {
		all := maps.Clone(l.modules)
		maps.Copy(all, l.tests)
		l.compile(p, newCompiler(schema), all, schema)
	}
	if err := l.ds.err(); err != nil {
		return err
	}
	for _, c := range l.controls {
		p.controls = append(p.controls, c.Control)
		for _, section := range slices.Concat(c.AppliesTo, c.Requires) {
			p.reads[section] = true
		}
	}
	if len(p.conftest) > 0 {
		p.reads["documents"] = true
	}
	slices.SortFunc(p.controls, func(a, b Control) int { return strings.Compare(a.ID, b.ID) })
	p.data, p.tests = l.data, l.tests
	p.store = inmem.NewFromObjectWithOpts(l.data, inmem.OptRoundTripOnWrite(false))
	if err := p.fold(ctx, p.here(rules, l.files)); err != nil {
		return err
	}
	return p.prepare(ctx)
}

// compile compiles and type-checks modules. Where OPA's type checker fails the name check
// says more, so its message is left out for a line that has one of ours.
func (l *loader) compile(p *Policy, compiler *ast.Compiler, modules map[string]*ast.Module, schema map[string]any) map[string]*ruleSet {
	compiler.Compile(modules)
	if slices.ContainsFunc(compiler.Errors, func(e *ast.Error) bool { return e.Code != ast.TypeErr }) {
		l.astErrors("", "", compiler.Errors)
		return nil
	}
	rules := l.checkNames(p, compiler, schema)
	var rest ast.Errors
	for _, e := range compiler.Errors {
		place := l.files[e.Location.File]
		ours := slices.ContainsFunc(l.ds, func(d Diagnostic) bool {
			return d.Pack == place[0] && d.File == place[1] && d.Line == e.Location.Row
		})
		if !ours || !strings.HasPrefix(e.Message, "undefined ref") {
			rest = append(rest, e)
		}
	}
	if len(rest) > 0 {
		l.astErrors("", "", rest)
	}
	return rules
}

// newCompiler returns the compiler of packs of ours: strict, without the built-ins that
// reach out, typed by the schema whatever the annotations of a rule say.
func newCompiler(schema map[string]any) *ast.Compiler {
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, schema)
	return ast.NewCompiler().WithStrict(true).WithCapabilities(capabilities()).
		WithSchemas(set).WithUseTypeCheckAnnotations(false).SetErrorLimit(maxTypeErrors)
}

func (l *loader) factSchemas() map[string]any {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(l.opts.FactSchemas)) {
		var schema map[string]any
		if err := json.Unmarshal(l.opts.FactSchemas[name], &schema); err != nil {
			l.ds.add("facts", name, 0, 0, "schema is no JSON object: %v", err)
			continue
		}
		out[name] = schema
	}
	return out
}

// applySettings writes defaults and overrides to data.mlpolicy.settings.
func (l *loader) applySettings() {
	for _, c := range l.controls {
		values := map[string]any{}
		overrides := l.opts.Settings[c.ID]
		for _, name := range slices.Sorted(maps.Keys(c.Settings)) {
			values[name] = c.Settings[name].Default
		}
		for _, name := range slices.Sorted(maps.Keys(overrides)) {
			s, ok := c.Settings[name]
			if !ok {
				l.ds.add("settings", c.ID, 0, 0, "control has no setting %q%s", name, neighbours(name, slices.Sorted(maps.Keys(c.Settings))))
				continue
			}
			value, err := settingValue(s.Type, overrides[name])
			if err != nil {
				l.ds.add("settings", c.ID, 0, 0, "setting %s %v", name, err)
				continue
			}
			values[name] = value
		}
		l.settings[c.ID] = values
	}
	for _, id := range slices.Sorted(maps.Keys(l.opts.Settings)) {
		if _, ok := l.settings[id]; !ok && len(l.opts.Settings[id]) > 0 {
			l.ds.add("settings", id, 0, 0, "there is no control %s%s", id, neighbours(id, slices.Sorted(maps.Keys(l.settings))))
		}
	}
}
