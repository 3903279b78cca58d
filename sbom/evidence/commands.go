package evidence

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// word is one word of a command line with its place.
type word struct {
	text string
	at   sbom.At
}

// maxWords bounds the words of one command; scripts inside manifests have some hundred.
const maxWords = 4000

// wordsOf splits the entries of a command or args list. An entry with white space is a
// line for a shell, or a script of many lines.
func wordsOf(path string, n *tree.Node) []word {
	if n == nil {
		return nil
	}
	if n.Kind != tree.List {
		return shellWords(n.Str(), n.At(path))
	}
	var out []word
	for _, item := range n.Items {
		if text := item.Str(); strings.ContainsAny(text, " \n\t") {
			out = append(out, shellWords(text, item.At(path))...)
		} else if text != "" {
			out = append(out, word{text, item.At(path)})
		}
	}
	return out[:min(len(out), maxWords)]
}

// shellWords splits shell text into words; quotes are dropped, expansions are left. The
// lines of a block scalar start after the line of its key.
func shellWords(text string, at sbom.At) []word {
	var out []word
	block := strings.Contains(strings.TrimRight(text, "\n"), "\n")
	for i, line := range strings.Split(text, "\n") {
		where := at
		if block {
			where.Line += i + 1
			where.Column = 0
		}
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, field := range strings.Fields(line) {
			if field = strings.Trim(field, `"'\;`); field != "" {
				out = append(out, word{field, where})
			}
			if len(out) >= maxWords {
				return out
			}
		}
	}
	return out
}

func lineOf(words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w.text)
	}
	return b.String()
}

func isFlag(text string) bool {
	return len(text) > 1 && text[0] == '-' && (text[1] < '0' || text[1] > '9')
}

// cutFlag splits --name=value; underscores are what some parsers accept for hyphens.
func cutFlag(text string) (name, value string, joined bool) {
	if !isFlag(text) {
		return "", "", false
	}
	name, value, joined = strings.Cut(text, "=")
	return name, strings.Trim(value, `"'`), joined
}

// container is what runs in one container of a workload.
type container struct {
	words  []word
	images []sbom.Image
	env    []sbom.EnvVar
}

// readContainer adds what the command, the image and the variables of a container say
// about models, ports, limits and logins, and returns the program.
func readContainer(w *sbom.Workload, c container) *program {
	c.words = expand(c.words, c.env)
	line := lineOf(c.words)
	for _, m := range minerMarks.FindAllString(line+" "+imageNames(c.images), 1) {
		w.Settings["miner"] = strings.ToLower(strings.TrimSpace(m))
	}
	p := programOf(line, c.images)
	commandLimits(w, c)
	commandSettings(w, c)
	if p == nil {
		return nil
	}
	w.Settings["program"] = p.name
	if p.role == "serving" || p.role == "gateway" {
		commandModels(w, p, c, line)
	}
	if p.port != 0 {
		listen(w, p, c)
	}
	return p
}

func imageNames(images []sbom.Image) string {
	var names []string
	for _, i := range images {
		names = append(names, i.Name)
	}
	return strings.Join(names, " ")
}

// minerMarks are programs and endpoints of cryptocurrency miners: a stratum URL has no
// other use.
var minerMarks = regexp.MustCompile(`(?i)\bstratum\+(tcp|ssl|tls|udp)://|\b(xmrig|xmr-stak|cpuminer|minerd|nbminer|lolminer|t-rex-miner|phoenixminer|ethminer|gminer|nanominer|teamredminer|trex-miner|bzminer|srbminer)\b|\bnicehash\b`)

var kubeVariable = regexp.MustCompile(`\$[({]([A-Za-z_][A-Za-z0-9_]*)(?::-([^})]*))?[)}]`)

