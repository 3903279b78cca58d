package evidence

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/rhysd/actionlint"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// githubWorkflows reads GitHub Actions workflows ("Workflow syntax for GitHub Actions").
var githubWorkflows = sbom.Collector{
	Name:     "evidence/github-workflow",
	Families: []sbom.Family{sbom.FamilyPipelines},
	Match: func(f *sbom.File) bool {
		return (f.Ext() == ".yml" || f.Ext() == ".yaml") && strings.HasSuffix("/"+f.Dir(), "/.github/workflows")
	},
	Collect: collectWorkflow,
}

func collectWorkflow(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	w, problems := actionlint.Parse(content)
	if w == nil || len(w.Jobs) == 0 {
		for _, p := range problems {
			out.AddProblem(sbom.At{Path: f.Path, Line: p.Line, Offset: -1}, sbom.FamilyPipelines, "malformed", p.Message)
		}
		return nil
	}
	r := &workflowReader{file: f, workflow: w, triggers: triggers(f, w)}
	for _, id := range slices.Sorted(maps.Keys(w.Jobs)) {
		out.Pipelines = append(out.Pipelines, r.job(id, w.Jobs[id]))
	}
	return nil
}

type workflowReader struct {
	file     *sbom.File
	workflow *actionlint.Workflow
	triggers []sbom.Trigger
}

func (r *workflowReader) at(p *actionlint.Pos) sbom.At {
	if p == nil {
		return sbom.At{Path: r.file.Path}
	}
	return sbom.At{Path: r.file.Path, Line: p.Line, Column: p.Col}
}

func (r *workflowReader) job(id string, j *actionlint.Job) sbom.PipelineJob {
	job := sbom.PipelineJob{
		Name: id, Workflow: r.file.Path, Platform: "github", Triggers: r.triggers,
		Environment: environmentName(j.Environment), Needs: texts(j.Needs), Condition: text(j.If),
		Inputs: workflowInputs(r.workflow), At: r.at(j.Pos), SecretsInherited: sbom.No,
	}
	job.Permissions, job.PermissionsStated = permissions(r.workflow.Permissions, j.Permissions)
	if j.RunsOn != nil {
		job.RunsOn = append(texts(j.RunsOn.Labels), nonEmpty(text(j.RunsOn.LabelsExpr), text(j.RunsOn.Group))...)
	}
	if c := j.WorkflowCall; c != nil {
		job.Uses = text(c.Uses)
		job.SecretsInherited = sbom.TriOf(c.InheritSecrets)
		for _, s := range c.Secrets {
			job.Secrets = append(job.Secrets, secretNames(text(s.Value))...)
		}
	}
	job.Secrets = append(job.Secrets, envSecrets(r.workflow.Env)...)
	job.Secrets = append(job.Secrets, envSecrets(j.Env)...)
	for _, s := range j.Steps {
		step, secrets := r.step(s)
		job.Steps = append(job.Steps, step)
		job.Secrets = append(job.Secrets, secrets...)
		job.Purposes = append(job.Purposes, step.Purposes...)
	}
	if job.Uses != "" {
		job.Purposes = append(job.Purposes, purposes(job.Uses, "")...)
	}
	job.Secrets, job.Purposes = unique(job.Secrets), unique(job.Purposes)
	return job
}

func (r *workflowReader) step(s *actionlint.Step) (sbom.Step, []string) {
	step := sbom.Step{Name: text(s.Name), Condition: text(s.If), ContinueOnError: sbom.No, At: r.at(s.Pos), With: map[string]string{}}
	if b := s.ContinueOnError; b != nil {
		step.ContinueOnError = sbom.TriOf(b.Value)
		if b.Expression != nil {
			step.ContinueOnError = sbom.Unresolved
		}
	}
	secrets := envSecrets(s.Env)
	switch e := s.Exec.(type) {
	case *actionlint.ExecRun:
		step.Run = text(e.Run)
		step.Untrusted = untrusted(step.Run)
		secrets = append(secrets, secretNames(step.Run)...)
		if e.Run != nil {
			step.At = r.at(e.Run.Pos)
		}
	case *actionlint.ExecAction:
		step.Uses, step.Ref, _ = strings.Cut(text(e.Uses), "@")
		step.RefKind = actionRefKind(step.Uses, step.Ref)
		if e.Uses != nil {
			step.At = r.at(e.Uses.Pos)
		}
		for name, in := range e.Inputs {
			step.With[name] = text(in.Value)
			secrets = append(secrets, secretNames(text(in.Value))...)
		}
		// The only well-known action that evaluates its input as a program.
		if step.Uses == "actions/github-script" {
			step.Untrusted = untrusted(step.With["script"])
		}
	}
	step.Purposes = purposes(step.Uses, step.Run)
	return step, secrets
}

