package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// text puts together the string that an expression is. known is false when a part is
// decided at run time; the text is then what stands before it.
func (x *pyModule) text(v pyValue, depth int) (text string, known, isText bool) {
	if depth > maxLookup {
		return "", false, false
	}
	switch e := v.e.(type) {
	case *python.Str:
		return e.Value, true, !e.Bytes
	case *python.FString:
		return x.join(e.Parts, v, depth)
	case *python.Binary:
		switch e.Op {
		case "+":
			text, known, isText = x.join([]python.Expr{e.X, e.Y}, v, depth)
			return text, known, isText && x.stringy(e, 0)
		case "/":
			left, ok, is := x.single(pyValue{e.X, v.scope, v.block, v.how}, depth+1)
			if right, more, is2 := x.single(pyValue{e.Y, v.scope, v.block, v.how}, depth+1); ok && more && is && is2 {
				return strings.TrimSuffix(left, "/") + "/" + right, true, true
			}
			return left, false, is
		case "%":
			if s, ok := e.X.(*python.Str); ok {
				return x.percent(s.Value, e.Y, v, depth)
			}
		}
	case *python.Call:
		a, ok := e.Func.(*python.Attribute)
		if !ok {
			return "", false, false
		}
		if s, ok := a.X.(*python.Str); ok && a.Attr == "format" {
			return x.format(s.Value, e, v, depth)
		}
		if sep, ok := a.X.(*python.Str); ok && a.Attr == "join" && len(e.Args) == 1 {
			return x.joined(sep.Value, e.Args[0], v, depth)
		}
		if a.Attr == "join" && last(python.Dotted(a.X)) == "path" && len(e.Args) > 0 {
			first, known, is := x.single(pyValue{e.Args[0], v.scope, v.block, v.how}, depth+1)
			for _, arg := range e.Args[1:] {
				rest, more, ok := x.single(pyValue{arg, v.scope, v.block, v.how}, depth+1)
				if !known || !more || !ok || len(first) > maxText {
					return first, false, is
				}
				first = strings.TrimSuffix(first, "/") + "/" + rest
			}
			return first, known, is
		}
	}
	return "", false, false
}

// stringy tells a concatenation of strings from a sum.
func (x *pyModule) stringy(e python.Expr, depth int) bool {
	switch e := e.(type) {
	case *python.Str, *python.FString:
		return true
	case *python.Binary:
		return depth < maxLookup && (x.stringy(e.X, depth+1) || x.stringy(e.Y, depth+1))
	}
	return false
}

// single is the text of an expression that has exactly one value.
func (x *pyModule) single(v pyValue, depth int) (text string, known, isText bool) {
	var found []pyTerm
	for _, t := range x.terms(v, depth+1) {
		if t.param == nil {
			found = append(found, t)
		}
	}
	if len(found) != 1 || found[0].imported != "" {
		return "", false, false
	}
	return x.text(found[0].pyValue, depth+1)
}

func (x *pyModule) join(parts []python.Expr, v pyValue, depth int) (text string, known, isText bool) {
	var b strings.Builder
	for _, p := range parts {
		if i, ok := p.(*python.Interp); ok {
			if len(i.Format) > 0 || i.Debug {
				return b.String(), false, true
			}
			p = i.X
		}
		s, known, _ := x.single(pyValue{p, v.scope, v.block, v.how}, depth+1)
		b.WriteString(s)
		if !known || b.Len() > maxText {
			return b.String(), false, true
		}
	}
	return b.String(), true, true
}

// last is what follows the last dot.
func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
