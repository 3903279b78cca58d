package references

import "strings"

// position is what a key, flag or environment variable says about its value.
type position struct {
	kind, role string
	// shaped positions are also used for other things (model: resnet), so that only a
	// value of the shape org/name, a URI or a model file is a reference there.
	shaped bool
}

// positions maps a key, lower case with '_', to its meaning. These are the argument
// names of the loaders themselves: transformers, TRL, PEFT, axolotl, LLaMA-Factory,
// torchtune, vLLM, TGI, lm-eval, and what wraps them passes them on.
var positions = map[string]position{
	"model_name_or_path": {"model", "base", false}, "pretrained_model_name_or_path": {"model", "base", false}, "base_model": {"model", "base", false},
	"base_model_name_or_path": {"model", "base", false}, "base_model_name": {"model", "base", true}, "base_model_config": {"model", "base", true}, "base_model_id": {"model", "base", true}, "base_model_path": {"model", "base", true},
	"hf_model_id": {"model", "base", false}, "hf_model_name": {"model", "base", false}, "hf_model": {"model", "base", true}, "model_id": {"model", "base", true},
	"model_name": {"model", "base", true}, "model": {"model", "base", true}, "model_path": {"model", "base", true}, "pretrained": {"model", "base", true}, "pretrained_model": {"model", "base", true},
	"pretrained_model_name": {"model", "base", true}, "pretrained_path": {"model", "base", true}, "model_dir": {"model", "base", true}, "hf_model_path": {"model", "base", true},
	"checkpoint_dir": {"model", "base", true}, "repo_id": {"model", "base", true}, "hf_path": {"model", "base", true}, "hub_model": {"model", "base", true},
	"target_model": {"model", "base", true}, "student_model": {"model", "base", true}, "teacher_model": {"model", "base", true}, "ref_model": {"model", "base", true}, "draft_model": {"model", "serve", true},
	"speculative_model": {"model", "serve", true}, "actor_model_name_or_path": {"model", "base", false}, "critic_model_name_or_path": {"model", "base", false}, "teacher_model_name_or_path": {"model", "base", false},
	"ref_model_name_or_path": {"model", "base", false}, "sft_model_path": {"model", "base", true}, "model_url": {"model", "serve", true}, "modelurl": {"model", "serve", true}, "llm_model": {"model", "serve", true},
	"reward_model": {"model", "reward", true}, "reward_model_path": {"model", "reward", true}, "reward_model_name_or_path": {"model", "reward", false}, "reward_model_id": {"model", "reward", true},
	"embedding_model": {"model", "embedding", true}, "embedding_model_name": {"model", "embedding", true}, "embed_model": {"model", "embedding", true}, "embedding_model_id": {"model", "embedding", true},
	"storageuri": {"model", "serve", true}, "storage_uri": {"model", "serve", true}, "served_model": {"model", "serve", true}, "hf_hub_model": {"model", "base", true}, "modelid": {"model", "serve", true},
	"model_source": {"model", "serve", true}, "huggingface_model": {"model", "base", true}, "huggingface_model_id": {"model", "base", true}, "vae": {"model", "base", true}, "controlnet_model_name_or_path": {"model", "base", false},

	"adapter_name_or_path": {"adapter", "adapter", false}, "lora_model_dir": {"adapter", "adapter", false}, "adapter_path": {"adapter", "adapter", true}, "peft_model_id": {"adapter", "adapter", true},
	"lora_path": {"adapter", "adapter", true}, "lora_weights": {"adapter", "adapter", true}, "peft_model": {"adapter", "adapter", true}, "adapter_model": {"adapter", "adapter", true}, "lora_adapter_path": {"adapter", "adapter", true},
	"adapter_id": {"adapter", "adapter", true}, "lora_model_path": {"adapter", "adapter", true}, "lora_name_or_path": {"adapter", "adapter", true}, "reward_model_adapters": {"adapter", "adapter", true}, "lora_modules": {"adapter", "adapter", true},
	"lora_paths": {"adapter", "adapter", true}, "path_or_hf_repo": {"model", "base", true}, "name_or_path": {"model", "base", true}, "hf": {"model", "base", true}, "hfr": {"model", "base", true},

	"tokenizer_name_or_path": {"tokenizer", "tokenizer", false}, "tokenizer_name": {"tokenizer", "tokenizer", false}, "tokenizer_path": {"tokenizer", "tokenizer", true}, "tokenizer": {"tokenizer", "tokenizer", true}, "tokenizer_id": {"tokenizer", "tokenizer", true},
	"processor_name_or_path": {"tokenizer", "tokenizer", false}, "tokenizer_config": {"tokenizer", "tokenizer", true},

	"dataset_name": {"dataset", "train", true}, "dataset_id": {"dataset", "train", true}, "dataset_name_or_path": {"dataset", "train", false}, "dataset": {"dataset", "train", true}, "dataset_path": {"dataset", "train", true},
	"train_dataset": {"dataset", "train", true}, "train_data": {"dataset", "train", true}, "train_dataset_name": {"dataset", "train", true}, "eval_dataset": {"dataset", "eval", true}, "test_dataset": {"dataset", "eval", true}, "eval_dataset_name": {"dataset", "eval", true},
	"validation_dataset": {"dataset", "eval", true}, "hf_hub_url": {"dataset", "train", false}, "hf_dataset": {"dataset", "train", true}, "dataset_repo": {"dataset", "train", true}, "data_path": {"dataset", "train", true}, "dataset_repo_id": {"dataset", "train", true},
	"train_file": {"dataset", "train", true}, "validation_file": {"dataset", "eval", true}, "test_file": {"dataset", "eval", true}, "calibration_dataset": {"dataset", "calibration", true}, "hf_dataset_name": {"dataset", "train", true}, "datasets": {"dataset", "train", true},
	"prompt_data": {"dataset", "train", true}, "dataset_uri": {"dataset", "train", true}, "data_uri": {"dataset", "train", true}, "data_files": {"dataset", "train", true}, "train_files": {"dataset", "train", true}, "val_files": {"dataset", "eval", true}, "hf_dataset_id": {"dataset", "train", true},

	"vision_tower": {"model", "base", true}, "mm_vision_tower": {"model", "base", true}, "text_encoder": {"model", "base", true}, "image_encoder": {"model", "base", true}, "audio_encoder": {"model", "base", true}, "backbone": {"model", "base", true},
	"config_name": {"model", "base", true}, "model_id_or_path": {"model", "base", false}, "dataset_id_or_path": {"dataset", "train", false}, "hf_hub": {"model", "base", true}, "hub_id": {"model", "base", true}, "hf_repo": {"model", "base", true}, "hf_repo_id_or_path": {"model", "base", true},
	"ms_hub_url": {"dataset", "train", false}, "eval_model": {"model", "eval", true}, "judge_model": {"model", "eval", true}, "pipeline_id": {"model", "base", true}, "vocoder_id": {"model", "base", true}, "model_repo": {"model", "base", true}, "model_repository": {"model", "serve", true}, "model_store": {"model", "serve", true}, "model_repo_id": {"model", "base", true}, "model_uri": {"model", "serve", true},
	"pretrained_weight": {"model", "base", true}, "pretrained_weights": {"model", "base", true}, "partial_pretrain": {"model", "base", true}, "evals_dataset": {"dataset", "eval", true}, "generation_model": {"model", "base", true}, "checkpoint": {"model", "base", true}, "model_checkpoint": {"model", "base", true}, "ckpt": {"model", "base", true}, "pretrain_data": {"dataset", "train", true}, "lora_id": {"adapter", "adapter", true}, "lora_repo": {"adapter", "adapter", true},

	"resume_from_checkpoint": {"model", "resume", true}, "checkpoint_path": {"model", "resume", true}, "init_from": {"model", "resume", true},

	"hub_model_id": {"model", "push", false}, "push_to_hub_model_id": {"model", "push", false}, "hub_repo_id": {"model", "push", false}, "hf_repo_id": {"model", "push", true}, "export_hub_model_id": {"model", "push", false}, "push_dataset_to_hub": {"dataset", "push", false},
	"output_dir": {"model", "output", false}, "export_dir": {"model", "output", false},
}

