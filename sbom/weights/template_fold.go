package weights

import (
	"slices"
	"strconv"
	"strings"
)

const (
	// maxFoldDepth bounds nested brackets while constants are folded.
	maxFoldDepth = 64
	// maxFoldBytes bounds a folded string: an attribute name is short.
	maxFoldBytes = 4 << 10
	// maxFoldItems bounds a list that is made by adding lists.
	maxFoldItems = 1 << 10
)

// foldValue is what is known of an expression: nothing, a string, a number or a list.
type foldValue struct {
	kind tokenKind // tokString, tokNumber; tokOp with list set for a list
	ok   bool
	text string
	num  int
	list []foldValue
}

func foldString(s string) foldValue {
	if len(s) > maxFoldBytes {
		return foldValue{}
	}
	return foldValue{kind: tokString, ok: true, text: s}
}

func (v foldValue) isString() bool { return v.ok && v.kind == tokString }
func (v foldValue) isNumber() bool { return v.ok && v.kind == tokNumber }
func (v foldValue) isList() bool   { return v.ok && v.kind == tokOp }

// str is the value as Jinja's ~ operator renders it.
func (v foldValue) str() (string, bool) {
	switch {
	case v.isString():
		return v.text, true
	case v.isNumber():
		return strconv.Itoa(v.num), true
	}
	return "", false
}

// folder evaluates the constant parts of an expression: joins, repetition, formatting
// and the filters and methods that rearrange strings. What it does not know it skips.
type folder struct {
	tokens []token
	pos    int
	known  map[string]foldValue
	see    func(string) // is told every string that was computed
}

func (f *folder) next() token {
	if f.pos < len(f.tokens) {
		return f.tokens[f.pos]
	}
	return token{}
}

func (f *folder) is(op string) bool {
	t := f.next()
	return t.kind == tokOp && t.text == op
}

func (f *folder) accept(op string) bool {
	if f.is(op) {
		f.pos++
		return true
	}
	return false
}

func (f *folder) result(v foldValue) foldValue {
	if v.isString() && f.see != nil {
		f.see(v.text)
	}
	return v
}

// expr reads operands joined by operators, all with one precedence: for strings the
// difference does not matter often enough to be exploited, as every partial result is
// looked at too.
func (f *folder) expr(depth int) foldValue {
	v := f.operand(depth)
	for f.pos < len(f.tokens) {
		op := f.next()
		if op.kind != tokOp || (op.text != "~" && op.text != "+" && op.text != "*" && op.text != "%" && op.text != "-") {
			return v
		}
		f.pos++
		v = f.result(foldBinary(op.text, v, f.operand(depth)))
	}
	return v
}

func foldBinary(op string, a, b foldValue) foldValue {
	x, okA := a.str()
	y, okB := b.str()
	switch {
	case op == "~" && okA && okB:
		return foldString(x + y)
	case op == "+" && a.isString() && b.isString():
		return foldString(x + y)
	case op == "+" && a.isList() && b.isList() && len(a.list)+len(b.list) <= maxFoldItems:
		return foldValue{ok: true, list: append(slices.Clone(a.list), b.list...)}
	case op == "+" && a.isNumber() && b.isNumber():
		return foldValue{kind: tokNumber, ok: true, num: a.num + b.num}
	case op == "-" && a.isNumber() && b.isNumber():
		return foldValue{kind: tokNumber, ok: true, num: a.num - b.num}
	case op == "*" && a.isString() && b.isNumber():
		return foldRepeat(x, b.num)
	case op == "*" && a.isNumber() && b.isString():
		return foldRepeat(y, a.num)
	case op == "%" && a.isString():
		return foldFormat(x, b)
	}
	return foldValue{}
}

func foldRepeat(s string, n int) foldValue {
	if n < 0 || n > maxFoldBytes || n*len(s) > maxFoldBytes {
		return foldValue{}
	}
	return foldString(strings.Repeat(s, n))
}

// foldFormat does Python's % for %s, %d and %c, the ones that spell names.
func foldFormat(format string, args foldValue) foldValue {
	list := []foldValue{args}
	if args.isList() {
		list = args.list
	}
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		if format[i] == '%' {
			b.WriteByte('%')
			continue
		}
		if len(list) == 0 {
			return foldValue{}
		}
		s, ok := list[0].str()
		if !ok {
			return foldValue{}
		}
		if format[i] == 'c' && list[0].isNumber() {
			s = string(rune(list[0].num))
		}
		b.WriteString(s)
		list = list[1:]
	}
	return foldString(b.String())
}

