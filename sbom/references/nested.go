package references

import (
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

const (
	maxShellDepth  = 3       // shells started by shells
	maxNestedBytes = 1 << 20 // of a program inside a program
)

// nested reads what a command is given as one word: a script for bash -c, ssh, screen
// or tmux, Python for python -c, a JSON payload for curl.
func (s *shell) nested(words []word) {
	if s.depth >= maxShellDepth || len(words) < 2 {
		return
	}
	name := path.Base(words[0].text)
	for i, w := range words[1:] {
		option := words[i].text
		if clustered(option) && interpreter(words[:i+1]) != "" {
			option = "-c"
		}
		switch {
		case w.from.Path != "" || !strings.ContainsAny(w.text, " \n("):
		case option == "-c" && strings.HasPrefix(interpreter(words[:i+1]), "python"):
			s.python(w.text, w.at)
		case option == "-c", name == "screen" || name == "tmux" || name == "ssh" || name == "srun" || name == "kubectl" || name == "docker" || name == "eval":
			if option == "-c" || strings.Contains(w.text, " --") {
				s.inner(w.script(), w.at)
			}
		case name == "curl" && strings.HasPrefix(strings.TrimSpace(w.text), "{") && (option == "-d" || strings.HasPrefix(option, "--data") || option == "--json"):
			s.payload(w.text, w.at)
		}
	}
}

// clustered tells -c among other letters (bash -lc, sh -euc), whose word is the script when
// it is the last of them.
func clustered(option string) bool {
	letters, ok := strings.CutPrefix(option, "-")
	return ok && len(letters) > 1 && strings.HasSuffix(letters, "c") && strings.Trim(letters, "abefhilmnuvxc") == ""
}

// interpreter is the program that the words before -c start.
func interpreter(words []word) string {
	for i := len(words) - 1; i >= 0; i-- {
		if name := path.Base(words[i].text); strings.HasPrefix(name, "python") || name == "bash" || name == "sh" {
			return name
		}
	}
	return ""
}

// inner reads a script inside a word, with the variables known so far.
func (s *shell) inner(text string, at sbom.At) {
	sub := newShell(s.out, s.path, s.how, linesFrom(at))
	sub.depth = s.depth + 1
	for name, v := range s.vars {
		sub.vars[name] = v
	}
	sub.read(text)
	s.added += sub.added
}

// linesFrom places the lines of a text that starts at a place.
func linesFrom(at sbom.At) func(int) sbom.At {
	return func(line int) sbom.At {
		if line == 1 {
			return at
		}
		return sbom.At{Path: at.Path, Line: at.Line + line - 1, Pointer: at.Pointer}
	}
}

// place is where a line of the text stands.
func (s *shell) place(line int) sbom.At {
	if s.at == nil {
		return sbom.At{Path: s.path, Line: line, Column: 1}
	}
	at := s.at(line)
	at.Column = max(at.Column, 1)
	return at
}

// body reads a heredoc. What a file is written from is read for what the file is; data
// for another program is not read.
func (s *shell) body(words []word, text string, first int) {
	if len(words) == 0 || len(text) > maxNestedBytes || s.depth >= maxShellDepth {
		return
	}
	at := s.place(first)
	name := interpreter(words)
	file := ""
	for i, w := range words {
		if rest := strings.TrimLeft(w.text, "12>&"); strings.HasPrefix(w.text, ">") {
			if file = rest; file == "" && i+1 < len(words) {
				file = words[i+1].text
			}
		}
		if path.Base(words[0].text) == "tee" && i > 0 && !strings.HasPrefix(w.text, "-") {
			file = w.text
		}
	}
	switch ext := strings.ToLower(extOf(file)); {
	case strings.HasPrefix(name, "python") && file == "":
		s.python(text, at)
	case (name == "bash" || name == "sh" || path.Base(words[0].text) == "read") && file == "":
		s.inner(text, at)
	case file != "":
		before := len(s.out.References)
		readEmbedded(s.out, file, text, s.how, at)
		s.added += len(s.out.References) - before
	case path.Base(words[0].text) == "kubectl" || ext == ".yaml":
		before := len(s.out.References)
		readEmbedded(s.out, "x.yaml", text, s.how, at)
		s.added += len(s.out.References) - before
	}
}

// readEmbedded reads a file that stands inside another one, by its name. Places are
// those of the outer file.
func readEmbedded(out *sbom.Inventory, name, text, how string, at sbom.At) {
	if len(text) > maxNestedBytes {
		return
	}
	switch ext := strings.ToLower(path.Ext(name)); {
	case ext == ".py":
		embeddedPython(out, text, how, at)
	case ext == ".sh" || ext == ".bash" || ext == ".sbatch" || ext == ".slurm" || ext == ".env" || ext == ".properties" || name == ".env":
		kind := how
		if ext == ".env" || ext == ".properties" || name == ".env" {
			kind = strings.TrimPrefix(ext, ".")
		}
		ReadShell(out, text, at.Path, kind, linesFrom(at))
	case isDockerfile(path.Base(name)):
		ReadShell(out, dockerfileShell(text), at.Path, "dockerfile", linesFrom(at))
	case ext == ".yaml" || ext == ".yml":
		docs, err := tree.YAML([]byte(text))
		if err == nil {
			embeddedRecipe(out, docs, how, at)
		}
	case ext == ".json":
		if root, err := tree.JSON([]byte(text)); err == nil {
			embeddedRecipe(out, []*tree.Node{root}, how, at)
		}
	}
}

// embeddedRecipe reads documents inside another file and moves what they say there.
func embeddedRecipe(out *sbom.Inventory, docs []*tree.Node, how string, at sbom.At) {
	f := sbom.NewFile(at.Path, nil)
	inner := &sbom.Inventory{}
	r := &recipe{file: f, out: inner}
	for _, doc := range docs {
		r.document(doc)
	}
	for _, ref := range inner.References {
		ref.At, ref.CallAt, ref.How = moved(ref.At, at), moved(ref.CallAt, at), how
		out.References = append(out.References, ref)
	}
}

// moved places a position of an inner text in the outer file. Columns are those of the
// inner text, which starts at a line of its own.
func moved(inner, outer sbom.At) sbom.At {
	column := inner.Column
	if inner.Line == 1 && outer.Column > 1 {
		column += outer.Column
	}
	return sbom.At{Path: outer.Path, Line: outer.Line + inner.Line - 1, Column: column, Pointer: outer.Pointer}
}

func (s *shell) python(text string, at sbom.At) {
	before := len(s.out.References)
	embeddedPython(s.out, text, s.how, at)
	s.added += len(s.out.References) - before
}

// embeddedPython reads Python inside another file.
func embeddedPython(out *sbom.Inventory, text, how string, at sbom.At) {
	if len(text) > maxNestedBytes {
		return
	}
	inner := &sbom.Inventory{}
	readPython(python.Parse(at.Path, []byte(text)), inner)
	for _, ref := range inner.References {
		ref.At, ref.CallAt, ref.How = moved(ref.At, at), moved(ref.CallAt, at), how
		out.References = append(out.References, ref)
	}
	for _, c := range inner.Calls {
		c.At = moved(c.At, at)
		out.Calls = append(out.Calls, c)
	}
}

// payload reads the JSON that is sent to a server: the model it names is asked for.
func (s *shell) payload(text string, at sbom.At) {
	root, err := tree.JSON([]byte(text))
	if err != nil || root.Kind != tree.Map {
		return
	}
	for _, p := range root.Pairs {
		pos, ok := positionOf(p.Key)
		if !ok || p.Value.Kind != tree.String {
			continue
		}
		pos.shaped = true
		if pos.kind == "model" && pos.role == "base" {
			pos.role = "serve"
		}
		if KindOf(p.Value.Text) == NameHub && pos.accepts(p.Value.Text) {
			literal := moved(sbom.At{Line: p.Value.Line, Column: p.Value.Column}, at)
			s.add(pos, p.Value.Text, literal, at, p.Key)
		}
	}
}
