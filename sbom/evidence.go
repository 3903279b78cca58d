package sbom

// Workload is something that runs: a training job, a serving deployment, a gateway,
// a tracker, whatever the platform.
type Workload struct {
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	Role      string            `json:"role"`     // training | serving | gateway | tracker | notebook | pipeline | monitoring | feature_store | registry | template (what pods are made from: a serving runtime, chart values, an image) | other
	Platform  string            `json:"platform"` // kubernetes | kserve | ray | seldon | kubeai | compose | sagemaker | vertex | azureml | docker | shell | ...
	Kind      string            `json:"kind"`     // kind of the resource as its platform says: Deployment, InferenceService, aws_sagemaker_model
	Identity  string            `json:"identity"` // id of the Identity, "" when unstated
	Images    []Image           `json:"images"`
	Command   []string          `json:"command"`
	Args      []string          `json:"args"`
	Env       []EnvVar          `json:"env"`
	Mounts    []Mount           `json:"mounts"`
	Security  Security          `json:"security"`
	Limits    map[string]string `json:"limits"` // cpu, memory, gpu, deadline_seconds, max_model_len, max_tokens, concurrency, ...
	Listens   []Listener        `json:"listens"`
	Models    []WorkloadModel   `json:"models"` // models it loads or serves
	Labels    map[string]string `json:"labels"`
	Settings  map[string]string `json:"settings"` // platform facts under stable names: network_isolation, vpc, kms_key, egress, canary_percent
	DependsOn []string          `json:"depends_on"`
	At        At                `json:"at"`
}

// Image is a container image of a Workload.
type Image struct {
	Name   string `json:"name"` // repository without tag and digest
	Tag    string `json:"tag"`
	Digest string `json:"digest"` // sha256:…, "" when there is none
	At     At     `json:"at"`
}

// EnvVar is an environment variable given to a Workload. Value is "" for a value that
// looks like a secret; Source tells where it comes from.
type EnvVar struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"` // literal | secret | config | field | settings | unresolved
	Secret bool   `json:"secret"` // the literal value has the shape of a secret
	At     At     `json:"at"`
}

// Mount is a volume of a Workload.
type Mount struct {
	Source   string `json:"source"` // host path, claim name, bucket
	Target   string `json:"target"`
	Kind     string `json:"kind"` // host | claim | config | secret | bucket | empty | other
	ReadOnly Tri    `json:"read_only"`
	At       At     `json:"at"`
}

// Security is the security context of a Workload, the weakest of its containers.
type Security struct {
	Privileged         Tri      `json:"privileged"`
	RunAsRoot          Tri      `json:"run_as_root"` // yes: uid 0; no: runAsNonRoot or a uid > 0
	PrivilegeEscalates Tri      `json:"privilege_escalates"`
	HostNetwork        Tri      `json:"host_network"`
	HostPID            Tri      `json:"host_pid"`
	HostIPC            Tri      `json:"host_ipc"`
	ReadOnlyRoot       Tri      `json:"read_only_root"`
	Capabilities       []string `json:"capabilities"` // added
	At                 At       `json:"at"`
	// HostAt is where the first of the namespaces of the host is asked for.
	HostAt At `json:"host_at"`
}

// Listener is a port a Workload listens on.
type Listener struct {
	Address string `json:"address"` // 0.0.0.0, 127.0.0.1, "" when unstated
	Port    int    `json:"port"`
	Name    string `json:"name"` // inference | management | metrics | dashboard | tracking | ...
	Auth    Tri    `json:"auth"`
	TLS     Tri    `json:"tls"`
	At      At     `json:"at"`
}

// WorkloadModel is a model that a Workload loads.
type WorkloadModel struct {
	Name            string `json:"name"`
	URI             string `json:"uri"`
	Revision        string `json:"revision"`
	RevisionKind    string `json:"revision_kind"`
	Digest          string `json:"digest"`
	TrafficPercent  int    `json:"traffic_percent"` // -1 when unstated
	TrustRemoteCode Tri    `json:"trust_remote_code"`
	At              At     `json:"at"`
	// TrustAt is the place of the flag that says so, without a path when nothing does.
	TrustAt At `json:"trust_at"`
}

