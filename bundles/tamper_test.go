package bundles

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

func encode(t *testing.T, private crypto.Signer) (priv, pub []byte) {
	t.Helper()
	a, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	b, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: a}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b})
}

// signers makes a key of each kind that signs bundles.
func signers(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"ECDSA": ec, "Ed25519": ed, "RSA": r}
}

// replaceSignature writes another .signatures.json.
func replaceSignature(t *testing.T, packed []byte, text string) []byte {
	t.Helper()
	return rewrite(t, packed, func(name string, c []byte) []byte {
		if strings.HasSuffix(name, ".signatures.json") {
			return []byte(text)
		}
		return c
	})
}

// token returns the parts of the signature of a bundle.
func token(t *testing.T, packed []byte) (parts []string) {
	t.Helper()
	rewrite(t, packed, func(name string, c []byte) []byte {
		if strings.HasSuffix(name, ".signatures.json") {
			var all struct{ Signatures []string }
			if err := json.Unmarshal(c, &all); err != nil {
				t.Fatal(err)
			}
			parts = strings.Split(all.Signatures[0], ".")
		}
		return c
	})
	return parts
}

func signature(tokens ...string) string {
	content, err := json.Marshal(map[string]any{"signatures": tokens})
	if err != nil {
		panic(err)
	}
	return string(content)
}

func b64(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// tampered is every way to alter revision v2, with what the refusal says.
func tampered(t *testing.T, private []byte, other crypto.Signer) map[string]struct {
	packed []byte
	want   string
} {
	t.Helper()
	make := func(revision string, key []byte) []byte {
		return build(t, BuildOptions{Revision: revision, SigningKey: key, Data: map[string]any{"acme": map[string]any{"limit": 1}}})
	}
	good := make("v2", private)
	otherKey, _ := encode(t, other)
	parts := token(t, good)
	edit := func(suffix, from, to string) []byte {
		return rewrite(t, good, func(name string, c []byte) []byte {
			if strings.HasSuffix(name, suffix) {
				return bytes.ReplaceAll(c, []byte(from), []byte(to))
			}
			return c
		})
	}
	type row = struct {
		packed []byte
		want   string
	}
	return map[string]row{
		"stripped": {rewrite(t, good, func(n string, c []byte) []byte {
			if strings.HasSuffix(n, ".signatures.json") {
				return nil
			}
			return c
		}), "not signed"},
		"never signed":       {make("v2", nil), "not signed"},
		"no signature in it": {replaceSignature(t, good, `{"signatures": []}`), "missing JWT"},
		"two signatures":     {replaceSignature(t, good, signature(strings.Join(parts, "."), strings.Join(parts, "."))), "multiple JWTs"},
		"policy altered":     {edit("a.rego", "input.x", "input.y"), "digest mismatch"},
		"data altered":       {edit("data.json", "1", "2"), "digest mismatch"},
		"revision altered":   {edit(".manifest", "v2", "v3"), "digest mismatch"},
		"policy dropped": {rewrite(t, good, func(n string, c []byte) []byte {
			if strings.HasSuffix(n, "a.rego") {
				return nil
			}
			return c
		}), "not found"},
		"file added":           {added(t, good), "not included in bundle signature"},
		"wrong key":            {make("v2", otherKey), "verify"},
		"empty key id":         {replaceSignature(t, make("v2", otherKey), signature(b64(`{"alg":"ES256","kid":""}`)+"."+parts[1]+"."+parts[2])), "verify"},
		"no algorithm":         {replaceSignature(t, good, signature(b64(`{"alg":"none","kid":"default"}`)+"."+parts[1]+".")), "verify"},
		"claims altered":       {replaceSignature(t, good, signature(parts[0]+"."+b64(`{"files":[],"keyid":"default"}`)+"."+parts[2])), "verify"},
		"a verifier of theirs": {replaceSignature(t, good, `{"plugin":"theirs","signatures":["`+strings.Join(parts, ".")+`"]}`), "no verifier"},
		"truncated":            {good[:len(good)/2], ""},
	}
}

// TestTampering refuses each altered bundle, with its reason, from a file, from a
// registry, and when a server reloads it; there the bundle before stays in force.
func TestTampering(t *testing.T) {
	t.Parallel()
	keys := signers(t)
	private, public := encode(t, keys["ECDSA"])
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	reference := OCIScheme + newRegistry(t) + "/acme/ml-policies"
	first := build(t, BuildOptions{Revision: "v1", SigningKey: private})
	for name, test := range tampered(t, private, other) {
		refused := func(way string, err error) {
			t.Helper()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s, %s: got %v, want %q", name, way, err, test.want)
			}
		}
		_, err := Open(bytes.NewReader(test.packed), OpenOptions{PublicKey: public})
		refused("file", err)
		tag := reference + ":" + strings.ReplaceAll(name, " ", "-")
		if _, err := (Remote{}).Push(t.Context(), tag, first); err != nil {
			t.Fatal(err)
		}
		var kept error
		f := &Follower{Revisions: &Revisions{}, Kept: func(_ string, why error) { kept = why }}
		if b, err := f.Open(t.Context(), tag, OpenOptions{PublicKey: public}); err != nil || b.Revision != "v1" || kept != nil {
			t.Fatalf("%s: first load: %v, %v, %v", name, b, err, kept)
		}
		if _, err := (Remote{}).Push(t.Context(), tag, test.packed); err != nil {
			t.Fatal(err)
		}
		pulled, err := Remote{}.Pull(t.Context(), tag)
		if err != nil {
			t.Fatal(err)
		}
		_, err = pulled.Open(t.Context(), OpenOptions{PublicKey: public})
		refused("registry", err)
		b, err := f.Open(t.Context(), tag, OpenOptions{PublicKey: public})
		refused("reload", kept)
		if err != nil || b.Revision != "v1" {
			t.Errorf("%s: the reload put %+v in force, %v", name, b, err)
		}
	}
}

