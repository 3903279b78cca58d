package references

import (
	"context"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	maxShellBytes = 1 << 20 // the largest launch script seen is below 100 KiB; a larger one is a Problem
	maxWords      = 4096    // of one command; a generated one stays below
	maxValueBytes = 4096    // of a variable after substitution, so that doubling ends
)

// shellCollector reads shell scripts, Makefiles, Dockerfiles and .env files.
var shellCollector = sbom.Collector{
	Name:     "references/shell",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyCalls, sbom.FamilyDocuments},
	Match:    matchShell,
	MaxBytes: maxShellBytes,
	Collect:  collectShell,
}

func matchShell(f *sbom.File) bool {
	switch f.Ext() {
	case ".sh", ".bash", ".zsh", ".slurm", ".sbatch", ".mk", ".env", ".pbs":
		return true
	}
	name := f.Name()
	return isDockerfile(name) || name == "serving.properties" || isMakefile(name) || isJustfile(name) || strings.HasPrefix(name, ".env.") ||
		f.Ext() == "" && strings.HasPrefix(string(f.Head), "#!") && strings.Contains(firstLine(string(f.Head)), "sh")
}

func isDockerfile(name string) bool {
	lower := strings.ToLower(name)
	return lower == "dockerfile" || lower == "containerfile" || strings.HasPrefix(lower, "dockerfile.") || strings.HasSuffix(lower, ".dockerfile")
}

func firstLine(s string) string { line, _, _ := strings.Cut(s, "\n"); return line }

func collectShell(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	text, how := string(data), "shell"
	switch name := f.Name(); {
	case isDockerfile(name):
		out.Documents = append(out.Documents, dockerfileDocument(f.Path, text))
		text, how = dockerfileShell(text), "dockerfile"
	case f.Ext() == ".properties":
		how = "properties"
	case isMakefile(name) || f.Ext() == ".mk":
		text, how = makefileShell(text), "makefile"
	case isJustfile(name):
		text, how = justfileShell(text), "justfile"
	case f.Ext() == ".env" || strings.HasPrefix(name, ".env"):
		how = "env"
	}
	sh := newShell(out, f.Path, how, func(line int) sbom.At { return f.At(line) })
	sh.read(text)
	return nil
}

func dockerfileDocument(path, text string) sbom.Document {
	if len(text) > maxDocumentBytes {
		text = ""
	}
	return sbom.Document{Kind: "dockerfile", Path: path, Content: map[string]any{"text": text}}
}

// dockerfileShell blanks the instructions so that what remains is shell of the same
// length, line by line. Exec forms lose their brackets and commas.
func dockerfileShell(text string) string {
	lines := strings.Split(text, "\n")
	continued := false
	for i, line := range lines {
		trimmed := strings.TrimLeft(line, " \t")
		indent := len(line) - len(trimmed)
		word, rest, _ := strings.Cut(trimmed, " ")
		switch upper := strings.ToUpper(word); {
		case continued:
		case upper == "RUN" || upper == "CMD" || upper == "ENTRYPOINT" || upper == "ENV" || upper == "ARG":
			if r := strings.TrimLeft(rest, " "); strings.HasPrefix(r, "[") {
				rest = execForm(rest)
			}
			if upper == "ENV" {
				rest = envForm(rest)
			}
			lines[i] = strings.Repeat(" ", indent+len(word)+1) + rest
		case strings.HasPrefix(trimmed, "#"):
		default:
			lines[i] = ""
		}
		if !strings.HasPrefix(trimmed, "#") {
			continued = strings.HasSuffix(strings.TrimRight(line, " \t\r"), "\\")
		}
	}
	return strings.Join(lines, "\n")
}

// envForm turns ENV NAME value into NAME=value.
func envForm(s string) string {
	name, value, ok := strings.Cut(s, " ")
	if !ok || strings.Contains(name, "=") || !isVariable(name) || strings.Contains(strings.TrimSpace(value), " ") {
		return s
	}
	return name + "=" + strings.TrimLeft(value, " ")
}

