package references

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestPython(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []found
	}{
		{"call", "from transformers import AutoModel\nAutoModel.from_pretrained(\"org/m\", revision=\"" + commit + "\")\n", []found{{"model", "base", "org/m", commit, 2}}},
		{"constant over lines", "M = (\n  \"org/m\"\n)\nAutoModel.from_pretrained(\n  M,\n)\n", []found{{"model", "base", "org/m", "", 2}}},
		{"the last assignment before the use", "m = \"org/a\"\nAutoModel.from_pretrained(m)\nm = \"org/b\"\nAutoModel.from_pretrained(m, revision=\"v1.0\")\n",
			[]found{{"model", "base", "org/a", "", 1}, {"model", "base", "org/b", "v1.0", 3}}},
		{"either branch", "m = \"org/a\"\nif big:\n  m = \"org/b\"\nAutoModel.from_pretrained(m)\n", []found{{"model", "base", "org/a", "", 1}, {"model", "base", "org/b", "", 3}}},
		{"argparse", "p.add_argument(\"--base-net\", default=\"org/m\", help=\"like org/help\")\nargs = p.parse_args()\nAutoModel.from_pretrained(args.base_net)\n", []found{{"model", "base", "org/m", "", 1}}},
		{"click", "@click.option(\"--net\", default=\"org/m\")\ndef main(net):\n  AutoModel.from_pretrained(net)\n", []found{{"model", "base", "org/m", "", 1}}},
		{"typer", "def main(net: str = typer.Option(\"org/m\", help=\"org/help\")):\n  AutoModel.from_pretrained(net)\n", []found{{"model", "base", "org/m", "", 1}}},
		{"dataclass", "@dataclass\nclass C:\n  net: str = field(default=\"org/m\", metadata={\"help\": \"org/help\"})\ndef f(c: C):\n  AutoModel.from_pretrained(c.net)\n", []found{{"model", "base", "org/m", "", 3}}},
		{"pydantic", "class C(BaseModel):\n  model_id: str = Field(\"org/m\", description=\"org/help\")\n", []found{{"model", "base", "org/m", "", 2}}},
		{"dict", "NETS = {\"a\": \"org/a\", \"b\": \"org/b\"}\nAutoModel.from_pretrained(NETS[k])\n", []found{{"model", "base", "org/a", "", 1}, {"model", "base", "org/b", "", 1}}},
		{"dict at a key", "NETS = {\"a\": \"org/a\",\n \"b\": \"org/b\"}\nAutoModel.from_pretrained(NETS[\"b\"])\n", []found{{"model", "base", "org/b", "", 2}}},
		{"loop", "for m, n in [(\"org/a\", 1), (\"org/b\", 2)]:\n  AutoModel.from_pretrained(m)\n", []found{{"model", "base", "org/a", "", 1}, {"model", "base", "org/b", "", 1}}},
		{"parametrised test", "@pytest.mark.parametrize(\"n, m\", [(1, \"org/a\"), pytest.param(2, \"org/b\")])\ndef test(n, m):\n  AutoModel.from_pretrained(m)\n@pytest.mark.parametrize(\"m\", [\n  \"org/c\"])\ndef test(m):\n  AutoModel.from_pretrained(m)\n", []found{{"model", "base", "org/a", "", 1}, {"model", "base", "org/b", "", 1}, {"model", "base", "org/c", "", 5}}},
		{"environment", "m = os.environ.get(\"M\", \"org/m\")\nAutoModel.from_pretrained(m)\n", []found{{"model", "base", "org/m", "", 1}}},
		{"wrapper", "def load(path, revision=None):\n  return AutoModel.from_pretrained(path, revision=revision)\nload(\"org/m\", revision=\"v1.0\")\n", []found{{"model", "base", "org/m", "v1.0", 3}}},
		{"self", "class T:\n  def __init__(self, name):\n    self.name = name\n  def load(self):\n    return AutoModel.from_pretrained(self.name)\nT(\"org/m\")\n", []found{{"model", "base", "org/m", "", 6}}},
		{"adapter and base", "from peft import PeftModel\nm = PeftModel.from_pretrained(base, \"org/lora\")\n", []found{{"adapter", "adapter", "org/lora", "", 2}}},
		{"tokenizer", "AutoTokenizer.from_pretrained(\"org/m\")\n", []found{{"tokenizer", "tokenizer", "org/m", "", 1}}},
		{"dataset", "from datasets import load_dataset\nload_dataset(\"org/d\", \"cfg\", split=\"test\", revision=\"refs/pr/3\")\n", []found{{"dataset", "eval", "org/d", "refs/pr/3", 2}}},
		{"builder", "from datasets import load_dataset\nload_dataset(\"json\", data_files={\"train\": \"s3://b/t.jsonl\"})\n", []found{{"dataset", "train", "s3://b/t.jsonl", "", 2}}},
		{"dataset repository", "hf_hub_download(repo_id=\"org/d\", filename=\"x.csv\", repo_type=\"dataset\")\nsnapshot_download(\"org/s\", repo_type=\"space\")\n", []found{{"dataset", "train", "org/d", "", 1}}},
		{"unpacked", "kw = dict(revision=\"v2.0\", trust_remote_code=True)\nAutoModel.from_pretrained(\"org/m\", **kw)\n", []found{{"model", "base", "org/m", "v2.0", 2}}},
		{"push and output", "model.push_to_hub(\"me/out\")\nmodel.save_pretrained(\"out/dir\")\nTrainingArguments(output_dir=\"x/y\", hub_model_id=\"me/b\")\n",
			[]found{{"model", "push", "me/out", "", 1}, {"model", "output", "out/dir", "", 2}, {"model", "output", "x/y", "", 3}, {"model", "push", "me/b", "", 3}}},
		{"torch hub", "torch.hub.load(\"pytorch/vision:v0.10.0\", \"resnet18\")\n", []found{{"model", "base", "pytorch/vision:v0.10.0", "v0.10.0", 1}}},
		{"openai", "client.chat.completions.create(model=\"gpt-4o\")\n", []found{{"model", "serve", "gpt-4o", "", 1}}},
		{"vllm", "from vllm import LLM\nLLM(model=\"org/m\", tokenizer=\"org/t\")\n", []found{{"model", "serve", "org/m", "", 2}, {"tokenizer", "tokenizer", "org/t", "", 2}}},
		{"declared", "MODEL_NAME = \"org/m\"\nrun(dataset_name=\"org/d\")\n", []found{{"model", "base", "org/m", "", 1}, {"dataset", "train", "org/d", "", 2}}},
		{"payload", "requests.post(u, json={\"model\": \"org/m\", \"content\": \"org/prose\"})\n", []found{{"model", "base", "org/m", "", 1}}},
		{"subprocess", "subprocess.run([\"hf\", \"download\", \"org/m\"])\nos.system(\"ollama pull llama3:8b\")\n", []found{{"model", "base", "org/m", "", 1}, {"model", "serve", "llama3:8b", "", 2}}},

		{"put together", "O = \"org\"\nAutoModel.from_pretrained(\"%s/a-%d\" % (O, 7))\nAutoModel.from_pretrained(\"{}/b-{x}\".format(O, x=\"s\"))\nAutoModel.from_pretrained(\"/\".join([O, \"c\"]))\n", []found{{"model", "base", "org/a-7", "", 2}, {"model", "base", "org/b-s", "", 3}, {"model", "base", "org/c", "", 4}}},
		{"choices", "p.add_argument(\"--net\", choices=[\"org/a\", \"tiny\"])\na = p.parse_args()\nAutoModel.from_pretrained(a.net)\n@click.option(\"--tok\", type=click.Choice([\"org/b\"]))\ndef main(tok):\n  AutoTokenizer.from_pretrained(tok)\n", []found{{"model", "base", "org/a", "", 1}, {"tokenizer", "tokenizer", "org/b", "", 4}}},
		{"by name of the option", "p.add_argument(\"--net\", default=\"org/a\")\na = p.parse_args()\nAutoModel.from_pretrained(getattr(a, \"net\"))\nAutoTokenizer.from_pretrained(vars(a)[\"net\"])\n", []found{{"model", "base", "org/a", "", 1}, {"tokenizer", "tokenizer", "org/a", "", 1}}},
		{"table through a function", "R = {\"s\": \"org/s\", \"b\": {\"repo\": \"org/b\", \"rev\": \"v1\"}}\ndef build(table, k):\n  return AutoModel.from_pretrained(table[k])\nbuild(R, \"s\")\n", []found{{"model", "base", "org/s", "", 1}, {"model", "base", "org/b", "", 1}}},
		{"table of names", "M = {\n \"o/a-4bit\": (\"o/a-7b\", \"m/a-7b\"),\n \"o/b-4bit\": {\"8\": (\"o/b-7b\",)},\n \"o/c-4bit\": \"o/c-7b\",\n}\nR = {\"a/b1\": \"x\", \"a/b2\": \"y/z\", \"a/b3\": \"q\"}\n", nil},
		{"names by names", "M = {\n \"or/a-4bit\": (\"or/a-7b\", \"me/a-7b\"),\n \"or/b-4bit\": {\"8\": (\"or/b-7b\",)},\n \"or/c-4bit\": \"or/c-7b\",\n}\n", []found{{"model", "base", "or/a-4bit", "", 2}, {"model", "base", "or/a-7b", "", 2}, {"model", "base", "me/a-7b", "", 2}, {"model", "base", "or/b-4bit", "", 3}, {"model", "base", "or/b-7b", "", 3}, {"model", "base", "or/c-4bit", "", 4}, {"model", "base", "or/c-7b", "", 4}}},
		{"attribute of what was made", "@dataclass\nclass C:\n  key: str\n  ref: str\nALL = {\"a\": C(\"k\", \"org/a\"), \"b\": C(key=\"k\", ref=\"org/b\")}\nD = ALL[\"b\"]\nAutoModel.from_pretrained(D.ref)\nAutoTokenizer.from_pretrained(ALL[\"a\"].ref)\n", []found{{"model", "base", "org/b", "", 5}, {"tokenizer", "tokenizer", "org/a", "", 5}}},
		{"callee in words", "from x import FlagAutoReranker, LightWeightLLM, load_peft_model, ImageCard\nFlagAutoReranker.from_finetuned(\"org/r\")\nLightWeightLLM(\"org/l\")\nload_peft_model(\"org/p\")\nImageCard(\"org/x\")\nsave_model(\"org/y\")\nload_model_config(\"org/z\")\n", []found{{"model", "embedding", "org/r", "", 2}, {"model", "serve", "org/l", "", 3}, {"adapter", "adapter", "org/p", "", 4}, {"model", "output", "org/y", "", 6}}},
		{"command lines", "m = \"org/m\"\nt = \"org/t\"\ncmd = f\"serve --model {m} --tokenizer {t}-x\"\nrun([\"serve\", \"--tokenizer\", t])\n", []found{{"model", "base", "org/m", "", 1}, {"tokenizer", "tokenizer", "org/t", "", 2}}},
		{"request", "def ask(q, m=\"org/m\"):\n  return post(u, json={\"model\": m, \"messages\": q})\n", []found{{"model", "serve", "org/m", "", 1}}},
		{"a program that is written", "code = \"\"\"\nimport x\nm = AutoModel.from_pretrained('org/m')\n\"\"\"\nopen(\"a.py\", \"w\").write(code)\nprompt = \"\"\"\nimport x\nAutoModel.from_pretrained('org/prose')\n\"\"\"\n", []found{{"model", "base", "org/m", "", 3}}},
		{"a list that nothing reads", "from u import FastModel\nfourbit_models = [\n  \"org/a\",\n]\nmodel = FastModel.from_pretrained(model_name=\"org/m\")\n", []found{{"model", "base", "org/m", "", 5}}},
		{"passed on", "p.add_argument(\"--model_id\", default=\"org/m\")\na = p.parse_args()\nWrapper(model_id=a.model_id, tokenizer_id=a.model_id)\n", []found{{"model", "base", "org/m", "", 1}, {"tokenizer", "tokenizer", "org/m", "", 1}}},

		{"deferred", "m = dict(type=AutoTokenizer.from_pretrained, pretrained_model_name_or_path=\"org/m\")\n", []found{{"tokenizer", "tokenizer", "org/m", "", 1}}},
		{"on two hubs", "from .meta import Model\nModel(\"org/a\", \"other/a\")\n", []found{{"model", "base", "org/a", "", 2}, {"model", "base", "other/a", "", 2}}},
		{"model and processor", "m, p = get_model_processor(\"org/m\")\n", []found{{"model", "base", "org/m", "", 1}}},
		{"rows and parts of a dataset", "dataset = [\"org/a#500\", \"org/b:part\"]\nload_dataset(dataset)\n", []found{{"dataset", "train", "org/a", "", 1}, {"dataset", "train", "org/b", "", 1}}},
		{"adapter that was downloaded", "d = snapshot_download(\"org/x-lora\")\nm = PeftModel.from_pretrained(base, d)\n", []found{{"adapter", "adapter", "org/x-lora", "", 1}}},

		{"run elsewhere", "@ray.remote\ndef load(n):\n  return AutoModel.from_pretrained(n)\nload.remote(\"org/m\")\n", []found{{"model", "base", "org/m", "", 4}}},
		{"closed model", "agent = Agent(model=\"gpt-4o\")\nPRICES = {\"model\": [\"gpt-4\"]}\nmodels = [\"gpt-4\"]\nname = \"gpt-4\"\n", []found{{"model", "serve", "gpt-4o", "", 1}}},

		{"default of the environment", "def f():\n  return os.getenv(\"CHAT_MODEL_NAME\", \"gpt-4o\")\n", []found{{"model", "serve", "gpt-4o", "", 2}}},
		{"asked and answered", "run({\"model\": \"gpt-4o\"})\nmock({\"model\": \"gpt-4\", \"choices\": []})\n", []found{{"model", "serve", "gpt-4o", "", 1}}},

		{"model of a service by its provider", "a = Agent(\"openai:gpt-4o\", prompt=\"p\")\nb = Other(\"x:gpt-4o\")\nload_lora(pipe, \"org/l\")\n", []found{{"model", "serve", "openai:gpt-4o", "", 1}, {"adapter", "adapter", "org/l", "", 3}}},

		{"revision beside it", "META = dict(x=1)\nT(dataset={\"path\": \"org/d\", \"revision\": \"abc\"})\nI(model_id=\"org/m\", revision=\"v2\")\n", []found{{"dataset", "train", "org/d", "abc", 2}, {"model", "base", "org/m", "v2", 3}}},
		{"what it is loaded with comes first", "T = \"org/t\"\nclass S(Base):\n  def f(self):\n    self._load_tokenizer(CLIPTokenizer, T)\n    safe_snapshot_download(\"org/m\")\n", []found{{"tokenizer", "tokenizer", "org/t", "", 1}, {"model", "base", "org/m", "", 5}}},

		{"docstring, comment, error, comparison", "def f(n):\n  \"\"\"AutoModel.from_pretrained(\"org/doc\")\"\"\"\n  # from_pretrained(\"org/comment\")\n  if n == \"org/cmp\":\n    raise ValueError(\"use org/err\")\n  assert n, \"org/msg\"\n  print(\"org/prose\")\n", nil},
		{"other things of that shape", "image = \"org/app\"\nwandb.init(project=\"org/p\", entity=\"org\")\nheaders = {\"accept\": \"application/json\"}\npath = \"a/b\"\nmetric = \"eval/loss\"\ntask = \"org/task\"\n", nil},
		{"metadata is no load", "api.model_info(repo_id=\"org/m\")\nevaluate.load(\"org/metric\")\n", nil},
		{"a key of a table", "p.add_argument(\"--model\", choices=list(NETS.keys()), default=\"Net-XL/2\")\n", nil},
		{"own function of that name", "def load_dataset(name):\n  return name\nload_dataset(\"org/x\")\n", nil},
		{"an owner of one letter", "MODEL_NAME = \"x/model-7b\"\n", nil},
		{"placeholder", "AutoModel.from_pretrained(\"your-org/your-model\")\nMODEL_NAME = \"path/to/model\"\n", nil},
		{"a mode is no name", "init = \"scratch\"\nif init == \"scratch\":\n  pass\nelse:\n  GPT.from_pretrained(init)\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []found
			for _, r := range collectAll(t, map[string]string{"t.py": tt.text}).References {
				got = append(got, found{r.Kind, r.Role, r.Name, r.Revision, r.At.Line})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestPythonUnresolved(t *testing.T) {
	t.Parallel()
	type unresolved struct{ Name, State, RevisionKind string }
	for text, want := range map[string][]unresolved{
		"AutoModel.from_pretrained(f\"org/m-{size}\")\n":                            {{"org/m-", "unresolved", "unresolved"}},
		"AutoModel.from_pretrained(\"org/\" + name)\n":                              {{"org/", "unresolved", "unresolved"}},
		"AutoModel.from_pretrained(choose())\n":                                     {{"", "unresolved", "none"}},
		"AutoModel.from_pretrained(\"org/m\", revision=args.rev)\n":                 {{"org/m", "resolved", "unresolved"}},
		"S = \"7b\"\nAutoModel.from_pretrained(f\"org/m-{S}\")\n":                   {{"org/m-7b", "resolved", "none"}},
		"def f(n):\n  AutoModel.from_pretrained(n)\n":                               {{"", "unresolved", "none"}},
		"def f(n):\n  AutoModel.from_pretrained(n)\nf(\"org/m\")\n":                 {{"org/m", "resolved", "none"}},
		"AutoModel.from_pretrained(\"org/m\", revision=None)\n":                     {{"org/m", "resolved", "none"}},
		"AutoModel.from_pretrained(\"org/m-%s\" % size)\n":                          {{"org/m-", "unresolved", "unresolved"}},
		"AutoModel.from_pretrained(\"org/m-{}\".format(size), revision=\"v1.0\")\n": {{"org/m-", "unresolved", "tag"}},
	} {
		var got []unresolved
		for _, r := range collectAll(t, map[string]string{"t.py": text}).References {
			got = append(got, unresolved{r.Name, r.State, r.RevisionKind})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s-want +got:\n%s", text, diff)
		}
	}
}

func TestPythonAcrossModules(t *testing.T) {
	t.Parallel()
	inv := collectAll(t, map[string]string{
		"src/pkg/config.py":   "BASE = \"org/m\"\nclass C:\n  data = \"org/d\"\n",
		"src/pkg/__init__.py": "from .config import BASE\n",
		"src/pkg/load.py":     "def load(name, revision=None):\n  return AutoModel.from_pretrained(name, revision=revision)\n",
		"src/pkg/wrap.py":     "from .load import load\ndef wrap(which):\n  return load(which)\n",
		"src/run.py":          "from pkg import BASE\nfrom pkg.config import C\nfrom pkg.load import load\nfrom pkg.wrap import wrap\nload(BASE, revision=\"v1.0\")\nload_dataset(C.data)\nwrap(\"org/w\")\n",
	})
	type where struct {
		Name, Revision, At, Call string
	}
	var got []where
	for _, r := range inv.References {
		got = append(got, where{r.Name, r.Revision, r.At.Path, r.CallAt.Path})
	}
	want := []where{
		{"org/m", "v1.0", "src/pkg/config.py", "src/pkg/load.py"},
		{"org/d", "", "src/pkg/config.py", "src/run.py"},
		{"org/w", "", "src/run.py", "src/pkg/load.py"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPythonCalls(t *testing.T) {
	t.Parallel()
	type call struct {
		Callee     string
		Args       map[string]string
		Unresolved []string
		Function   string
		ChecksHash sbom.Tri
	}
	none := map[string]string{}
	for text, want := range map[string]call{
		"import numpy as np\nnp.load(\"a.npy\", allow_pickle=True)\n":                                                     {"numpy.load", map[string]string{"0": "a.npy", "allow_pickle": "True"}, []string{}, "", "no"},
		"import pickle\ndef f(p):\n  return pickle.load(p)\n":                                                             {"pickle.load", none, []string{"0"}, "f", "no"},
		"from huggingface_hub import HfApi\napi = HfApi()\napi.create_repo(\"me/x\", private=False)\n":                    {"huggingface_hub.HfApi.create_repo", map[string]string{"0": "me/x", "private": "False"}, []string{}, "", "no"},
		"import requests\ns = requests.Session()\ns.get(\"http://x.test\", verify=False)\n":                               {"requests.Session.get", map[string]string{"0": "http://x.test", "verify": "False"}, []string{}, "", "no"},
		"from transformers import TrainingArguments as A\nA(report_to=[\"wandb\"], **kw)\n":                               {"transformers.TrainingArguments", map[string]string{"report_to": `["wandb"]`}, []string{"**"}, "", "no"},
		"def f(u):\n  urllib.request.urlretrieve(u, \"x\")\n  if hashlib.sha256(b).hexdigest() != E:\n    raise X\n":      {"urllib.request.urlretrieve", map[string]string{"1": "x"}, []string{"0"}, "f", "yes"},
		"def check_sha(p):\n  return hashlib.sha256(p).hexdigest() == E\ndef f(u):\n  wget.download(u)\n  check_sha(u)\n": {"wget.download", none, []string{"0"}, "f", "yes"},
		"import torch\nkw = {\"weights_only\": False}\ntorch.load(\"m.pt\", **kw)\n":                                      {"torch.load", map[string]string{"0": "m.pt", "weights_only": "False"}, []string{}, "", "no"},
		"from feast import Permission\nfrom feast.p import ALL_ACTIONS\nPermission(actions=ALL_ACTIONS)\n":                {"feast.Permission", map[string]string{"actions": "ALL_ACTIONS"}, []string{}, "", "no"},
		"from feast import Permission\nfrom feast.p import A\nPermission(actions=[A.READ])\n":                             {"feast.Permission", map[string]string{"actions": "[A.READ]"}, []string{}, "", "no"},
		"trainer = SFTTrainer(model=m)\ntrainer.push_to_hub()\n":                                                          {"trainer.push_to_hub", none, []string{}, "", "no"},
		"def f(only=False):\n  torch.load(\"m\", weights_only=only)\n":                                                    {"torch.load", map[string]string{"0": "m"}, []string{"weights_only"}, "f", "no"},
	} {
		inv := collectAll(t, map[string]string{"t.py": text})
		if len(inv.Calls) != 1 {
			t.Errorf("%s: %d calls", text, len(inv.Calls))
			continue
		}
		c := inv.Calls[0]
		if diff := cmp.Diff(want, call{c.Callee, c.Args, c.Unresolved, c.Function, c.ChecksHash}); diff != "" {
			t.Errorf("%s-want +got:\n%s", text, diff)
		}
	}
}

func TestNotebook(t *testing.T) {
	t.Parallel()
	inv := collectAll(t, map[string]string{"n.ipynb": `{"cells": [
 {"cell_type": "markdown", "source": ["AutoModel.from_pretrained('org/prose')"]},
 {"cell_type": "code", "source": ["m = \"org/m\"\n", "!hf download org/d --repo-type dataset\n"]},
 {"cell_type": "code", "source": ["!python train.py \\\n",
  "  --model_name_or_path org/t\n"]},
 {"cell_type": "code", "source": ["%%writefile a.yaml\n",
  "# org/comment\n",
  "base_model: org/y\n"]},
 {"cell_type": "code", "source": ["AutoModel.from_pretrained(m)"], "outputs": [{"text": ["org/out"]}]}
], "nbformat": 4}`})
	var got []found
	for _, r := range inv.References {
		got = append(got, found{r.Kind, r.Role, r.Name, r.Revision, r.At.Line})
	}
	want := []found{{"model", "base", "org/m", "", 3}, {"dataset", "train", "org/d", "", 3}, {"model", "base", "org/t", "", 5}, {"model", "base", "org/y", "", 8}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestPythonEnds reads modules made to be followed forever.
func TestPythonEnds(t *testing.T) {
	t.Parallel()
	chain := &strings.Builder{}
	for i := range 40 {
		fmt.Fprintf(chain, "if c:\n  a%d = a%d or a%d\nelse:\n  a%d = [a%d, a%d]\n", i+1, i, i, i+1, i, i)
	}
	calls := chain.String() + strings.Repeat("torch.load(a40, x=a40, y=a40)\n", 3000)
	for name, text := range map[string]string{
		"itself":   "def f(x):\n  return f(x)\ndef g(x):\n  f(x)\n  g(x)\n  AutoModel.from_pretrained(x)\nAutoModel.from_pretrained(f(g(1)))\n",
		"doubling": chain.String() + "AutoModel.from_pretrained(a40)\n",
		"many":     calls,
	} {
		inv := collectAll(t, map[string]string{"a.py": text})
		if limited := len(inv.Problems) > 0; limited != (name == "many") {
			t.Errorf("%s: problems %v", name, inv.Problems)
		}
	}
}

func FuzzPython(f *testing.F)   { fuzz(f, "a.py") }
func FuzzNotebook(f *testing.F) { fuzz(f, "a.ipynb") }
