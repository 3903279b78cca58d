package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// fileArg is the argument of a call that names the file it reads or writes.
type fileArg struct {
	name  string
	index int
}

// ownReaders are calls that run what a file holds; ownWriters write such files.
var (
	ownReaders = map[string]fileArg{
		"torch.load": {"f", 0}, "torch.serialization.load": {"f", 0}, "pickle.load": {"file", 0}, "_pickle.load": {"file", 0}, "cPickle.load": {"file", 0}, "pickle.Unpickler": {"file", 0},
		"joblib.load": {"filename", 0}, "sklearn.externals.joblib.load": {"filename", 0}, "dill.load": {"file", 0}, "cloudpickle.load": {"file", 0}, "cloudpickle.pickle.load": {"file", 0},
		"numpy.load": {"file", 0}, "pandas.read_pickle": {"filepath_or_buffer", 0},
	}
	ownWriters = map[string]fileArg{
		"torch.save": {"f", 1}, "torch.serialization.save": {"f", 1}, "pickle.dump": {"file", 1}, "_pickle.dump": {"file", 1}, "cPickle.dump": {"file", 1}, "pickle.Pickler": {"file", 0},
		"joblib.dump": {"filename", 1}, "sklearn.externals.joblib.dump": {"filename", 1}, "dill.dump": {"file", 1}, "cloudpickle.dump": {"file", 1}, "cloudpickle.pickle.dump": {"file", 1},
		"numpy.save": {"file", 0}, "numpy.savez": {"file", 0}, "numpy.savez_compressed": {"file", 0},
	}
)

// readsOwn tells whether a call reads back a file that the same function wrote before, on
// the way there: nobody else can have put anything into it. A file that only some runs
// write, or only when it is not there yet, may be anybody's.
func (r *pyReader) readsOwn(c *pyCall, name string) sbom.Tri {
	arg, ok := ownReaders[name]
	if !ok {
		return sbom.No
	}
	read, readAt := r.x.fileText(c.node.Arg(arg.name, arg.index), c, 0)
	if read == "" {
		return sbom.No
	}
	for i := range r.x.calls {
		w := &r.x.calls[i]
		target, writes := ownWriters[w.name]
		if !writes && last(w.name) == "to_pickle" {
			target, writes = fileArg{"path", 0}, true
		}
		if !writes || w.scope != c.scope || w.node.Pos() >= c.node.Pos() || !w.block.leadsTo(c.block) {
			continue
		}
		if text, at := r.x.fileText(w.node.Arg(target.name, target.index), w, 0); text == read && !r.x.rebound(readAt, c.scope, at.Pos(), readAt.Pos()) {
			return sbom.Yes
		}
	}
	return sbom.No
}

// leadsTo tells whether a statement of b ran before one of other, further down, in any
// ordinary run: b encloses it, or is a loop, a try or a comparison of numbers (the best
// epoch so far) within a block that does.
func (b *pyBlock) leadsTo(other *pyBlock) bool {
	for ; b != nil; b = b.parent {
		if b.encloses(other) {
			return true
		}
		if !b.usual || b.choice != nil && b.choice == other.clauseOf(b.choice) {
			return false
		}
	}
	return false
}

// clauseOf is the choice when the block lies in one of its clauses, nil when it does not.
func (b *pyBlock) clauseOf(choice *python.If) *python.If {
	for ; b != nil; b = b.parent {
		if b.choice == choice {
			return choice
		}
	}
	return nil
}

const maxOpened = 3 // f of open(name) of Path(name)

// fileText is what names the file, as the code says it, and the expression that does.
func (x *pyModule) fileText(e python.Expr, c *pyCall, depth int) (string, python.Expr) {
	if e == nil || depth > maxOpened {
		return "", nil
	}
	switch e := e.(type) {
	case *python.Call:
		if last(python.Dotted(e.Func)) != "open" {
			break
		}
		if a, ok := e.Func.(*python.Attribute); ok { // Path(name).open("rb"), gzip.open(name)
			if base, ok := a.X.(*python.Name); !ok || x.imports[base.ID] == "" {
				return x.fileText(a.X, c, depth+1)
			}
		}
		return x.fileText(e.Arg("file", 0), c, depth+1)
	case *python.Name:
		found := x.reaching(c.scope.names[e.ID], e.Pos(), pyValue{e, c.scope, c.block, "call"}, c.scope)
		if len(found) == 0 || found[len(found)-1].param != nil {
			break
		}
		if opened, ok := found[len(found)-1].e.(*python.Call); ok && last(python.Dotted(opened.Func)) == "open" {
			return x.fileText(opened, c, depth+1)
		}
	}
	if text, known, isText := x.exact(pyValue{e, c.scope, c.block, "call"}); isText && known {
		return "=" + text, e
	}
	from, to := int(e.Pos()), int(e.End())
	if from < 0 || to > len(x.m.Text) || from >= to {
		return "", nil
	}
	return strings.ReplaceAll(x.m.Text[from:to], "'", `"`), e
}

// rebound tells whether a name in an expression gets another value between two places.
func (x *pyModule) rebound(e python.Expr, s *pyScope, from, to python.Pos) bool {
	found := false
	python.Inspect(e, func(n python.Node) bool {
		if name, ok := n.(*python.Name); ok {
			for i := range s.names[name.ID] {
				if at := s.names[name.ID][i].at; at > from && at < to {
					found = true
				}
			}
		}
		return true
	})
	return found
}