func execForm(s string) string {
	b := []byte(s)
	quoted := false
	for i, c := range b {
		switch {
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '[' || c == ']' || c == ','):
			b[i] = ' '
		}
	}
	return string(b)
}

// shell reads commands and keeps what variables were assigned.
type shell struct {
	out       *sbom.Inventory
	path, how string
	at        func(line int) sbom.At // place of a 1-based line of the text
	vars      map[string]variable
	added     int
	calls     []int // calls added, by index
	declared  []declaredVariable
	published []sbom.At // literals that name where something is uploaded
	depth     int       // of shells in shells
}

// ReadShell appends what a shell text loads and fetches to out. at maps its 1-based
// lines to places in the file; how names where the text stands ("notebook", "shell").
func ReadShell(out *sbom.Inventory, text, path, how string, at func(line int) sbom.At) {
	newShell(out, path, how, at).read(text)
}

func newShell(out *sbom.Inventory, path, how string, at func(int) sbom.At) *shell {
	return &shell{out: out, path: path, how: how, at: at, vars: map[string]variable{}}
}

// read splits the text into commands: words up to an unquoted newline, ;, & or |.
func (s *shell) read(text string) {
	l := lexer{text: text, line: 1, sh: s}
	for {
		words, more := l.command()
		s.command(words)
		if !more {
			break
		}
	}
	if s.depth == 0 {
		s.leftovers()
	}
	if strings.Contains(text, "sha256sum -c") || strings.Contains(text, "sha256sum --check") || strings.Contains(text, "shasum -a 256 -c") {
		for _, i := range s.calls {
			s.out.Calls[i].ChecksHash = sbom.Yes
		}
	}
}

func isVariable(name string) bool {
	for i := range len(name) {
		if c := name[i]; c != '_' && !(c >= '0' && c <= '9' && i > 0) && !(c|0x20 >= 'a' && c|0x20 <= 'z') {
			return false
		}
	}
	return name != ""
}

// assign keeps a variable. In a .env file or a Dockerfile the name of the variable is
// the position, since what reads it is not there.
func (s *shell) assign(name, value string, w word) {
	at := w.literal()
	if w.from.Path == "" {
		at.Column += len(name) + 1
	}
	if w.known {
		s.vars[name] = variable{value: value, at: at}
	}
	if w.from.Path == "" && (strings.Contains(value, " --") || strings.HasPrefix(value, "--")) && s.depth < maxShellDepth {
		_, script, _ := strings.Cut(w.script(), "=")
		s.inner(script, at) // flags that a command gets later
		return
	}
	if pos, ok := pluralPosition(strings.ToLower(name)); ok && w.from.Path == "" {
		for _, part := range strings.Fields(value) { // for m in $MODELS
			if KindOf(part) == NameHub && pos.accepts(part) {
				s.declared = append(s.declared, declaredVariable{pos, part, name, at, w.at})
			}
		}
		return
	}
	if s.hosted(name, value, at, w) {
		return
	}
	pos, ok := positionOf(name)
	if !ok {
		return
	}
	parts := mixture(pos.kind, value)
	for _, part := range parts {
		named := pos
		if isSum(value, parts) {
			named.shaped = false
		}
		if !named.accepts(part) {
			continue
		}
		if s.how == "env" || s.how == "dockerfile" {
			s.add(named, part, at, w.at, name)
		} else if kind := KindOf(part); w.known && (kind == NameHub || kind == NameBucket || isSum(value, parts) || legacyName(pos.kind, part)) && w.from.Path == "" && w.value.Path == "" && pos.role != "output" {
			s.declared = append(s.declared, declaredVariable{named, part, name, at, w.at})
		}
	}
}

// declaredVariable is a variable under the name of a loader's argument. It counts when
// no command of the text was seen to use it: something else reads it.
type declaredVariable struct {
	pos         position
	value, name string
	at, call    sbom.At
}