// Identity is a role or account that workloads run as.
type Identity struct {
	ID     string  `json:"id"`   // stable across files: address, namespace/name, ARN, settings key
	Kind   string  `json:"kind"` // service_account | iam_role | settings_key | ...
	UsedBy []Usage `json:"used_by"`
	Grants []Grant `json:"grants"`
	At     At      `json:"at"`
}

// Usage says which workload, in which role, uses an Identity.
type Usage struct {
	Workload string `json:"workload"`
	Role     string `json:"role"` // role of the workload
	At       At     `json:"at"`
}

// Grant is a permission of an Identity.
type Grant struct {
	Actions   []string `json:"actions"`
	Resources []string `json:"resources"`
	Effect    string   `json:"effect"` // allow | deny
	At        At       `json:"at"`
}

// Route is a way through a gateway to models.
type Route struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"` // envoy-ai-gateway | istio | nginx | kong | litellm | httproute | ingress
	LLM      Tri      `json:"llm"`  // is the backend a language model
	Backends []string `json:"backends"`
	Limits   []Limit  `json:"limits"`
	Guards   []string `json:"guards"`
	Auth     Tri      `json:"auth"`
	TLS      Tri      `json:"tls"`
	At       At       `json:"at"`
}

// Limit is a rate or token limit bound to a Route.
type Limit struct {
	Kind     string `json:"kind"` // requests | tokens | budget | concurrency
	Key      string `json:"key"`  // identity | header | ip | global | unstated
	KeyName  string `json:"key_name"`
	Value    string `json:"value"`
	FailOpen Tri    `json:"fail_open"`
	At       At     `json:"at"`
}

// Guard is a guardrail on a Route or in front of a model.
type Guard struct {
	Route string `json:"route"`
	Name  string `json:"name"`
	Side  string `json:"side"` // input | output | retrieval | dialog
	Kind  string `json:"kind"` // length | pattern | semantic | template | unresolved
	At    At     `json:"at"`
}

// Alert is an alert rule or a monitor with a threshold.
type Alert struct {
	Name       string            `json:"name"`
	Kind       string            `json:"kind"` // prometheus | evidently | whylogs | great_expectations | grafana | cloudwatch | alertmanager
	Expression string            `json:"expression"`
	Metrics    []string          `json:"metrics"`
	Selectors  map[string]string `json:"selectors"`   // label → value over all selectors of the expression
	ComparesTo []string          `json:"compares_to"` // absolute | window | absence | reference
	Threshold  string            `json:"threshold"`
	Operator   string            `json:"operator"`
	For        string            `json:"for"`
	Topic      string            `json:"topic"` // latency | errors | resources | drift | output | extraction | security | data | other
	Receiver   string            `json:"receiver"`
	Labels     map[string]string `json:"labels"`
	Reference  string            `json:"reference"` // baseline file or dataset it compares with
	Columns    []string          `json:"columns"`
	Settings   map[string]string `json:"settings"` // group_by, repeat_interval, sample_ratio, retention, ...
	At         At                `json:"at"`
}

// PipelineJob is one job of a CI or deployment pipeline.
type PipelineJob struct {
	Name        string            `json:"name"`
	Workflow    string            `json:"workflow"`
	Platform    string            `json:"platform"` // github | gitlab | argo | kfp | airflow | dvc
	Triggers    []Trigger         `json:"triggers"`
	Permissions map[string]string `json:"permissions"` // scope → read|write|none; "*" for all; empty when unstated
	// PermissionsStated is no when neither workflow nor job says anything.
	PermissionsStated Tri      `json:"permissions_stated"`
	Steps             []Step   `json:"steps"`
	RunsOn            []string `json:"runs_on"`
	Needs             []string `json:"needs"`
	Environment       string   `json:"environment"`
	Uses              string   `json:"uses"` // reusable workflow
	SecretsInherited  Tri      `json:"secrets_inherited"`
	Secrets           []string `json:"secrets"` // names of the secrets it can see
	Condition         string   `json:"condition"`
	Inputs            []string `json:"inputs"`
	Purposes          []string `json:"purposes"` // train | deploy | publish | gate | test | build | attest
	At                At       `json:"at"`
}

