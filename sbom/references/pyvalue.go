package references

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

const (
	maxSteps = 4000 // expressions looked at for one argument; dispatch tables have hundreds
	// maxModuleSteps bounds all evaluations of one module; none of some 10,000 modules
	// of public repositories takes 100,000.
	maxModuleSteps = 2_000_000
	maxLookup      = 12   // names followed one after the other
	maxTerms       = 512  // values of one argument; the largest dispatch table seen has 300
	maxText        = 1024 // bytes of a name that is put together
)

// pyTerm is where a value comes from: an expression that is no name, a parameter, or a
// name of another module.
type pyTerm struct {
	pyValue
	param    *pyParam
	element  bool // of the parameter: what is looked up in it
	imported string
}

// terms follows names, attributes, subscripts and defaults from e to what they stand
// for. Each step is counted, so that a hostile file ends.
func (x *pyModule) terms(v pyValue, depth int) []pyTerm {
	x.steps--
	x.left--
	if v.e == nil || depth > maxLookup || x.steps < 0 || x.left < 0 {
		return nil
	}
	down := func(e python.Expr) []pyTerm {
		return x.terms(pyValue{e, v.scope, v.block, v.how}, depth+1)
	}
	switch e := v.e.(type) {
	case *python.Name:
		return x.nameTerms(e, v, depth)
	case *python.Attribute:
		return x.attributeTerms(e, v, depth)
	case *python.Subscript:
		return x.subscriptTerms(e, v, depth)
	case *python.Cond:
		return append(down(e.Body), down(e.Else)...)
	case *python.Bool:
		var out []pyTerm
		if e.Op == "or" {
			for _, y := range e.Values {
				out = append(out, down(y)...)
			}
			return out
		}
		return down(e.Values[len(e.Values)-1])
	case *python.Walrus:
		return down(e.Value)
	case *python.Await:
		return down(e.X)
	case *python.Call:
		if out, ok := x.callTerms(e, v, depth); ok {
			return out
		}
	}
	return []pyTerm{{pyValue: v}}
}

// nameTerms are the values of the bindings of a name, nearest scope first.
func (x *pyModule) nameTerms(n *python.Name, v pyValue, depth int) []pyTerm {
	for s := v.scope; s != nil; s = s.parent {
		if s.class != nil && s.fn == nil && s != v.scope {
			continue // class bodies are not visible from methods
		}
		bindings, ok := s.names[n.ID]
		if !ok {
			continue
		}
		var out []pyTerm
		for _, b := range x.reaching(bindings, n.Pos(), v, s) {
			if len(out) > maxTerms {
				break
			}
			out = append(out, x.bindingTerms(b, v, depth)...)
		}
		return out
	}
	if full, ok := x.imports[n.ID]; ok {
		return []pyTerm{{pyValue: v, imported: full}}
	}
	if from := x.star(); from != "" {
		return []pyTerm{{pyValue: v, imported: starred + from + "." + n.ID}}
	}
	return []pyTerm{{pyValue: v}}
}

// starred marks a name that may have come with from module import *.
const starred = "*"

// star is the one module all of whose names were imported, "" when there is none or there
// are several.
func (x *pyModule) star() string {
	if len(x.stars) != 1 {
		return ""
	}
	return x.stars[0]
}

// reaching are the bindings that a use in the same scope can see: from the last one
// that certainly ran before it onwards. From another scope all of them count.
func (x *pyModule) reaching(bindings []pyBinding, use python.Pos, v pyValue, s *pyScope) []pyBinding {
	if v.scope != s {
		return bindings
	}
	first, last := -1, -1
	for i := len(bindings) - 1; i >= 0; i-- {
		b := &bindings[i]
		if b.at >= use {
			continue
		}
		if last < 0 {
			last = i
		}
		first = i
		if b.param != nil || b.block.encloses(v.block) {
			break
		}
	}
	if first < 0 {
		return bindings
	}
	return bindings[first : last+1]
}

