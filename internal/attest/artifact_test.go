package attest_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/internal/attest/attesttest"
)

// A signature over a file by an identity holds for that file, that identity and that
// instance alone.
func TestKeylessArtifact(t *testing.T) {
	t.Parallel()
	const identity, issuer = "https://github.com/acme/policies/.github/workflows/release.yml@refs/tags/v3", "https://token.actions.githubusercontent.com"
	instance := attesttest.New()
	content := []byte("policies")
	bundle := instance.Sign(identity, issuer, content)
	roots := func(i *attesttest.Instance) []*attest.SigstoreRoot {
		t.Helper()
		roots, err := attest.ReadTrustedRoots(i.TrustedRoot())
		if err != nil {
			t.Fatal(err)
		}
		return roots
	}
	for name, tt := range map[string]struct {
		bundle           []byte
		content          string
		roots            []*attest.SigstoreRoot
		identity, issuer string
		want             string
	}{
		"right":          {bundle, "policies", roots(instance), identity, issuer, ""},
		"pattern":        {bundle, "policies", roots(instance), "https://github.com/acme/policies/*", issuer, ""},
		"other content":  {bundle, "policies!", roots(instance), identity, issuer, "signature"},
		"other identity": {bundle, "policies", roots(instance), strings.Replace(identity, "acme", "evil", 1), issuer, "identity"},
		"other issuer":   {bundle, "policies", roots(instance), identity, "https://issuer.example", "issuer"},
		"other instance": {bundle, "policies", roots(attesttest.New()), identity, issuer, "signature"},
		"nobody trusted": {bundle, "policies", nil, identity, issuer, "method"},
		"not the log's":  {swap(bundle, attesttest.New().Sign(identity, issuer, content)), "policies", roots(instance), identity, issuer, "signature"},
	} {
		trust := &attest.Trust{Sigstore: tt.roots, Identity: tt.identity, Issuer: tt.issuer, Now: time.Now()}
		signed, err := trust.VerifyArtifact(tt.bundle, attest.Artifact{Content: []byte(tt.content)})
		if attest.RefusalCode(err) != tt.want || (err == nil) != (tt.want == "") {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
			continue
		}
		if err == nil && (signed.Identity != identity || signed.Issuer != issuer) {
			t.Errorf("%s: signed by %+v", name, signed)
		}
	}
}

// swap puts the log's promise of another bundle into this one.
func swap(bundle, other []byte) []byte {
	const field = `"signedEntryTimestamp":"`
	value := func(b []byte) []byte {
		_, after, _ := bytes.Cut(b, []byte(field))
		v, _, _ := bytes.Cut(after, []byte(`"`))
		return v
	}
	return bytes.Replace(bundle, value(bundle), value(other), 1)
}