// prefixes are put before the keys above by wrappers and change nothing about them.
var keyPrefixes = []string{"vllm_", "tgi_", "hf_", "llm_", "default_", "script_args_", "actor_", "serving_", "inference_", "eval_", "training_"}

// positionOf is the meaning of a key, flag or variable name.
func positionOf(key string) (position, bool) {
	if strings.IndexByte(key, '/') >= 0 {
		return position{}, false // a table by names, not a key
	}
	key = strings.ReplaceAll(snake(strings.TrimLeft(key, "-+")), "-", "_")
	if i := strings.LastIndexByte(key, '.'); i >= 0 { // Hydra and OmegaConf overrides: model.name=…
		group := key[:i]
		group = group[strings.LastIndexByte(group, '.')+1:]
		if key = key[i+1:]; key == "path" || key == "name" || key == "id" || key == "repo" {
			key = group + "_" + key
		}
	}
	if p, ok := positions[key]; ok {
		return p, true
	}
	for _, prefix := range keyPrefixes {
		if p, ok := positions[strings.TrimPrefix(key, prefix)]; ok {
			p.shaped = true
			return p, true
		}
	}
	return wordsPosition(key)
}

// snake is the lower-case form of a key, with modelName and modelURL split into words.
func snake(key string) string {
	var b strings.Builder
	for i := range len(key) {
		c := key[i]
		if c >= 'A' && c <= 'Z' {
			if i > 0 && key[i-1] >= 'a' && key[i-1] <= 'z' {
				b.WriteByte('_')
			}
			c |= 0x20
		}
		b.WriteByte(c)
	}
	return b.String()
}

