package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// returned marks the name of a function of another module that stands for what it returns.
const returned = "()"

// widgets are what a page of Streamlit asks with, by the argument that holds the choices
// and the one that holds what is there first.
var widgets = map[string][2]string{
	"selectbox": {"options", ""}, "radio": {"options", ""}, "select_slider": {"options", "value"}, "multiselect": {"options", "default"}, "pills": {"options", "default"}, "segmented_control": {"options", "default"},
	"text_input": {"", "value"}, "text_area": {"", "value"},
}

// elsewhere is the name under which the linker finds what a function of another module of
// the source returns, "" for any other call.
func (x *pyModule) elsewhere(c *python.Call, v pyValue) string {
	head := receiver(c.Func)
	if head == nil || x.local(head.ID, v.scope) {
		return ""
	}
	name := x.callee(c.Func, v.scope, 0)
	if x.imports[head.ID] == "" {
		if from := x.star(); from != "" && python.Expr(head) == c.Func && !x.own(name) && len(rolesOf(name)) == 0 && len(x.root.names[name]) == 0 {
			return starred + from + "." + name + returned
		}
		return ""
	}
	root, _, _ := strings.Cut(name, ".")
	if foreign[root] || strings.Contains(name, "?") || isClass(last(name)) || strings.Count(python.Dotted(c.Func), ".") > 1 || len(rolesOf(name)) > 0 {
		return ""
	}
	return name + returned
}

// chosen are the values that a widget can give.
func (x *pyModule) chosen(c *python.Call, short string, v pyValue, depth int) []pyTerm {
	w, ok := widgets[short]
	if !ok {
		return nil
	}
	var out []pyTerm
	if w[0] != "" {
		if e := c.Arg(w[0], 1); e != nil {
			out = append(out, x.all(x.elements(pyValue{e, v.scope, v.block, "list"}, depth+1), depth)...)
		}
	} else if e := c.Arg(w[1], 1); e != nil {
		out = append(out, x.terms(pyValue{e, v.scope, v.block, "default"}, depth+1)...)
	}
	return out
}
