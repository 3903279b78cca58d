package attest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// StageTrust is a trust block of the configuration with its keys read: who may speak
// for a stage, in which predicate types, and what the stage may consume.
type StageTrust struct {
	Name           string // of the block
	Stage          string // "" may speak for every stage: trust given on the command line
	Trust          Trust
	PredicateTypes []string // empty allows every type
	InputsFrom     []string // stages; empty allows the own and earlier ones
	External       []string // pattern of a uri, with @algorithm:hex or @algorithm:*
}

// Policy is all trust of a gate.
type Policy struct {
	Blocks []StageTrust
	Now    time.Time
}

// Judged is a statement with the verdict on its signature.
type Judged struct {
	*Statement
	State    string // verified | refused | unreadable
	Reason   string
	Signed   *Signed
	Stage    string
	Block    string // name of the trust block that accepted the signer
	identity string // of the signer even when refused, where it is known
}

// Judge verifies documents against the trust blocks: the signature must hold, and the
// signer must be one who may speak for the stage in that predicate type.
func (p *Policy) Judge(documents []Document) []Judged {
	out := make([]Judged, 0, len(documents))
	for _, d := range documents {
		out = append(out, p.judge(d))
	}
	return out
}

func (p *Policy) judge(d Document) Judged {
	j := Judged{Statement: &Statement{Path: d.Path, Digest: d.Digest}, State: "unreadable"}
	if d.Err != nil {
		j.Reason = d.Err.Error()
		return j
	}
	s, err := ParseStatement(d.Bundle.Payload)
	if err != nil {
		j.Reason = err.Error()
		return j
	}
	s.Path, s.Digest, s.bundle = d.Path, d.Digest, d.Bundle
	j.Statement = s
	j.State, j.Reason = "refused", ""
	var speakers []StageTrust
	var signed *Signed
	var first error
	for _, block := range p.Blocks {
		result, err := block.Trust.Verify(d.Bundle)
		switch {
		case err == nil && result.legacy:
			err = refused("signature", "the signature uses an encoding that only model signatures of version 0.2.0 have")
		case IsMalformed(err):
			j.State, j.Reason = "unreadable", err.Error()
			return j
		case err == nil:
			speakers = append(speakers, block)
			if signed == nil {
				signed = result
			}
			continue
		}
		if first == nil || RefusalCode(first) == "method" {
			first = err
		}
	}
	if len(speakers) == 0 {
		j.Reason = "no trust block accepts the signer"
		if first != nil {
			j.Reason = first.Error()
		}
		return j
	}
	j.identity = signed.Identity
	return p.accept(j, speakers, signed)
}

// accept finds the block under which a verified signer may say what the statement says.
func (p *Policy) accept(j Judged, speakers []StageTrust, signed *Signed) Judged {
	j.Signed = signed
	for _, block := range speakers {
		if block.Stage != "" && j.Claims != "" && block.Stage != j.Claims {
			continue
		}
		if len(block.PredicateTypes) > 0 && !slices.ContainsFunc(block.PredicateTypes, func(t string) bool { return matchPredicate(t, j.PredicateType) }) {
			continue
		}
		j.State, j.Reason, j.Block, j.Stage = "verified", "", block.Name, block.Stage
		if j.Stage == "" {
			j.Stage = j.Claims
		}
		return j
	}
	var stages []string
	for _, block := range speakers {
		stages = append(stages, fmt.Sprintf("%s (%s)", block.Stage, strings.Join(block.PredicateTypes, ", ")))
	}
	claim := j.Claims
	if claim == "" {
		claim = "a stage it does not name"
	}
	j.Reason = fmt.Sprintf("%s may speak for %s, not for %s in %s", signed.Identity, strings.Join(stages, "; "), claim, j.PredicateType)
	return j
}

// matchPredicate compares predicate types; the one of CycloneDX may carry a version.
func matchPredicate(allowed, have string) bool {
	return allowed == have || allowed == PredicateCycloneDX && strings.HasPrefix(have, PredicateCycloneDX+"/")
}

// when is the time of a statement: the trusted one of its signature, else what it says.
func (j *Judged) when() time.Time {
	if j.Signed != nil && !j.Signed.Time.IsZero() {
		return j.Signed.Time.UTC()
	}
	return j.Finished
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// Facts are the statements as the input document has them, one entry per subject.
func Facts(judged []Judged) []sbom.Attestation {
	var out []sbom.Attestation
	for _, j := range judged {
		base := sbom.Attestation{
			Digests: map[string]string{}, State: j.State, Reason: j.Reason, PredicateType: j.PredicateType, Stage: j.Stage,
			Trust: j.Block, Identity: j.identity, Body: map[string]any{}, At: sbom.At{Path: j.Path},
		}
		if j.State == "verified" {
			base.Identity, base.Issuer, base.TrustRoot, base.Time = j.Signed.Identity, j.Signed.Issuer, j.Signed.TrustRoot, stamp(j.when())
		}
		if j.Predicate != nil {
			base.Body = j.Predicate
		}
		if len(j.Subjects) == 0 {
			out = append(out, base)
		}
		for _, s := range j.Subjects {
			entry := base
			entry.Subject, entry.Digests = s.Name, s.raw
			out = append(out, entry)
		}
	}
	return out
}

// Priors are earlier decisions, read from verification summaries.
func Priors(judged []Judged) []sbom.Prior {
	var out []sbom.Prior
	for _, j := range judged {
		if j.PredicateType != PredicateVSA {
			continue
		}
		for _, s := range j.Subjects {
			for _, digest := range s.Digests {
				out = append(out, prior(j, digest))
			}
		}
	}
	return out
}

func prior(j Judged, digest string) sbom.Prior {
	p := sbom.Prior{Stage: j.Stage, Decision: "deny", Digest: digest, Verified: sbom.No, Time: stamp(j.when()), At: sbom.At{Path: j.Path}}
	if textAt(j.Predicate, "verificationResult") == "PASSED" {
		p.Decision = "allow"
	}
	if policy, ok := j.Predicate["policy"].(map[string]any); ok {
		if digests, ok := policy["digest"].(map[string]any); ok {
			p.PolicyDigest = textAt(digests, "sha256")
		}
	}
	if j.State == "verified" {
		p.Verified = sbom.Yes
	}
	return p
}
