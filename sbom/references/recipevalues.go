package references

import (
	"bytes"
	"encoding/json"
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// names records what a key says of its value, which may be a mixture of several.
func (r *recipe) names(pos position, p tree.Pair, parent *tree.Node) {
	parts := mixture(pos.kind, p.Value.Text)
	for _, part := range parts {
		named, one := pos, *p.Value
		if isSum(p.Value.Text, parts) {
			named.shaped = false
		}
		if one.Text = part; named.accepts(part) {
			r.add(named, tree.Pair{Key: p.Key, Line: p.Line, Column: p.Column, Value: &one}, parent)
		}
	}
}

// named records what a key, or a plural with commas between its values, says.
func (r *recipe) named(p tree.Pair, parent *tree.Node) {
	pos, ok := positionOf(p.Key)
	if !ok {
		pos, ok = pluralPosition(strings.ToLower(p.Key))
	}
	if ok && pos.role != "push" && pos.role != "output" {
		r.names(pos, p, parent)
	}
}

// own keeps a value that code of the source may load, with the group it stands in.
func (r *recipe) own(p tree.Pair) {
	if !mayBeName(p.Value.Text) {
		return
	}
	ref := New("model", "base", p.Value.Text, p.Value.At(r.file.Path))
	ref.CallAt = sbom.At{Path: r.file.Path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer}
	ref.How, ref.Loader = r.how(), p.Key
	key := p.Key
	if genericKeys[snake(key)] {
		parts := strings.Split(p.Value.Pointer, "/")
		if len(parts) < 3 {
			parts = []string{path.Base(path.Dir(r.file.Path)), key}
		}
		key = parts[len(parts)-2] + "." + key
	}
	keepOwnValue(r.out, key, ref)
}

// hosted records a bare name that what stands beside it, or the key itself, says is a model
// of a service: provider: groq, OPENAI_MODEL.
func (r *recipe) hosted(p tree.Pair, parent *tree.Node) bool {
	kind := KindOf(p.Value.Text)
	if kind != NameBare && kind != NameOllama {
		return false
	}
	host := serviceKey(p.Key)
	if host == "" {
		pos, ok := positionOf(p.Key)
		if !ok || pos.kind != "model" || pos.role == "push" || pos.role == "output" {
			return false
		}
		for _, key := range providerKeys {
			if key == strings.ToLower(p.Key) {
				continue
			}
			if host = serviceNamed(parent.Get(key).Str()); host != "" {
				break
			}
		}
	}
	if host == "" || serviceNamed(p.Value.Text) != "" || !hostedName(host, p.Value.Text) {
		return false
	}
	r.add(position{"model", "serve", false}, p, parent)
	ref := &r.out.References[len(r.out.References)-1]
	setHost(ref, host, p.Value.Text)
	return true
}

// descriptors are the keys of a map that says what a setting may be (W&B sweeps, inputs of
// workflows and of templates) rather than what it consists of.
var descriptors = set("value", "values", "default", "defaultvalue", "description", "type", "required", "options", "choices", "enum", "distribution", "min", "max", "help", "title", "name", "label", "deprecationmessage", "group", "order", "component", "info", "example", "examples", "sensitive", "nullable", "advanced", "hint", "tooltip", "placeholder", "allow_custom", "multiple")

// described reads the map that describes a setting: its default and its values stand for
// the setting itself.
func (r *recipe) described(p tree.Pair, parent *tree.Node) bool {
	pos, ok := positionOf(p.Key)
	if !ok {
		pos, ok = pluralPosition(p.Key)
	}
	if !ok || pos.role == "push" || pos.role == "output" {
		return false
	}
	var values []*tree.Node
	for _, q := range p.Value.Pairs {
		key := strings.ToLower(q.Key)
		if !descriptors[key] {
			return false
		}
		switch key {
		case "value", "default", "defaultvalue":
			values = append(values, q.Value)
		case "values":
			values = append(values, q.Value.Items...)
		}
	}
	for _, v := range values {
		if v.Kind == tree.String {
			r.names(pos, tree.Pair{Key: p.Key, Line: p.Line, Column: p.Column, Value: v}, parent)
		}
	}
	return len(values) > 0
}

// flagList tells a list of command line words by the flags in it, whatever the key.
func flagList(n *tree.Node) bool {
	for _, item := range n.Items {
		if item.Kind == tree.String && len(item.Text) > 3 && strings.HasPrefix(item.Text, "--") && item.Text[2]|0x20 >= 'a' && item.Text[2]|0x20 <= 'z' {
			return true
		}
	}
	return false
}

// proseKeys hold text for people.
var proseKeys = set("description", "help", "title", "message", "content", "prompt", "text", "comment", "doc", "docs", "summary", "notes", "usage", "example", "readme", "body", "system_prompt", "instructions", "question", "answer", "input", "output", "instruction")

// commandKeys hold what a shell runs.
var commandKeys = set("run", "setup", "script", "command", "entrypoint", "shell", "cmd", "ansible.builtin.shell", "ansible.builtin.command", "start_command", "startcommand", "launch_command")

// spaced tells a text of several words.
func spaced(v *tree.Node) bool {
	return v.Kind == tree.String && strings.ContainsAny(v.Text, "\n ")
}

// hasFlags tells a command under any key by the flags in it.
func hasFlags(key string, v *tree.Node) bool {
	return spaced(v) && strings.Contains(v.Text, " --") && !proseKeys[key] && !strings.Contains(v.Text, "{{")
}

// yamlByName tells YAML that other files include and that no tool takes for a file of its own
// (lm-eval's _default_template_yaml).
func yamlByName(f *sbom.File) bool {
	return f.Ext() == "" && strings.HasSuffix(f.Name(), "_yaml")
}

// orElse is the value that ${NAME:-value} falls back to (Compose, "Interpolation"), and n
// itself when it is anything else.
func orElse(n *tree.Node) *tree.Node {
	inner, opens := strings.CutPrefix(n.Text, "${")
	inner, closes := strings.CutSuffix(inner, "}")
	name, value, ok := strings.Cut(inner, "-")
	if !opens || !closes || !ok || !isVariable(strings.TrimSuffix(name, ":")) || value == "" {
		return n
	}
	out := *n
	out.Text = value
	return &out
}

// jsonLines tells rows of data under the name .json from a document: the first line is a
// whole value and another one follows.
func jsonLines(f *sbom.File) bool {
	if f.Ext() != ".json" {
		return false
	}
	data, err := f.Bytes()
	if err != nil {
		return false
	}
	first, rest, ok := bytes.Cut(bytes.TrimSpace(data), []byte("\n"))
	if !ok || len(first) == 0 || first[0] != '{' || !json.Valid(first) {
		return false
	}
	rest = bytes.TrimSpace(rest)
	return len(rest) > 0 && rest[0] == '{'
}