// TestRollback refuses an older revision where a newer one was, on each way in.
func TestRollback(t *testing.T) {
	t.Parallel()
	private, public := encode(t, signers(t)["ECDSA"])
	make := func(revision string, limit int) []byte {
		return build(t, BuildOptions{Revision: revision, SigningKey: private, Data: map[string]any{"acme": map[string]any{"limit": limit}}})
	}
	reference := OCIScheme + newRegistry(t) + "/acme/ml-policies:latest"
	push := func(packed []byte) {
		t.Helper()
		if _, err := (Remote{}).Push(t.Context(), reference, packed); err != nil {
			t.Fatal(err)
		}
	}
	state := filepath.Join(t.TempDir(), "revisions.json")
	var kept error
	f := &Follower{Remote: Remote{CacheDir: t.TempDir()}, Revisions: &Revisions{File: state}, Kept: func(_ string, why error) { kept = why }}
	first, newer := make("v9", 1), make("v10", 2)
	steps := []struct {
		name    string
		packed  []byte
		inForce string
		want    string // of the reason why the one before stays
	}{
		{"first", first, "v9", ""},
		{"same", first, "v9", ""},
		{"newer", newer, "v10", ""},
		{"older", first, "v10", `revision "v9" is older than "v10"`},
		{"other bytes", make("v10", 3), "v10", "other bytes"},
		{"no revision", make("", 4), "v10", "no revision"},
		{"newer again", make("v11", 5), "v11", ""},
	}
	for _, s := range steps {
		push(s.packed)
		kept = nil
		b, err := f.Open(t.Context(), reference, OpenOptions{PublicKey: public})
		if err != nil || b.Revision != s.inForce || (kept == nil) != (s.want == "") || kept != nil && (!errors.Is(kept, ErrRolledBack) || !strings.Contains(kept.Error(), s.want)) {
			t.Errorf("%s: %v, %v, kept for %v; want %v, %q", s.name, b, err, kept, s.inForce, s.want)
		}
	}
	push(make("v10", 2))
	restarted := &Follower{Revisions: &Revisions{File: state}}
	if _, err := restarted.Open(t.Context(), reference, OpenOptions{PublicKey: public}); !errors.Is(err, ErrRolledBack) {
		t.Errorf("after a restart: %v", err)
	}
	pulled, err := Remote{}.Pull(t.Context(), reference)
	if err != nil {
		t.Fatal(err)
	}
	for way, content := range map[string][]byte{"registry": pulled.Packed, "file": make("v10", 2), "no revision": make("", 1)} {
		if _, err := Open(bytes.NewReader(content), OpenOptions{PublicKey: public, MinRevision: "v11"}); !errors.Is(err, ErrRolledBack) {
			t.Errorf("%s: %v", way, err)
		}
	}
	if b, err := Open(bytes.NewReader(make("v11", 1)), OpenOptions{PublicKey: public, MinRevision: "v11"}); err != nil || b.Revision != "v11" {
		t.Errorf("the least revision itself: %v", err)
	}
	if err := (&Revisions{}).Accept(reference, &Bundle{Revision: "v1"}); !errors.Is(err, ErrUnsigned) {
		t.Errorf("an unsigned bundle: %v", err)
	}
}

