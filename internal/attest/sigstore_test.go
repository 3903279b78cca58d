package attest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// example reads a file of the examples that come with the Sigstore library.
func example(t *testing.T, name string) []byte {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/sigstore/sigstore-go").Output()
	if err != nil {
		t.Skipf("the module is not here: %v", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "examples", name))
	if err != nil {
		t.Skip(err)
	}
	return data
}

const (
	exampleIdentity = "https://github.com/sigstore/sigstore-js/.github/workflows/release.yml@refs/heads/main"
	exampleIssuer   = "https://token.actions.githubusercontent.com"
)

// TestKeyless verifies a published npm provenance bundle against a trusted root from a
// file, offline.
func TestKeyless(t *testing.T) {
	t.Parallel()
	roots, err := ReadTrustedRoots(example(t, "trusted-root-public-good.json"))
	if err != nil {
		t.Fatal(err)
	}
	bundle := example(t, "bundle-provenance.json")
	b, err := ParseBundle(bundle)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ identity, issuer, want string }{
		"right":              {exampleIdentity, exampleIssuer, ""},
		"pattern":            {"https://github.com/sigstore/sigstore-js/*@refs/heads/main", exampleIssuer, ""},
		"wrong identity":     {strings.Replace(exampleIdentity, "main", "evil", 1), exampleIssuer, "identity"},
		"identity is prefix": {strings.TrimSuffix(exampleIdentity, "in"), exampleIssuer, "identity"},
		"pattern of another": {"https://github.com/acme/*", exampleIssuer, "identity"},
		"dots are dots":      {strings.Replace(exampleIdentity, "github.com", "github*", 1) + "x", exampleIssuer, "identity"},
		"wrong issuer":       {exampleIdentity, "https://accounts.google.com", "issuer"},
		"no identity":        {"", exampleIssuer, "no_identity"},
		"no issuer":          {exampleIdentity, "", "no_identity"},
	} {
		trust := &Trust{Sigstore: roots, Identity: tt.identity, Issuer: tt.issuer, Now: testNow}
		signed, err := trust.Verify(b)
		if RefusalCode(err) != tt.want || (err == nil) != (tt.want == "") {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
			continue
		}
		if err == nil && (signed.Identity != exampleIdentity || signed.Issuer != exampleIssuer || signed.TrustRoot != roots[0].Digest || signed.Time.IsZero()) {
			t.Errorf("%s: %+v", name, signed)
		}
		if tt.want == "identity" && !strings.Contains(err.Error(), exampleIdentity) {
			t.Errorf("%s: does not name the signer: %v", name, err)
		}
	}
	changed := editBundle(bundle, func(b object) { envelope(b)["payload"] = b64([]byte(`{}`)) })
	if b, err = ParseBundle(changed); err != nil {
		t.Fatal(err)
	}
	if _, err := (&Trust{Sigstore: roots, Identity: exampleIdentity, Issuer: exampleIssuer, Now: testNow}).Verify(b); RefusalCode(err) != "signature" {
		t.Errorf("changed payload: %v", err)
	}
	if _, err := (&Trust{Keys: []Key{{Name: "k", Public: newSigner(t, ed25519Key()).Public()}}, Now: testNow}).Verify(b); RefusalCode(err) != "method" {
		t.Errorf("verified as a key: %v", err)
	}
}

func TestTrustedRootFiles(t *testing.T) {
	t.Parallel()
	good := string(example(t, "trusted-root-public-good.json"))
	compact := strings.Join(strings.Fields(good), "")
	if roots, err := ReadTrustedRoots([]byte(compact + "\n" + compact + "\n")); err != nil || len(roots) != 2 {
		t.Errorf("two lines: %d roots, %v", len(roots), err)
	}
	for name, bad := range map[string]string{"empty": "", "not JSON": "x", "no root": "{}", "duplicate key": `{"mediaType":"a",` + compact[1:], "second is broken": compact + "\n{"} {
		if _, err := ReadTrustedRoots([]byte(bad)); !IsMalformed(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
