package evidence

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// program is software that decides the role of a workload: by the command that starts
// it or, when no command is given, by the image that does.
type program struct {
	name    string
	role    string
	command *regexp.Regexp // in the command line
	image   *regexp.Regexp // in the name of an image, lower case
	models  []string       // flags that name the model
	// positional captures the model when it is no flag.
	positional *regexp.Regexp
	port       int
	loopback   bool     // listens on loopback unless told otherwise
	auth       []string // flags and variables that switch a login on; nil when there is no such thing
	login      sbom.Tri // state without them
	llm        bool
}

// programs, the special before the general. Flags and defaults are those of each
// project's own reference documentation.
var programs = []program{
	{name: "vllm", role: "serving", command: regexp.MustCompile(`\bvllm\s+serve\b|vllm\.entrypoints\.`), image: regexp.MustCompile(`(^|/)vllm[a-z0-9-]*$|/vllm-openai`),
		models: []string{"--model", "--model-tag"}, positional: regexp.MustCompile(`vllm\s+serve\s+([^-\s]\S*)`), port: 8000,
		auth: []string{"--api-key", "VLLM_API_KEY"}, login: sbom.No, llm: true},
	{name: "tgi", role: "serving", command: regexp.MustCompile(`text-generation-launcher`), image: regexp.MustCompile(`text-generation-inference`),
		models: []string{"--model-id"}, port: 3000, auth: []string{"--api-key", "API_KEY"}, login: sbom.No, llm: true},
	{name: "tei", role: "serving", command: regexp.MustCompile(`text-embeddings-router`), image: regexp.MustCompile(`text-embeddings-inference`),
		models: []string{"--model-id"}, port: 3000, auth: []string{"--api-key", "API_KEY"}, login: sbom.No},
	{name: "sglang", role: "serving", command: regexp.MustCompile(`sglang\.launch_server|sglang\s+serve`), image: regexp.MustCompile(`(^|/)sglang$`),
		models: []string{"--model-path", "--model"}, port: 30000, loopback: true, auth: []string{"--api-key"}, login: sbom.No, llm: true},
	{name: "triton", role: "serving", command: regexp.MustCompile(`\btritonserver\b`), image: regexp.MustCompile(`(^|/)tritonserver$`),
		models: []string{"--model-repository", "--model-store"}, port: 8000, login: sbom.No},
	{name: "torchserve", role: "serving", command: regexp.MustCompile(`\btorchserve\s`), image: regexp.MustCompile(`(^|/)torchserve[a-z-]*$`), port: 8080, loopback: true, login: sbom.Unstated},
	{name: "tensorflow-serving", role: "serving", command: regexp.MustCompile(`tensorflow_model_server`), image: regexp.MustCompile(`tensorflow/serving|tensorflow-serving`),
		models: []string{"--model_base_path"}, port: 8501, login: sbom.No},
	{name: "ollama", role: "serving", command: regexp.MustCompile(`\bollama\s+(serve|run|pull)\b`), image: regexp.MustCompile(`(^|/)ollama$`),
		positional: regexp.MustCompile(`\bollama\s+(?:run|pull)\s+([^-\s;&|]\S*)`), port: 11434, login: sbom.No, llm: true},
	{name: "llama.cpp", role: "serving", command: regexp.MustCompile(`\bllama-server\b|llama_cpp\.server`), image: regexp.MustCompile(`llama\.cpp|llama-cpp`),
		models: []string{"-m", "--model", "-hf", "--hf-repo", "-hfr"}, port: 8080, loopback: true, auth: []string{"--api-key", "--api-key-file", "LLAMA_API_KEY"}, login: sbom.No, llm: true},
	{name: "lmdeploy", role: "serving", command: regexp.MustCompile(`lmdeploy\s+serve`), image: regexp.MustCompile(`(^|/)lmdeploy$`),
		positional: regexp.MustCompile(`lmdeploy\s+serve\s+api_server\s+([^-\s]\S*)`), port: 23333, auth: []string{"--api-keys"}, login: sbom.No, llm: true},
	{name: "trtllm", role: "serving", command: regexp.MustCompile(`trtllm-serve`), image: regexp.MustCompile(`tensorrt-llm|trtllm`),
		positional: regexp.MustCompile(`trtllm-serve\s+(?:serve\s+)?([^-\s]\S*)`), port: 8000, loopback: true, login: sbom.No, llm: true},
	{name: "fastchat", role: "serving", command: regexp.MustCompile(`fastchat\.serve\.`), models: []string{"--model-path", "--model"}, port: 8000, loopback: true,
		auth: []string{"--api-keys"}, login: sbom.No, llm: true},
	{name: "kserve-server", role: "serving", command: regexp.MustCompile(`\b(huggingfaceserver|sklearnserver|xgbserver|lgbserver|paddleserver|pmmlserver)\b`),
		image: regexp.MustCompile(`kserve/[a-z]+server|huggingfaceserver`), models: []string{"--model_id", "--model_dir"}, port: 8080, login: sbom.No},
	{name: "mlflow-models", role: "serving", command: regexp.MustCompile(`mlflow\s+models\s+serve`), models: []string{"-m", "--model-uri"}, port: 5000, loopback: true, login: sbom.No},
	{name: "bentoml", role: "serving", command: regexp.MustCompile(`\bbentoml\s+serve`), image: regexp.MustCompile(`(^|/)(yatai-)?bentos?/`), port: 3000, login: sbom.No},
	{name: "mlserver", role: "serving", command: regexp.MustCompile(`\bmlserver\s+start`), image: regexp.MustCompile(`(^|/)mlserver[a-z-]*$`), port: 8080, login: sbom.No},
	{name: "ray-serve", role: "serving", command: regexp.MustCompile(`(^|[\s;&|])serve\s+(run|deploy)\s`), port: 8000, loopback: true, login: sbom.No},
	{name: "serving", role: "serving", command: regexp.MustCompile(`\b(xinference-(local|supervisor|worker)|infinity_emb|lightllm\.server|aphrodite\s+run|djl-serving|ovms)\b`),
		image: regexp.MustCompile(`nvcr\.io/nim/|djl-(serving|inference)|openvino/model_server|localai/localai|local-ai|michaelf34/infinity|aphrodite-engine|xprobe/xinference|predibase/lorax|tabbyml/tabby|faster-whisper-server|speaches|huggingface-pytorch-(tgi-)?inference|(pytorch|tensorflow|sklearn|xgboost)-inference|ray-llm|anyscale/ray-llm`),
		login: sbom.Unstated},
	{name: "script", role: "serving", command: regexp.MustCompile(`(^|[\s/])((inference|serving|predict|prediction|model)_(api|server|service)|serve_models?|(openai_)?api_server)\.py(\s|$)`),
		models: []string{"--model", "--model-path", "--model_path", "--model-id", "--model_id", "--model_name_or_path", "--pretrained_model_name_or_path"}, login: sbom.Unstated},
	{name: "litellm", role: "gateway", command: regexp.MustCompile(`(^|[\s/])litellm\s+-|litellm\.proxy`), image: regexp.MustCompile(`berriai/litellm|litellm/litellm|(^|/)litellm(-database|-non_root|-proxy)?$`),
		port: 4000, auth: []string{"LITELLM_MASTER_KEY"}, login: sbom.Unstated, llm: true},
	{name: "llm-gateway", role: "gateway", command: regexp.MustCompile(`\bvllm-router\b|vllm_router|mlflow\s+(gateway|deployments)\s+start`),
		image: regexp.MustCompile(`lmstack-router|portkeyai/gateway|envoyproxy/ai-gateway-(controller|extproc)|semantic-router/extproc|maximhq/bifrost|justsong/one-api|helicone/`), login: sbom.Unstated, llm: true},
	{name: "mlflow", role: "tracker", command: regexp.MustCompile(`\bmlflow\s+(server|ui)\b`), image: regexp.MustCompile(`(^|/)mlflow(-server|-tracking)?$`),
		port: 5000, loopback: true, auth: []string{"--app-name"}, login: sbom.No},
	{name: "tensorboard", role: "tracker", command: regexp.MustCompile(`(^|[\s;&|/])tensorboard(\s+--|$)`), port: 6006, loopback: true, login: sbom.No},
	{name: "aim", role: "tracker", command: regexp.MustCompile(`(^|[\s;&|])aim\s+(up|server)\b`), image: regexp.MustCompile(`aimstack/aim`), port: 43800, loopback: true, login: sbom.No},
	{name: "tracker", role: "tracker", image: regexp.MustCompile(`(^|/)wandb/local$|allegroai/clearml$|clearml/server|polyaxon/`), login: sbom.Unstated},
	{name: "jupyter", role: "notebook", command: regexp.MustCompile(`\bjupyter(-|\s+)(lab|notebook|server)\b|start-notebook|start-singleuser|\bjupyterlab\b|\bjupyterhub\b`),
		image: regexp.MustCompile(`(^|/)(jupyter|jupyterhub)/|jupyter-[a-z-]+(-full)?$|(^|/)[a-z0-9-]*-notebook$`), port: 8888, login: sbom.Unstated},
	{name: "trainer", role: "training", command: trainCommand, image: regexp.MustCompile(`(pytorch|tensorflow|huggingface-pytorch|sklearn|xgboost)-training(-|$)|axolotl`)},
	{name: "feast", role: "feature_store", command: regexp.MustCompile(`(^|[\s;&|])feast\s+(-\S+\s+\S+\s+)*serve`), image: regexp.MustCompile(`feastdev/feature-server|(^|/)feast[a-z-]*$`), port: 6566, loopback: true, login: sbom.Unstated},
	{name: "registry", role: "registry", image: regexp.MustCompile(`(^|/)(goharbor/|model-registry|registry$|sonatype/nexus|jfrog/artifactory)`), login: sbom.Unstated},
	{name: "pipeline", role: "pipeline", image: regexp.MustCompile(`zenmldocker/|zenml/|ml-pipeline/|kfp-(launcher|driver)|metaflow`), login: sbom.Unstated},
	{name: "monitoring", role: "monitoring", command: regexp.MustCompile(`\bevidently\s+ui\b`),
		image: regexp.MustCompile(`(^|/)(prometheus|alertmanager|node-exporter|node_exporter|grafana|cadvisor|dcgm-exporter|fluent-bit|fluentd|promtail|loki|tempo|jaeger|otel|opentelemetry-collector[a-z-]*|vector|filebeat|metricbeat|kube-state-metrics|pushgateway|blackbox-exporter|evidently-service|newrelic-infrastructure)([-:/]|$)|datadog/agent|prom/|grafana/`),
		login: sbom.Unstated},
}

