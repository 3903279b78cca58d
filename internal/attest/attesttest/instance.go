// Package attesttest is a Sigstore instance for tests: a certificate authority, a
// certificate transparency log and a transparency log, whose keys live in the process.
// What it signs verifies against its trusted root and no other. It panics where a test
// cannot go on.
package attesttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/url"
	"strconv"
	"time"
)

type object = map[string]any

// Instance is a Sigstore instance.
type Instance struct {
	ca      *x509.Certificate
	caKey   *ecdsa.PrivateKey
	certLog *ecdsa.PrivateKey // certificate transparency (RFC 6962)
	log     *ecdsa.PrivateKey // Rekor
}

// New makes an instance with keys of its own.
func New() *Instance {
	i := &Instance{caKey: newKey(), certLog: newKey(), log: newKey()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	i.ca = i.certificate(template, template, i.caKey)
	return i
}

// TrustedRoot is the trusted_root.json of the instance.
func (i *Instance) TrustedRoot() []byte {
	valid := object{"start": i.ca.NotBefore.Format(time.RFC3339)}
	logOf := func(url string, key *ecdsa.PrivateKey) []object {
		return []object{{
			"baseUrl": url, "hashAlgorithm": "SHA2_256", "logId": object{"keyId": keyID(key)},
			"publicKey": object{"rawBytes": public(key), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": valid},
		}}
	}
	return marshal(object{
		"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
		"tlogs":     logOf("https://rekor.test", i.log),
		"ctlogs":    logOf("https://ctfe.test", i.certLog),
		"certificateAuthorities": []object{{
			"subject": object{"organization": "test", "commonName": "test authority"}, "uri": "https://fulcio.test",
			"certChain": object{"certificates": []object{{"rawBytes": i.ca.Raw}}}, "validFor": valid,
		}},
	})
}

// Sign returns a Sigstore bundle with a signature of content by an identity (a URI), as
// `cosign sign-blob` writes it.
func (i *Instance) Sign(identity, issuer string, content []byte) []byte {
	key := newKey()
	leaf := i.leaf(identity, issuer, key)
	sum := sha256.Sum256(content)
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	check(err)
	return marshal(object{
		"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.1",
		"verificationMaterial": object{
			"x509CertificateChain": object{"certificates": []object{{"rawBytes": leaf.Raw}}},
			"tlogEntries":          []object{i.entry(leaf, sum[:], signature)},
		},
		"messageSignature": object{"messageDigest": object{"algorithm": "SHA2_256", "digest": sum[:]}, "signature": signature},
	})
}

// SignWithKey returns a Sigstore bundle of content by a key that nobody vouches for, as
// `cosign sign-blob --key --tlog-upload=false` writes it.
func SignWithKey(key *ecdsa.PrivateKey, content []byte) []byte {
	sum := sha256.Sum256(content)
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	check(err)
	return marshal(object{
		"mediaType":            "application/vnd.dev.sigstore.bundle+json;version=0.1",
		"verificationMaterial": object{"publicKey": object{"hint": keyID(key)}},
		"messageSignature":     object{"messageDigest": object{"algorithm": "SHA2_256", "digest": sum[:]}, "signature": signature},
	})
}

// leaf is a certificate of an identity for ten minutes, with the timestamp of the
// certificate transparency log in it (RFC 6962, sections 3.2 and 3.3). The log signs the
// certificate as it is without that timestamp.
func (i *Instance) leaf(identity, issuer string, key *ecdsa.PrivateKey) *x509.Certificate {
	name, err := url.Parse(identity)
	check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), URIs: []*url.URL{name}, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(10 * time.Minute),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning},
		// Fulcio's extension for the issuer (fulcio/docs/oid-info.md, 1.3.6.1.4.1.57264.1.1).
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 57264, 1, 1}, Value: []byte(issuer)}},
	}
	before := i.certificate(template, i.ca, key)
	issuerKey := sha256.Sum256(i.ca.RawSubjectPublicKeyInfo)
	at := binary.BigEndian.AppendUint64(nil, uint64(time.Now().UnixMilli()))

	signed := append([]byte{0, 0}, at...) // version 1, certificate_timestamp
	signed = append(signed, 0, 1)         // precert_entry
	signed = append(signed, issuerKey[:]...)
	signed = append(signed, byte(len(before.RawTBSCertificate)>>16), byte(len(before.RawTBSCertificate)>>8), byte(len(before.RawTBSCertificate)))
	signed = append(append(signed, before.RawTBSCertificate...), 0, 0) // no extensions
	sum := sha256.Sum256(signed)
	signature, err := ecdsa.SignASN1(rand.Reader, i.certLog, sum[:])
	check(err)

	id := sha256.Sum256(public(i.certLog))
	stamp := append(append([]byte{0}, id[:]...), at...)
	stamp = append(stamp, 0, 0, 4, 3) // no extensions, SHA-256 with ECDSA
	stamp = append(vector(stamp, len(signature)), signature...)
	list := append(vector(nil, len(stamp)), stamp...)
	value, err := asn1.Marshal(append(vector(nil, len(list)), list...))
	check(err)
	template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, Value: value})
	return i.certificate(template, i.ca, key)
}

// vector starts a TLS vector with a length of two bytes.
func vector(to []byte, length int) []byte { return binary.BigEndian.AppendUint16(to, uint16(length)) }

// entry is an entry of the transparency log (Rekor, hashedrekord 0.0.1) with the log's
// promise to include it: its signature over the canonical entry.
func (i *Instance) entry(leaf *x509.Certificate, sum, signature []byte) object {
	body := marshal(object{"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": object{
		"data": object{"hash": object{"algorithm": "sha256", "value": hex.EncodeToString(sum)}},
		"signature": object{
			"content":   signature,
			"publicKey": object{"content": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})},
		},
	}})
	id := sha256.Sum256(public(i.log))
	now := time.Now().Unix()
	promised := sha256.Sum256(marshal(object{
		"body": base64.StdEncoding.EncodeToString(body), "integratedTime": now, "logID": hex.EncodeToString(id[:]), "logIndex": 1,
	}))
	promise, err := ecdsa.SignASN1(rand.Reader, i.log, promised[:])
	check(err)
	return object{
		"logIndex": "1", "logId": object{"keyId": id[:]}, "kindVersion": object{"kind": "hashedrekord", "version": "0.0.1"},
		"integratedTime": strconv.FormatInt(now, 10), "inclusionPromise": object{"signedEntryTimestamp": promise}, "canonicalizedBody": body,
	}
}

func (i *Instance) certificate(template, parent *x509.Certificate, holder *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, holder.Public(), i.caKey)
	check(err)
	c, err := x509.ParseCertificate(der)
	check(err)
	return c
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func marshal(v any) []byte {
	data, err := json.Marshal(v)
	check(err)
	return data
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	return key
}

func public(key *ecdsa.PrivateKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	check(err)
	return der
}

func keyID(key *ecdsa.PrivateKey) []byte {
	id := sha256.Sum256(public(key))
	return id[:]
}
