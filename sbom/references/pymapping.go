package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// minMapped is the smallest table that is taken for one of names by its entries alone.
const minMapped = 3

// mapping reads a table that turns names of models into others (unsloth's mapper.py):
// both its keys and its values are ids of the hub with a size or a version in them, so
// that whatever it is called, what it gives is loaded. A table of anything else of that
// shape (routes, media types) has no such entries.
func (r *pyReader) mapping(d *pyDecl) {
	dict, ok := d.value.e.(*python.Dict)
	if !ok || !d.variable || len(dict.Keys) < minMapped {
		return
	}
	var names []*python.Str
	for i, k := range dict.Keys {
		key, ok := k.(*python.Str)
		if !ok || !modelID(key.Value) {
			return
		}
		names = append(names, key)
		before := len(names)
		names = r.leaves(dict.Values[i], names, 0)
		for _, n := range names[before:] {
			if !modelID(n.Value) {
				return
			}
		}
	}
	if len(names) < 2*minMapped {
		return
	}
	for _, n := range names {
		if !r.used[n.Pos()] {
			r.declare(d, position{"model", "base", true}, pyValue{n, d.value.scope, d.value.block, "dict"}, n.Value, true)
		}
	}
}

// leaves are the strings in the values of nested tables, without the keys inside.
func (r *pyReader) leaves(e python.Expr, out []*python.Str, depth int) []*python.Str {
	if depth > maxNested {
		return out
	}
	var items []python.Expr
	switch e := e.(type) {
	case *python.Str:
		return append(out, e)
	case *python.Tuple:
		items = e.Elts
	case *python.List:
		items = e.Elts
	case *python.Dict:
		items = e.Values
	}
	for _, y := range items {
		out = r.leaves(y, out, depth+1)
	}
	return out
}

// modelID tells an id of the hub whose name has a number in it, as those of models have.
func modelID(name string) bool {
	_, rest, ok := strings.Cut(name, "/")
	return ok && KindOf(name) == NameHub && !placeholder(name) && strings.ContainsAny(rest, "0123456789")
}
