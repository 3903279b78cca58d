package references

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// pyPlace is an expression that is read for its form: a command line that is put
// together, the body of a request.
type pyPlace struct {
	e     python.Expr
	scope *pyScope
	block *pyBlock
}

// place keeps lists and f-strings with flags in them, and bodies of requests.
func (w *pyWalker) place(n python.Node) {
	switch n := n.(type) {
	case *python.List:
		for _, e := range n.Elts { // OrderedDict([("name_or_path", "org/name")])
			if t, ok := e.(*python.Tuple); ok && len(t.Elts) == 2 && stringOf(t.Elts[0]) != "" && stringOf(t.Elts[1]) != "" {
				w.declare(stringOf(t.Elts[0]), w.value(t.Elts[1], "dict"), t.Pos(), "dict")
			}
		}
		for _, e := range n.Elts {
			if text := stringOf(e); flagBefore(text, false) != "" || strings.HasPrefix(text, "--") && strings.Contains(text, "=") {
				w.x.places = append(w.x.places, pyPlace{n, w.scope, w.block})
				return
			}
		}
	case *python.FString:
		for _, p := range n.Parts {
			if flagBefore(stringOf(p), true) != "" {
				w.x.places = append(w.x.places, pyPlace{n, w.scope, w.block})
				return
			}
		}
	case *python.Dict:
		if requestBody(n) >= 0 {
			w.x.places = append(w.x.places, pyPlace{n, w.scope, w.block})
		}
	}
}

// flagBefore is the flag that a text is, or ends in with room for its value.
func flagBefore(text string, inside bool) string {
	if !inside {
		if strings.HasPrefix(text, "--") && !strings.ContainsAny(text, " =") {
			return text
		}
		return ""
	}
	text = strings.TrimRight(text, `"'`)
	body := strings.TrimRight(text, " =")
	if body == text {
		return ""
	}
	flag := body[strings.LastIndexAny(body, " \n\t")+1:]
	if strings.HasPrefix(flag, "--") || strings.Contains(flag, ".") {
		return flag
	}
	return ""
}

// requestBody is the index of the model in the body of a request to a server that has it
// (OpenAI, "Create chat completion"), -1 for any other dict.
func requestBody(d *python.Dict) int {
	model := slices.IndexFunc(d.Keys, func(k python.Expr) bool { return stringOf(k) == "model" })
	asks := slices.ContainsFunc(d.Keys, func(k python.Expr) bool {
		switch stringOf(k) {
		case "messages", "prompt", "input", "inputs", "contents":
			return true
		}
		return false
	})
	if !asks {
		return -1
	}
	return model
}

// commands follows what stands after a flag and what a request asks for.
func (r *pyReader) commands() {
	for i := range r.x.places {
		p := &r.x.places[i]
		switch e := p.e.(type) {
		case *python.List:
			r.inlineFlags(e)
			for j := 0; j+1 < len(e.Elts); j++ {
				r.flag(p, flagBefore(stringOf(e.Elts[j]), false), e.Elts[j+1])
			}
		case *python.FString:
			for j := 0; j+1 < len(e.Parts); j++ {
				if value, ok := e.Parts[j+1].(*python.Interp); ok && len(value.Format) == 0 && ends(e.Parts[j+2:]) {
					r.flag(p, flagBefore(stringOf(e.Parts[j]), true), value.X)
				}
			}
		case *python.Dict:
			if j := requestBody(e); j >= 0 && j < len(e.Values) {
				s := pySink{kind: "model", role: "serve", flags: "quiet|shaped", loader: "model", callAt: r.x.m.At(e.Pos())}
				r.load(pyValue{e.Values[j], p.scope, p.block, "dict"}, &s)
			}
		}
	}
}

// inlineFlags reads the words of a command that hold flag and value, "--model=org/name".
func (r *pyReader) inlineFlags(list *python.List) {
	for _, e := range list.Elts {
		flag, value, ok := strings.Cut(stringOf(e), "=")
		if !ok || !strings.HasPrefix(flag, "--") || r.used[e.Pos()] {
			continue
		}
		pos, ok := positionOf(flag)
		if !ok || pos.role == "push" || pos.role == "output" {
			continue
		}
		pos.shaped = true
		if KindOf(value) != NameHub && !legacyName(pos.kind, value) || !pos.accepts(value) {
			continue
		}
		r.used[e.Pos()] = true
		ref := New(pos.kind, pos.role, value, r.x.m.AtNode(e))
		ref.CallAt, ref.How, ref.Loader, ref.Confidence = r.x.m.AtNode(e), "list", flag, "medium"
		r.add(ref)
	}
}

// ends tells whether a word ends before the parts that follow.
func ends(parts []python.Expr) bool {
	if len(parts) == 0 {
		return true
	}
	s, ok := parts[0].(*python.Str)
	return ok && strings.ContainsAny(s.Value[:min(1, len(s.Value))], " \"'\n")
}

// flag takes the value of a flag for what the flag names.
func (r *pyReader) flag(p *pyPlace, flag string, value python.Expr) {
	if flag == "" || value == nil {
		return
	}
	pos, ok := positionOf(flag)
	if !ok {
		pos, ok = pluralPosition(strings.TrimLeft(flag, "-"))
	}
	if !ok || pos.role == "push" || pos.role == "output" {
		return
	}
	s := pySink{kind: pos.kind, role: pos.role, flags: "quiet|shaped", loader: flag, callAt: r.x.m.At(p.e.Pos())}
	r.load(pyValue{value, p.scope, p.block, "call"}, &s)
}

// programs reads Python that the module writes to a file.
func (r *pyReader) programs() {
	for i := range r.x.calls {
		c := &r.x.calls[i]
		if name := last(c.name); name != "write" && name != "write_text" || len(c.node.Args) != 1 {
			continue
		}
		r.x.steps = maxSteps
		for _, t := range r.x.terms(pyValue{c.node.Args[0], c.scope, c.block, "call"}, 0) {
			s, ok := t.e.(*python.Str)
			if !ok || t.param != nil || t.imported != "" || !isProgram(s.Value) {
				continue
			}
			at := r.x.m.AtNode(s)
			if strings.HasSuffix(r.x.m.LineText(s.Pos()), "\\") {
				at.Line++ // the first line of the text is the next one of the file
			}
			embeddedPython(r.out, s.Value, "string", at)
		}
	}
}

// isProgram tells Python source from any other text of several lines.
func isProgram(text string) bool {
	lines := "\n" + text
	return strings.Contains(lines, "\nimport ") || strings.Contains(lines, "\nfrom ") && strings.Contains(lines, " import ")
}
