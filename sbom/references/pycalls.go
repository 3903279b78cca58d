package references

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// recordedCalls are the calls that are facts of their own, by full name: what loads,
// fetches, logs or publishes.
var recordedCalls = set(
	"torch.load", "torch.serialization.load", "torch.serialization.add_safe_globals", "torch.serialization.safe_globals", "torch.save", "torch.hub.load", "torch.hub.download_url_to_file", "torch.hub.load_state_dict_from_url",
	"pickle.load", "pickle.loads", "_pickle.load", "cPickle.load", "pickle.Unpickler", "dill.load", "dill.loads", "cloudpickle.load", "cloudpickle.loads", "cloudpickle.pickle.load",
	"joblib.load", "sklearn.externals.joblib.load", "numpy.load", "np.load", "numpy.loadtxt", "numpy.genfromtxt", "pandas.read_pickle", "pandas.io.pickle.read_pickle",
	"pandas.read_csv", "pandas.read_json", "pandas.read_parquet", "polars.read_csv", "polars.read_parquet", "torchdata.datapipes.iter.PickleUnpickler",
	"keras.models.load_model", "keras.saving.load_model", "tensorflow.keras.models.load_model", "tf.keras.models.load_model", "keras.layers.deserialize",
	"keras.utils.get_file", "tensorflow.keras.utils.get_file", "tf.keras.utils.get_file", "pooch.retrieve", "pooch.core.retrieve",
	"requests.get", "requests.post", "requests.request", "requests.Session.get", "httpx.get", "httpx.stream", "httpx.Client.get", "urllib3.request", "aiohttp.ClientSession.get",
	"urllib.request.urlretrieve", "urllib.request.urlopen", "urllib.urlretrieve", "wget.download", "gdown.download", "gdown.cached_download",
	"torchvision.datasets.utils.download_url", "torchvision.datasets.utils.download_and_extract_archive",
	"huggingface_hub.create_repo", "huggingface_hub.HfApi.create_repo", "huggingface_hub.HfApi.upload_file", "huggingface_hub.HfApi.upload_folder",
	"comet_ml.Experiment", "neptune.init_run", "clearml.Task.init", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen", "os.system",
	unverifiedContext, "eval", "exec", "__import__", "importlib.import_module", "yaml.load", "yaml.unsafe_load", "marshal.load", "marshal.loads", "shelve.open", "tarfile.open", "zipfile.ZipFile", "shutil.unpack_archive",
)

// recordedLast are calls known by their last name alone, whoever offers them.
var recordedLast = set(
	"from_pretrained", "from_quantized", "load_dataset", "load_dataset_builder", "load_from_disk", "snapshot_download", "hf_hub_download", "push_to_hub", "push_to_hub_merged", "push_to_hub_gguf",
	"create_repo", "upload_file", "upload_folder", "upload_large_folder", "load_lora_weights", "load_adapter", "load_state_dict_from_url", "load_model", "get_dataset_config_names", "get_dataset_split_names",
	"use_artifact", "log_artifact", "register_model", "transition_model_version_stage", "set_registered_model_alias", "deploy",
)

// recordedRoots are packages all of whose calls are facts: trackers, validation suites,
// feature stores and training services.
var recordedRoots = set(
	"mlflow", "wandb", "comet_ml", "neptune", "clearml", "great_expectations", "pandera", "pydeequ", "tensorflow_data_validation", "whylogs", "evidently", "feast",
	"sagemaker", "vllm", "onnxruntime",
)

// recordedEndings are endings of class names that hold training arguments.
var recordedEndings = []string{"TrainingArguments", "SFTConfig", "DPOConfig", "GRPOConfig", "KTOConfig", "ORPOConfig", "RewardConfig", "PPOConfig", "CPOConfig", "RLOOConfig", "OnlineDPOConfig"}

// typedReceivers are classes whose methods are recorded under the name of the class.
var typedReceivers = set(
	"huggingface_hub.HfApi", "mlflow.MlflowClient", "mlflow.tracking.MlflowClient", "mlflow.client.MlflowClient", "requests.Session", "aiohttp.ClientSession", "httpx.Client", "requests.sessions.Session",
)

// validators are names of functions that check data before it is used.
var validators = []string{"validate_data", "validate_dataset", "validate_schema", "validate_input", "check_data", "check_dataset", "check_schema", "verify_data", "verify_dataset", "verify_schema", "data_validation", "dataset_validation", "schema_validation", "data_quality"}

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

const (
	maxRecordedArgs = 64  // arguments of a call; TrainingArguments takes some 130, rarely 40
	maxArgBytes     = 512 // of one argument as text
	maxCalls        = 20_000
)

