package app

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/internal/decide"
)

// signingKey is a signer and its public key.
func signingKey(t *testing.T) (*attest.Signer, string) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, der []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	signer, err2 := attest.NewSigner(encode("PRIVATE KEY", der, err), nil)
	if err2 != nil {
		t.Fatal(err2)
	}
	der, err = x509.MarshalPKIXPublicKey(public)
	return signer, string(encode("PUBLIC KEY", der, err))
}

const weightsOfTest = "\x10\x00\x00\x00\x00\x00\x00\x00{}              " // safetensors without a tensor

// signedModel is a commit with a signed model whose weights are in Git LFS.
func signedModel(t *testing.T, signer *attest.Signer) map[string]string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"model.safetensors": weightsOfTest, "config.json": "{}\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	signature, _, err := attest.SignModel(t.Context(), dir, signer, attest.ModelOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"models/bot/model.safetensors": pointer(weightsOfTest), "models/bot/config.json": "{}\n", "models/bot/model.sig": string(signature)}
}

func pointer(content string) string {
	sum := sha256.Sum256([]byte(content))
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", hex.EncodeToString(sum[:]), len(content))
}

// gateLaw trusts a key, and asks for a signature alone: the rest of the evidence has tests
// of its own.
func gateLaw(public string) map[string]string {
	law := "trust \"registry\" {\n  public_keys = [\"keys/reg.pub\"]\n}\n"
	for _, id := range []string{"X-001", "X-002", "X-003", "DEP-001"} {
		law += fmt.Sprintf("control %q { level = \"advisory\" }\n", id)
	}
	return map[string]string{ConfigName: law, "keys/reg.pub": public}
}

// TestTheGateIsNative decides commits as `mlpolicy gate` does: the deployment protection
// rule approves only what is proved.
func TestTheGateIsNative(t *testing.T) {
	t.Parallel()
	decider := &Decider{Version: "test"}
	b := start(t, func(o *Options) { o.Evaluate = decider.Evaluate })
	signer, public := signingKey(t)
	stranger, other := signingKey(t)
	repo := b.AddRepo("model", gateLaw(public))
	signed := signedModel(t, signer)
	with := func(files map[string]string, change map[string]string) map[string]string {
		out := map[string]string{}
		for _, m := range []map[string]string{files, change} {
			for name, content := range m {
				if out[name] = content; content == "" {
					delete(out, name)
				}
			}
		}
		return out
	}
	cases := []struct {
		name          string
		files         map[string]string
		state, reason string
	}{
		{"signed", signed, "approved", "Allowed"},
		{"not signed", with(signed, map[string]string{"models/bot/model.sig": ""}), "rejected", "could not decide: deployment; missing: a model signature"},
		{"other weights", with(signed, map[string]string{"models/bot/model.safetensors": pointer("other")}), "rejected", "Denied"},
		{"code beside it", with(signed, map[string]string{"models/bot/modeling.py": "import os\n"}), "rejected", "Denied"},
		{"a stranger's signature", signedModel(t, stranger), "rejected", "Denied"},
		{"a head that brings its own key", with(signedModel(t, stranger), gateLaw(other)), "rejected", "Denied"},
		{"two models, one of them bad", with(signed, map[string]string{"models/evil/model.sig": "{}", "models/evil/model.safetensors": pointer("x")}), "rejected", "models/evil (the worst of 2 models)"},
	}
	for i, c := range cases {
		b.send("deployment_protection_rule", b.RepoEvent(repo, "requested", map[string]any{"environment": "prod", "deployment": map[string]any{"sha": b.Commit(c.files)},
			"deployment_callback_url": fmt.Sprintf("https://api.github.com/repos/acme/model/actions/runs/%d/deployment_protection_rule", i+1)}))
	}
	answers := map[int64]githubtest.RuleAnswer{}
	eventually(t, func() string {
		for _, a := range b.RuleAnswers() {
			answers[a.Run] = a
		}
		if len(answers) < len(cases) {
			return fmt.Sprintf("%d of %d answers\n%s", len(answers), len(cases), tail(b.log.String()))
		}
		return ""
	})
	for i, c := range cases {
		if a := answers[int64(i+1)]; a.State != c.state || !strings.Contains(a.Comment, c.reason) {
			t.Errorf("%s: %s, %q; want %s, %q", c.name, a.State, a.Comment, c.state, c.reason)
		}
	}
	records, err := b.store.RecentDecisions(t.Context(), repo.ID, 20)
	if err != nil || len(records) != len(cases)+1 || records[0].Mode != decide.ModeGate {
		t.Errorf("%d decisions, %v", len(records), err)
	}
}