// trainCommand matches launchers and scripts that train: the name of the script says so
// as a word of its own, not inside another one (constraint, restrain).
var trainCommand = regexp.MustCompile(`\b(accelerate\s+launch|torchrun|torch\.distributed\.(launch|run)|deepspeed|horovodrun|axolotl(\.cli\.train|\s+train)|llamafactory-cli\s+train|litgpt\s+(finetune|pretrain)|xtuner\s+train|swift\s+sft|tune\s+run)\b|` +
	`python[0-9.]*\s+(-\S+\s+)*([^\s;&|]*[/._-])?((pre)?train(er|ing)?|fine-?_?tune|sft|dpo|grpo|rlhf)([/._-][^\s;&|]*)?(\s|$)`)

// notTraining matches scripts that launchers of training start as well.
var notTraining = regexp.MustCompile(`(?i)\b(infer(ence)?|generate|serve|server|eval(uate)?|benchmark|predict)[a-z_]*\.py\b`)

// programOf is the program of a command line, or of the images where the command says
// nothing; nil when neither is known.
func programOf(line string, images []sbom.Image) *program {
	if p := commandProgram(line); p != nil {
		return p
	}
	for i := range programs {
		for _, img := range images {
			if p := &programs[i]; p.image != nil && p.image.MatchString(lowerName(img.Name)) && !otherCommand(p, line) {
				return p
			}
		}
	}
	return nil
}

