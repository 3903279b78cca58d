package evidence

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

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
		b.WriteString(line)
	}
	return b.String()
}

// pipedInstall finds downloads that are piped into a shell or an interpreter, in scripts,
// Dockerfiles and pipelines, as calls named "pipe to shell" with the address, the program
// that fetches and the one that runs.
var pipedInstall = sbom.Collector{
	Name:     "evidence/pipe-to-shell",
	Families: []sbom.Family{sbom.FamilyCalls},
	Match: func(f *sbom.File) bool {
		switch f.Ext() {
		case ".sh", ".bash", ".zsh", ".mk", ".slurm", ".sbatch":
			return true
		case ".yml", ".yaml":
			return strings.Contains("/"+f.Path, "/.github/") || strings.Contains(f.Name(), "gitlab-ci") || strings.Contains(f.Name(), "cloudbuild")
		}
		name := strings.ToLower(f.Name())
		return strings.HasPrefix(name, "dockerfile") || strings.HasSuffix(name, ".dockerfile") || name == "containerfile" || name == "makefile"
	},
	MaxBytes: maxPipedBytes,
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		pipedCalls(f, string(content), out)
		return nil
	},
}

// maxPipedBytes bounds scripts; a longer one is generated, or padded, and is a Problem.
const maxPipedBytes = 1 << 20

// piped is curl … | sh, wget … | sudo bash -s -- …. What follows the program tells
// whether it runs its standard input.
var piped = regexp.MustCompile(`\b(curl|wget)\b([^|;#\n]*)\|\s*(?:sudo\s+(?:-\S+\s+)*)?(?:tee\s+\S+\s*\|\s*)?(?:env\s+(?:\S+=\S+\s+)*)?(?:\S*/)?(bash|sh|zsh|dash|ksh|python3?|perl|ruby|node)\b([^|;&)"'\n]*)`)

// runsInput tells whether a program with these arguments runs what is piped into it: a
// shell without a script of its own, an interpreter without arguments.
func runsInput(program, arguments string) bool {
	fields := strings.Fields(arguments)
	if len(fields) == 0 || fields[0] == "-" {
		return true
	}
	shell := strings.HasSuffix(program, "sh")
	return shell && strings.HasPrefix(fields[0], "-") && !strings.HasPrefix(fields[0], "-c")
}

// substituted is a shell that is given the download as its script.
var substituted = regexp.MustCompile(`\b(bash|sh|zsh|eval)\b\s+(?:-c\s+)?["']?(?:<\(|\$\(|` + "`" + `)\s*(curl|wget)\b([^)` + "`" + `\n]*)`)

var pipedURL = regexp.MustCompile(`https?://[^\s"'|)\\]+|\$\{?[A-Za-z_][A-Za-z0-9_]*\}?`)

func pipedCalls(f *sbom.File, text string, out *sbom.Inventory) {
	checks := sbom.TriOf(strings.Contains(text, "sha256sum -c") || strings.Contains(text, "sha256sum --check") || strings.Contains(text, "shasum -a 256 -c"))
	line, start, joined := 0, 0, ""
	for raw := range strings.Lines(text) {
		line++
		trimmed := strings.TrimSpace(raw)
		if joined == "" {
			start = line
		}
		if strings.HasPrefix(trimmed, "#") || strings.HasPrefix(trimmed, "echo ") {
			continue
		}
		if strings.HasSuffix(trimmed, "\\") && len(joined) < maxPipedBytes {
			joined += strings.TrimSuffix(trimmed, "\\") + " "
			continue
		}
		joined += trimmed
		for _, c := range pipesOf(joined) {
			out.Calls = append(out.Calls, sbom.Call{Callee: "pipe to shell", Args: map[string]string{"0": c[2], "fetch": c[0], "shell": c[1]}, ChecksHash: checks, ReadsOwn: sbom.No, At: f.At(start)})
		}
		joined = ""
	}
}

// pipesOf lists, for one command line, what fetches, what runs it, and the address.
func pipesOf(command string) [][3]string {
	var out [][3]string
	for _, m := range piped.FindAllStringSubmatch(command, -1) {
		if runsInput(m[3], m[4]) {
			out = append(out, [3]string{m[1], m[3], pipedURL.FindString(m[2])})
		}
	}
	for _, m := range substituted.FindAllStringSubmatch(command, -1) {
		out = append(out, [3]string{m[2], m[1], pipedURL.FindString(m[3])})
	}
	return out
}
