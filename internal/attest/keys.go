package attest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"hash"
	"slices"
	"strings"
)

// ReadPublicKey reads a PEM public key: EC P-256, P-384, P-521 or Ed25519 (OMS algorithm
// registry, "Signing Key Types").
func ReadPublicKey(data []byte) (crypto.PublicKey, error) {
	block, rest := pem.Decode(data)
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, malformed("not a PEM public key")
	}
	if next, _ := pem.Decode(rest); next != nil {
		return nil, malformed("more than one PEM block where one public key is expected")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, malformed("public key: %v", err)
	}
	return key, supported(key)
}

// supported refuses keys that the registry does not name.
func supported(key crypto.PublicKey) error {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if slices.Contains([]elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()}, k.Curve) {
			return nil
		}
		return refused("key", "curve %s is not supported: use P-256, P-384 or P-521", k.Curve.Params().Name)
	case ed25519.PublicKey:
		return nil
	}
	return refused("key", "%T is not supported: use EC P-256, P-384, P-521 or Ed25519", key)
}

// digestFor is the digest of a message that a key on this curve signs.
func digestFor(curve elliptic.Curve) (hash.Hash, crypto.Hash) {
	switch curve {
	case elliptic.P384():
		return sha512.New384(), crypto.SHA384
	case elliptic.P521():
		return sha512.New(), crypto.SHA512
	}
	return sha256.New(), crypto.SHA256
}

// verifySignature checks one signature over a message.
func verifySignature(key crypto.PublicKey, message, signature []byte) bool {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		h, _ := digestFor(k.Curve)
		h.Write(message)
		return ecdsa.VerifyASN1(k, h.Sum(nil), signature)
	case ed25519.PublicKey:
		return ed25519.Verify(k, message, signature)
	}
	return false
}

// hints lists every fingerprint of a key that producers write into publicKey.hint: the
// OMS one (hex SHA-256 of the canonical PEM), the DER one in hex, and sigstore-go's.
func hints(key crypto.PublicKey) []string {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return nil
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	ofPEM, trimmed, ofDER := sha256.Sum256(text), sha256.Sum256([]byte(strings.TrimSpace(string(text)))), sha256.Sum256(der)
	return []string{hex.EncodeToString(ofPEM[:]), hex.EncodeToString(ofDER[:]), hex.EncodeToString(trimmed[:]),
		base64.StdEncoding.EncodeToString(ofDER[:]), base64.StdEncoding.EncodeToString(ofPEM[:])}
}

// KeyHint is the fingerprint of a key as OMS writes it.
func KeyHint(key crypto.PublicKey) string {
	if all := hints(key); len(all) > 0 {
		return all[0]
	}
	return ""
}

// foreignHint tells whether a hint is the fingerprint of some other key. A hint that is
// no fingerprint at all says nothing about the key (Sigstore bundle, "hint").
func foreignHint(hint string, key crypto.PublicKey) bool {
	known := hints(key)
	if hint == "" || slices.Contains(known, hint) || slices.Contains(known, strings.ToLower(hint)) {
		return false
	}
	if raw, err := hex.DecodeString(hint); err == nil && len(raw) == sha256.Size {
		return true
	}
	raw, err := base64.StdEncoding.DecodeString(hint)
	return err == nil && len(raw) == sha256.Size
}

// Signer signs statements with a key and, for the certificate method, its chain.
type Signer struct {
	key   crypto.Signer
	chain []*x509.Certificate // leaf first
}

// NewSigner reads a PEM private key and, when chain is not empty, the certificate for it
// followed by the authorities between it and the root.
func NewSigner(privateKey []byte, chain []byte) (*Signer, error) {
	key, err := readPrivateKey(privateKey)
	if err != nil {
		return nil, err
	}
	if err := supported(key.Public()); err != nil {
		return nil, err
	}
	s := &Signer{key: key}
	if len(chain) == 0 {
		return s, nil
	}
	certificates, err := ReadCertificates(chain)
	if err != nil {
		return nil, err
	}
	for _, c := range certificates {
		if !slices.ContainsFunc(s.chain, c.Equal) {
			s.chain = append(s.chain, c)
		}
	}
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(s.chain[0].PublicKey) {
		return nil, refused("certificate", "the first certificate, %s, is not for the signing key", s.chain[0].Subject)
	}
	return s, nil
}

func readPrivateKey(data []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(data)
	for block != nil && block.Type == "EC PARAMETERS" { // written by openssl ecparam -genkey
		_, data = pem.Decode(data)
		block, _ = pem.Decode(data)
	}
	if block == nil {
		return nil, malformed("signing key is not PEM")
	}
	var parsed any
	var err error
	switch block.Type {
	case "EC PRIVATE KEY": // SEC 1
		parsed, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY": // PKCS #8
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		return nil, malformed("signing key: a %s cannot be used", strings.ToLower(block.Type))
	}
	if err != nil {
		return nil, malformed("signing key: %v", err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, malformed("signing key: a %T cannot sign", parsed)
	}
	return key, nil
}

// Public is the public key of the signer.
func (s *Signer) Public() crypto.PublicKey { return s.key.Public() }

func (s *Signer) sign(message []byte) ([]byte, error) {
	if k, ok := s.key.Public().(*ecdsa.PublicKey); ok {
		h, id := digestFor(k.Curve)
		h.Write(message)
		return s.key.Sign(rand.Reader, h.Sum(nil), id)
	}
	return s.key.Sign(rand.Reader, message, crypto.Hash(0))
}

// ReadCertificates reads the certificates of a PEM file.
func ReadCertificates(data []byte) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, malformed("a %s where a certificate is expected", strings.ToLower(block.Type))
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, malformed("certificate %d: %v", len(out), err)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, malformed("no PEM certificate")
	}
	return out, nil
}

// certificateName is the identity that a certificate of a private CA gives its holder:
// the first alternative name, else the subject.
func certificateName(c *x509.Certificate) string {
	switch {
	case len(c.URIs) > 0:
		return c.URIs[0].String()
	case len(c.EmailAddresses) > 0:
		return c.EmailAddresses[0]
	case len(c.DNSNames) > 0:
		return c.DNSNames[0]
	}
	return c.Subject.String()
}

// alternativeNames lists the names that a certificate gives its holder beside the subject.
func alternativeNames(c *x509.Certificate) []string {
	var names []string
	for _, u := range c.URIs {
		names = append(names, u.String())
	}
	return append(append(names, c.EmailAddresses...), c.DNSNames...)
}

// fingerprint names a certificate in messages and digests.
func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return fmt.Sprintf("sha256:%x", sum)
}

// verifyLegacy checks a signature of version 0.2.0 of the Python reference
// implementation, which hashed with SHA-256 on every curve.
func verifyLegacy(key crypto.PublicKey, b *Bundle) bool {
	k, ok := key.(*ecdsa.PublicKey)
	if !ok {
		return false
	}
	sum := sha256.Sum256(legacyPAE(b.PayloadType, b.Payload))
	return ecdsa.VerifyASN1(k, sum[:], b.signature)
}
