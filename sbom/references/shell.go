package references

import (
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	maxShellBytes = 1 << 20 // the largest launch script seen is below 100 KiB
	maxWords      = 4096    // of one command; a generated one stays below
	maxValueBytes = 4096    // of a variable after substitution, so that doubling ends
)

// shellCollector reads shell scripts, Makefiles, Dockerfiles and .env files.
var shellCollector = sbom.Collector{
	Name:     "references/shell",
	Families: []sbom.Family{sbom.FamilyReferences, sbom.FamilyCalls, sbom.FamilyDocuments},
	Match:    matchShell,
	Collect:  collectShell,
}

func matchShell(f *sbom.File) bool {
	if f.Size > maxShellBytes {
		return false
	}
	switch f.Ext() {
	case ".sh", ".bash", ".zsh", ".slurm", ".sbatch", ".mk", ".env", ".pbs":
		return true
	}
	name := f.Name()
	return isDockerfile(name) || name == "serving.properties" || name == "Makefile" || name == "justfile" || strings.HasPrefix(name, ".env.") ||
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
	case name == "Makefile" || f.Ext() == ".mk":
		how = "makefile"
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

// word is one word of a command with the place where it starts.
type word struct {
	text  string
	raw   string // with the variables as written, "" when there are none
	at    sbom.At
	from  sbom.At // where the literal stands when it came out of a variable
	known bool    // false when a part of it is not known before run time
}

func (w word) literal() sbom.At {
	if w.from.Path != "" {
		return w.from
	}
	return w.at
}

type variable struct {
	value string
	at    sbom.At
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
	depth     int // of shells in shells
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

type lexer struct {
	text string
	pos  int
	line int
	bol  int // offset of the first byte of the line
	sh   *shell
	docs []heredoc // opened on this line
}

// heredoc is a text that follows the line of the command it is given to.
type heredoc struct {
	end   string
	tabs  bool // <<- takes leading tabs off
	words []word
}

func (l *lexer) command() (words []word, more bool) {
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case c == '\n':
			l.newline()
			l.bodies(words)
			return words, true
		case strings.HasPrefix(l.text[l.pos:], "<<") && !strings.HasPrefix(l.text[l.pos:], "<<<"):
			l.heredoc()
		case c == ';' || c == '&' || c == '|' || c == '(' || c == ')':
			l.pos++
			return words, true
		case c == '\\' && strings.HasPrefix(l.text[l.pos+1:], "\n"):
			l.pos++
			l.newline()
		case c == '\\' && strings.HasPrefix(l.text[l.pos+1:], "\r\n"):
			l.pos += 2
			l.newline()
		case c == ' ' || c == '\t' || c == '\r':
			l.pos++
		case c == '#':
			if i := strings.IndexByte(l.text[l.pos:], '\n'); i >= 0 {
				l.pos += i
			} else {
				l.pos = len(l.text)
			}
		default:
			w := l.word()
			if len(words) < maxWords {
				words = append(words, w)
			}
		}
	}
	return words, false
}

