package attest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"net/url"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// hierarchy is a private CA whose certificates a test can change one by one.
type hierarchy struct {
	root, middle, leaf       func(*x509.Certificate)
	rootKey, middleKey       crypto.Signer // EC when nil
	leafKey                  crypto.Signer
	sent                     []string // leaf, middle, root; what the bundle carries
	identity, issuer         string
	trustMiddle, trustLeaf   bool
	signedBy                 crypto.Signer
	trustNothingButOtherRoot bool
}

func (h hierarchy) verify(t *testing.T, model string) (string, error) {
	t.Helper()
	or := func(k crypto.Signer) crypto.Signer {
		if k == nil {
			return newKey(elliptic.P256())
		}
		return k
	}
	rootKey, middleKey, leafKey := or(h.rootKey), or(h.middleKey), or(h.leafKey)
	authority := func(name string, change func(*x509.Certificate)) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.Subject, c.IsCA, c.KeyUsage = pkix.Name{CommonName: name}, true, x509.KeyUsageCertSign
			c.NotBefore, c.NotAfter = testNow.AddDate(-5, 0, 0), testNow.AddDate(5, 0, 0)
			if change != nil {
				change(c)
			}
		}
	}
	root := issue(rootKey, nil, nil, authority("root", h.root))
	middle := issue(middleKey, root, rootKey, authority("middle", h.middle))
	leaf := issue(leafKey, middle, middleKey, h.leaf)
	byName := map[string]*x509.Certificate{"leaf": leaf, "middle": middle, "root": root}
	sent := h.sent
	if sent == nil {
		sent = []string{"leaf", "middle"}
	}
	certificates := []any{}
	for _, name := range sent {
		certificates = append(certificates, object{"rawBytes": b64(byName[name].Raw)})
	}
	signer := leafKey
	if h.signedBy != nil {
		signer = h.signedBy
	}
	var s *Signer
	if key, ok := signer.(*ecdsa.PrivateKey); ok && key.Curve != elliptic.P224() {
		s = newSigner(t, key)
	} else {
		s = newSigner(t, newKey(elliptic.P256())) // a key that cannot sign: the certificate is refused first
	}
	bundle := editBundle(signValue(t, s, statementFor(modelFiles, modelNames...)), func(b object) {
		b["verificationMaterial"] = object{"x509CertificateChain": object{"certificates": certificates}}
	})
	trust := &Trust{Roots: []*x509.Certificate{root}, Identity: h.identity, Issuer: h.issuer, Now: testNow}
	switch {
	case h.trustMiddle:
		trust.Roots = []*x509.Certificate{middle}
	case h.trustLeaf:
		trust.Roots = []*x509.Certificate{leaf}
	case h.trustNothingButOtherRoot:
		key := newKey(elliptic.P256())
		trust.Roots = []*x509.Certificate{issue(key, nil, nil, authority("root", nil))}
	}
	r, err := VerifyModel(context.Background(), model, bundle, trust, ModelOptions{})
	return outcome(r, err), err
}

