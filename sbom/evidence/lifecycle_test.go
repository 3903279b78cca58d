package evidence

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// collectFiles runs the collectors and linkers over files.
func collectFiles(t *testing.T, files map[string]string) *sbom.Inventory {
	t.Helper()
	source := fstest.MapFS{}
	for name, content := range files {
		source[name] = &fstest.MapFile{Data: []byte(content)}
	}
	inv, err := sbom.Generate(context.Background(), source, sbom.Options{Collectors: Collectors, Linkers: Linkers})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

const workflow = `on:
  pull_request_target:
    types: [opened]
  workflow_dispatch:
    inputs:
      api_token: {type: string}
jobs:
  train:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@v4
        with: {ref: "${{ github.event.pull_request.head.sha }}"}
      - uses: acme/tool@0123456789012345678901234567890123456789
      - run: |
          # kubectl apply is only mentioned here
          echo "${{ github.event.pull_request.title }}"
          python train.py
        env: {HF_TOKEN: "${{ secrets.HF_TOKEN }}"}
  deploy:
    needs: train
    permissions: {contents: read, id-token: write}
    environment: production
    runs-on: ubuntu-latest
    steps:
      - run: kubectl apply -f deploy.yaml || true
        continue-on-error: true
`

func TestGitHubWorkflow(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{".github/workflows/ml.yml": workflow})
	if len(inv.Pipelines) != 2 {
		t.Fatalf("got %d jobs, want 2", len(inv.Pipelines))
	}
	deploy, train := inv.Pipelines[0], inv.Pipelines[1]
	if train.PermissionsStated != sbom.No || deploy.Permissions["id-token"] != "write" || deploy.Environment != "production" {
		t.Errorf("permissions: train %v, deploy %v %q", train.PermissionsStated, deploy.Permissions, deploy.Environment)
	}
	if !slices.Equal(train.Secrets, []string{"HF_TOKEN"}) || !slices.Equal(train.RunsOn, []string{"self-hosted", "gpu"}) {
		t.Errorf("train secrets %v on %v", train.Secrets, train.RunsOn)
	}
	if !slices.Contains(train.Purposes, "train") || slices.Contains(train.Purposes, "deploy") || !slices.Contains(deploy.Purposes, "deploy") {
		t.Errorf("purposes: train %v, deploy %v", train.Purposes, deploy.Purposes)
	}
	kinds := []string{train.Steps[0].RefKind, train.Steps[1].RefKind}
	if !slices.Equal(kinds, []string{"tag", "commit"}) {
		t.Errorf("ref kinds %v, want tag, commit", kinds)
	}
	if got := train.Steps[2].Untrusted; !slices.Equal(got, []string{"github.event.pull_request.title"}) {
		t.Errorf("untrusted %v", got)
	}
	if train.Steps[0].At.Line != 11 || deploy.Steps[0].ContinueOnError != sbom.Yes {
		t.Errorf("line %d, continue %v", train.Steps[0].At.Line, deploy.Steps[0].ContinueOnError)
	}
	if !slices.Equal(train.Inputs, []string{"api_token"}) || train.Triggers[0].Event != "pull_request_target" {
		t.Errorf("inputs %v, triggers %+v", train.Inputs, train.Triggers)
	}
}

func TestAlertsKnowWithWhatTheyCompare(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, expr string
		compares   []string
		topic      string
	}{
		{"floor", `avg_over_time(answer_score{model="m"}[1h]) < 0.7`, []string{"absolute"}, "output"},
		{"offset", `answer_score < answer_score offset 1d`, []string{"window"}, "output"},
		{"ratio to the past", `avg_over_time(answer_score[1h]) / avg_over_time(answer_score[1d]) < 0.9`, []string{"window"}, "output"},
		{"both", `(drift_psi offset 1h > 2) or drift_psi > 0.25`, []string{"absolute", "window"}, "drift"},
		{"absence", `absent(answer_score)`, []string{"absence"}, "output"},
		{"latency", `histogram_quantile(0.99, rate(vllm:e2e_request_latency_seconds_bucket[5m])) > 2`, []string{"absolute"}, "latency"},
		{"volume per user", `sum by (user) (rate(requests_total[1h])) > 5`, []string{"absolute"}, "extraction"},
		{"volume", `sum(rate(requests_total[1h])) > 5000`, []string{"absolute"}, "resources"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rules := "groups:\n- name: g\n  rules:\n  - record: r\n    expr: x\n  - alert: A\n    expr: '" + test.expr + "'\n    for: 5m\n"
			inv := collectFiles(t, map[string]string{"rules.yml": rules})
			if len(inv.Alerts) != 1 || len(inv.Problems) != 0 {
				t.Fatalf("alerts %+v, problems %+v", inv.Alerts, inv.Problems)
			}
			a := inv.Alerts[0]
			if !slices.Equal(a.ComparesTo, test.compares) || a.Topic != test.topic || a.For != "5m" || a.At.Line != 6 {
				t.Errorf("got %v, %s, line %d; want %v, %s, line 6", a.ComparesTo, a.Topic, a.At.Line, test.compares, test.topic)
			}
		})
	}
	inv := collectFiles(t, map[string]string{"rules.yml": "groups:\n- rules:\n  - alert: A\n    expr: 'sum('\n"})
	if len(inv.Problems) != 1 || inv.Problems[0].Line != 4 {
		t.Errorf("broken expression: problems %+v, want one at line 4", inv.Problems)
	}
}

