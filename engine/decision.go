package engine

import (
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Outcome is what a control says about one source.
type Outcome string

// The outcomes.
const (
	Pass          Outcome = "pass"
	Fail          Outcome = "fail"
	Unknown       Outcome = "unknown"
	Error         Outcome = "error"
	NotApplicable Outcome = "not_applicable"
	Waived        Outcome = "waived"
)

// Level is what a stage does with an outcome.
type Level string

// The levels, strictest first.
const (
	Mandatory Level = "mandatory"
	Ratchet   Level = "ratchet"
	Advisory  Level = "advisory"
	Off       Level = "off"
)

// Verdict is the decision in one word.
type Verdict string

// The verdicts.
const (
	Allow     Verdict = "allow"
	Deny      Verdict = "deny"
	Undecided Verdict = "undecided"
)

// DecisionSchema names the JSON form of a Decision.
const DecisionSchema = "mlpolicy.dev/decision/v1"

// Decision is what mlpolicy says about one source: every control of the selected
// stages, and every digest that the answer rests on. It is the JSON of `check`.
type Decision struct {
	Schema   string          `json:"schema"`
	Decision Verdict         `json:"decision"`
	Exit     int             `json:"exit"` // 0 allow, 1 deny, 3 undecided
	Reason   string          `json:"reason"`
	Stages   []StageDecision `json:"stages"`
	Problems []sbom.Problem  `json:"problems"`
	Waivers  []WaiverState   `json:"waivers"`
	Digests  Digests         `json:"digests"`
	// UnsignedPolicies names the packs that were loaded without a verified signature.
	UnsignedPolicies []string     `json:"unsigned_policies"`
	Subject          sbom.Subject `json:"subject"`
	Version          string       `json:"version"`
	Now              string       `json:"now"`
}

// StageDecision is the part of a decision that one stage decides.
type StageDecision struct {
	Stage    Stage           `json:"stage"`
	Decision Verdict         `json:"decision"`
	Reason   string          `json:"reason"`
	Controls []ControlResult `json:"controls"`
}

// ControlResult is one control in one stage.
type ControlResult struct {
	ID        string   `json:"id"`
	Pack      string   `json:"pack"`
	Title     string   `json:"title"`
	Severity  Severity `json:"severity"`
	Level     Level    `json:"level"`
	LevelFrom string   `json:"level_from"` // see engine/level.go
	// LikelyLevel is the level of the findings that are only likely, "" where there are
	// none or Level is theirs too.
	LikelyLevel Level     `json:"likely_level,omitempty"`
	Outcome     Outcome   `json:"outcome"`
	Verdict     Verdict   `json:"verdict"` // what the level makes of the outcome
	Reason      string    `json:"reason"`
	Fix         string    `json:"fix"`
	Checked     int       `json:"checked"` // entries of the sections it applies to
	Findings    []Finding `json:"findings"`
}

// Finding is one subject at one place for which a control fired, or, where the outcome
// is unknown, one path that could not be read.
type Finding struct {
	Fingerprint string `json:"fingerprint"`
	State       string `json:"state"` // new | known | waived
	// Outcome is fail for a finding, unknown for what could not be read or was not
	// looked for, error for a control that did not evaluate.
	Outcome Outcome `json:"outcome"`
	Subject string  `json:"subject"`
	Digest  string  `json:"digest"` // algorithm:hex of the subject, "" when it has none
	Detail  string  `json:"detail"`
	// Certainty is likely or left out; what it does not say is certain. Left out, because
	// decisions of before it was there are replayed byte for byte.
	Certainty Certainty `json:"certainty,omitempty"`
	At        sbom.At   `json:"at"`
	Waiver    string    `json:"waiver"` // name of the waiver that waives it
}

// LevelOf is the level that a finding of the control is judged by.
func (c ControlResult) LevelOf(f Finding) Level {
	if f.Certainty == Likely && c.LikelyLevel != "" {
		return c.LikelyLevel
	}
	return c.Level
}

// Blocks says whether the finding is among those for which the control does not allow.
func (c ControlResult) Blocks(f Finding) bool {
	switch level := c.LevelOf(f); {
	case f.State == FindingWaived:
		return false
	case level == Ratchet:
		return f.State == FindingNew
	default:
		return level == Mandatory
	}
}

// BlockingFirst is the findings with those that block before the others, for whoever shows
// only the first.
func (c ControlResult) BlockingFirst() []Finding {
	out := make([]Finding, 0, len(c.Findings))
	for _, blocks := range []bool{true, false} {
		for _, f := range c.Findings {
			if c.Blocks(f) == blocks {
				out = append(out, f)
			}
		}
	}
	return out
}

// Digests are what a decision rests on, each lower-case hex SHA-256, "" when there is none.
type Digests struct {
	Source   string `json:"source"`
	Input    string `json:"input"`
	Policy   string `json:"policy"`
	Config   string `json:"config"`
	Baseline string `json:"baseline"`
	BOM      string `json:"bom"`
}

// Config is mlpolicy.hcl as data; engine/config reads it.
type Config struct {
	Profile  string // baseline | strict
	Packs    []PackConfig
	Stages   map[Stage]StageConfig
	Controls map[string]ControlConfig
	Waivers  []Waiver
	Trust    []Trust
	Revoked  []Revoked
	// RevocationFiles are the files of the revocations block, as written; whoever reads
	// files fills Revoked with what they hold.
	RevocationFiles []string
	Environments    map[string]EnvironmentConfig
	// Floor is an organisation's configuration: no level may be below its own, nor below
	// that of its own floor.
	Floor *Config
	// VSAReuse is how long a passed verification summary for the same digest, policy and
	// trust roots may be used again; 0 is never.
	VSAReuse time.Duration
	// Digest is the SHA-256 of the files it was read from, "" for the default.
	Digest string
}

// StageConfig is a stage block: the level of the stage, and of single controls in it.
type StageConfig struct {
	Level    Level
	Controls map[string]Level
}

// ControlConfig is a control block.
type ControlConfig struct {
	Level    Level
	Settings map[string]any
}

// EnvironmentConfig is an environment block: settings that replace others there.
type EnvironmentConfig struct {
	Settings map[string]map[string]any // control id → name → value
}

// PackConfig is a policies block.
type PackConfig struct {
	Name      string
	Source    string
	Kind      string // "" for a pack of ours, conftest
	Stages    []Stage
	Level     Level
	PublicKey string // path of verify { public_key }
	// The Sigstore identity that signs the bundle (verify { certificate_identity, issuer,
	// trusted_root }), and the path of the signature when it does not lie beside the
	// bundle. Left out of the JSON when empty, so that configurations of before keep their
	// digest.
	CertificateIdentity string `json:",omitempty"`
	Issuer              string `json:",omitempty"`
	TrustedRoot         string `json:",omitempty"` // path
	Signature           string `json:",omitempty"` // path
	// MinRevision of verify refuses a bundle with an older revision.
	MinRevision string `json:",omitempty"`
}

// Files returns the paths that the block names, to be read from the law.
func (p *PackConfig) Files() []*string {
	var out []*string
	for _, path := range []*string{&p.Source, &p.PublicKey, &p.TrustedRoot, &p.Signature} {
		if *path != "" {
			out = append(out, path)
		}
	}
	return out
}

// Waiver is an exemption: for these controls, these subjects and these bytes, for a
// reason, by an owner, until a day.
type Waiver struct {
	Name     string   `json:"name"`
	Controls []string `json:"controls"`
	Subjects []string `json:"subjects"` // purl or path
	Digests  []string `json:"digests"`  // algorithm:hex
	Reason   string   `json:"reason"`
	Owner    string   `json:"owner"`
	Starts   string   `json:"starts"`  // YYYY-MM-DD, "" for at once
	Expires  string   `json:"expires"` // YYYY-MM-DD, at most 180 days ahead
	At       sbom.At  `json:"at"`
}

// WaiverState is a waiver and what became of it in one decision.
type WaiverState struct {
	Waiver
	// State is used | unused | pending | expiring | expired | other_digest |
	// unknown_subject | invalid. An expiring waiver waives, and ends within 30 days.
	State   string `json:"state"`
	Matches int    `json:"matches"` // findings it waives, or would if it were valid
	Note    string `json:"note"`    // why it does not waive, "" when it does
}

// Trust says who may speak for a stage and what the stage may consume.
type Trust struct {
	Stage               string   `json:"stage"`
	CertificateIdentity string   `json:"certificate_identity"`
	Issuer              string   `json:"issuer"`
	PublicKeys          []string `json:"public_keys"` // paths, as written
	PredicateTypes      []string `json:"predicate_types"`
	MaxAge              string   `json:"max_age"` // Go duration
	InputsFrom          []string `json:"inputs_from"`
	External            []string `json:"external"`
}
