package attest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sigstore/sigstore-go/pkg/bundle"
	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
)

// maxRoots bounds the documents of one trusted-root file; GitHub's has two.
const maxRoots = 16

// SigstoreRoot is one trusted_root.json: the authorities and logs of a Sigstore
// instance, as a file. It is never fetched.
type SigstoreRoot struct {
	Digest string // of the document, algorithm:hex
	root   *root.TrustedRoot
}

// ReadTrustedRoots reads a trusted_root.json, or a .jsonl file with one a line (`gh
// attestation trusted-root`).
func ReadTrustedRoots(data []byte) ([]*SigstoreRoot, error) {
	var out []*SigstoreRoot
	decoder := json.NewDecoder(bytes.NewReader(data))
	for decoder.More() {
		if len(out) == maxRoots {
			return nil, malformed("trusted root file has more than %d documents", maxRoots)
		}
		var document json.RawMessage
		if err := decoder.Decode(&document); err != nil {
			return nil, malformed("trusted root %d: %v", len(out)+1, err)
		}
		if _, err := decodeJSON(document); err != nil {
			return nil, malformed("trusted root %d: %v", len(out)+1, err)
		}
		parsed, err := root.NewTrustedRootFromJSON(document)
		if err != nil {
			return nil, malformed("trusted root %d: %v", len(out)+1, err)
		}
		out = append(out, &SigstoreRoot{Digest: digestOf(document), root: parsed})
	}
	if len(out) == 0 {
		return nil, malformed("trusted root file is empty")
	}
	return out, nil
}

// verifySigstore verifies a keyless bundle: certificate of the instance's authority
// with a signed certificate timestamp, an entry in its log, a trusted time inside the
// certificate's life, and the identity and issuer that are expected.
func (t *Trust) verifySigstore(b *Bundle) (*Signed, error) {
	if len(t.Sigstore) == 0 {
		return nil, t.wrongMethod(b)
	}
	entity, err := loadSigstore(b)
	if err != nil {
		return nil, err
	}
	policy := verify.WithoutArtifactUnsafe() // what the statement is about is checked by our caller
	var first error
	for _, r := range t.Sigstore {
		signed, err := t.sigstoreAgainst(r, entity, policy)
		if err == nil {
			signed.Payload = b.Payload
			return signed, nil
		}
		if first == nil || RefusalCode(first) == "signature" {
			first = err // an identity that does not match says more than a root that does not
		}
	}
	return nil, first
}

func loadSigstore(b *Bundle) (*bundle.Bundle, error) {
	entity := &bundle.Bundle{}
	if err := entity.UnmarshalJSON(b.raw); err != nil {
		return nil, malformed("Sigstore bundle: %v", err)
	}
	return entity, nil
}

func (t *Trust) sigstoreAgainst(r *SigstoreRoot, entity *bundle.Bundle, artifact verify.ArtifactPolicyOption) (*Signed, error) {
	if t.Identity == "" || t.Issuer == "" {
		return nil, refused("no_identity", "keyless verification needs an identity and an issuer")
	}
	exact, pattern := t.Identity, ""
	if strings.Contains(exact, "*") {
		parts := strings.Split(exact, "*")
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		exact, pattern = "", "^"+strings.Join(parts, ".*")+"$"
	}
	identity, err := verify.NewShortCertificateIdentity(t.Issuer, "", exact, pattern)
	if err != nil {
		return nil, refused("no_identity", "%v", err)
	}
	verifier, err := verify.NewVerifier(r.root, verify.WithSignedCertificateTimestamps(1), verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1))
	if err != nil {
		return nil, fmt.Errorf("sigstore verifier: %w", err)
	}
	// Verified without the identity first, so that a wrong one can be named.
	result, err := verifier.Verify(entity, verify.NewPolicy(artifact, verify.WithoutIdentitiesUnsafe()))
	if err != nil {
		return nil, refused("signature", "%v", err)
	}
	certificate := result.Signature.Certificate
	if certificate == nil {
		return nil, refused("certificate", "the bundle has no certificate")
	}
	have := fmt.Sprintf("%s (issuer %s)", certificate.SubjectAlternativeName, certificate.Issuer)
	want := fmt.Sprintf("%s (issuer %s)", t.Identity, t.Issuer)
	if err := identity.Issuer.Verify(*certificate); err != nil {
		return nil, refused("issuer", "signed by %s, expected %s", have, want)
	}
	if err := identity.Verify(*certificate); err != nil {
		return nil, refused("identity", "signed by %s, expected %s", have, want)
	}
	signed := &Signed{Method: MethodSigstore, Identity: certificate.SubjectAlternativeName, Issuer: certificate.Issuer, TrustRoot: r.Digest}
	for _, stamp := range slices.Backward(result.VerifiedTimestamps) {
		signed.Time = stamp.Timestamp
	}
	return signed, nil
}