// calls records the calls that policies judge.
func (r *pyReader) calls() {
	for i := range r.x.calls {
		c := &r.x.calls[i]
		if c.name == "" || len(r.out.Calls) >= maxCalls {
			continue
		}
		name := r.x.typed(c)
		if !recorded(name, c.node) || strings.HasPrefix(name, "super.") && last(name) == "from_pretrained" {
			continue
		}
		r.command(c, name)
		r.out.Calls = append(r.out.Calls, r.call(c, name))
	}
	r.unverified()
}

// unverifiedContext makes TLS connections that check no certificate.
const unverifiedContext = "ssl._create_unverified_context"

// unverified states that a module has every connection of its process made so, by
// assigning the function as the default (PEP 476, "Opting out").
func (r *pyReader) unverified() {
	for i := range r.x.decls {
		d := &r.x.decls[i]
		if d.key == "_create_default_https_context" && r.x.resolveDotted(python.Dotted(d.value.e)) == unverifiedContext && len(r.out.Calls) < maxCalls {
			r.out.Calls = append(r.out.Calls, sbom.Call{Callee: unverifiedContext, Args: map[string]string{}, Unresolved: []string{}, Function: enclosing(d.value.scope), ChecksHash: sbom.No, ReadsOwn: sbom.No, At: r.x.m.At(d.at)})
		}
	}
}

func recorded(name string, c *python.Call) bool {
	short := last(name)
	if recordedCalls[name] || recordedLast[short] {
		return true
	}
	if root, _, more := strings.Cut(name, "."); more && recordedRoots[root] {
		return true
	}
	for _, e := range recordedEndings {
		if strings.HasSuffix(short, e) {
			return true
		}
	}
	lower := strings.ToLower(short)
	for _, v := range validators {
		if strings.Contains(lower, v) {
			return true
		}
	}
	for i := range c.Keywords {
		if c.Keywords[i].Name == "trust_remote_code" {
			return true
		}
	}
	return false
}

// typed is the callee with a variable replaced by the class it is an instance of, for
// the classes whose methods have names of their own.
func (x *pyModule) typed(c *pyCall) string {
	head, rest, ok := strings.Cut(c.name, ".")
	if !ok {
		return c.name
	}
	for class := range typedReceivers { // a call of a call: HfApi().create_repo
		if strings.HasPrefix(c.name, class+".") {
			return c.name
		}
	}
	base := receiver(c.node.Func)
	if base == nil || base.ID != head {
		return c.name
	}
	x.steps = maxSteps
	for _, t := range x.terms(pyValue{base, c.scope, c.block, "constant"}, 0) {
		if made, ok := t.e.(*python.Call); ok && t.param == nil && t.imported == "" {
			if class := x.callee(made.Func, t.scope, 0); typedReceivers[class] {
				return class + "." + rest
			}
		}
	}
	return c.name
}

func receiver(e python.Expr) *python.Name {
	for range maxCalleeDepth {
		switch f := e.(type) {
		case *python.Attribute:
			e = f.X
		case *python.Name:
			return f
		default:
			return nil
		}
	}
	return nil
}

// call turns a call into a fact.
func (r *pyReader) call(c *pyCall, name string) sbom.Call {
	out := sbom.Call{Callee: name, Args: map[string]string{}, Unresolved: []string{}, Function: enclosing(c.scope), ChecksHash: sbom.No, ReadsOwn: r.readsOwn(c, name), At: r.x.m.At(c.node.Pos())}
	root, _, _ := strings.Cut(name, ".")
	arg := func(key string, e python.Expr) {
		if len(out.Args)+len(out.Unresolved) >= maxRecordedArgs {
			return
		}
		v := pyValue{e, c.scope, c.block, "call"}
		text := r.x.render(v)
		if text == "" {
			text = r.x.symbols(e, root)
		}
		if text == "" {
			if s, known, isText := r.x.exact(v); isText && known {
				out.Args[key] = s[:min(len(s), maxArgBytes)]
				return
			}
			out.Unresolved = append(out.Unresolved, key)
			return
		}
		out.Args[key] = strings.TrimSuffix(text, "\x00")
	}
	for i, e := range c.node.Args {
		if _, ok := e.(*python.Starred); ok {
			out.Unresolved = append(out.Unresolved, "*")
			break
		}
		arg(strconv.Itoa(i), e)
	}
	for i := range c.node.Keywords {
		k := &c.node.Keywords[i]
		if k.Name == "" {
			r.unpackedArgs(c, k.Value, &out, arg)
			continue
		}
		arg(k.Name, k.Value)
		if text := out.Args[k.Name]; hashArguments[k.Name] && text != "None" && text != "" {
			out.ChecksHash = sbom.Yes
		}
	}
	slices.Sort(out.Unresolved)
	out.Unresolved = slices.Compact(out.Unresolved)
	if r.checksHash(c) {
		out.ChecksHash = sbom.Yes
	}
	return out
}

