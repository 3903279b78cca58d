package references

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDownloadedAdapter holds an adapter to the revision at which it was downloaded.
func TestDownloadedAdapter(t *testing.T) {
	t.Parallel()
	const sha = "0123456789012345678901234567890123456789"
	inv := collectAll(t, map[string]string{"a.py": "pipe.load_lora_weights(hf_hub_download(\"org/a\", \"w.bin\", revision=\"" + sha + "\"))\n" +
		"p = snapshot_download(\"org/b\", revision=\"" + sha + "\")\nPeftModel.from_pretrained(m, p)\n" +
		"pipe.load_lora_weights(hf_hub_download(\"org/c\", \"w.bin\"), revision=\"main\")\n"})
	got := map[string]string{}
	for _, r := range inv.References {
		got[r.Kind+" "+r.Name] = r.Revision
	}
	want := map[string]string{"adapter org/a": sha, "adapter org/b": sha, "adapter org/c": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestNotations holds the rules for ways of writing that a program has for itself.
func TestNotations(t *testing.T) {
	t.Parallel()
	type ref struct {
		Kind, Name, Host string
		Line             int
	}
	hub := "huggingface"
	tests := []struct {
		name  string
		files map[string]string
		want  []ref
	}{
		{"variable after =", map[string]string{"a.sh": "MODEL=org/m\npython t.py \\\n --model_name=$MODEL ++data.path=\"${DATA}\"\n"}, []ref{{"model", "org/m", hub, 1}}},
		{"makefile", map[string]string{"Makefile": "MODEL_NAME ?= org/m\nrun:\n\tpython t.py --model $(MODEL_NAME)\n"}, []ref{{"model", "org/m", hub, 1}}},
		{"justfile", map[string]string{"justfile": "model := \"org/m\"\nrun:\n  vllm serve {{model}}\n"}, []ref{{"model", "org/m", hub, 1}}},
		{"sum", map[string]string{"a.sh": "t.py --train_dataset_name \"org/a+ami-x+ami-x\"\n"}, []ref{{"dataset", "org/a", hub, 1}, {"dataset", "ami-x", hub, 1}}},
		{"script of a login shell", map[string]string{"a.sh": "bash -lc \"vllm serve org/m\"\nsh -euxc 'vllm serve org/n'\ntar -xzc \"vllm serve org/no\"\n"}, []ref{{"model", "org/m", hub, 1}, {"model", "org/n", hub, 2}}},
		{"sum of splits", map[string]string{"a.sh": "t.py --dataset train+validation\n"}, nil},
		{"commas", map[string]string{"a.yaml": "train_dataset: org/a,org/b\nlabels: a/b,c/d\n"}, []ref{{"dataset", "org/a", hub, 1}, {"dataset", "org/b", hub, 1}}},
		{"adapters by name", map[string]string{"a.sh": "vllm serve org/m --lora-modules sql=org/a '{\"name\": \"x\", \"path\": \"org/b\"}'\n"}, []ref{{"model", "org/m", hub, 1}, {"adapter", "org/a", hub, 1}, {"adapter", "org/b", hub, 1}}},
		{"short flag", map[string]string{"a.sh": "bench -m org/m\ngit commit -m org/no\nsvn commit -m fix/no\npython -m org/no\n"}, []ref{{"model", "org/m", hub, 1}}},
		{"pushed by flag", map[string]string{"a.sh": "autotrain --push_to_hub --repo_id org/m --model org/b\n"}, []ref{{"model", "org/b", hub, 1}}},
		{"kept script", map[string]string{"a.sh": "J=$(cat <<EOF\nt.py --model org/m\nEOF\n)\ncat <<EOF\nusage: --model org/no\nEOF\n"}, []ref{{"model", "org/m", hub, 2}}},
		{"service in a name", map[string]string{".env": "OLLAMA_MODEL=llama3:8b\nGROQ_MODEL=mixtral-8x7b\nOPENAI_MODEL_TEMPERATURE=0.5\nGROQ_API_KEY=x-1\n"}, []ref{{"model", "llama3:8b", "ollama", 1}, {"model", "mixtral-8x7b", "groq", 2}}},
		{"provider beside", map[string]string{"a.yaml": "llm:\n  provider: groq\n  model: llama-70b\nengine: ollama\n"}, []ref{{"model", "llama-70b", "groq", 3}}},
		{"sweep", map[string]string{"a.yaml": "parameters:\n  model_name_or_path:\n    value: org/m\n  dataset_name:\n    values: [org/a, org/b]\n  model:\n    name: x/y\n    layers: 3\n"}, []ref{{"model", "org/m", hub, 3}, {"dataset", "org/a", hub, 5}, {"dataset", "org/b", hub, 5}, {"model", "x/y", hub, 7}}},
		{"settings by folder", map[string]string{"conf/model/a.yaml": "name_or_path: gpt2-large\n", "conf/tokenizer/b.yaml": "name: org/t\n", "conf/b.yaml": "name: org/no\n"}, []ref{{"model", "gpt2-large", hub, 1}, {"tokenizer", "org/t", hub, 1}}},
		{"adapters by key", map[string]string{"a.yaml": "lora_adapters:\n  legal:\n    source: HF\n    repo: org/a\n"}, []ref{{"adapter", "org/a", hub, 4}}},
		{"in a list of datasets", map[string]string{"a.yaml": "datasets:\n- dataset_name: X\n  dataset_kwargs: {hf_dataset_path: org/d}\n"}, []ref{{"dataset", "org/d", hub, 3}}},
		{"flags under any key", map[string]string{"a.yaml": "containerArgs:\n- \"--model\"\n- org/m\nstart: sh -c \"serve --model org/n\"\ndescription: use --model org/no\n"}, []ref{{"model", "org/m", hub, 3}, {"model", "org/n", hub, 4}}},
		{"a word is a setting", map[string]string{"a.yaml": "base_model: decoder\nadapter_path: my_lora\nmodel_name_or_path: lora_model\n"}, nil},
		{"a table is no key", map[string]string{"a.py": "V = {\"org/a-base\": \"https://huggingface.co/org/a/resolve/main/v.txt\"}\n"}, nil},
		{"triton", map[string]string{"r/m/config.pbtxt": "backend: \"python\"\nparameters: {\n key: \"huggingface_model\",\n value: {string_value: \"org/m\"}\n}\n"}, []ref{{"model", "org/m", hub, 4}}},

		{"settings of one's own", map[string]string{"t.py": "p.add_argument(\"--base-net\")\nargs = p.parse_args()\nAutoModel.from_pretrained(args.base_net)\nload_dataset(cfg.corpus.name)\n", "run.sh": "python t.py --base-net org/m --other-net org/no --base_net scratch\n", "conf/c.yaml": "corpus: {name: squad}\nother: {name: imdb}\nbase_net: org/n\n", "f.py": "@app.command()\ndef main(speaker):\n  AutoTokenizer.from_pretrained(speaker)\n", "f.sh": "python f.py --speaker org/s\n"},
			[]ref{{"dataset", "squad", hub, 1}, {"model", "org/n", hub, 3}, {"tokenizer", "org/s", hub, 1}, {"model", "org/m", hub, 1}}},
		{"yaml without an ending", map[string]string{"t/_default_template_yaml": "dataset_path: org/d\ndataset_name: squad\ntask: x\n"}, []ref{{"dataset", "org/d", hub, 1}}},
		{"a task of one's own", map[string]string{"a.json": "{\"peft_addr\": \"org/a\", \"task\": \"ner\",\n \"dataset_name\": \"conll2003\"}\n"}, []ref{{"adapter", "org/a", hub, 1}, {"dataset", "conll2003", hub, 2}}},
		{"adapters in a variable", map[string]string{"a.yaml": "env:\n- name: LORA_ADAPTERS\n  value: org/a,org/b\n"}, []ref{{"adapter", "org/a", hub, 3}, {"adapter", "org/b", hub, 3}}},
		{"an owner with a dash", map[string]string{"a.py": "load_dataset(\"embedding-data/QA\")\nload_dataset(\"my_data/qa\")\n"}, []ref{{"dataset", "embedding-data/QA", hub, 1}, {"dataset", "my_data/qa", "local", 2}}},
		{"flags in a list", map[string]string{"a.py": "args = [\"--model_name_or_path=org/m\",\n \"--output_dir=org/no\", \"--hub_model_id=org/no\"]\nrun(args)\n"}, []ref{{"model", "org/m", hub, 1}}},
		{"pairs", map[string]string{"a.py": "c = OrderedDict([(\"name_or_path\", \"org/m\"), (\"x\", \"org/no\")])\n"}, []ref{{"model", "org/m", hub, 1}}},
		{"arguments of a class", map[string]string{"a.py": "from lib import ModelArguments, DatasetArguments\nModelArguments(\"org/m\", dtype=x)\nDatasetArguments(\"./d\")\n"}, []ref{{"model", "org/m", hub, 2}, {"dataset", "./d", "local", 3}}},
		{"says itself what it is", map[string]string{"a.py": "def f(model_version=\"openai/gpt-4o\", other=\"openai/gpt-4o\"):\n  pass\nAutoTokenizer.from_pretrained(\"models/gemini-1\")\n"}, []ref{{"model", "openai/gpt-4o", "openai", 1}}},
		{"attribute of a subclass", map[string]string{"a.py": "class B:\n  text_te_src: str = None\n  def f(self):\n    AutoModel.from_pretrained(self.text_te_src)\n", "b.py": "class C(B):\n  text_te_src = \"org/m\"\n"}, []ref{{"model", "org/m", hub, 2}}},
		{"destructured", map[string]string{"a.js": "const { model = \"grok-4\" } = config;\n"}, []ref{{"model", "grok-4", "xai", 1}}},
		{"pieces of a command", map[string]string{"a.py": "subprocess.run([\"bash\", \"-c\", (\n \"x \"\n \"--model org/m \"\n)])\n"}, []ref{{"model", "org/m", hub, 3}}},
		{"returned elsewhere", map[string]string{"u.py": "def pick(k):\n  return \"org/a\" if k else \"org/b\"\n", "t.py": "from u import pick\nAutoModel.from_pretrained(pick(1))\n", "s.py": "from u import *\nn = pick(1)\nAutoTokenizer.from_pretrained(n)\n"},
			[]ref{{"tokenizer", "org/a", hub, 2}, {"tokenizer", "org/b", hub, 2}, {"model", "org/a", hub, 2}, {"model", "org/b", hub, 2}}},
		{"download of an adapter", map[string]string{"a.py": "snapshot_download(\"org/a\", local_dir=\"x/adapters/ru\")\nadapter_id = \"org/b\"\nsnapshot_download(adapter_id)\nhf_hub_download(\"org/c\", \"s-lora.safetensors\")\np = hf_hub_download(\"org/d\", \"s.bin\")\npipe.load_lora_weights(p)\nsnapshot_download(\"org/e\")\n"},
			[]ref{{"adapter", "org/a", hub, 1}, {"adapter", "org/b", hub, 2}, {"adapter", "org/c", hub, 4}, {"adapter", "org/d", hub, 5}, {"model", "org/e", hub, 7}}},
		{"only compared", map[string]string{"a.py": "KNOWN_MODELS = [\"org/a\"]\nif m in KNOWN_MODELS: pass\nMORE_MODELS = [\"org/b\"]\nrun(MORE_MODELS)\n"}, []ref{{"model", "org/b", hub, 3}}},
		{"unpacked", map[string]string{"a.py": "D = [((\"squad\", None), \"x\")]\nfor s, _ in D:\n  datasets.load_dataset(*s)\n"}, []ref{{"dataset", "squad", hub, 1}}},
		{"constant in a dict", map[string]string{"a.py": "TINY = os.getenv(\"T\", \"org/m\")\nargs = {\"model_name_or_path\": TINY}\n"}, []ref{{"model", "org/m", hub, 1}}},
		{"asked", map[string]string{"a.py": "import fireworks\nc.chat.ask(model=\"llama-3\", messages=m)\nChatFireworks(model=\"qwen2-7b\")\nAgent(provider=\"groq\", model=\"mix-8\")\nrun(model=\"tiny-1\", prompt=p)\n"},
			[]ref{{"model", "llama-3", "openai", 2}, {"model", "qwen2-7b", "fireworks", 3}, {"model", "mix-8", "groq", 4}}},
		{"bedrock", map[string]string{"a.py": "model_id = \"us.anthropic.claude-3-sonnet-20240229-v1:0\";ask(model_id)\nAutoTokenizer.from_pretrained(\"gpt-4\")\nj = f(model=\"openai:/gpt-4\")\n"}, []ref{{"model", "us.anthropic.claude-3-sonnet-20240229-v1:0", "bedrock", 1}, {"model", "openai:/gpt-4", "openai", 3}}},
		{"choice of a page", map[string]string{"a.py": "m = st.selectbox(\"M\", [\"org/a\", \"org/b\"])\nAutoModel.from_pretrained(m)\nmodel_dropdown = gr.Dropdown(choices=[\"org/c\"], value=\"org/d\")\nmodel_dropdown.change()\n"},
			[]ref{{"model", "org/a", hub, 1}, {"model", "org/b", hub, 1}, {"model", "org/d", hub, 3}, {"model", "org/c", hub, 3}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var got []ref
			for _, r := range collectAll(t, tt.files).References {
				if r.Role != "push" && r.Role != "output" && r.Name != "" && !(r.Host == "local" && r.Kind == "model") {
					got = append(got, ref{r.Kind, r.Name, r.Host, r.At.Line})
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