// operand reads one value with its attributes, items, calls and filters.
func (f *folder) operand(depth int) foldValue {
	if depth > maxFoldDepth {
		f.pos++
		return foldValue{}
	}
	var v foldValue
	t := f.next()
	f.pos++
	switch {
	case t.kind == tokString:
		s := t.text
		for f.next().kind == tokString && f.pos < len(f.tokens) { // adjacent literals join
			s += f.next().text
			f.pos++
		}
		v = f.result(foldString(s))
	case t.kind == tokNumber:
		n, err := strconv.Atoi(strings.ReplaceAll(t.text, "_", ""))
		v = foldValue{kind: tokNumber, ok: err == nil, num: n}
	case t.kind == tokName:
		v = f.known[t.text]
	case t.text == "(" || t.text == "[":
		items, comma := f.items(depth+1, map[string]string{"(": ")", "[": "]"}[t.text])
		if t.text == "(" && len(items) == 1 && !comma {
			v = items[0]
		} else {
			v = foldValue{ok: true, list: items}
		}
	case t.text == "-" || t.text == "+":
		v = f.operand(depth + 1)
		if v.isNumber() && t.text == "-" {
			v.num = -v.num
		}
		return v
	default:
		return foldValue{}
	}
	return f.postfix(v, depth)
}

// items reads expressions up to the closing bracket.
func (f *folder) items(depth int, closing string) (items []foldValue, comma bool) {
	for f.pos < len(f.tokens) && !f.accept(closing) {
		before := f.pos
		v := f.expr(depth)
		if f.accept(",") {
			comma = true
		}
		if f.pos == before {
			f.pos++
			continue
		}
		items = append(items, v)
	}
	return items, comma
}

func (f *folder) postfix(v foldValue, depth int) foldValue {
	for f.pos < len(f.tokens) {
		switch {
		case f.is("[") && f.reversed():
			v = f.result(foldApply("reverse", v, nil))
		case f.accept("["):
			items, _ := f.items(depth+1, "]")
			v = foldItem(v, items)
		case f.accept("("):
			f.items(depth+1, ")")
			v = foldValue{}
		case f.is(".") || f.is("|"):
			f.pos++
			name := f.next()
			if name.kind != tokName {
				return v
			}
			f.pos++
			var args []foldValue
			if f.accept("(") {
				args, _ = f.items(depth+1, ")")
			}
			v = f.result(foldApply(name.text, v, args))
		default:
			return v
		}
	}
	return v
}

// reversed consumes [::-1].
func (f *folder) reversed() bool {
	want := []string{"[", ":", ":", "-", "1", "]"}
	for i, w := range want {
		if neighbour(f.tokens, f.pos+i) != w {
			return false
		}
	}
	f.pos += len(want)
	return true
}

func foldItem(v foldValue, index []foldValue) foldValue {
	if len(index) != 1 || !index[0].isNumber() {
		return foldValue{}
	}
	i := index[0].num
	switch {
	case v.isList() && i >= 0 && i < len(v.list):
		return v.list[i]
	case v.isString() && i >= 0 && i < len(v.text):
		return foldString(v.text[i : i+1])
	}
	return foldValue{}
}

// foldApply does the filters and methods that rearrange constant strings.
func foldApply(name string, v foldValue, args []foldValue) foldValue {
	arg := func(i int) (string, bool) {
		if i >= len(args) {
			return "", false
		}
		return args[i].str()
	}
	first, _ := arg(0)
	switch {
	case name == "join" && v.isList():
		return foldJoin(first, v.list)
	case name == "join" && v.isString() && len(args) == 1 && args[0].isList():
		return foldJoin(v.text, args[0].list)
	case name == "list" && v.isString():
		out := foldValue{ok: true}
		for _, c := range v.text {
			out.list = append(out.list, foldString(string(c)))
		}
		return out
	case name == "reverse" && v.isList():
		list := slices.Clone(v.list)
		slices.Reverse(list)
		return foldValue{ok: true, list: list}
	case !v.isString():
		return foldValue{}
	}
	switch name {
	case "reverse":
		r := []rune(v.text)
		slices.Reverse(r)
		return foldString(string(r))
	case "replace":
		second, ok := arg(1)
		if !ok || len(v.text)*max(1, len(second)) > maxFoldBytes {
			return foldValue{}
		}
		return foldString(strings.ReplaceAll(v.text, first, second))
	case "lower", "casefold":
		return foldString(strings.ToLower(v.text))
	case "upper":
		return foldString(strings.ToUpper(v.text))
	case "trim", "strip":
		return foldString(strings.TrimSpace(v.text))
	case "string", "safe", "e", "escape":
		return v
	case "format":
		if strings.Contains(v.text, "{") {
			for _, a := range args {
				s, _ := a.str()
				v.text = strings.Replace(v.text, "{}", s, 1)
			}
			return foldString(v.text)
		}
		return foldFormat(v.text, foldValue{ok: true, list: args})
	}
	return foldValue{}
}

func foldJoin(sep string, list []foldValue) foldValue {
	var parts []string
	total := 0
	for _, item := range list {
		s, ok := item.str()
		if total += len(s) + len(sep); !ok || total > 2*maxFoldBytes {
			return foldValue{}
		}
		parts = append(parts, s)
	}
	return foldString(strings.Join(parts, sep))
}