// TestHostileCertificates are chains that lead to the trusted root and must not be
// followed, beside chains that may (RFC 5280 §4.2.1, §6).
func TestHostileCertificates(t *testing.T) {
	t.Parallel()
	rsaKey := func(bits int) crypto.Signer { return must(rsa.GenerateKey(rand.Reader, bits)) }
	uses := func(list ...x509.ExtKeyUsage) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.ExtKeyUsage = list }
	}
	mail := func(address string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.EmailAddresses = []string{address} }
	}
	onlyMailAt := func(domain string) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.PermittedEmailAddresses, c.PermittedDNSDomainsCritical = []string{domain}, true
		}
	}
	tests := map[string]struct {
		h    hierarchy
		want string
	}{
		"as issued": {hierarchy{}, "ok"},

		"authority may not issue":       {hierarchy{middle: func(c *x509.Certificate) { c.IsCA = false }}, "certificate"},
		"authority has no constraints":  {hierarchy{middle: func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = false, false }}, "certificate"},
		"authority may not sign":        {hierarchy{middle: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature }}, "certificate"},
		"path length of zero":           {hierarchy{root: func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true }}, "certificate"},
		"path length of one":            {hierarchy{root: func(c *x509.Certificate) { c.MaxPathLen = 1 }}, "ok"},
		"authority has expired":         {hierarchy{middle: func(c *x509.Certificate) { c.NotAfter = testNow.Add(-time.Second) }}, "expired"},
		"authority is not valid yet":    {hierarchy{middle: func(c *x509.Certificate) { c.NotBefore = testNow.Add(time.Second) }}, "expired"},
		"root has expired":              {hierarchy{root: func(c *x509.Certificate) { c.NotAfter = testNow.Add(-time.Second) }}, "expired"},
		"authority for web servers":     {hierarchy{middle: uses(x509.ExtKeyUsageServerAuth)}, "certificate"},
		"authority for code":            {hierarchy{middle: uses(x509.ExtKeyUsageCodeSigning)}, "ok"},
		"authority for anything":        {hierarchy{middle: uses(x509.ExtKeyUsageAny)}, "ok"},
		"for web and code":              {hierarchy{leaf: uses(x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageCodeSigning)}, "ok"},
		"for time stamps":               {hierarchy{leaf: uses(x509.ExtKeyUsageTimeStamping)}, "certificate"},
		"for an unknown use":            {hierarchy{leaf: func(c *x509.Certificate) { c.UnknownExtKeyUsage = []asn1.ObjectIdentifier{{1, 2, 3}} }}, "certificate"},
		"for agreeing on keys":          {hierarchy{leaf: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyAgreement }}, "certificate"},
		"authority signs itself":        {hierarchy{leaf: func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }}, "certificate"},
		"critical unknown in authority": {hierarchy{middle: func(c *x509.Certificate) { c.ExtraExtensions = criticalExtension() }}, "certificate"},
		"unknown, not critical": {hierarchy{middle: func(c *x509.Certificate) {
			e := criticalExtension()
			e[0].Critical = false
			c.ExtraExtensions = e
		}}, "ok"},

		"RSA authority of 2048 bits": {hierarchy{middleKey: rsaKey(2048)}, "ok"},
		"RSA authority of 1024 bits": {hierarchy{middleKey: rsaKey(1024)}, "certificate"},
		"RSA root of 1024 bits":      {hierarchy{rootKey: rsaKey(1024)}, "certificate"},
		"authority on P-224":         {hierarchy{middleKey: newKey(elliptic.P224())}, "certificate"},
		"holder with RSA":            {hierarchy{leafKey: rsaKey(2048)}, "key"},
		"holder on P-224":            {hierarchy{leafKey: newKey(elliptic.P224())}, "key"},
		"holder on P-521":            {hierarchy{leafKey: newKey(elliptic.P521())}, "ok"},
		"signed by the authority":    {hierarchy{signedBy: newKey(elliptic.P256())}, "signature"},

		"name outside the constraint": {hierarchy{middle: onlyMailAt("a.example"), leaf: mail("ml@b.example")}, "certificate"},
		"name inside the constraint":  {hierarchy{middle: onlyMailAt("a.example"), leaf: mail("ml@a.example"), identity: "ml@a.example"}, "ok"},
		"constraint evaded in the subject": {hierarchy{middle: onlyMailAt("a.example"), identity: "ml@b.example",
			leaf: func(c *x509.Certificate) { c.Subject.CommonName = "ml@b.example" }}, "identity"},
		"constraint evaded beside a permitted name": {hierarchy{middle: onlyMailAt("a.example"), identity: "ml@b.example",
			leaf: func(c *x509.Certificate) {
				c.Subject.CommonName, c.EmailAddresses = "ml@b.example", []string{"x@a.example"}
			}}, "identity"},
		"subject without constraint": {hierarchy{identity: "model signer"}, "ok"},
		"identity in another case":   {hierarchy{leaf: mail("ML@example.com"), identity: "ml@example.com"}, "identity"},
		"identity with NUL":          {hierarchy{leaf: func(c *x509.Certificate) { c.Subject.CommonName = "ml@example.com\x00.evil" }, identity: "ml@example.com"}, "identity"},
		"identity in the path of a URI": {hierarchy{identity: "spiffe://acme/train",
			leaf: func(c *x509.Certificate) {
				c.URIs = []*url.URL{must(url.Parse("spiffe://evil/spiffe://acme/train"))}
			}}, "identity"},
		"issuer":                   {hierarchy{issuer: "CN=root"}, "ok"},
		"issuer is between":        {hierarchy{issuer: "CN=middle"}, "issuer"},
		"root of the same name":    {hierarchy{trustNothingButOtherRoot: true}, "certificate"},
		"authority trusted itself": {hierarchy{trustMiddle: true, sent: []string{"leaf"}}, "ok"},
		"leaf trusted itself":      {hierarchy{trustLeaf: true, sent: []string{"leaf"}}, "ok"},

		"chain without the leaf":     {hierarchy{sent: []string{"middle", "root"}}, "certificate"},
		"chain in the wrong order":   {hierarchy{sent: []string{"middle", "leaf"}}, "certificate"},
		"chain without the middle":   {hierarchy{sent: []string{"leaf", "root"}}, "certificate"},
		"chain with the middle last": {hierarchy{sent: []string{"leaf", "root", "middle"}}, "ok"},
		"leaf twice":                 {hierarchy{sent: []string{"leaf", "leaf", "middle"}}, "ok"},
		"chain too long":             {hierarchy{sent: []string{"leaf", "middle", "middle", "middle", "middle", "middle", "middle", "middle", "middle", "middle", "middle", "middle", "middle", "middle", "middle", "middle", "middle"}}, "malformed"},
	}
	model := writeModel(t, modelFiles)
	for name, tt := range tests {
		if got, err := tt.h.verify(t, model); got != tt.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
		}
	}
}

