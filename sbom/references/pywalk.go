package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// pyWalker visits the statements and keeps where it is.
type pyWalker struct {
	x     *pyModule
	scope *pyScope
	block *pyBlock
}

func (w *pyWalker) body(body []python.Stmt) {
	for _, s := range body {
		w.stmt(s)
	}
}

// nested visits statements that may or may not run.
func (w *pyWalker) nested(body []python.Stmt) { w.within(body, pyBlock{}) }

func (w *pyWalker) within(body []python.Stmt, block pyBlock) {
	outer := w.block
	block.parent = outer
	w.block = &block
	w.body(body)
	w.block = outer
}

func (w *pyWalker) stmt(s python.Stmt) {
	switch s := s.(type) {
	case *python.ExprStmt:
		if _, prose := s.X.(*python.Str); !prose {
			w.expr(s.X)
		}
	case *python.Assign:
		if w.scope.class != nil && w.scope.fn == nil && len(s.Targets) == 1 {
			if n, ok := s.Targets[0].(*python.Name); ok {
				w.scope.class.order = append(w.scope.class.order, n.ID)
			}
		}
		w.assign(s)
	case *python.Return:
		w.expr(s.X)
		if w.scope.fn != nil && s.X != nil {
			w.scope.fn.returns = append(w.scope.fn.returns, w.value(s.X, "constant"))
		}
	case *python.Raise: // an error message names, it does not load
	case *python.Assert:
		w.expr(s.Test)
	case *python.Import:
		w.imported(s)
	case *python.Func:
		w.function(s)
	case *python.Class:
		w.class(s)
	default:
		w.compound(s)
	}
}

func (w *pyWalker) compound(s python.Stmt) {
	switch s := s.(type) {
	case *python.If:
		for i := range s.Clauses {
			w.expr(s.Clauses[i].Test)
			w.within(s.Clauses[i].Body, pyBlock{usual: ordered(s.Clauses[i].Test), choice: s})
		}
		w.within(s.Else, pyBlock{choice: s})
	case *python.For:
		w.expr(s.Iter)
		w.bind(s.Target, w.value(s.Iter, "loop"), []int{-1})
		w.within(s.Body, pyBlock{usual: true})
		w.nested(s.Else)
	case *python.While:
		w.expr(s.Test)
		w.within(s.Body, pyBlock{usual: true})
		w.nested(s.Else)
	case *python.With:
		for _, item := range s.Items {
			w.expr(item.X)
			if item.Target != nil {
				w.bind(item.Target, w.value(item.X, "constant"), nil)
			}
		}
		w.body(s.Body)
	case *python.Try:
		w.within(s.Body, pyBlock{usual: true})
		for _, h := range s.Handlers {
			w.nested(h.Body)
		}
		w.nested(s.Else)
		w.body(s.Finally)
	case *python.Match:
		w.expr(s.Subject)
		for i := range s.Cases {
			w.nested(s.Cases[i].Body)
		}
	}
}

// ordered tells a comparison of numbers (loss < best, step % 100 == 0) from a switch.
func ordered(test python.Expr) bool {
	c, ok := test.(*python.Compare)
	if !ok {
		return false
	}
	for _, op := range c.Ops {
		if strings.ContainsAny(op, "<>") {
			return true
		}
	}
	b, ok := c.X.(*python.Binary)
	return ok && b.Op == "%"
}

func (w *pyWalker) value(e python.Expr, how string) pyValue {
	return pyValue{e: e, scope: w.scope, block: w.block, how: how}
}

func (w *pyWalker) assign(s *python.Assign) {
	w.expr(s.Value)
	for _, t := range s.Targets {
		if sub, ok := t.(*python.Subscript); ok { // config["model"] = …, os.environ["MODEL_ID"] = …
			if key, ok := sub.Index.(*python.Str); ok && s.Value != nil {
				w.declare(key.Value, w.value(s.Value, "constant"), sub.Pos(), "constant")
			}
		}
	}
	if s.Value == nil {
		return
	}
	how := "constant"
	if w.scope.class != nil && w.scope.fn == nil {
		how = "default"
	}
	for _, t := range s.Targets {
		w.bind(t, w.value(s.Value, how), nil)
	}
}

