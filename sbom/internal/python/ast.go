// Package python reads Python 3 source into a syntax tree: every string form (PEP 701
// nested f-strings and t-strings included), full expressions, and statements with
// recovery, so that one broken line does not lose the rest of a file. It accepts what
// CPython accepts and more (Python 2 print), and gives positions, not meaning: nothing
// is executed, imported or type-checked.
package python

// Pos is a byte offset in Module.Text. Module.At turns it into a place in the file.
type Pos int32

// Node is an expression or a statement.
type Node interface {
	Pos() Pos // of the first byte
	End() Pos // after the last byte
}

// Span is the extent of a node.
type Span struct{ From, To Pos }

// Pos is the offset of the first byte.
func (s *Span) Pos() Pos { return s.From }

// End is the offset after the last byte.
func (s *Span) End() Pos { return s.To }

// Expr is an expression: *Name, *Num, *Str, *FString, *Const, *Tuple, *List, *Set,
// *Dict, *Unary, *Binary, *Bool, *Compare, *Call, *Attribute, *Subscript, *Slice,
// *Starred, *Lambda, *Cond, *Comp, *Await, *Yield, *Walrus, *Interp or *Pattern.
type Expr interface {
	Node
	expr()
}

// The expressions.
type (
	// Name is an identifier.
	Name struct {
		Span
		ID string
	}
	// Num is a number as written.
	Num struct {
		Span
		Text string
	}
	// Str is a string or bytes literal, implicit concatenation joined, escapes decoded.
	Str struct {
		Span
		Value string
		Bytes bool
	}
	// FString is a formatted string (f"", or t"" when Template) or a concatenation that
	// holds one: *Str and *Interp in order.
	FString struct {
		Span
		Parts    []Expr
		Template bool
	}
	// Interp is a replacement field of an FString.
	Interp struct {
		Span
		X      Expr
		Format []Expr // parts of the format specification, nil when there is none
		Conv   byte   // r, s, a or 0
		Debug  bool   // {x=}
	}
	// Const is None, True, False or "...".
	Const struct {
		Span
		Text string
	}
	// Tuple is a tuple display, with or without parentheses.
	Tuple struct {
		Span
		Elts []Expr
	}
	// List is a list display.
	List struct {
		Span
		Elts []Expr
	}
	// Set is a set display.
	Set struct {
		Span
		Elts []Expr
	}
	// Dict is a dict display. A nil key unpacks its value ({**x}).
	Dict struct {
		Span
		Keys, Values []Expr
	}
	// Unary is -x, +x, ~x or not x.
	Unary struct {
		Span
		Op string
		X  Expr
	}
	// Binary is an arithmetic or bit operation.
	Binary struct {
		Span
		Op   string
		X, Y Expr
	}
	// Bool is "and" or "or" over two operands or more.
	Bool struct {
		Span
		Op     string
		Values []Expr
	}
	// Compare is a chain of comparisons: X Ops[0] Ys[0] Ops[1] Ys[1] …
	Compare struct {
		Span
		X   Expr
		Ops []string // ==, in, not in, is, is not, …
		Ys  []Expr
	}
	// Call is a call. A positional *Starred unpacks; so does a Keyword without a name.
	Call struct {
		Span
		Func     Expr
		Args     []Expr
		Keywords []Keyword
	}
	// Attribute is X.Attr.
	Attribute struct {
		Span
		X    Expr
		Attr string
	}
	// Subscript is X[Index].
	Subscript struct {
		Span
		X, Index Expr
	}
	// Slice is Lo:Hi:Step in a subscript; each may be nil.
	Slice struct {
		Span
		Lo, Hi, Step Expr
	}
	// Starred is *X.
	Starred struct {
		Span
		X Expr
	}
	// Lambda is an anonymous function.
	Lambda struct {
		Span
		Params []Param
		Body   Expr
	}
	// Cond is Body if Test else Else.
	Cond struct {
		Span
		Test, Body, Else Expr
	}
	// Comp is a comprehension or generator. Kind is one of "[", "{", "(" or ":" (dict,
	// where Key is set).
	Comp struct {
		Span
		Kind     byte
		Key, Elt Expr
		For      []CompFor
	}
	// Await is await X.
	Await struct {
		Span
		X Expr
	}
	// Yield is yield X or yield from X; X may be nil.
	Yield struct {
		Span
		X    Expr
		Path bool // "from"
	}
	// Walrus is Target := Value.
	Walrus struct {
		Span
		Target *Name
		Value  Expr
	}
	// Pattern is a class pattern Cls(args) of a case; it looks like a Call and is none.
	Pattern struct {
		Span
		Cls      Expr
		Args     []Expr
		Keywords []Keyword
	}
)

// Keyword is name=value in a call, a class or a pattern; Name is "" for **value.
type Keyword struct {
	At    Pos
	Name  string
	Value Expr
}

// CompFor is one "for … in … if …" of a comprehension.
type CompFor struct {
	Target, Iter Expr
	Ifs          []Expr
	Async        bool
}

// Param is one parameter. Star is 0, 1 for *args and 2 for **kwargs. A bare "*" or "/"
// is not listed.
type Param struct {
	At                  Pos
	Name                string
	Annotation, Default Expr
	Star                int
	KeywordOnly         bool
}