// TestABundleStaysInForce holds a follower to the last bundle it verified, and to whom is
// trusted now.
func TestABundleStaysInForce(t *testing.T) {
	t.Parallel()
	private, public := encode(t, signers(t)["ECDSA"])
	_, another := encode(t, signers(t)["ECDSA"])
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	reference := OCIScheme + strings.TrimPrefix(server.URL, "http://") + "/acme/p:v1"
	digest, err := Remote{}.Push(t.Context(), reference, build(t, BuildOptions{Revision: "v1", SigningKey: private}))
	if err != nil {
		t.Fatal(err)
	}
	pinned := strings.TrimSuffix(reference, ":v1") + "@" + digest
	f := &Follower{Revisions: &Revisions{}}
	for _, name := range []string{reference, pinned} {
		if _, err := f.Open(t.Context(), name, OpenOptions{PublicKey: public}); err != nil {
			t.Fatal(err)
		}
	}
	server.Close()
	if b, err := f.Open(t.Context(), reference, OpenOptions{PublicKey: public}); err != nil || b.Revision != "v1" {
		t.Errorf("the registry is down: %v, %v", b, err)
	}
	if b, err := f.Open(t.Context(), reference, OpenOptions{PublicKey: another}); err == nil {
		t.Errorf("another key is trusted now, and %v is in force", b)
	}
	if b, err := f.Open(t.Context(), pinned, OpenOptions{PublicKey: public}); err == nil {
		t.Errorf("a digest that cannot be had: %v", b)
	}
}

// TestKeys signs and verifies with each kind of key, and with no other's.
func TestKeys(t *testing.T) {
	t.Parallel()
	all := signers(t)
	for name, private := range all {
		priv, _ := encode(t, private)
		packed := build(t, BuildOptions{Revision: "v1", SigningKey: priv})
		for other, key := range all {
			_, pub := encode(t, key)
			if _, err := Open(bytes.NewReader(packed), OpenOptions{PublicKey: pub}); (err == nil) != (name == other) {
				t.Errorf("signed with %s, verified with %s: %v", name, other, err)
			}
		}
	}
}

// TestTheKeyIsNamed holds the verification to a key id: with an empty one, OPA takes the
// id from the signature, and none there skips the verification (GHSA-g2pf-6v5v-qcc8).
func TestTheKeyIsNamed(t *testing.T) {
	t.Parallel()
	_, public := encode(t, signers(t)["ECDSA"])
	config, err := verification(public)
	if err != nil || config.KeyID == "" || len(config.PublicKeys) != 1 || config.PublicKeys[config.KeyID] == nil {
		t.Errorf("got %+v, %v", config, err)
	}
}

func TestCompareRevisions(t *testing.T) {
	t.Parallel()
	ordered := []string{"", "2026-11-09", "2026-11-24", "2026-11-24.1", "v1", "v1.2", "v1.10", "v2", "v10"}
	for i, a := range ordered {
		for j, b := range ordered {
			got := CompareRevisions(a, b)
			if (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("%q and %q compare as %d", a, b, got)
			}
		}
	}
}
