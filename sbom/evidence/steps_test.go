package evidence

import (
	"slices"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestScripts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		run, dir string
		want     []string
	}{
		{"python train.py --lr 1", "", []string{"train.py"}},
		{"# python no.py\necho python no.py\nCUDA=1 python3 -u src/eval.py", "", []string{"src/eval.py"}},
		{"accelerate launch --num_processes 8 train/sft.py", "", []string{"train/sft.py"}},
		{"cd sub\npython a.py\nbash b.sh", "app", []string{"app/sub/a.py", "app/sub/b.sh"}},
		{"python -m pkg.mod", "", []string{"pkg/mod.py"}},
		{"./run.sh && pip install x.py", "", []string{"run.sh"}},
		{"python a.py", "${{ matrix.dir }}", []string{"a.py"}},
	}
	for _, test := range tests {
		if got := scripts(test.run, test.dir); !slices.Equal(got, test.want) {
			t.Errorf("%q in %q: got %v, want %v", test.run, test.dir, got, test.want)
		}
	}
}

func TestWorkflowShapes(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{
		".github/workflows/a.yml": `on: [push, pull_request]
env: {REGION: eu, DB_PASSWORD: hunter2}
permissions: read-all
jobs:
  one:
    runs-on: {group: gpu, labels: [big]}
    environment: {name: prod}
    if: github.event_name == 'push'
    env: {KEY: "${{ secrets.KEY }}"}
    steps:
      - run: python x.py
        working-directory: app
        env: {LEVEL: "1"}
  two:
    uses: acme/flows/.github/workflows/x.yml@main
    secrets: inherit
`,
		".github/workflows/empty.yml":  "name: x\n",
		".github/workflows/broken.yml": "jobs:\n  a: [\n",
		".github/workflows/helm.yml":   "jobs:\n  {{- range .Values.jobs }}\n  a: [\n",
		".github/dependabot.yml":       "version: 2\n",
	})
	if len(inv.Pipelines) != 2 || len(inv.Problems) == 0 {
		t.Fatalf("jobs %+v, problems %+v", inv.Pipelines, inv.Problems)
	}
	one, two := inv.Pipelines[0], inv.Pipelines[1]
	if !slices.Equal(one.RunsOn, []string{"big", "gpu"}) || one.Environment != "prod" || one.Permissions["*"] != "read" || len(one.Triggers) != 2 || one.At.Line != 5 {
		t.Errorf("one %+v", one)
	}
	step := one.Steps[0]
	if step.Env["LEVEL"] != "1" || step.Env["REGION"] != "eu" || step.Env["DB_PASSWORD"] != "" || !slices.Equal(step.Scripts, []string{"app/x.py"}) || !slices.Equal(one.Secrets, []string{"KEY"}) {
		t.Errorf("step %+v, secrets %v", step, one.Secrets)
	}
	if two.SecretsInherited != sbom.Yes || two.Uses != "acme/flows/.github/workflows/x.yml@main" {
		t.Errorf("two %+v", two)
	}
	broken := map[string]bool{}
	for _, p := range inv.Problems {
		if p.Family == sbom.FamilyPipelines {
			broken[p.Path] = true
		}
	}
	if !broken[".github/workflows/empty.yml"] || !broken[".github/workflows/broken.yml"] || broken[".github/workflows/helm.yml"] {
		t.Errorf("problems %+v", inv.Problems)
	}
}

func TestOtherPipelines(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{
		".gitlab-ci.yml": `variables: {A: "1"}
.hidden: {script: [x]}
train:
  tags: [gpu]
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  needs: [{job: prep}]
  script:
    - pip install x
    - python train.py
deploy:
  environment: production
  allow_failure: true
  script: kubectl apply -f x
`,
		"dvc.yaml":  "stages:\n  dedup:\n    cmd: python dedup.py\n    deps: [a]\n",
		"argo.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nspec:\n  schedule: '0 1 * * *'\n  workflowSpec:\n    templates:\n    - name: refresh\n      container: {image: x, command: [python, refresh.py]}\n",
		"kfp.yaml":  "deploymentSpec:\n  executors:\n    exec-train:\n      container: {image: x, args: [python, train.py]}\n",
	})
	got := map[string]sbom.PipelineJob{}
	for _, j := range inv.Pipelines {
		got[j.Platform+" "+j.Name] = j
	}
	if len(got) != 5 {
		t.Fatalf("jobs %+v", inv.Pipelines)
	}
	train := got["gitlab train"]
	if train.Triggers[0].Event != "pull_request" || !slices.Equal(train.Needs, []string{"prep"}) || len(train.Steps) != 2 || train.Steps[1].At.Line != 10 || !slices.Contains(train.Purposes, "train") {
		t.Errorf("train %+v", train)
	}
	if d := got["gitlab deploy"]; d.Environment != "production" || d.Steps[0].ContinueOnError != sbom.Yes || !slices.Contains(d.Purposes, "deploy") {
		t.Errorf("deploy %+v", d)
	}
	if j := got["dvc dedup"]; !slices.Equal(j.Steps[0].Scripts, []string{"dedup.py"}) || j.At.Line != 2 {
		t.Errorf("dvc %+v", j)
	}
	if j := got["argo refresh"]; j.Triggers[0].Event != "schedule" || j.Steps[0].Run != "python refresh.py" {
		t.Errorf("argo %+v", j)
	}
	if j := got["kfp train"]; !slices.Contains(j.Purposes, "train") {
		t.Errorf("kfp %+v", j)
	}
}

func TestPipedInstalls(t *testing.T) {
	t.Parallel()
	for command, want := range map[string]string{
		"curl -LsSf https://a.b/i.sh | sh":                      "curl sh https://a.b/i.sh",
		"wget -qO- https://a.b/i.sh | sudo -E bash -s -- --yes": "wget bash https://a.b/i.sh",
		"bash <(curl -s https://a.b/i.sh)":                      "curl bash https://a.b/i.sh",
		`sh -c "$(curl -fsSL https://a.b/i.sh)"`:                "curl sh https://a.b/i.sh",
		"curl $URL | python3 -":                                 "curl python3 $URL",
		`RUN curl https://a.b | bash && apt-get install x`:      "curl bash https://a.b",
		"curl https://a.b/x.json | jq .":                        "",
		"curl https://a.b/x.tar.gz | tar xz":                    "",
		"curl -o i.sh https://a.b/i.sh && sh i.sh":              "",
		"curl https://a.b/x | python3 -m json.tool":             "",
		"curl https://a.b/x | python3 parse.py":                 "",
		"curl https://a.b/x | sha256sum":                        "",
	} {
		got := ""
		for _, c := range pipesOf(command) {
			got = c[0] + " " + c[1] + " " + c[2]
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", command, got, want)
		}
	}
	inv := collectFiles(t, map[string]string{"Dockerfile": "FROM x\n# curl https://a.b | sh\nRUN a && \\\n  curl https://a.b \\\n | sh\n"})
	n := 0
	for _, c := range inv.Calls {
		if c.Callee == "pipe to shell" {
			n++
			if c.At.Line != 3 || c.Args["0"] != "https://a.b" {
				t.Errorf("call %+v", c)
			}
		}
	}
	if n != 1 {
		t.Errorf("%d calls in the Dockerfile, want 1", n)
	}
}