// leftovers records the declared variables that no command used.
func (s *shell) leftovers() {
	for _, d := range s.declared {
		used := slices.Contains(s.published, d.at)
		for i := len(s.out.References) - s.added; i < len(s.out.References); i++ {
			used = used || i >= 0 && s.out.References[i].At == d.at && s.out.References[i].Name == d.value
		}
		if !used {
			d.pos.shaped = d.pos.shaped || KindOf(d.value) == NameHub
			s.add(d.pos, d.value, d.at, d.call, d.name)
		}
	}
	s.declared = nil
}

// flags reads --flag value, --flag=value and key=value of a command.
func (s *shell) flags(words []word) {
	first := len(s.out.References)
	trust, revision, datasetRevision, tokenizerRevision := sbom.Unstated, "", "", ""
	serves, publishes := servesModels(words), hasWord(words, "--push_to_hub", "--push-to-hub")
	for i := range words {
		w := words[i]
		name, value, inline := strings.Cut(w.text, "=")
		if !strings.HasPrefix(name, "-") && !inline {
			continue
		}
		literal := w.literal()
		if inline && w.value.Path != "" {
			literal = w.value
		} else if inline {
			literal = w.at
			literal.Column += len(name) + 1
		} else if i+1 < len(words) && !strings.HasPrefix(words[i+1].text, "--") {
			value, literal = words[i+1].text, words[i+1].literal()
		}
		switch flag := strings.ReplaceAll(strings.TrimLeft(name, "-"), "_", "-"); flag {
		case "trust-remote-code":
			trust = sbom.Yes
			if v := strings.ToLower(value); v == "false" || v == "0" {
				trust = sbom.No
			}
			continue
		case "revision", "model-revision":
			revision = value
			continue
		case "dataset-revision":
			datasetRevision = value
			continue
		case "tokenizer-revision":
			tokenizerRevision = value
			continue
		case "model-args": // lm-eval: pretrained=org/name,revision=…
			s.modelArgs(value, literal, w.at)
			continue
		}
		if pos, ok := pluralPosition(strings.TrimLeft(name, "-")); ok && strings.Contains(value, ",") {
			s.list(pos, value, literal, w.at, name)
			continue
		}
		pos, ok := positionOf(name)
		if ok && publishes && pos.kind == "model" && strings.Contains(name, "repo") {
			pos.role = "push" // --push_to_hub --repo_id org/name
		}
		if !ok {
			pos, ok = shortFlag(name, value, words)
		}
		if ok && serves && pos.role == "base" {
			pos.role = "serve"
		}
		before := len(s.out.References)
		if ok && (strings.HasPrefix(name, "-") || strings.ContainsAny(value, "/")) {
			s.value(pos, value, literal, w.at, name)
		}
		if len(s.out.References) == before && len(name) > 2 && (!ok || pos.role != "push" && pos.role != "output") {
			ref := New("model", "base", value, literal)
			ref.CallAt, ref.How, ref.Loader = w.at, s.how, name
			keepOwnValue(s.out, name, ref)
		}
		if !inline {
			s.more(name, words[i+1:], w.at)
		}
	}
	for i := first; i < len(s.out.References); i++ {
		r := &s.out.References[i]
		r.TrustRemoteCode = trust
		if r.Role == "push" || r.Role == "output" {
			continue
		}
		switch {
		case r.Kind == "dataset":
			SetRevision(r, datasetRevision)
		case r.Kind == "tokenizer":
			SetRevision(r, tokenizerRevision)
		case r.Kind == "model" && r.RevisionKind == sbom.RevisionNone:
			SetRevision(r, revision)
		}
	}
}

func servesModels(words []word) bool {
	for _, w := range words[:min(len(words), 6)] {
		switch w.text {
		case "serve", "vllm.entrypoints.openai.api_server", "vllm.entrypoints.api_server", "text-generation-launcher", "sglang.launch_server", "tritonserver", "llama-server", "fastchat.serve.model_worker":
			return true
		}
	}
	return false
}

func (s *shell) add(pos position, value string, literal, call sbom.At, loader string) {
	r := New(pos.kind, pos.role, value, literal)
	r.CallAt, r.How, r.Loader = call, s.how, loader
	if pos.shaped {
		r.Confidence = "medium"
	}
	s.out.References = append(s.out.References, r)
	s.added++
}