func (x *pyModule) bindingTerms(b pyBinding, v pyValue, depth int) []pyTerm {
	var out []pyTerm
	if b.param != nil {
		out = append(out, pyTerm{pyValue: v, param: b.param})
		if b.e == nil {
			return out
		}
	}
	how := b.how
	if how == "loop" {
		how = "list"
	}
	values := []pyValue{{b.e, b.scope, b.block, how}}
	for _, step := range b.path {
		var next []pyValue
		for _, val := range values {
			next = append(next, x.pick(val, step, depth+1)...)
		}
		values = next
	}
	for _, val := range values {
		if len(out) > maxTerms {
			break
		}
		out = append(out, x.terms(val, depth+1)...)
	}
	return out
}

// attributeTerms reads self.x, Class.x, module.x, and x.name by the name alone.
func (x *pyModule) attributeTerms(a *python.Attribute, v pyValue, depth int) []pyTerm {
	if base, ok := a.X.(*python.Name); ok {
		if (base.ID == "self" || base.ID == "cls") && v.scope.class != nil {
			if values := x.classAttr(v.scope.class, a.Attr, 0); values != nil {
				return x.all(values, depth)
			}
			return []pyTerm{{pyValue: v}}
		}
		if c := x.classes[base.ID]; c != nil {
			return x.all(x.classAttr(c, a.Attr, 0), depth)
		}
		if full, ok := x.imports[base.ID]; ok && !x.local(base.ID, v.scope) && len(x.root.names[base.ID]) == 0 {
			return []pyTerm{{pyValue: v, imported: full + "." + a.Attr}}
		}
	}
	if out := x.made(a, v, depth); out != nil {
		return out
	}
	if values := x.fields[a.Attr]; values != nil {
		return x.all(values, depth)
	}
	return []pyTerm{{pyValue: v}}
}

// made reads x.name where x is known to be what a class was called with.
func (x *pyModule) made(a *python.Attribute, v pyValue, depth int) []pyTerm {
	var out []pyTerm
	for _, t := range x.terms(pyValue{a.X, v.scope, v.block, v.how}, depth+1) {
		c, ok := t.e.(*python.Call)
		if !ok || t.param != nil || t.imported != "" || len(out) > maxTerms || !isClass(last(python.Dotted(c.Func))) {
			continue
		}
		e := c.Arg(a.Attr, -1)
		if class := x.classes[python.Dotted(c.Func)]; e == nil && class != nil && x.method(class, "__init__", 0) == nil {
			if i := slices.Index(class.order, a.Attr); i >= 0 {
				e = c.Arg("", i)
			}
		}
		if e != nil {
			out = append(out, x.terms(pyValue{e, t.scope, t.block, "constant"}, depth+1)...)
		}
	}
	return out
}

func (x *pyModule) all(values []pyValue, depth int) []pyTerm {
	var out []pyTerm
	for _, v := range values {
		if len(out) > maxTerms {
			break
		}
		out = append(out, x.terms(v, depth+1)...)
	}
	return out
}

const maxBases = 8 // classes above a class in one module

func (x *pyModule) classAttr(c *pyClass, name string, depth int) []pyValue {
	if values := c.attrs[name]; values != nil || depth > maxBases {
		return values
	}
	for _, b := range c.bases {
		if base := x.classes[b]; base != nil && base != c {
			if values := x.classAttr(base, name, depth+1); values != nil {
				return values
			}
		}
	}
	return nil
}

// passThrough are calls that return their first argument, as far as a name goes.
var passThrough = map[string]bool{
	"str": true, "Path": true, "PurePath": true, "PosixPath": true, "expanduser": true, "abspath": true, "expandvars": true, "cast": false,
	"realpath": true, "fspath": true, "list": true, "tuple": true, "SecretStr": true, "copy_to_local": true,
}

// defaults are calls whose argument is what is used unless somebody says otherwise:
// options of typer and click, fields of dataclasses and pydantic, the environment.
var defaults = map[string][2]any{
	"getenv": {"default", 1}, "environ.get": {"default", 1}, "field": {"default", -1}, "Field": {"default", 0}, "Option": {"default", 0},
	"Argument": {"default", 0}, "Query": {"default", 0}, "HfArg": {"default", 0}, "Input": {"default", 0}, "TextInput": {"value", 0}, "Parameter": {"default", -1},
	"env": {"default", 1}, "config": {"default", 1}, "getattr": {"", 2},
}