// bind records what a target gets.
func (w *pyWalker) bind(target python.Expr, v pyValue, path []int) {
	switch t := target.(type) {
	case *python.Name:
		w.scope.names[t.ID] = append(w.scope.names[t.ID], pyBinding{pyValue: v, at: v.e.End(), path: path})
		if w.scope.class != nil && w.scope.fn == nil && len(path) == 0 {
			w.scope.class.attrs[t.ID] = append(w.scope.class.attrs[t.ID], v)
			w.x.fields[t.ID] = append(w.x.fields[t.ID], v)
		}
		if len(path) == 0 {
			w.declare(t.ID, v, t.Pos(), v.how)
			w.x.decls[len(w.x.decls)-1].variable = w.scope.class == nil || w.scope.fn != nil
		}
	case *python.Attribute:
		if len(path) > 0 {
			return
		}
		if base, ok := t.X.(*python.Name); ok && w.scope.fn != nil && w.scope.fn.class != nil && (base.ID == "self" || base.ID == "cls") {
			attrs := w.scope.fn.class.attrs
			attrs[t.Attr] = append(attrs[t.Attr], v)
		}
		w.x.fields[t.Attr] = append(w.x.fields[t.Attr], v)
		w.declare(t.Attr, v, t.Pos(), v.how)
	case *python.Tuple:
		w.unpack(t.Elts, v, path)
	case *python.List:
		w.unpack(t.Elts, v, path)
	case *python.Starred:
	}
}

func (w *pyWalker) unpack(targets []python.Expr, v pyValue, path []int) {
	for i, t := range targets {
		w.bind(t, v, append(path[:len(path):len(path)], i))
	}
}

func (w *pyWalker) declare(key string, v pyValue, at python.Pos, how string) {
	w.x.decls = append(w.x.decls, pyDecl{key: key, value: v, at: at, how: how, service: serviceKey(key)})
}

func (w *pyWalker) imported(s *python.Import) {
	for _, a := range s.Names {
		switch {
		case s.From && a.Name == "*":
			from := w.x.from(s)
			w.x.imports["*"+from] = from
			if root, _, _ := strings.Cut(from, "."); !foreign[root] {
				w.x.stars = append(w.x.stars, from)
			}
		case s.From:
			name := a.As
			if name == "" {
				name = a.Name
			}
			w.x.imports[name] = w.x.from(s) + "." + a.Name
		case a.As != "":
			w.x.imports[a.As] = a.Name
		default:
			head, _, _ := strings.Cut(a.Name, ".")
			w.x.imports[head] = head
		}
	}
}

func (w *pyWalker) function(s *python.Func) {
	fn := &pyFunc{name: s.Name, node: s}
	if w.scope.class != nil && w.scope.fn == nil {
		fn.class = w.scope.class
		fn.name = fn.class.name + "." + s.Name
	}
	w.x.funcs[fn.name] = fn
	for _, d := range s.Decorators {
		w.expr(d)
	}
	inner := &pyScope{parent: w.scope, fn: fn, class: fn.class, names: map[string][]pyBinding{}}
	if inner.class == nil {
		inner.class = w.scope.class
	}
	index := 0
	for i := range s.Params {
		p := &s.Params[i]
		w.expr(p.Default)
		if i == 0 && fn.class != nil && (p.Name == "self" || p.Name == "cls") {
			continue
		}
		param := &pyParam{fn: fn, name: p.Name, index: index}
		if p.KeywordOnly || p.Star > 0 {
			param.index = -1
		} else {
			index++
		}
		fn.params = append(fn.params, param)
		b := pyBinding{at: p.At, param: param}
		if p.Default != nil {
			b.pyValue = w.value(p.Default, "default")
			w.declare(p.Name, b.pyValue, p.At, "default")
		}
		inner.names[p.Name] = append(inner.names[p.Name], b)
	}
	w.clickOptions(s, inner)
	outer, block := w.scope, w.block
	w.scope, w.block = inner, &pyBlock{parent: w.block}
	w.body(s.Body)
	w.scope, w.block = outer, block
}

func (w *pyWalker) class(s *python.Class) {
	c := &pyClass{name: s.Name, attrs: map[string][]pyValue{}}
	for _, d := range s.Decorators {
		w.expr(d)
	}
	for _, b := range s.Bases {
		w.expr(b)
		c.bases = append(c.bases, w.x.resolveDotted(python.Dotted(b)))
	}
	w.x.classes[s.Name] = c
	c.scope = &pyScope{parent: w.scope, class: c, names: map[string][]pyBinding{}}
	outer, block := w.scope, w.block
	w.scope, w.block = c.scope, &pyBlock{parent: w.block}
	w.body(s.Body)
	w.scope, w.block = outer, block
}