// TestHostileCertificateBytes are chains whose entries are no certificates.
func TestHostileCertificateBytes(t *testing.T) {
	t.Parallel()
	ca := newAuthority("good")
	key := newKey(elliptic.P256())
	leaf := ca.leaf(key, nil)
	model := writeModel(t, modelFiles)
	for name, entries := range map[string][]any{
		"PEM text":        {object{"rawBytes": b64(certPEM(leaf))}, object{"rawBytes": b64(ca.middle.Raw)}},
		"cut":             {object{"rawBytes": b64(leaf.Raw[:len(leaf.Raw)-1])}, object{"rawBytes": b64(ca.middle.Raw)}},
		"with a tail":     {object{"rawBytes": b64(append(bytes.Clone(leaf.Raw), 0))}, object{"rawBytes": b64(ca.middle.Raw)}},
		"two in one":      {object{"rawBytes": b64(append(bytes.Clone(leaf.Raw), ca.middle.Raw...))}},
		"empty":           {object{"rawBytes": ""}},
		"null":            {nil},
		"a string":        {b64(leaf.Raw)},
		"the second junk": {object{"rawBytes": b64(leaf.Raw)}, object{"rawBytes": b64([]byte("x"))}},
	} {
		bundle := editBundle(signValue(t, newSigner(t, key), statementFor(modelFiles, modelNames...)), func(b object) {
			b["verificationMaterial"] = object{"x509CertificateChain": object{"certificates": entries}}
		})
		r, err := VerifyModel(context.Background(), model, bundle, &Trust{Roots: []*x509.Certificate{ca.root}, Now: testNow}, ModelOptions{})
		if got := outcome(r, err); got != "malformed" {
			t.Errorf("%s: got %s (%v)", name, got, err)
		}
	}
}