// hashArguments are keywords with which a download compares a digest itself.
var hashArguments = set("expected_hash", "known_hash", "sha256", "file_hash", "expected_sha256", "checksum", "md5_hash", "hash_value", "expected_checksum")

// unpackedArgs reads **{...} and **dict(...); anything else is unresolved.
func (r *pyReader) unpackedArgs(c *pyCall, e python.Expr, out *sbom.Call, arg func(string, python.Expr)) {
	r.x.steps = maxSteps
	terms := r.x.terms(pyValue{e, c.scope, c.block, "keyword"}, 0)
	if len(terms) == 1 && terms[0].param == nil && terms[0].imported == "" {
		switch d := terms[0].e.(type) {
		case *python.Dict:
			for i, k := range d.Keys {
				if name := stringOf(k); name != "" {
					arg(name, d.Values[i])
				} else {
					out.Unresolved = append(out.Unresolved, "**")
				}
			}
			return
		case *python.Call:
			if python.Dotted(d.Func) == "dict" {
				for i := range d.Keywords {
					arg(d.Keywords[i].Name, d.Keywords[i].Value)
				}
				return
			}
		}
	}
	out.Unresolved = append(out.Unresolved, "**")
}

// enclosing is the name of the function around a scope.
func enclosing(s *pyScope) string {
	for ; s != nil; s = s.parent {
		if s.fn != nil {
			return last(s.fn.name)
		}
	}
	return ""
}

// constant is the text of a value that is one known string.
func (x *pyModule) constant(v pyValue) (text string, known, isText bool) {
	x.steps = maxSteps
	return x.single(v, 0)
}

// exact is constant for a value that no caller can change.
func (x *pyModule) exact(v pyValue) (text string, known, isText bool) {
	x.steps = maxSteps
	for _, t := range x.terms(v, 0) {
		if t.param != nil {
			return "", false, false
		}
	}
	return x.constant(v)
}

// render writes a literal as Python does, strings at the top without quotes. It is ""
// for what is not a literal; an empty string is "\x00", taken off by the caller.
func (x *pyModule) render(v pyValue) string {
	x.steps = maxSteps
	found := x.terms(v, 0)
	if len(found) != 1 || found[0].imported != "" || found[0].param != nil {
		return ""
	}
	if s, ok := found[0].e.(*python.Str); ok && !s.Bytes {
		return s.Value[:min(len(s.Value), maxArgBytes)] + "\x00"
	}
	return literal(found[0].e, 0)
}

const maxLiteralDepth = 4 // nesting of a literal that is written out

func literal(e python.Expr, depth int) string {
	if depth > maxLiteralDepth {
		return ""
	}
	switch e := e.(type) {
	case *python.Str:
		if !e.Bytes && len(e.Value) < maxArgBytes {
			return strconv.Quote(e.Value)
		}
	case *python.Num:
		return e.Text
	case *python.Const:
		return e.Text
	case *python.Unary:
		if inner := literal(e.X, depth+1); inner != "" && e.Op != "not" {
			return e.Op + inner
		}
	case *python.List:
		return literals("[", "]", e.Elts, depth)
	case *python.Tuple:
		return literals("(", ")", e.Elts, depth)
	}
	return ""
}

func literals(opening, closing string, list []python.Expr, depth int) string {
	parts := make([]string, len(list))
	size := 0
	for i, e := range list {
		parts[i] = literal(e, depth+1)
		if size += len(parts[i]); parts[i] == "" || size > maxArgBytes {
			return ""
		}
	}
	return opening + strings.Join(parts, ", ") + closing
}

// symbols writes names that the library of the callee defines (ALL_ACTIONS,
// AuthzedAction.READ) as the code writes them.
func (x *pyModule) symbols(e python.Expr, root string) string {
	switch e := e.(type) {
	case *python.Name, *python.Attribute:
		name := python.Dotted(e)
		if full := x.resolveDotted(name); strings.HasPrefix(full, root+".") {
			return name
		}
	case *python.List:
		parts := make([]string, len(e.Elts))
		for i, y := range e.Elts {
			if parts[i] = x.symbols(y, root); parts[i] == "" {
				return ""
			}
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return ""
}