// pluralPosition is the meaning of a key that holds several names: models, model_ids.
func pluralPosition(key string) (position, bool) {
	single, ok := strings.CutSuffix(snake(strings.ReplaceAll(key, "-", "_")), "s")
	if !ok {
		return position{}, false
	}
	pos, ok := positionOf(single)
	pos.shaped = true
	return pos, ok
}

// builders are names load_dataset reads as a file format, not as a dataset
// (datasets, packaged_modules).
var builders = map[string]bool{
	"json": true, "csv": true, "parquet": true, "arrow": true, "text": true, "xml": true, "imagefolder": true, "audiofolder": true, "videofolder": true,
	"webdataset": true, "pandas": true, "generator": true, "sql": true, "spark": true, "cache": true, "hdf5": true, "pdffolder": true,
}

// accepts tells whether a value can be what its position names.
func (p position) accepts(value string) bool {
	if p.kind == "dataset" {
		value = datasetName(value)
	}
	if placeholder(value) || p.kind == "dataset" && builders[value] {
		return false
	}
	if _, unresolved := templatePrefix(value); unresolved {
		return !p.shaped && !strings.ContainsAny(value, " \t\n")
	}
	kind := KindOf(value)
	switch kind {
	case NameNone, NameImage:
		return false
	case NameBare:
		return p.acceptsBare(value)
	case NameURL:
		id, _ := HubID(value)
		return !p.shaped || id != "" || fileExtensions[strings.ToLower(extOf(value))]
	case NameOllama:
		return p.kind == "model"
	}
	return !p.shaped || !strings.HasSuffix(value, ".py") && !strings.HasSuffix(value, ".yaml") && !strings.HasSuffix(value, ".yml")
}

// acceptsBare tells whether a name without an owner can be what its position names: a word
// is a setting there (base_model: decoder), except among datasets, many of which have such
// names.
func (p position) acceptsBare(value string) bool {
	switch {
	case p.role == "push" || p.role == "output":
		return !p.shaped
	case legacyName(p.kind, value):
		return true
	case p.kind == "model" && (strings.HasSuffix(strings.ToLower(value), ".gguf") || serviceOf(value) != ""):
		return true
	case serviceOf(value) != "":
		return false // a service keeps its tokenizers to itself
	}
	return !p.shaped && (p.kind == "dataset" || !isWord(value))
}

func extOf(value string) string {
	if i := strings.LastIndexByte(value, '.'); i >= 0 && !strings.Contains(value[i:], "/") {
		return value[i:]
	}
	return ""
}