// expand replaces $(NAME) and ${NAME} by literal values that the container is given
// (Kubernetes, "Define dependent environment variables").
func expand(words []word, env []sbom.EnvVar) []word {
	out := slices.Clone(words)
	for i, w := range out {
		if !strings.Contains(w.text, "$") {
			continue
		}
		out[i].text = kubeVariable.ReplaceAllStringFunc(w.text, func(match string) string {
			m := kubeVariable.FindStringSubmatch(match)
			for _, v := range env {
				if v.Name == m[1] && v.Source == "literal" && v.Value != "" {
					return v.Value
				}
			}
			if m[2] != "" {
				return m[2]
			}
			return match
		})
	}
	return out
}

// commandModels states the models a server is told to load.
func commandModels(w *sbom.Workload, p *program, c container, line string) {
	revision, _ := flagValue(c.words, []string{"--revision"})
	trust, trustAt := sbom.No, sbom.At{}
	if v, ok := flagValue(c.words, trustFlags); ok && !strings.EqualFold(v.text, "false") {
		trust, trustAt = sbom.Yes, flagAt(c.words, trustFlags)
	}
	add := func(value word) {
		if value.text == "" {
			return
		}
		m := servedModel(value.text, revision.text, value.at)
		switch {
		case p.name == "ollama":
			m = ollamaModel(value.text, value.at)
		case p.llm && m.URI == value.text && bareHub.MatchString(value.text) && !modelFile.MatchString(value.text):
			m.URI = "hf://" + value.text
		}
		m.TrustRemoteCode, m.TrustAt = trust, trustAt
		if !slices.ContainsFunc(w.Models, func(o sbom.WorkloadModel) bool { return o.URI == m.URI }) {
			w.Models = append(w.Models, m)
		}
	}
	if value, ok := flagValue(c.words, p.models); ok {
		add(value)
	} else if p.positional != nil {
		for _, m := range p.positional.FindAllStringSubmatch(line, -1) {
			add(place(c.words, m[1]))
		}
	} else if v, ok := modelVariable(c.env); ok {
		if revision.text == "" {
			revision.text = envValue(c.env, "REVISION")
		}
		add(word{v.Value, v.At})
	}
	if p.name == "vllm" && len(w.Models) == 0 && len(c.words) > 0 && hubName.MatchString(c.words[0].text) {
		add(c.words[0]) // the entry point of the image is "vllm serve"
	}
	if lora, ok := flagValue(c.words, []string{"--lora-modules"}); ok {
		if _, uri, ok := strings.Cut(lora.text, "="); ok {
			add(word{strings.Trim(uri, `"'`), lora.at})
		}
	}
}

// trustFlags let a server run the code that comes with a model.
var trustFlags = []string{"--trust-remote-code", "--trust_remote_code"}

// flagAt is the place of the first of the flags, with or without a value.
func flagAt(words []word, names []string) sbom.At {
	for _, w := range words {
		if name, _, _ := cutFlag(w.text); slices.Contains(names, name) {
			return w.at
		}
	}
	return sbom.At{}
}

func place(words []word, text string) word {
	for _, w := range words {
		if w.text == text {
			return w
		}
	}
	return word{text: text}
}

