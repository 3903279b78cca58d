package decide

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/engine"
)

const control = `# METADATA
# title: Unlisted publisher
# description: Only models of listed publishers are used.
# related_resources:
#   - ref: https://example.com/
# custom:
#   id: ACME-001
#   stages: [training]
#   severity: high
#   applies_to: [references]
#   requires: [references]
#   fix: Use a listed publisher.
#   settings: {}
#   maps: {owasp_ml: [], owasp_llm: [], atlas: [], nist_ai_rmf: [], cwe: [], eu_ai_act: [], threats: []}
package acme.training.publisher

deny contains {"subject": ref.uri, "detail": "unlisted", "at": ref.at} if some ref in input.references
`

// TestLoadPolicyRefusesARollback moves a tag back, and pins the older bundle.
func TestLoadPolicyRefusesARollback(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	packed := map[string][]byte{}
	for _, revision := range []string{"v1", "v2"} {
		var b bytes.Buffer
		opts := bundles.BuildOptions{Revision: revision, SigningKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})}
		if err := bundles.Build(&b, fstest.MapFS{"a.rego": {Data: []byte(control)}}, opts); err != nil {
			t.Fatal(err)
		}
		packed[revision] = b.Bytes()
	}
	named, least := "", ""
	law := fstest.MapFS{"acme.pub": {Data: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})}}
	load := func(source, revision string, accept func(string, *bundles.Bundle) error) error {
		named = revision
		_, err := LoadPolicy(t.Context(), PolicyOptions{
			Config: &engine.Config{Packs: []engine.PackConfig{{Name: "acme", Source: source, PublicKey: "acme.pub", MinRevision: least}}},
			Law:    Law{FS: law}, Accept: accept,
			Pull: func(context.Context, string) ([]byte, error) { return packed[named], nil },
		})
		return err
	}
	const tag = "oci://registry.example/acme:latest"
	seen := &bundles.Revisions{}
	for _, revision := range []string{"v1", "v2", "v2"} {
		if err := load(tag, revision, seen.Accept); err != nil {
			t.Fatalf("%s: %v", revision, err)
		}
	}
	if err := load(tag, "v1", seen.Accept); !errors.Is(err, bundles.ErrRolledBack) {
		t.Errorf("the tag moved back: %v", err)
	}
	if err := load(tag, "v1", nil); err != nil {
		t.Errorf("a command remembers nothing: %v", err)
	}
	if err := load("oci://registry.example/acme@sha256:"+string(bytes.Repeat([]byte("0"), 64)), "v1", seen.Accept); err != nil {
		t.Errorf("a pinned digest is what was asked for: %v", err)
	}
	least = "v2"
	if err := load(tag, "v1", nil); !errors.Is(err, bundles.ErrRolledBack) {
		t.Errorf("older than min_revision: %v", err)
	}
	if err := load(tag, "v2", nil); err != nil {
		t.Errorf("as new as min_revision: %v", err)
	}
}