func commandProgram(line string) *program {
	for i := range programs {
		p := &programs[i]
		if p.command == nil || !p.command.MatchString(line) || p.role == "training" && notTraining.MatchString(line) {
			continue
		}
		return p
	}
	return nil
}

// ownArguments are words that images take for what they do anyway.
var ownArguments = regexp.MustCompile(`^(serve|server|start|run|web|ui|proxy|-.*|\$.*|\S*\.sh|[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)$`)

var shellWrapper = regexp.MustCompile(`^(/\S*/)?(ba|da|a|z)?sh$|^(tini|exec|nohup|env|-c|-l|-lc|-ec|-xc|-euxc|--)$|^[A-Z_]+=`)

// otherCommand tells command lines that replace what an image starts by something of
// their own: the image then says nothing about the role.
func otherCommand(p *program, line string) bool {
	if p.command == nil || p.role == "monitoring" {
		return false
	}
	for _, w := range strings.Fields(line) {
		if !shellWrapper.MatchString(w) {
			return !ownArguments.MatchString(w)
		}
	}
	return false
}

// flagValue finds a flag among words and the value that goes with it.
func flagValue(words []word, flags []string) (word, bool) {
	for i, w := range words {
		name, value, joined := cutFlag(w.text)
		if !slices.Contains(flags, name) {
			continue
		}
		switch {
		case joined:
			return word{value, w.at}, true
		case i+1 < len(words) && !isFlag(words[i+1].text):
			return words[i+1], true
		}
		return word{"", w.at}, true
	}
	return word{}, false
}
