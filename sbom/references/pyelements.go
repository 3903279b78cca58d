package references

import (
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// pick takes item n of the tuples or lists that a value can be, or any element for -1.
func (x *pyModule) pick(v pyValue, n, depth int) []pyValue {
	if n < 0 {
		return x.elements(v, depth)
	}
	if c, ok := v.e.(*python.Call); ok && python.Dotted(c.Func) == "pytest.param" {
		if n < len(c.Args) {
			return []pyValue{{c.Args[n], v.scope, v.block, v.how}}
		}
		return nil
	}
	var out []pyValue
	for _, t := range x.terms(v, depth) {
		if t.param != nil || t.imported != "" {
			continue
		}
		var items []python.Expr
		switch e := t.e.(type) {
		case *python.Tuple:
			items = e.Elts
		case *python.List:
			items = e.Elts
		}
		if n < len(items) && items[n] != nil {
			out = append(out, pyValue{items[n], t.scope, t.block, v.how})
		}
	}
	return out
}

// elements are what iterating over a value gives.
func (x *pyModule) elements(v pyValue, depth int) []pyValue {
	var out []pyValue
	for _, t := range x.terms(v, depth) {
		if t.param != nil || t.imported != "" || len(out) > maxTerms {
			continue
		}
		add := func(how string, list ...python.Expr) {
			for _, e := range list {
				if e != nil && len(out) <= maxTerms {
					out = append(out, pyValue{e, t.scope, t.block, how})
				}
			}
		}
		switch e := t.e.(type) {
		case *python.List:
			add("list", e.Elts...)
		case *python.Tuple:
			add("list", e.Elts...)
		case *python.Set:
			add("list", e.Elts...)
		case *python.Dict:
			add("dict", e.Keys...)
		case *python.Binary:
			if e.Op == "+" {
				out = append(out, x.elements(pyValue{e.X, t.scope, t.block, v.how}, depth+1)...)
				out = append(out, x.elements(pyValue{e.Y, t.scope, t.block, v.how}, depth+1)...)
			}
		case *python.Comp:
			add("list", e.Elt)
		case *python.Call:
			out = append(out, x.callElements(e, t, depth)...)
		}
	}
	return out
}

// callElements reads d.values(), d.items(), enumerate(l), zip(a, b) and what returns
// the elements of its argument.
func (x *pyModule) callElements(c *python.Call, t pyTerm, depth int) []pyValue {
	arg := func(i int) []pyValue {
		if i >= len(c.Args) {
			return nil
		}
		return x.elements(pyValue{c.Args[i], t.scope, t.block, t.how}, depth+1)
	}
	if a, ok := c.Func.(*python.Attribute); ok && len(c.Args) == 0 {
		var out []pyValue
		for _, d := range x.terms(pyValue{a.X, t.scope, t.block, "dict"}, depth+1) {
			dict, ok := d.e.(*python.Dict)
			if !ok {
				continue
			}
			for i, k := range dict.Keys {
				switch {
				case k == nil:
				case a.Attr == "values":
					out = append(out, pyValue{dict.Values[i], d.scope, d.block, "dict"})
				case a.Attr == "keys":
					out = append(out, pyValue{k, d.scope, d.block, "dict"})
				case a.Attr == "items":
					pair := &python.Tuple{Span: python.Span{From: k.Pos(), To: dict.Values[i].End()}, Elts: []python.Expr{k, dict.Values[i]}}
					out = append(out, pyValue{pair, d.scope, d.block, "dict"})
				}
			}
		}
		return out
	}
	switch last(python.Dotted(c.Func)) {
	case "sorted", "list", "tuple", "set", "reversed", "tqdm", "iter", "trange":
		return arg(0)
	case "enumerate":
		var out []pyValue
		for _, e := range arg(0) {
			out = append(out, pyValue{&python.Tuple{Elts: []python.Expr{nil, e.e}}, e.scope, e.block, e.how})
		}
		return out
	case "zip", "product":
		var out []pyValue
		for i := range c.Args {
			for _, e := range arg(i) {
				items := make([]python.Expr, i+1)
				items[i] = e.e
				out = append(out, pyValue{&python.Tuple{Elts: items}, e.scope, e.block, e.how})
			}
		}
		return out
	}
	return nil
}

// subscriptTerms reads a dict or list literal at a key; a key that is not known means
// any of its values.
func (x *pyModule) subscriptTerms(s *python.Subscript, v pyValue, depth int) []pyTerm {
	var out []pyTerm
	for _, t := range x.terms(pyValue{s.X, v.scope, v.block, "dict"}, depth+1) {
		if t.imported != "" {
			if key := stringOf(s.Index); key != "" {
				t.imported += entryMark + key
			}
			out = append(out, t) // an entry of a dict of another module; of a key not known, any
			continue
		}
		if t.param != nil {
			t.element = true
			out = append(out, t)
			continue
		}
		if len(out) > maxTerms {
			continue
		}
		if c, ok := t.e.(*python.Call); ok && python.Dotted(c.Func) == "vars" && len(c.Args) == 1 { // vars(args)["name"]
			attr := &python.Attribute{Span: s.Span, X: c.Args[0], Attr: stringOf(s.Index)}
			out = append(out, x.terms(pyValue{attr, t.scope, t.block, v.how}, depth+1)...)
			continue
		}
		for _, e := range x.at(t, s.Index) {
			out = append(out, x.terms(pyValue{e, t.scope, t.block, "dict"}, depth+1)...)
		}
	}
	if len(out) == 0 {
		return []pyTerm{{pyValue: v}}
	}
	return out
}

func (x *pyModule) at(t pyTerm, index python.Expr) []python.Expr {
	switch e := t.e.(type) {
	case *python.Dict:
		key, known := index.(*python.Str)
		var out []python.Expr
		for i, k := range e.Keys {
			if name, ok := k.(*python.Str); k != nil && (!known || ok && name.Value == key.Value) {
				out = append(out, e.Values[i])
			}
		}
		return out
	case *python.List:
		return e.Elts
	case *python.Tuple:
		if n, ok := index.(*python.Num); ok && len(n.Text) == 1 && int(n.Text[0]-'0') < len(e.Elts) {
			return e.Elts[n.Text[0]-'0' : n.Text[0]-'0'+1]
		}
		return e.Elts
	}
	return nil
}
