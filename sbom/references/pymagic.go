package references

import (
	"regexp"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// interpolation is how a shell line of a notebook takes the value of a Python variable:
// {name}, and $name as any shell writes it (IPython, "System commands").
var interpolation = regexp.MustCompile(`(\$?)\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)`)

// interpolate gives the shell the variables of the notebook that a text takes and returns
// the text as the shell would write it.
func (r *pyReader) interpolate(text string, sh *shell) string {
	return interpolation.ReplaceAllStringFunc(text, func(s string) string {
		m := interpolation.FindStringSubmatch(s)
		name := m[2] + m[3]
		bindings := r.x.root.names[name]
		if m[1] != "" || len(bindings) == 0 {
			return s // ${name} is the shell's own
		}
		b := &bindings[len(bindings)-1]
		e, ok := b.e.(*python.Str)
		if !ok || len(b.path) > 0 {
			return s
		}
		sh.vars[name] = variable{value: e.Value, at: r.x.m.AtNode(e)}
		return "${" + name + "}"
	})
}
