package engine

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// dockerfileCommands is a Dockerfile the way conftest hands it to its policies: a list
// of {Cmd, SubCmd, JSON, Flags, Value, Stage}, comments included (conftest's Dockerfile
// parser, over the instructions of "Dockerfile reference").
func dockerfileCommands(text string) ([]any, error) {
	d := dockerfileReader{escape: `\`, lines: strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")}
	out, comments, stage := []any{}, []string{}, -1
	d.directives()
	for d.next < len(d.lines) {
		line := strings.TrimSpace(d.lines[d.next])
		if comment, ok := strings.CutPrefix(line, "#"); ok {
			comments = append(comments, strings.TrimSpace(comment))
		}
		if line == "" || line[0] == '#' {
			d.next++
			continue
		}
		number := d.next + 1
		c, err := parseDockerCommand(d.instruction(), d.escape)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		if c.name == "from" {
			stage++
		}
		for _, comment := range comments {
			out = append(out, dockerCommand{name: "comment", values: []string{comment}}.object(max(stage, 0)))
		}
		comments = comments[:0]
		out = append(out, c.object(max(stage, 0)))
		d.skipHeredocs(c)
	}
	return out, nil
}

// dockerfileReader joins the lines of instructions.
type dockerfileReader struct {
	lines  []string
	next   int
	escape string // of the escape directive
}

var dockerDirective = regexp.MustCompile(`^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$`)

// directives skips what is no comment: # syntax=, # escape= and # check= at the top.
func (d *dockerfileReader) directives() {
	for d.next < len(d.lines) {
		m := dockerDirective.FindStringSubmatch(d.lines[d.next])
		if m == nil {
			return
		}
		switch strings.ToLower(m[1]) {
		case "escape":
			d.escape = m[2]
		case "syntax", "check":
		default:
			return
		}
		d.next++
	}
}

// instruction is one instruction with its continuation lines, in which comments and empty
// lines do not count.
func (d *dockerfileReader) instruction() string {
	var b strings.Builder
	for first := true; d.next < len(d.lines); first = false {
		line := d.lines[d.next]
		d.next++
		trimmed := strings.TrimSpace(line)
		if !first && (trimmed == "" || trimmed[0] == '#') {
			continue
		}
		if first {
			line = strings.TrimLeft(line, " \t")
		}
		start, continued := strings.CutSuffix(strings.TrimRight(line, " \t"), d.escape)
		if !continued {
			b.WriteString(line)
			break
		}
		b.WriteString(start)
	}
	return strings.TrimSpace(b.String())
}

var heredoc = regexp.MustCompile(`(?:^|\s)[0-9]*<<-?["']?([A-Za-z_][A-Za-z0-9_]*)["']?`)

// skipHeredocs leaves the texts out that RUN, COPY and ADD take from the lines below.
func (d *dockerfileReader) skipHeredocs(c dockerCommand) {
	if c.json || c.name != "run" && c.name != "copy" && c.name != "add" {
		return
	}
	for _, m := range heredoc.FindAllStringSubmatch(strings.Join(c.values, " "), -1) {
		for d.next < len(d.lines) {
			line := strings.TrimSpace(d.lines[d.next])
			d.next++
			if line == m[1] {
				break
			}
		}
	}
}

// dockerCommand is one instruction.
type dockerCommand struct {
	name, sub string
	json      bool
	flags     []string
	values    []string
}

func (c dockerCommand) object(stage int) map[string]any {
	list := func(texts []string) any {
		if texts == nil {
			return nil // of a comment
		}
		out := make([]any, len(texts))
		for i, s := range texts {
			out[i] = s
		}
		return out
	}
	return map[string]any{"Cmd": c.name, "SubCmd": c.sub, "JSON": c.json, "Flags": list(c.flags), "Value": list(c.values), "Stage": int64(stage)}
}

func parseDockerCommand(text, escape string) (dockerCommand, error) {
	word, rest := cutWord(text)
	c := dockerCommand{name: strings.ToLower(word), flags: []string{}}
	for strings.HasPrefix(rest, "--") {
		flag, after := cutWord(rest)
		if rest = after; flag == "--" {
			break
		}
		c.flags = append(c.flags, flag)
	}
	switch c.name {
	case "run", "cmd", "entrypoint", "shell":
		c.exec(rest, func(s string) []string { return []string{s} })
	case "add", "copy", "volume":
		c.exec(rest, strings.Fields)
	case "from", "expose":
		c.values = strings.Fields(rest)
	case "arg":
		c.values = dockerWords(rest, escape)
	case "env", "label":
		c.values = nameValues(rest, escape)
	case "maintainer", "stopsignal", "user", "workdir":
		c.values = []string{rest}
	case "healthcheck":
		kind, command := cutWord(rest)
		c.values = []string{kind}
		if command != "" {
			before := c.values
			c.exec(command, func(s string) []string { return []string{s} })
			c.values = append(before, c.values...)
		}
	case "onbuild":
		inner, err := parseDockerCommand(rest, escape)
		if err != nil {
			return c, err
		}
		c.sub, _ = cutWord(rest)
		c.json, c.values = inner.json, inner.values
	default:
		return c, fmt.Errorf("%q is no instruction of a Dockerfile", word)
	}
	return c, nil
}

// exec reads the JSON form of an argument list, or else the plain one.
func (c *dockerCommand) exec(rest string, plain func(string) []string) {
	var list []string
	if strings.HasPrefix(rest, "[") && json.Unmarshal([]byte(rest), &list) == nil {
		c.json, c.values = true, list
		return
	}
	c.values = plain(rest)
}

// cutWord cuts the first word, and the space behind it.
func cutWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], strings.TrimSpace(s[i:])
	}
	return s, ""
}

// nameValues reads NAME=VALUE …, three values each, or the old NAME VALUE.
func nameValues(rest, escape string) []string {
	words := dockerWords(rest, escape)
	if len(words) == 0 {
		return nil
	}
	if !strings.Contains(words[0], "=") {
		name, value := cutWord(rest)
		return []string{name, value, ""}
	}
	var out []string
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		out = append(out, name, value, "=")
	}
	return out
}

// dockerWords splits at spaces outside of quotes, and keeps the quotes.
func dockerWords(s, escape string) []string {
	var out []string
	var word strings.Builder
	quote, escaped := rune(0), false
	for _, r := range s {
		switch {
		case escaped:
			escaped = false
		case string(r) == escape && quote != '\'':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == ' ' || r == '\t':
			if word.Len() > 0 {
				out = append(out, word.String())
				word.Reset()
			}
			continue
		}
		word.WriteRune(r)
	}
	if word.Len() > 0 {
		out = append(out, word.String())
	}
	return out
}
