package attest

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"slices"
	"time"
)

// minRSABits is the smallest RSA key that an authority may have (NIST SP 800-57 part 1:
// less is no longer protection).
const minRSABits = 2048

// nameConstraints is the extension by which an authority is held to some names
// (RFC 5280 §4.2.1.10).
var nameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

func (t *Trust) verifyCertificate(b *Bundle) (*Signed, error) {
	if len(t.Roots) == 0 {
		return nil, t.wrongMethod(b)
	}
	if b.message {
		return nil, malformed("the bundle signs a message, not a statement")
	}
	leaf := b.Chain[0]
	if err := supported(leaf.PublicKey); err != nil {
		return nil, err
	}
	at, stamped, unstamped := t.timeOf(b)
	if err := mayFallWithin(leaf, at); err != nil {
		if unstamped != nil {
			return nil, refused("expired", "%v; its time stamp does not help: %v", err, unstamped)
		}
		return nil, err
	}
	if err := maySign(leaf); err != nil {
		return nil, err
	}
	chain, err := t.chain(b.Chain, at)
	if err != nil {
		return nil, err
	}
	legacy, err := checkSignature(b, leaf.PublicKey)
	if err != nil {
		return nil, err
	}
	name, err := t.holder(leaf, chain)
	if err != nil {
		return nil, err
	}
	root := chain[len(chain)-1]
	if t.Issuer != "" && t.Issuer != root.Subject.String() {
		return nil, refused("issuer", "certified by %s, expected %s", root.Subject, t.Issuer)
	}
	signed := &Signed{Payload: b.Payload, Method: MethodCertificate, Identity: name, Issuer: root.Subject.String(), TrustRoot: fingerprint(root), legacy: legacy}
	if stamped {
		signed.Time = at
	}
	return signed, nil
}

// holder is the name by which the certificate is the expected one. An authority that is
// held to some names is so by alternative names only: what it writes into the subject
// nobody checked, and does not count.
func (t *Trust) holder(leaf *x509.Certificate, chain []*x509.Certificate) (string, error) {
	name := certificateName(leaf)
	if t.Identity == "" {
		return name, nil
	}
	names := alternativeNames(leaf)
	if !slices.ContainsFunc(chain[1:], constrained) {
		names = append(names, leaf.Subject.String(), leaf.Subject.CommonName)
	}
	i := slices.IndexFunc(names, func(n string) bool { return n != "" && MatchIdentity(t.Identity, n) })
	if i < 0 {
		return "", refused("identity", "signed by %s, expected %s", name, t.Identity)
	}
	return names[i], nil
}

func constrained(authority *x509.Certificate) bool {
	for _, e := range authority.Extensions {
		if e.Id.Equal(nameConstraints) {
			return true
		}
	}
	return false
}

// mayFallWithin holds the leaf to its validity period (OMS v1.0 §4.1).
func mayFallWithin(leaf *x509.Certificate, at time.Time) error {
	const layout = time.RFC3339
	if at.Before(leaf.NotBefore) {
		return refused("expired", "certificate of %s is valid from %s only", certificateName(leaf), leaf.NotBefore.UTC().Format(layout))
	}
	if at.After(leaf.NotAfter) {
		return refused("expired", "certificate of %s expired at %s", certificateName(leaf), leaf.NotAfter.UTC().Format(layout))
	}
	return nil
}

// maySign holds the leaf to the uses that its authority gave it (RFC 5280 §4.2.1.3 and
// §4.2.1.12): a certificate for a web server must not sign models. A certificate that
// states no use may be used for anything.
func maySign(leaf *x509.Certificate) error {
	if leaf.KeyUsage != 0 && leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return refused("certificate", "certificate of %s may not make digital signatures (key usage)", certificateName(leaf))
	}
	if len(leaf.ExtKeyUsage)+len(leaf.UnknownExtKeyUsage) == 0 {
		return nil
	}
	for _, use := range []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning, x509.ExtKeyUsageAny} {
		if slices.Contains(leaf.ExtKeyUsage, use) {
			return nil
		}
	}
	return refused("certificate", "certificate of %s is not for code signing (extended key usage)", certificateName(leaf))
}

// chain leads from the leaf to a trusted root. Every authority on it must have been valid
// at that time, may issue what it issued, and for code signing if it is limited to uses.
func (t *Trust) chain(certificates []*x509.Certificate, at time.Time) ([]*x509.Certificate, error) {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for _, c := range t.Roots {
		roots.AddCert(c)
	}
	for _, c := range certificates[1:] {
		between.AddCert(c)
	}
	name := certificateName(certificates[0])
	chains, err := certificates[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
	})
	if err != nil {
		var invalid x509.CertificateInvalidError
		if errors.As(err, &invalid) && invalid.Reason == x509.Expired {
			return nil, refused("expired", "certificate chain of %s: %v", name, err)
		}
		return nil, refused("certificate", "certificate of %s does not lead to a trusted root: %v", name, err)
	}
	var weakness error
	var first []*x509.Certificate
	for _, chain := range chains {
		if err := strong(chain[1:]); err != nil {
			weakness = cmp.Or(weakness, err)
			continue
		}
		if t.Issuer == chain[len(chain)-1].Subject.String() {
			return chain, nil
		}
		if first == nil {
			first = chain
		}
	}
	if first == nil {
		return nil, weakness
	}
	return first, nil
}

// strong refuses authorities whose keys can be broken.
func strong(authorities []*x509.Certificate) error {
	for _, c := range authorities {
		switch k := c.PublicKey.(type) {
		case *rsa.PublicKey:
			if k.N.BitLen() < minRSABits {
				return refused("certificate", "authority %s has an RSA key of %d bits, less than %d", c.Subject, k.N.BitLen(), minRSABits)
			}
		case *ecdsa.PublicKey:
			if k.Curve == elliptic.P224() {
				return refused("certificate", "authority %s has a key on curve P-224, which is not supported", c.Subject)
			}
		}
	}
	return nil
}
