package packages

import (
	"bytes"
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// iniEntry is one value of an INI file; a value over several lines gives several.
type iniEntry struct {
	section, key, value string
	line                int
}

// iniEntries reads the dialect of Python's configparser that setup.cfg and pip.conf use.
func iniEntries(data []byte) []iniEntry {
	var out []iniEntry
	section, key := "", ""
	number := 0
	for raw := range bytes.Lines(data) {
		number++
		line := strings.TrimRight(string(raw), "\r\n")
		text := strings.TrimSpace(line)
		switch {
		case text == "" || text[0] == '#' || text[0] == ';':
		case line[0] == ' ' || line[0] == '\t':
			if key != "" {
				out = append(out, iniEntry{section, key, text, number})
			}
		case text[0] == '[':
			section, key = strings.Trim(text, "[]"), ""
		default:
			name, value, _ := strings.Cut(text, "=")
			key = strings.TrimSpace(name)
			if value = strings.TrimSpace(value); value != "" {
				out = append(out, iniEntry{section, key, value, number})
			}
		}
	}
	return out
}

// collectSetup reads the literal requirements of setup.cfg and setup.py.
func collectSetup(ctx context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	if f.Name() == "setup.py" {
		setupCalls(f, out)
		syftSecondOpinion(ctx, f, data, "setup", out)
		return nil
	}
	r := &reader{file: f, out: out, source: "setup"}
	for _, e := range iniEntries(data) {
		scope := ""
		switch {
		case e.section == "options" && e.key == "install_requires":
			scope = "runtime"
		case e.section == "options" && e.key == "setup_requires":
			scope = "build"
		case e.section == "options" && e.key == "tests_require":
			scope = "dev"
		case e.section == "options.extras_require":
			scope = "optional"
		default:
			continue
		}
		if text := stripComment(e.value); text != "" && !strings.HasPrefix(text, "file:") {
			r.text(text, scope, f.At(e.line))
		}
	}
	return nil
}

// text adds one PEP 508 string at a place.
func (r *reader) text(text, scope string, at sbom.At) {
	p, ok := requirementLine(text)
	if !ok {
		r.out.AddProblem(at, sbom.FamilyPackages, "malformed", "not a PEP 508 requirement")
		return
	}
	p.Scope = scope
	r.add(p, at)
}

// setupScopes are the keywords of setuptools.setup that hold requirements.
var setupScopes = map[string]string{
	"install_requires": "runtime", "setup_requires": "build", "tests_require": "dev", "extras_require": "optional",
}

// setupCalls reads the string literals in the requirement keywords of the calls in
// setup.py, directly or through a name assigned once at module level. What is computed
// is a Problem, because then the list is not all there is.
func setupCalls(f *sbom.File, out *sbom.Inventory) {
	m := python.Of(f)
	r := &reader{file: f, out: out, source: "setup"}
	constants := map[string]python.Expr{}
	for _, s := range m.Body {
		if a, ok := s.(*python.Assign); ok && len(a.Targets) == 1 {
			if name, ok := a.Targets[0].(*python.Name); ok {
				if _, twice := constants[name.ID]; twice {
					constants[name.ID] = nil
					continue
				}
				constants[name.ID] = a.Value
			}
		}
	}
	if m.ErrorCount > 0 {
		out.AddProblem(sbom.At{Path: f.Path, Offset: -1}, sbom.FamilyPackages, "malformed", "setup.py does not parse: "+m.Errors[0].Reason)
	}
	python.InspectBody(m.Body, func(n python.Node) bool {
		call, ok := n.(*python.Call)
		if !ok || !isSetup(call.Func) {
			return true
		}
		for _, k := range call.Keywords {
			if scope, ok := setupScopes[k.Name]; ok {
				r.literal(m, k.Value, scope, constants, 0)
			}
		}
		return true
	})
}

func isSetup(e python.Expr) bool {
	switch e := e.(type) {
	case *python.Name:
		return e.ID == "setup"
	case *python.Attribute:
		return e.Attr == "setup"
	}
	return false
}

const maxSetupDepth = 8 // lists in dictionaries by name, with room

func (r *reader) literal(m *python.Module, e python.Expr, scope string, constants map[string]python.Expr, depth int) {
	if depth > maxSetupDepth {
		return
	}
	each := func(list []python.Expr) {
		for _, x := range list {
			r.literal(m, x, scope, constants, depth+1)
		}
	}
	switch e := e.(type) {
	case *python.Str:
		for line := range strings.Lines(e.Value) {
			if line = stripComment(line); line != "" {
				r.text(line, scope, m.AtNode(e))
			}
		}
	case *python.List:
		each(e.Elts)
	case *python.Tuple:
		each(e.Elts)
	case *python.Set:
		each(e.Elts)
	case *python.Dict:
		each(e.Values)
	case *python.Binary:
		each([]python.Expr{e.X, e.Y})
	case *python.Name:
		if v := constants[e.ID]; v != nil {
			r.literal(m, v, scope, constants, depth+1)
			return
		}
		r.computed(m, e)
	case nil, *python.Const:
	default:
		r.computed(m, e)
	}
}

func (r *reader) computed(m *python.Module, e python.Expr) {
	r.out.AddProblem(m.AtNode(e), sbom.FamilyPackages, "unsupported", "requirements are computed when setup.py runs; they are not all known")
}
