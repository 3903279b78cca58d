package engine

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// maxRounds bounds the inference. A round carries shapes one call further; rules do not
// recurse, so a pack needs about as many as its calls are deep.
const maxRounds = 12

// ruleSet is all rules of one path: their common shape, and what they read.
type ruleSet struct {
	path     string
	rules    []*ast.Rule
	function bool
	params   []*shape
	value    *shape
	calls    map[string]bool // paths of rules they refer to
	sections map[string]bool // sections of the input; "*" for all of it
	varies   bool            // uses the clock, or replaces something with `with`
}

// variable is a variable of a rule. The compiler has made most names unique already.
type variable struct {
	rule *ast.Rule
	name ast.Var
}

// checker infers the shapes of the values in compiled modules and checks that every
// constant step of a reference is a name that is there. OPA's type checker does not look
// into function parameters, `every`, some built-ins and data paths, where a name that is
// mistyped would make a control silently never fire.
type checker struct {
	ds       *diagnostics
	files    map[string][2]string // file of a location → pack, path
	compiler *ast.Compiler
	input    *shape
	data     map[string]any
	settings map[string]*shape // control id → its settings
	rules    map[string]*ruleSet
	children map[string]map[string]bool // data path → names below it
	vars     map[variable]*shape
	names    map[string]bool // every name that occurs somewhere
	raw      map[*ast.Module]bool
	owns     map[*ast.Module]string // id of the control of a module
	tests    map[*ast.Module]bool

	// The rule that is looked at.
	module *ast.Module
	rule   *ast.Rule
	set    *ruleSet
	report bool

	// The paths of rules that are to be looked at again, because something they read has
	// another shape now, and the paths that refer to a path.
	stale   map[string]bool
	callers map[string]map[string]bool
}

// checkNames checks the modules of a compiler against the schema, and fills in which
// sections the controls read.
func (l *loader) checkNames(p *Policy, compiler *ast.Compiler, schema map[string]any) map[string]*ruleSet {
	c := &checker{
		ds: &l.ds, files: l.files, compiler: compiler, input: schemaShape(schema, "input"), data: l.data,
		settings: map[string]*shape{}, rules: map[string]*ruleSet{}, children: map[string]map[string]bool{},
		vars: map[variable]*shape{}, names: map[string]bool{}, raw: map[*ast.Module]bool{}, owns: map[*ast.Module]string{}, tests: map[*ast.Module]bool{},
		stale: map[string]bool{}, callers: map[string]map[string]bool{},
	}
	c.input.fields["facts"] = factShape(c.input.fields["facts"])
	c.collectNames(c.input)
	for _, control := range l.controls {
		s := &shape{path: fmt.Sprintf("data.mlpolicy.settings[%q]", control.ID), fields: map[string]*shape{}}
		for name, setting := range control.Settings {
			s.fields[name] = settingShape(setting, s.path+"."+name)
			c.collectNames(dataShape(setting.Default, ""))
		}
		c.settings[control.ID] = s
	}
	c.collectNames(dataShape(l.data, "data"))
	for _, name := range slices.Sorted(maps.Keys(compiler.Modules)) {
		c.register(name, compiler.Modules[name], l)
	}
	c.everything()
	for range maxRounds {
		if len(c.stale) == 0 {
			break
		}
		c.round()
	}
	c.report = true
	c.everything()
	c.round()
	c.sections(l, p)
	return c.rules
}

// factShape lets any name pass below input.facts that came without a schema: what it
// holds is known only when the file is given.
func factShape(facts *shape) *shape {
	out := *facts
	out.open = anyShape
	return &out
}

func (c *checker) collectNames(s *shape) {
	if s == nil {
		return
	}
	for name, field := range s.fields {
		c.names[name] = true
		c.collectNames(field)
	}
	c.collectNames(s.open)
	c.collectNames(s.items)
}

// register registers the rules of a module and the names it introduces.
func (c *checker) register(name string, m *ast.Module, l *loader) {
	for _, control := range l.controls {
		if control.Pack+"/"+control.Path == name {
			c.owns[m], c.raw[m] = control.ID, control.readsRaw
		}
	}
	if raw, ok := customOf(m)["reads_raw"].(bool); ok {
		c.raw[m] = raw
	}
	_, c.tests[m] = l.tests[name]
	c.addChild(m.Package.Path)
	for _, r := range m.Rules {
		prefix := r.Ref().GroundPrefix()
		path := refPath(prefix)
		c.addChild(prefix)
		set := c.rules[path]
		if set == nil {
			set = &ruleSet{path: path, function: len(r.Head.Args) > 0, params: make([]*shape, len(r.Head.Args)), calls: map[string]bool{}, sections: map[string]bool{}}
			c.rules[path] = set
		}
		set.rules = append(set.rules, r)
	}
	ast.WalkTerms(m, func(t *ast.Term) bool {
		if object, ok := t.Value.(ast.Object); ok {
			for _, key := range object.Keys() {
				if text, ok := key.Value.(ast.String); ok {
					c.names[string(text)] = true
				}
			}
		}
		return false
	})
}

