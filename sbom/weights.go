package sbom

// Weights says what is inside one model file. It is a statement about bytes, never a
// verdict: the lists of what is allowed are policy.
type Weights struct {
	Path         string `json:"path"`
	Format       string `json:"format"` // safetensors | gguf | pickle | torch-zip | torch-legacy | keras-v3 | ...
	SizeBytes    int64  `json:"size_bytes"`
	SHA256       string `json:"sha256"`
	DigestSource string `json:"digest_source"` // computed | lfs_pointer | cached | none
	// Content is read | partial | not_fetched: whether the bytes were all looked at.
	Content string `json:"content"`
	// Expected is the format the file name promises, "" when the name says nothing.
	Expected string `json:"expected"`
	// Executable is yes when the format can run code in whatever loads it.
	Executable Tri `json:"executable"`

	Imports   []Import   `json:"imports"`   // names the file resolves when loaded
	Oddities  []Oddity   `json:"oddities"`  // structure that no honest writer makes
	Templates []Template `json:"templates"` // chat templates and what they access
	Operators []Operator `json:"operators"` // graph operators that reach outside the graph
	External  []External `json:"external"`  // files or URLs the file refers to

	Metadata     map[string]string `json:"metadata"`
	Architecture string            `json:"architecture"`
	License      string            `json:"license"`
	BaseModels   []string          `json:"base_models"` // hints inside the file
	Quantization string            `json:"quantization"`
	Parameters   int64             `json:"parameters"` // sum of element counts, 0 when not known
	Tensors      []Tensor          `json:"tensors"`    // at most MaxTensorsListed; TensorCount is exact
	TensorCount  int64             `json:"tensor_count"`
	DataBytes    int64             `json:"data_bytes"`  // bytes of the tensors, 0 when not known
	CoversFile   Tri               `json:"covers_file"` // declared structure accounts for every byte
	Shards       Shards            `json:"shards"`
	Component    string            `json:"component"`
	At           At                `json:"at"`
}

// Import is a name that a file makes its loader resolve.
type Import struct {
	Module string `json:"module"`
	Name   string `json:"name"`
	// Qualified is module.name with Python 2 and private module names normalised.
	Qualified string `json:"qualified"`
	Mode      string `json:"mode"`   // ref | call | new | build
	State     string `json:"state"`  // resolved | computed (named at load time)
	Member    string `json:"member"` // member of a container, "" for the file itself
	Offset    int64  `json:"offset"` // in the member, or in the file
	Args      string `json:"args"`   // short summary of the arguments of a call
	Nested    bool   `json:"nested"` // in a stream inside a string of the stream
}

// Oddity is a structural fact that honest writers do not produce.
type Oddity struct {
	Code   string `json:"code"` // frame_straddle, broken_after_call, member_disagreement, trailing_archive, ...
	Detail string `json:"detail"`
	Member string `json:"member"`
	Offset int64  `json:"offset"`
}

// Template is a Jinja template found in a model file or its configuration.
type Template struct {
	Key      string   `json:"key"`
	SHA256   string   `json:"sha256"`
	Accesses []string `json:"accesses"` // attributes, filters and names a sandbox would refuse or that reach out
	Offset   int64    `json:"offset"`
}

// Operator is a graph operator or layer that reaches outside the graph.
type Operator struct {
	Name   string `json:"name"` // PyFunc, ReadFile, Lambda, custom op name
	Domain string `json:"domain"`
	Kind   string `json:"kind"` // code | file | custom | network; of Python in an archive also script | fetch | pickle | import
	Member string `json:"member"`
	Offset int64  `json:"offset"`
}

// External is a file or URL a model file refers to.
type External struct {
	Location string `json:"location"`
	Kind     string `json:"kind"`   // relative | absolute | parent | url | symlink
	Exists   Tri    `json:"exists"` // in the source
	Member   string `json:"member"`
}

// Tensor is one entry of the tensor inventory.
type Tensor struct {
	Name  string  `json:"name"`
	DType string  `json:"dtype"`
	Shape []int64 `json:"shape"`
}

// MaxTensorsListed bounds Weights.Tensors; larger models keep the exact count.
const MaxTensorsListed = 64 // enough to recognise an architecture, small enough for policy input

// Shards ties the files of a sharded model to its index.
type Shards struct {
	Index      string   `json:"index"` // path of the *.index.json, "" for a single file
	Position   int      `json:"position"`
	Total      int      `json:"total"`
	Missing    []string `json:"missing"`
	Extra      []string `json:"extra"`
	Duplicated []string `json:"duplicated"` // tensors that more than one shard holds
	WrongSize  []string `json:"wrong_size"`
}
