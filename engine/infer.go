package engine

import (
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

func (c *checker) body(body ast.Body) {
	for _, e := range body {
		c.expr(e)
	}
}

func (c *checker) expr(e *ast.Expr) {
	for _, w := range e.With {
		c.set.varies = true
		c.with(w)
	}
	switch terms := e.Terms.(type) {
	case *ast.Term:
		c.term(terms)
	case *ast.Every:
		domain := c.term(terms.Domain)
		if terms.Key != nil {
			c.assign(terms.Key, domain.keys())
		}
		c.assign(terms.Value, domain.values())
		c.body(terms.Body)
	case *ast.Not:
		c.body(terms.Body)
	case []*ast.Term:
		c.call(e, terms)
	}
}

// call is an equality, a built-in function or a function of a policy.
func (c *checker) call(e *ast.Expr, terms []*ast.Term) {
	args := terms[1:]
	if e.IsEquality() && len(args) == 2 {
		a, b := c.term(args[0]), c.term(args[1])
		c.assign(args[0], b)
		c.assign(args[1], a)
		return
	}
	operator, ok := terms[0].Value.(ast.Ref)
	if !ok {
		return
	}
	shapes := make([]*shape, len(args))
	for i, a := range args {
		shapes[i] = c.term(a)
	}
	if operator[0].Equal(ast.DefaultRootDocument) {
		set := c.rules[refPath(operator)]
		if set == nil {
			return // the compiler refuses functions that are not there
		}
		c.refersTo(set.path)
		for i := range set.params {
			if i < len(args) && !set.params[i].covers(shapes[i]) {
				set.params[i] = join(set.params[i], shapes[i])
				c.stale[set.path] = true
			}
		}
		if len(args) > len(set.params) {
			c.assign(args[len(set.params)], set.value)
		}
		return
	}
	name := operator.String()
	b := ast.BuiltinMap[name]
	if b == nil || b.Decl == nil {
		return
	}
	c.set.varies = c.set.varies || b.Nondeterministic
	result := c.builtin(name, b, args, shapes)
	if n := len(b.Decl.FuncArgs().Args); len(args) > n {
		c.assign(args[n], result)
	}
}

// builtin is the shape of a built-in's result; those that pass objects through keep
// their shape, and keys given as constants are names like those of a reference.
func (c *checker) builtin(name string, b *ast.Builtin, args []*ast.Term, shapes []*shape) *shape {
	switch name {
	case "object.get":
		return join(c.getPath(shapes[0], args[1]), shapes[2])
	case "object.remove", "object.filter":
		c.keyList(shapes[0], args[1])
		return shapes[0]
	case "object.union":
		return join(shapes[0], shapes[1])
	case "object.union_n", "union", "intersection":
		return shapes[0].values()
	case "and", "minus", "array.slice", "array.reverse":
		return shapes[0]
	case "or", "array.concat":
		return join(shapes[0], shapes[1])
	case "sort":
		return &shape{items: orEmpty(shapes[0].values())}
	case "min", "max":
		return shapes[0].values()
	case "array.flatten":
		return &shape{items: orEmpty(join(shapes[0].values(), shapes[0].values().values()))}
	}
	return builtinShape(b.Decl.Result())
}

// getPath checks the key of object.get: one name, or a list of names.
func (c *checker) getPath(s *shape, key *ast.Term) *shape {
	switch k := key.Value.(type) {
	case *ast.Array:
		for i := range k.Len() {
			s = c.step(s, k.Elem(i), key.Location)
		}
		return s
	default:
		return c.step(s, key, key.Location)
	}
}

func (c *checker) keyList(s *shape, keys *ast.Term) {
	check := func(k *ast.Term) {
		if text, ok := k.Value.(ast.String); ok && !strings.Contains(string(text), "/") {
			c.step(s, k, keys.Location)
		}
	}
	switch k := keys.Value.(type) {
	case *ast.Array:
		k.Foreach(check)
	case ast.Set:
		k.Foreach(check)
	}
}

// term is the shape of a term. It checks the references in it.
func (c *checker) term(t *ast.Term) *shape {
	if t == nil {
		return nil
	}
	switch v := t.Value.(type) {
	case ast.Var:
		return c.root(v)
	case ast.Ref:
		return c.ref(v, t.Location)
	case *ast.Array:
		s := &shape{items: &shape{}}
		for i := range v.Len() {
			s.items = join(s.items, c.term(v.Elem(i)))
		}
		return s
	case ast.Set:
		s := &shape{items: &shape{}, isSet: true}
		for _, item := range v.Slice() {
			s.items = join(s.items, c.term(item))
		}
		return s
	case ast.Object:
		return c.object(v)
	case *ast.ArrayComprehension:
		c.body(v.Body)
		return &shape{items: orEmpty(c.term(v.Term))}
	case *ast.SetComprehension:
		c.body(v.Body)
		return &shape{items: orEmpty(c.term(v.Term)), isSet: true}
	case *ast.ObjectComprehension:
		c.body(v.Body)
		c.term(v.Key)
		return &shape{open: orEmpty(c.term(v.Value))}
	case ast.Call:
		for _, a := range v[1:] {
			c.term(a)
		}
		return anyShape
	}
	if text, ok := t.Value.(ast.String); ok {
		return &shape{scalar: true, texts: map[string]bool{string(text): true}}
	}
	return scalarShape
}

func (c *checker) object(v ast.Object) *shape {
	s := &shape{fields: map[string]*shape{}}
	v.Foreach(func(key, value *ast.Term) {
		inner := orEmpty(c.term(value))
		if name, ok := key.Value.(ast.String); ok {
			s.fields[string(name)] = join(s.fields[string(name)], inner)
			return
		}
		c.term(key)
		s.open = join(s.open, inner)
	})
	return s
}

// root is the shape of a variable; input and data as a whole are what they hold.
func (c *checker) root(v ast.Var) *shape {
	switch {
	case v.Equal(ast.InputRootDocument.Value):
		c.set.sections["*"] = true
		return c.input
	case v.Equal(ast.DefaultRootDocument.Value):
		c.fail(nil, "data as a whole is no value for a control: name the rule or the setting")
		return anyShape
	}
	return c.vars[variable{c.rule, v}]
}

// ref follows the steps of a reference.
func (c *checker) ref(r ast.Ref, at *ast.Location) *shape {
	head, steps := r[0], r[1:]
	if head.Equal(ast.DefaultRootDocument) {
		return c.dataRef(r, at)
	}
	var s *shape
	if head.Equal(ast.InputRootDocument) {
		s = c.input
		if len(steps) > 0 {
			name, ok := steps[0].Value.(ast.String)
			if !ok {
				c.set.sections["*"] = true
				if !c.tests[c.module] {
					c.fail(at, "input[%s] reads a section that is not named: write the name", c.written(steps[0]))
				}
			} else {
				c.set.sections[string(name)] = true
			}
		} else {
			c.set.sections["*"] = true
		}
	} else {
		s = c.term(head)
	}
	return c.steps(s, steps, at)
}

func (c *checker) steps(s *shape, steps []*ast.Term, at *ast.Location) *shape {
	for _, step := range steps {
		s = c.step(s, step, at)
	}
	return s
}

// step goes one step down, and checks a constant name.
func (c *checker) step(s *shape, step *ast.Term, at *ast.Location) *shape {
	name, constant := step.Value.(ast.String)
	if !constant {
		if v, isVar := step.Value.(ast.Var); isVar {
			if !c.table(s, c.vars[variable{c.rule, v}], at) {
				c.assign(step, s.keys())
			}
		} else {
			c.term(step)
		}
		return s.values()
	}
	if step.Location != nil && step.Location.Row > 0 {
		at = step.Location
	}
	f, ok := s.field(string(name))
	if !c.report {
		return f
	}
	switch {
	case !ok && s.fields == nil:
		c.fail(at, "there is no %q in %s, which has no fields", string(name), describe(s))
		return nil
	case !ok && len(s.fields) == 0 && s.path == "" && c.raw[c.module]:
		return nil // {} as the default of something raw: what else may be there is not known
	case !ok:
		c.fail(at, "there is no field %q in %s%s", string(name), describe(s), neighbours(string(name), slices.Sorted(maps.Keys(s.fields))))
		return nil
	case (s.empty() || s.any) && s.declared(string(name)) == nil && !c.names[string(name)] && !c.raw[c.module]:
		c.fail(at, "there is no field %q anywhere in the input%s", string(name), neighbours(string(name), slices.Sorted(maps.Keys(c.names))))
	case s != nil && s.raw && s.declared(string(name)) == nil && !c.raw[c.module] && !c.tests[c.module]:
		c.fail(at, "no schema describes %s, so %q cannot be checked: declare reads_raw: true in custom", describe(s), string(name))
	}
	return f
}

// table checks the names that a variable takes from a list that is written down, where it
// steps into the input: some field in ["name", "version"]; component[field]. It returns
// false when the texts are not known.
func (c *checker) table(s, names *shape, at *ast.Location) bool {
	if names == nil || names.texts == nil || s == nil {
		return false
	}
	if c.report && s.fields != nil && strings.HasPrefix(s.path, "input.") {
		for _, name := range slices.Sorted(maps.Keys(names.texts)) {
			if _, ok := s.field(name); !ok {
				c.fail(at, "there is no field %q in %s%s", name, describe(s), neighbours(name, slices.Sorted(maps.Keys(s.fields))))
			}
		}
	}
	return true
}

// declared is the shape of a key that is written down, nil when it is not.
func (s *shape) declared(name string) *shape {
	if s == nil {
		return nil
	}
	if f := s.fields[name]; f != nil {
		return f
	}
	return s.open
}

// describe names the place a shape comes from.
func describe(s *shape) string {
	switch {
	case s != nil && s.path != "":
		return s.path
	case s != nil && len(s.fields) > 0:
		return "the object with " + strings.Join(slices.Sorted(maps.Keys(s.fields)), ", ")
	case s != nil && s.items != nil:
		return "a list or set"
	case s != nil && s.scalar:
		return "a text, number or boolean"
	}
	return "this value"
}

// written is a term as its author wrote it.
func (c *checker) written(t *ast.Term) string {
	if v, ok := t.Value.(ast.Var); ok {
		if original, ok := c.compiler.RewrittenVars[v]; ok {
			return string(original)
		}
		if v.IsWildcard() || v.IsGenerated() {
			return "_"
		}
	}
	return t.String()
}

// assign carries a shape into the variables of a pattern, and checks the names of an
// object pattern.
func (c *checker) assign(pattern *ast.Term, s *shape) {
	switch p := pattern.Value.(type) {
	case ast.Var:
		if p.Equal(ast.InputRootDocument.Value) || p.Equal(ast.DefaultRootDocument.Value) || s.empty() {
			return
		}
		key := variable{c.rule, p}
		if old := c.vars[key]; !old.covers(s) {
			c.vars[key] = join(old, s)
			c.stale[c.set.path] = true
		}
	case *ast.Array:
		for i := range p.Len() {
			c.assign(p.Elem(i), s.values())
		}
	case ast.Object:
		if s.empty() || s.scalar && s.fields == nil && s.open == nil {
			return
		}
		p.Foreach(func(key, value *ast.Term) {
			c.assign(value, c.step(s, key, pattern.Location))
		})
	}
}

// with checks a replacement of the input or of data: the path is there, and a value that
// is written down fits the schema.
func (c *checker) with(w *ast.With) {
	value := c.term(w.Value)
	ref, ok := w.Target.Value.(ast.Ref)
	if !ok {
		if v, isVar := w.Target.Value.(ast.Var); !isVar || !v.Equal(ast.InputRootDocument.Value) {
			return
		}
		ref = ast.Ref{w.Target}
	}
	var target *shape
	switch {
	case ref[0].Equal(ast.InputRootDocument):
		target = c.steps(c.input, ref[1:], w.Target.Location)
	case ref[0].Equal(ast.DefaultRootDocument):
		target = c.dataRef(ref, w.Target.Location)
	default:
		return // a built-in function is replaced
	}
	c.fits(value, target, w.Value.Location)
}

// fits checks the names of a value that stands for another one.
func (c *checker) fits(value, target *shape, at *ast.Location) {
	if value.empty() || target.empty() || target.any || target.raw {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(value.fields)) {
		f, ok := target.field(name)
		if !ok {
			c.fail(at, "there is no field %q in %s%s", name, describe(target), neighbours(name, slices.Sorted(maps.Keys(target.fields))))
			continue
		}
		c.fits(value.fields[name], f, at)
	}
	if value.items != nil && target.items != nil {
		c.fits(value.items, target.items, at)
	}
	if value.open != nil && target.open != nil {
		c.fits(value.open, target.open, at)
	}
}
