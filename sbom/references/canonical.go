package references

import (
	"slices"
	"strings"
)

// The hub gives names without an owner to nobody any more, so that those it has are a closed
// set. Under a key that is also used for settings (dataset: squad, model: resnet) a bare
// name counts when it is one of them.

// legacyModels are the models of the hub that have no owner, by how their names begin.
var legacyModels = []string{
	"bert-base-", "bert-large-", "distilbert-base-", "roberta-base", "roberta-large", "distilroberta-base", "xlm-roberta-", "albert-base-", "albert-large-", "albert-xlarge-", "albert-xxlarge-",
	"gpt2", "distilgpt2", "openai-gpt", "t5-small", "t5-base", "t5-large", "t5-3b", "t5-11b", "xlnet-base-", "xlnet-large-", "xlm-mlm-", "xlm-clm-", "camembert-base", "transfo-xl-",
}

// legacyDatasets are the datasets of the hub that had no owner when most programs that
// load them were written. The classic sets of images are left out: most programs that name
// them take them from torchvision.
var legacyDatasets = set(
	"ag_news", "ai2_arc", "allocine", "amazon_polarity", "amazon_reviews_multi", "ami", "anli", "app_reviews", "arxiv_dataset", "banking77", "billsum", "blended_skill_talk", "bookcorpus", "bookcorpusopen", "boolq", "c4", "cc_news", "cnn_dailymail",
	"code_search_net", "common_gen", "common_voice", "commonsense_qa", "conll2003", "conll2012_ontonotesv5", "conllpp", "coqa", "cosmos_qa", "daily_dialog", "dbpedia_14", "drop", "eli5", "emotion", "empathetic_dialogues", "eurlex", "financial_phrasebank",
	"gigaword", "glue", "go_emotions", "gsm8k", "hellaswag", "hotpot_qa", "imdb", "kilt_tasks", "lambada", "librispeech_asr", "lex_glue", "math_dataset", "math_qa", "mbpp", "medical_dialog", "mlqa", "mmlu", "movie_rationales", "ms_marco", "mt_bench", "multi_news",
	"multi_nli", "narrativeqa", "natural_questions", "nq_open", "ontonotes", "openai_humaneval", "openbookqa", "openwebtext", "opus100", "opus_books", "oscar", "paws", "peoples_speech", "pg19", "piqa", "ptb_text_only", "pubmed_qa", "qasc", "qasper", "quac", "quail", "quora",
	"race", "reddit", "reddit_tifu", "rotten_tomatoes", "samsum", "sciq", "scientific_papers", "sms_spam", "snli", "social_i_qa", "squad", "squad_v2", "sst", "sst2", "stsb_multi_mt", "super_glue", "superb", "swag", "sem_eval_2010_task_8", "tatoeba", "timit_asr", "tiny_shakespeare", "trec", "trivia_qa", "truthful_qa",
	"tweet_eval", "voxpopuli", "wiki40b", "wiki_dpr", "wiki_qa", "wikiann", "wikicorpus", "wikihow", "wikipedia", "wikisql", "wikitext", "winogrande", "wmt14", "wmt15", "wmt16", "wmt17", "wmt18", "wmt19", "wnut_17", "xcopa", "xnli", "xquad", "xsum", "yahoo_answers_topics", "yelp_polarity", "yelp_review_full", "the_pile",
)

// legacyName tells whether a bare name is one that the hub has for a kind.
func legacyName(kind, name string) bool {
	if kind == "dataset" {
		return legacyDatasets[name]
	}
	if kind != "model" && kind != "tokenizer" {
		return false
	}
	for _, p := range legacyModels {
		if rest, ok := strings.CutPrefix(name, p); ok && (rest == "" || p[len(p)-1] == '-' || p == "gpt2" && (rest == "-medium" || rest == "-large" || rest == "-xl")) {
			return true
		}
	}
	return false
}

// folderWords say nothing but that something was made here: a name of nothing else is the
// folder that a run wrote (lora_model, merged-model, final_checkpoint).
var folderWords = set(
	"model", "models", "lora", "adapter", "adapters", "finetuned", "fine", "tuned", "trained", "merged", "merge", "saved", "save", "final", "best", "last", "latest", "my", "new", "output", "outputs", "out", "checkpoint", "checkpoints", "ckpt", "weights",
	"result", "results", "base", "tokenizer", "quantized", "onnx", "exported", "export", "local", "the", "your", "peft", "qlora", "sft", "dpo", "encoder", "decoder", "pretrained", "full", "16bit", "4bit",
	"image", "text", "feature", "extractor", "unet", "vae", "scheduler", "transformer", "safety", "checker", "2", // the folders of a pipeline of diffusers
)

// folderName tells such a name.
func folderName(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(c rune) bool { return c == '-' || c == '_' })
	for _, w := range words {
		if !folderWords[w] {
			return false
		}
	}
	return len(words) > 0
}

// maxMixture bounds the names of one text; the longest mixture seen has 60.
const maxMixture = 256

// mixture takes apart a text that names several things: datasets with '+' between them, or
// commas. It is the text itself for anything else.
func mixture(kind, text string) []string {
	sep := ""
	switch {
	case kind == "dataset" && strings.Contains(text, "+") && !strings.ContainsAny(text, " ,:"):
		sep = "+"
	case strings.Contains(text, ",") && strings.Contains(text, "/") && !strings.Contains(text, "://") && !strings.ContainsAny(text, "={}[]"):
		sep = ","
	default:
		return []string{text}
	}
	parts := strings.Split(text, sep)
	if len(parts) > maxMixture {
		return nil
	}
	out := parts[:0]
	for _, p := range parts {
		if p = strings.TrimSpace(p); p == "" || sep == "+" && (splitName(p) || KindOf(p) != NameHub && KindOf(p) != NameBare) {
			return []string{text} // a sum of something else, of splits for one
		}
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// isSum tells a mixture that was written as a sum, which says that its parts are names.
func isSum(text string, parts []string) bool {
	return strings.Contains(text, "+") && (len(parts) > 1 || len(parts) == 1 && parts[0] != text)
}
