package references

import "strings"

// A key that is no loader's own argument (keys.go) is read as people wrote it: words of
// which the last noun says what the value is, embedder_name_or_path an embedder,
// lora_remote_checkpoint an adapter, dataset_mixer_eval_list datasets. All such positions
// are shaped, since a name alone does not tell an id from a setting.

// silentWords make a key speak of something else: what is written, what a value is
// shown under, or a property of the thing rather than the thing.
var silentWords = set(
	"push", "pushed", "output", "outputs", "out", "save", "saved", "upload", "uploads", "result", "results", "log", "logs", "logging", "wandb", "metadata", "leaderboard", "details", "expected",
	"hub", "project", "experiment", "served", "space", "cluster", "entity", "display", "alias", "tag", "tags",
	"type", "class", "arch", "architecture", "template", "format", "column", "columns", "split", "splits", "subset", "num", "size", "max", "min", "length", "dtype", "device",
	"cache", "version", "revision", "endpoint", "host", "port", "task", "tasks", "metric", "metrics", "mode", "strategy", "field", "fields", "package", "module", "script", "framework",
)

// namingWords say that the value is a name, not of what.
var namingWords = set("name", "names", "path", "paths", "id", "ids", "or", "repo", "repository", "uri", "hf", "remote", "list", "pretrained", "huggingface", "dir", "dirs", "for", "addr", "address", "location", "identifier", "handle")

// qualifiers say what for.
var qualifiers = map[string]string{"train": "train", "training": "train", "eval": "eval", "evaluation": "eval", "test": "eval", "val": "eval", "valid": "eval", "validation": "eval", "calibration": "calibration", "calib": "calibration"}

// nouns are what a value can be. The weak ones name any of it: a lora_checkpoint is an
// adapter, a tokenizer_model a tokenizer.
var nouns = map[string]position{
	"lora": {"adapter", "adapter", true}, "loras": {"adapter", "adapter", true}, "adapter": {"adapter", "adapter", true}, "adapters": {"adapter", "adapter", true}, "peft": {"adapter", "adapter", true},
	"tokenizer": {"tokenizer", "tokenizer", true}, "tokenizers": {"tokenizer", "tokenizer", true}, "processor": {"tokenizer", "tokenizer", true},
	"dataset": {"dataset", "train", true}, "datasets": {"dataset", "train", true}, "mixer": {"dataset", "train", true}, "mixture": {"dataset", "train", true},
	"embedder": {"model", "embedding", true}, "embedding": {"model", "embedding", true}, "embeddings": {"model", "embedding", true}, "embed": {"model", "embedding", true}, "reranker": {"model", "embedding", true}, "rerank": {"model", "embedding", true},
	"reward": {"model", "reward", true}, "rm": {"model", "reward", true}, "prm": {"model", "reward", true}, "orm": {"model", "reward", true}, "judge": {"model", "eval", true}, "grader": {"model", "eval", true}, "draft": {"model", "serve", true},
	"encoder": {"model", "base", true}, "vae": {"model", "base", true}, "unet": {"model", "base", true}, "controlnet": {"model", "base", true}, "backbone": {"model", "base", true}, "teacher": {"model", "base", true}, "student": {"model", "base", true},
	"critic": {"model", "base", true}, "actor": {"model", "base", true}, "generator": {"model", "base", true}, "retriever": {"model", "embedding", true}, "captioner": {"model", "base", true}, "summarizer": {"model", "base", true}, "classifier": {"model", "base", true},
	"detector": {"model", "base", true}, "segmenter": {"model", "base", true}, "vocoder": {"model", "base", true}, "transformer": {"model", "base", true}, "refiner": {"model", "base", true},
}

// weakNouns stand for a model when nothing before them says more.
var weakNouns = set("model", "models", "checkpoint", "checkpoints", "ckpt", "weights", "weight", "engine", "deployment", "base", "llm", "vlm", "lm")

// plurals end keys of lists.
var plurals = set("loras", "adapters", "tokenizers", "datasets", "embeddings", "models", "checkpoints")

// dataPosition is the meaning of a key that ends in "data", which is also said of what is
// no dataset: only one that says what the data is for (train_data_path, sft_data) counts.
func dataPosition(words []string, role string) (position, bool) {
	for _, w := range words {
		switch w {
		case "dir", "dirs", "file", "files", "root", "folder", "key":
			return position{}, false
		case "sft", "dpo", "rlhf", "pretrain", "pretraining", "instruction", "preference", "prompt", "calibration":
			if role == "" {
				role = "train"
			}
		}
	}
	return position{"dataset", role, true}, role != ""
}

