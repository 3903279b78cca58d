package attest

import (
	"crypto/elliptic"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

func provenance() object {
	return slsa("training", 1, thing("bot", "adapter", "1.0.0"), input("dataset", "tickets", ""), object{"uri": "git+https://x/y", "digest": object{"gitCommit": "AB"}}, object{"name": "env:x"})
}

func TestReadDocuments(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, newKey(elliptic.P256()))
	bundle := strings.TrimSpace(string(signValue(t, signer, provenance())))
	var whole object
	if err := json.Unmarshal([]byte(bundle), &whole); err != nil {
		t.Fatal(err)
	}
	bare := string(must(json.Marshal(envelope(whole))))
	pretty := string(must(json.MarshalIndent(whole, "", "  ")))
	policy := &Policy{Blocks: []StageTrust{{Name: "t", Stage: "training", Trust: *trustKey(signer)}}}
	for name, tt := range map[string]struct {
		data   string
		states []string
	}{
		"bundle": {bundle, []string{"verified"}}, "indented": {pretty, []string{"verified"}}, "bare envelope": {bare, []string{"verified"}},
		"lines": {bundle + "\n\n" + bare + "\n", []string{"verified", "verified"}}, "one line is broken": {bundle + "\n{\n", []string{"verified", "unreadable"}},
		"duplicate key": {strings.Replace(bundle, `{"dsseEnvelope"`, `{"mediaType":"x","dsseEnvelope"`, 1), []string{"unreadable"}}, "empty": {"", []string{"unreadable"}},
		"message":      {`{"mediaType":"` + bundleMediaType + `","verificationMaterial":{"publicKey":{"hint":""}},"messageSignature":{}}`, []string{"unreadable"}},
		"no statement": {string(must(signer.Sign([]byte("{}")))), []string{"unreadable"}},
	} {
		var states []string
		for _, j := range policy.Judge(ReadDocuments("f", []byte(tt.data))) {
			states = append(states, j.State)
			if (j.State == "verified") != (j.Reason == "") {
				t.Errorf("%s: %s, reason %q", name, j.State, j.Reason)
			}
		}
		if diff := cmp.Diff(tt.states, states); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if d := ReadDocuments("f", []byte(bundle+"\n"+bundle)); d[1].Path != "f#2" {
		t.Errorf("second line is %s", d[1].Path)
	}
}

func TestParseStatement(t *testing.T) {
	t.Parallel()
	s, err := ParseStatement(must(json.Marshal(provenance())))
	if err != nil {
		t.Fatal(err)
	}
	want := []Dependency{
		{Name: "dataset:tickets", Kind: "dataset", Digests: []string{digestName("tickets")}},
		{URI: "git+https://x/y", Kind: "code", Digests: []string{"gitCommit:ab"}}, {Name: "env:x", Kind: "environment"},
	}
	if diff := cmp.Diff(want, s.Dependencies); diff != "" {
		t.Errorf("dependencies (-want +got):\n%s", diff)
	}
	if s.Claims != "training" || s.Subjects[0].Kind != "adapter" || s.Subjects[0].Version != "1.0.0" || s.Started.IsZero() || s.Finished.IsZero() {
		t.Errorf("%+v", s)
	}
	for name, edit := range map[string]func(object){
		"no type":                func(s object) { delete(s, "_type") },
		"other type":             func(s object) { s["_type"] = "x" },
		"no predicate type":      func(s object) { s["predicateType"] = "" },
		"no subject":             func(s object) { s["subject"] = []any{} },
		"subject by name":        func(s object) { s["subject"] = []any{object{"name": "bot"}} },
		"empty digest":           func(s object) { s["subject"] = []any{object{"name": "bot", "digest": object{}}} },
		"digest is a number":     func(s object) { s["subject"] = []any{object{"name": "bot", "digest": object{"sha256": 1}}} },
		"predicate is a list":    func(s object) { s["predicate"] = []any{} },
		"dependencies of text":   func(s object) { s["predicate"].(object)["buildDefinition"].(object)["resolvedDependencies"] = "x" },
		"a dependency is a text": func(s object) { setInputs(s, []any{"x"}) },
	} {
		statement := provenance()
		edit(statement)
		if _, err := ParseStatement(must(json.Marshal(statement))); !IsMalformed(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWhoMaySpeak is about the blocks: stage, predicate type, key.
func TestWhoMaySpeak(t *testing.T) {
	t.Parallel()
	signer, other := newSigner(t, newKey(elliptic.P256())), newSigner(t, newKey(elliptic.P256()))
	block := func(stage string, s *Signer, types ...string) StageTrust {
		return StageTrust{Name: stage, Stage: stage, Trust: *trustKey(s), PredicateTypes: types}
	}
	document := ReadDocuments("f", signValue(t, signer, provenance()))
	for name, tt := range map[string]struct {
		blocks []StageTrust
		state  string
		stage  string
	}{
		"its stage":              {[]StageTrust{block("training", signer)}, "verified", "training"},
		"another stage":          {[]StageTrust{block("data", signer)}, "refused", ""},
		"both stages":            {[]StageTrust{block("data", signer), block("training", signer)}, "verified", "training"},
		"any stage":              {[]StageTrust{block("", signer)}, "verified", "training"},
		"its type":               {[]StageTrust{block("training", signer, PredicateVSA, PredicateSLSA)}, "verified", "training"},
		"another type":           {[]StageTrust{block("training", signer, PredicateVSA)}, "refused", ""},
		"another key":            {[]StageTrust{block("training", other)}, "refused", ""},
		"nobody":                 {nil, "refused", ""},
		"another key is first":   {[]StageTrust{block("training", other), block("training", signer)}, "verified", "training"},
		"its stage by a strange": {[]StageTrust{block("training", other), block("data", signer)}, "refused", ""},
	} {
		j := (&Policy{Blocks: tt.blocks}).Judge(document)[0]
		if j.State != tt.state || j.Stage != tt.stage || (j.State == "refused") != (j.Reason != "") {
			t.Errorf("%s: %s for %q: %s", name, j.State, j.Stage, j.Reason)
		}
	}
	if !matchPredicate(PredicateCycloneDX, PredicateCycloneDX+"/v1.6") || matchPredicate(PredicateSLSA, PredicateSLSA+"/v2") {
		t.Error("only the type of CycloneDX has versions")
	}
}

func TestFactsAndPriors(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, newKey(elliptic.P256()))
	policy := &Policy{Blocks: []StageTrust{{Name: "registry", Stage: "registry", Trust: *trustKey(signer)}}}
	passed, failed := vsa("bot", "oci://bot", "PASSED", 1), vsa("bot", "oci://bot", "FAILED", 2)
	judged := policy.Judge(append(ReadDocuments("p", signValue(t, signer, passed)), append(ReadDocuments("f", signValue(t, newSigner(t, newKey(elliptic.P256())), failed)), ReadDocuments("x", []byte("{"))...)...))
	want := []sbom.Prior{
		{Stage: "registry", Decision: "allow", Digest: digestName("bot"), PolicyDigest: sum("policy"), Verified: sbom.Yes, Time: stamp(simStart.Add(time.Hour)), At: sbom.At{Path: "p"}},
		{Decision: "deny", Digest: digestName("bot"), PolicyDigest: sum("policy"), Verified: sbom.No, Time: stamp(simStart.Add(2 * time.Hour)), At: sbom.At{Path: "f"}},
	}
	if diff := cmp.Diff(want, Priors(judged)); diff != "" {
		t.Errorf("prior (-want +got):\n%s", diff)
	}
	facts := Facts(judged)
	if len(facts) != 3 || facts[0].State != "verified" || facts[0].Identity != "signer.pub" || facts[0].TrustRoot == "" || facts[1].State != "refused" || facts[1].Time != "" || facts[2].State != "unreadable" {
		t.Errorf("facts %+v", facts)
	}
}

// TestOwnStatements reads back what we write.
func TestOwnStatements(t *testing.T) {
	t.Parallel()
	run := &StageRun{Stage: "training", Builder: "https://ci", Invocation: "7", Parameters: map[string]any{"seed": "1"},
		Outputs: []Output{{Name: "bot", Kind: "adapter", Version: "2", Digests: map[string]string{"sha256": sum("bot")}}},
		Inputs:  []Input{{Kind: "dataset", Name: "tickets", URI: "s3://x", Digests: map[string]string{"sha256": sum("t")}}}, Started: simStart, Finished: testNow}
	s, err := ParseStatement(must(run.Payload()))
	if err != nil || s.Claims != "training" || len(s.Dependencies) != 1 || s.Dependencies[0].Kind != "dataset" || s.Subjects[0].Version != "2" || !s.Finished.Equal(testNow) {
		t.Errorf("%+v, %v", s, err)
	}
	g := &lineage.Graph{}
	AddLineage(g, s)
	summary := &Summary{Name: "bot", Digests: map[string]string{"sha256": sum("bot")}, Resource: "oci://bot", Stage: "deployment", Passed: true, Time: testNow,
		Inputs: []SummaryInput{{URI: "a", Digest: digestName("a")}}}
	v, err := ParseStatement(must(summary.Payload()))
	if err != nil || v.Claims != "deployment" {
		t.Fatalf("%+v, %v", v, err)
	}
	AddLineage(g, v)
	if got := g.BlastRadius(digestName("t")); len(got) != 2 || got[1].Name != "oci://bot" || got[1].Kind != "deployment" {
		t.Errorf("lineage %+v", got)
	}
	summary.Passed = false
	failed := must(summary.Payload())
	if !strings.Contains(string(failed), `"verifiedLevels":["FAILED"]`) {
		t.Errorf("a failed summary claims %s", failed)
	}
}

func FuzzParseStatement(f *testing.F) {
	f.Add(must(json.Marshal(provenance())))
	f.Add(must(json.Marshal(vsa("bot", "x", "PASSED", 1))))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseStatement(data)
		if err != nil {
			return
		}
		for _, subject := range s.Subjects {
			if len(subject.raw) == 0 {
				t.Error("a subject without digest was read")
			}
		}
	})
}
