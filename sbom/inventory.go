// Package sbom holds the facts mlpolicy states about an ML system and the
// machinery that collects them: the Inventory, the Collector, the File with its
// budgets, and Generate, which walks a source, dispatches files to collectors and
// links what they found.
//
// It states facts and judges nothing: no control, severity or stage is known here.
// It executes nothing it reads and imports the standard library only.
package sbom

// Inventory is every fact about one source. Its sections are the sections of the
// input document that policies see (schema mlpolicy.dev/input/v1), under the same
// JSON names. A Collector appends to the sections; nothing is ever removed.
type Inventory struct {
	Subject Subject `json:"subject"`
	// Collected says, per family, whether anybody looked. A family that was
	// looked for and has no entries is "none there"; one that was not is unknown.
	Collected map[Family]Collected `json:"collected"`

	Components      []Component     `json:"components"`
	References      []Reference     `json:"references"`
	Weights         []Weights       `json:"weights"`
	Calls           []Call          `json:"calls"`
	Workloads       []Workload      `json:"workloads"`
	Identities      []Identity      `json:"identities"`
	Routes          []Route         `json:"routes"`
	Alerts          []Alert         `json:"alerts"`
	Pipelines       []PipelineJob   `json:"pipelines"`
	Secrets         []Secret        `json:"secrets"`
	Datasets        []Dataset       `json:"datasets"`
	Documents       []Document      `json:"documents"`
	Files           []FileFact      `json:"files"`
	Packages        []Package       `json:"packages"`
	Stores          []Store         `json:"stores"`
	Runs            []Run           `json:"runs"`
	Cards           []Card          `json:"cards"`
	Registry        []RegistryEntry `json:"registry"`
	Exposures       []Exposure      `json:"exposures"`
	NetworkPolicies []NetworkPolicy `json:"network_policies"`
	Guards          []Guard         `json:"guards"`
	Features        []Feature       `json:"features"`
	Problems        []Problem       `json:"problems"`

	// Scratch carries what linkers need and nobody else sees, by collector name
	// (for example the constants of a Python module). Generate merges the slices
	// in path order and drops them after linking.
	Scratch map[string][]any `json:"-"`
}

// Family names a section of the input document that somebody may or may not have
// looked for.
type Family string

// The families. Those after FamilyFeatures are never collected from a source: they
// come from the gate, from a base revision, or from a file named on the command line.
const (
	FamilyComponents      Family = "components"
	FamilyReferences      Family = "references"
	FamilyWeights         Family = "weights"
	FamilyCalls           Family = "calls"
	FamilyWorkloads       Family = "workloads"
	FamilyIdentities      Family = "identities"
	FamilyRoutes          Family = "routes"
	FamilyAlerts          Family = "alerts"
	FamilyPipelines       Family = "pipelines"
	FamilySecrets         Family = "secrets"
	FamilyDatasets        Family = "datasets"
	FamilyDocuments       Family = "documents"
	FamilyFiles           Family = "files"
	FamilyPackages        Family = "packages"
	FamilyStores          Family = "stores"
	FamilyRuns            Family = "runs"
	FamilyCards           Family = "cards"
	FamilyRegistry        Family = "registry"
	FamilyExposures       Family = "exposures"
	FamilyNetworkPolicies Family = "network_policies"
	FamilyGuards          Family = "guards"
	FamilyFeatures        Family = "features"

	FamilySignatures      Family = "signatures"
	FamilyAttestations    Family = "attestations"
	FamilyProvenance      Family = "provenance"
	FamilyPrior           Family = "prior"
	FamilyChange          Family = "change"
	FamilyReview          Family = "review"
	FamilyVulnerabilities Family = "vulnerabilities"
	FamilyFingerprint     Family = "fingerprint"
	FamilyFacts           Family = "facts"
	FamilyBOM             Family = "bom"
)