// random is a string a generator could have made, put together here so that no scanner
// of repositories takes this test for a leak.
func random(n int) string {
	return strings.Repeat("QkzVbTnXwLpRsYcJmDgHfKaUeZoIvNtBxEPyWq", 3)[:n]
}

func TestSecretsAreFoundAndNeverTold(t *testing.T) {
	t.Parallel()
	hf := "hf_" + random(34)
	tests := []struct {
		name, path, text, rule, context string
		line                            int
	}{
		{"token in code", "a.py", "x = 1\nlogin('" + hf + "')\n", "huggingface-token", "code", 2},
		{"placeholder token", "a.py", "login('hf_" + strings.Repeat("x", 34) + "')", "", "", 0},
		{"notebook output", "n.ipynb", `{"cells":[{"source":["login()"],` + "\n" + `"outputs":[{"text":"` + hf + `"}]}]}`, "huggingface-token", "notebook_output", 2},
		{"password in a DSN", "c.yaml", "uri: postgresql://mlflow:" + "s3cr-8842x" + "@db/mlflow\n", "uri-password", "uri", 1},
		{"default password", "c.yaml", "uri: postgresql://postgres:" + "postgres@db/mlflow\n", "", "", 0},
		{"name of a variable", "c.md", "uri: postgresql://DB_USER:" + "DB_PASSWORD@DB_ENDPOINT/x\n", "", "", 0},
		{"user as password", "c.ipynb", "uri: postgresql://feast:" + "feast@postgres/feast\n", "", "", 0},
		{"variable", "c.yaml", "uri: postgresql://mlflow:${PASSWORD}@db/mlflow\n", "", "", 0},
		{"loopback", "c.yaml", "uri: redis://u:" + "k3y-99ab@localhost:6379\n", "", "", 0},
		{"wandb key", "c.yaml", "WANDB_API_KEY: " + "3f2a9c81d47be05612f8a90c7de34b1589ac06ef" + "\n", "wandb-key", "config", 1},
		{"a commit", "c.yaml", "revision: 3f2a9c81d47be05612f8a90c7de34b1589ac06ef\n", "", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inv := collectFiles(t, map[string]string{test.path: test.text})
			if test.rule == "" {
				if len(inv.Secrets) != 0 {
					t.Errorf("got %+v, want none", inv.Secrets)
				}
				return
			}
			if len(inv.Secrets) != 1 || inv.Secrets[0].Rule != test.rule || inv.Secrets[0].Context != test.context || inv.Secrets[0].At.Line != test.line {
				t.Errorf("got %+v, want %s in %s at line %d", inv.Secrets, test.rule, test.context, test.line)
			}
			all, err := json.Marshal(inv)
			if err != nil {
				t.Fatal(err)
			}
			for _, value := range []string{hf, "s3cr-8842x", "3f2a9c81d47be05612f8a90c7de34b1589ac06ef"} {
				if strings.Contains(string(all), value) {
					t.Errorf("the inventory tells the secret %q", value)
				}
			}
		})
	}
}

// TestNeighbouringSecrets finds each of several tokens that stand close together, one of
// which is a placeholder.
func TestNeighbouringSecrets(t *testing.T) {
	t.Parallel()
	text := "import wandb\nos.environ['WANDB_API_KEY'] = '" + strings.Repeat("0", 40) + "'\n" +
		"wandb.login(key='3f2a9c81d47be05612f8a90c7de34b1589ac06ef')\n" +
		"a = 'hf_" + random(34) + "'\nb = 'hf_" + random(36)[2:] + "'\nc = 'hf_" + random(35)[1:] + "'\n"
	var got []int
	for _, s := range collectFiles(t, map[string]string{"a.py": text}).Secrets {
		got = append(got, s.At.Line)
	}
	if want := []int{3, 4, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("secrets at lines %v, want %v", got, want)
	}
}