// Trigger is an event that starts a PipelineJob.
type Trigger struct {
	Event    string   `json:"event"` // pull_request, pull_request_target, push, schedule, …
	Types    []string `json:"types"`
	Branches []string `json:"branches"`
	Paths    []string `json:"paths"`
	Ignored  []string `json:"ignored"` // paths-ignore
	At       At       `json:"at"`
}

// Step is one step of a PipelineJob.
type Step struct {
	Name            string            `json:"name"`
	Uses            string            `json:"uses"`
	Ref             string            `json:"ref"` // what follows @ in uses
	RefKind         string            `json:"ref_kind"`
	Run             string            `json:"run"`
	With            map[string]string `json:"with"`
	Env             map[string]string `json:"env"`     // of the step, the job and the workflow; literals under a secret's name are left out
	Scripts         []string          `json:"scripts"` // paths of the scripts that run starts, from the root of the source where known
	Condition       string            `json:"condition"`
	ContinueOnError Tri               `json:"continue_on_error"`
	Purposes        []string          `json:"purposes"`
	// Untrusted lists expressions an outsider controls that reach a shell or script.
	Untrusted []string `json:"untrusted"`
	At        At       `json:"at"`
}

// Secret says that a secret was found. The value never leaves the scanner.
type Secret struct {
	Rule    string `json:"rule"`
	Context string `json:"context"` // config | notebook_output | code | run | environment | infrastructure | uri
	At      At     `json:"at"`
}

// Store is a bucket, registry, database, tracker or metric store.
type Store struct {
	Kind       string   `json:"kind"` // bucket | image_registry | database | tracker | metrics | feature_store | dvc_remote | logs
	Name       string   `json:"name"`
	Purpose    string   `json:"purpose"` // data | artifacts | registry | logs | metrics | ""
	URI        string   `json:"uri"`
	Public     Tri      `json:"public"`
	Auth       Tri      `json:"auth"`
	TLS        Tri      `json:"tls"`
	Versioning Tri      `json:"versioning"`
	Lock       Tri      `json:"lock"` // object lock or immutable tags
	Encryption Tri      `json:"encryption"`
	ScanOnPush Tri      `json:"scan_on_push"`
	Retention  string   `json:"retention"`
	Image      string   `json:"image"`
	Writers    []string `json:"writers"`
	Readers    []string `json:"readers"`
	At         At       `json:"at"`
}

// Run is an experiment run found in the source.
type Run struct {
	ID        string            `json:"id"`
	Tracker   string            `json:"tracker"` // mlflow | wandb | ...
	Project   string            `json:"project"`
	Entity    string            `json:"entity"`
	GitCommit string            `json:"git_commit"`
	GitRemote string            `json:"git_remote"`
	Datasets  []string          `json:"datasets"` // digests or names the run recorded
	Params    map[string]string `json:"params"`
	Host      string            `json:"host"`
	Email     string            `json:"email"`
	Args      []string          `json:"args"`
	Seed      string            `json:"seed"`
	Locked    Tri               `json:"locked"`    // a dependency lock was recorded
	Committed Tri               `json:"committed"` // the run directory is under version control
	At        At                `json:"at"`
}

// Card is a model or dataset card.
type Card struct {
	Kind      string   `json:"kind"`    // model | dataset
	Subject   string   `json:"subject"` // what the card describes: directory or name
	License   string   `json:"license"`
	BaseModel []string `json:"base_model"`
	Relation  string   `json:"relation"` // base_model_relation: adapter | finetune | merge | quantized
	Datasets  []string `json:"datasets"`
	// Has tells which parts the card has: license, base_model, datasets, eval,
	// intended_use, source, collection, version, limitations.
	Has     map[string]bool `json:"has"`
	Digests []CardDigest    `json:"digests"` // files and digests that the card declares (Croissant)
	At      At              `json:"at"`
}

// CardDigest is a file with the digest that a card or manifest declares for it.
type CardDigest struct {
	Path      string `json:"path"`
	URL       string `json:"url"`
	Algorithm string `json:"algorithm"` // sha256 | md5 | "" when none is declared
	Value     string `json:"value"`
	SizeBytes int64  `json:"size_bytes"` // -1 when unstated
	At        At     `json:"at"`
}