func triggers(f *sbom.File, w *actionlint.Workflow) []sbom.Trigger {
	var out []sbom.Trigger
	for _, e := range w.On {
		t := sbom.Trigger{Event: e.EventName(), At: sbom.At{Path: f.Path}}
		if h, ok := e.(*actionlint.WebhookEvent); ok {
			t.Types = texts(h.Types)
			t.Branches, t.Paths, t.Ignored = filter(h.Branches), filter(h.Paths), filter(h.PathsIgnore)
			if h.Pos != nil {
				t.At.Line, t.At.Column = h.Pos.Line, h.Pos.Col
			}
		}
		out = append(out, t)
	}
	return out
}

func filter(f *actionlint.WebhookEventFilter) []string {
	if f == nil {
		return nil
	}
	return texts(f.Values)
}

// permissions is what the job's token may do: the job's block replaces the workflow's.
func permissions(workflow, job *actionlint.Permissions) (map[string]string, sbom.Tri) {
	p := job
	if p == nil {
		p = workflow
	}
	scopes := map[string]string{}
	if p == nil {
		return scopes, sbom.No
	}
	switch all := text(p.All); all {
	case "write-all":
		scopes["*"] = "write"
	case "read-all":
		scopes["*"] = "read"
	}
	for _, s := range p.Scopes {
		scopes[text(s.Name)] = text(s.Value)
	}
	return scopes, sbom.Yes
}

// workflowInputs names the free-text inputs of workflow_dispatch and workflow_call.
func workflowInputs(w *actionlint.Workflow) []string {
	var names []string
	for _, e := range w.On {
		switch e := e.(type) {
		case *actionlint.WorkflowDispatchEvent:
			for _, in := range e.Inputs {
				if in.Type == actionlint.WorkflowDispatchEventInputTypeString || in.Type == actionlint.WorkflowDispatchEventInputTypeNone {
					names = append(names, text(in.Name))
				}
			}
		case *actionlint.WorkflowCallEvent:
			for _, in := range e.Inputs {
				if in.Type == actionlint.WorkflowCallEventInputTypeString {
					names = append(names, text(in.Name))
				}
			}
		}
	}
	return unique(names)
}

var (
	commitRef   = regexp.MustCompile(`^[0-9a-f]{40}$`)
	versionRef  = regexp.MustCompile(`^v?[0-9]+(\.[0-9]+)*([-+.][0-9A-Za-z.]+)?$`)
	expression  = regexp.MustCompile(`\$\{\{(.*?)\}\}`)
	secretInUse = regexp.MustCompile(`\bsecrets\.([A-Za-z_][A-Za-z0-9_]*)`)
	// outsider matches the event fields that anybody who can open an issue or a pull
	// request writes (GitHub, "Understanding the risk of script injections").
	outsider = regexp.MustCompile(`github\.(head_ref|event\.(` +
		`(issue|pull_request|discussion)\.(title|body)|` +
		`pull_request\.head\.(ref|label|repo\.(default_branch|description|homepage|full_name))|` +
		`(comment|review|review_comment)\.body|` +
		`(pages|commits|head_commit)(\.\*|\[[^]]*\])?(\.[a-z_]+)*\.(page_name|message|author\.(name|email)|committer\.(name|email))|` +
		`head_commit\.(message|author\.(name|email)|committer\.(name|email))|` +
		`workflow_run\.(head_branch|display_title|head_commit\.(message|author\.(name|email))|head_repository\.description|pull_requests[^ ]*head\.ref)))`)
)

// actionRefKind tells what follows the @ of uses: only a full commit is immutable, and
// local actions and images by digest have no ref to move.
func actionRefKind(uses, ref string) string {
	switch {
	case strings.HasPrefix(uses, "./"), strings.HasPrefix(uses, "docker://"):
		return "local"
	case commitRef.MatchString(ref):
		return sbom.RevisionCommit
	case versionRef.MatchString(ref):
		return sbom.RevisionTag
	case ref == "":
		return sbom.RevisionNone
	}
	return sbom.RevisionBranch
}

// untrusted lists the expressions in a script that an outsider controls.
func untrusted(script string) []string {
	var out []string
	for _, m := range expression.FindAllStringSubmatch(script, -1) {
		if outsider.MatchString(m[1]) {
			out = append(out, strings.TrimSpace(m[1]))
		}
	}
	return unique(out)
}

func secretNames(value string) []string {
	var out []string
	for _, m := range secretInUse.FindAllStringSubmatch(value, -1) {
		if m[1] != "GITHUB_TOKEN" { // every job has it; its power is in permissions
			out = append(out, m[1])
		}
	}
	return out
}

