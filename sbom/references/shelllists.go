package references

import (
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// maxListWords bounds the values of an array or of a flag; none seen has 200.
const maxListWords = 512

// array reads NAME=( … ) up to the closing parenthesis.
func (l *lexer) array(name word) {
	var items []word
	for l.pos < len(l.text) && l.text[l.pos] != ')' {
		switch c := l.text[l.pos]; {
		case c == '\n':
			l.newline()
		case c == '#':
			if i := strings.IndexByte(l.text[l.pos:], '\n'); i >= 0 {
				l.pos += i
			} else {
				l.pos = len(l.text)
			}
		case strings.IndexByte(" \t\r;&|(", c) >= 0:
			l.pos++
		default:
			start := l.pos
			if w := l.word(); len(items) < maxListWords && l.pos > start {
				items = append(items, w)
			}
			l.pos = max(l.pos, start+1) // << ends a word where it begins
		}
	}
	l.pos = min(l.pos+1, len(l.text))
	key := strings.TrimSuffix(strings.TrimSuffix(name.text, "="), "+")
	l.sh.keepList(key, items, name)
}

// keepList keeps a list of words under a name, and what its name says of them.
func (s *shell) keepList(name string, items []word, at word) {
	values := valuesOf(items)
	if !isVariable(name) || len(values) == 0 {
		return
	}
	for _, w := range items {
		if strings.HasPrefix(w.text, "--") || strings.Contains(w.text, "=") {
			s.flags(items) // that a command gets later
			return
		}
	}
	if old, ok := s.vars[name]; ok && strings.HasSuffix(at.text, "+=") {
		values = append(old.many[:len(old.many):len(old.many)], values...)
	}
	s.vars[name] = variable{value: values[0].value, at: values[0].at, many: values}
	pos, ok := pluralPosition(strings.ToLower(name))
	if !ok {
		pos, ok = positionOf(name)
	}
	if !ok || pos.role == "output" || pos.role == "push" {
		return
	}
	for _, v := range values {
		if KindOf(v.value) == NameHub && pos.accepts(v.value) {
			s.declared = append(s.declared, declaredVariable{pos, v.value, name, v.at, at.at})
		}
	}
}

// valuesOf are the words of a list with the lists in it taken apart.
func valuesOf(items []word) []variable {
	var out []variable
	for _, w := range items {
		switch {
		case len(out) > maxListWords:
		case len(w.many) > 0:
			out = append(out, w.many...)
		case w.known: // a comma after it is Python's way
			out = append(out, variable{value: strings.TrimSuffix(w.text, ","), at: w.literal()})
		}
	}
	return out
}

// loop reads for NAME in words.
func (s *shell) loop(words []word) bool {
	if len(words) < 4 || words[0].text != "for" || words[2].text != "in" {
		return false
	}
	items := words[3:]
	if len(items) == 1 && len(items[0].many) == 0 && items[0].from.Path != "" { // for m in $MODELS
		w := items[0]
		items = nil
		for _, part := range strings.Fields(w.text) {
			items = append(items, word{text: part, at: w.at, from: w.from, known: w.known})
		}
	}
	values := valuesOf(items)
	if isVariable(words[1].text) && len(values) > 0 {
		s.vars[words[1].text] = variable{value: values[0].value, at: values[0].at, many: values}
	}
	return true
}

// more reads what follows the first value of a flag: the other values of a list, each
// perhaps with a weight (--dataset_mixer_list org/a 1.0 org/b 500), the values that a
// loop gives a variable, and a list or map in JSON.
func (s *shell) more(flag string, values []word, call sbom.At) {
	pos, ok := positionOf(flag)
	plural := false
	if !ok {
		pos, plural = pluralPosition(strings.TrimLeft(flag, "-"))
	}
	if !ok && !plural || len(values) == 0 || pos.role == "push" || pos.role == "output" {
		return
	}
	pos.shaped = true
	take := func(v variable) {
		name := v.value
		switch pos.kind {
		case "dataset":
			name = datasetName(name)
		case "adapter":
			name = afterName(name)
			v.value = name
		}
		if kind := KindOf(name); (kind == NameHub || kind == NameBucket) && pos.accepts(v.value) {
			s.add(pos, v.value, v.at, call, flag)
		}
	}
	for i, w := range values {
		if strings.HasPrefix(w.text, "-") || i > maxListWords {
			return
		}
		switch {
		case strings.ContainsAny(w.text[:min(1, len(w.text))], "[{"):
			s.json(pos, w, call, flag)
		case w.from.Path != "" && strings.Contains(w.text, " "): // $LIST is as many words as it holds
			for _, part := range strings.Fields(w.text) {
				take(variable{value: part, at: w.from})
			}
		case len(w.many) > 0:
			for j, v := range w.many {
				if i > 0 || j > 0 || plural {
					take(v)
				}
			}
		case i > 0 || plural && !strings.Contains(w.text, ","):
			take(variable{value: w.text, at: w.literal()})
		}
	}
}

// json reads '["org/a", "org/b"]' and '{"org/a": 1.0}'.
func (s *shell) json(pos position, w word, call sbom.At, flag string) {
	root, err := tree.JSON([]byte(w.text))
	if err != nil {
		return
	}
	var names []string
	for _, item := range root.Items {
		names = append(names, item.Str())
	}
	if p := root.Get("path"); p != nil { // vLLM: {"name": "sql", "path": "org/name"}
		names = append(names, p.Str())
	} else {
		for _, p := range root.Pairs {
			names = append(names, p.Key)
		}
	}
	for _, name := range names {
		if KindOf(name) == NameHub && pos.accepts(name) {
			s.add(pos, name, w.literal(), call, flag)
		}
	}
}

// uploads tells commands that publish: what they name is no model that is loaded, and a
// variable that is given to one names where things go.
func (s *shell) uploads(words []word) bool {
	for len(words) > 0 && (words[0].text == "if" || words[0].text == "!" || words[0].text == "then") {
		words = words[1:]
	}
	if len(words) < 3 {
		return false
	}
	switch name := path.Base(words[0].text); {
	case (name == "huggingface-cli" || name == "hf") && (words[1].text == "upload" || words[1].text == "upload-large-folder" || words[1].text == "repo" || words[1].text == "repo-files"):
	case name == "modelscope" && words[1].text == "upload":
	default:
		return false
	}
	for _, w := range words[2:] {
		if w.from.Path != "" {
			s.published = append(s.published, w.from)
		}
	}
	return true
}
