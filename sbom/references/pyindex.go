package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// pyModule is the index of one Python module: who binds which name where, which calls
// it makes, and what its imports are called.
type pyModule struct {
	m       *python.Module
	dotted  string            // a.b.c for a/b/c.py
	imports map[string]string // local name → dotted name
	stars   []string          // modules of which all names were imported
	root    *pyScope
	calls   []pyCall
	classes map[string]*pyClass
	funcs   map[string]*pyFunc // by name, or Class.name
	// fields are the values of attributes by attribute name alone: x.name = value,
	// class bodies, command line options. They answer for x.name where x is not known.
	fields  map[string][]pyValue
	decls   []pyDecl        // name = value pairs that declare what a name stands for
	topHash int8            // as pyFunc.hash, for the statements of the module
	places  []pyPlace       // command lines and requests that are put together
	top     int8            // loads something as it runs: 0 not looked, 1 yes, -1 no
	modes   map[string]bool // words that the module compares with: settings, not names
	steps   int             // left of the budget of the current evaluation
	left    int             // of maxModuleSteps
}

// pyScope is a module, class or function body.
type pyScope struct {
	parent *pyScope
	fn     *pyFunc
	class  *pyClass
	names  map[string][]pyBinding
}

// pyBlock is a run of statements; a binding in a block that encloses a use, before it,
// is the last word unless a nested block says otherwise.
type pyBlock struct {
	parent *pyBlock
	usual  bool       // runs in any ordinary run: a loop, a try, a comparison of numbers
	choice *python.If // whose clause this is, nil for none
}

func (b *pyBlock) encloses(other *pyBlock) bool {
	for ; other != nil; other = other.parent {
		if other == b {
			return true
		}
	}
	return false
}

// pyValue is an expression with the place where it is evaluated.
type pyValue struct {
	e     python.Expr
	scope *pyScope
	block *pyBlock
	how   string
}

// pyBinding is one way a name gets its value. path picks from the value: -1 is an
// element of it, n is item n of a tuple.
type pyBinding struct {
	pyValue
	at    python.Pos // after the value: m = f(m) does not see itself
	path  []int
	param *pyParam
}

type pyFunc struct {
	name    string // qualified: Class.method
	class   *pyClass
	params  []*pyParam
	returns []pyValue
	node    *python.Func
	hash    int8 // compares a digest: 0 not looked, 1 yes, -1 no
}

type pyParam struct {
	fn    *pyFunc
	name  string
	index int // among positional parameters without self; -1 for keyword-only
}

type pyClass struct {
	name  string
	bases []string // resolved dotted names
	scope *pyScope
	attrs map[string][]pyValue // class body and self.x = value
	order []string             // names of the class body: what a dataclass takes by position
}

type pyCall struct {
	node  *python.Call
	scope *pyScope
	block *pyBlock
	name  string // resolved callee, "" when it has none
}

// pyDecl is a value that stands under a name: an assignment, a default, a keyword, a
// dict entry, an option.
type pyDecl struct {
	key      string
	value    pyValue
	at       python.Pos
	how      string
	revision string // that stands beside it
	host     string // where a key of the dict around the value says it lies, "" otherwise
	service  string // that what stands beside it, or the name itself, says serves it
	variable bool   // of a module or function
	fetches  bool   // an address stands beside it: what is called a folder is written to
}

// indexPython reads a module once.
func indexPython(m *python.Module) *pyModule {
	x := &pyModule{
		m: m, dotted: moduleName(m.Path), imports: map[string]string{}, classes: map[string]*pyClass{},
		funcs: map[string]*pyFunc{}, fields: map[string][]pyValue{}, modes: map[string]bool{}, left: maxModuleSteps,
	}
	x.root = &pyScope{names: map[string][]pyBinding{}}
	w := &pyWalker{x: x, scope: x.root, block: &pyBlock{}}
	w.body(m.Body)
	for i := range x.calls {
		c := &x.calls[i]
		c.name = x.callee(c.node.Func, c.scope, 0)
	}
	w.options()
	return x
}

// moduleName is the dotted name of a file from the root of the source.
func moduleName(path string) string {
	path = strings.TrimSuffix(strings.TrimSuffix(path, ".py"), "/__init__")
	return strings.ReplaceAll(path, "/", ".")
}

// from is the absolute name of the module that a from-import reads.
func (x *pyModule) from(s *python.Import) string {
	if s.Level == 0 {
		return s.Module
	}
	parts, up := strings.Split(x.dotted, "."), s.Level
	if strings.HasSuffix(x.m.Path, "__init__.py") {
		up-- // a package is the parent of its own modules
	}
	parts = parts[:max(len(parts)-up, 0)]
	if s.Module != "" {
		parts = append(parts, s.Module)
	}
	return strings.Join(parts, ".")
}

// resolveDotted replaces the first name of a dotted name by what was imported.
func (x *pyModule) resolveDotted(name string) string {
	head, rest, more := strings.Cut(name, ".")
	full, ok := x.imports[head]
	switch {
	case !ok:
		return name
	case more:
		return full + "." + rest
	}
	return full
}

const maxCalleeDepth = 12 // a().b().c() longer than any fluent interface that names a model

// callee is the name of what a call calls, through imports.
func (x *pyModule) callee(f python.Expr, s *pyScope, depth int) string {
	if depth > maxCalleeDepth {
		return ""
	}
	switch f := f.(type) {
	case *python.Name:
		if x.local(f.ID, s) {
			return f.ID
		}
		return x.resolveDotted(f.ID)
	case *python.Attribute:
		if base := x.callee(f.X, s, depth+1); base != "" {
			return base + "." + f.Attr
		}
		return "?." + f.Attr
	case *python.Call:
		return x.callee(f.Func, s, depth+1)
	case *python.Subscript:
		return x.callee(f.X, s, depth+1)
	case *python.Await:
		return x.callee(f.X, s, depth+1)
	}
	return ""
}

// local tells whether a name is bound in a function around the use, which hides an
// import of that name.
func (x *pyModule) local(name string, s *pyScope) bool {
	for ; s != nil && s != x.root; s = s.parent {
		if s.class != nil && s.fn == nil {
			continue
		}
		if _, ok := s.names[name]; ok {
			return true
		}
	}
	return false
}
