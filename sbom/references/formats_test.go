package references

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestFormats(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, text string
		want             []found
	}{
		{"transformers.js", "a.js", "// pipeline('x', 'org/comment')\nconst model_id = \"org/m\";\nconst t = await AutoTokenizer.from_pretrained(model_id);\nconst p = await pipeline(\"fill-mask\", `org/p`, { revision: \"v1.0\" });\n",
			[]found{{"tokenizer", "tokenizer", "org/m", "", 2}, {"model", "base", "org/p", "v1.0", 4}}},
		{"openai in TypeScript", "a.ts", "const r = await client.chat.completions.create({ model: \"gpt-4o-mini\", messages: [{ role: \"user\", content: \"org/prose\" }] });\n",
			[]found{{"model", "serve", "gpt-4o-mini", "", 1}}},
		{"alternatives in TypeScript", "a.ts", "export const embeddingModel = process.env.EMBED ?? \"org/e\";\n", []found{{"model", "embedding", "org/e", "", 1}}},
		{"scripts name other things", "a.tsx", "import x from \"@org/pkg\";\nconst type = \"application/json\";\nfetch(\"/api/models\");\nconst e = <p>don't use org/name</p>;\nconst image = \"org/app\";\n", nil},
		{"template literal", "a.js", "pipeline(\"x\", `org/m-${size}`)\n", []found{{"model", "base", "org/m-", "", 1}}},

		{"terraform", "a.tf", "variable \"model_id\" {\n  default     = \"org/m\"\n  description = \"like org/prose\"\n}\nresource \"aws_sagemaker_model\" \"x\" {\n  primary_container {\n    image       = \"org/app\"\n    environment = {\n      HF_MODEL_ID = \"org/e\"\n      HF_TASK     = \"a/b\"\n    }\n  }\n}\n",
			[]found{{"model", "serve", "org/m", "", 2}, {"model", "serve", "org/e", "", 9}}},
		{"terraform containers", "a.tf", "resource \"kubernetes_deployment\" \"x\" {\n  spec {\n    container {\n      args = [\"--model\", \"org/m\"]\n      env {\n        name  = \"MODEL_ID\"\n        value = \"org/e\"\n      }\n    }\n  }\n}\n",
			[]found{{"model", "serve", "org/m", "", 4}, {"model", "serve", "org/e", "", 7}}},

		{"workflow", ".github/workflows/a.yml", "on: push\nenv:\n  MODEL_ID: org/e\njobs:\n  a:\n    steps:\n      - uses: org/action@v1\n      - run: |\n          echo org/prose\n          hf download org/m\n", []found{{"model", "base", "org/e", "", 3}, {"model", "base", "org/m", "", 10}}},
		{"compose", "docker-compose.yml", "services:\n  a:\n    image: vllm/vllm-openai\n    command: --model org/m --port 1\n    environment:\n      - EMBEDDING_MODEL=org/e\n", []found{{"model", "serve", "org/m", "", 4}, {"model", "embedding", "org/e", "", 6}}},
		{"dotenv", ".env", "MODEL_ID=org/m\nREGISTRY=org/app\n", []found{{"model", "base", "org/m", "", 1}}},
		{"kserve", "k.yaml", "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nspec:\n  predictor:\n    model:\n      storageUri: hf://org/m\n", []found{{"model", "serve", "hf://org/m", "", 6}}},
		{"configmap", "c.yaml", "apiVersion: v1\nkind: ConfigMap\ndata:\n  run.sh: |\n    set -e\n    vllm serve org/m\n  serve.yaml: |\n    model_id: org/y\n", []found{{"model", "serve", "org/m", "", 6}, {"model", "serve", "org/y", "", 8}}},
		{"vendor", "v.ts", "generateText({ model: openai(\"gpt-4o\") });\nopenai(\"hello\");\n", []found{{"model", "serve", "gpt-4o", "", 1}}},
		{"script of a container", "j.yaml", "apiVersion: batch/v1\nkind: Job\nspec:\n  args:\n    - |\n      set -e\n      MODEL_ID=\"org/m\"\n      python - <<EOF\n      EOF\n", []found{{"model", "serve", "org/m", "", 7}}},
		{"tools of a project", "pyproject.toml", "[project]\nname = \"org/x\"\nmodel_id = \"org/no\"\n[tool.bento.env]\nmodel_id = \"org/m\"\n", []found{{"model", "base", "org/m", "", 5}}},
		{"compose default", "docker-compose.yml", "services:\n  a:\n    environment:\n      MODEL_ID: ${M:-org/m}\n      EMBED_MODEL: ${E}\n  b:\n    environment:\n      - LLM_MODEL=${L-gpt-4o}\n", []found{{"model", "serve", "org/m", "", 4}, {"model", "serve", "gpt-4o", "", 8}}},
		{"terraform module", "m.tf", "module \"hf\" {\n  source      = \"org/module/aws\"\n  hf_model_id = \"distilbert-base-uncased\"\n}\n", []found{{"model", "serve", "distilbert-base-uncased", "", 3}}},
		{"gateway aliases", "l.yaml", "model_list:\n  - model_name: gpt-4o\n    litellm_params:\n      model: azure/gpt-4o-eu\n  - model_name: claude\n", []found{{"model", "base", "azure/gpt-4o-eu", "", 4}}},
		{"nemo tokenizer", "n.yaml", "tokenizer:\n  library: huggingface\n  type: org/t\nother:\n  type: org/x\n", []found{{"tokenizer", "tokenizer", "org/t", "", 3}}},
		{"variables of a notebook", "a.ipynb", "{\"cells\":[{\"cell_type\":\"code\",\"source\":[\n\"base = 'org/b'\\n\",\n\"!x.py --model_name_or_path {base} --tokenizer {other}\\n\"\n]}],\"metadata\":{},\"nbformat\":4}\n", []found{{"model", "base", "org/b", "", 2}}},
		{"helm values", "values.yaml", "servingEngineSpec:\n  repository: lmcache/vllm\n  modelURL: org/m\nadapters:\n  - baseModel: llama3\n    source:\n      type: huggingface\n      repository: org/lora\n", []found{{"model", "serve", "org/m", "", 3}, {"adapter", "adapter", "org/lora", "", 8}}},
		{"helm template", "t.yaml", "a:\n{{- range .Values.x }}\n  model: org/m\n  tokenizer: {{ .Values.t | default \"org/t\" | quote }}\n  dataset: {{ .Values.d }}\n  image: org/app\n{{- end }}\n",
			[]found{{"model", "base", "org/m", "", 3}, {"tokenizer", "tokenizer", "org/t", "", 4}}},
		{"helm template of a container", "t.yaml", "spec:\n  containers:\n    - name: {{ .Chart.Name }}\n      {{- with .Values.sec }}\n      securityContext: {{- toYaml . | nindent 8 }}\n      {{- end }}\n      args:\n        - --model\n        - {{ default \"org/m\" .Values.m }}\n      env:\n        - name: EMBEDDING_MODEL_ID\n          value: \"org/e\"\n",
			[]found{{"model", "base", "org/m", "", 9}, {"model", "embedding", "org/e", "", 12}}},
		{"template that is no document", "t.yaml", "a:\n{{- if .x }}\n  b: [\n{{- end }}\n  - name: MODEL_ID\n    value: \"org/m\"\n", []found{{"model", "serve", "org/m", "", 6}}},
		{"grouped keys", "a.yaml", "tokenizer:\n  name: org/t\ntrain_loader:\n  dataset:\n    hf_name: org/d\nwandb:\n  name: org/run\n", []found{{"tokenizer", "tokenizer", "org/t", "", 2}, {"dataset", "train", "org/d", "", 5}}},
		{"variables", "a.yaml", "variables:\n  m: org/m\nmodel_name_or_path: ${variables.m}\n", []found{{"model", "base", "org/m", "", 2}}},
		{"mergekit", "a.yaml", "merge_method: slerp\nslices:\n  - sources:\n      - model: org/a\n      - model: org/b\nbase_model: org/a\n", []found{{"model", "base", "org/a", "", 4}, {"model", "base", "org/b", "", 5}, {"model", "base", "org/a", "", 6}}},
		{"properties", "serving.properties", "option.model_id=org/m\nengine=Python\n", []found{{"model", "base", "org/m", "", 1}}},

		{"python in a Dockerfile", "Dockerfile", "FROM org/app\nRUN python -c \"from transformers import AutoModel; AutoModel.from_pretrained('org/m')\"\nENV MODEL_ID org/e\n", []found{{"model", "base", "org/m", "", 2}, {"model", "base", "org/e", "", 3}}},
		{"heredoc", "a.sh", "python - <<'EOF'\nAutoModel.from_pretrained(\"org/m\")\nEOF\ncat <<EOF\nuse --model org/prose\nEOF\ncat > a.yaml <<EOF\nbase_model: org/y\nEOF\n", []found{{"model", "base", "org/m", "", 2}, {"model", "base", "org/y", "", 8}}},
		{"any server", "a.sh", "python cli.py serve org/m --port 1\nnpm run serve src/main\n", []found{{"model", "serve", "org/m", "", 1}}},
		{"recorded results", "bench_results/a_n20.json", "{\"model_id\": \"org/m\"}\n", nil},
		{"download with flags", "a.sh", "hf download --max-workers 8 org/m --local-dir x/y\n", []found{{"model", "base", "org/m", "", 1}}},
		{"recorded answers", "experiments/responses/a.json", "{\"model_id\": \"org/m\"}\n", nil},
		{"gateway", "a.ts", "export const DEFAULT_MODEL = \"openai/gpt-4.1\";\ngateway.languageModel(\"openai/gpt-4o\");\n", []found{{"model", "base", "openai/gpt-4.1", "", 1}, {"model", "serve", "openai/gpt-4o", "", 2}}},
		{"value of a flag is no model", "b.sh", "vllm serve --log-level warning --model org/m\n", []found{{"model", "serve", "org/m", "", 1}}},
		{"shift is no heredoc", "a.sh", "x=$((1<<2))\nvllm serve org/m\n", []found{{"model", "serve", "org/m", "", 2}}},
		{"shell in a shell", "a.sh", "M=org/m\nbash -c \"python t.py --model_name_or_path $M \\\n  --dataset_name org/d\"\n", []found{{"model", "base", "org/m", "", 1}, {"dataset", "train", "org/d", "", 3}}},
		{"array and flags kept for later", "a.sh", "ARGS=(\n  --tokenizer_name=org/t\n)\nEXTRA=\"--model_name_or_path org/m\"\n", []found{{"tokenizer", "tokenizer", "org/t", "", 2}, {"model", "base", "org/m", "", 4}}},
		{"payload", "a.sh", "curl localhost/v1 -d '{\"model\": \"org/m\", \"prompt\": \"org/prose\"}'\n", []found{{"model", "serve", "org/m", "", 1}}},
		{"names in a variable", "a.sh", "MODEL_PATH=org/m\nMODELS=\"org/a org/b\"\nIMAGE=org/app\n", []found{{"model", "base", "org/m", "", 1}, {"model", "base", "org/a", "", 2}, {"model", "base", "org/b", "", 2}}},
		{"values of one flag", "a.sh", "t.py --dataset_mixer_list org/a 1.0 org/b 500 --dataset_mixer_eval_list org/c 16 --priority high org/other\nt.py --datasets '{\"org/d\": 1.0}' --cluster org/x\n",
			[]found{{"dataset", "train", "org/a", "", 1}, {"dataset", "train", "org/b", "", 1}, {"dataset", "eval", "org/c", "", 1}, {"dataset", "train", "org/d", "", 2}}},
		{"heredoc in a list", "a.sh", "A=(<<x org/a)\nhf download org/m\n", []found{{"model", "base", "org/m", "", 2}}},
		{"a list in a variable", "a.sh", "SETS=\"org/a 8 org/b 9\"\nx.py --dataset_mixer_list $SETS\n", []found{{"dataset", "train", "org/a", "", 1}, {"dataset", "train", "org/b", "", 1}}},
		{"loops", "a.sh", "sets=(\n  org/a # one\n  org/b\n)\nfor d in \"${sets[@]}\"; do\n  x.py --data_path ${d} --out_path $d.json\ndone\nfor m in org/m org/n; do x.py --model $m; done\n",
			[]found{{"dataset", "train", "org/a", "", 2}, {"dataset", "train", "org/b", "", 3}, {"model", "base", "org/m", "", 8}, {"model", "base", "org/n", "", 8}}},
		{"flags of the script's own", "a.sh", "x.py --embedder_name_or_path org/e --lora_remote_checkpoint org/l --openai_engine gpt-4-0314 --run_name org/r --served-model-name org/s\n",
			[]found{{"model", "embedding", "org/e", "", 1}, {"adapter", "adapter", "org/l", "", 1}, {"model", "base", "gpt-4-0314", "", 1}}},
		{"tokenizer revision", "a.sh", "x.py --tokenizer_name org/t --tokenizer_revision v2\n", []found{{"tokenizer", "tokenizer", "org/t", "v2", 1}}},
		{"uploaded to", "a.sh", "LEADERBOARD_REPO_ID=org/board\nEVAL_MODEL_REPO=org/e\nif huggingface-cli upload --private $EVAL_MODEL_REPO f; then exit; fi\n", nil},
		{"hydra", "a.sh", "python -m t model.path=org/m data.train_files=data/t.parquet trainer.project_name=org/p\n", []found{{"model", "base", "org/m", "", 1}, {"dataset", "train", "data/t.parquet", "", 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []found
			for _, r := range collectAll(t, map[string]string{tt.file: tt.text}).References {
				got = append(got, found{r.Kind, r.Role, r.Name, r.Revision, r.At.Line})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"dspy.LM(\"openai/gpt-4o\")\n":                                         {"openai", "openai://gpt-4o"},
		"litellm.completion(model=\"openrouter/org/m\")\n":                     {"openrouter", "openrouter://org/m"},
		"litellm.completion(model=\"huggingface/org/m\")\n":                    {"huggingface", "hf://org/m"},
		"ChatOpenAI(model=\"org/m\")\n":                                        {"huggingface", "hf://org/m"},
		"clip.load(\"ViT-B/32\")\n":                                            {"clip", "clip://ViT-B/32"},
		"timm.create_model(\"hf_hub:org/m\", pretrained=True)\n":               {"huggingface", "hf://org/m"},
		"timm.create_model(\"resnet50\", pretrained=True)\n":                   {"timm", "timm://resnet50"},
		"torch.hub.load(\"org/x\", \"y\")\n":                                   {"torchhub", "torchhub://org/x"},
		"mlflow.pyfunc.load_model(\"models:/m/3\")\n":                          {"mlflow", "models:/m/3"},
		"run.use_artifact(\"me/p/d:v3\", type=\"dataset\")\n":                  {"wandb", "wandb://me/p/d:v3"},
		"MODELS = {\"m\": {Source.MODELSCOPE: \"org/m\"}}\n":                   {"modelscope", "modelscope://org/m"},
		"AutoModel.from_pretrained(\"./m\")\n":                                 {"local", "./m"},
		"AutoModel.from_pretrained(\"s3://b/m\")\n":                            {"s3", "s3://b/m"},
		"m.save_pretrained(\"tuned\")\nAutoModel.from_pretrained(\"tuned\")\n": {"local", "./tuned"},
	} {
		refs := collectAll(t, map[string]string{"a.py": text}).References
		if len(refs) == 0 {
			t.Errorf("%s: no reference", text)
			continue
		}
		r := refs[len(refs)-1]
		if got := [2]string{r.Host, r.URI}; got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
	if refs := collectAll(t, map[string]string{"a.py": "timm.create_model(\"resnet50\", pretrained=False)\n"}).References; len(refs) > 0 {
		t.Errorf("untrained weights: %v", refs)
	}
}

// TestRowsAreNoDocument keeps data out of what could not be read.
func TestRowsAreNoDocument(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"{\"a\": 1}\n{\"a\": 2}\n": 0, "{\"a\": 1}\nx\n": 1, "{\n\"a\": \n": 1, "{}\n": 0} {
		if inv := collectAll(t, map[string]string{"rows.json": text}); len(inv.Problems) != want {
			t.Errorf("%q: %d problems, want %d", text, len(inv.Problems), want)
		}
	}
}

// TestTruncated reads every format cut off at every byte: nothing may panic, and what
// is stated stays inside the file.
func TestTruncated(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a.py":               "import torch as t\nM = {\"a\": f\"org/{x}\"}\nclass C(B):\n  a: str = field(default=\"org/m\")\n  def f(self, n=\"org/n\", *a, **k):\n    for x, y in zip(M.values(), [n]):\n      AutoModel.from_pretrained(x, **k)\n    return t.load(n)\n",
		"a.ipynb":            "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"!hf download \\\\\\n\", \" org/m\\n\", \"x = 1\"]}]}",
		"a.sh":               "A=(--model org/m)\nB=\"--x $A\"\npython -c \"f('org/m')\" <<EOF\nx\nEOF\ncurl -d '{\"model\": \"org/m\"}'\n",
		"a.yaml":             "model: {name: org/m, path: ${a.b}}\nargs: [--model, org/m, hf://org/x]\ndatasets:\n  - path: org/d\n",
		"a.tf":               "variable \"model_id\" {\n  default = \"org/${x}\"\n}\nresource \"a\" \"b\" {\n  env = [{ name = \"MODEL_ID\", value = \"org/m\" }]\n}\n",
		"a.ts":               "const a: string = `org/${b}`; pipeline('x', {a: [1]}, \"org/m\"); const models = [\"org/a\", 'org/b'];\n",
		"Dockerfile":         "FROM a\nENV MODEL_ID org/m\nCMD [\"vllm\", \"serve\", \"org/m\"]\n",
		"README.md":          "---\nbase_model: org/m\ndatasets:\n- org/d\n---\n",
		"Modelfile":          "FROM org/m\nADAPTER ./a\n",
		"a.dvc":              "outs:\n- path: data.csv\n  md5: a\n",
		"serving.properties": "option.model_id=org/m\n",
	} {
		for n := range len(text) + 1 {
			f := sbom.NewFile(name, []byte(text[:n]))
			for _, c := range Collectors {
				if !c.Match(f) {
					continue
				}
				inv := &sbom.Inventory{}
				if err := c.Collect(context.Background(), f, inv); err != nil {
					t.Errorf("%s at %d: %v", name, n, err)
				}
				for _, r := range inv.References {
					if lines := 1 + strings.Count(text[:n], "\n"); r.At.Line < 1 || r.At.Line > lines || r.CallAt.Line > lines {
						t.Errorf("%s at %d: %s stands at line %d, called at %d of %d", name, n, r.Name, r.At.Line, r.CallAt.Line, lines)
					}
				}
			}
		}
	}
}

func FuzzJavascript(f *testing.F) { fuzz(f, "a.ts") }
func FuzzTerraform(f *testing.F)  { fuzz(f, "a.tf") }