func envSecrets(env *actionlint.Env) []string {
	if env == nil {
		return nil
	}
	var out []string
	for _, v := range env.Vars {
		out = append(out, secretNames(text(v.Value))...)
	}
	return append(out, secretNames(text(env.Expression))...)
}

func environmentName(e *actionlint.Environment) string {
	if e == nil {
		return ""
	}
	return text(e.Name)
}

func text(s *actionlint.String) string {
	if s == nil {
		return ""
	}
	return s.Value
}

func texts(list []*actionlint.String) []string {
	var out []string
	for _, s := range list {
		if s != nil {
			out = append(out, s.Value)
		}
	}
	return out
}

func nonEmpty(list ...string) []string {
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// unique sorts a list and drops what it repeats.
func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// purpose says what a step is for, by the program or action it runs.
type purpose struct {
	name    string
	pattern *regexp.Regexp
}

// purposeRules name programs by what they do to a model: a rule is about the verb of a
// tool, so that a step that merely mentions a word has no purpose.
var purposeRules = []purpose{
	{"train", regexp.MustCompile(`(?m)(^|[\s;&|])(accelerate\s+launch|torchrun|deepspeed|axolotl\s+train|llamafactory-cli\s+train|tune\s+run|litgpt\s+(finetune|pretrain)|dvc\s+repro|python3?\s+(-m\s+)?\S*(train|finetune|fine_tune)\S*)`)},
	{"deploy", regexp.MustCompile(`(?m)(^|[\s;&|])(kubectl\s+(-\S+\s+)*(apply|set\s+image|rollout\s+restart|replace|create)|helm\s+(upgrade|install)|terraform\s+apply|gcloud\s+(run\s+deploy|ai\s+endpoints\s+deploy-model)|aws\s+(sagemaker\s+(create|update)-endpoint|ecs\s+update-service|lambda\s+update-function-code)|az\s+ml\s+online-(deployment|endpoint)\s+(create|update)|argocd\s+app\s+sync|fly\s+deploy|modal\s+deploy|cog\s+push|bentoml\s+deploy|skaffold\s+run)`)},
	{"publish", regexp.MustCompile(`(?m)(^|[\s;&|])(huggingface-cli\s+upload|hf\s+upload|twine\s+upload|docker\s+push|oras\s+push|kit\s+push|mlflow\s+models?\s+\S*push|git\s+lfs\s+push)`)},
	{"gate", regexp.MustCompile(`(?m)(^|[\s;&|/])mlpolicy\s+(check|gate|verify)`)},
	{"attest", regexp.MustCompile(`(?m)(^|[\s;&|])(cosign\s+(attest|sign)|mlpolicy\s+(attest|sign)|model_signing\s+sign|gh\s+attestation)`)},
	{"test", regexp.MustCompile(`(?m)(^|[\s;&|])(pytest|tox|nox|go\s+test|make\s+(test|check)|python3?\s+-m\s+(pytest|unittest)|lm_eval)`)},
}

// purposeActions are actions by the prefix of uses.
var purposeActions = map[string]string{
	"actions/attest":                    "attest",
	"slsa-framework/slsa-github-":       "attest",
	"sigstore/":                         "attest",
	"mlpolicy/":                         "gate",
	"pypa/gh-action-pypi-publish":       "publish",
	"docker/build-push-action":          "publish",
	"azure/k8s-deploy":                  "deploy",
	"azure/webapps-deploy":              "deploy",
	"aws-actions/amazon-ecs-deploy":     "deploy",
	"google-github-actions/deploy-":     "deploy",
	"huggingface/hub-sync":              "publish",
	"appleboy/ssh-action":               "deploy",
	"actions/upload-artifact":           "upload",
	"actions/download-artifact":         "download",
	"actions/cache":                     "cache",
	"actions/checkout":                  "checkout",
	"aws-actions/configure-aws-":        "cloud_login",
	"google-github-actions/auth":        "cloud_login",
	"azure/login":                       "cloud_login",
	"slsa-framework/slsa-verifier/acti": "gate",
}

func purposes(uses, run string) []string {
	var out []string
	for prefix, name := range purposeActions {
		if strings.HasPrefix(strings.ToLower(uses), prefix) {
			out = append(out, name)
		}
	}
	code := uncommented(run)
	for _, rule := range purposeRules {
		if rule.pattern.MatchString(code) {
			out = append(out, rule.name)
		}
	}
	return unique(out)
}

// uncommented drops comment lines and lines that only print.
func uncommented(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "echo ") {
			continue
		}
		fmt.Fprint(&b, line)
	}
	return b.String()
}