// TestIssuersShapes finds the tokens whose prefix says who issued them.
func TestIssuersShapes(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("3f2a9c81d47be056", 4)
	for rule, value := range map[string]string{
		"openrouter-key": "sk-or-v1-" + hex, "langsmith-key": "lsv2_pt_" + hex[:32] + "_" + hex[:10], "perplexity-key": "pplx-" + random(48), "xai-key": "xai-" + random(80),
		"pypi-token": "pypi-AgEIcHlwaS5vcmc" + random(60), "docker-token": "dckr_pat_" + random(27),
	} {
		inv := collectFiles(t, map[string]string{"a.py": "k = '" + value + "'\n"})
		if len(inv.Secrets) != 1 || inv.Secrets[0].Rule != rule {
			t.Errorf("%s: %+v", rule, inv.Secrets)
		}
	}
}

func TestRunsAreJoinedFromTheirFiles(t *testing.T) {
	t.Parallel()
	dir := "mlruns/1/" + strings.Repeat("ab", 16)
	files := map[string]string{
		dir + "/meta.yaml":                                 "run_id: abab\nexperiment_id: '1'\n",
		dir + "/tags/mlflow.source.git.commit":             "0123456789012345678901234567890123456789",
		dir + "/params/seed":                               "17",
		dir + "/inputs/x/meta.yaml":                        "destination_id: d41d8\n",
		"mlruns/1/meta.yaml":                               "name: Default\n",
		dir + "/params/hf_token":                           "zq83",
		"wandb/run-20260101-xyz/files/config.yaml":         "_wandb: {value: {x: 1}}\nseed: {desc: null, value: 17}\n",
		"wandb/run-20260101-xyz/files/requirements.txt":    "torch==2.7.1\n",
		"wandb/run-20260101-xyz/files/wandb-metadata.json": `{"host": "box", "email": "a@b.c", "args": ["--lr", "1", "--api_key", "zq81", "--token=zq82"], "git": {"remote": "https://tok@github.com/a/b", "commit": "c"}}`,
	}
	inv := collectFiles(t, files)
	if len(inv.Runs) != 2 {
		t.Fatalf("got %+v, want 2 runs", inv.Runs)
	}
	wandb, mlflow := inv.Runs[0], inv.Runs[1]
	if mlflow.Tracker == "wandb" {
		wandb, mlflow = mlflow, wandb
	}
	if mlflow.GitCommit == "" || mlflow.Seed != "17" || !slices.Equal(mlflow.Datasets, []string{"d41d8"}) {
		t.Errorf("mlflow run %+v", mlflow)
	}
	if wandb.Seed != "17" || wandb.Locked != sbom.Yes || len(wandb.Params) != 2 || strings.Contains(fmt.Sprint(inv.Runs), "zq8") {
		t.Errorf("wandb run %+v, mlflow run %+v", wandb, mlflow)
	}
	if wandb.Host != "box" || wandb.ID != "xyz" || strings.Contains(wandb.GitRemote, "tok") {
		t.Errorf("wandb run %+v", wandb)
	}
}

func TestRegistryFiles(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{
		"mlruns/models/m/version-2/meta.yaml": "name: m\nversion: '2'\ncurrent_stage: Production\nrun_id: r\n",
		"mlruns/models/m/aliases/champion":    "2",
		"model/MLmodel":                       "run_id: r\nflavors:\n  sklearn:\n    serialization_format: cloudpickle\n    pickled_model: model.pkl\n",
		"Kitfile":                             "manifestVersion: '1.0'\npackage: {name: p, version: 1.0.0}\nmodel: {path: m.safetensors}\ndatasets:\n  - {path: d.csv}\n",
	})
	got := map[string]sbom.RegistryEntry{}
	for _, e := range inv.Registry {
		got[e.Kind] = e
	}
	if e := got["mlflow"]; e.Stage != "Production" || !slices.Equal(e.Aliases, []string{"champion"}) {
		t.Errorf("mlflow %+v", e)
	}
	if e := got["mlflow-model"]; len(e.Flavors) != 1 || e.Flavors[0].Serialization != "cloudpickle" {
		t.Errorf("MLmodel %+v", e)
	}
	if e := got["kitfile"]; e.Version != "1.0.0" || len(e.Files) != 2 {
		t.Errorf("Kitfile %+v", e)
	}
}

func TestGatewayAndGuards(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{
		"litellm.yaml": "model_list:\n- model_name: chat\n  litellm_params: {model: openai/x, rpm: 10, api_key: os.environ/K}\nlitellm_settings: {drop_params: true}\n" +
			"guardrails:\n- guardrail_name: g\n  litellm_params: {guardrail: lakera, mode: pre_call}\n",
		"config.yml": "rails:\n  input:\n    flows: [self check input]\n  output:\n    flows: [check blocked terms]\n",
	})
	if len(inv.Routes) != 1 || len(inv.Routes[0].Limits) != 1 || inv.Routes[0].LLM != sbom.Yes {
		t.Errorf("routes %+v", inv.Routes)
	}
	got := map[string]string{}
	for _, g := range inv.Guards {
		got[g.Name] = g.Side + " " + g.Kind
	}
	want := map[string]string{"g": "input semantic", "self check input": "input semantic", "check blocked terms": "output pattern"}
	for name, w := range want {
		if got[name] != w {
			t.Errorf("guard %s is %q, want %q", name, got[name], w)
		}
	}
}

