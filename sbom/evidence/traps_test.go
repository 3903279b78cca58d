package evidence

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// TestTraps holds the readers to what looks like a fact and is none: each source must
// give no fact of the kind that a control would deny.
func TestTraps(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
		check func(*sbom.Inventory) string
	}{
		{"placeholder secrets", map[string]string{
			".env.example": "HF_TOKEN=hf_" + strings.Repeat("x", 34) + "\nOPENAI_API_KEY=sk-your-key-here\nWANDB_API_KEY=" + strings.Repeat("0", 40) + "\nDB=postgres://user:${DB_PASSWORD}@db/x\n",
			"config.yaml":  "password: changeme\ntoken: <your token>\nuri: redis://:@localhost:6379\naws_secret_access_key: YOUR_SECRET\n",
			"readme.md":    "export HF_TOKEN=hf_...\nmysql://root:password@localhost/db\nAKIAIOSFODNN7EXAMPLE\n",
			"model.py":     "API_KEY = os.environ['OPENAI_API_KEY']\nsha = '" + strings.Repeat("3f2a9c81d4", 4) + "'\n",
		}, func(inv *sbom.Inventory) string {
			if len(inv.Secrets) > 0 {
				return inv.Secrets[0].Rule + " in " + inv.Secrets[0].At.Path
			}
			return ""
		}},
		{"pull_request_target without a checkout of the head", map[string]string{
			".github/workflows/label.yml": "on: pull_request_target\npermissions: {contents: read}\njobs:\n  label:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: echo \"${{ github.event.number }}\"\n",
		}, func(inv *sbom.Inventory) string {
			for _, s := range inv.Pipelines[0].Steps {
				if len(s.Untrusted) > 0 || s.With["ref"] != "" {
					return "untrusted " + strings.Join(s.Untrusted, ",") + s.With["ref"]
				}
			}
			return ""
		}},
		{"a relative drift alert beside an absolute floor", map[string]string{
			"rules.yml": "groups:\n- rules:\n  - alert: A\n    expr: score < score offset 1d\n  - alert: B\n    expr: score < 0.7\n",
		}, func(inv *sbom.Inventory) string {
			if len(inv.Alerts) == 2 && slices.Contains(inv.Alerts[1].ComparesTo, "absolute") && slices.Equal(inv.Alerts[0].Metrics, inv.Alerts[1].Metrics) {
				return ""
			}
			return "the floor is not seen on the same metric"
		}},
		{"templates are neither read nor a problem", map[string]string{
			"chart/templates/rules.yaml":       "groups:\n{{- range .Values.rules }}\n- rules:\n  - alert: {{ .name }}\n    expr: {{ .expr | quote }\n{{- end }}\n",
			"chart/templates/deploy.yaml":      "apiVersion: apps/v1\nkind: Deployment\nspec:\n  {{- toYaml .Values.spec | nindent 2 }}\n  model_list:\n {{ if }}\n",
			".github/workflows/generated.yml":  "jobs:\n{%- for j in jobs %}\n  {{ j }}: [\n{%- endfor %}\n",
			"pipelines/.gitlab-ci.yml":         "{{ cookiecutter.job }}:\n  script: [\n",
			"chart/templates/_prometheus.tpl":  "{{ define \"x\" }}alert: {{ end }}",
			"monitoring/alertmanager.yml.tmpl": "receivers:\n {{ range }}",
		}, func(inv *sbom.Inventory) string {
			if len(inv.Alerts)+len(inv.Pipelines) > 0 {
				return "facts were guessed from a template"
			}
			for _, p := range inv.Problems {
				return "problem in " + p.Path + ": " + p.Reason
			}
			return ""
		}},
		{"comments and documentation", map[string]string{
			".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          # curl https://a.b/x.sh | sh\n          # kubectl apply -f x\n          echo 'run: mlpolicy check .'\n",
			"Dockerfile":               "FROM x\n# RUN curl https://a.b | bash\nRUN echo hello\n",
			"drift.py":                 "# from evidently import Report\n# report.run(reference_data=x)\n\"\"\"report.run(reference_data=ref)\"\"\"\n",
		}, func(inv *sbom.Inventory) string {
			for _, j := range inv.Pipelines {
				if len(j.Purposes) > 0 {
					return "a comment has a purpose: " + strings.Join(j.Purposes, ",")
				}
			}
			for _, c := range inv.Calls {
				if c.Callee == "pipe to shell" {
					return "a comment is a call in " + c.At.Path
				}
			}
			if len(inv.Alerts) > 0 {
				return "a comment is a monitor"
			}
			return ""
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.check(collectFiles(t, test.files)); got != "" {
				t.Error(got)
			}
		})
	}
}

// TestLifecycleIsDeterministic reads one source twice, in one worker and in many.
func TestLifecycleIsDeterministic(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.yml": "groups:\n- rules:\n  - alert: A\n    expr: a{x=\"1\",y=\"2\"} > 1\n", "b/params.yaml": "filters: [a, b]\nmin_x: 1\nmax_y: 2\n", "CODEOWNERS": "* @a\n",
		".github/workflows/w.yml": workflow, "train/x.py": "MIN_A = 1\n", "data/y.py": "MAX_B = 2\n"}
	first := collectFiles(t, files)
	for range 5 {
		if got, want := describe(t, collectFiles(t, files)), describe(t, first); got != want {
			t.Fatalf("two readings differ:\n%s\n%s", got, want)
		}
	}
}

func describe(t *testing.T, inv *sbom.Inventory) string {
	t.Helper()
	text, err := json.Marshal(inv)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEmulatorKeyIsNoSecret: the connection string of Azurite is in its documentation.
func TestEmulatorKeyIsNoSecret(t *testing.T) {
	const rest = ";AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;"
	for account, want := range map[string]bool{"devstoreaccount1": false, "acmeprod": true} {
		if got := isSecret("AZURE_STORAGE_CONNECTION_STRING", "DefaultEndpointsProtocol=http;AccountName="+account+rest); got != want {
			t.Errorf("secret of %s: %v, want %v", account, got, want)
		}
	}
}