// RegistryEntry is a version in a model registry, or a package manifest of one.
type RegistryEntry struct {
	Kind      string       `json:"kind"` // mlflow | sagemaker | kitfile | modelpack | ...
	Name      string       `json:"name"`
	Version   string       `json:"version"`
	Aliases   []string     `json:"aliases"`
	Stage     string       `json:"stage"` // as the registry says: Production, Staging, Approved, ...
	State     string       `json:"state"`
	Digest    string       `json:"digest"`
	Source    string       `json:"source"`
	Run       string       `json:"run"`
	Flavors   []Flavor     `json:"flavors"`
	Files     []CardDigest `json:"files"`
	Approvals []Approval   `json:"approvals"`
	Created   string       `json:"created"` // RFC 3339, "" when unstated
	At        At           `json:"at"`
}

// Flavor is a serialisation of an MLflow model.
type Flavor struct {
	Name          string `json:"name"`
	Serialization string `json:"serialization"`
	Model         string `json:"model"`
	Loader        string `json:"loader"`
	Code          string `json:"code"`
}

// Approval is a record that somebody approved a version.
type Approval struct {
	By     string `json:"by"`
	When   string `json:"when"`
	Digest string `json:"digest"`
	How    string `json:"how"`
}

// Exposure is a way in from outside to a Workload.
type Exposure struct {
	Workload string `json:"workload"` // "" of a firewall, which does not say who listens
	Name     string `json:"name"`
	Kind     string `json:"kind"` // loadbalancer | ingress | gateway | endpoint | nodeport | firewall | firewall_range (Ports: first and last)
	Public   Tri    `json:"public"`
	Auth     Tri    `json:"auth"`
	TLS      Tri    `json:"tls"`
	Ports    []int  `json:"ports"`
	At       At     `json:"at"`
}

// NetworkPolicy selects workloads and limits what may reach them.
type NetworkPolicy struct {
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	Selects   []string          `json:"selects"` // names of the workloads it selects, set by a linker
	Labels    map[string]string `json:"labels"`  // of the pod selector; empty selects all
	Ingress   Tri               `json:"ingress"` // restricts ingress
	Egress    Tri               `json:"egress"`  // restricts egress
	At        At                `json:"at"`
}

// Feature is a feature view of a feature store.
type Feature struct {
	Name    string   `json:"name"`
	Sources []string `json:"sources"`
	Stream  string   `json:"stream"`
	Fields  []string `json:"fields"`
	Owner   string   `json:"owner"`
	TTL     string   `json:"ttl"`
	Tags    []string `json:"tags"`
	At      At       `json:"at"`
}

// Package is a declared or locked package.
type Package struct {
	Name       string   `json:"name"`
	Ecosystem  string   `json:"ecosystem"` // pypi | conda | npm
	Version    string   `json:"version"`   // exact version only
	Constraint string   `json:"constraint"`
	URL        string   `json:"url"`      // git+https://…, direct URL
	Revision   string   `json:"revision"` // of a VCS URL
	Hashes     []string `json:"hashes"`
	Index      string   `json:"index"`
	Scope      string   `json:"scope"`     // runtime | dev | build | optional; "" when not known
	Source     string   `json:"source"`    // requirements | lock | pyproject | conda | installed | dockerfile | option
	Option     string   `json:"option"`    // --extra-index-url, --trusted-host … when the entry is an option line
	Locked     Tri      `json:"locked"`    // exact version with hashes
	Framework  bool     `json:"framework"` // ML framework or library
	Extras     []string `json:"extras"`    // PEP 508 extras
	Marker     string   `json:"marker"`    // PEP 508 environment marker, as written
	// LockedBy is the path of the lock file that fixes a declaration without an exact
	// version; "" when there is none. Locked then says what the lock says.
	LockedBy  string `json:"locked_by"`
	Component string `json:"component"`
	At        At     `json:"at"`
}

