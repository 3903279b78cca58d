package evidence

import (
	"bytes"
	"context"
	"regexp"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// compose reads Compose files (compose-spec, 05-services).
var compose = sbom.Collector{
	Name:     "evidence/compose",
	Families: []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyExposures, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return yamlFile(f) && composeName.MatchString(f.Name())
	},
	MaxBytes: maxManifestBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		if !bytes.Contains(content, []byte("services:")) {
			return nil
		}
		docs := tree.Of(f)
		if docs.Template {
			out.Documents = append(out.Documents, sbom.Document{Kind: "template", Path: f.Path})
			return nil
		}
		docs.Problem(f, sbom.FamilyWorkloads, out)
		for _, root := range docs.Docs {
			services := root.Get("services")
			if services == nil || root.Has("apiVersion") {
				continue
			}
			document(f, "compose", root, out)
			for _, p := range pairs(services) {
				if p.Value.Kind == tree.Map {
					composeService(f, p, out)
				}
			}
		}
		return nil
	},
}

// composeName is how Compose files are called; the content decides.
var composeName = regexp.MustCompile(`(?i)compose|docker|stack|services`)

func composeService(f *sbom.File, p tree.Pair, out *sbom.Inventory) {
	s := p.Value
	w := sbom.Workload{
		Name: p.Key, Platform: "compose", Kind: "service", Limits: map[string]string{}, Settings: map[string]string{}, Labels: labelsOf(s.Get("labels")),
		At: sbom.At{Path: f.Path, Line: p.Line, Column: p.Column, Pointer: s.Pointer}, Security: composeSecurity(f.Path, s),
	}
	run := container{env: composeEnv(f.Path, s.Get("environment"))}
	run.words = append(wordsOf(f.Path, s.Get("entrypoint")), wordsOf(f.Path, s.Get("command"))...)
	if ref := s.Get("image").Str(); ref != "" {
		run.images = []sbom.Image{image(composeDefault(ref), s.KeyAt(f.Path, "image"))}
	}
	w.Images, w.Env = run.images, run.env
	w.Command, w.Args = arguments(s.Get("entrypoint")), arguments(s.Get("command"))
	for _, v := range items(s.Get("volumes")) {
		w.Mounts = append(w.Mounts, composeMount(f.Path, v))
	}
	for _, d := range items(s.Get("depends_on")) {
		w.DependsOn = append(w.DependsOn, nonEmpty(d.Str())...)
	}
	for _, d := range pairs(s.Get("depends_on")) {
		w.DependsOn = append(w.DependsOn, d.Key)
	}
	composeLimits(&w, s)
	composePorts(f.Path, &w, s, out)
	var found []*program
	if program := readContainer(&w, run); program != nil {
		found = append(found, program)
	}
	decideRole(&w, "", found)
	out.Workloads = append(out.Workloads, w)
}

