package evidence

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// gitlabCI reads GitLab pipelines (GitLab, "CI/CD YAML syntax reference"). Included
// files are read when they lie in the source; nothing is fetched.
var gitlabCI = sbom.Collector{
	Name:     "evidence/gitlab-ci",
	Families: []sbom.Family{sbom.FamilyPipelines},
	Match: func(f *sbom.File) bool {
		return f.Path == ".gitlab-ci.yml" || strings.HasSuffix(f.Name(), ".gitlab-ci.yml") || (f.Ext() == ".yml" || f.Ext() == ".yaml") && strings.HasPrefix(f.Path, ".gitlab/ci/")
	},
	Collect: collectGitLab,
}

// gitlabKeywords are the keys of a pipeline that are no jobs.
var gitlabKeywords = map[string]bool{
	"default": true, "include": true, "stages": true, "variables": true, "workflow": true, "image": true, "services": true,
	"cache": true, "before_script": true, "after_script": true, "pages": false, "spec": true,
}

func collectGitLab(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	docs := tree.Of(f)
	if docs.Template {
		return nil
	}
	docs.Problem(f, sbom.FamilyPipelines, out)
	for _, root := range docs.Docs {
		if root.Kind != tree.Map {
			continue
		}
		for _, p := range root.Pairs {
			if gitlabKeywords[p.Key] || strings.HasPrefix(p.Key, ".") || p.Value.Kind != tree.Map || !isGitLabJob(p.Value) {
				continue
			}
			out.Pipelines = append(out.Pipelines, gitlabJob(f, root, p))
		}
	}
	return nil
}

func isGitLabJob(n *tree.Node) bool {
	return n.Has("script") || n.Has("trigger") || n.Has("extends") || n.Has("run")
}

func gitlabJob(f *sbom.File, root *tree.Node, p tree.Pair) sbom.PipelineJob {
	n := p.Value
	job := sbom.PipelineJob{
		Name: p.Key, Workflow: f.Path, Platform: "gitlab", Triggers: gitlabTriggers(f, root, n), Permissions: map[string]string{},
		PermissionsStated: sbom.Unstated, RunsOn: n.Get("tags").Strings(), Environment: scalarOr(n.Get("environment"), "name"),
		Needs: gitlabNeeds(n), SecretsInherited: sbom.Unstated, At: sbom.At{Path: f.Path, Line: p.Line, Column: p.Column, Pointer: n.Pointer},
	}
	env := mergedEnv(root.Get("variables"), n.Get("variables"))
	allowed := sbom.No
	if a := n.Get("allow_failure"); a != nil {
		allowed = a.Tri()
	}
	for _, key := range []string{"before_script", "script", "after_script"} {
		lines := n.Get(key)
		if lines == nil && key == "before_script" {
			lines = root.Get("default", key)
		}
		if lines == nil {
			continue
		}
		at := n.KeyAt(f.Path, key)
		if lines.Kind != tree.List {
			lines = &tree.Node{Kind: tree.List, Items: []*tree.Node{lines}, Line: lines.Line}
		}
		for _, line := range lines.Items {
			run := line.Str()
			if run == "" {
				continue
			}
			if line.Line > 0 {
				at = line.At(f.Path)
			}
			step := sbom.Step{Name: key, Run: run, With: map[string]string{}, Env: env, ContinueOnError: allowed, At: at,
				Scripts: scripts(run, ""), Purposes: purposes("", run), Untrusted: gitlabUntrusted(run)}
			job.Steps = append(job.Steps, step)
			job.Purposes = append(job.Purposes, step.Purposes...)
		}
	}
	for _, key := range []string{"secrets", "id_tokens"} {
		if s := n.Get(key); s != nil {
			for _, pair := range s.Pairs {
				job.Secrets = append(job.Secrets, pair.Key)
			}
		}
	}
	job.Secrets, job.Purposes = unique(job.Secrets), unique(job.Purposes)
	return job
}

// gitlabTriggers are the pipeline sources that the rules of the job, or of the workflow,
// name (GitLab, CI_PIPELINE_SOURCE).
func gitlabTriggers(f *sbom.File, root, job *tree.Node) []sbom.Trigger {
	var out []sbom.Trigger
	seen := map[string]bool{}
	add := func(event string, at sbom.At) {
		if !seen[event] {
			seen[event] = true
			out = append(out, sbom.Trigger{Event: event, At: at})
		}
	}
	for _, rules := range []*tree.Node{job.Get("rules"), root.Get("workflow", "rules")} {
		if rules == nil {
			continue
		}
		for _, rule := range rules.Items {
			for _, m := range pipelineSource.FindAllStringSubmatch(rule.Get("if").Str(), -1) {
				add(gitlabEvent(m[1]), rule.At(f.Path))
			}
		}
	}
	for _, only := range job.Get("only").Strings() {
		switch only {
		case "merge_requests", "schedules", "tags", "pushes", "triggers", "external_pull_requests":
			add(gitlabEvent(strings.TrimSuffix(only, "s")), job.KeyAt(f.Path, "only"))
		}
	}
	return out
}

var pipelineSource = regexp.MustCompile(`\$CI_PIPELINE_SOURCE\s*==\s*["']([a-z_]+)["']`)

func gitlabEvent(source string) string {
	switch source {
	case "merge_request_event", "merge_request", "external_pull_request_event", "external_pull_request":
		return "pull_request"
	case "pushe":
		return "push"
	}
	return source
}

