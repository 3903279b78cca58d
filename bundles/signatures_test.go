package bundles

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/registry"
)

// sumVerifier takes the text "NAME DIGEST" for a signature by NAME.
func sumVerifier(signature, packed []byte, manifest string) (string, error) {
	sum := sha256.Sum256(packed)
	name, digest, _ := strings.Cut(string(signature), " ")
	if digest != hex.EncodeToString(sum[:]) && (manifest == "" || digest != manifest) {
		return "", errors.New("not of these bytes")
	}
	return name, nil
}

func sumSignature(name string, packed []byte) []byte {
	sum := sha256.Sum256(packed)
	return []byte(name + " " + hex.EncodeToString(sum[:]))
}

// TestSignatureBeside opens a bundle that is signed beside its bytes: with one signature
// that holds, and every other way is refused.
func TestSignatureBeside(t *testing.T) {
	t.Parallel()
	private, public := encode(t, signers(t)["ECDSA"])
	unsigned, signed := build(t, BuildOptions{Revision: "v1"}), build(t, BuildOptions{Revision: "v1", SigningKey: private})
	altered := added(t, unsigned)
	good := sumSignature("acme", unsigned)
	for name, tt := range map[string]struct {
		packed     []byte
		signatures [][]byte
		key        []byte
		want       string
	}{
		"one holds":            {unsigned, [][]byte{good}, nil, ""},
		"the second holds":     {unsigned, [][]byte{sumSignature("x", signed), good}, nil, ""},
		"none":                 {unsigned, nil, nil, "no signature beside"},
		"of another bundle":    {unsigned, [][]byte{sumSignature("x", signed)}, nil, "not of these bytes"},
		"file added":           {altered, [][]byte{good}, nil, "not of these bytes"},
		"signed inside alone":  {signed, nil, nil, "no signature beside"},
		"both are asked for":   {signed, [][]byte{sumSignature("acme", signed)}, public, ""},
		"inside is missing":    {unsigned, [][]byte{good}, public, "not signed"},
		"a manifest of a file": {unsigned, [][]byte{[]byte("x ")}, nil, "not of these bytes"},
	} {
		b, err := Open(bytes.NewReader(tt.packed), OpenOptions{Verify: sumVerifier, Signatures: tt.signatures, PublicKey: tt.key})
		if tt.want != "" {
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s: got %v, want %q", name, err, tt.want)
			}
			continue
		}
		if err != nil || !b.Signed || b.Signer != "acme" || (b.KeyID != "") != (tt.key != nil) {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
}

// TestSignatureInARegistry finds signatures that refer to a bundle, of its bytes and of its
// manifest, and keeps them for the time when the registry cannot be asked.
func TestSignatureInARegistry(t *testing.T) {
	t.Parallel()
	for name, options := range map[string][]registry.Option{"referrers": {registry.WithReferrersSupport(true)}, "tags instead": nil} {
		server := httptest.NewServer(registry.New(append(options, registry.Logger(log.New(io.Discard, "", 0)))...))
		reference := OCIScheme + strings.TrimPrefix(server.URL, "http://") + "/acme/p"
		packed := build(t, BuildOptions{Revision: "v1"})
		r := Remote{CacheDir: t.TempDir()}
		digest, err := r.Push(t.Context(), reference+":v1", packed)
		if err != nil {
			t.Fatal(err)
		}
		opens := func(r Remote) error {
			a, err := r.Pull(t.Context(), reference+"@"+digest)
			if err != nil {
				t.Fatal(err)
			}
			_, err = a.Open(t.Context(), OpenOptions{Verify: sumVerifier})
			return err
		}
		if err := opens(r); !errors.Is(err, ErrUnsigned) {
			t.Errorf("%s: nobody signed: %v", name, err)
		}
		for i, signature := range [][]byte{[]byte("other of something else"), []byte("acme " + digest), sumSignature("acme", packed)} {
			if err := r.Attach(t.Context(), reference+":v1", signature); err != nil {
				t.Fatal(err)
			}
			if err := opens(r); (err == nil) != (i > 0) {
				t.Errorf("%s: after %d signatures: %v", name, i+1, err)
			}
		}
		server.Close()
		if err := opens(r); err != nil {
			t.Errorf("%s: kept signatures, the registry is down: %v", name, err)
		}
		if err := opens(Remote{CacheDir: r.CacheDir, Offline: true}); err != nil {
			t.Errorf("%s: kept signatures, offline: %v", name, err)
		}
	}
	if err := (Remote{}).Attach(t.Context(), OCIScheme+newRegistry(t)+"/acme/p:v1", make([]byte, maxSignatureBytes+1)); err == nil || !strings.Contains(err.Error(), "maxSignatureBytes") {
		t.Errorf("a huge signature: %v", err)
	}
}