// Families lists every family in the order of the input document.
var Families = []Family{
	FamilyComponents, FamilyReferences, FamilyWeights, FamilyCalls, FamilyWorkloads,
	FamilyIdentities, FamilyRoutes, FamilyAlerts, FamilyPipelines, FamilySecrets,
	FamilyDatasets, FamilyDocuments, FamilyFiles, FamilyPackages, FamilyStores,
	FamilyRuns, FamilyCards, FamilyRegistry, FamilyExposures, FamilyNetworkPolicies,
	FamilyGuards, FamilyFeatures,
	FamilySignatures, FamilyAttestations, FamilyProvenance, FamilyPrior, FamilyChange,
	FamilyReview, FamilyVulnerabilities, FamilyFingerprint, FamilyFacts, FamilyBOM,
}

// Collected is the state of one family.
type Collected struct {
	// Looked is true when a collector for the family ran over the whole source.
	Looked bool `json:"looked"`
	// Files is the number of files that were handed to a collector of the family.
	Files int `json:"files"`
	// Reason says why nobody looked: "decided at the gate", "needs a base", ...
	Reason string `json:"reason"`
}

// Subject is the source the facts are about.
type Subject struct {
	Kind        string            `json:"kind"` // directory | file | git | hub | oci | bom
	Name        string            `json:"name"`
	Revision    string            `json:"revision"`    // resolved commit or digest, "" when there is none
	Digests     map[string]string `json:"digests"`     // algorithm → lower-case hex
	Environment string            `json:"environment"` // as given to gate, "" otherwise
	Public      Tri               `json:"public"`      // is the repository public
}

// Tri is a statement that a source may leave open. It is never a boolean, so that a
// policy cannot mistake silence for "no".
type Tri string

// The values of a Tri.
const (
	Yes        Tri = "yes"
	No         Tri = "no"
	Unstated   Tri = "unstated"   // the source does not say
	Unresolved Tri = "unresolved" // the source says it with something not known before run time
)

// TriOf turns a literal boolean into a Tri.
func TriOf(b bool) Tri {
	if b {
		return Yes
	}
	return No
}

// At is a place in the source. Path is slash-separated and relative to the root of
// the source; every other field is zero when it is not known. Line and Column are
// 1-based and always those of the file as stored (for a notebook the line of the
// .ipynb, not of the cell); Column counts bytes. Offset is the 0-based byte offset in
// the file. Pointer is an RFC 6901 JSON pointer into a structured document.
type At struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Offset  int64  `json:"offset"`
	Pointer string `json:"pointer"`
}

// Problem is something that could not be read. It is a fact like any other: it makes
// controls over the family unknown instead of passed.
type Problem struct {
	Path   string `json:"path"`
	Offset int64  `json:"offset"` // byte offset, -1 when not known
	Line   int    `json:"line"`   // 1-based, 0 when not known
	Family Family `json:"family"`
	// Code is a stable word: truncated, malformed, too_large, too_deep, too_many,
	// unreadable, outside_root, missing_blob, not_fetched, unsupported, encrypted, disagreement.
	Code   string `json:"code"`
	Reason string `json:"reason"` // one sentence that names the limit or field
}

// Component is a thing in the ML-BOM.
type Component struct {
	Ref  string `json:"ref"`  // unique and stable within the source; the CycloneDX bom-ref
	Kind string `json:"kind"` // model | adapter | dataset | package | tokenizer | prompt | image
	// Role says what the component is to the system: base | adapter | output | train |
	// eval | calibration | serve | reward | embedding | dependency; "" when not known.
	Role      string            `json:"role"`
	Name      string            `json:"name"`      // as people write it: org/name, path, package name
	Namespace string            `json:"namespace"` // org of org/name, "" for bare names
	Version   string            `json:"version"`   // immutable version only; "" otherwise
	Revision  string            `json:"revision"`  // as written
	Purl      string            `json:"purl"`
	Host      string            `json:"host"` // huggingface | mlflow | ollama | url | source | pypi | ...
	Digests   map[string]string `json:"digests"`
	Licenses  []string          `json:"licenses"`
	Publisher string            `json:"publisher"`
	Pinned    Tri               `json:"pinned"` // is it named by something immutable
	// DerivedFrom lists refs of the components this one was made from (adapter → base).
	DerivedFrom []string `json:"derived_from"`
	// Datasets lists refs of data components it was trained or tested on.
	Datasets []string `json:"datasets"`
	Files    []string `json:"files"` // paths in the source that hold its bytes
	// Properties are further facts for the BOM under stable names: format, peft_type,
	// lora_r, quantization, architecture, task, constraint, ...
	Properties map[string]string `json:"properties"`
	At         At                `json:"at"`
}