func TestModelPack(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{
		"pack/config.json": `{"descriptor": {"name": "bot", "version": "1", "sourceURL": "https://a.b/c"}, "modelfs": {"type": "layers", "diffIds": ["sha256:aa"]}}`,
		"pack/manifest.json": `{"config": {"mediaType": "application/vnd.cncf.model.config.v1+json"}, "layers": [
 {"mediaType": "application/vnd.cncf.model.weight.v1.raw", "digest": "sha256:bb", "size": 7, "annotations": {"org.cncf.model.filepath": "m.safetensors"}},
 {"mediaType": "application/vnd.cncf.model.weight.v1.tar", "digest": "sha256:cc", "annotations": {"org.cncf.model.filepath": "n.safetensors"}}]}`,
		"image/manifest.json": `{"layers": [{"digest": "sha256:dd"}]}`,
	})
	if len(inv.Registry) != 2 {
		t.Fatalf("registry %+v, want 2 entries", inv.Registry)
	}
	if c := inv.Registry[0]; c.Kind != "modelpack" || c.Name != "bot" || c.Source != "https://a.b/c" || len(c.Files) != 1 || c.Files[0].Value != "aa" {
		t.Errorf("configuration %+v", c)
	}
	if m := inv.Registry[1]; len(m.Files) != 1 || m.Files[0].Path != "pack/m.safetensors" || m.Files[0].Value != "bb" || m.Files[0].SizeBytes != 7 || m.Files[0].At.Line != 2 {
		t.Errorf("manifest %+v", m)
	}
}

func TestFeatureStore(t *testing.T) {
	t.Parallel()
	inv := collectFiles(t, map[string]string{"feature_store.yaml": "project: p\nprovider: aws\nregistry: s3://b/r.db\nauth: {type: no_auth}\n" +
		"online_store:\n  type: postgres\n  host: db\n  password: hunter22\n  sslmode: disable\n"})
	if len(inv.Stores) != 2 || inv.Stores[0].Auth != sbom.No || inv.Stores[1].TLS != sbom.No {
		t.Errorf("stores %+v", inv.Stores)
	}
	marked := collectFiles(t, map[string]string{"feature_store.yaml": "project: p\nonline_store: {type: redis, connection_string: \"localhost:6379,password=[YOUR PASSWORD]\"}\noffline_store: {type: postgres, user: feast, password: feast}\n"})
	if text := fmt.Sprint(marked.Documents); strings.Contains(text, "[literal]") || strings.Count(text, "[placeholder]") != 2 {
		t.Errorf("documents %s, want two placeholders", text)
	}
	all, err := json.Marshal(inv)
	if err != nil || strings.Contains(string(all), "hunter22") {
		t.Errorf("password in the inventory (%v)", err)
	}
}

func FuzzLifecycle(f *testing.F) {
	f.Add("rules.yml", "groups:\n- rules:\n  - alert: A\n    expr: a > 1\n")
	f.Add(".github/workflows/a.yml", workflow)
	f.Add("mlruns/models/m/version-2/meta.yaml", "version: 1")
	f.Add("Kitfile", "manifestVersion: 1\nmodel: {path: x}")
	f.Add(".gitlab-ci.yml", "a:\n  script: [curl x | sh]\n  needs: [{job: b}]\n")
	f.Add("am.yml", "route: {receiver: a, routes: [{matchers: [x]}]}\nreceivers: [{name: a}]\ninhibit_rules: [{source_match: {a: b}}]\n")
	f.Add("drift.py", driftCode)
	f.Add("features.py", "from feast import FeatureView\nv = FeatureView(name='x', schema=[Field(name='y')], ttl=1)\n")
	f.Add("gx.json", `{"expectations": [{"type": "expect_x", "kwargs": {"mostly": 1}}]}`)
	f.Add("croissant.json", `{"conformsTo": "http://mlcommons.org/croissant/1.0", "distribution": [{"@type": "cr:FileObject", "md5": "1"}]}`)
	f.Add("mlpolicy.hcl", "a = 1\nwaiver \"x\" {}\n")
	f.Add("data/params.yaml", "min_x: 1\nfilters: [a]\n")
	f.Add("CODEOWNERS", "/a/**/b @x\n")
	f.Fuzz(func(_ *testing.T, name, content string) {
		file := sbom.NewFile(name, []byte(content))
		for _, c := range lifecycleCollectors {
			if c.Match(file) {
				_ = c.Collect(context.Background(), file, &sbom.Inventory{})
			}
		}
	})
}
