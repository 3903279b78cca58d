package decide

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/attest/attesttest"
)

// TestSigstoreIdentity loads a bundle that an identity signed, from a file with the
// signature beside it and from a registry, and refuses what it did not sign.
func TestSigstoreIdentity(t *testing.T) {
	t.Parallel()
	const identity, issuer = "https://github.com/acme/policies/.github/workflows/release.yml@refs/tags/v3", "https://token.actions.githubusercontent.com"
	packed := func(revision string) []byte {
		var b bytes.Buffer
		if err := bundles.Build(&b, fstest.MapFS{"a.rego": {Data: []byte(control)}}, bundles.BuildOptions{Revision: revision}); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	instance, bundle, other := attesttest.New(), packed("v3"), packed("v4")
	signature := instance.Sign(identity, issuer, bundle)
	block := engine.PackConfig{Name: "acme", Source: "acme.tar.gz", CertificateIdentity: identity, Issuer: issuer, TrustedRoot: "root.json"}
	law := func(bundle, signature, root []byte) fstest.MapFS {
		files := fstest.MapFS{"acme.tar.gz": {Data: bundle}, "root.json": {Data: root}, "elsewhere.json": {Data: instance.Sign(identity, issuer, bundle)}}
		if signature != nil {
			files["acme.tar.gz"+SignatureSuffix] = &fstest.MapFile{Data: signature}
		}
		return files
	}
	with := func(edit func(*engine.PackConfig)) engine.PackConfig {
		p := block
		edit(&p)
		return p
	}
	for name, tt := range map[string]struct {
		block engine.PackConfig
		law   fstest.MapFS
		want  string
	}{
		"signed":              {block, law(bundle, signature, instance.TrustedRoot()), ""},
		"signature elsewhere": {with(func(p *engine.PackConfig) { p.Signature = "elsewhere.json" }), law(bundle, nil, instance.TrustedRoot()), ""},
		"another bundle":      {block, law(other, signature, instance.TrustedRoot()), "signature beside the bundle"},
		"no signature":        {block, law(bundle, nil, instance.TrustedRoot()), "no signature beside the bundle"},
		"another identity":    {with(func(p *engine.PackConfig) { p.CertificateIdentity = "https://github.com/evil/*" }), law(bundle, signature, instance.TrustedRoot()), "signed by " + identity},
		"another instance":    {block, law(bundle, signature, attesttest.New().TrustedRoot()), "signature beside the bundle"},
		"no trusted root":     {with(func(p *engine.PackConfig) { p.TrustedRoot = "none.json" }), law(bundle, signature, instance.TrustedRoot()), "trusted root"},
		"broken root":         {block, law(bundle, signature, []byte("{}")), "root.json"},
		"signature is absent": {with(func(p *engine.PackConfig) { p.Signature = "none.json" }), law(bundle, signature, instance.TrustedRoot()), "read signature"},
	} {
		_, err := LoadPolicy(t.Context(), PolicyOptions{Config: &engine.Config{Packs: []engine.PackConfig{tt.block}}, Law: Law{FS: tt.law}, AllowUnsigned: true})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}

	// In a registry the signature is over the bytes, or over the manifest that names them.
	sum := sha256.Sum256([]byte("manifest"))
	manifest := "sha256:" + hex.EncodeToString(sum[:])
	for name, tt := range map[string]struct {
		signed string
		holds  bool
	}{"bytes": {string(bundle), true}, "manifest": {"manifest", true}, "something else": {"x", false}} {
		a := &bundles.Artifact{Packed: bundle, Manifest: manifest, Signatures: func(context.Context) ([][]byte, error) {
			return [][]byte{instance.Sign(identity, issuer, []byte(tt.signed))}, nil
		}}
		_, err := LoadPolicy(t.Context(), PolicyOptions{
			Config: &engine.Config{Packs: []engine.PackConfig{with(func(p *engine.PackConfig) { p.Source = "oci://registry.example/acme:v3" })}},
			Law:    Law{FS: law(nil, nil, instance.TrustedRoot())},
			Registry: func(ctx context.Context, _ string, opts bundles.OpenOptions) (*bundles.Bundle, error) {
				return a.Open(ctx, opts)
			},
		})
		if (err == nil) != tt.holds {
			t.Errorf("registry, %s signed: %v", name, err)
		}
	}
}

// TestKeyBeside verifies a Sigstore bundle of a key in place of the signature inside.
func TestKeyBeside(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := bundles.Build(&b, fstest.MapFS{"a.rego": {Data: []byte(control)}}, bundles.BuildOptions{Revision: "v3"}); err != nil {
		t.Fatal(err)
	}
	for name, signed := range map[string][]byte{"": b.Bytes(), "signature beside the bundle": []byte("something else")} {
		law := fstest.MapFS{
			"acme.tar.gz": {Data: b.Bytes()}, "acme.pub": {Data: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})},
			"acme.sig": {Data: attesttest.SignWithKey(key, signed)},
		}
		block := engine.PackConfig{Name: "acme", Source: "acme.tar.gz", PublicKey: "acme.pub", Signature: "acme.sig"}
		_, err := LoadPolicy(t.Context(), PolicyOptions{Config: &engine.Config{Packs: []engine.PackConfig{block}}, Law: Law{FS: law}})
		if (err == nil) != (name == "") || err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("want %q, got %v", name, err)
		}
	}
}
