package attest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var testNow = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

type object = map[string]any

// must unwraps a value whose error would be a mistake of the test itself.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func newKey(curve elliptic.Curve) *ecdsa.PrivateKey {
	return must(ecdsa.GenerateKey(curve, rand.Reader))
}

func privatePEM(key any) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(key))})
}

func publicPEM(key any) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(key))})
}

func certPEM(c *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw})
}

func newSigner(t testing.TB, key any, chain ...*x509.Certificate) *Signer {
	t.Helper()
	var text []byte
	for _, c := range chain {
		text = append(text, certPEM(c)...)
	}
	s, err := NewSigner(privatePEM(key), text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func trustKey(s *Signer) *Trust {
	return &Trust{Keys: []Key{{Name: "signer.pub", Public: s.Public()}}, Now: testNow}
}

// issue makes a certificate; a nil parent is self-signed.
func issue(key crypto.Signer, parent *x509.Certificate, parentKey crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "model signer"},
		NotBefore: testNow.AddDate(-1, 0, 0), NotAfter: testNow.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	if change != nil {
		change(template)
	}
	if parent == nil {
		parent, parentKey = template, key
	}
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), parentKey))))
}

// authority is a private CA with one intermediate.
type authority struct {
	rootKey, middleKey *ecdsa.PrivateKey
	root, middle       *x509.Certificate
}

func newAuthority(name string) *authority {
	a := &authority{rootKey: newKey(elliptic.P256()), middleKey: newKey(elliptic.P384())}
	ca := func(cn string) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.Subject, c.IsCA, c.KeyUsage = pkix.Name{CommonName: cn}, true, x509.KeyUsageCertSign
			c.NotBefore, c.NotAfter = testNow.AddDate(-5, 0, 0), testNow.AddDate(5, 0, 0)
		}
	}
	a.root = issue(a.rootKey, nil, nil, ca(name+" root"))
	a.middle = issue(a.middleKey, a.root, a.rootKey, ca(name+" intermediate"))
	return a
}

func (a *authority) leaf(key crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	return issue(key, a.middle, a.middleKey, change)
}

// writeModel makes a model directory.
func writeModel(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func hexSHA256(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// statementFor is an OMS statement as a tree that a test can damage.
func statementFor(files map[string]string, names ...string) object {
	resources := []any{}
	h := sha256.New()
	for _, name := range names {
		digest := hexSHA256(files[name])
		h.Write(must(hex.DecodeString(digest)))
		resources = append(resources, object{"name": name, "digest": digest, "algorithm": "sha256"})
	}
	return object{
		"_type": statementType, "predicateType": PredicateOMS,
		"subject":   []any{object{"name": "model", "digest": object{"sha256": hex.EncodeToString(h.Sum(nil))}}},
		"predicate": object{"resources": resources, "serialization": object{"method": "files", "hash_type": "sha256", "allow_symlinks": false}},
	}
}

// reroot computes the root digest anew, so that a damaged list is refused for itself.
func reroot(statement object) {
	h := sha256.New()
	resources, _ := statement["predicate"].(object)["resources"].([]any)
	for _, r := range resources {
		if entry, ok := r.(object); ok {
			digest, _ := entry["digest"].(string)
			raw, _ := hex.DecodeString(digest)
			h.Write(raw)
		}
	}
	statement["subject"] = []any{object{"name": "model", "digest": object{"sha256": hex.EncodeToString(h.Sum(nil))}}}
}

func signValue(t testing.TB, s *Signer, statement any) []byte {
	t.Helper()
	payload := must(json.Marshal(statement))
	bundle, err := s.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

// editBundle changes a bundle as JSON.
func editBundle(bundle []byte, edit func(object)) []byte {
	var b object
	if err := json.Unmarshal(bundle, &b); err != nil {
		panic(err)
	}
	edit(b)
	return must(json.Marshal(b))
}

func ed25519Key() ed25519.PrivateKey {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return must(key, err)
}

func b64(data []byte) string { return base64.StdEncoding.EncodeToString(data) }

func criticalExtension() []pkix.Extension {
	return []pkix.Extension{{Id: []int{1, 2, 3, 4, 5}, Critical: true, Value: []byte{5, 0}}}
}
