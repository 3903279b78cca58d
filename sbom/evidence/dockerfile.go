package evidence

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// dockerfile reads Dockerfiles (Dockerfile reference): the image of the last stage, as
// whom it runs, and what it starts.
var dockerfile = sbom.Collector{
	Name:     "evidence/dockerfile",
	Families: []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return dockerfileName.MatchString(f.Name())
	},
	MaxBytes: maxDockerfileBytes,
	Collect:  collectDockerfile,
}

// maxDockerfileBytes bounds a Dockerfile; generated ones have some ten KiB.
const maxDockerfileBytes = 1 << 20

var dockerfileName = regexp.MustCompile(`(?i)^(dockerfile|containerfile)([._-].*)?$|\.(dockerfile|containerfile)$`)

// instruction is one instruction with its continuation lines joined.
type instruction struct {
	name, args string
	line       int
}

func collectDockerfile(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	text := string(content)
	if strings.Contains(text, "{{") || strings.Contains(text, "{%") {
		out.Documents = append(out.Documents, sbom.Document{Kind: "template", Path: f.Path})
		return nil
	}
	list := instructions(text)
	if len(list) == 0 {
		return nil
	}
	d := dockerBuild{file: f, args: map[string]string{}, stages: map[string]bool{}}
	for _, i := range list {
		d.apply(i)
	}
	if d.run.images == nil {
		return nil
	}
	w := sbom.Workload{
		Name: strings.Trim(strings.TrimSuffix(f.Path, f.Name()), "/"), Platform: "docker", Kind: "Dockerfile", Limits: map[string]string{}, Settings: map[string]string{},
		Labels: map[string]string{}, Images: d.run.images, Env: d.run.env, At: d.at, Security: d.security,
	}
	if w.Name == "" {
		w.Name = f.Name()
	}
	d.run.words = append(d.entrypoint, d.command...)
	for _, word := range d.entrypoint {
		w.Command = append(w.Command, redactText(word.text, ""))
	}
	for _, word := range d.command {
		w.Args = append(w.Args, redactText(word.text, ""))
	}
	var found []*program
	if p := readContainer(&w, d.run); p != nil {
		found = append(found, p)
	}
	decideRole(&w, "", found)
	if w.Role == "serving" || w.Role == "gateway" {
		w.Role = "template" // an image serves nobody before it is deployed
	}
	out.Workloads = append(out.Workloads, w)
	return nil
}

// instructions splits a Dockerfile; a heredoc belongs to the instruction that opens it.
func instructions(text string) []instruction {
	var out []instruction
	var current *instruction
	heredoc := ""
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if heredoc != "" {
			if trimmed == heredoc {
				heredoc = ""
			}
			continue
		}
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		more := strings.HasSuffix(trimmed, "\\")
		trimmed = strings.TrimSpace(strings.TrimSuffix(trimmed, "\\"))
		if current == nil {
			name, args, _ := strings.Cut(trimmed, " ")
			out = append(out, instruction{name: strings.ToUpper(name), args: strings.TrimSpace(args), line: i + 1})
			current = &out[len(out)-1]
		} else {
			current.args += " " + trimmed
		}
		if m := heredocStart.FindStringSubmatch(trimmed); m != nil && (current.name == "RUN" || current.name == "COPY") {
			heredoc = m[1]
		}
		if !more {
			current = nil
		}
	}
	return out
}

var heredocStart = regexp.MustCompile(`<<-?["']?([A-Za-z_]+)["']?`)

// dockerBuild is the state of the stage that is built last.
type dockerBuild struct {
	file       *sbom.File
	at         sbom.At
	args       map[string]string
	stages     map[string]bool
	run        container
	entrypoint []word
	command    []word
	security   sbom.Security
}

func (d *dockerBuild) apply(i instruction) {
	at := sbom.At{Path: d.file.Path, Line: i.line}
	switch i.name {
	case "ARG":
		if name, value, ok := strings.Cut(i.args, "="); ok {
			d.args[name] = strings.Trim(value, `"'`)
		}
	case "FROM":
		d.from(i, at)
	case "USER":
		user, _, _ := strings.Cut(strings.TrimSpace(i.args), ":")
		d.security.RunAsRoot, d.security.At = sbom.TriOf(user == "root" || user == "0"), at
		if strings.Contains(user, "$") {
			d.security.RunAsRoot = sbom.Unresolved
		}
	case "ENV":
		for _, v := range envPairs(i.args) {
			d.run.env = append(d.run.env, variable(v[0], v[1], at))
		}
	case "ENTRYPOINT":
		d.entrypoint, d.command = execWords(i.args, at), nil
	case "CMD":
		d.command = execWords(i.args, at)
	}
}

// from starts a stage. One that builds on an earlier stage of the same file inherits it.
func (d *dockerBuild) from(i instruction, at sbom.At) {
	fields := strings.Fields(i.args)
	for len(fields) > 0 && strings.HasPrefix(fields[0], "--") {
		fields = fields[1:]
	}
	if len(fields) == 0 {
		return
	}
	ref := dockerArg.ReplaceAllStringFunc(fields[0], func(m string) string {
		if v, ok := d.args[strings.Trim(m, "${}")]; ok {
			return v
		}
		return m
	})
	if len(fields) > 2 && strings.EqualFold(fields[1], "as") {
		defer func() { d.stages[strings.ToLower(fields[2])] = true }()
	}
	if d.stages[strings.ToLower(ref)] || ref == "scratch" {
		return
	}
	d.at, d.entrypoint, d.command = at, nil, nil
	d.run = container{images: []sbom.Image{image(ref, at)}}
	d.security = sbom.Security{Privileged: sbom.Unstated, RunAsRoot: sbom.Unstated, PrivilegeEscalates: sbom.Unstated, HostNetwork: sbom.Unstated,
		HostPID: sbom.Unstated, HostIPC: sbom.Unstated, ReadOnlyRoot: sbom.Unstated, At: at}
}

var dockerArg = regexp.MustCompile(`\$\{?[A-Za-z_][A-Za-z0-9_]*\}?`)

// envPairs reads ENV NAME=value … and the old form ENV NAME value.
func envPairs(args string) [][2]string {
	first, rest, _ := strings.Cut(args, " ")
	if !strings.Contains(first, "=") {
		return [][2]string{{first, strings.TrimSpace(rest)}}
	}
	var out [][2]string
	for _, field := range strings.Fields(args) {
		if name, value, ok := strings.Cut(field, "="); ok {
			out = append(out, [2]string{name, strings.Trim(value, `"'`)})
		}
	}
	return out
}

// execWords reads the exec form, a JSON list, or the shell form.
func execWords(args string, at sbom.At) []word {
	var list []string
	if strings.HasPrefix(args, "[") && json.Unmarshal([]byte(args), &list) == nil {
		var out []word
		for _, text := range list {
			if strings.Contains(text, " ") {
				out = append(out, shellWords(text, at)...)
				continue
			}
			out = append(out, word{text, at})
		}
		return out
	}
	return shellWords(args, at)
}