var composeVariable = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*:?-([^{}]*)\}`)

// composeDefault fills in the defaults that the file itself gives to variables.
func composeDefault(text string) string { return composeVariable.ReplaceAllString(text, "$1") }

// composeEnv reads environment, a map or a list of NAME=value; a name without a value is
// passed on from the shell.
func composeEnv(path string, n *tree.Node) []sbom.EnvVar {
	var out []sbom.EnvVar
	add := func(name, value string, given bool, at sbom.At) {
		v := variable(name, composeDefault(value), at)
		if !given {
			v.Source = "unresolved"
		}
		out = append(out, v)
	}
	for _, p := range pairs(n) {
		add(p.Key, p.Value.Str(), p.Value.Kind != tree.Null, sbom.At{Path: path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer})
	}
	for _, item := range items(n) {
		name, value, given := strings.Cut(item.Str(), "=")
		add(name, value, given, item.At(path))
	}
	return out
}

func composeSecurity(path string, s *tree.Node) sbom.Security {
	out := sbom.Security{
		Privileged: stated(s.Get("privileged")), RunAsRoot: sbom.Unstated, PrivilegeEscalates: sbom.Unstated, ReadOnlyRoot: s.Get("read_only").Tri(),
		HostNetwork: sbom.TriOf(s.Get("network_mode").Str() == "host"), HostPID: sbom.TriOf(s.Get("pid").Str() == "host"), HostIPC: sbom.TriOf(s.Get("ipc").Str() == "host"),
		Capabilities: s.Get("cap_add").Strings(), At: s.At(path),
	}
	for _, key := range []string{"privileged", "user", "network_mode", "ipc"} {
		if s.Has(key) {
			out.At = s.KeyAt(path, key)
			break
		}
	}
	for _, key := range []string{"network_mode", "pid", "ipc"} {
		if s.Get(key).Str() == "host" {
			out.HostAt = s.KeyAt(path, key)
			break
		}
	}
	if user, _, _ := strings.Cut(s.Get("user").Str(), ":"); user != "" {
		out.RunAsRoot = sbom.TriOf(user == "root" || user == "0")
		if strings.Contains(user, "$") {
			out.RunAsRoot = sbom.Unresolved
		}
	}
	for _, option := range s.Get("security_opt").Strings() {
		if strings.HasPrefix(option, "no-new-privileges") && !strings.HasSuffix(option, "false") {
			out.PrivilegeEscalates = sbom.No
		}
	}
	return out
}

// composeMount reads one volume in the short form source:target[:ro] or the long form.
func composeMount(path string, v *tree.Node) sbom.Mount {
	m := sbom.Mount{Kind: "claim", ReadOnly: sbom.No, At: v.At(path)}
	if v.Kind == tree.Map {
		m.Source, m.Target = v.Get("source").Str(), v.Get("target").Str()
		if v.Get("type").Str() == "bind" {
			m.Kind = "host"
		}
		if v.Get("read_only").Tri() == sbom.Yes {
			m.ReadOnly = sbom.Yes
		}
		return m
	}
	parts := strings.Split(composeDefault(v.Str()), ":")
	if len(parts) == 1 {
		m.Target, m.Kind = parts[0], "empty"
		return m
	}
	m.Source, m.Target = parts[0], parts[1]
	if len(parts) > 2 && strings.Contains(parts[2], "ro") {
		m.ReadOnly = sbom.Yes
	}
	if strings.HasPrefix(m.Source, "/") || strings.HasPrefix(m.Source, ".") || strings.HasPrefix(m.Source, "~") || strings.HasPrefix(m.Source, "$") {
		m.Kind = "host"
	}
	return m
}

func composeLimits(w *sbom.Workload, s *tree.Node) {
	limits := s.Get("deploy", "resources", "limits")
	for key, name := range map[string]string{"cpus": "cpu", "memory": "memory"} {
		if v := limits.Get(key).Str(); v != "" {
			w.Limits[name] = v
		}
	}
	if v := s.Get("mem_limit").Str(); v != "" {
		w.Limits["memory"] = v
	}
	for _, d := range items(s.Get("deploy", "resources", "reservations", "devices")) {
		if d.Get("driver").Str() == "nvidia" || strings.Contains(strings.Join(d.Get("capabilities").Strings(), " "), "gpu") {
			w.Limits["gpu"] = d.Get("count").Str()
			if w.Limits["gpu"] == "" {
				w.Limits["gpu"] = "all"
			}
		}
	}
	if s.Get("runtime").Str() == "nvidia" || s.Get("gpus") != nil {
		w.Limits["gpu"] = "all"
	}
}

// composePorts states the ports that are published on the host. Whether the host can be
// reached from the internet the file does not say.
func composePorts(path string, w *sbom.Workload, s *tree.Node, out *sbom.Inventory) {
	e := sbom.Exposure{Workload: w.Name, Name: w.Name, Kind: "endpoint", Public: sbom.Unstated, Auth: sbom.Unstated, TLS: sbom.Unstated}
	for _, p := range items(s.Get("ports")) {
		host, published, target := "", p.Get("published").Str(), p.Get("target").Str()
		if p.Kind != tree.Map {
			text, _, _ := strings.Cut(composeDefault(p.Str()), "/")
			parts := strings.Split(text, ":")
			target = parts[len(parts)-1]
			if len(parts) > 1 {
				published = parts[len(parts)-2]
			}
			if len(parts) > 2 {
				host = strings.Join(parts[:len(parts)-2], ":")
			}
		} else {
			host = p.Get("host_ip").Str()
		}
		if n, err := strconv.Atoi(target); err == nil {
			w.Listens = append(w.Listens, sbom.Listener{Port: n, Auth: sbom.Unstated, TLS: sbom.Unstated, At: p.At(path)})
		}
		n, err := strconv.Atoi(published)
		if err != nil || strings.HasPrefix(host, "127.") || host == "localhost" {
			continue
		}
		if e.At.Line == 0 {
			e.At = p.At(path)
		}
		e.Ports = append(e.Ports, n)
	}
	if len(e.Ports) > 0 {
		out.Exposures = append(out.Exposures, e)
	}
}

// labelsOf reads labels as a map or as a list of name=value.
func labelsOf(n *tree.Node) map[string]string {
	labels := scalarMap(n)
	for _, item := range items(n) {
		name, value, _ := strings.Cut(item.Str(), "=")
		labels[name] = value
	}
	return labels
}
