package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// checksHash tells whether the function around a call compares a digest, itself or
// through a function of the module that does nothing else.
func (r *pyReader) checksHash(c *pyCall) bool {
	for s := c.scope; s != nil; s = s.parent {
		if s.fn != nil {
			return r.x.compares(s.fn)
		}
	}
	return r.x.comparesAtTop()
}

func (x *pyModule) compares(fn *pyFunc) bool {
	if fn.hash == 0 {
		fn.hash = -1 // ends a recursion
		if x.comparesIn(fn.node.Body, true) {
			fn.hash = 1
		}
	}
	return fn.hash > 0
}

func (x *pyModule) comparesAtTop() bool {
	if x.topHash == 0 {
		x.topHash = -1
		if x.comparesIn(x.m.Body, false) {
			x.topHash = 1
		}
	}
	return x.topHash > 0
}

// digestNames are names that say that a value is a digest.
func digestName(name string) bool {
	switch name {
	case "hexdigest", "sha256", "sha512", "sha384", "blake2b", "file_digest", "sha256sum", "sha256_file":
		return true
	}
	return false
}

func (x *pyModule) comparesIn(body []python.Stmt, inFunction bool) bool {
	digest, compared, helper := false, false, false
	python.InspectBody(body, func(n python.Node) bool {
		switch n := n.(type) {
		case *python.Func, *python.Class:
			return inFunction
		case *python.Attribute:
			digest = digest || digestName(n.Attr)
		case *python.Name:
			digest = digest || digestName(n.ID)
		case *python.Compare:
			for _, op := range n.Ops {
				compared = compared || op == "==" || op == "!="
			}
		case *python.Call:
			name := last(python.Dotted(n.Func))
			compared = compared || name == "compare_digest"
			if fn := x.funcs[name]; fn != nil && fn.class == nil && checksName(name) && x.compares(fn) {
				helper = true
			}
		}
		return true
	})
	return digest && compared || helper
}

// checksName tells a helper that checks a digest from a function that happens to.
func checksName(name string) bool {
	lower := strings.ToLower(name)
	for _, word := range []string{"verify", "check", "hash", "sha", "digest", "integrity"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}

// command reads a shell command that Python runs.
func (r *pyReader) command(c *pyCall, name string) {
	if root, _, _ := strings.Cut(name, "."); root != "subprocess" && root != "os" || len(c.node.Args) == 0 {
		return
	}
	at := r.x.m.At(c.node.Pos())
	v := pyValue{c.node.Args[0], c.scope, c.block, "call"}
	place := func(int) sbom.At { return sbom.At{Path: at.Path, Line: at.Line, Column: at.Column, Offset: at.Offset} }
	r.x.steps = maxSteps
	for _, t := range r.x.terms(v, 0) {
		if t.param != nil || t.imported != "" {
			continue
		}
		if list, ok := t.e.(*python.List); ok {
			var words []word
			for _, e := range list.Elts {
				text, known, isText := r.x.single(pyValue{e, t.scope, t.block, "list"}, 0)
				words = append(words, word{text: text, at: r.x.m.AtNode(e), known: known && isText})
			}
			if len(words) > 0 && words[0].text != "" {
				sh, before := newShell(r.out, r.x.m.Path, "subprocess", place), len(r.out.References)
				sh.command(words)
				for _, e := range list.Elts {
					r.relocate(before, e)
				}
			}
			continue
		}
		if text, _, isText := r.x.text(t.pyValue, 0); isText && strings.Contains(text, " ") {
			from, before := r.x.m.AtNode(t.e), len(r.out.References)
			ReadShell(r.out, text, r.x.m.Path, "subprocess", func(line int) sbom.At {
				return sbom.At{Path: from.Path, Line: from.Line + line - 1, Column: from.Column, Offset: from.Offset}
			})
			r.relocate(before, t.e)
		}
	}
}

// relocate places what was found in a text that is written in several pieces, on several
// lines, where the source has the name.
func (r *pyReader) relocate(from int, e python.Expr) {
	source := r.x.m.Text[e.Pos():e.End()]
	if !strings.Contains(source, "\n") {
		return
	}
	line := r.x.m.AtNode(e).Line
	for i := from; i < len(r.out.References); i++ {
		ref := &r.out.References[i]
		if ref.Name == "" || ref.At.Path != r.x.m.Path || ref.At.Line < line {
			continue
		}
		if n := strings.Index(source, ref.Name); n >= 0 {
			ref.At = r.x.m.At(e.Pos() + python.Pos(n))
		}
	}
}