// heredoc reads << WORD or <<- 'WORD'.
func (l *lexer) heredoc() {
	l.pos += 2
	d := heredoc{}
	if strings.HasPrefix(l.text[l.pos:], "-") {
		d.tabs = true
		l.pos++
	}
	for l.pos < len(l.text) && (l.text[l.pos] == ' ' || l.text[l.pos] == '\t') {
		l.pos++
	}
	if l.pos < len(l.text) && l.text[l.pos] != '\n' {
		start := l.pos
		for l.pos < len(l.text) && strings.IndexByte(" \t\r\n;&|()<>", l.text[l.pos]) < 0 {
			l.pos++
		}
		d.end = strings.Trim(l.text[start:l.pos], `"'\`)
	}
	if d.end != "" {
		l.docs = append(l.docs, d)
	}
}

// bodies reads the texts of the heredocs of the line that ended.
func (l *lexer) bodies(words []word) {
	docs := l.docs
	l.docs = nil
	for _, d := range docs {
		first, start, bol := l.line, l.pos, l.bol
		found := false
		for l.pos < len(l.text) {
			end := strings.IndexByte(l.text[l.pos:], '\n')
			line, next := l.text[l.pos:], len(l.text)
			if end >= 0 {
				line, next = l.text[l.pos:l.pos+end], l.pos+end+1
			}
			closes := strings.TrimRight(line, "\r ")
			if d.tabs {
				closes = strings.TrimLeft(closes, "\t ")
			}
			if closes == d.end {
				l.sh.body(words, l.text[start:l.pos], first)
				l.pos = next
				l.line++
				l.bol = l.pos
				found = true
				break
			}
			l.pos = next
			l.line++
			l.bol = l.pos
		}
		if !found { // a shift, or an end that is not there: nothing was a heredoc
			l.pos, l.line, l.bol = start, first, bol
			return
		}
	}
}

func (l *lexer) newline() { l.pos++; l.line++; l.bol = l.pos }

func (l *lexer) word() word {
	at := sbom.At{Path: l.sh.path}
	if l.sh.at != nil {
		at = l.sh.at(l.line)
	}
	if at.Column == 0 {
		at.Column = l.pos - l.bol + 1
	}
	w := word{at: at, known: true}
	var b, raw strings.Builder
	expanded := false
	write := func(s string) {
		b.WriteString(s)
		raw.WriteString(s)
	}
	quote := byte(0)
	for l.pos < len(l.text) {
		c := l.text[l.pos]
		switch {
		case quote == 0 && (strings.IndexByte(" \t\r\n;&|()", c) >= 0 || c == '<' && strings.HasPrefix(l.text[l.pos:], "<<")):
			if c == '<' && strings.HasPrefix(l.text[l.pos:], "<<<") {
				l.pos += 3
				continue
			}
			return w.done(b.String(), raw.String(), expanded)
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && l.pos+1 < len(l.text):
			l.pos++
			if l.text[l.pos] == '\n' {
				if quote != 0 { // keeps the lines of a script inside a word
					write("\n")
				}
				l.newline()
				continue
			}
			write(l.text[l.pos : l.pos+1])
		case c == '$' && quote != '\'':
			start := l.pos
			l.dollar(&b, &w)
			raw.WriteString(l.text[start:l.pos])
			expanded = true
			continue
		case c == '\n':
			write(l.text[l.pos : l.pos+1])
			l.newline()
			continue
		default:
			write(l.text[l.pos : l.pos+1])
		}
		l.pos++
	}
	return w.done(b.String(), raw.String(), expanded)
}

func (w word) done(text, raw string, expanded bool) word {
	w.text = text
	if expanded {
		w.raw = raw
	}
	return w
}

// script is the word as a shell that is started with it would read it.
func (w word) script() string {
	if w.raw != "" {
		return w.raw
	}
	return w.text
}

// dollar reads $NAME, ${NAME}, ${NAME:-default}; anything else is not known.
func (l *lexer) dollar(b *strings.Builder, w *word) {
	rest := l.text[l.pos+1:]
	braced := strings.HasPrefix(rest, "{")
	if braced {
		rest = rest[1:]
	}
	n := 0
	for n < len(rest) && (rest[n] == '_' || rest[n] >= '0' && rest[n] <= '9' || rest[n]|0x20 >= 'a' && rest[n]|0x20 <= 'z') {
		n++
	}
	name, fallback := rest[:n], ""
	l.pos += 1 + n
	if braced {
		end := strings.IndexAny(rest, "}\n")
		if end < 0 || rest[end] == '\n' {
			w.known = false
			b.WriteString("$")
			return
		}
		fallback = strings.TrimLeft(strings.TrimPrefix(rest[n:end], ":"), "-=")
		l.pos = l.pos - n + end + 2
	}
	v, ok := l.sh.vars[name]
	switch {
	case ok && len(v.value) <= maxValueBytes && b.Len() <= maxValueBytes:
		if b.Len() == 0 {
			w.from = v.at
		}
		b.WriteString(v.value)
	case fallback != "" && !strings.Contains(fallback, "$"):
		b.WriteString(strings.Trim(fallback, `"'`))
	default:
		w.known = false
		b.WriteString("${" + name + "}")
	}
}

// command reads assignments, flags and fetches of one command.
func (s *shell) command(words []word) {
	for len(words) > 0 && (words[0].text == "export" || words[0].text == "then" || words[0].text == "do" || words[0].text == "sudo" || strings.HasPrefix(words[0].text, "@") && len(words[0].text) == 1) {
		words = words[1:]
	}
	for len(words) > 0 {
		name, value, ok := strings.Cut(words[0].text, "=")
		if !ok || !isVariable(name) {
			break
		}
		s.assign(name, value, words[0])
		words = words[1:]
	}
	if len(words) == 0 {
		return
	}
	if words[0].text == "echo" || words[0].text == "printf" {
		return
	}
	s.fetch(words)
	s.flags(words)
	s.nested(words)
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
		s.vars[name] = variable{value, at}
	}
	if w.from.Path == "" && strings.Contains(value, " --") && s.depth < maxShellDepth {
		_, script, _ := strings.Cut(w.script(), "=")
		s.inner(script, at) // flags that a command gets later
		return
	}
	if pos, ok := pluralPosition(strings.ToLower(name)); ok && w.from.Path == "" && strings.Contains(value, " ") {
		for _, part := range strings.Fields(value) { // for m in $MODELS
			if KindOf(part) == NameHub && pos.accepts(part) {
				s.declared = append(s.declared, declaredVariable{pos, part, name, at, w.at})
			}
		}
		return
	}
	pos, ok := positionOf(name)
	if !ok || !pos.accepts(value) {
		return
	}
	if s.how == "env" || s.how == "dockerfile" {
		s.add(pos, value, at, w.at, name)
	} else if kind := KindOf(value); w.known && (kind == NameHub || kind == NameBucket) && w.from.Path == "" && pos.role != "output" {
		s.declared = append(s.declared, declaredVariable{pos, value, name, at, w.at})
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
		used := false
		for i := len(s.out.References) - s.added; i < len(s.out.References); i++ {
			used = used || i >= 0 && s.out.References[i].At == d.at
		}
		if !used {
			d.pos.shaped = true
			s.add(d.pos, d.value, d.at, d.call, d.name)
		}
	}
	s.declared = nil
}

