package attest

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// payloadType is the DSSE payload type of every in-toto statement (in-toto attestation
// spec v1, envelope).
const payloadType = "application/vnd.in-toto+json"

// bundleMediaType is what we write.
const bundleMediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"

// mediaTypes are the bundle versions we read (sigstore_bundle.proto, "media_type").
var mediaTypes = []string{
	bundleMediaType,
	"application/vnd.dev.sigstore.bundle+json;version=0.3",
	"application/vnd.dev.sigstore.bundle.v0.2+json",
	"application/vnd.dev.sigstore.bundle+json;version=0.2",
	"application/vnd.dev.sigstore.bundle.v0.1+json",
	"application/vnd.dev.sigstore.bundle+json;version=0.1",
}

// Method is how a statement is signed.
type Method string

// The methods (OMS v1.0 §4.1). MethodNone is a bare DSSE envelope, which does not say.
const (
	MethodKey         Method = "key"
	MethodCertificate Method = "certificate"
	MethodSigstore    Method = "sigstore"
	MethodNone        Method = ""
)

// maxChain bounds a certificate chain; real ones have two to four.
const maxChain = 16

// Bundle is one signed statement as it was read: a Sigstore bundle or a bare DSSE
// envelope. Nothing in it is verified.
type Bundle struct {
	Method      Method
	Hint        string // of the key
	RawKey      []byte // the key itself, written before OMS v1.1.0
	Chain       []*x509.Certificate
	PayloadType string
	Payload     []byte
	signature   []byte
	stamps      [][]byte // RFC 3161 time stamps over the signature
	message     bool     // holds a message signature, no envelope
	// keyless is a chain with a log entry in a bundle before v0.3: how Sigstore wrote what
	// is a single certificate today.
	keyless bool
	raw     []byte // the document, for sigstore-go
}

// ParseBundle reads a Sigstore bundle with a DSSE envelope strictly.
func ParseBundle(data []byte) (*Bundle, error) {
	value, err := decodeJSON(data)
	if err != nil {
		return nil, err
	}
	b, err := bundleOf(value, data)
	if err != nil {
		return nil, err
	}
	if b.message {
		return nil, malformed("bundle.dsseEnvelope is missing: the bundle signs a message")
	}
	return b, nil
}

func bundleOf(value any, data []byte) (*Bundle, error) {
	f := objectAt("bundle", value)
	media := f.text("mediaType")
	if f.err == nil && !slices.Contains(mediaTypes, media) {
		f.fail("bundle.mediaType is %q, which is no Sigstore bundle up to v0.3", media)
	}
	material := f.must("verificationMaterial")
	envelope, hasEnvelope := f.set("dsseEnvelope")
	_, hasMessage := f.set("messageSignature")
	switch {
	case hasEnvelope && hasMessage:
		f.fail("bundle has both a dsseEnvelope and a messageSignature")
	case !hasEnvelope && !hasMessage:
		f.fail("bundle.dsseEnvelope is missing")
	}
	f.only()
	if f.err != nil {
		return nil, f.err
	}
	b := &Bundle{raw: data, message: hasMessage}
	if err := b.readMaterial(material); err != nil {
		return nil, err
	}
	b.keyless = b.keyless && !strings.Contains(media, "0.3")
	if hasMessage {
		return b, nil
	}
	return b, b.readEnvelope(envelope)
}

// readMaterial reads verificationMaterial, in which exactly one way of naming the signer
// may be set (sigstore_bundle.proto, oneof content).
func (b *Bundle) readMaterial(value any) error {
	f := objectAt("bundle.verificationMaterial", value)
	key, hasKey := f.set("publicKey")
	chain, hasChain := f.set("x509CertificateChain")
	leaf, hasLeaf := f.set("certificate")
	entries := 0
	if list, ok := f.set("tlogEntries"); ok {
		l, isList := list.([]any)
		if !isList {
			f.fail("bundle.verificationMaterial.tlogEntries is not a list")
		}
		entries = len(l)
	}
	if stamps, ok := f.set("timestampVerificationData"); ok {
		parsed, err := readStamps(stamps)
		if f.err == nil {
			f.err = err
		}
		b.stamps = parsed
	}
	f.only()
	count := 0
	for _, has := range []bool{hasKey, hasChain, hasLeaf} {
		if has {
			count++
		}
	}
	if count != 1 {
		f.fail("bundle.verificationMaterial has %d of publicKey, x509CertificateChain and certificate, not one", count)
	}
	if f.err != nil {
		return f.err
	}
	switch {
	case hasKey:
		return b.readKey(key)
	case hasChain:
		b.keyless = entries > 0
		return b.readChain(chain)
	}
	return b.readLeaf(leaf, entries)
}

func (b *Bundle) readKey(value any) error {
	b.Method = MethodKey
	f := objectAt("publicKey", value)
	hint, hasHint := f.set("hint")
	raw, hasRaw := f.set("rawBytes")
	if f.err == nil && !hasHint && !hasRaw {
		f.fail("publicKey has neither hint nor rawBytes")
	}
	if hasHint {
		s, ok := hint.(string)
		if !ok {
			f.fail("publicKey.hint is not a string")
		}
		b.Hint = s
	}
	if hasRaw {
		s, _ := raw.(string)
		decoded, err := decodeBase64(s)
		if err != nil || len(decoded) == 0 {
			f.fail("publicKey.rawBytes is not base64")
		}
		b.RawKey = decoded
	}
	return f.err
}