func envValue(env []sbom.EnvVar, name string) string {
	for _, v := range env {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}

// modelVariables name the model to a server, as the images of TGI, TEI, TensorFlow
// Serving, SageMaker, Triton and KServe document.
var modelVariables = []string{"MODEL_ID", "HF_MODEL_ID", "HF_MODEL", "MODEL_URI", "STORAGE_URI", "MODEL_BASE_PATH", "MODEL_PATH", "MODEL_DIR", "MODEL_STORE", "MODEL"}

func modelVariable(env []sbom.EnvVar) (sbom.EnvVar, bool) {
	for _, name := range modelVariables {
		for _, v := range env {
			if v.Name == name && v.Source == "literal" && (hubName.MatchString(v.Value) || strings.Contains(v.Value, ":/") || strings.HasPrefix(v.Value, "/")) {
				return v, true
			}
		}
	}
	return sbom.EnvVar{}, false
}

// limitFlags map the flags that bound a request or the requests at once to a limit.
var limitFlags = map[string]string{
	"--max-model-len": "max_model_len", "--context-length": "max_model_len", "--ctx-size": "max_model_len", "--max_seq_len": "max_model_len", "--max-seq-len": "max_model_len", "--session-len": "max_model_len",
	"--max-total-tokens": "max_tokens", "--max-new-tokens": "max_tokens", "--max-tokens": "max_tokens", "--n-predict": "max_tokens", "--max-batch-total-tokens": "max_batch_tokens",
	"--max-num-batched-tokens": "max_batch_tokens", "--max-input-length": "max_input_tokens", "--max-input-tokens": "max_input_tokens", "--max-batch-prefill-tokens": "max_batch_tokens",
	"--max-num-seqs": "concurrency", "--max-concurrent-requests": "concurrency", "--max-running-requests": "concurrency", "--parallel": "concurrency", "--max-batch-size": "concurrency",
	"--limit-model-concurrency": "concurrency", "--limit-worker-concurrency": "concurrency", "--max-parallel-requests": "concurrency",
}

// limitVariables do the same for variables.
var limitVariables = map[string]string{
	"MAX_TOTAL_TOKENS": "max_tokens", "MAX_INPUT_LENGTH": "max_input_tokens", "MAX_INPUT_TOKENS": "max_input_tokens", "MAX_CONCURRENT_REQUESTS": "concurrency", "MAX_BATCH_TOTAL_TOKENS": "max_batch_tokens",
	"MAX_MODEL_LEN": "max_model_len", "OLLAMA_NUM_PARALLEL": "concurrency", "OLLAMA_MAX_QUEUE": "concurrency", "OLLAMA_CONTEXT_LENGTH": "max_model_len", "SM_NUM_GPUS": "gpu", "MAX_NUM_SEQS": "concurrency",
}

func commandLimits(w *sbom.Workload, c container) {
	for i, word := range c.words {
		name, value, joined := cutFlag(word.text)
		limit, ok := limitFlags[strings.ReplaceAll(name, "_", "-")]
		if !ok {
			limit, ok = limitFlags[name]
		}
		if !ok {
			continue
		}
		if !joined && i+1 < len(c.words) {
			value = c.words[i+1].text
		}
		w.Limits[limit] = value
	}
	for _, v := range c.env {
		if limit, ok := limitVariables[v.Name]; ok && (v.Value != "" || v.Source != "literal") {
			w.Limits[limit] = v.Value
		}
	}
	if v, ok := flagValue(c.words, []string{"timeout"}); ok {
		w.Limits["timeout"] = v.text
	}
}

// commandSettings states switches of servers under names of their own.
func commandSettings(w *sbom.Workload, c container) {
	if v, ok := flagValue(c.words, []string{"--model-control-mode"}); ok {
		w.Settings["model_control"] = v.text
	}
	if v, ok := flagValue(c.words, []string{"--enable-log-requests"}); ok && v.text != "false" {
		w.Settings["request_logging"] = "on"
	}
	if v, ok := flagValue(c.words, []string{"--enable-log-outputs"}); ok && v.text != "false" {
		w.Settings["response_logging"] = "on"
	}
	if v, ok := flagValue(c.words, []string{"--disable-log-requests", "--no-enable-log-requests"}); ok && v.text != "false" {
		w.Settings["request_logging"] = "off"
	}
	for _, v := range c.env {
		switch v.Name {
		case "VLLM_ALLOW_RUNTIME_LORA_UPDATING":
			w.Settings["runtime_lora"] = strings.ToLower(v.Value)
		case "JUPYTER_TOKEN":
			if v.Value == "" && v.Source == "literal" && !v.Secret {
				w.Settings["empty_token"] = "yes"
			}
		}
	}
}

// listen states the port of a program, on the listener of the container port where the
// manifest declares one.
func listen(w *sbom.Workload, p *program, c container) {
	l := sbom.Listener{Port: p.port, Name: listenerNames[p.role], Auth: p.login, TLS: sbom.No, At: w.At}
	if len(c.words) > 0 {
		l.At = c.words[0].at
	}
	l.Address = "0.0.0.0"
	if p.loopback {
		l.Address = "127.0.0.1"
	}
	if host, ok := flagValue(c.words, []string{"--host", "-h", "--ip", "--listen", "--http-address", "--hostname"}); ok && host.text != "" {
		l.Address, l.At = host.text, host.at
	}
	if _, ok := flagValue(c.words, []string{"--bind_all"}); ok {
		l.Address = "0.0.0.0"
	}
	if port, ok := flagValue(c.words, []string{"--port", "-p", "--http-port", "--rest_api_port"}); ok {
		if n, err := strconv.Atoi(port.text); err == nil {
			l.Port = n
		}
	}
	if _, ok := flagValue(c.words, []string{"--ssl-keyfile", "--ssl-certfile", "--tls-cert", "--certfile", "--ssl-key-file"}); ok {
		l.TLS = sbom.Yes
	}
	if v, ok := flagValue(c.words, p.auth); ok && (p.name != "mlflow" || strings.Contains(v.text, "auth")) {
		l.Auth = sbom.Yes
	}
	for _, v := range c.env {
		if slices.Contains(p.auth, v.Name) {
			l.Auth = sbom.Yes
		}
	}
	if p.role == "notebook" && (emptyToken.MatchString(lineOf(c.words)) || w.Settings["empty_token"] == "yes") {
		l.Auth = sbom.No
	}
	for i := range w.Listens {
		if w.Listens[i].Port == l.Port {
			name := w.Listens[i].Name
			w.Listens[i] = l
			if name != "" {
				w.Listens[i].Name = name
			}
			return
		}
	}
	w.Listens = append(w.Listens, l)
}

var listenerNames = map[string]string{"serving": "inference", "gateway": "inference", "tracker": "tracking", "notebook": "notebook", "feature_store": "features"}

var emptyToken = regexp.MustCompile(`--(NotebookApp|ServerApp|LabApp|IdentityProvider|JupyterApp)\.(token|password)=["']*(\s|$)`)

// decideRole settles the role of a workload: what its kind says, then what its programs
// say, then whether it holds a model and an accelerator. A name alone decides nothing.
func decideRole(w *sbom.Workload, kind string, found []*program) {
	for _, p := range found {
		if kind == "" || kind == "runtime" {
			if rank(p.role) > rank(w.Role) {
				w.Role = p.role
			}
		}
	}
	if batchKind(w.Kind) && rank(w.Role) > rank("training") || batchKind(w.Kind) && (w.Role == "tracker" || w.Role == "notebook") {
		w.Role = "other" // it loads or calls a model once and ends
	}
	switch {
	case kind == "runtime":
		// Pods are made from it when somebody uses it: nothing runs yet.
		if w.Role == "serving" || w.Role == "gateway" {
			w.Role = "template"
		} else {
			w.Role = "other"
		}
	case kind != "":
		w.Role = kind
	case w.Role != "":
	case len(w.Models) > 0 && !batchKind(w.Kind):
		w.Role = "serving"
	default:
		w.Role = "other"
		if v, ok := modelVariable(w.Env); ok && w.Limits["gpu"] != "" && longRunning(w.Kind) {
			w.Role = "serving"
			w.Models = append(w.Models, servedModel(v.Value, "", v.At))
		}
	}
}

// rank orders roles: a pod that serves a model and watches itself is a serving pod.
func rank(role string) int {
	return slices.Index([]string{"", "other", "monitoring", "registry", "feature_store", "pipeline", "tracker", "notebook", "training", "gateway", "serving"}, role)
}

// longRunning tells kinds that are started again when they end.
func longRunning(kind string) bool { return kind != "Pod" && !batchKind(kind) }

// batchKind tells kinds that run to their end.
func batchKind(kind string) bool {
	switch kind {
	case "Job", "CronJob", "Workflow", "CronWorkflow", "RayJob", "RayCronJob":
		return true
	}
	return false
}
