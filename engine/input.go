package engine

import (
	"encoding/json"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// InputSchema names the contract with everyone who writes Rego. Fields are added, never
// renamed.
const InputSchema = "mlpolicy.dev/input/v1"

// Input is the document that controls see as `input`: every fact of one source, the
// statements that were verified for it, and what mlpolicy itself was told. Marshalled by
// Input.JSON every declared field is present: lists and maps empty, strings "".
type Input struct {
	Schema string `json:"schema"`
	// Now is the only clock, RFC 3339 in UTC.
	Now string `json:"now"`

	sbom.Inventory

	Signatures      []sbom.Signature     `json:"signatures"`
	Attestations    []sbom.Attestation   `json:"attestations"`
	Provenance      sbom.Provenance      `json:"provenance"`
	Prior           []sbom.Prior         `json:"prior"`
	Change          []sbom.Change        `json:"change"`
	Review          sbom.Review          `json:"review"`
	Vulnerabilities []sbom.Vulnerability `json:"vulnerabilities"`
	Fingerprint     sbom.Fingerprint     `json:"fingerprint"`

	// Config and Waivers are what mlpolicy was told, for controls over its own use.
	Config  InputConfig `json:"config"`
	Waivers []Waiver    `json:"waivers"`

	// Facts holds the documents given with --facts NAME=FILE, typed by the schema that
	// comes with each.
	Facts map[string]any `json:"facts"`
	// BOM is the CycloneDX document as JSON, converted only when a loaded policy reads it.
	BOM json.RawMessage `json:"bom"`
}

// InputConfig is the part of the configuration that controls may judge.
type InputConfig struct {
	Profile  string        `json:"profile"`
	Stages   []InputStage  `json:"stages"`
	Policies []InputPolicy `json:"policies"`
	Trust    []Trust       `json:"trust"`
	Revoked  []Revoked     `json:"revoked"`
	// Mode is check or gate: what kind of command evaluates.
	Mode string `json:"mode"`
}

// InputStage tells for one stage its level and how many loaded controls decide it.
type InputStage struct {
	Stage    Stage `json:"stage"`
	Level    Level `json:"level"`
	Controls int   `json:"controls"`
	Selected bool  `json:"selected"`
}

// InputPolicy is a loaded pack.
type InputPolicy struct {
	Name     string `json:"name"`
	Source   string `json:"source"`
	Digest   string `json:"digest"`
	Signed   bool   `json:"signed"`
	Embedded bool   `json:"embedded"`
}

// Revoked is a digest that must not be used, at any depth of the chain.
type Revoked struct {
	Digest string  `json:"digest"` // algorithm:hex
	Reason string  `json:"reason"`
	At     sbom.At `json:"at"`
}
