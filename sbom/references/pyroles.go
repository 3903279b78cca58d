package references

import "strings"

// pyRole says that an argument of a call names something. The table below is all that
// the Python reader knows about libraries.
type pyRole struct {
	// callee is the end of the dotted name of what is called, segment by segment; a
	// segment may begin or end with '*'.
	callee string
	// args are the keywords of the argument, any of which counts.
	args string
	pos  int // position, -1 when it is passed by keyword only
	kind string
	role string
	// host is where the name is looked up when it is neither a path nor an address; ""
	// is the Hugging Face hub.
	host string
	// flags: "quiet" reports nothing for a value that is not known (the argument may
	// be an object); "shaped" takes only what looks like a hub id, URI or model file; "remote"
	// takes URLs and buckets only; "guess" is a position that no library fixes, believed less; "path" is a file or directory whatever it looks like;
	// "none" names something else altogether; "lib" holds only for a callee that was
	// imported under that full name, or whose import was not seen.
	flags string
}

// pyRoles is ordered: of the rows for one callee and argument the first that matches
// decides.
var pyRoles = []pyRole{
	// transformers, peft, diffusers, optimum, unsloth, timm and what follows their API.
	{"PeftModel*.from_pretrained", "model_id|peft_model_id", 1, "adapter", "adapter", "", ""},
	{"PeftModel*.from_pretrained", "model", 0, "model", "base", "", "quiet"},
	{"PeftMixedModel.from_pretrained", "model_id", 1, "adapter", "adapter", "", ""},
	{"PeftConfig.from_pretrained", "pretrained_model_name_or_path", 0, "adapter", "adapter", "", ""},
	{"LoraConfig.from_pretrained", "pretrained_model_name_or_path", 0, "adapter", "adapter", "", ""},
	{"AutoPeft*.from_pretrained", "pretrained_model_name_or_path", 0, "adapter", "adapter", "", ""},
	{"*Tokenizer*.from_pretrained", "pretrained_model_name_or_path|model_name_or_path|identifier", 0, "tokenizer", "tokenizer", "", ""},
	{"*tokenizer*.from_pretrained", "pretrained_model_name_or_path", 0, "tokenizer", "tokenizer", "", ""},
	{"*Processor*.from_pretrained", "pretrained_model_name_or_path", 0, "tokenizer", "tokenizer", "", ""},
	{"*processor*.from_pretrained", "pretrained_model_name_or_path", 0, "tokenizer", "tokenizer", "", ""},
	{"*FeatureExtractor*.from_pretrained", "pretrained_model_name_or_path", 0, "tokenizer", "tokenizer", "", ""},
	{"from_pretrained", "pretrained_model_name_or_path|pretrained_model_or_path|model_name_or_path|model_name|model_id|pretrained_path|repo_id|model_path", 0, "model", "base", "", ""},
	{"from_pretrained", "adapter_id|adapter_dir|adapter_name_or_path", 1, "adapter", "adapter", "", "quiet|shaped"}, // on a model that was loaded
	{"from_pretrained", "tokenizer", -1, "tokenizer", "tokenizer", "", "quiet|shaped"},
	{"from_pretrained", "vae|unet|controlnet|text_encoder|teacher_model|assistant_model", -1, "model", "base", "", "quiet"},
	{"AutoTokenizer", "pretrained_model_name|model_name", 0, "tokenizer", "tokenizer", "", "quiet"}, // NeMo
	{"create_inference_endpoint", "repository", -1, "model", "serve", "", "quiet"},
	{"from_quantized", "model_name_or_path|quant_path|model_path|save_dir", 0, "model", "base", "", ""},
	{"from_single_file", "pretrained_model_link_or_path", 0, "model", "base", "", ""},
	{"from_original_config", "", 0, "model", "base", "", "quiet|shaped"},
	{"load_lora_weights", "pretrained_model_name_or_path_or_dict", 0, "adapter", "adapter", "", "quiet"},
	{"load_lora_adapter", "pretrained_model_name_or_path_or_dict", 0, "adapter", "adapter", "", "quiet"},
	{"load_attn_procs", "pretrained_model_name_or_path_or_dict", 0, "adapter", "adapter", "", "quiet"},
	{"load_ip_adapter", "pretrained_model_name_or_path_or_dict", 0, "adapter", "adapter", "", "quiet"},
	{"load_textual_inversion", "pretrained_model_name_or_path", 0, "adapter", "adapter", "", "quiet"},
	{"load_adapter", "peft_model_id|model_id|adapter_name_or_path", 0, "adapter", "adapter", "", "quiet"},
	{"LoRARequest", "lora_path|lora_local_path", 2, "adapter", "adapter", "", "quiet"},
	{"transformers.pipeline", "model", 1, "model", "base", "", "quiet|lib"},
	{"transformers.pipeline", "tokenizer", 3, "tokenizer", "tokenizer", "", "quiet|lib"},
	{"lmdeploy.pipeline", "model_path", 0, "model", "serve", "", "quiet"},
	{"mii.pipeline", "model_name_or_path", 0, "model", "serve", "", "quiet"},
	{"mii.serve", "model_name_or_path", 0, "model", "serve", "", "quiet"},
	{"GPTQConfig", "dataset", -1, "dataset", "calibration", "", "quiet|shaped"},
	{"load_pretrained_model", "model_path", 0, "model", "base", "", "quiet|lib"},
	{"load_checkpoint_and_dispatch", "checkpoint", 1, "model", "base", "", "quiet"},
	{"DiffusionPipeline.download", "pretrained_model_name", 0, "model", "base", "", ""},

	// trl, transformers trainers: a string is loaded by the trainer.
	{"*Trainer", "model", 0, "model", "base", "", "quiet"},
	{"*Trainer", "ref_model", -1, "model", "base", "", "quiet"},
	{"GRPOTrainer", "reward_funcs", 1, "model", "reward", "", "quiet|shaped"},
	{"RLOOTrainer", "reward_funcs", -1, "model", "reward", "", "quiet|shaped"},
	{"*Trainer", "reward_model|reward_model_path", -1, "model", "reward", "", "quiet"},
	{"*Trainer", "train_dataset|dataset", -1, "dataset", "train", "", "quiet|shaped"},
	{"*Trainer", "eval_dataset", -1, "dataset", "eval", "", "quiet|shaped"},
	{"train", "resume_from_checkpoint", -1, "model", "resume", "", "quiet|path"},
	{"fit", "inputs", 0, "dataset", "train", "", "quiet|remote"}, // SageMaker channels
	{"fit", "ckpt_path", -1, "model", "resume", "", "quiet|path"},
	{"load_from_checkpoint", "checkpoint_path", 0, "model", "resume", "", "quiet|path"},

	// datasets.
	{"datasets.load_dataset", "path", 0, "dataset", "train", "", "lib"},
	{"datasets.load_dataset", "data_files", -1, "dataset", "train", "", "quiet|path"},
	{"datasets.load_dataset_builder", "path", 0, "dataset", "train", "", "lib"},
	{"datasets.load.load_dataset", "path", 0, "dataset", "train", "", "lib"},
	{"nlp.load_dataset", "path", 0, "dataset", "train", "", "lib"},
	{"datasets.load_from_disk", "dataset_path", 0, "dataset", "train", "", "path|quiet"},
	{"load_from_disk", "dataset_path", 0, "dataset", "train", "", "path|quiet"},
	{"Dataset.from_json", "path_or_paths", 0, "dataset", "train", "", "path|quiet"},
	{"Dataset.from_csv", "path_or_paths", 0, "dataset", "train", "", "path|quiet"},
	{"Dataset.from_parquet", "path_or_paths", 0, "dataset", "train", "", "path|quiet"},
	{"MsDataset.load", "dataset_name", 0, "dataset", "train", "modelscope", ""},
	{"tfds.load", "name", 0, "dataset", "train", "tfds", "quiet"},
	{"tensorflow_datasets.load", "name", 0, "dataset", "train", "tfds", "quiet"},
	{"tensorflow_datasets.builder", "name", 0, "dataset", "train", "tfds", "quiet"},
	{"fetch_openml", "name", 0, "dataset", "train", "openml", "quiet"},
	{"kagglehub.dataset_download", "handle", 0, "dataset", "train", "kaggle", "quiet"},
	{"kagglehub.model_download", "handle", 0, "model", "base", "kaggle", "quiet"},
	{"WebDataset", "urls", 0, "dataset", "train", "", "quiet|remote"},
	{"StreamingDataset", "remote", -1, "dataset", "train", "", "quiet|remote"},
	{"pandas.read_*", "filepath_or_buffer|path_or_buf|path", 0, "dataset", "train", "", "quiet|remote"},
	{"polars.read_*", "source", 0, "dataset", "train", "", "quiet|remote"},
	{"polars.scan_*", "source", 0, "dataset", "train", "", "quiet|remote"},
	{"dask.dataframe.read_*", "urlpath|path", 0, "dataset", "train", "", "quiet|remote"},
	{"ray.data.read_*", "paths", 0, "dataset", "train", "", "quiet|remote"},
	{"torchtune.datasets.*", "source", -1, "dataset", "train", "", "quiet"},
	{"evaluate.load", "path", 0, "", "", "", "none"},
	{"load_metric", "path", 0, "", "", "", "none"},
	{"from_tiktoken_encoder", "model_name", 1, "", "", "", "none"}, // counts tokens
	{"encoding_for_model", "model_name", 0, "", "", "", "none"},

	// huggingface_hub. repo_type decides the kind.
	{"hf_hub_download", "repo_id", 0, "model", "base", "", ""},
	{"cached_download", "url", 0, "model", "base", "", "quiet|remote"},
	{"snapshot_download", "repo_id|model_id", 0, "model", "base", "", ""},
	{"hf_hub_url", "repo_id", 0, "model", "base", "", "quiet"},
	{"from_pretrained_keras", "", 0, "model", "base", "", ""},
	{"load_from_hub", "repo_id|path_or_dataset", 0, "model", "base", "", "quiet"},
	{"InferenceClient", "model", 0, "model", "serve", "", "quiet"},
	{"AsyncInferenceClient", "model", 0, "model", "serve", "", "quiet"},
	{"InferenceApi", "repo_id", 0, "model", "serve", "", "quiet"},
	{"Repository", "clone_from", 1, "model", "base", "", "quiet|shaped"},

	// what is published or written.
	{"push_to_hub", "repo_id|repo_name|repo_path_or_name", 0, "model", "push", "", "quiet"},
	{"push_to_hub", "dataset_name|dataset|dataset_tags|model_name", -1, "", "", "", "none"}, // for the card
	{"push_to_hub_merged", "repo_id", 0, "model", "push", "", "quiet"},
	{"push_to_hub_gguf", "repo_id", 0, "model", "push", "", "quiet"},
	{"save_to_hub", "repo_id|repo_name", 0, "model", "push", "", "quiet"},
	{"push_to_hf_hub", "repo_id", 1, "model", "push", "", "quiet"},
	{"create_repo", "repo_id|name", 0, "model", "push", "", "quiet"},
	{"upload_file", "repo_id", -1, "model", "push", "", "quiet"},
	{"upload_folder", "repo_id", -1, "model", "push", "", "quiet"},
	{"upload_large_folder", "repo_id", 0, "model", "push", "", "quiet"},
	{"create_commit", "repo_id", 0, "model", "push", "", "quiet"},
	{"create_branch", "repo_id", 0, "model", "push", "", "quiet"},
	{"create_tag", "repo_id", 0, "model", "push", "", "quiet"},
	{"delete_repo", "repo_id", 0, "model", "push", "", "quiet"},
	{"delete_file", "repo_id", 1, "model", "push", "", "quiet"},
	{"metadata_update", "repo_id", 0, "model", "push", "", "quiet"},
	{"save_pretrained", "save_directory", 0, "model", "output", "", "quiet|path"},
	{"save_pretrained_merged", "save_directory", 0, "model", "output", "", "quiet|path"},
	{"save_pretrained_gguf", "save_directory", 0, "model", "output", "", "quiet|path"},
	{"save_quantized", "save_dir", 0, "model", "output", "", "quiet|path"},
	{"save_model", "output_dir", 0, "model", "output", "", "quiet|path"},
	{"save_to_disk", "dataset_path", 0, "dataset", "output", "", "quiet|path"},
	{"torch.save", "f", 1, "model", "output", "", "quiet|path"},
	{"*TrainingArguments", "output_dir", 0, "model", "output", "", "quiet|path"},
	{"*Arguments", "output_dir", -1, "model", "output", "", "quiet|path"},
	{"*Config", "output_dir", -1, "model", "output", "", "quiet|path"},
	{"*Arguments", "hub_model_id", -1, "model", "push", "", "quiet"},
	{"*Config", "hub_model_id", -1, "model", "push", "", "quiet"},
	// metadata is asked for, nothing is loaded.
	{"model_info", "repo_id", 0, "", "", "", "none"},
	{"dataset_info", "repo_id", 0, "", "", "", "none"},
	{"repo_info", "repo_id", 0, "", "", "", "none"},
	{"list_repo_files", "repo_id", 0, "", "", "", "none"},
	{"repo_exists", "repo_id", 0, "", "", "", "none"},
	{"file_exists", "repo_id", 0, "", "", "", "none"},
	{"ModelCard.from_template", "model_id", -1, "", "", "", "none"},
	{"*model_card*", "model_name", -1, "", "", "", "none"},
	{"*model_card*", "base_model", -1, "", "", "", "none"},
	{"*model_card*", "dataset_name|dataset", -1, "", "", "", "none"},
	{"*model_card*", "hub_model_id", -1, "model", "push", "", "quiet"},

	// embeddings and rerankers.
	{"SentenceTransformer", "model_name_or_path", 0, "model", "embedding", "", "quiet"},
	{"SparseEncoder", "model_name_or_path", 0, "model", "embedding", "", "quiet"},
	{"CrossEncoder", "model_name_or_path|model_name", 0, "model", "embedding", "", "quiet"},
	{"models.Transformer", "model_name_or_path", 0, "model", "embedding", "", "quiet"},
	{"sentence_transformers*.Transformer", "model_name_or_path", 0, "model", "embedding", "", "quiet"},
	{"StaticEmbedding.from_model2vec", "model_id_or_path", 0, "model", "embedding", "", "quiet"},
	{"INSTRUCTOR", "model_name_or_path", 0, "model", "embedding", "", "quiet"},
	{"FlagModel", "model_name_or_path", 0, "model", "embedding", "", "quiet"},
	{"BGEM3FlagModel", "model_name_or_path", 0, "model", "embedding", "", "quiet"},
	{"FlagReranker", "model_name_or_path", 0, "model", "embedding", "", "quiet"},
	{"TextEmbedding", "model_name", 0, "model", "embedding", "", "quiet"},
	{"SentenceTransformerEmbeddingFunction", "model_name", 0, "model", "embedding", "", "quiet"},
	{"KeyBERT", "model", 0, "model", "embedding", "", "quiet"},
	{"BERTopic", "embedding_model", -1, "model", "embedding", "", "quiet"},
	{"HuggingFace*Embedding*", "model_name|model|repo_id|model_id", 0, "model", "embedding", "", "quiet"},

	// langchain, llama-index, haystack.
	{"HuggingFaceLLM", "model_name", -1, "model", "base", "", "quiet"},
	{"HuggingFaceLLM", "tokenizer_name", -1, "tokenizer", "tokenizer", "", "quiet"},
	{"HuggingFaceHub", "repo_id", -1, "model", "serve", "", "quiet"},
	{"HuggingFaceEndpoint", "repo_id|model", -1, "model", "serve", "", "quiet"},
	{"HuggingFace*API", "model_name|model", -1, "model", "serve", "", "quiet"},
	{"from_model_id", "model_id", 0, "model", "base", "", "quiet"},
	{"HuggingFaceLocalGenerator", "model", 0, "model", "base", "", "quiet"},
	{"ChatOpenAI", "model|model_name", -1, "model", "serve", "openai", "quiet"},
	{"AzureChatOpenAI", "model|model_name|deployment_name|azure_deployment", -1, "model", "serve", "openai", "quiet"},
	{"OpenAIEmbedding*", "model|model_name", -1, "model", "embedding", "openai", "quiet"},
	{"OpenAI", "model|model_name", -1, "model", "serve", "openai", "quiet"},
	{"AzureOpenAI", "model|model_name", -1, "model", "serve", "openai", "quiet"},
	{"OpenAILike", "model", -1, "model", "serve", "openai", "quiet"},
	{"OpenAIModel", "model_name|model_id", 0, "model", "serve", "openai", "quiet"},
	{"ChatAnthropic", "model|model_name", -1, "model", "serve", "anthropic", "quiet"},
	{"Anthropic", "model", -1, "model", "serve", "anthropic", "quiet"},
	{"ChatGroq", "model|model_name", -1, "model", "serve", "groq", "quiet"},
	{"Groq", "model", -1, "model", "serve", "groq", "quiet"},
	{"ChatMistralAI", "model|model_name", -1, "model", "serve", "mistral", "quiet"},
	{"ChatTogether", "model", -1, "model", "serve", "together", "quiet"},
	{"Together", "model", -1, "model", "serve", "together", "quiet"},
	{"TogetherEmbedding*", "model|model_name", -1, "model", "embedding", "together", "quiet"},
	{"ChatGoogleGenerativeAI", "model", -1, "model", "serve", "google", "quiet"},
	{"GenerativeModel", "model_name", 0, "model", "serve", "google", "quiet"},
	{"ChatVertexAI", "model|model_name", -1, "model", "serve", "google", "quiet"},
	{"VertexAI", "model|model_name", -1, "model", "serve", "google", "quiet"},
	{"ChatBedrock*", "model_id|model", -1, "model", "serve", "bedrock", "quiet"},
	{"Bedrock*", "model_id|model", -1, "model", "serve", "bedrock", "quiet"},
	{"invoke_model", "modelId", -1, "model", "serve", "bedrock", "quiet"},
	{"converse", "modelId", -1, "model", "serve", "bedrock", "quiet"},
	{"ChatOllama", "model", -1, "model", "serve", "ollama", "quiet"},
	{"Ollama*", "model|model_name", -1, "model", "serve", "ollama", "quiet"},
	{"ollama.chat", "model", 0, "model", "serve", "ollama", "quiet"},
	{"ollama.generate", "model", 0, "model", "serve", "ollama", "quiet"},
	{"ollama.embeddings", "model", 0, "model", "serve", "ollama", "quiet"},
	{"ollama.pull", "model", 0, "model", "serve", "ollama", "quiet"},
	{"ollama.embed", "model", 0, "model", "serve", "ollama", "quiet"},
	{"ChatNVIDIA", "model", -1, "model", "serve", "nvidia", "quiet"},
	{"Replicate", "model", -1, "model", "serve", "replicate", "quiet"},
	{"init_chat_model", "model", 0, "model", "serve", "openai", "quiet"},

	// openai-compatible clients.
	{"completions.create", "model", -1, "model", "serve", "openai", "quiet"},
	{"completions.parse", "model", -1, "model", "serve", "openai", "quiet"},
	{"completions.stream", "model", -1, "model", "serve", "openai", "quiet"},
	{"responses.create", "model", -1, "model", "serve", "openai", "quiet"},
	{"responses.parse", "model", -1, "model", "serve", "openai", "quiet"},
	{"embeddings.create", "model", -1, "model", "embedding", "openai", "quiet"},
	{"ChatCompletion.create", "model|engine", -1, "model", "serve", "openai", "quiet"},
	{"ChatCompletion.acreate", "model|engine", -1, "model", "serve", "openai", "quiet"},
	{"openai.Completion.create", "model|engine", -1, "model", "serve", "openai", "quiet"},
	{"Embedding.create", "model|engine", -1, "model", "embedding", "openai", "quiet"},
	{"images.generate", "model", -1, "model", "serve", "openai", "quiet"},
	{"transcriptions.create", "model", -1, "model", "serve", "openai", "quiet"},
	{"speech.create", "model", -1, "model", "serve", "openai", "quiet"},
	{"jobs.create", "model", -1, "model", "base", "openai", "quiet"},
	{"assistants.create", "model", -1, "model", "serve", "openai", "quiet"},
	{"messages.create", "model", -1, "model", "serve", "anthropic", "quiet"},
	{"messages.stream", "model", -1, "model", "serve", "anthropic", "quiet"},
	{"litellm.completion", "model", 0, "model", "serve", "openai", "quiet"},
	{"litellm.acompletion", "model", 0, "model", "serve", "openai", "quiet"},
	{"litellm.embedding", "model", 0, "model", "embedding", "openai", "quiet"},
	{"dspy.LM", "model", 0, "model", "serve", "openai", "quiet"},
	{"replicate.run", "ref", 0, "model", "serve", "replicate", "quiet"},
	{"models.generate_content*", "model", -1, "model", "serve", "google", "quiet"},

	// inference engines.
	{"vllm.LLM", "model", 0, "model", "serve", "", "lib"},
	{"vllm.LLM", "tokenizer", 1, "tokenizer", "tokenizer", "", "quiet|lib"},
	{"vllm.LLM", "speculative_model|speculative_draft_model", -1, "model", "serve", "", "quiet|lib"},
	{"*EngineArgs", "model|model_path", 0, "model", "serve", "", "quiet"},
	{"*EngineArgs", "tokenizer", 1, "tokenizer", "tokenizer", "", "quiet"},
	{"sglang.Engine", "model_path", -1, "model", "serve", "", "quiet"},
	{"sglang.Runtime", "model_path", -1, "model", "serve", "", "quiet"},
	{"sgl.Engine", "model_path", -1, "model", "serve", "", "quiet"},
	{"tensorrt_llm.LLM", "model", 0, "model", "serve", "", "quiet"},
	{"llama_cpp.Llama", "model_path", 0, "model", "serve", "", "quiet|path"},
	{"Llama.from_pretrained", "repo_id", 0, "model", "serve", "", ""},
	{"LlamaCpp", "model_path", -1, "model", "serve", "", "quiet|path"},
	{"GPT4All", "model_name", 0, "model", "serve", "gpt4all", "quiet"},
	{"mlx_lm.load", "path_or_hf_repo", 0, "model", "base", "", "quiet"},
	{"mlx_vlm.load", "path_or_hf_repo", 0, "model", "base", "", "quiet"},
	{"WhisperModel", "model_size_or_path", 0, "model", "serve", "", "quiet"},
	{"whisper.load_model", "name", 0, "model", "base", "whisper", "quiet"},
	{"whisperx.load_model", "whisper_arch", 0, "model", "base", "whisper", "quiet"},
	{"ctranslate2.Translator", "model_path", 0, "model", "serve", "", "quiet|path"},
	{"InferenceSession", "path_or_bytes", 0, "model", "serve", "", "quiet|path"},
	{"litgpt.LLM.load", "model", 0, "model", "base", "", "quiet"},
	{"LLM.load", "model", 0, "model", "base", "", "quiet"},
	{"outlines.models.*", "model_name|model", 0, "model", "base", "", "quiet"},
	{"guidance.models.*", "model", 0, "model", "base", "", "quiet"},
	{"models.Transformers", "model", 0, "model", "base", "", "quiet"},
	{"TransformersModel", "model_id", 0, "model", "base", "", "quiet"},
	{"InferenceClientModel", "model_id", 0, "model", "serve", "", "quiet"},
	{"HfApiModel", "model_id", 0, "model", "serve", "", "quiet"},
	{"LiteLLMModel", "model_id", 0, "model", "serve", "openai", "quiet"},

	// other model sources.
	{"torch.hub.load", "repo_or_dir", 0, "model", "base", "torchhub", ""},
	{"hub.load", "", 0, "model", "base", "tfhub", "quiet|remote"},
	{"KerasLayer", "handle", 0, "model", "base", "tfhub", "quiet|remote"},
	{"load_state_dict_from_url", "url", 0, "model", "base", "", "quiet|remote"},
	{"load_url", "url", 0, "model", "base", "", "quiet|remote"},
	{"timm.create_model", "model_name", 0, "model", "base", "timm", "quiet|lib"},
	{"open_clip.create_model*", "model_name", 0, "model", "base", "open_clip", "quiet"},
	{"clip.load", "name", 0, "model", "base", "clip", "quiet"},
	{"spacy.load", "name", 0, "model", "base", "spacy", "quiet"},
	{"spacy.cli.download", "model", 0, "model", "base", "spacy", "quiet"},
	{"funasr.AutoModel", "model", 0, "model", "base", "modelscope", "quiet|lib"},
	{"funasr.AutoModel", "vad_model", -1, "model", "base", "modelscope", "quiet|lib"},
	{"funasr.AutoModel", "punc_model", -1, "model", "base", "modelscope", "quiet|lib"},
	{"funasr.AutoModel", "spk_model", -1, "model", "base", "modelscope", "quiet|lib"},
	{"SequenceTagger.load", "model_path|model_name", 0, "model", "base", "", "quiet"},
	{"TextClassifier.load", "model_path", 0, "model", "base", "", "quiet"},
	{"gensim.downloader.load", "name", 0, "model", "base", "gensim", "quiet"},
	{"from_preset", "preset", 0, "model", "base", "keras", "quiet"},
	{"from_hparams", "source", 0, "model", "base", "", "quiet"},
	{"TTS.api.TTS", "model_name", 0, "model", "base", "coqui", "quiet"},
	{"mlflow.*.load_model", "model_uri", 0, "model", "serve", "mlflow", "quiet"},
	{"mlflow.register_model", "name", 1, "", "", "", "none"},
	{"load_model", "filepath|model_uri|path", 0, "model", "base", "", "quiet|path"},
	{"use_artifact", "artifact_or_name", 0, "model", "base", "wandb", "quiet"},
	{"api.artifact", "name", 0, "model", "base", "wandb", "quiet"},
	{"log_model", "registered_model_name", -1, "model", "push", "mlflow", "quiet"},
	{"use_model", "name", 0, "model", "base", "wandb", "quiet"},
	{"JumpStartModel", "model_id", 0, "model", "serve", "sagemaker", "quiet"},
	{"ModelBuilder", "model", -1, "model", "serve", "sagemaker", "quiet"},
	{"JumpStartEstimator", "model_id", 0, "model", "base", "sagemaker", "quiet"},
	{"HuggingFaceModel", "model_data", -1, "model", "serve", "", "quiet"},
	{"PyTorchModel", "model_data", -1, "model", "serve", "", "quiet"},
	{"SKLearnModel", "model_data", -1, "model", "serve", "", "quiet"},
	{"TrainingInput", "s3_data", 0, "dataset", "train", "", "quiet"},
	{"Llama.build", "ckpt_dir", -1, "model", "base", "", "quiet|path"},
	{"restore_from", "restore_path", 0, "model", "base", "", "quiet|path"},

	// Functions around the above. What else says in its name what it makes or gets is
	// read by its words, see guess.
	{"HfApiEngine", "model", 0, "model", "serve", "", "quiet"},
	{"HfEngine", "model", 0, "model", "serve", "", "quiet"},
	{"*snapshot_download", "repo_id|model_id", 0, "model", "base", "", "quiet|shaped|guess"},
	{"snapshot_download_*", "repo_id", 0, "model", "base", "", "quiet|shaped|guess"},
	{"hf_hub_download_*", "repo_id", 0, "model", "base", "", "quiet|shaped|guess"},
	{"load_dataset_*", "path|dataset_name", 0, "dataset", "train", "", "quiet|shaped|guess"},

	// frames of names that are neither loaded nor written.
	{"wandb.init", "project|entity|name|group", 0, "", "", "", "none"},
	{"link_artifact", "target_path", 1, "", "", "", "none"},
	{"link_model", "registered_model_name", 1, "", "", "", "none"},
	{"set_experiment", "experiment_name", 0, "", "", "", "none"},
	{"add_argument", "help|dest|type", -1, "", "", "", "none"},
}

// rolesByLast finds the rows for the last segment of a callee. Rows whose last segment
// has a '*' stand under "".
var rolesByLast = func() map[string][]int {
	index := map[string][]int{}
	for i, r := range pyRoles {
		key := last(r.callee)
		if strings.Contains(key, "*") {
			key = ""
		}
		index[key] = append(index[key], i)
	}
	return index
}()

// rolesOf are the rows that hold for a callee, in the order of the table.
func rolesOf(callee string) []int {
	var out []int
	if ownLists(callee) {
		return nil
	}
	own, open := rolesByLast[last(callee)], rolesByLast[""]
	for len(own) > 0 || len(open) > 0 {
		var i int
		if len(open) == 0 || len(own) > 0 && own[0] < open[0] {
			i, own = own[0], own[1:]
		} else {
			i, open = open[0], open[1:]
		}
		if calleeMatches(pyRoles[i], callee) {
			out = append(out, i)
		}
	}
	return out
}
