package evidence

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// torchServe reads TorchServe's config.properties (TorchServe, "Advanced configuration").
var torchServe = sbom.Collector{
	Name:     "evidence/torchserve",
	Families: []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return f.Ext() == ".properties" && torchServeMark.Match(f.Head)
	},
	MaxBytes: maxDocumentBytes,
	Collect:  collectTorchServe,
}

var torchServeMark = regexp.MustCompile(`(?m)^\s*(inference_address|management_address|model_store|load_models)\s*=`)

func collectTorchServe(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	w := serverWorkload(f, "torchserve")
	raw := map[string]any{}
	auth := sbom.Unstated
	scan := bufio.NewScanner(bytes.NewReader(content))
	scan.Buffer(nil, maxDocumentBytes)
	for line := 1; scan.Scan(); line++ {
		text := strings.TrimSpace(scan.Text())
		key, value, ok := strings.Cut(text, "=")
		if !ok || strings.HasPrefix(text, "#") {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		raw[key] = redactText(value, key)
		at := f.At(line)
		switch key {
		case "inference_address", "management_address", "metrics_address":
			if l, ok := addressListener(value, at); ok {
				l.Name = strings.TrimSuffix(key, "_address")
				w.Listens = append(w.Listens, l)
			}
		case "load_models":
			w.Settings["load_models"] = value
		case "model_store":
			w.Settings["model_store"] = value
		case "enable_model_api":
			w.Settings["model_api"] = value
		case "disable_token_authorization":
			auth = sbom.TriOf(value != "true")
		case "enable_envvars_config":
			w.Settings["environment_config"] = value
		case "default_response_timeout":
			w.Limits["timeout"] = value
		}
	}
	for i := range w.Listens {
		w.Listens[i].Auth = auth
	}
	out.Documents = append(out.Documents, sbom.Document{Kind: "torchserve", Path: f.Path, Content: raw})
	out.Workloads = append(out.Workloads, w)
	return nil
}

// serverWorkload is a workload that a configuration file of a model server describes.
func serverWorkload(f *sbom.File, platform string) sbom.Workload {
	return sbom.Workload{
		Name: platform + " " + f.Path, Role: "serving", Platform: platform, Kind: f.Name(), Limits: map[string]string{}, Settings: map[string]string{"program": platform},
		Labels: map[string]string{}, At: f.At(1),
		Security: sbom.Security{Privileged: sbom.Unstated, RunAsRoot: sbom.Unstated, PrivilegeEscalates: sbom.Unstated, HostNetwork: sbom.Unstated,
			HostPID: sbom.Unstated, HostIPC: sbom.Unstated, ReadOnlyRoot: sbom.Unstated, At: f.At(1)},
	}
}

// addressListener reads http://host:port.
func addressListener(address string, at sbom.At) (sbom.Listener, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return sbom.Listener{}, false
	}
	l := sbom.Listener{Address: u.Hostname(), Auth: sbom.Unstated, TLS: sbom.TriOf(u.Scheme == "https"), At: at}
	if _, port, err := net.SplitHostPort(u.Host); err == nil {
		l.Port, _ = strconv.Atoi(port)
	}
	return l, true
}

// triton reads the configuration of a model in a Triton repository, protocol buffer text
// format (triton-inference-server/common, model_config.proto).
var triton = sbom.Collector{
	Name:     "evidence/triton",
	Families: []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return strings.HasSuffix(f.Name(), ".pbtxt") && tritonMark.Match(f.Head)
	},
	MaxBytes: maxDocumentBytes,
	Collect:  collectTriton,
}

var (
	tritonMark  = regexp.MustCompile(`(?m)^\s*(platform|backend|max_batch_size|default_model_filename)\s*:`)
	tritonField = regexp.MustCompile(`(?m)^\s*(name|platform|backend|max_batch_size|default_model_filename)\s*:\s*"?([^"\n#]*)"?`)
)

func collectTriton(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	fields := map[string]any{}
	for _, m := range tritonField.FindAllSubmatch(topLevel(content), -1) {
		if _, seen := fields[string(m[1])]; !seen {
			fields[string(m[1])] = strings.TrimSpace(string(m[2]))
		}
	}
	name, _ := fields["name"].(string)
	if name == "" {
		name = f.Dir()[strings.LastIndexByte(f.Dir(), '/')+1:]
	}
	w := serverWorkload(f, "triton")
	w.Name = name
	for _, key := range []string{"platform", "backend"} {
		if v, _ := fields[key].(string); v != "" {
			w.Settings["backend"] = v
		}
	}
	if v, _ := fields["max_batch_size"].(string); v != "" {
		w.Limits["concurrency"] = v
	}
	w.Models = []sbom.WorkloadModel{{Name: name, URI: "./" + f.Dir(), RevisionKind: sbom.RevisionNone, TrafficPercent: -1, TrustRemoteCode: sbom.No, At: f.At(1)}}
	out.Documents = append(out.Documents, sbom.Document{Kind: "triton", Path: f.Path, Content: fields})
	out.Workloads = append(out.Workloads, w)
	return nil
}