func (b *Bundle) readChain(value any) error {
	b.Method = MethodCertificate
	f := objectAt("x509CertificateChain", value)
	list := f.list("certificates")
	if f.err == nil && (len(list) == 0 || len(list) > maxChain) {
		f.fail("x509CertificateChain has %d certificates, not 1 to %d", len(list), maxChain)
	}
	if f.err != nil {
		return f.err
	}
	for i, entry := range list {
		c, err := certificateOf(fmt.Sprintf("x509CertificateChain.certificates[%d]", i), entry)
		if err != nil {
			return err
		}
		b.Chain = append(b.Chain, c)
	}
	return nil
}

func (b *Bundle) readLeaf(value any, entries int) error {
	b.Method = MethodSigstore
	if entries == 0 {
		return malformed("bundle.verificationMaterial.tlogEntries has no entry, which a certificate needs (OMS v1.0 §4.1)")
	}
	c, err := certificateOf("certificate", value)
	if err != nil {
		return err
	}
	b.Chain = []*x509.Certificate{c}
	return nil
}

func certificateOf(where string, value any) (*x509.Certificate, error) {
	f := objectAt(where, value)
	der := f.bytes("rawBytes")
	if f.err != nil {
		return nil, f.err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, malformed("%s: %v", where, err)
	}
	return c, nil
}

// readEnvelope reads a DSSE envelope with exactly one signature: with several, which one
// speaks would be a choice.
func (b *Bundle) readEnvelope(value any) error {
	f := objectAt("dsseEnvelope", value)
	b.Payload = f.bytes("payload")
	b.PayloadType = f.text("payloadType")
	signatures := f.list("signatures")
	f.only()
	switch {
	case f.err != nil:
	case len(b.Payload) == 0:
		f.fail("dsseEnvelope.payload is empty")
	case b.PayloadType != payloadType:
		f.fail("dsseEnvelope.payloadType is %q, not %q", b.PayloadType, payloadType)
	case len(signatures) != 1:
		f.fail("dsseEnvelope has %d signatures, not one", len(signatures))
	}
	if f.err != nil {
		return f.err
	}
	s := objectAt("dsseEnvelope.signatures[0]", signatures[0])
	b.signature = s.bytes("sig")
	s.optionalText("keyid") // OMS v1.0 §4.1: absent, "", null; never used
	s.only()
	if s.err == nil && len(b.signature) == 0 {
		s.fail("dsseEnvelope.signatures[0].sig is empty")
	}
	return s.err
}

// pae is the DSSE pre-authentication encoding, what is signed (DSSE v1.0, protocol.md).
func pae(kind string, payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(kind), kind, len(payload), payload)
}

// legacyPAE is the encoding that version 0.2.0 of the Python reference implementation
// signed: capital V, and the payload as Python writes bytes.
func legacyPAE(kind string, payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEV1 %d %s %d %s", len(kind), kind, len(payload), pythonBytes(payload))
}

// pythonBytes is repr() of a Python bytes object.
func pythonBytes(b []byte) string {
	quote := byte('\'')
	if bytes.IndexByte(b, '\'') >= 0 && bytes.IndexByte(b, '"') < 0 {
		quote = '"'
	}
	out := []byte{'b', quote}
	for _, c := range b {
		switch {
		case c == quote || c == '\\':
			out = append(out, '\\', c)
		case c == '\t':
			out = append(out, `\t`...)
		case c == '\n':
			out = append(out, `\n`...)
		case c == '\r':
			out = append(out, `\r`...)
		case c < ' ' || c >= 0x7f:
			out = fmt.Appendf(out, `\x%02x`, c)
		default:
			out = append(out, c)
		}
	}
	return string(append(out, quote))
}

// Sign wraps a payload in a signed Sigstore bundle, ending in a newline.
func (s *Signer) Sign(payload []byte) ([]byte, error) {
	signature, err := s.sign(pae(payloadType, payload))
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	type object = map[string]any
	material := object{"publicKey": object{"hint": KeyHint(s.Public())}, "tlogEntries": []any{}}
	if len(s.chain) > 0 {
		certificates := []any{}
		for _, c := range s.chain {
			certificates = append(certificates, object{"rawBytes": base64.StdEncoding.EncodeToString(c.Raw)})
		}
		material = object{"x509CertificateChain": object{"certificates": certificates}, "tlogEntries": []any{}}
	}
	bundle, err := json.Marshal(object{
		"mediaType":            bundleMediaType,
		"verificationMaterial": material,
		"dsseEnvelope": object{
			"payload": base64.StdEncoding.EncodeToString(payload), "payloadType": payloadType,
			"signatures": []any{object{"sig": base64.StdEncoding.EncodeToString(signature), "keyid": ""}},
		},
	})
	if err != nil {
		return nil, err
	}
	return append(bundle, '\n'), nil
}