func gitlabNeeds(n *tree.Node) []string {
	needs := n.Get("needs")
	if needs == nil || needs.Kind != tree.List {
		return n.Get("dependencies").Strings()
	}
	var out []string
	for _, item := range needs.Items {
		out = append(out, nonEmpty(scalarOr(item, "job"))...)
	}
	return out
}

// gitlabOutsider are predefined variables that whoever opens a merge request writes.
var gitlabOutsider = regexp.MustCompile(`eval[^\n]*\$\{?(CI_MERGE_REQUEST_(TITLE|DESCRIPTION|SOURCE_BRANCH_NAME)|CI_COMMIT_(MESSAGE|TITLE|DESCRIPTION|REF_NAME))`)

// gitlabUntrusted: the shell expands a variable, it does not run what is in it, unless
// the script evaluates it.
func gitlabUntrusted(run string) []string {
	var out []string
	for _, m := range gitlabOutsider.FindAllStringSubmatch(run, -1) {
		out = append(out, m[1])
	}
	return unique(out)
}

// dvcPipeline reads the stages of dvc.yaml as jobs (DVC, "dvc.yaml").
var dvcPipeline = sbom.Collector{
	Name:     "evidence/dvc-pipeline",
	Families: []sbom.Family{sbom.FamilyPipelines},
	Match:    func(f *sbom.File) bool { return f.Name() == "dvc.yaml" },
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyPipelines, out)
		stages := docs.Root().Get("stages")
		if stages == nil {
			return nil
		}
		for _, p := range stages.Pairs {
			n := p.Value
			if do := n.Get("do"); do != nil { // a foreach stage
				n = do
			}
			run := strings.Join(n.Get("cmd").Strings(), "\n")
			step := sbom.Step{Name: p.Key, Run: run, With: map[string]string{}, Env: map[string]string{}, ContinueOnError: sbom.No, At: n.KeyAt(f.Path, "cmd"),
				Scripts: scripts(run, path.Join(f.Dir(), n.Get("wdir").Str())), Purposes: purposes("", run)}
			out.Pipelines = append(out.Pipelines, sbom.PipelineJob{
				Name: p.Key, Workflow: f.Path, Platform: "dvc", Permissions: map[string]string{}, PermissionsStated: sbom.Unstated, Steps: []sbom.Step{step},
				SecretsInherited: sbom.Unstated, Purposes: step.Purposes, At: sbom.At{Path: f.Path, Line: p.Line, Column: p.Column, Pointer: p.Value.Pointer},
			})
		}
		return nil
	},
}

// taskPipelines reads the tasks of Argo Workflows (argoproj.io) and of compiled Kubeflow
// pipelines (KFP v2 IR, deploymentSpec.executors).
var taskPipelines = sbom.Collector{
	Name:     "evidence/task-pipeline",
	Families: []sbom.Family{sbom.FamilyPipelines},
	Match: func(f *sbom.File) bool {
		return (f.Ext() == ".yaml" || f.Ext() == ".yml") && f.Within(maxMonitorBytes)
	},
	MaxBytes: maxMonitorBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		text := string(content)
		if !strings.Contains(text, "argoproj.io/") && !strings.Contains(text, "deploymentSpec:") {
			return nil
		}
		docs := tree.Of(f)
		for _, doc := range docs.Docs {
			switch kind := doc.Get("kind").Str(); {
			case strings.HasPrefix(doc.Get("apiVersion").Str(), "argoproj.io/") && strings.Contains(kind, "Workflow"):
				spec := doc.Get("spec")
				if nested := spec.Get("workflowSpec"); nested != nil {
					spec = nested
				}
				argoTasks(f, doc, spec, out)
			case doc.Get("deploymentSpec", "executors") != nil:
				for _, p := range doc.Get("deploymentSpec", "executors").Pairs {
					taskJob(f, "kfp", strings.TrimPrefix(p.Key, "exec-"), nil, p.Value, p.Value.Get("container"), out)
				}
			}
		}
		return nil
	},
}

func argoTasks(f *sbom.File, doc, spec *tree.Node, out *sbom.Inventory) {
	var triggers []sbom.Trigger
	if doc.Get("kind").Str() == "CronWorkflow" {
		triggers = []sbom.Trigger{{Event: "schedule", At: doc.Get("spec").KeyAt(f.Path, "schedule")}}
	}
	templates := spec.Get("templates")
	if templates == nil {
		return
	}
	for _, t := range templates.Items {
		for _, key := range []string{"container", "script"} {
			if c := t.Get(key); c != nil {
				taskJob(f, "argo", t.Get("name").Str(), triggers, t, c, out)
			}
		}
	}
}

func taskJob(f *sbom.File, platform, name string, triggers []sbom.Trigger, owner, container *tree.Node, out *sbom.Inventory) {
	parts := append(container.Get("command").Strings(), container.Get("args").Strings()...)
	run := strings.Join(append(parts, nonEmpty(container.Get("source").Str())...), " ")
	step := sbom.Step{Name: name, Run: run, With: map[string]string{}, Env: map[string]string{}, ContinueOnError: sbom.No,
		At: container.At(f.Path), Scripts: scripts(run, ""), Purposes: purposes("", run)}
	out.Pipelines = append(out.Pipelines, sbom.PipelineJob{
		Name: name, Workflow: f.Path, Platform: platform, Triggers: triggers, Permissions: map[string]string{}, PermissionsStated: sbom.Unstated,
		Steps: []sbom.Step{step}, SecretsInherited: sbom.Unstated, Purposes: step.Purposes, At: owner.At(f.Path),
	})
}