// What proves a model is mandatory at the gate although its severity alone would only
// report it: X-003, of high severity, is unknown where nothing says who made the model.
func TestTheGateAsksForTheWholeProof(t *testing.T) {
	t.Parallel()
	decider := &Decider{Version: "test"}
	b := start(t, func(o *Options) { o.Evaluate = decider.Evaluate })
	signer, public := signingKey(t)
	law := gateLaw(public)
	law[ConfigName] = strings.Replace(law[ConfigName], "control \"X-003\" { level = \"advisory\" }\n", "", 1)
	repo := b.AddRepo("model", law)
	b.send("deployment_protection_rule", b.RepoEvent(repo, "requested", map[string]any{"environment": "prod", "deployment": map[string]any{"sha": b.Commit(signedModel(t, signer))},
		"deployment_callback_url": "https://api.github.com/repos/acme/model/actions/runs/1/deployment_protection_rule"}))
	eventually(t, func() string {
		if len(b.RuleAnswers()) == 0 {
			return "no answer\n" + tail(b.log.String())
		}
		return ""
	})
	if a := b.RuleAnswers()[0]; a.State != "rejected" || !strings.Contains(a.Comment, "could not decide: deployment") {
		t.Errorf("%s, %q; want rejected, could not decide", a.State, a.Comment)
	}
}

// A model that cannot be written to disk in full proves nothing.
func TestWriteModelRefuses(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{"m/a": {Data: []byte("x")}, "m/d/b": {Data: []byte(pointer("y"))}, "l/link": {Mode: os.ModeSymlink, Data: []byte("/etc/passwd")}, "l/a": {}}
	known, err := writeModel(t.Context(), tree, "m", filepath.Join(t.TempDir(), "x"))
	if err != nil || len(known) != 1 || !strings.Contains(pointer("y"), known["d/b"]) {
		t.Errorf("%v, %v", known, err)
	}
	for _, folder := range []string{"l", "nowhere", "m/a"} {
		var evidence *EvidenceError
		if _, err := writeModel(t.Context(), tree, folder, filepath.Join(t.TempDir(), "x")); !errors.As(err, &evidence) {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

func TestDecisionRequestDefaults(t *testing.T) {
	t.Parallel()
	sha := strings.Repeat("a", 40)
	r := DecisionRequest{Repository: "acme/model", Revision: sha}
	if wrong := r.check(); wrong != "" || r.Mode != decide.ModeGate || len(r.Stages) != 1 || r.Stages[0] != engine.StageDeployment {
		t.Errorf("%q %+v", wrong, r)
	}
	for _, bad := range []DecisionRequest{
		{Repository: "acme", Revision: sha}, {Repository: "acme/", Revision: sha}, {Repository: "acme/model", Revision: sha, Mode: "audit"},
		{Repository: "acme/model", Revision: sha, Stages: []engine.Stage{"data", "training"}}, {Repository: "acme/model", Revision: sha, Model: "../x"},
		{Repository: "acme/model", Revision: sha, Mode: "check", Model: "x"},
	} {
		if bad.check() == "" {
			t.Errorf("%+v was accepted", bad)
		}
	}
}
