package references

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

func collectAll(t *testing.T, files map[string]string) *sbom.Inventory {
	t.Helper()
	source := fstest.MapFS{}
	for name, text := range files {
		source[name] = &fstest.MapFile{Data: []byte(text)}
	}
	inv, err := sbom.Generate(context.Background(), source, sbom.Options{Collectors: Collectors, Linkers: Linkers})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

type found struct {
	Kind, Role, Name, Revision string
	Line                       int
}

func TestReferences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, text string
		want             []found
	}{
		{"axolotl", "a.yaml", "base_model: org/llama\nrevision_of_model: " + commit + "\ndatasets:\n  - path: org/data\n    type: alpaca\n  - path: json\nhub_model_id: me/out\n",
			[]found{{"model", "base", "org/llama", commit, 1}, {"dataset", "train", "org/data", "", 4}, {"model", "push", "me/out", "", 7}}},
		{"mixer", "b.yaml", "dataset_mixer:\n  org/ultra: 0.5\n", []found{{"dataset", "train", "org/ultra", "", 2}}},
		{"look-alikes", "c.yaml", "image: org/app\nmodel: resnet\ncontent_type: application/json\nwandb_project: org/proj\ndescription: org/name\n", nil},
		{"shell", "run.sh", "MODEL=org/base\n# --model_name_or_path no/no\npython t.py \\\n  --model_name_or_path $MODEL \\\n  --dataset_name org/data --hub_model_id me/out\n",
			[]found{{"model", "base", "org/base", "", 1}, {"dataset", "train", "org/data", "", 5}, {"model", "push", "me/out", "", 5}}},
		{"echo is prose", "e.sh", "echo use --model org/base\n", nil},
		{"download", "d.sh", "hf download org/base --revision " + commit + "\n", []found{{"model", "base", "org/base", commit, 1}}},
		{"kubernetes", "k.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: vllm/vllm-openai\n    args: [--model, org/base]\n    env:\n    - name: MODEL_ID\n      value: org/two\n",
			[]found{{"model", "serve", "org/base", "", 6}, {"model", "serve", "org/two", "", 9}}},
		{"modelfile", "Modelfile", "FROM llama3:8b\nSYSTEM \"\"\"\nFROM org/prose\n\"\"\"\nADAPTER ./a.gguf\n", []found{{"model", "base", "llama3:8b", "", 1}, {"adapter", "adapter", "./a.gguf", "", 5}}},
		{"card", "README.md", "---\nbase_model: org/base\ndatasets:\n- org/data\n---\nprose org/other\n", []found{{"model", "base", "org/base", "", 2}, {"dataset", "train", "org/data", "", 4}}},
		{"web page", "README.md", "---\ntitle: org/base\n---\n", nil},
		{"results", "results/r.json", `{"model_id": "org/base"}`, nil},
		{"not results", "conf/r.json", `{"model_id": "org/base"}`, []found{{"model", "base", "org/base", "", 1}}},
		{"lm-eval", "l.sh", "lm_eval --model hf --model_args pretrained=org/base,revision=v1.0\n", []found{{"model", "eval", "org/base", "v1.0", 1}}},
		{"default", "v.sh", "vllm serve ${MODEL:-org/base} --port 1\n", []found{{"model", "serve", "org/base", "", 1}}},
		{"dockerfile", "Dockerfile", "FROM org/image\nENV MODEL_ID=org/base\nCMD [\"--model\", \"x\"]\n", []found{{"model", "base", "org/base", "", 2}}},
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

func TestAdapterIsDerivedFromBase(t *testing.T) {
	t.Parallel()
	inv := collectAll(t, map[string]string{
		"lora/adapter_config.json": `{"base_model_name_or_path": "org/base", "revision": "` + commit + `", "r": 8}`,
		"run.yaml":                 "model_name_or_path: org/base\nadapter_name_or_path: lora\nhub_model_id: me/out\n",
	})
	got := map[string][]string{}
	for _, c := range inv.Components {
		got[c.Ref] = c.DerivedFrom
	}
	want := map[string][]string{"adapter:./lora": {"model:hf://org/base@" + commit}, "model:hf://org/base": nil, "model:hf://org/base@" + commit: nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAdapterIsDerivedFromTheModelItIsPutOn(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"code":   {"a.py": "m = AutoModel.from_pretrained(\"org/base\")\nm = PeftModel.from_pretrained(m, \"org/lora\")\nAutoModel.from_pretrained(\"org/other\")\n"},
		"method": {"a.py": "pipe = DiffusionPipeline.from_pretrained(\"org/base\")\npipe.load_lora_weights(\"org/lora\")\n"},
		"recipe": {"a.yaml": "model_name_or_path: org/base\nadapter_name_or_path: org/lora\n", "b.yaml": "base_model: org/other\n"},
	} {
		got := map[string][]string{}
		for _, c := range collectAll(t, files).Components {
			if c.Kind == "adapter" {
				got[c.Ref] = c.DerivedFrom
			}
		}
		if diff := cmp.Diff(map[string][]string{"adapter:hf://org/lora": {"model:hf://org/base"}}, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func TestCardMeansTheRevisionThatIsLoaded(t *testing.T) {
	t.Parallel()
	const card = "---\nbase_model: org/base\n---\n"
	load := func(rev string) string {
		return "AutoModel.from_pretrained(\"org/base\", revision=\"" + rev + "\")\n"
	}
	other := strings.Repeat("b", 40)
	for name, test := range map[string]struct {
		code string
		want []string
	}{
		"one revision":  {load(commit), []string{"model:hf://org/base@" + commit}},
		"two revisions": {load(commit) + load(other), []string{"model:hf://org/base", "model:hf://org/base@" + commit, "model:hf://org/base@" + other}},
		"nothing loads": {"", []string{"model:hf://org/base"}},
	} {
		var got []string
		for _, c := range collectAll(t, map[string]string{"README.md": card, "a.py": test.code}).Components {
			got = append(got, c.Ref)
		}
		slices.Sort(got)
		slices.Sort(test.want)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func TestComponentsNameTheirUse(t *testing.T) {
	t.Parallel()
	inv := &sbom.Inventory{
		Components: []sbom.Component{{Ref: "model:hf://org/m", Kind: "model", Name: "org/m"}, {Ref: "dataset:hf://datasets/org/d", Kind: "dataset", Name: "org/d"}},
		References: []sbom.Reference{
			{Loader: "transformers.AutoModel.from_pretrained", Component: "model:hf://org/m"},
			{Loader: "peft.PeftModel.from_pretrained", Component: "model:hf://org/m"}, // not a package of the source
			{Loader: "model_name_or_path", Component: "model:hf://org/m"},
		},
		Packages: []sbom.Package{{Name: "Transformers"}},
		Runs:     []sbom.Run{{ID: "r2", Params: map[string]string{"model_name_or_path": "org/m", "note": "org/d"}}, {ID: "r1", Params: map[string]string{"base_model": "org/m"}, Datasets: []string{"org/d"}}},
	}
	linkUse(inv)
	var got []map[string]string
	for _, c := range inv.Components {
		got = append(got, c.Properties)
	}
	if diff := cmp.Diff([]map[string]string{{"loaded_with": "transformers", "runs": "r1,r2"}, {"runs": "r1"}}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnEmptyFileNamesNothing(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{"a.json": 0, "a.yaml": 0, "adapter_config.json": 1} { // that of an adapter ought to say something
		if got := collectAll(t, map[string]string{name: ""}).Problems; len(got) != want {
			t.Errorf("%s: %v, want %d problems", name, got, want)
		}
	}
	if got := collectAll(t, map[string]string{"a.json": "{"}).Problems; len(got) != 1 {
		t.Errorf("a broken file: %v", got)
	}
}

func TestSameBytesTwice(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"a.py": "from b import M, load\nNETS = {\"x\": \"org/x\", \"y\": \"org/y\"}\nload(M)\nload(NETS[k])\nfor n in NETS.values():\n  load(n)\n",
		"b.py": "M = \"org/m\"\ndef load(n, t=\"org/t\"):\n  AutoTokenizer.from_pretrained(t)\n  return AutoModel.from_pretrained(n)\n",
		"c.sh": "MODELS=\"org/a org/b\"\nhf download org/c\n", "d.yaml": "base_model: org/d\ndatasets:\n  - path: org/e\n",
	}
	want := collectAll(t, files)
	for range 20 {
		got := collectAll(t, files)
		if diff := cmp.Diff([]any{want.References, want.Components, want.Calls}, []any{got.References, got.Components, got.Calls}); diff != "" {
			t.Fatalf("another run differs: %s", diff)
		}
	}
}

func TestRevisionKind(t *testing.T) {
	t.Parallel()
	for rev, want := range map[string]string{
		"": "none", commit: "commit", commit[:39]: "branch", "main": "branch", "v1.0": "tag", "refs/pr/3": "pull", "${REV}": "unresolved",
	} {
		if got := RevisionKind(rev); got != want {
			t.Errorf("RevisionKind(%q) = %s, want %s", rev, got, want)
		}
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]NameKind{
		"org/name": NameHub, "hf://org/name": NameHub, "gpt2": NameBare, "./org/name": NameLocal, "outputs/run": NameLocal, "application/json": NameNone,
		"https://x.test/a": NameURL, "s3://b/k": NameBucket, "models:/m/1": NameRegistry, "llama3:8b": NameOllama, "ghcr.io/a/b:1": NameImage, "two words": NameNone, "meta-llama/Llama-3.1": NameHub,
	} {
		if got := KindOf(name); got != want {
			t.Errorf("KindOf(%q) = %d, want %d", name, got, want)
		}
	}
}

func fuzz(f *testing.F, name string) {
	f.Add([]byte("model_name_or_path: org/name\n"))
	f.Add([]byte("A=${B:-x\npython t --model \"$A\" \\"))
	f.Add([]byte("---\nbase_model: [a/b]\n---\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, c := range Collectors {
			if file := sbom.NewFile(name, data); c.Match(file) {
				_ = c.Collect(context.Background(), file, &sbom.Inventory{})
			}
		}
	})
}

func FuzzRecipe(f *testing.F)     { fuzz(f, "a.yaml") }
func FuzzShell(f *testing.F)      { fuzz(f, "a.sh") }
func FuzzDockerfile(f *testing.F) { fuzz(f, "Dockerfile") }
func FuzzCard(f *testing.F)       { fuzz(f, "README.md") }
func FuzzDVC(f *testing.F)        { fuzz(f, "a.dvc") }
func FuzzAdapter(f *testing.F)    { fuzz(f, "adapter_config.json") }
func FuzzHub(f *testing.F)        { fuzz(f, "config.json") }
func FuzzModelfile(f *testing.F)  { fuzz(f, "Modelfile") }
func FuzzMakefile(f *testing.F)   { fuzz(f, "Makefile") }
func FuzzJustfile(f *testing.F)   { fuzz(f, "justfile") }
func FuzzTriton(f *testing.F)     { fuzz(f, "config.pbtxt") }

// TestPositionOf reads keys by their words.
func TestPositionOf(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"embedder_name_or_path": "model embedding", "lora_remote_checkpoint": "adapter adapter", "dataset_mixer_eval_list": "dataset eval", "openai-engine": "model base",
		"lora_base_model": "model base", "tokenizer_model": "tokenizer tokenizer", "RerankerModelId": "model embedding", "val_dataset_path": "dataset eval", "judge_llm": "model eval",
		"hub_model_id": "model push", "output_model": "", "hf_metadata_dataset": "", "model_type": "", "served_model_name": "", "lora_rank": "", "dataset_split": "", "wandb_model": "", "eval": "", "name": "",
	} {
		got := ""
		if pos, ok := positionOf(key); ok {
			got = pos.kind + " " + pos.role
		}
		if got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

// TestServices tells the closed models of a service from names of the hub.
func TestServices(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"gpt-4o": "openai", "o1": "openai", "claude-4-1-opus": "anthropic", "anthropic:claude-haiku-4-5": "anthropic", "google_genai:gemini-3.5-flash": "google", "openai/gpt-5.1": "openai",
		"gpt-neox-20b": "huggingface", "gpt2": "huggingface", "openai/gpt-oss-20b": "huggingface", "org/gpt-4-clone": "huggingface", "llama3:8b": "ollama",
	} {
		if _, host := Normalise("model", name); host != want {
			t.Errorf("%s is on %s, want %s", name, host, want)
		}
	}
}
