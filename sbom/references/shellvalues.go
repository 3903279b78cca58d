package references

import (
	"path"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// value records what a flag is given: one name, a mixture of several, or NAME=org/name, which
// is how servers are told what to call an adapter.
func (s *shell) value(pos position, value string, literal, call sbom.At, flag string) {
	if pos.kind == "adapter" {
		value = afterName(value)
	}
	parts := mixture(pos.kind, value)
	for _, part := range parts {
		named := pos
		if isSum(value, parts) {
			named.shaped = false
		}
		if !named.accepts(part) || strings.HasPrefix(flag, "--") && pos.kind == "model" && pos.role == "resume" && KindOf(part) == NameBare {
			continue
		}
		s.add(named, part, literal, call, flag)
	}
}

// afterName is what stands behind NAME= (vLLM and SGLang, --lora-modules).
func afterName(value string) string {
	if name, rest, ok := strings.Cut(value, "="); ok && validSegment(name) && rest != "" {
		return rest
	}
	return value
}

// shortFlag takes -m org/name for the model: of the programs that have such a flag, those
// whose values are ids of the hub mean that.
func shortFlag(name, value string, words []word) (position, bool) {
	if name != "-m" || KindOf(value) != NameHub || strings.HasPrefix(interpreter(words), "python") && startsModule(words, name) {
		return position{}, false
	}
	switch path.Base(words[0].text) {
	case "git", "svn", "hg", "docker", "podman", "go", "pytest", "gh", "useradd", "mkdir", "install":
		return position{}, false
	}
	return position{"model", "base", true}, true
}

// startsModule tells python -m module: a flag right after the interpreter.
func startsModule(words []word, flag string) bool {
	for i := 0; i+1 < len(words); i++ {
		if words[i+1].text == flag {
			return strings.HasPrefix(path.Base(words[i].text), "python")
		}
	}
	return false
}

func hasWord(words []word, any ...string) bool {
	return slices.ContainsFunc(words, func(w word) bool { return slices.Contains(any, w.text) })
}

// list reads names with commas between them.
func (s *shell) list(pos position, value string, literal, call sbom.At, loader string) {
	for _, part := range strings.Split(value, ",") {
		if part = strings.TrimSpace(part); pos.accepts(part) {
			s.add(pos, part, literal, call, loader)
		}
	}
}

func (s *shell) modelArgs(value string, literal, call sbom.At) {
	revision := ""
	first := len(s.out.References)
	for _, part := range strings.Split(value, ",") {
		key, v, _ := strings.Cut(part, "=")
		pos, ok := position{"model", "eval", false}, true
		switch key {
		case "pretrained", "model":
		case "peft":
			pos = position{"adapter", "adapter", false}
		case "tokenizer":
			pos = position{"tokenizer", "tokenizer", false}
		case "revision":
			revision, ok = v, false
		default:
			ok = false
		}
		if ok && pos.accepts(v) {
			s.add(pos, v, literal, call, "--model_args "+key)
		}
	}
	if len(s.out.References) > first {
		SetRevision(&s.out.References[first], revision)
	}
}

// hosted records OPENAI_MODEL=…, OLLAMA_MODEL=…: the name of the variable says whose the
// model is.
func (s *shell) hosted(name, value string, at sbom.At, w word) bool {
	host := serviceKey(name)
	if host == "" || !w.known || w.from.Path != "" || w.value.Path != "" || KindOf(value) != NameBare && KindOf(value) != NameOllama || !hostedName(host, value) {
		return false
	}
	s.add(position{"model", "serve", false}, value, at, w.at, name)
	r := &s.out.References[len(s.out.References)-1]
	setHost(r, host, value)
	return true
}
