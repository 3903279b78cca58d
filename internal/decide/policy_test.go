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

// TestLoadPolicyRefusesAnOldRevision holds a registry's bundle to min_revision.
func TestLoadPolicyRefusesAnOldRevision(t *testing.T) {
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
	load := func(revision string) error {
		named = revision
		_, err := LoadPolicy(t.Context(), PolicyOptions{
			Config: &engine.Config{Packs: []engine.PackConfig{{Name: "acme", Source: "oci://registry.example/acme:latest", PublicKey: "acme.pub", MinRevision: least}}},
			Law:    Law{FS: law},
			Registry: func(ctx context.Context, _ string, opts bundles.OpenOptions) (*bundles.Bundle, error) {
				return (&bundles.Artifact{Packed: packed[named]}).Open(ctx, opts)
			},
		})
		return err
	}
	if err := load("v1"); err != nil {
		t.Fatal(err)
	}
	least = "v2"
	if err := load("v1"); !errors.Is(err, bundles.ErrRolledBack) {
		t.Errorf("older than min_revision: %v", err)
	}
	if err := load("v2"); err != nil {
		t.Errorf("as new as min_revision: %v", err)
	}
}