// flags reads --flag value, --flag=value and key=value of a command.
func (s *shell) flags(words []word) {
	first := len(s.out.References)
	trust, revision, datasetRevision := sbom.Unstated, "", ""
	serves := servesModels(words)
	for i := range words {
		w := words[i]
		name, value, inline := strings.Cut(w.text, "=")
		if !strings.HasPrefix(name, "-") && !inline {
			continue
		}
		literal := w.literal()
		if inline {
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
		case "model-args": // lm-eval: pretrained=org/name,revision=…
			s.modelArgs(value, literal, w.at)
			continue
		}
		if pos, ok := pluralPosition(strings.TrimLeft(name, "-")); ok && strings.Contains(value, ",") {
			s.list(pos, value, literal, w.at, name)
			continue
		}
		if pos, ok := positionOf(name); ok && (strings.HasPrefix(name, "-") || strings.ContainsAny(value, "/")) && pos.accepts(value) {
			if serves && pos.role == "base" {
				pos.role = "serve"
			}
			if strings.HasPrefix(name, "--") && pos.kind == "model" && pos.role == "resume" && KindOf(value) == NameBare {
				continue
			}
			s.add(pos, value, literal, w.at, name)
		}
	}
	for i := first; i < len(s.out.References); i++ {
		r := &s.out.References[i]
		r.TrustRemoteCode = trust
		if r.Role == "push" || r.Role == "output" {
			continue
		}
		if r.Kind == "dataset" {
			SetRevision(r, datasetRevision)
		} else if r.Kind == "model" && r.RevisionKind == sbom.RevisionNone {
			SetRevision(r, revision)
		}
	}
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
