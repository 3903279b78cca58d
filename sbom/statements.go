package sbom

// The types in this file are sections of the input document that are never collected
// from the files of one source: they compare two sources, or come from statements that
// the gate has verified, from the pull request, or from files named on the command line.

// Change is one semantic difference between a base and a head source.
type Change struct {
	// Kind is what changed, in ML terms: base_model_swapped, revision_moved,
	// dataset_added, dataset_digest_changed, weights_became_executable,
	// trust_remote_code_enabled, threshold_relaxed, alert_removed, filter_weakened,
	// behaviour_changed, code_changed, policy_changed, waiver_changed, ...
	Kind    string `json:"kind"`
	Subject string `json:"subject"`
	Before  string `json:"before"`
	After   string `json:"after"`
	// Area is the ML-critical area of the path: data | training | registry |
	// deployment | monitoring | features | policy | "".
	Area string `json:"area"`
	// Provenance is yes when the same change brings a provenance record for it.
	Provenance Tri `json:"provenance"`
	At         At  `json:"at"`
}

// Review is what is known of the pull request or of the review rules of a repository.
type Review struct {
	Author     string      `json:"author"`
	Approvals  []string    `json:"approvals"` // logins whose approval stands for the head
	CodeOwners []OwnerRule `json:"code_owners"`
	Fork       Tri         `json:"fork"`
	At         At          `json:"at"` // of the CODEOWNERS file
}

// OwnerRule is one line of CODEOWNERS.
type OwnerRule struct {
	Pattern string   `json:"pattern"`
	Owners  []string `json:"owners"`
	Matches []string `json:"matches"` // ML-critical paths of the source for which this rule is the last match
	At      At       `json:"at"`
}

// Signature is a model signature and what its verification found.
type Signature struct {
	Subject        string   `json:"subject"`
	Digest         string   `json:"digest"`
	State          string   `json:"state"` // valid | invalid | absent | unreadable
	Reason         string   `json:"reason"`
	Method         string   `json:"method"` // key | certificate | sigstore
	Identity       string   `json:"identity"`
	Issuer         string   `json:"issuer"`
	CoversAllFiles Tri      `json:"covers_all_files"`
	Ignored        []string `json:"ignored"`
	Unsigned       []string `json:"unsigned"`
	Missing        []string `json:"missing"`
	// Code says in one word why it is not valid: wrong_signer | untrusted | expired | signature |
	// malformed | changed | missing | uncovered | special | other; "" for a valid one.
	Code string `json:"code"`
	At   At     `json:"at"`
}

// Attestation is a verified (or refused) in-toto statement.
type Attestation struct {
	Subject       string            `json:"subject"`
	Digests       map[string]string `json:"digests"`
	State         string            `json:"state"` // verified | refused | unreadable
	Reason        string            `json:"reason"`
	Identity      string            `json:"identity"`
	Issuer        string            `json:"issuer"`
	Trust         string            `json:"trust"` // name of the trust block that accepted the signer
	TrustRoot     string            `json:"trust_root"`
	PredicateType string            `json:"predicate_type"`
	Stage         string            `json:"stage"`
	Time          string            `json:"time"` // RFC 3339
	Body          any               `json:"body"` // the predicate
	At            At                `json:"at"`
}

// Provenance is the chain behind the target of a gate.
type Provenance struct {
	Edges   []ProvenanceEdge `json:"edges"`
	Gaps    []ProvenanceGap  `json:"gaps"`
	Revoked []RevokedPath    `json:"revoked"`
}

// ProvenanceEdge says that one digest was made from another.
type ProvenanceEdge struct {
	From       string `json:"from"` // digest of the input
	To         string `json:"to"`   // digest of the output
	Relation   string `json:"relation"`
	Stage      string `json:"stage"`
	AttestedBy string `json:"attested_by"`
	Time       string `json:"time"`
}

// ProvenanceGap is a step of the chain that nothing proves.
type ProvenanceGap struct {
	Digest string `json:"digest"`
	Code   string `json:"code"` // no_statement | undeclared_input | unpinned_input | conflict | time_travel | wrong_signer | wrong_stage | cycle | rollback | other_bytes | too_many
	Reason string `json:"reason"`
}

// RevokedPath leads from the target to a revoked digest.
type RevokedPath struct {
	Digest string   `json:"digest"`
	Reason string   `json:"reason"`
	Path   []string `json:"path"`
}

// Prior is an earlier decision on a digest that is used here.
type Prior struct {
	Stage        string `json:"stage"`
	Decision     string `json:"decision"`
	Digest       string `json:"digest"`
	PolicyDigest string `json:"policy_digest"`
	Verified     Tri    `json:"verified"`
	Time         string `json:"time"`
	At           At     `json:"at"`
}

// Vulnerability is an advisory given with --vulns.
type Vulnerability struct {
	Package  string   `json:"package"`
	Version  string   `json:"version"`
	ID       string   `json:"id"`
	Aliases  []string `json:"aliases"`
	Severity string   `json:"severity"` // critical | high | medium | low | unknown
	Score    float64  `json:"score"`    // CVSS base score, 0 when unknown
	State    string   `json:"state"`    // affected | not_affected | fixed | under_investigation
	Fixed    []string `json:"fixed"`
	At       At       `json:"at"`
}

// Fingerprint is the result of a behaviour test of a served model.
type Fingerprint struct {
	Method         string  `json:"method"`
	Verdict        string  `json:"verdict"` // same | drift | inconclusive
	PValue         float64 `json:"p_value"`
	Effect         float64 `json:"effect"`
	N              int64   `json:"n"`
	Alpha          float64 `json:"alpha"`
	BaselineDigest string  `json:"baseline_digest"`
	Time           string  `json:"time"`
	At             At      `json:"at"`
}
