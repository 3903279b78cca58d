package references

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// A template of a chart is YAML once it is rendered. What it says whatever the values are
// can be read before: names written out in it, and what stands after default.

// templateAction is one {{ … }} or {% … %} of a line.
var templateAction = regexp.MustCompile(`\{\{.*?\}\}|\{%.*?%\}`)

// templateDefault is the literal that an action falls back to: default "x" .Values.y,
// .Values.y | default "x" (Sprig), {{ y | default("x") }} (Jinja).
var templateDefault = regexp.MustCompile(`\bdefault[ (]+["']([^"'{}]+)["']`)

// unknownValue stands for what the values of a chart decide.
const unknownValue = "${values}"

// rendered is the text with its actions replaced by their defaults, line by line. Lines
// that only decide what is rendered are blank.
func rendered(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if !strings.Contains(line, "{{") && !strings.Contains(line, "{%") {
			continue
		}
		if strings.TrimSpace(templateAction.ReplaceAllString(line, "")) == "" && !templateDefault.MatchString(line) {
			lines[i] = ""
			continue
		}
		lines[i] = templateAction.ReplaceAllStringFunc(line, func(action string) string {
			if m := templateDefault.FindStringSubmatch(action); m != nil {
				return m[1]
			}
			return unknownValue
		})
	}
	return strings.Join(lines, "\n")
}

// template reads a file that is YAML only once it is rendered. One that is none then
// either is read line by line.
//
// A name of which nothing is known here is left to the values, which are read themselves.
func (r *recipe) template(text string) {
	text = rendered(text)
	before := len(r.out.References)
	defer func() {
		found := slices.DeleteFunc(r.out.References[before:], func(ref sbom.Reference) bool { return ref.State == sbom.StateUnresolved && ref.Name == "" })
		r.out.References = r.out.References[:before+len(found)]
	}()
	if docs, err := tree.YAML([]byte(text)); err == nil {
		for _, doc := range docs {
			r.document(doc)
		}
		return
	}
	r.serving = true
	name := tree.Node{}
	for i, line := range strings.Split(text, "\n") {
		key, value, ok := strings.Cut(strings.TrimLeft(line, " -"), ":")
		value = strings.TrimSpace(value)
		if trimmed := strings.Trim(value, `"'`); ok && isVariable(strings.ReplaceAll(key, "-", "_")) {
			at := tree.Node{Kind: tree.String, Text: trimmed, Line: i + 1, Column: strings.Index(line, value) + 1}
			switch {
			case key == "name":
				name = at
				continue
			case key == "value" && name.Text != "":
				key = name.Text
			}
			if pos, known := positionOf(key); known && trimmed != "" && pos.accepts(trimmed) {
				r.add(pos, tree.Pair{Key: key, Line: i + 1, Column: at.Column, Value: &at}, nil)
			}
		}
	}
}

// isTemplateFile tells templates by the endings that are put after .yaml.
func isTemplateFile(f *sbom.File) bool {
	base := strings.ToLower(f.Name())
	for _, ext := range []string{".tpl", ".tmpl", ".j2", ".gotmpl", ".jinja", ".jinja2"} {
		if rest, ok := strings.CutSuffix(base, ext); ok {
			return strings.HasSuffix(rest, ".yaml") || strings.HasSuffix(rest, ".yml")
		}
	}
	return false
}