// callTerms looks through a call whose result is one of its arguments, a value of a
// dict, or what a function of this module returns.
func (x *pyModule) callTerms(c *python.Call, v pyValue, depth int) ([]pyTerm, bool) {
	down := func(e python.Expr, how string) []pyTerm {
		return x.terms(pyValue{e, v.scope, v.block, how}, depth+1)
	}
	name := python.Dotted(c.Func)
	short := last(name)
	if passThrough[short] && len(c.Args) == 1 || name == "pytest.param" && len(c.Args) > 0 {
		return down(c.Args[0], v.how), true
	}
	if strings.HasSuffix(name, "environ.get") {
		short = "environ.get"
	}
	if short == "getattr" && len(c.Args) == 2 { // getattr(args, "name") is args.name
		if attr := stringOf(c.Args[1]); attr != "" {
			return x.terms(pyValue{&python.Attribute{Span: c.Span, X: c.Args[0], Attr: attr}, v.scope, v.block, v.how}, depth+1), true
		}
	}
	if d, ok := defaults[short]; ok {
		if e := c.Arg(d[0].(string), d[1].(int)); e != nil {
			return down(e, "default"), true
		}
		if f := c.Arg("default_factory", -1); f != nil {
			if l, ok := f.(*python.Lambda); ok {
				return down(l.Body, "default"), true
			}
		}
	}
	if a, ok := c.Func.(*python.Attribute); ok {
		switch a.Attr {
		case "get", "pop", "setdefault":
			var out []pyTerm
			for _, t := range x.terms(pyValue{a.X, v.scope, v.block, "dict"}, depth+1) {
				if _, dict := t.e.(*python.Dict); dict && len(c.Args) > 0 && t.param == nil {
					for _, e := range x.at(t, c.Args[0]) {
						out = append(out, x.terms(pyValue{e, t.scope, t.block, "dict"}, depth+1)...)
					}
				}
			}
			if e := c.Arg("default", 1); e != nil {
				out = append(out, down(e, "default")...)
			}
			return out, len(out) > 0
		case "strip", "lower", "rstrip", "lstrip", "as_posix", "resolve":
			return down(a.X, v.how), true
		case "choice":
			if len(c.Args) == 1 {
				return x.all(x.elements(pyValue{c.Args[0], v.scope, v.block, "list"}, depth+1), depth), true
			}
		}
	}
	if out := x.chosen(c, short, v, depth); len(out) > 0 {
		return out, true
	}
	if fn := x.function(c.Func, v.scope); fn != nil && len(fn.returns) > 0 && fn.name != "__init__" {
		if out := x.all(fn.returns, depth+1); len(out) > 0 {
			return out, true
		}
	}
	if full := x.elsewhere(c, v); full != "" {
		return []pyTerm{{pyValue: v, imported: full}}, true
	}
	return nil, false
}

// function is the function of this module that an expression calls.
func (x *pyModule) function(f python.Expr, s *pyScope) *pyFunc {
	switch f := f.(type) {
	case *python.Name:
		if fn := x.funcs[f.ID]; fn != nil {
			return fn
		}
		if x.classes[f.ID] != nil {
			return x.method(x.classes[f.ID], "__init__", 0)
		}
	case *python.Attribute:
		switch f.Attr {
		case "remote", "delay", "spawn": // Ray, Modal and Celery run the function elsewhere
			if fn := x.function(f.X, s); fn != nil {
				return fn
			}
		}
		base, ok := f.X.(*python.Name)
		if !ok {
			return nil
		}
		if base.ID == "self" || base.ID == "cls" {
			if s.class != nil {
				return x.method(s.class, f.Attr, 0)
			}
			return nil
		}
		if c := x.classes[base.ID]; c != nil {
			return x.method(c, f.Attr, 0)
		}
	}
	return nil
}

func (x *pyModule) method(c *pyClass, name string, depth int) *pyFunc {
	if fn := x.funcs[c.name+"."+name]; fn != nil || depth > maxBases {
		return fn
	}
	for _, b := range c.bases {
		if base := x.classes[b]; base != nil && base != c {
			if fn := x.method(base, name, depth+1); fn != nil {
				return fn
			}
		}
	}
	return nil
}