// wordsPosition is the meaning of a key by its words.
func wordsPosition(key string) (position, bool) {
	words := strings.Split(key, "_")
	role := ""
	for _, w := range words {
		if silentWords[w] {
			return position{}, false
		}
		if r, ok := qualifiers[w]; ok {
			role = r
		}
	}
	end := len(words)
	for end > 0 && (namingWords[words[end-1]] || qualifiers[words[end-1]] != "") {
		end--
	}
	if end == 0 || end == len(words) && plurals[words[end-1]] {
		return position{}, false // several names, see pluralPosition
	}
	if words[end-1] == "data" {
		return dataPosition(words, role)
	}
	pos, ok := nouns[words[end-1]]
	if weakNouns[words[end-1]] {
		pos, ok = position{"model", "base", true}, true
		for i := end - 2; i >= 0; i-- {
			if words[i] == "base" { // lora_base_model
				break
			}
			if strong, found := nouns[words[i]]; found {
				pos = strong
				break
			}
		}
	}
	if !ok && (strings.HasSuffix(key, "_repo_id") || strings.HasSuffix(key, "_hf_repo") || strings.HasSuffix(key, "_hf_id")) {
		pos, ok = position{"model", "base", true}, true // of the hub, where a repository is a model unless it says otherwise
	}
	if !ok {
		return position{}, false
	}
	if role != "" && (pos.kind == "dataset" || pos.role == "base" && role == "eval") {
		pos.role = role
	}
	return pos, true
}

// families are how the closed models of a service begin. What is called so is asked of
// that service wherever it stands: nobody else has it.
var families = []struct{ prefix, host string }{
	{"gpt-3", "openai"}, {"gpt-4", "openai"}, {"gpt-5", "openai"}, {"chatgpt-4", "openai"}, {"o1-", "openai"}, {"o3-", "openai"}, {"o4-", "openai"}, {"text-embedding-3", "openai"}, {"text-embedding-ada", "openai"},
	{"text-davinci-", "openai"}, {"dall-e-", "openai"}, {"gpt-image-", "openai"}, {"claude-", "anthropic"}, {"gemini-", "google"}, {"text-embedding-00", "google"}, {"text-bison", "google"}, {"chat-bison", "google"},
	{"grok-", "xai"}, {"deepseek-chat", "deepseek"}, {"deepseek-reasoner", "deepseek"}, {"mistral-small-latest", "mistral"}, {"mistral-medium-latest", "mistral"}, {"mistral-large-latest", "mistral"}, {"codestral-latest", "mistral"}, {"mistral-embed", "mistral"},
	{"embed-english-", "cohere"}, {"embed-multilingual-", "cohere"}, {"rerank-english-", "cohere"}, {"rerank-multilingual-", "cohere"}, {"command-r-plus", "cohere"}, {"voyage-", "voyage"}, {"moonshot-v1-", "moonshot"},
	{"qwen-max", "dashscope"}, {"qwen-plus", "dashscope"}, {"qwen-turbo", "dashscope"}, {"qwen-vl-max", "dashscope"}, {"qwen-vl-plus", "dashscope"}, {"sonar-pro", "perplexity"},
}

// serviceOf is the service that alone has a model of this name, "" when there is none.
func serviceOf(name string) string {
	if strings.Contains(name, "/") {
		return ""
	}
	for _, f := range families { // as they are asked for: GPT-4o is what a page calls it
		if strings.HasPrefix(name, f.prefix) || name+"-" == f.prefix && !isWord(name) { // o1, but not claude
			return f.host
		}
	}
	return bedrockModel(name)
}

// ofService tells a name that only a service has, whose tokenizer it keeps to itself.
func ofService(name string) bool {
	host := hostedProvider(strings.ToLower(name))
	return serviceOf(name) != "" || host != "" && host != "huggingface"
}

// bedrockVendors are the vendors whose models Amazon Bedrock lists, as its model ids begin
// (Amazon Bedrock, "Supported foundation models").
var bedrockVendors = []string{"anthropic.claude-", "amazon.titan-", "amazon.nova-", "amazon.rerank-", "meta.llama", "cohere.command-", "cohere.embed-", "cohere.rerank-", "mistral.mistral-", "mistral.mixtral-", "mistral.pixtral-", "ai21.j2-", "ai21.jamba-", "stability.stable-", "stability.sd3-", "deepseek.r1-", "openai.gpt-oss-", "qwen.qwen"}

// bedrockModel is "bedrock" for a model id of that service, with or without the region of
// an inference profile before it, "" for anything else.
func bedrockModel(name string) string {
	if head, rest, ok := strings.Cut(name, "."); ok {
		switch head {
		case "us", "eu", "apac", "global", "us-gov", "jp", "au":
			name = rest
		}
	}
	for _, v := range bedrockVendors {
		if strings.HasPrefix(name, v) {
			return "bedrock"
		}
	}
	return ""
}