// TestTimeStamps accepts an expired certificate when a trusted authority says that the
// signature was there while it was valid, and only then.
func TestTimeStamps(t *testing.T) {
	t.Parallel()
	ca, key := newAuthority("good"), newKey(elliptic.P256())
	leaf := ca.leaf(key, func(c *x509.Certificate) { c.NotAfter = testNow.AddDate(0, -1, 0) }) // expired a month ago
	signer := newSigner(t, key, leaf, ca.middle)
	bundle := signValue(t, signer, statementFor(modelFiles, modelNames...))
	signature := must(base64.StdEncoding.DecodeString(envelope(parse(string(bundle)))["signatures"].([]any)[0].(object)["sig"].(string)))

	tsaKey := newKey(elliptic.P256())
	tsa := ca.leaf(tsaKey, func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: []byte{0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8}}}
	})
	foreignKey, foreignCA := newKey(elliptic.P256()), newAuthority("foreign")
	foreign := foreignCA.leaf(foreignKey, func(c *x509.Certificate) { c.ExtraExtensions = tsa.Extensions[1:2] })
	if !IsTimeAuthority([]*x509.Certificate{tsa}) || IsTimeAuthority([]*x509.Certificate{leaf, ca.root}) {
		t.Fatal("time authorities are not told from others")
	}
	authority, err := NewTimeAuthority([]*x509.Certificate{tsa, ca.middle, ca.root})
	if err != nil {
		t.Fatal(err)
	}
	stamp := func(over []byte, at time.Time, certificate *x509.Certificate, by crypto.Signer) any {
		sum := sha256.Sum256(over)
		ts := timestamp.Timestamp{HashAlgorithm: crypto.SHA256, HashedMessage: sum[:], Time: at, Policy: asn1.ObjectIdentifier{1, 2, 3}, AddTSACertificate: true}
		return object{"signedTimestamp": b64(must(ts.CreateResponseWithOpts(certificate, by, crypto.SHA256)))}
	}
	then := testNow.AddDate(0, -2, 0)
	for name, tt := range map[string]struct {
		stamps []any
		trust  []*TimeAuthority
		want   string
	}{
		"none":                     {nil, []*TimeAuthority{authority}, "expired"},
		"while it was valid":       {[]any{stamp(signature, then, tsa, tsaKey)}, []*TimeAuthority{authority}, "ok"},
		"nobody trusted":           {[]any{stamp(signature, then, tsa, tsaKey)}, nil, "expired"},
		"after it expired":         {[]any{stamp(signature, testNow.AddDate(0, 0, -1), tsa, tsaKey)}, []*TimeAuthority{authority}, "expired"},
		"before it was valid":      {[]any{stamp(signature, testNow.AddDate(-2, 0, 0), tsa, tsaKey)}, []*TimeAuthority{authority}, "expired"},
		"in the future":            {[]any{stamp(signature, testNow.AddDate(0, 1, 0), tsa, tsaKey)}, []*TimeAuthority{authority}, "expired"},
		"over another signature":   {[]any{stamp([]byte("x"), then, tsa, tsaKey)}, []*TimeAuthority{authority}, "expired"},
		"by another authority":     {[]any{stamp(signature, then, foreign, foreignKey)}, []*TimeAuthority{authority}, "expired"},
		"junk":                     {[]any{object{"signedTimestamp": b64([]byte("junk"))}}, []*TimeAuthority{authority}, "expired"},
		"junk before a good one":   {[]any{object{"signedTimestamp": b64([]byte("junk"))}, stamp(signature, then, tsa, tsaKey)}, []*TimeAuthority{authority}, "ok"},
		"another before a good on": {[]any{stamp(signature, then, foreign, foreignKey), stamp(signature, then, tsa, tsaKey)}, []*TimeAuthority{authority}, "ok"},
		"by the signer's own key":  {[]any{stamp(signature, then, leaf, key)}, []*TimeAuthority{authority}, "expired"},
	} {
		edited := editBundle(bundle, func(b object) {
			material(b)["timestampVerificationData"] = object{"rfc3161Timestamps": tt.stamps}
			if tt.stamps == nil {
				delete(material(b), "timestampVerificationData")
			}
		})
		model := writeModel(t, modelFiles)
		r, err := VerifyModel(context.Background(), model, edited, &Trust{Roots: []*x509.Certificate{ca.root}, Times: tt.trust, Now: testNow}, ModelOptions{})
		if got := outcome(r, err); got != tt.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
		}
		if err == nil && r.Signed.Time.IsZero() {
			t.Errorf("%s: the time of the stamp is not told", name)
		}
	}
	for name, certificates := range map[string][]*x509.Certificate{"no root": {tsa}, "two roots": {ca.root, foreignCA.root}, "two signers": {tsa, foreign, ca.root}} {
		if _, err := NewTimeAuthority(certificates); !IsMalformed(err) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
