package attest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// VerifierID names mlpolicy as the verifier of a summary (SLSA VSA v1, verifier.id).
const VerifierID = "https://mlpolicy.dev/verifier/v1"

// vsaExtension holds what a summary of ours says beyond the specification. Readers
// ignore members they do not know (in-toto attestation spec v1, parsing rules).
const vsaExtension = "mlpolicy"

// Summary is a verification summary: what a gate decided about an artifact.
type Summary struct {
	Name        string
	Digests     map[string]string // of the artifact, algorithm → hex
	Resource    string            // resourceUri
	Stage       string
	Environment string
	Passed      bool
	Levels      []string // verifiedLevels when passed
	PolicyURI   string
	// PolicyDigest, ConfigDigest and TrustDigest are hex SHA-256 of what the decision
	// rests on; InputDigest of the input document, so that it can be replayed.
	PolicyDigest string
	ConfigDigest string
	TrustDigest  string
	InputDigest  string
	Inputs       []SummaryInput // every statement that was used
	Time         time.Time
	Version      string // of mlpolicy
}

// SummaryInput is a statement that a decision used.
type SummaryInput struct {
	URI    string
	Digest string // algorithm:hex
}

// Payload is the in-toto statement of the summary.
func (s *Summary) Payload() ([]byte, error) {
	inputs := []any{}
	for _, in := range s.Inputs {
		algorithm, value, _ := strings.Cut(in.Digest, ":")
		inputs = append(inputs, map[string]any{"uri": in.URI, "digest": map[string]any{algorithm: value}})
	}
	result, levels := "FAILED", []string{"FAILED"}
	if s.Passed {
		result = "PASSED"
		levels = slices.Sorted(slices.Values(s.Levels))
	}
	digests := map[string]any{}
	for algorithm, value := range s.Digests {
		digests[algorithm] = value
	}
	predicate := map[string]any{
		"verifier":           map[string]any{"id": VerifierID, "version": map[string]any{"mlpolicy": s.Version}},
		"timeVerified":       s.Time.UTC().Format(time.RFC3339),
		"resourceUri":        s.Resource,
		"policy":             map[string]any{"uri": s.PolicyURI, "digest": map[string]any{"sha256": s.PolicyDigest}},
		"inputAttestations":  inputs,
		"verificationResult": result,
		"verifiedLevels":     levels,
		"slsaVersion":        "1.1",
		vsaExtension: map[string]any{
			"stage": s.Stage, "environment": s.Environment, "config": s.ConfigDigest, "trust": s.TrustDigest, "input": s.InputDigest,
		},
	}
	return statement([]any{map[string]any{"name": s.Name, "digest": digests}}, PredicateVSA, predicate)
}

// statement encodes an in-toto statement, members sorted.
func statement(subjects []any, predicateType string, predicate map[string]any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(map[string]any{"_type": statementType, "subject": subjects, "predicateType": predicateType, "predicate": predicate})
	return bytes.TrimRight(out.Bytes(), "\n"), err
}

// Reusable tells whether a judged statement is a passed summary of ours that may stand in
// for a new decision: same artifact, resource, stage, environment, policy, configuration
// and trust, and young enough. The reason says what differs.
func (s *Summary) Reusable(j Judged, within time.Duration, now time.Time) (bool, string) {
	own, _ := j.Predicate[vsaExtension].(map[string]any)
	verifier, _ := j.Predicate["verifier"].(map[string]any)
	policy, _ := j.Predicate["policy"].(map[string]any)
	policyDigest, _ := policy["digest"].(map[string]any)
	verified := timeAt(j.Predicate, "timeVerified")
	checks := []struct {
		differs bool
		what    string
	}{
		{j.State != "verified" || j.PredicateType != PredicateVSA, "it is no verified summary: " + j.Reason},
		{textAt(verifier, "id") != VerifierID, "another verifier wrote it"},
		{textAt(j.Predicate, "verificationResult") != "PASSED", "it did not pass"},
		{len(j.Subjects) != 1 || j.Subjects[0].raw["sha256"] == "" || j.Subjects[0].raw["sha256"] != s.Digests["sha256"], "it is about other bytes"},
		{textAt(j.Predicate, "resourceUri") != s.Resource, "it is about another resource"},
		{textAt(own, "stage") != s.Stage || textAt(own, "environment") != s.Environment, "it is for another stage or environment"},
		{s.PolicyDigest == "" || textAt(policyDigest, "sha256") != s.PolicyDigest, "the policy changed"},
		{textAt(own, "config") != s.ConfigDigest, "the configuration changed"},
		{s.TrustDigest == "" || textAt(own, "trust") != s.TrustDigest, "the trust roots changed"},
		{verified.IsZero() || verified.After(now), "its time is missing or in the future"},
		{now.Sub(verified) > within, "it is older than " + within.String()},
	}
	for _, c := range checks {
		if c.differs {
			return false, c.what
		}
	}
	return true, ""
}
