package engine

// Stage is one stage of the lifecycle, or the CI/CD that moves artifacts between them.
type Stage string

// The stages, in their order.
const (
	StageData       Stage = "data"
	StageExperiment Stage = "experiment"
	StageTraining   Stage = "training"
	StageRegistry   Stage = "registry"
	StageDeployment Stage = "deployment"
	StageMonitoring Stage = "monitoring"
	StagePipeline   Stage = "pipeline"
)

// Stages lists every stage in the order of the lifecycle.
var Stages = []Stage{StageData, StageExperiment, StageTraining, StageRegistry, StageDeployment, StageMonitoring, StagePipeline}

// Severity is how bad a violation is: critical, high, medium or low.
type Severity string

// The severities, worst first.
const (
	Critical Severity = "critical"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
)

// Certainty says whether what a finding states was read, or concluded from a name, a
// place or the lack of evidence. A control says so of each finding.
type Certainty string

// The certainties. A finding that says nothing is certain.
const (
	Certain Certainty = "certain"
	Likely  Certainty = "likely"
)

// Control is one rule: its annotations, and where it comes from. A control returns
// findings {subject, detail, at, key, digest, certainty}; everything else is read from here.
type Control struct {
	ID          string             `json:"id"`
	Title       string             `json:"title"`
	Description string             `json:"description"`
	Stages      []Stage            `json:"stages"`
	Severity    Severity           `json:"severity"`
	AppliesTo   []string           `json:"applies_to"` // sections; none has entries → not_applicable
	Requires    []string           `json:"requires"`   // families; nobody looked → unknown
	Fix         string             `json:"fix"`
	Maps        Maps               `json:"maps"`
	Settings    map[string]Setting `json:"settings"`
	References  []string           `json:"references"` // related_resources
	Pack        string             `json:"pack"`       // name of the pack: "mlpolicy" for the embedded one
	Package     string             `json:"package"`    // Rego package, without "data."
	Path        string             `json:"path"`       // file in the pack
	// Rule is deny for a control of ours; for a conftest pack the rule's own name.
	Rule string `json:"rule"`
	// Untyped is true for a control of a conftest pack, which sees one document each.
	Untyped bool `json:"untyped"`
}

// Maps joins a control to the catalogues of the field.
type Maps struct {
	OWASPML   []string `json:"owasp_ml"`
	OWASPLLM  []string `json:"owasp_llm"`
	ATLAS     []string `json:"atlas"`
	NISTAIRMF []string `json:"nist_ai_rmf"`
	CWE       []string `json:"cwe"`
	EUAIAct   []string `json:"eu_ai_act"`
	Threats   []string `json:"threats"`
}

// Setting declares a value of a control that configuration may change.
type Setting struct {
	Type    string `json:"type"` // string | number | boolean | set | list | map
	Default any    `json:"default"`
	Doc     string `json:"doc"`
}
