package python

// Inspect calls visit for the node and, as long as visit returns true, for everything
// below it in source order. Decorators, defaults and annotations are included. A nil
// node is not visited.
func Inspect(n Node, visit func(Node) bool) {
	switch e := n.(type) {
	case Expr:
		inspectExpr(e, visit)
	case Stmt:
		inspectStmt(e, visit)
	}
}

// InspectBody is Inspect over each statement.
func InspectBody(body []Stmt, visit func(Node) bool) {
	for _, s := range body {
		inspectStmt(s, visit)
	}
}

func inspectAll(list []Expr, visit func(Node) bool) {
	for _, e := range list {
		inspectExpr(e, visit)
	}
}

func inspectKeywords(list []Keyword, visit func(Node) bool) {
	for i := range list {
		inspectExpr(list[i].Value, visit)
	}
}

func inspectParams(list []Param, visit func(Node) bool) {
	for i := range list {
		inspectExpr(list[i].Annotation, visit)
		inspectExpr(list[i].Default, visit)
	}
}

func inspectExpr(n Expr, visit func(Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	switch e := n.(type) {
	case *FString:
		inspectAll(e.Parts, visit)
	case *Interp:
		inspectExpr(e.X, visit)
		inspectAll(e.Format, visit)
	case *Tuple:
		inspectAll(e.Elts, visit)
	case *List:
		inspectAll(e.Elts, visit)
	case *Set:
		inspectAll(e.Elts, visit)
	case *Dict:
		for i, v := range e.Values {
			inspectExpr(e.Keys[i], visit)
			inspectExpr(v, visit)
		}
	case *Unary:
		inspectExpr(e.X, visit)
	case *Binary:
		inspectExpr(e.X, visit)
		inspectExpr(e.Y, visit)
	case *Bool:
		inspectAll(e.Values, visit)
	case *Compare:
		inspectExpr(e.X, visit)
		inspectAll(e.Ys, visit)
	case *Call:
		inspectExpr(e.Func, visit)
		inspectAll(e.Args, visit)
		inspectKeywords(e.Keywords, visit)
	default:
		inspectRest(n, visit)
	}
}

func inspectRest(n Expr, visit func(Node) bool) {
	switch e := n.(type) {
	case *Attribute:
		inspectExpr(e.X, visit)
	case *Subscript:
		inspectExpr(e.X, visit)
		inspectExpr(e.Index, visit)
	case *Slice:
		inspectExpr(e.Lo, visit)
		inspectExpr(e.Hi, visit)
		inspectExpr(e.Step, visit)
	case *Starred:
		inspectExpr(e.X, visit)
	case *Lambda:
		inspectParams(e.Params, visit)
		inspectExpr(e.Body, visit)
	case *Cond:
		inspectExpr(e.Body, visit)
		inspectExpr(e.Test, visit)
		inspectExpr(e.Else, visit)
	case *Comp:
		inspectExpr(e.Key, visit)
		inspectExpr(e.Elt, visit)
		for i := range e.For {
			inspectExpr(e.For[i].Target, visit)
			inspectExpr(e.For[i].Iter, visit)
			inspectAll(e.For[i].Ifs, visit)
		}
	case *Await:
		inspectExpr(e.X, visit)
	case *Yield:
		inspectExpr(e.X, visit)
	case *Walrus:
		inspectExpr(e.Target, visit)
		inspectExpr(e.Value, visit)
	case *Pattern:
		inspectExpr(e.Cls, visit)
		inspectAll(e.Args, visit)
		inspectKeywords(e.Keywords, visit)
	}
}

func inspectStmt(n Stmt, visit func(Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	switch s := n.(type) {
	case *ExprStmt:
		inspectExpr(s.X, visit)
	case *Assign:
		inspectAll(s.Targets, visit)
		inspectExpr(s.Annotation, visit)
		inspectExpr(s.Value, visit)
	case *Return:
		inspectExpr(s.X, visit)
	case *Raise:
		inspectExpr(s.X, visit)
		inspectExpr(s.Cause, visit)
	case *Delete:
		inspectAll(s.Targets, visit)
	case *Assert:
		inspectExpr(s.Test, visit)
		inspectExpr(s.Msg, visit)
	case *TypeAlias:
		inspectParams(s.TypeParams, visit)
		inspectExpr(s.Value, visit)
	default:
		inspectCompound(n, visit)
	}
}

func inspectCompound(n Stmt, visit func(Node) bool) {
	switch s := n.(type) {
	case *If:
		for i := range s.Clauses {
			inspectExpr(s.Clauses[i].Test, visit)
			InspectBody(s.Clauses[i].Body, visit)
		}
		InspectBody(s.Else, visit)
	case *For:
		inspectExpr(s.Target, visit)
		inspectExpr(s.Iter, visit)
		InspectBody(s.Body, visit)
		InspectBody(s.Else, visit)
	case *While:
		inspectExpr(s.Test, visit)
		InspectBody(s.Body, visit)
		InspectBody(s.Else, visit)
	case *With:
		for i := range s.Items {
			inspectExpr(s.Items[i].X, visit)
			inspectExpr(s.Items[i].Target, visit)
		}
		InspectBody(s.Body, visit)
	case *Try:
		InspectBody(s.Body, visit)
		for i := range s.Handlers {
			inspectExpr(s.Handlers[i].Type, visit)
			InspectBody(s.Handlers[i].Body, visit)
		}
		InspectBody(s.Else, visit)
		InspectBody(s.Finally, visit)
	case *Func:
		inspectAll(s.Decorators, visit)
		inspectParams(s.TypeParams, visit)
		inspectParams(s.Params, visit)
		inspectExpr(s.Returns, visit)
		InspectBody(s.Body, visit)
	case *Class:
		inspectAll(s.Decorators, visit)
		inspectParams(s.TypeParams, visit)
		inspectAll(s.Bases, visit)
		inspectKeywords(s.Keywords, visit)
		InspectBody(s.Body, visit)
	case *Match:
		inspectExpr(s.Subject, visit)
		for i := range s.Cases {
			inspectExpr(s.Cases[i].Pattern, visit)
			inspectExpr(s.Cases[i].Guard, visit)
			InspectBody(s.Cases[i].Body, visit)
		}
	}
}

// Dotted is the dotted name of an expression (a.b.c), "" when it is anything else.
func Dotted(e Expr) string {
	switch x := e.(type) {
	case *Name:
		return x.ID
	case *Attribute:
		depth := 0
		for e := x.X; ; depth++ {
			a, ok := e.(*Attribute)
			if !ok {
				break
			}
			if depth > 16 { // longer than any import path
				return ""
			}
			e = a.X
		}
		if base := Dotted(x.X); base != "" {
			return base + "." + x.Attr
		}
	}
	return ""
}

// Arg returns the argument of a call by its keyword or, failing that, its position
// (0-based; negative for none). It returns nil when it is not given, or cannot be
// told because an earlier argument unpacks.
func (c *Call) Arg(keyword string, position int) Expr {
	if keyword != "" {
		for i := range c.Keywords {
			if c.Keywords[i].Name == keyword {
				return c.Keywords[i].Value
			}
		}
	}
	if position < 0 || position >= len(c.Args) {
		return nil
	}
	for _, a := range c.Args[:position+1] {
		if _, ok := a.(*Starred); ok {
			return nil
		}
	}
	return c.Args[position]
}