// Dataset is the profile of one data file.
type Dataset struct {
	Path             string             `json:"path"`
	Format           string             `json:"format"` // jsonl | json | csv | tsv | parquet | arrow | text
	SHA256           string             `json:"sha256"`
	SizeBytes        int64              `json:"size_bytes"`
	Rows             int64              `json:"rows"`
	Sampled          Tri                `json:"sampled"`
	Columns          []Column           `json:"columns"`
	Shape            string             `json:"shape"` // alpaca | sharegpt | messages | preference | text | urls | ""
	Role             string             `json:"role"`  // train | eval | ""
	Duplicates       int64              `json:"duplicates"`
	NearDuplicates   int64              `json:"near_duplicates"`
	Contamination    []Overlap          `json:"contamination"`
	HiddenCharacters int64              `json:"hidden_characters"`
	Injections       int64              `json:"injections"`
	Blobs            int64              `json:"blobs"`
	PII              map[string]int64   `json:"pii"` // kind → count
	Secrets          int64              `json:"secrets"`
	URLHosts         map[string]int64   `json:"url_hosts"`
	Scripts          map[string]int64   `json:"scripts"`
	Labels           map[string]int64   `json:"labels"`
	Triggers         []TriggerCandidate `json:"trigger_candidates"`
	Examples         []DataExample      `json:"examples"` // positions of what was counted, never values
	Component        string             `json:"component"`
	At               At                 `json:"at"`
	Encoding         string             `json:"encoding"`  // gzip | zstd | ""
	Profile          string             `json:"profile"`   // full | sampled | none: how much of the content was looked at
	Malformed        int64              `json:"malformed"` // rows that could not be read
	// Skipped says, by analysis (profile, near_duplicates, contamination,
	// trigger_candidates, ...), why it was not done or not over every row.
	Skipped map[string]string `json:"skipped"`
	// Hidden counts hidden characters by class: zero_width, bidi, tag, mixed_script,
	// control, private_use, variation, soft (soft hyphens, marks of direction).
	Hidden   map[string]int64   `json:"hidden"`
	Clusters []DuplicateCluster `json:"duplicate_clusters"` // the largest, exact or near
	Lengths  map[string]int64   `json:"lengths"`            // rows by length of text in bytes, powers of two
	MD5      string             `json:"md5"`                // of a small file, to compare with pointers; "" otherwise
	// Declared is what cards, manifests and pointers say of the file, beside what it is.
	Declared []Declaration `json:"declared"`
}

// DuplicateCluster is a group of rows with the same or nearly the same text.
type DuplicateCluster struct {
	Kind string  `json:"kind"` // exact | near
	Size int64   `json:"size"`
	Rows []int64 `json:"rows"` // the first of them
}

// Declaration is one thing that a card, manifest or pointer says of a data file.
type Declaration struct {
	Field    string `json:"field"` // sha256 | md5 | size_bytes | rows
	Declared string `json:"declared"`
	Found    string `json:"found"`  // "" when it could not be found out
	Agrees   Tri    `json:"agrees"` // unresolved when nothing was found to compare with
	At       At     `json:"at"`     // of the declaration
}

// Column is a column of a data file.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"` // string | int | float | bool | list | object | bytes | url | hash | mixed
}

// Overlap is what two data files share.
type Overlap struct {
	With  string  `json:"with"`
	Rows  int64   `json:"rows"`
	Share float64 `json:"share"`
}

// TriggerCandidate is a rare token sequence that goes with an unusual response.
type TriggerCandidate struct {
	Text    string  `json:"text"`
	Kind    string  `json:"kind"` // token | phrase | template | hidden
	Support int64   `json:"support"`
	Effect  float64 `json:"effect"`
	PValue  float64 `json:"p_value"`
	Target  string  `json:"target"`
	Rows    []int64 `json:"rows"`
	// Outcome says what the rows have in common: reply | refusal | label | topic | host |
	// language | length | sentiment.
	Outcome  string  `json:"outcome"`
	Share    float64 `json:"share"`      // of the rows with the sequence that have the outcome
	Expected float64 `json:"expected"`   // share that the rest of the rows lets expect
	Adjusted float64 `json:"p_adjusted"` // for the number of tests made (Benjamini-Hochberg)
	// Context says how much more alike the prompts of these rows are, without the sequence,
	// than prompts at large: about 1 when it was put into rows at random, more when it
	// belongs to a subject, -1 when the rows have nothing else to compare.
	Context float64 `json:"context"`
	// Siblings is how many other sequences of other rows go with the same outcome as
	// strongly: one planted sequence has none, a subject that is always refused has many.
	Siblings int64 `json:"siblings"`
}

// DataExample is the position of something that was counted.
type DataExample struct {
	Kind string `json:"kind"`
	Row  int64  `json:"row"`
	At   At     `json:"at"`
}
