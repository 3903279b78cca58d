package references

import (
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// NameKind is what the shape of a name says about where it points.
type NameKind int

// The kinds of names. Shape alone never makes a reference; the position does.
const (
	NameNone     NameKind = iota // not a name: prose, a placeholder, a MIME type, empty
	NameHub                      // org/name
	NameBare                     // one segment (gpt2), an id only in loader positions
	NameLocal                    // a path
	NameURL                      // http, https, ftp
	NameBucket                   // s3://, gs://, abfs://, …
	NameRegistry                 // models:/, runs:/, wandb artifacts
	NameOllama                   // name:tag
	NameImage                    // container image
)

const (
	// maxNameBytes bounds a name: the hub allows 96 bytes for each of two segments, and
	// paths and URLs in recipes stay below 1 KiB.
	maxNameBytes = 1024
	// maxSegmentBytes is the hub's limit for an organisation or a repository name.
	maxSegmentBytes = 96
)

// fileExtensions are endings that mark a file rather than a repository. Endings that
// hub names carry too (.1, .5B, -v0.1) are not listed.
var fileExtensions = map[string]bool{
	".py": true, ".sh": true, ".json": true, ".jsonl": true, ".ndjson": true, ".csv": true, ".tsv": true, ".txt": true, ".md": true,
	".yaml": true, ".yml": true, ".toml": true, ".parquet": true, ".arrow": true, ".bin": true, ".pt": true, ".pth": true, ".ckpt": true,
	".safetensors": true, ".gguf": true, ".ggml": true, ".onnx": true, ".pkl": true, ".pickle": true, ".joblib": true, ".npz": true, ".npy": true,
	".h5": true, ".hdf5": true, ".keras": true, ".tflite": true, ".pb": true, ".zip": true, ".tar": true, ".gz": true, ".tgz": true, ".zst": true, ".bz2": true,
	".jinja": true, ".jinja2": true, ".model": true, ".nemo": true, ".html": true, ".png": true, ".jpg": true, ".jpeg": true, ".wav": true, ".mp4": true,
	".log": true, ".ipynb": true, ".cfg": true, ".ini": true, ".conf": true, ".xml": true, ".db": true, ".mar": true, ".js": true, ".ts": true, ".cpp": true,
}

// localHeads are first segments that name a place in a checkout, by convention of
// every trainer we know; an organisation of that name cannot be told from a folder.
var localHeads = map[string]bool{
	"outputs": true, "output": true, "out": true, "checkpoints": true, "checkpoint": true, "ckpt": true, "ckpts": true, "saves": true, "runs": true, "results": true,
	"data": true, "datasets": true, "dataset": true, "models": true, "model": true, "weights": true, "logs": true, "tmp": true, "cache": true, "src": true,
	"scripts": true, "configs": true, "config": true, "examples": true, "tests": true, "path": true, "workspace": true, "home": true, "mnt": true, "artifacts": true, "exp": true, "experiments": true,
	"local": true, "build": true, "assets": true, "lib": true, "trained_models": true, "saved_models": true,
}

// mimeHeads are the top-level media types of RFC 6838 section 4.2.
var mimeHeads = map[string]bool{
	"application": true, "audio": true, "font": true, "image": true, "message": true, "multipart": true, "text": true, "video": true,
}

var bucketSchemes = map[string]string{
	"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "abfs": "azure", "abfss": "azure", "az": "azure", "azure": "azure", "wasbs": "azure", "azureml": "azure",
	"hdfs": "hdfs", "oss": "oss", "r2": "r2", "oci": "oci", "pvc": "pvc", "file": "local", "dbfs": "dbfs", "cos": "cos", "minio": "s3",
}

// KindOf tells from its shape what a name is.
func KindOf(name string) NameKind {
	switch {
	case name == "" || len(name) > maxNameBytes || strings.ContainsAny(name, " \t\r\n<>\"'`|;,*"):
		return NameNone
	case strings.Contains(name, "{{") || strings.Contains(name, "${") || strings.HasPrefix(name, "$"):
		return NameNone
	}
	if scheme, _, ok := strings.Cut(name, "://"); ok {
		return kindOfScheme(strings.ToLower(scheme))
	}
	lower := strings.ToLower(name)
	switch {
	case strings.HasPrefix(lower, "models:/") || strings.HasPrefix(lower, "runs:/") || strings.HasPrefix(lower, "mlflow-artifacts:/"):
		return NameRegistry
	case hostedProvider(lower) != "":
		return NameRegistry
	case strings.HasPrefix(lower, "dbfs:/") || strings.HasPrefix(lower, "azureml:"):
		return NameBucket
	case strings.HasPrefix(lower, "huggingface.co/") || strings.HasPrefix(lower, "hf.co/"):
		return NameHub
	case IsLocalPath(name):
		return NameLocal
	}
	return kindOfSegments(name)
}

// providers are the first segments that LiteLLM and OpenRouter put before the name of a
// model that somebody else hosts (docs.litellm.ai/docs/providers). They are no
// organisations of the hub.
var providers = map[string]bool{
	"openrouter": true, "together_ai": true, "vertex_ai": true, "bedrock": true, "azure": true, "groq": true, "fireworks_ai": true, "deepinfra": true, "ollama": true, "ollama_chat": true,
	"replicate": true, "sagemaker": true, "gemini": true, "perplexity": true, "x-ai": true, "xai": true, "cerebras_ai": true, "anyscale": true, "databricks_ai": true, "hosted_vllm": true,
}

// hostedProvider is the service that serves a name, "" when it is none that we know:
// provider/model, provider/org/model, and the closed models of a vendor.
func hostedProvider(lower string) string {
	if bedrockModel(lower) != "" {
		return "bedrock"
	}
	if head, rest, ok := strings.Cut(lower, ":"); ok && vendors[head] != "" {
		if rest = strings.TrimPrefix(rest, "/"); rest != "" && rest[0] != '/' { // openai:/gpt-4 (MLflow's judges)
			return vendors[head]
		}
	}
	head, rest, ok := strings.Cut(lower, "/")
	if !ok || strings.Contains(head, ":") || strings.HasPrefix(rest, "/") {
		return ""
	}
	switch {
	case providers[head]:
		return head
	case head == "huggingface" && strings.Contains(rest, "/"):
		return "huggingface"
	case head == serviceOf(rest), head == "models" && serviceOf(rest) == "google": // Gemini API, "Models"
		return serviceOf(rest)
	}
	return ""
}

// vendors are what LangChain and PydanticAI put before a colon and the name of a model
// (init_chat_model, Agent), by the service that is asked.
var vendors = map[string]string{
	"openai": "openai", "azure_openai": "openai", "azure": "openai", "anthropic": "anthropic", "google_genai": "google", "google_vertexai": "google", "google-gla": "google", "google-vertex": "google", "bedrock": "bedrock", "bedrock_converse": "bedrock",
	"groq": "groq", "mistralai": "mistral", "mistral": "mistral", "cohere": "cohere", "fireworks": "fireworks", "together": "together", "deepseek": "deepseek", "xai": "xai", "perplexity": "perplexity", "nvidia": "nvidia", "ollama": "ollama", "openrouter": "openrouter",
}

func kindOfScheme(scheme string) NameKind {
	switch {
	case scheme == "http" || scheme == "https" || scheme == "ftp":
		return NameURL
	case scheme == "hf" || scheme == "huggingface":
		return NameHub
	case scheme == "file":
		return NameLocal
	case scheme == "ollama":
		return NameOllama
	case scheme == "docker":
		return NameImage
	case scheme == "models" || scheme == "wandb-artifact" || scheme == "mlflow":
		return NameRegistry
	case bucketSchemes[scheme] != "":
		return NameBucket
	}
	return NameNone
}

func kindOfSegments(name string) NameKind {
	segments := strings.Split(name, "/")
	if len(segments) > 2 {
		if strings.ContainsAny(segments[0], ".:") {
			return NameImage // registry.example/group/image
		}
		return NameLocal
	}
	if base, tag, ok := strings.Cut(name, ":"); ok {
		head, _, two := strings.Cut(base, "/")
		switch {
		case tag == "" || !validSegment(tag) || strings.Contains(tag, "/"):
			return NameNone
		case two && strings.ContainsAny(head, "."):
			return NameImage
		case validSegment(strings.ReplaceAll(base, "/", "-")):
			return NameOllama
		}
		return NameNone
	}
	for _, s := range segments {
		if !validSegment(s) {
			return NameNone
		}
	}
	if len(segments) == 1 {
		return NameBare
	}
	if mimeHeads[segments[0]] {
		return NameNone
	}
	return NameHub
}

// validSegment is the hub's rule for one half of a repository id: letters, digits, '-',
// '_', '.', no leading or trailing '-' or '.', no '--' or '..'.
func validSegment(s string) bool {
	if s == "" || len(s) > maxSegmentBytes || strings.Contains(s, "..") || strings.Contains(s, "--") {
		return false
	}
	if strings.ContainsAny(s[:1]+s[len(s)-1:], "-.") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// IsLocalPath tells whether the shape of a name is that of a file or directory. A name
// for which it is false may still exist in the source; the linker looks there.
func IsLocalPath(name string) bool {
	if name == "" {
		return false
	}
	if strings.ContainsAny(name[:1], "./~\\") || strings.HasSuffix(name, "/") || strings.Contains(name, "\\") {
		return true
	}
	if len(name) > 2 && name[1] == ':' && (name[2] == '/' || name[2] == '\\') {
		return true
	}
	head, rest, more := strings.Cut(name, "/")
	if more && (localHeads[strings.ToLower(head)] || folderHead(head)) {
		return true
	}
	if more && (step(rest) || rest == "tokenizer.model") {
		return true // what a trainer wrote at a step; SentencePiece's file
	}
	ext := strings.ToLower(path.Ext(name))
	if fileExtensions[ext] {
		return strings.Count(rest, "/") != 0 || ext != ".model"
	}
	return false
}

// folderHead tells a first segment that says it holds files of that kind: base_models/x,
// pretrained_weights/x.
func folderHead(head string) bool {
	i := strings.LastIndexByte(head, '_') // owners have dashes: embedding-data
	if i < 1 || strings.ToLower(head) != head {
		return false
	}
	switch head[i+1:] {
	case "models", "model", "checkpoints", "checkpoint", "ckpts", "ckpt", "weights", "outputs", "output", "results", "logs", "data", "dataset", "datasets":
		return true
	}
	return false
}

// step tells the folder of a checkpoint: checkpoint-500, step_1000, epoch-3.
func step(s string) bool {
	word := strings.TrimRight(s, "0123456789")
	switch strings.ToLower(strings.TrimRight(word, "-_")) {
	case "checkpoint", "ckpt", "step", "epoch", "iter", "global_step":
		return word != s
	}
	return false
}

// Usable tells whether a name can be the name of a component in a loader position.
func Usable(name string) bool {
	if placeholder(name) {
		return false
	}
	return KindOf(name) != NameNone
}

// placeholders are words that templates and examples leave to be filled in.
var placeholders = []string{"your-", "your_", "<", "path/to", "/path/", "path_to", "todo", "changeme", "placeholder", "xxx", "my-org/", "my-username/", "test-org/", "example-org/", "example.com"}

func placeholder(name string) bool {
	lower := strings.ToLower(name)
	switch lower {
	case "", "none", "null", "true", "false", "auto", "default", "...", "~", "model", "dataset", "model_name", "dataset_name", "your_model", "local", "custom", "tbd",
		"test", "test-model", "test_model", "dummy", "dummy-model", "fake", "fake-model", "mock", "mock-model", "my-model", "my_model", "local-model", "some-model", "deployment-name", "deployment_name", "model-id", "model_id", "dataset-name", "foo", "bar", "model-name":
		return true
	}
	for _, p := range placeholders {
		if strings.Contains(lower, p) {
			return true
		}
	}
	head, tail, ok := strings.Cut(lower, "/")
	if ok && len(head) > 1 && strings.Trim(head, "x") == "" {
		return true // xx/name
	}
	return ok && genericOwners[head] && (genericNames[tail] || strings.HasPrefix(tail, "my_") || strings.HasPrefix(tail, "my-"))
}

// genericOwners and genericNames together say that a name stands for any name.
var (
	genericOwners = set("org", "owner", "user", "username", "organization", "namespace", "foo", "some-org", "some-owner", "someuser", "hf_user", "me", "my-user", "account")
	genericNames  = set("model", "model-name", "model_name", "repo", "repo-name", "repo_name", "dataset", "dataset-name", "dataset_name", "my-model", "my_model", "variant", "bar", "model-gguf", "repo-gguf", "my-dataset", "some-model")
)

// datasetName is the name of a dataset without what some programs put behind it: a
// number of rows, org/name#500, or a part of it, org/name:part (ModelScope's SWIFT).
func datasetName(name string) string {
	if strings.Contains(name, "://") {
		return name
	}
	if i := strings.IndexAny(name, "#:"); i > 0 && i+1 < len(name) && KindOf(name[:i]) == NameHub {
		return name[:i]
	}
	return name
}

// New returns a reference of kind and role to name at a place, normalised: a revision
// inside the name is split off, and what a template or the run time decides stays
// unresolved with its known prefix.
func New(kind, role, name string, at sbom.At) sbom.Reference {
	if kind == "dataset" {
		name = datasetName(name)
	}
	r := sbom.Reference{
		Kind: kind, Role: role, Name: name, State: sbom.StateResolved, RevisionKind: sbom.RevisionNone,
		TrustRemoteCode: sbom.Unstated, Confidence: "high", At: at, CallAt: at,
	}
	if prefix, ok := templatePrefix(name); ok {
		r.Name, r.State, r.Confidence = prefix, sbom.StateUnresolved, "medium"
		r.RevisionKind = sbom.RevisionUnresolved
		return r
	}
	if role == "output" && (KindOf(name) == NameHub || KindOf(name) == NameBare) {
		r.URI, r.Host = "./"+name, "local" // a directory that a run writes
		return r
	}
	r.URI, r.Host = Normalise(kind, name)
	if r.Host == "huggingface" {
		SetRevision(&r, HubRevision(name))
		if _, dataset := HubID(name); dataset && kind == "model" {
			r.Kind = "dataset"
			if role == "base" {
				r.Role = "train"
			}
		}
	}
	return r
}

// templatePrefix tells whether a name has a part that is not known before run time
// and returns what stands before it.
func templatePrefix(name string) (string, bool) {
	cut := len(name)
	for _, mark := range []string{"${", "{{", "$(", "<%", "$"} {
		if i := strings.Index(name, mark); i >= 0 {
			cut = min(cut, i)
		}
	}
	return name[:cut], cut < len(name)
}
