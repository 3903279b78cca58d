package references

import (
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// percent is text % values (printf-style formatting) for the conversions that put a
// string as it is; any other one is decided at run time.
func (x *pyModule) percent(text string, values python.Expr, v pyValue, depth int) (string, bool, bool) {
	list := []python.Expr{values}
	if t, ok := values.(*python.Tuple); ok {
		list = t.Elts
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "%")
		b.WriteString(before)
		if !ok {
			return b.String(), true, true
		}
		switch {
		case strings.HasPrefix(rest, "%"):
			b.WriteByte('%')
		case len(list) > 0 && (strings.HasPrefix(rest, "s") || strings.HasPrefix(rest, "d")):
			s, known := x.part(list[0], v, depth)
			b.WriteString(s)
			if !known || b.Len() > maxText {
				return b.String(), false, true
			}
			list = list[1:]
		default:
			return b.String(), false, true
		}
		text = rest[1:]
	}
}

// format is text.format(…) with fields that are names, numbers or empty; a field with a
// conversion or a format is decided at run time.
func (x *pyModule) format(text string, c *python.Call, v pyValue, depth int) (string, bool, bool) {
	var b strings.Builder
	for next := 0; ; next++ {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String(), true, true
		}
		field, after, closed := strings.Cut(rest, "}")
		if !closed || strings.ContainsAny(field, "{:!.[") {
			return b.String(), false, true
		}
		e := c.Arg(field, -1)
		if n, err := strconv.Atoi(field); err == nil {
			e = c.Arg("", n)
		} else if field == "" {
			e = c.Arg("", next)
		}
		s, known := "", false
		if e != nil {
			s, known = x.part(e, v, depth)
		}
		b.WriteString(s)
		if !known || b.Len() > maxText {
			return b.String(), false, true
		}
		text = after
	}
}

// joined is sep.join([…]).
func (x *pyModule) joined(sep string, list python.Expr, v pyValue, depth int) (string, bool, bool) {
	var items []python.Expr
	switch l := list.(type) {
	case *python.List:
		items = l.Elts
	case *python.Tuple:
		items = l.Elts
	default:
		return "", false, true
	}
	var b strings.Builder
	for i, e := range items {
		s, known := x.part(e, v, depth)
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(s)
		if !known || b.Len() > maxText {
			return b.String(), false, true
		}
	}
	return b.String(), true, true
}

// part is the text of one value that is put into another; a number is its digits.
func (x *pyModule) part(e python.Expr, v pyValue, depth int) (string, bool) {
	if n, ok := e.(*python.Num); ok {
		return n.Text, true
	}
	text, known, isText := x.single(pyValue{e, v.scope, v.block, v.how}, depth+1)
	return text, known && isText
}
