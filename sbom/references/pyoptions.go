package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// options reads declarations of command line options: argparse and optparse
// (add_argument, set_defaults) and absl (DEFINE_string). What they default to is the
// value of the attribute of that name.
func (w *pyWalker) options() {
	for i := range w.x.calls {
		c := &w.x.calls[i]
		switch last(c.name) {
		case "add_argument", "add_option", "add_arg":
			w.option(c, optionName(c.node), c.node.Arg("default", -1))
			w.choices(optionName(c.node), c.node.Arg("choices", -1), c)
		case "DEFINE_string", "DEFINE_list", "DEFINE_multi_string", "DEFINE_enum":
			w.option(c, stringOf(c.node.Arg("name", 0)), c.node.Arg("default", 1))
		case "set_defaults":
			for j := range c.node.Keywords {
				w.option(c, c.node.Keywords[j].Name, c.node.Keywords[j].Value)
			}
		}
	}
}

func (w *pyWalker) option(c *pyCall, name string, value python.Expr) {
	if name == "" || value == nil {
		return
	}
	v := pyValue{value, c.scope, c.block, "default"}
	w.x.fields[name] = append(w.x.fields[name], v)
	if !keyed(c.node) {
		w.declare(name, v, c.node.Pos(), "default")
	}
}

// choices are what else the option can be: names of the hub that the program itself
// lists. Words among them are settings.
func (w *pyWalker) choices(name string, list python.Expr, c *pyCall) {
	if name == "" || list == nil {
		return
	}
	for _, v := range hubNames(list) {
		w.x.fields[name] = append(w.x.fields[name], pyValue{v, c.scope, c.block, "list"})
		w.declare(name, pyValue{v, c.scope, c.block, "list"}, c.node.Pos(), "list")
	}
}

// hubNames are the ids of the hub in a list or tuple.
func hubNames(list python.Expr) []python.Expr {
	var elts, out []python.Expr
	switch l := list.(type) {
	case *python.List:
		elts = l.Elts
	case *python.Tuple:
		elts = l.Elts
	}
	for _, e := range elts {
		if KindOf(stringOf(e)) == NameHub {
			out = append(out, e)
		}
	}
	return out
}

// keyed tells whether an option chooses out of a table of the program (choices=list(MODELS)):
// its values are keys of that table, whatever they are shaped like.
func keyed(c *python.Call) bool {
	switch c.Arg("choices", -1).(type) {
	case nil, *python.List, *python.Tuple, *python.Set:
		return false
	}
	return true
}

// optionName is the destination of an option (argparse, "dest": the first long option,
// else the first short one, dashes as underscores).
func optionName(c *python.Call) string {
	if dest := stringOf(c.Arg("dest", -1)); dest != "" {
		return dest
	}
	name := ""
	for _, a := range c.Args {
		s := stringOf(a)
		if strings.HasPrefix(s, "--") {
			name = s
			break
		}
		if name == "" {
			name = s
		}
	}
	return strings.ReplaceAll(strings.TrimLeft(name, "-"), "-", "_")
}

func stringOf(e python.Expr) string {
	if s, ok := e.(*python.Str); ok {
		return s.Value
	}
	return ""
}

// clickOptions adds the defaults that decorators (click, typer) give to parameters.
func (w *pyWalker) clickOptions(s *python.Func, inner *pyScope) {
	for _, d := range s.Decorators {
		c, ok := d.(*python.Call)
		if !ok {
			continue
		}
		switch last(python.Dotted(c.Func)) {
		case "parametrize":
			w.parametrize(c, inner)
			continue
		case "option", "argument":
		default:
			continue
		}
		value, name := c.Arg("default", -1), optionName(c)
		if choice, ok := c.Arg("type", -1).(*python.Call); ok && last(python.Dotted(choice.Func)) == "Choice" {
			if names := hubNames(choice.Arg("choices", 0)); value == nil && len(names) > 0 {
				value = &python.List{Span: python.Span{From: choice.Pos(), To: choice.End()}, Elts: names}
			}
		}
		for _, a := range c.Args { // an explicit name has no dashes
			if n := stringOf(a); n != "" && !strings.HasPrefix(n, "-") {
				name = n
			}
		}
		if value == nil || name == "" {
			continue
		}
		v := w.value(value, "default")
		for i := range inner.names[name] {
			if b := &inner.names[name][i]; b.param != nil && b.e == nil {
				b.pyValue = v
			}
		}
		w.declare(name, v, c.Pos(), "default")
	}
}

// parametrize binds the parameters of a test to the values that pytest calls it with.
func (w *pyWalker) parametrize(c *python.Call, inner *pyScope) {
	list := c.Arg("argvalues", 1)
	if list == nil {
		return
	}
	names := strings.Split(stringOf(c.Arg("argnames", 0)), ",")
	for i, name := range names {
		name = strings.TrimSpace(name)
		path := []int{-1}
		if len(names) > 1 {
			path = []int{-1, i}
		}
		for j := range inner.names[name] {
			if b := &inner.names[name][j]; b.param != nil && b.e == nil {
				b.pyValue, b.path = w.value(list, "list"), path
			}
		}
		if len(names) == 1 {
			w.declare(name, w.value(list, "list"), c.Pos(), "list")
		}
	}
}
