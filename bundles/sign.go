package bundles

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/keys"
)

// keyID names the key in a signature's header. It is OPA's own default, so that
// `opa build --verification-key` verifies our bundles as they are. An embedder that
// passes an empty id accepts unsigned bundles (GHSA-g2pf-6v5v-qcc8): ours never does.
const keyID = "default"

// scope is the "scope" claim of a signature; OPA leaves it empty by default.
const scope = ""

func sign(b *bundle.Bundle, key []byte) error {
	alg, err := privateAlgorithm(key)
	if err != nil {
		return err
	}
	if err := b.GenerateSignature(bundle.NewSigningConfig(string(key), alg, ""), keyID, false); err != nil {
		return fmt.Errorf("sign bundle: %w", err)
	}
	return nil
}

func verification(publicKey []byte) (*bundle.VerificationConfig, error) {
	alg, err := publicAlgorithm(publicKey)
	if err != nil {
		return nil, err
	}
	known := map[string]*keys.Config{keyID: {Key: string(publicKey), Algorithm: alg}}
	return bundle.NewVerificationConfig(known, keyID, scope, nil), nil
}

// privateAlgorithm is the JWS algorithm of a key. Ed25519 is EdDSA (RFC 8037, section
// 3.1): OPA's verifier knows it, though its configuration file does not yet accept it.
func privateAlgorithm(pemKey []byte) (string, error) {
	block, _ := pem.Decode(pemKey)
	if block == nil {
		return "", errors.New("signing key is not PEM")
	}
	var parsed any
	var err error
	switch block.Type {
	case "EC PRIVATE KEY": // SEC 1
		parsed, err = x509.ParseECPrivateKey(block.Bytes)
	case "RSA PRIVATE KEY": // PKCS #1
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	default: // PKCS #8
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return "", fmt.Errorf("signing key: %w", err)
	}
	switch k := parsed.(type) {
	case *ecdsa.PrivateKey:
		return curveAlgorithm(&k.PublicKey)
	case ed25519.PrivateKey:
		return "EdDSA", nil
	case *rsa.PrivateKey:
		return "RS256", nil
	}
	return "", fmt.Errorf("signing key is a %T; use ECDSA, Ed25519 or RSA", parsed)
}

func publicAlgorithm(pemKey []byte) (string, error) {
	block, _ := pem.Decode(pemKey)
	if block == nil {
		return "", errors.New("public key is not PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("public key: %w", err)
	}
	switch k := parsed.(type) {
	case *ecdsa.PublicKey:
		return curveAlgorithm(k)
	case ed25519.PublicKey:
		return "EdDSA", nil
	case *rsa.PublicKey:
		return "RS256", nil
	}
	return "", fmt.Errorf("public key is a %T; use ECDSA, Ed25519 or RSA", parsed)
}

// curveAlgorithm is the JWS algorithm of a curve (RFC 7518, section 3.4).
func curveAlgorithm(k *ecdsa.PublicKey) (string, error) {
	switch k.Curve.Params().BitSize {
	case 256:
		return "ES256", nil
	case 384:
		return "ES384", nil
	case 521:
		return "ES512", nil
	}
	return "", fmt.Errorf("curve %s is not supported; use P-256, P-384 or P-521", k.Curve.Params().Name)
}

// Sign reads a bundle, replaces its signature by one of the given PEM private key and
// writes it to w. It says nothing of who made the bundle before.
func Sign(w io.Writer, r io.Reader, key []byte) error {
	packed, err := io.ReadAll(io.LimitReader(r, maxBundleBytes+1))
	if err != nil {
		return fmt.Errorf("read bundle: %w", err)
	}
	if len(packed) > maxBundleBytes {
		return fmt.Errorf("bundle is larger than maxBundleBytes (%d)", maxBundleBytes)
	}
	b, err := bundle.NewReader(bytes.NewReader(packed)).WithSizeLimitBytes(maxFileBytes).WithRegoVersion(ast.RegoV1).
		WithProcessAnnotations(true).WithSkipBundleVerification(true).Read()
	if err != nil {
		return fmt.Errorf("open bundle: %w", err)
	}
	b.Signatures = bundle.SignaturesConfig{}
	if err := sign(&b, key); err != nil {
		return err
	}
	return bundle.NewWriter(w).DisableFormat(true).Write(b)
}