func (*Name) expr()      {}
func (*Num) expr()       {}
func (*Str) expr()       {}
func (*FString) expr()   {}
func (*Interp) expr()    {}
func (*Const) expr()     {}
func (*Tuple) expr()     {}
func (*List) expr()      {}
func (*Set) expr()       {}
func (*Dict) expr()      {}
func (*Unary) expr()     {}
func (*Binary) expr()    {}
func (*Bool) expr()      {}
func (*Compare) expr()   {}
func (*Call) expr()      {}
func (*Attribute) expr() {}
func (*Subscript) expr() {}
func (*Slice) expr()     {}
func (*Starred) expr()   {}
func (*Lambda) expr()    {}
func (*Cond) expr()      {}
func (*Comp) expr()      {}
func (*Await) expr()     {}
func (*Yield) expr()     {}
func (*Walrus) expr()    {}
func (*Pattern) expr()   {}

// Stmt is a statement: *ExprStmt, *Assign, *Return, *Raise, *Delete, *Assert, *Import,
// *Scope, *Simple, *If, *For, *While, *With, *Try, *Func, *Class, *Match or *TypeAlias.
type Stmt interface {
	Node
	stmt()
}

// The statements.
type (
	// ExprStmt is an expression on its own; a *Str is a docstring or a comment.
	ExprStmt struct {
		Span
		X Expr
	}
	// Assign is T1 = T2 = Value, T: Annotation = Value (Value may be nil then), or an
	// augmented assignment with Op "+=" and so on.
	Assign struct {
		Span
		Targets    []Expr
		Annotation Expr
		Op         string
		Value      Expr
	}
	// Return is return X; X may be nil.
	Return struct {
		Span
		X Expr
	}
	// Raise is raise X from Cause; both may be nil.
	Raise struct {
		Span
		X, Cause Expr
	}
	// Delete is del X, Y.
	Delete struct {
		Span
		Targets []Expr
	}
	// Assert is assert Test, Msg.
	Assert struct {
		Span
		Test, Msg Expr
	}
	// Import is import a.b as c (From false), or from .m import x as y: Module is m,
	// Level the number of leading dots, and a Name of "*" takes everything.
	Import struct {
		Span
		From   bool
		Module string
		Level  int
		Names  []Alias
	}
	// Scope is global or nonlocal.
	Scope struct {
		Span
		Keyword string
		Names   []string
	}
	// Simple is pass, break or continue.
	Simple struct {
		Span
		Keyword string
	}
	// If is an if statement with its elifs.
	If struct {
		Span
		Clauses []Clause
		Else    []Stmt
	}
	// For is a for loop.
	For struct {
		Span
		Target, Iter Expr
		Body, Else   []Stmt
		Async        bool
	}
	// While is a while loop.
	While struct {
		Span
		Test       Expr
		Body, Else []Stmt
	}
	// With is a with statement.
	With struct {
		Span
		Items []WithItem
		Body  []Stmt
		Async bool
	}
	// Try is a try statement.
	Try struct {
		Span
		Body     []Stmt
		Handlers []Handler
		Else     []Stmt
		Finally  []Stmt
	}
	// Func is a function definition.
	Func struct {
		Span
		Name       string
		Decorators []Expr
		TypeParams []Param
		Params     []Param
		Returns    Expr
		Body       []Stmt
		Async      bool
	}
	// Class is a class definition.
	Class struct {
		Span
		Name       string
		Decorators []Expr
		TypeParams []Param
		Bases      []Expr
		Keywords   []Keyword
		Body       []Stmt
	}
	// Match is a match statement.
	Match struct {
		Span
		Subject Expr
		Cases   []Case
	}
	// TypeAlias is type Name[Params] = Value.
	TypeAlias struct {
		Span
		Name       string
		TypeParams []Param
		Value      Expr
	}
)

// Alias is one name of an import.
type Alias struct {
	At   Pos
	Name string // dotted for a plain import
	As   string // "" when there is none
}

// Clause is one arm of an If.
type Clause struct {
	Test Expr
	Body []Stmt
}

// WithItem is X as Target; Target may be nil.
type WithItem struct{ X, Target Expr }

// Handler is one except; Type may be nil.
type Handler struct {
	Type Expr
	Name string
	Star bool
	Body []Stmt
}

// Case is one case of a Match; Guard may be nil.
type Case struct {
	Pattern, Guard Expr
	Body           []Stmt
}

func (*ExprStmt) stmt()  {}
func (*Assign) stmt()    {}
func (*Return) stmt()    {}
func (*Raise) stmt()     {}
func (*Delete) stmt()    {}
func (*Assert) stmt()    {}
func (*Import) stmt()    {}
func (*Scope) stmt()     {}
func (*Simple) stmt()    {}
func (*If) stmt()        {}
func (*For) stmt()       {}
func (*While) stmt()     {}
func (*With) stmt()      {}
func (*Try) stmt()       {}
func (*Func) stmt()      {}
func (*Class) stmt()     {}
func (*Match) stmt()     {}
func (*TypeAlias) stmt() {}
