package config_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/sbom"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("testdata/full.hcl")
	if err != nil {
		t.Fatal(err)
	}
	got, err := config.ParseAt("mlpolicy.hcl", src, now)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Digest) != 64 {
		t.Errorf("digest is %q", got.Digest)
	}
	got.Digest = ""
	want := &engine.Config{
		Profile: "strict", VSAReuse: 24 * time.Hour,
		Packs: []engine.PackConfig{
			{Name: "acme", Source: "oci://registry.acme.example/ml-policies:v3", PublicKey: "acme-policies.pub", MinRevision: "v3"},
			{Name: "k8s", Source: "./conftest", Kind: "conftest", Stages: []engine.Stage{"deployment"}, Level: "advisory"},
		},
		Stages: map[engine.Stage]engine.StageConfig{"deployment": {Level: "mandatory", Controls: map[string]engine.Level{"DEP-002": "advisory"}}},
		Controls: map[string]engine.ControlConfig{
			"TRAIN-001": {Level: "ratchet", Settings: map[string]any{
				"publishers": []any{"meta-llama", "mistralai"}, "limit": 3.0, "strict": true, "by": map[string]any{"a": "b"},
			}},
			"k8s/main/deny": {Level: "off"},
		},
		Waivers: []engine.Waiver{{
			Name: "legacy-lora", Controls: []string{"TRAIN-005"}, Subjects: []string{"models/legacy/adapter.bin"},
			Digests: []string{"sha256:" + strings.Repeat("a", 64)}, Reason: "converted in ML-412", Owner: "ml-platform", Expires: "2027-01-31",
			At: sbom.At{Path: "mlpolicy.hcl", Line: 31, Column: 1, Offset: got.Waivers[0].At.Offset},
		}},
		Trust: []engine.Trust{{
			Stage: "training", CertificateIdentity: "https://github.com/acme/train/.github/workflows/train.yml@refs/heads/main",
			Issuer: "https://token.actions.githubusercontent.com", PredicateTypes: []string{"https://slsa.dev/provenance/v1"},
			MaxAge: "720h", InputsFrom: []string{"data"}, External: []string{"hf://meta-llama/*"},
		}},
		RevocationFiles: []string{"revoked.json"},
		Environments:    map[string]engine.EnvironmentConfig{"prod": {Settings: map[string]map[string]any{"DATA-012": {"publishers": []any{"acme"}}}}},
		Floor: &engine.Config{
			Profile: "baseline", Stages: map[engine.Stage]engine.StageConfig{"registry": {Level: "ratchet", Controls: map[string]engine.Level{}}},
			Controls: map[string]engine.ControlConfig{"TRAIN-001": {Level: "mandatory"}}, Environments: map[string]engine.EnvironmentConfig{},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// waiver is a waiver with some of its lines replaced.
func waiver(pairs ...string) string {
	return strings.NewReplacer(pairs...).Replace(`waiver "w" {
  controls = ["TRAIN-005"]
  subjects = ["a.pkl"]
  reason   = "r"
  owner    = "o"
  expires  = "2027-01-31"
}
`)
}

// TestMistakes holds every mistake to a message with its line and the source of it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		`profile = "lax"`:                   "1: profile = \"lax\"\n\nThere is no profile \"lax\"",
		`profile = 5`:                       "profile is a text in double quotes",
		`profile = base`:                    "Variables not allowed",
		`profile = upper("strict")`:         "Function calls not allowed",
		`profil = "strict"`:                 `Did you mean "profile"`,
		`profile = "strict`:                 "Unterminated",
		"\nstage \"deploy\" {}":             "2:\n   2: stage \"deploy\" {}\n\nThere is no stage \"deploy\"; there are data, experiment",
		`stage "data" { levl = "off" }`:     `Did you mean "level"`,
		`stage "data" { level = "strict" }`: `There is no level "strict"; there are mandatory`,
		"stage \"data\" {\n  control \"x\" { level = \"off\" }\n}":                          `"x" is no id of a control`,
		"stage \"data\" {\n  control \"A-001\" {}\n}":                                       `The argument "level" is required`,
		"stage \"data\" {}\nstage \"data\" {}":                                              "stage data is already there, at mlpolicy.hcl:1",
		`control "train-1" {}`:                                                              `"train-1" is no id of a control`,
		`control "A-001" { settings = ["a"] }`:                                              "settings is an object",
		`policies "acme" {}`:                                                                `The argument "source" is required`,
		`policies "acme" { source = "" }`:                                                   "source must not be empty",
		`policies "mlpolicy" { source = "x" }`:                                              "not mlpolicy, which is the",
		"policies \"a\" {\n  source = \"x\"\n  verify {\n    min_revision = \"v3\"\n  }\n}": "Nobody is trusted",
		"policies \"a\" {\n  source = \"x\"\n  verify {\n    certificate_identity = \"i\"\n    issuer = \"j\"\n  }\n}": "Part of an identity",
		"policies \"a\" {\n  source = \"x\"\n  verify {\n    public_key = \"k\"\n    issuer = \"j\"\n  }\n}":           "Two signers",
		`policies "a b" { source = "x" }`:                                              "is no name for a pack",
		`policies "acme" { kind = "opa", source = "x" }`:                               "Invalid single-argument block",
		"policies \"acme\" {\n  kind = \"opa\"\n  source = \"x\"\n}":                   "   2:   kind = \"opa\"\n\nThere is no kind \"opa\"",
		"policies \"acme\" {\n  kind = \"conftest\"\n  source = \"x\"\n}":              "A conftest pack needs stages",
		"policies \"acme\" {\n  stages = [\"data\"]\n  source = \"x\"\n}":              "Only a conftest pack is given stages",
		waiver(`  reason   = "r"`, ""):                                                 `The argument "reason" is required`,
		waiver(`  owner    = "o"`, ""):                                                 `The argument "owner" is required`,
		waiver(`  expires  = "2027-01-31"`, ""):                                        `The argument "expires" is required`,
		waiver(`  subjects = ["a.pkl"]`, ""):                                           `The argument "subjects" is required`,
		waiver(`"r"`, `" "`):                                                           `waiver "w" has no reason`,
		waiver(`"o"`, `""`):                                                            "   5:   owner    = \"\"\n\nwaiver \"w\" has no owner",
		waiver(`["a.pkl"]`, `[]`):                                                      "names no subjects",
		waiver(`["TRAIN-005"]`, `["train"]`):                                           `"train" is no id of a control`,
		waiver(`2027-01-31`, `31.1.2027`):                                              "   6:   expires  = \"31.1.2027\"\n\nwaiver \"w\" expires on \"31.1.2027\", which is no day",
		waiver(`2027-01-31`, `2027-06-30`):                                             "more than 180 days ahead",
		waiver("  owner", "  digests = [\"sha256:AA\"]\n  owner"):                      "   5:   digests = [\"sha256:AA\"]\n\nwaiver \"w\" digest",
		waiver("  owner", "  starts = \"soon\"\n  owner"):                              `starts on "soon"`,
		waiver("  owner", "  starts = \"2027-02-01\"\n  owner"):                        "starts after it expires",
		waiver() + waiver():                                                            "waiver w is already there",
		`trust "training" {}`:                                                          "Nobody is trusted",
		`trust "x" { public_keys = ["a"] }`:                                            `There is no stage "x"`,
		`trust "training" { issuer = "i" }`:                                            "Half an identity",
		"trust \"training\" {\n  public_key = \"k\"\n  max_age = \"30d\"\n}":           `"30d" is no duration`,
		"trust \"training\" {\n  public_key = \"k\"\n  inputs_from = [\"trainig\"]\n}": `There is no stage "trainig"`,
		`revocations {}`:                                                               `The argument "files" is required`,
		"environment \"prod\" {\n  settings {}\n}":                                     "Missing id for settings",
		"organisation {\n  waiver \"w\" {}\n}":                                         `Blocks of type "waiver" are not expected here`,
		`vsa_reuse = "-1h"`:                                                            "is no duration",
		`unknown "x" {}`:                                                               `Blocks of type "unknown" are not expected here`,
	} {
		_, err := config.ParseAt("mlpolicy.hcl", []byte(src), now)
		var ce *config.Error
		if !errors.As(err, &ce) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "on mlpolicy.hcl line ") {
			t.Errorf("%s\ngot  %v\nwant %s", src, err, want)
		}
	}
}

// TestExpiryNeedsAClock reads a file of which nobody says when now is.
func TestExpiryNeedsAClock(t *testing.T) {
	t.Parallel()
	if _, err := config.Parse("mlpolicy.hcl", []byte(waiver("2027-01-31", "2099-01-31"))); err != nil {
		t.Error(err)
	}
}

func TestEveryMistakeIsReported(t *testing.T) {
	t.Parallel()
	_, err := config.Parse("mlpolicy.hcl", []byte("profile = \"lax\"\nstage \"x\" {}\ncontrol \"y\" {}\n"))
	for _, want := range []string{"line 1", "line 2", "line 3"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %s in %v", want, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	full, err := os.ReadFile("testdata/full.hcl")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	for _, src := range []string{waiver(), `control "A-001" { settings = { a = [null, 1e400, "${1}"] } }`, `trust "training" { max_age = "1h" }`, "\xff", `policies "a" { verify { public_key = null } }`} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, err := config.ParseAt("mlpolicy.hcl", src, now)
		if (c == nil) == (err == nil) {
			t.Errorf("configuration %v and error %v", c, err)
		}
		if err != nil && err.Error() == "" {
			t.Error("an error says nothing")
		}
	})
}