// customOf is the custom annotations of a package.
func customOf(m *ast.Module) map[string]any {
	for _, a := range m.Annotations {
		if a.Scope == "package" {
			return a.Custom
		}
	}
	return nil
}

func (c *checker) addChild(path ast.Ref) {
	parent := "data"
	for _, step := range path[1:] {
		name, ok := step.Value.(ast.String)
		if !ok {
			return
		}
		if c.children[parent] == nil {
			c.children[parent] = map[string]bool{}
		}
		c.children[parent][string(name)] = true
		parent = dataPath(parent, string(name))
	}
}

// dataPath appends a step to a path the way ast.Ref writes it.
func dataPath(parent, name string) string {
	if identifier.MatchString(name) {
		return parent + "." + name
	}
	return parent + "[" + strconv.Quote(name) + "]"
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// refPath writes the constant steps of a reference below data.
func refPath(r ast.Ref) string {
	path := "data"
	for _, step := range r[1:] {
		name, ok := step.Value.(ast.String)
		if !ok {
			break
		}
		path = dataPath(path, string(name))
	}
	return path
}

// everything makes every rule stale.
func (c *checker) everything() {
	for path := range c.rules {
		c.stale[path] = true
	}
}

// refersTo notes that the rule that is looked at refers to a path.
func (c *checker) refersTo(path string) {
	c.set.calls[path] = true
	if c.callers[path] == nil {
		c.callers[path] = map[string]bool{}
	}
	c.callers[path][c.set.path] = true
}

// round infers every stale rule once more.
func (c *checker) round() {
	for _, path := range slices.Sorted(maps.Keys(c.rules)) {
		if !c.stale[path] {
			continue
		}
		delete(c.stale, path)
		c.set = c.rules[path]
		for _, r := range c.set.rules {
			for ; r != nil; r = r.Else {
				c.module, c.rule = r.Module, r
				c.infer(r)
			}
		}
	}
}

// infer carries shapes through one rule, and into the shape of its path.
func (c *checker) infer(r *ast.Rule) {
	for i, arg := range r.Head.Args {
		if i < len(c.set.params) {
			c.assign(arg, c.set.params[i])
		}
	}
	c.body(r.Body)
	ref := r.Head.Ref()
	var value *shape
	steps := ref[len(ref.GroundPrefix()):]
	switch {
	case r.Head.RuleKind() == ast.MultiValue:
		value = &shape{items: orEmpty(c.term(r.Head.Key)), isSet: true}
	case r.Head.Value != nil:
		value = c.term(r.Head.Value)
	}
	for _, step := range slices.Backward(steps) {
		c.term(step)
		value = &shape{open: orEmpty(value)}
	}
	if !c.set.value.covers(value) {
		c.set.value = join(c.set.value, value)
		maps.Copy(c.stale, c.callers[c.set.path])
	}
}

func orEmpty(s *shape) *shape {
	if s == nil {
		return &shape{}
	}
	return s
}

func (c *checker) fail(at *ast.Location, format string, args ...any) {
	if !c.report {
		return
	}
	at = cmp.Or(at, c.rule.Location)
	place, ok := c.files[at.File]
	if !ok {
		place = [2]string{at.File, ""}
	}
	c.ds.add(place[0], place[1], at.Row, at.Col, format, args...)
}

// alwaysThere are the sections that need nobody to look for them.
var alwaysThere = []string{"schema", "now", "subject", "collected", "config", "waivers", "problems"}

// sections checks that a control reads only sections it requires, through all the rules
// it uses: nothing would make it unknown when the others were not looked for.
func (c *checker) sections(l *loader, p *Policy) {
	for _, control := range l.controls {
		read, seen := map[string]bool{}, map[string]bool{}
		c.closure(dataPath(refPath(control.module.Package.Path), "deny"), seen, read)
		for _, section := range slices.Sorted(maps.Keys(read)) {
			if section != "*" {
				p.reads[section] = true
			}
			if slices.Contains(alwaysThere, section) || slices.Contains(control.Requires, section) {
				continue
			}
			if section != "*" && c.input.fields[section] == nil {
				continue // no section has that name, and a message says so already
			}
			if section == "*" { // reads_raw is about values without a schema, not about this
				l.ds.add(control.Pack, control.Path, control.module.Package.Location.Row, 0,
					"%s reads all of input: name the sections", control.ID)
				continue
			}
			l.ds.add(control.Pack, control.Path, control.module.Package.Location.Row, 0,
				"%s reads input.%s and does not require it: add %s to requires (it has %s)", control.ID, section, section, strings.Join(control.Requires, ", "))
		}
	}
}

func (c *checker) closure(path string, seen, read map[string]bool) {
	set := c.rules[path]
	if set == nil || seen[path] {
		return
	}
	seen[path] = true
	maps.Copy(read, set.sections)
	for called := range set.calls {
		c.closure(called, seen, read)
	}
}
