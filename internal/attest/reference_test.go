package attest

import (
	"context"
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestReferenceImplementation lets the Python implementation of OpenSSF Model Signing
// verify what we sign, and verifies what it signs. It runs where its command is installed
// (package model-signing), or where MLPOLICY_MODEL_SIGNING names it.
func TestReferenceImplementation(t *testing.T) {
	command := os.Getenv("MLPOLICY_MODEL_SIGNING")
	if command == "" {
		var err error
		if command, err = exec.LookPath("model_signing"); err != nil {
			t.Skip("model_signing is not in PATH: install the Python package model-signing, or name the command in MLPOLICY_MODEL_SIGNING")
		}
	}
	model := writeModel(t, map[string]string{"config.json": "{}", "w.bin": "weights", "sub/a": "a", "sub-b": "b", "empty": "", "模型": "u", ".git/x": "x"})
	keys := t.TempDir()
	put := func(name string, data []byte) string {
		file := filepath.Join(keys, name)
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	reference := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(command, args...).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	ca := newAuthority("reference")
	now := time.Now() // the reference has no other clock
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		key := newKey(curve)
		leaf := issue(key, ca.root, ca.rootKey, func(c *x509.Certificate) {
			c.Subject, c.NotBefore, c.NotAfter = pkix.Name{CommonName: name}, now.Add(-time.Hour), now.Add(time.Hour)
		})
		private, public := put(name+".pem", privatePEM(key)), put(name+".pub", publicPEM(key.Public()))
		leafFile, rootFile := put(name+".crt", certPEM(leaf)), put("root.crt", certPEM(ca.root))
		for _, way := range []struct {
			name         string
			signer       *Signer
			trust        *Trust
			sign, verify []string
		}{
			{"key", newSigner(t, key), &Trust{Keys: []Key{{Name: name, Public: key.Public()}}, Now: now}, []string{"--private-key", private}, []string{"--public-key", public}},
			{"certificate", newSigner(t, key, leaf, ca.root), &Trust{Roots: []*x509.Certificate{ca.root}, Now: now},
				[]string{"--private-key", private, "--signing-certificate", leafFile, "--certificate-chain", rootFile}, []string{"--certificate-chain", rootFile}},
		} {
			ours, theirs := filepath.Join(keys, name+way.name+".ours"), filepath.Join(keys, name+way.name+".theirs")
			bundle, _, err := SignModel(context.Background(), model, way.signer, ModelOptions{Signature: ours})
			if err != nil {
				t.Fatal(err)
			}
			put(filepath.Base(ours), bundle)
			reference(append(append([]string{"verify", way.name, "--signature", ours}, way.verify...), model)...)
			reference(append(append([]string{"sign", way.name, "--signature", theirs}, way.sign...), model)...)
			data, err := os.ReadFile(theirs)
			if err != nil {
				t.Fatal(err)
			}
			if r, err := VerifyModel(context.Background(), model, data, way.trust, ModelOptions{Signature: theirs}); outcome(r, err) != "ok" {
				t.Errorf("%s %s of the reference: %s (%v)", name, way.name, outcome(r, err), err)
			}
		}
	}
}