// topLevel blanks everything inside braces and brackets, so that the name of an input
// is not taken for that of the model.
func topLevel(content []byte) []byte {
	out := bytes.Clone(content)
	depth := 0
	for i, c := range out {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth = max(0, depth-1)
		case '\n':
		default:
			if depth > 0 {
				out[i] = ' '
			}
		}
	}
	return out
}

// taskYAML reads recipes that start a workload elsewhere: SkyPilot tasks and services,
// BentoML build files, pipelines compiled by KFP.
var taskYAML = sbom.Collector{
	Name:     "evidence/tasks",
	Families: []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyDocuments},
	Match:    yamlFile,
	MaxBytes: maxManifestBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		sky := bytes.Contains(content, []byte("\nrun:")) || bytes.HasPrefix(content, []byte("run:"))
		kfp := bytes.Contains(content, []byte("deploymentSpec"))
		bento := f.Name() == "bentofile.yaml"
		if !sky && !kfp && !bento {
			return nil
		}
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyWorkloads, out)
		for _, root := range docs.Docs {
			switch {
			case bento && root.Has("service"):
				document(f, "bentofile", root, out)
			case root.Get("deploymentSpec", "executors") != nil:
				document(f, "kfp", root, out)
				kfpPipeline(f, root, out)
			case root.Get("run").Str() != "" && (root.Has("resources") || root.Has("num_nodes") || root.Has("service") && root.Has("envs")) && !root.Has("jobs"):
				document(f, "skypilot", root, out)
				skyTask(f, root, out)
			}
		}
		return nil
	},
}

// skyTask reads a SkyPilot task (SkyPilot, "YAML spec").
func skyTask(f *sbom.File, root *tree.Node, out *sbom.Inventory) {
	w := serverWorkload(f, "skypilot")
	w.Role, w.Kind, w.Settings, w.At = "", "task", map[string]string{}, root.KeyAt(f.Path, "run")
	if w.Name = root.Get("name").Str(); w.Name == "" {
		w.Name = strings.TrimSuffix(f.Name(), f.Ext())
	}
	run := container{words: shellWords(root.Get("run").Str(), root.Get("run").At(f.Path))}
	for _, key := range []string{"envs", "secrets"} {
		for _, p := range pairs(root.Get(key)) {
			v := variable(p.Key, p.Value.Str(), sbom.At{Path: f.Path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer})
			if p.Value.Kind == tree.Null {
				v.Source = "unresolved" // given with --env
			}
			run.env = append(run.env, v)
		}
	}
	if ref, ok := strings.CutPrefix(root.Get("resources", "image_id").Str(), "docker:"); ok {
		run.images = []sbom.Image{image(ref, root.Get("resources").KeyAt(f.Path, "image_id"))}
	}
	w.Images, w.Env = run.images, run.env
	w.Args = []string{redactText(root.Get("run").Str()[:min(len(root.Get("run").Str()), maxArgBytes)], "")}
	if a := root.Get("resources", "accelerators"); a != nil {
		w.Limits["gpu"] = a.Str()
	}
	var found []*program
	if p := readContainer(&w, run); p != nil {
		found = append(found, p)
	}
	kind := ""
	if root.Has("service") {
		kind = "serving"
	}
	decideRole(&w, kind, found)
	out.Workloads = append(out.Workloads, w)
}

// kfpPipeline reads the intermediate representation of KFP v2 (kubeflow/pipelines,
// pipeline_spec.proto).
func kfpPipeline(f *sbom.File, root *tree.Node, out *sbom.Inventory) {
	w := serverWorkload(f, "kfp")
	w.Role, w.Kind, w.Settings, w.At = "", "pipeline", map[string]string{}, root.KeyAt(f.Path, "deploymentSpec")
	if w.Name = root.Get("pipelineInfo", "name").Str(); w.Name == "" {
		w.Name = strings.TrimSuffix(f.Name(), f.Ext())
	}
	var found []*program
	for _, p := range pairs(root.Get("deploymentSpec", "executors")) {
		c := p.Value.Get("container")
		if c == nil {
			continue
		}
		run := container{words: append(wordsOf(f.Path, c.Get("command")), wordsOf(f.Path, c.Get("args"))...)}
		if ref := c.Get("image").Str(); ref != "" {
			run.images = []sbom.Image{image(ref, c.KeyAt(f.Path, "image"))}
		}
		for _, e := range items(c.Get("env")) {
			run.env = append(run.env, variable(e.Get("name").Str(), e.Get("value").Str(), e.KeyAt(f.Path, "value")))
		}
		w.Images, w.Env = append(w.Images, run.images...), append(w.Env, run.env...)
		for _, key := range []string{"accelerator", "gpu"} {
			if c.Get("resources", key) != nil {
				w.Limits["gpu"] = c.Get("resources", key, "count").Str()
			}
		}
		if program := readContainer(&w, run); program != nil {
			found = append(found, program)
		}
	}
	decideRole(&w, "pipeline", found)
	out.Workloads = append(out.Workloads, w)
}

