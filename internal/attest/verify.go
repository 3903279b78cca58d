package attest

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Key is a public key that is trusted, and the name people know it by.
type Key struct {
	Name   string
	Public crypto.PublicKey
}

// Trust is whose signatures are accepted. Each kind accepts bundles of its own method
// only: a bundle cannot choose to be verified another way.
type Trust struct {
	Keys  []Key
	Roots []*x509.Certificate
	// Times are the authorities whose time stamps tell when a certificate was used.
	Times []*TimeAuthority
	// Sigstore holds trusted_root.json documents, one or more (a .jsonl file has one a line).
	Sigstore []*SigstoreRoot
	// Identity and Issuer are whom a certificate must name. Identity may hold * for any
	// run of characters; it always matches the whole name. Both are required for
	// keyless; for a private CA an empty Identity accepts every holder.
	Identity string
	Issuer   string
	Now      time.Time
}

// Signed is a payload whose signature holds.
type Signed struct {
	Payload   []byte
	Method    Method
	Identity  string // name of the key, name in the certificate
	Issuer    string // OIDC issuer, or the subject of the root
	TrustRoot string // digest of what the signature was checked against, algorithm:hex
	Time      time.Time
	legacy    bool // signed with the encoding of v0.2.0
}

// Verify checks the signature of a bundle. It says nothing about the payload.
func (t *Trust) Verify(b *Bundle) (*Signed, error) {
	switch {
	case b.Method == MethodSigstore, b.keyless && len(t.Sigstore) > 0:
		return t.verifySigstore(b)
	case b.Method == MethodCertificate:
		return t.verifyCertificate(b)
	}
	return t.verifyKey(b)
}

func (t *Trust) verifyKey(b *Bundle) (*Signed, error) {
	if len(t.Keys) == 0 {
		return nil, t.wrongMethod(b)
	}
	if b.message {
		return nil, malformed("the bundle signs a message, not a statement")
	}
	var first error
	for _, key := range t.Keys {
		legacy, err := checkKey(b, key.Public)
		if err == nil {
			return &Signed{Payload: b.Payload, Method: MethodKey, Identity: key.Name, TrustRoot: "sha256:" + keyDigest(key.Public), legacy: legacy}, nil
		}
		if first == nil {
			first = err
		}
	}
	switch {
	case len(t.Keys) == 1:
		return nil, first
	case !slices.ContainsFunc(t.Keys, func(k Key) bool { return !foreignHint(b.Hint, k.Public) }):
		return nil, refused("key", "the bundle names the key with fingerprint %s, which none of the %d trusted keys has", b.Hint, len(t.Keys))
	}
	return nil, refused("signature", "none of the %d trusted keys made the signature", len(t.Keys))
}

// keyDigest is the hex SHA-256 of a key's DER form.
func keyDigest(key crypto.PublicKey) string { return hints(key)[1] }

func checkKey(b *Bundle, key crypto.PublicKey) (legacy bool, err error) {
	if foreignHint(b.Hint, key) {
		return false, refused("key", "the bundle names the key with fingerprint %s, the trusted key has %s", b.Hint, KeyHint(key))
	}
	if len(b.RawKey) > 0 && !sameKey(b.RawKey, key) {
		return false, refused("key", "the bundle holds another public key than the trusted one")
	}
	return checkSignature(b, key)
}

func sameKey(raw []byte, key crypto.PublicKey) bool {
	if block, _ := pem.Decode(raw); block != nil {
		raw = block.Bytes
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	return err == nil && string(der) == string(raw)
}

// checkSignature accepts the encoding of v0.2.0 as well; the caller must hold such a
// payload to the predicate of v0.2.0.
func checkSignature(b *Bundle, key crypto.PublicKey) (legacy bool, err error) {
	if verifySignature(key, pae(b.PayloadType, b.Payload), b.signature) {
		return false, nil
	}
	if verifyLegacy(key, b) {
		return true, nil
	}
	return false, refused("signature", "the signature does not hold: the payload was changed or another key signed it")
}

func (t *Trust) wrongMethod(b *Bundle) error {
	var accepted []string
	if len(t.Keys) > 0 {
		accepted = append(accepted, "a public key")
	}
	if len(t.Roots) > 0 {
		accepted = append(accepted, "a certificate of a trusted root")
	}
	if len(t.Sigstore) > 0 {
		accepted = append(accepted, "a Sigstore identity")
	}
	if len(accepted) == 0 {
		return refused("method", "nobody is trusted")
	}
	have := map[Method]string{MethodKey: "a key", MethodCertificate: "a certificate chain", MethodSigstore: "a Sigstore identity", MethodNone: "an unnamed key"}
	return refused("method", "the bundle is signed with %s, expected %s", have[b.Method], strings.Join(accepted, " or "))
}

// MatchIdentity matches the whole of name against a pattern in which * stands for any
// run of characters.
func MatchIdentity(pattern, name string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == name
	}
	rest, ok := strings.CutPrefix(name, parts[0])
	if !ok {
		return false
	}
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

// digestOf is the sha256 of a document, algorithm:hex.
func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return fmt.Sprintf("sha256:%s", hex.EncodeToString(sum[:]))
}
