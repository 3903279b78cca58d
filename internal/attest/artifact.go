package attest

import (
	"bytes"
	"crypto"
	"encoding/hex"
	"strings"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
	"github.com/sigstore/sigstore-go/pkg/verify"
	"github.com/sigstore/sigstore/pkg/signature"
)

// Artifact is one file, by its bytes or its SHA-256.
type Artifact struct {
	Content []byte
	SHA256  string // lower-case hex; used when Content is nil
}

func (a Artifact) policy() (verify.ArtifactPolicyOption, error) {
	if a.Content != nil {
		return verify.WithArtifact(bytes.NewReader(a.Content)), nil
	}
	digest, err := hex.DecodeString(strings.TrimPrefix(a.SHA256, "sha256:"))
	if err != nil || len(digest) != 32 {
		return nil, malformed("%q is no SHA-256 digest", a.SHA256)
	}
	return verify.WithArtifactDigest("sha256", digest), nil
}

// VerifyArtifact verifies a Sigstore bundle over one file: a message signature, or an
// in-toto statement of which the file is a subject. With a key and a trusted root the
// entry in the log is verified too; with a key alone only the signature is.
func (t *Trust) VerifyArtifact(data []byte, a Artifact) (*Signed, error) {
	value, err := decodeJSON(data)
	if err != nil {
		return nil, err
	}
	b, err := bundleOf(value, data)
	if err != nil {
		return nil, err
	}
	entity, err := loadSigstore(b)
	if err != nil {
		return nil, err
	}
	artifact, err := a.policy()
	if err != nil {
		return nil, err
	}
	if b.Method == MethodKey {
		if len(t.Keys) == 0 {
			return nil, t.wrongMethod(b)
		}
		return t.artifactByKey(b, entity, artifact)
	}
	if b.Method != MethodSigstore && !b.keyless || len(t.Sigstore) == 0 || len(t.Keys) > 0 {
		return nil, t.wrongMethod(b)
	}
	var first error
	for _, r := range t.Sigstore {
		signed, err := t.sigstoreAgainst(r, entity, artifact)
		if err == nil {
			signed.Payload = b.Payload
			return signed, nil
		}
		if first == nil {
			first = err
		}
		if artifact, err = a.policy(); err != nil { // a reader is read once
			return nil, err
		}
	}
	return nil, first
}

func (t *Trust) artifactByKey(b *Bundle, entity verify.SignedEntity, artifact verify.ArtifactPolicyOption) (*Signed, error) {
	key := t.Keys[0]
	if foreignHint(b.Hint, key.Public) {
		return nil, refused("key", "the bundle names the key with fingerprint %s, the trusted key has %s", b.Hint, KeyHint(key.Public))
	}
	verifier, err := signature.LoadVerifier(key.Public, crypto.SHA256)
	if err != nil {
		return nil, refused("key", "%v", err)
	}
	expiring := root.NewExpiringKey(verifier, time.Time{}, time.Time{})
	material := root.TrustedMaterialCollection{root.NewTrustedPublicKeyMaterial(func(string) (root.TimeConstrainedVerifier, error) { return expiring, nil })}
	options := []verify.VerifierOption{verify.WithNoObserverTimestamps()}
	if len(t.Sigstore) > 0 {
		for _, r := range t.Sigstore {
			material = append(material, r.root)
		}
		options = []verify.VerifierOption{verify.WithTransparencyLog(1), verify.WithObserverTimestamps(1)}
	}
	v, err := verify.NewVerifier(material, options...)
	if err != nil {
		return nil, refused("key", "%v", err)
	}
	if _, err := v.Verify(entity, verify.NewPolicy(artifact, verify.WithKey())); err != nil {
		return nil, refused("signature", "%v", err)
	}
	return &Signed{Payload: b.Payload, Method: MethodKey, Identity: key.Name, TrustRoot: "sha256:" + keyDigest(key.Public)}, nil
}