// helmValues reads values files of charts: images and security contexts that templates
// put into manifests, which are not rendered.
var helmValues = sbom.Collector{
	Name:     "evidence/helm-values",
	Families: []sbom.Family{sbom.FamilyWorkloads, sbom.FamilyDocuments},
	Match: func(f *sbom.File) bool {
		return yamlFile(f) && strings.Contains(strings.ToLower(f.Name()), "values")
	},
	MaxBytes: maxManifestBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		docs := tree.Of(f)
		if docs.Template {
			out.Documents = append(out.Documents, sbom.Document{Kind: "template", Path: f.Path})
			return nil
		}
		docs.Problem(f, sbom.FamilyWorkloads, out)
		root := docs.Root()
		if root == nil || root.Kind != tree.Map || root.Has("apiVersion") {
			return nil
		}
		document(f, "helm-values", root, out)
		helmWorkload(f, root, out)
		return nil
	},
}

// helmWorkload states the workload of a values file when it names the image of a model
// program; what else a chart does only its templates say.
func helmWorkload(f *sbom.File, root *tree.Node, out *sbom.Inventory) {
	w := serverWorkload(f, "helm")
	w.Role, w.Kind, w.Settings, w.Name = "", "values", map[string]string{}, f.Path
	var found []*program
	root.Walk(func(key string, n *tree.Node) bool {
		if key != "image" {
			return true
		}
		ref := n.Str()
		at := n.At(f.Path)
		if n.Kind == tree.Map {
			ref = helmImage(n)
			at = n.KeyAt(f.Path, "repository")
		}
		if ref == "" {
			return true
		}
		img := image(ref, at)
		if p := programOf("", []sbom.Image{img}); p != nil {
			w.Images = append(w.Images, img)
			found = append(found, p)
		}
		return true
	})
	if len(found) == 0 {
		return
	}
	w.At = w.Images[0].At
	decideRole(&w, "runtime", found)
	out.Workloads = append(out.Workloads, w)
}

func helmImage(n *tree.Node) string {
	ref := n.Get("repository").Str()
	if registry := n.Get("registry").Str(); registry != "" && ref != "" {
		ref = registry + "/" + ref
	}
	if ref == "" {
		return ""
	}
	if tag := n.Get("tag").Str(); tag != "" {
		ref += ":" + tag
	}
	if digest := n.Get("digest").Str(); strings.HasPrefix(digest, "sha256:") {
		ref += "@" + digest
	}
	return ref
}

// exampleFile matches names of files that show what to write, and start nothing.
var exampleFile = regexp.MustCompile(`(?i)[._-](example|sample|template|tmpl|dist|defaults?)([._-]|$)`)

// dotEnv reads .env files, which set the environment of whatever is started beside them.
var dotEnv = sbom.Collector{
	Name:     "evidence/dotenv",
	Families: []sbom.Family{sbom.FamilyWorkloads},
	Match: func(f *sbom.File) bool {
		return (f.Name() == ".env" || strings.HasPrefix(f.Name(), ".env.") || f.Ext() == ".env") && !exampleFile.MatchString(f.Name())
	},
	MaxBytes: maxDocumentBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		w := serverWorkload(f, "environment")
		w.Role, w.Kind, w.Name, w.Settings = "other", ".env", f.Path, map[string]string{}
		for i, line := range strings.Split(string(content), "\n") {
			line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
			name, value, ok := strings.Cut(line, "=")
			if !ok || strings.HasPrefix(line, "#") || strings.ContainsAny(name, " \t") {
				continue
			}
			w.Env = append(w.Env, variable(name, strings.Trim(strings.TrimSpace(value), `"'`), f.At(i+1)))
		}
		if len(w.Env) > 0 {
			out.Workloads = append(out.Workloads, w)
		}
		return nil
	},
}