// Reference is a place that names a Component.
type Reference struct {
	Kind string `json:"kind"` // model | adapter | dataset | tokenizer | prompt | image
	Name string `json:"name"` // as written; for an unresolved name its known prefix
	URI  string `json:"uri"`  // normalised: hf://org/name, hf://datasets/org/name, s3://…, mlflow models:/…, path
	Host string `json:"host"` // huggingface | mlflow | wandb | ollama | openai | s3 | gs | azure | url | local | torchhub | keras | sagemaker | oci | ...
	// State is resolved, or unresolved when the name is built at run time (Name then
	// holds the known prefix, possibly "").
	State        string `json:"state"`
	Revision     string `json:"revision"`
	RevisionKind string `json:"revision_kind"` // commit | tag | branch | pull | none | unresolved
	// Role is what the reference is for: base | train | eval | serve | adapter | resume |
	// push | output | reward | embedding | tokenizer | calibration.
	Role            string `json:"role"`
	How             string `json:"how"`               // how it was found: call, constant, default, yaml, cli, env, card, ...
	Loader          string `json:"loader"`            // callee, key path or flag that makes it a reference
	TrustRemoteCode Tri    `json:"trust_remote_code"` // at this loading place
	Split           string `json:"split"`             // dataset split or configuration as written
	Confidence      string `json:"confidence"`        // high | medium | low
	Component       string `json:"component"`         // ref of the Component, set by a linker
	At              At     `json:"at"`                // of the literal
	CallAt          At     `json:"call_at"`           // of the loading call or key, equal to At when it is the same place
}

// The values of Reference.State.
const (
	StateResolved   = "resolved"
	StateUnresolved = "unresolved"
)

// The values of Reference.RevisionKind.
const (
	RevisionCommit     = "commit" // full 40-hex (or 64-hex) commit: immutable
	RevisionTag        = "tag"
	RevisionBranch     = "branch"
	RevisionPull       = "pull" // refs/pr/N
	RevisionNone       = "none"
	RevisionUnresolved = "unresolved"
)

// Call is an ML-relevant call in code: loads, fetches, logs, publishes.
type Call struct {
	Callee string `json:"callee"` // as imported, fully qualified where known: torch.load
	// Args holds the arguments whose value is known: keyword name, or position "0",
	// "1", …; strings without quotes, other literals as Python writes them (True, None, 0.5).
	Args map[string]string `json:"args"`
	// Unresolved lists the arguments that are given but not known before run time,
	// including "**" and "*" when the call unpacks.
	Unresolved []string `json:"unresolved"`
	Function   string   `json:"function"`    // enclosing function, "" at module level
	ChecksHash Tri      `json:"checks_hash"` // a digest is compared in the same function or module
	ReadsOwn   Tri      `json:"reads_own"`   // the file that is read was written by the same function before
	At         At       `json:"at"`
}

// FileFact is a file of the source: large ones and those of a known kind.
type FileFact struct {
	Path      string `json:"path"`
	SizeBytes int64  `json:"size_bytes"`
	SHA256    string `json:"sha256"`
	Storage   string `json:"storage"` // git | lfs | dvc | plain
	Kind      string `json:"kind"`    // weights | dataset | notebook | checkpoint | config | code | archive | ""
}

// Document is a known configuration file in raw parsed form, for policies that
// nobody thought of.
type Document struct {
	Kind string `json:"kind"` // kubernetes | compose | dockerfile | hf-config | dvc | template | yaml | json | toml | ...
	Path string `json:"path"`
	// Content is the parsed document: map[string]any, []any, string, float64, int64,
	// bool or nil. Its JSON pointers are positions.
	Content any `json:"content"`
}