// expr records the calls, dict entries and bindings inside an expression.
func (w *pyWalker) expr(e python.Expr) {
	if e == nil {
		return
	}
	python.Inspect(e, func(n python.Node) bool {
		w.place(n)
		switch n := n.(type) {
		case *python.Call:
			w.x.calls = append(w.x.calls, pyCall{node: n, scope: w.scope, block: w.block})
			for _, inner := range []*python.Call{partial(n), deferred(n)} {
				if inner != nil {
					w.x.calls = append(w.x.calls, pyCall{node: inner, scope: w.scope, block: w.block})
				}
			}
			w.environment(n)
			for i := range n.Keywords {
				if k := &n.Keywords[i]; k.Name != "" {
					w.declare(k.Name, w.value(k.Value, "keyword"), k.At, "keyword")
					d := &w.x.decls[len(w.x.decls)-1]
					d.revision = stringOf(n.Arg("revision", -1))
					d.fetches = n.Arg("url", -1) != nil
					for j := 0; j < len(providerKeys) && d.service == "" && modelKey(k.Name); j++ {
						d.service = serviceNamed(stringOf(n.Arg(providerKeys[j], -1)))
					}
				}
			}
		case *python.Dict:
			for i, k := range n.Keys {
				if s, ok := k.(*python.Str); ok && (s.Value != "model" || !isAnswer(n)) {
					key := s.Value
					if key == "path" && datasetDict(n) {
						key = "dataset_path"
					}
					if key == "type" && entry(n, "library") == "huggingface" { // NeMo's tokenizer
						key = "tokenizer_name"
					}
					w.declare(key, w.value(n.Values[i], "dict"), s.Pos(), "dict")
					d := &w.x.decls[len(w.x.decls)-1]
					d.revision = entry(n, "revision")
					for j := 0; j < len(providerKeys) && d.service == "" && modelKey(key); j++ {
						d.service = serviceNamed(entry(n, providerKeys[j]))
					}
				}
			}
		case *python.Comp:
			for _, f := range n.For {
				w.bind(f.Target, w.value(f.Iter, "loop"), []int{-1})
			}
		case *python.Compare:
			for _, y := range n.Ys {
				if word, ok := y.(*python.Str); ok {
					w.x.modes[word.Value] = true
				}
			}
		case *python.Walrus:
			w.bind(n.Target, w.value(n.Value, "constant"), nil)
		case *python.Lambda:
			return false
		}
		return true
	})
}

// environment declares what a variable of the environment is by default: its name says
// what it stands for wherever the value goes.
func (w *pyWalker) environment(c *python.Call) {
	name := python.Dotted(c.Func)
	if key := stringOf(c.Arg("key", 0)); key != "" && (last(name) == "getenv" || strings.HasSuffix(name, "environ.get")) {
		if value, ok := c.Arg("default", 1).(*python.Str); ok {
			w.declare(key, w.value(value, "default"), c.Pos(), "default")
		}
	}
}

// isAnswer tells what a server answered, or what a test says it would, from what it is
// asked (OpenAI, "The chat completion object").
func isAnswer(d *python.Dict) bool {
	for _, k := range d.Keys {
		switch stringOf(k) {
		case "choices", "object", "usage", "finish_reason", "stop_reason":
			return true
		}
	}
	return false
}

// partial is the call that functools.partial(f, …) prepares, nil for any other call.
func partial(c *python.Call) *python.Call {
	if len(c.Args) == 0 || last(python.Dotted(c.Func)) != "partial" || python.Dotted(c.Args[0]) == "" {
		return nil
	}
	return &python.Call{Span: c.Span, Func: c.Args[0], Args: c.Args[1:], Keywords: c.Keywords}
}

// deferred is the call that a configuration in Python describes, dict(type=f, …)
// (MMEngine's registry), nil for any other dict.
func deferred(c *python.Call) *python.Call {
	f := c.Arg("type", -1)
	if python.Dotted(c.Func) != "dict" || f == nil || python.Dotted(f) == "" {
		return nil
	}
	inner := &python.Call{Span: c.Span, Func: f}
	for _, k := range c.Keywords {
		if k.Name != "type" {
			inner.Keywords = append(inner.Keywords, k)
		}
	}
	return inner
}

// entry is the text at a key of a dict, "" when it is no literal.
func entry(d *python.Dict, key string) string {
	for i, k := range d.Keys {
		if stringOf(k) == key && i < len(d.Values) {
			return stringOf(d.Values[i])
		}
	}
	return ""
}

// datasetDict tells a dict that load_dataset is called with (axolotl, TRL) from one that
// holds any other path.
func datasetDict(d *python.Dict) bool {
	for _, k := range d.Keys {
		switch stringOf(k) {
		case "revision", "split", "ds_type", "type", "data_files", "chat_template", "field_messages", "subset":
			return true
		}
	}
	return false
}
