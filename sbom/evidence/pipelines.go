package evidence

import (
	"context"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// githubWorkflows reads GitHub Actions workflows ("Workflow syntax for GitHub Actions").
//
// The tree that every reader of YAML shares is enough: of actionlint only the parser was
// used, and a dependency of its printer costs 30 ms at start-up.
var githubWorkflows = sbom.Collector{
	Name:     "evidence/github-workflow",
	Families: []sbom.Family{sbom.FamilyPipelines},
	Match: func(f *sbom.File) bool {
		return (f.Ext() == ".yml" || f.Ext() == ".yaml") && strings.HasSuffix("/"+f.Dir(), "/.github/workflows")
	},
	Collect: collectWorkflow,
}

func collectWorkflow(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	docs := tree.Of(f)
	if docs.Template {
		return nil // listed as a template
	}
	docs.Problem(f, sbom.FamilyPipelines, out)
	if docs.Err != nil {
		return nil
	}
	root := docs.Root()
	jobs := root.Get("jobs")
	if jobs == nil || jobs.Kind != tree.Map || len(jobs.Pairs) == 0 {
		at := root.KeyAt(f.Path, "jobs")
		at.Offset = -1
		out.AddProblem(at, sbom.FamilyPipelines, "malformed", `workflow has no "jobs"`)
		return nil
	}
	w := &workflowReader{file: f, root: root, triggers: workflowTriggers(f, root)}
	pairs := slices.Clone(jobs.Pairs)
	slices.SortStableFunc(pairs, func(a, b tree.Pair) int { return strings.Compare(a.Key, b.Key) })
	for _, p := range pairs {
		if p.Value.Kind != tree.Map {
			out.AddProblem(sbom.At{Path: f.Path, Line: p.Line, Offset: -1}, sbom.FamilyPipelines, "malformed", "job "+p.Key+" is no map")
			continue
		}
		out.Pipelines = append(out.Pipelines, w.job(p))
	}
	return nil
}

type workflowReader struct {
	file     *sbom.File
	root     *tree.Node
	triggers []sbom.Trigger
}

func (w *workflowReader) job(p tree.Pair) sbom.PipelineJob {
	n := p.Value
	job := sbom.PipelineJob{
		Name: p.Key, Workflow: w.file.Path, Platform: "github", Triggers: w.triggers,
		Environment: scalarOr(n.Get("environment"), "name"), Needs: n.Get("needs").Strings(), Condition: n.Get("if").Str(),
		Inputs: w.inputs(), At: sbom.At{Path: w.file.Path, Line: p.Line, Column: p.Column, Pointer: n.Pointer}, SecretsInherited: sbom.No,
	}
	job.Permissions, job.PermissionsStated = tokenPermissions(w.root.Get("permissions"), n.Get("permissions"))
	job.RunsOn = runners(n.Get("runs-on"))
	env := mergedEnv(w.root.Get("env"), n.Get("env"))
	secrets := append(secretsIn(w.root.Get("env")), secretsIn(n.Get("env"))...)
	if uses := n.Get("uses").Str(); uses != "" {
		job.Uses = uses
		job.SecretsInherited = sbom.TriOf(n.Get("secrets").Str() == "inherit")
		secrets = append(secrets, secretsIn(n.Get("secrets"))...)
		job.Purposes = append(job.Purposes, purposes(uses, "")...)
	}
	if steps := n.Get("steps"); steps != nil {
		for _, s := range steps.Items {
			step, named := w.step(s, n, env)
			job.Steps = append(job.Steps, step)
			secrets = append(secrets, named...)
			job.Purposes = append(job.Purposes, step.Purposes...)
		}
	}
	job.Secrets, job.Purposes = unique(secrets), unique(job.Purposes)
	return job
}

func (w *workflowReader) step(n, job *tree.Node, inherited map[string]string) (sbom.Step, []string) {
	step := sbom.Step{
		Name: n.Get("name").Str(), Condition: n.Get("if").Str(), ContinueOnError: sbom.No, At: n.At(w.file.Path),
		With: scalarMap(n.Get("with")), Env: withEnv(inherited, n.Get("env")),
	}
	if c := n.Get("continue-on-error"); c != nil {
		step.ContinueOnError = c.Tri()
	}
	secrets := append(secretsIn(n.Get("env")), secretsIn(n.Get("with"))...)
	switch {
	case n.Has("run"):
		step.Run = n.Get("run").Str()
		step.At = n.KeyAt(w.file.Path, "run")
		step.Untrusted = untrusted(step.Run)
		secrets = append(secrets, secretNames(step.Run)...)
		dir := n.Get("working-directory").Str()
		for _, d := range []*tree.Node{job, w.root} {
			if dir == "" {
				dir = d.Get("defaults", "run", "working-directory").Str()
			}
		}
		step.Scripts = scripts(step.Run, dir)
	case n.Has("uses"):
		step.Uses, step.Ref, _ = strings.Cut(n.Get("uses").Str(), "@")
		step.RefKind = actionRefKind(step.Uses, step.Ref)
		step.At = n.KeyAt(w.file.Path, "uses")
		// The only well-known action that evaluates its input as a program.
		if step.Uses == "actions/github-script" {
			step.Untrusted = untrusted(step.With["script"])
		}
	}
	step.Purposes = purposes(step.Uses, step.Run)
	if push := step.With["push"]; step.Uses == "docker/build-push-action" && (push == "" || push == "false") {
		step.Purposes = []string{"build"}
	}
	return step, secrets
}

// workflowTriggers reads "on": one event, a list of events, or a map with filters.
func workflowTriggers(f *sbom.File, root *tree.Node) []sbom.Trigger {
	on := root.Get("on")
	var out []sbom.Trigger
	switch {
	case on == nil:
	case on.Kind == tree.Map:
		for _, p := range on.Pairs {
			t := sbom.Trigger{Event: p.Key, Types: p.Value.Get("types").Strings(), Branches: p.Value.Get("branches").Strings(),
				Paths: p.Value.Get("paths").Strings(), Ignored: p.Value.Get("paths-ignore").Strings(),
				At: sbom.At{Path: f.Path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer}}
			out = append(out, t)
		}
	default:
		for _, event := range on.Strings() {
			out = append(out, sbom.Trigger{Event: event, At: on.At(f.Path)})
		}
	}
	return out
}

// inputs names the free-text inputs of workflow_dispatch and workflow_call.
func (w *workflowReader) inputs() []string {
	var names []string
	for _, event := range []string{"workflow_dispatch", "workflow_call"} {
		inputs := w.root.Get("on", event, "inputs")
		if inputs == nil {
			continue
		}
		for _, p := range inputs.Pairs {
			if kind := p.Value.Get("type").Str(); kind == "" && event == "workflow_dispatch" || kind == "string" {
				names = append(names, p.Key)
			}
		}
	}
	return unique(names)
}

// tokenPermissions is what the job's token may do: the job's block replaces the workflow's.
func tokenPermissions(workflow, job *tree.Node) (map[string]string, sbom.Tri) {
	n := job
	if n == nil {
		n = workflow
	}
	scopes := map[string]string{}
	if n == nil || n.Kind == tree.Null {
		return scopes, sbom.No
	}
	switch n.Str() {
	case "write-all":
		scopes["*"] = "write"
	case "read-all":
		scopes["*"] = "read"
	}
	for _, p := range n.Pairs {
		scopes[p.Key] = p.Value.Str()
	}
	return scopes, sbom.Yes
}

// runners are the labels or the group a job runs on.
func runners(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind == tree.Map {
		return append(n.Get("labels").Strings(), nonEmpty(n.Get("group").Str())...)
	}
	return n.Strings()
}

// scalarOr is the text of a scalar, or of the key of a map.
func scalarOr(n *tree.Node, key string) string {
	if n != nil && n.Kind == tree.Map {
		return n.Get(key).Str()
	}
	return n.Str()
}

// mergedEnv joins blocks of environment variables; the later wins.
func mergedEnv(blocks ...*tree.Node) map[string]string {
	env := map[string]string{}
	for _, n := range blocks {
		if n == nil {
			continue
		}
		for _, p := range n.Pairs {
			value := p.Value.Str()
			if secretKey(p.Key) && !strings.Contains(value, "$") {
				value = ""
			}
			env[p.Key] = value
		}
	}
	return env
}

func withEnv(inherited map[string]string, n *tree.Node) map[string]string {
	env := mergedEnv(n)
	for name, value := range inherited {
		if _, own := env[name]; !own {
			env[name] = value
		}
	}
	return env
}

// secretsIn names the secrets that a block of values uses.
func secretsIn(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	out := secretNames(n.Str())
	for _, p := range n.Pairs {
		out = append(out, secretNames(p.Value.Str())...)
	}
	return out
}

// scriptCall is a program that is started with a script of the source.
var scriptCall = regexp.MustCompile(`(?m)(?:^|[\s;&|(])(?:(?:python[0-9.]*|bash|sh|accelerate launch|torchrun|deepspeed|uv run|poetry run(?: python)?)(?:\s+-{1,2}[A-Za-z_][^\s]*(?:[= ][0-9]+)?)*\s+|\./)([A-Za-z0-9_./-]+\.(?:py|sh))\b`)

// pythonModule is python -m package.module.
var pythonModule = regexp.MustCompile(`python[0-9.]*\s+-m\s+([A-Za-z_][A-Za-z0-9_.]*)`)

// changeDir is a cd that the following lines run below.
var changeDir = regexp.MustCompile(`^\s*cd\s+([A-Za-z0-9_./-]+)\s*(?:&&|$|;)`)

// scripts are the scripts of the source that a shell text starts, from the root where
// the working directory is known.
func scripts(run, dir string) []string {
	if strings.Contains(dir, "$") {
		dir = ""
	}
	var out []string
	for line := range strings.Lines(uncommented(run)) {
		if m := changeDir.FindStringSubmatch(strings.TrimRight(line, "\n")); m != nil {
			dir = path.Join(dir, m[1])
		}
		for _, m := range scriptCall.FindAllStringSubmatch(line, -1) {
			out = append(out, path.Join(dir, m[1]))
		}
		for _, m := range pythonModule.FindAllStringSubmatch(line, -1) {
			out = append(out, path.Join(dir, strings.ReplaceAll(m[1], ".", "/")+".py"))
		}
	}
	return unique(out)
}
