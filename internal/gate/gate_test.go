package gate

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	sumA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	sumB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

func write(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestOddOneOut(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		digests map[string]string
		want    []string
	}{
		"all agree":        {map[string]string{onDisk: "a", inBOM: "a", inVSA: "a"}, []string{}},
		"one alone":        {map[string]string{onDisk: "a"}, []string{}},
		"disk":             {map[string]string{onDisk: "b", inBOM: "a", inSignature: "a"}, []string{onDisk}},
		"registry":         {map[string]string{onDisk: "a", inBOM: "a", inRegistry: "b"}, []string{inRegistry}},
		"two against two":  {map[string]string{onDisk: "a", inBOM: "b", inSignature: "a", inRegistry: "b"}, []string{onDisk, inBOM, inSignature, inRegistry}},
		"three kinds":      {map[string]string{onDisk: "a", inBOM: "b", inSignature: "c"}, []string{onDisk, inBOM, inSignature}},
		"two of four":      {map[string]string{onDisk: "a", inBOM: "a", inSignature: "b", inRegistry: "c"}, []string{inSignature, inRegistry}},
		"not on the disk":  {map[string]string{onDisk: "absent", inBOM: "a", inSignature: "a"}, []string{onDisk}},
		"one against one":  {map[string]string{onDisk: "a", inVSA: "b"}, []string{onDisk, inVSA}},
		"summary of other": {map[string]string{onDisk: "a", inSignature: "a", inVSA: "b"}, []string{inVSA}},
	} {
		if got := odd(tt.digests); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
}

func TestReadRegistry(t *testing.T) {
	t.Parallel()
	manifest := `{"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:` + sumB + `","annotations":{"org.opencontainers.image.title":"x.tar"}},
	 {"mediaType":"application/octet-stream","digest":"sha256:` + sumA + `","annotations":{"org.opencontainers.image.title":"w.bin"}}]}`
	plain := `{"layers":[{"mediaType":"application/octet-stream","digest":"sha256:` + sumA + `","size":1,"annotations":{"org.opencontainers.image.title":"w.bin"}}]}`
	digest := hexSum([]byte(plain))
	dir := write(t, t.TempDir(), map[string]string{
		"manifest.json": manifest, "listing.json": `{"files":[{"path":"w.bin","sha256":"` + sumA + `"}]}`,
		"hub.json":          `[{"type":"file","path":"w.bin","lfs":{"oid":"` + sumA + `"}},{"type":"file","path":"README.md","oid":"x"}]`,
		"layout/oci-layout": "{}", "layout/index.json": `{"manifests":[{"digest":"sha256:` + digest + `"}]}`, "layout/blobs/sha256/" + digest: plain,
		"swapped/oci-layout": "{}", "swapped/index.json": `{"manifests":[{"digest":"sha256:` + digest + `"}]}`, "swapped/blobs/sha256/" + digest: plain + " ",
		"copy/w.bin": "weights", "mlflow/meta.yaml": "name: bot\nsource: ../copy\nversion: 3\n",
		"empty.json": "{}", "bad.json": `{"files":[{"path":"w.bin","sha256":"zz"}]}`, "leaves.json": `{"files":[{"path":"../w.bin","sha256":"` + sumA + `"}]}`, "text": "x",
	})
	copied := hexSum([]byte("weights"))
	for name, want := range map[string]string{"manifest.json": sumA, "listing.json": sumA, "hub.json": sumA, "layout": sumA, "copy": copied, "mlflow": copied} {
		l, err := ReadRegistry(context.Background(), name, filepath.Join(dir, name), RegistryOptions{Offline: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(map[string]string{"w.bin": want}, l.Files); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, name := range []string{"empty.json", "bad.json", "leaves.json", "text", "swapped", "nowhere"} {
		if l, err := ReadRegistry(context.Background(), name, filepath.Join(dir, name), RegistryOptions{}); err == nil {
			t.Errorf("%s: read as %v", name, l)
		}
	}
}

func TestHub(t *testing.T) {
	t.Parallel()
	var hub *httptest.Server
	hub = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/api/models/acme/bot/tree/main":
			w.WriteHeader(http.StatusNotFound)
		case r.URL.Query().Get("cursor") == "":
			w.Header().Set("Link", `<`+hub.URL+r.URL.Path+`?cursor=2>; rel="next"`)
			w.Write([]byte(`[{"type":"file","path":"a.bin","lfs":{"oid":"` + sumA + `"}}]`))
		default:
			w.Write([]byte(`[{"type":"file","path":"b.bin","lfs":{"oid":"` + sumB + `"}}]`))
		}
	}))
	defer hub.Close()
	opts := RegistryOptions{HubURL: hub.URL}
	l, err := ReadRegistry(context.Background(), "hf://acme/bot@main", "", opts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a.bin": sumA, "b.bin": sumB}, l.Files); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, name := range []string{"hf://acme/gone@main", "hf://acme/bot", "hf://../x@main"} {
		if _, err := ReadRegistry(context.Background(), name, "", opts); err == nil {
			t.Errorf("%s was read", name)
		}
	}
	opts.Offline = true
	if _, err := ReadRegistry(context.Background(), "hf://acme/bot@main", "", opts); !errors.Is(err, ErrOffline) {
		t.Errorf("offline: %v", err)
	}
}

func TestReadRevocations(t *testing.T) {
	t.Parallel()
	got, err := ReadRevocations([]byte(`{"revoked":[{"digest":"sha256:` + sumA + `","reason":"poisoned"}]}`))
	if err != nil || len(got) != 1 || got[0].Reason != "poisoned" {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{`{"revoked":[]} {"revoked":[{"digest":"sha256:` + sumA + `"}]}`, `{"revoked":[{"digest":"sha256:` + sumA + `"}],"revoked":[]}`, "", "[]", `{"revoked":[{"digest":"abc"}]}`, `{"revoked":[{"digest":"sha256:zz"}]}`, `{"revokd":[]}`} {
		if _, err := ReadRevocations([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func request(t *testing.T, dir string) Request {
	t.Helper()
	return Request{
		Model: dir, Name: "bot", Stage: engine.StageDeployment, Config: &engine.Config{}, Now: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Read: func(name string) ([]byte, error) { return nil, os.ErrNotExist },
	}
}

// TestWithoutEvidence says what is missing and claims to have looked for nothing.
func TestWithoutEvidence(t *testing.T) {
	t.Parallel()
	g, err := New(request(t, write(t, t.TempDir(), map[string]string{"w.bin": "w"})))
	if err != nil {
		t.Fatal(err)
	}
	in := &engine.Input{Inventory: sbom.Inventory{Collected: map[sbom.Family]sbom.Collected{}}}
	if err := g.Extend(in); err == nil {
		t.Error("extends before it has collected")
	}
	if err := g.Collect(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := g.Extend(in); err != nil {
		t.Fatal(err)
	}
	for _, family := range []sbom.Family{sbom.FamilySignatures, sbom.FamilyAttestations, sbom.FamilyProvenance, sbom.FamilyPrior, sbom.FamilyFingerprint} {
		if c := in.Collected[family]; c.Looked || c.Reason == "" {
			t.Errorf("%s: %+v", family, c)
		}
	}
	if len(g.Missing) != 4 || len(in.Provenance.Gaps) != 0 || in.Subject.Digests[modelDigest] != g.Disk.Root {
		t.Errorf("missing %v, gaps %v, digests %v", g.Missing, in.Provenance.Gaps, in.Subject.Digests)
	}
}

// TestUnreadableEvidence is a problem of its family: never a pass, never a finding.
func TestUnreadableEvidence(t *testing.T) {
	t.Parallel()
	req := request(t, write(t, t.TempDir(), map[string]string{"w.bin": "w"}))
	req.Signatures = []File{{Name: "model.sig", Data: []byte("{")}}
	req.Attestations = []File{{Name: "st.json", Data: []byte(`{"payloadType":"x"}`)}}
	req.BOM = &File{Name: "bom.json", Data: []byte("x")}
	g, err := New(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Collect(context.Background()); err != nil {
		t.Fatal(err)
	}
	in := &engine.Input{Inventory: sbom.Inventory{Collected: map[sbom.Family]sbom.Collected{}}}
	if err := g.Extend(in); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range in.Problems {
		got = append(got, string(p.Family)+" "+p.Path)
	}
	slices.Sort(got)
	want := []string{"attestations st.json", "provenance bom.json", "signatures model.sig"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	// Statements know the model by the digest in the signature: without it there is no chain
	// to find gaps in.
	if c := in.Collected[sbom.FamilyProvenance]; len(in.Provenance.Gaps) != 0 || c.Looked || !strings.Contains(c.Reason, "model.sig") {
		t.Errorf("gaps %+v, collected %+v", in.Provenance.Gaps, c)
	}
	if in.Signatures[0].Code != "malformed" || in.Signatures[0].State != "unreadable" || in.Attestations[0].State != "unreadable" {
		t.Errorf("%+v, %+v", in.Signatures, in.Attestations)
	}
}

// TestBOMOfAnotherModel is found although no path is in both.
func TestBOMOfAnotherModel(t *testing.T) {
	t.Parallel()
	req := request(t, write(t, t.TempDir(), map[string]string{"w.bin": "w"}))
	req.BOM = &File{Name: "bom.json", Data: []byte(`{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"file","name":"other.safetensors","hashes":[{"alg":"SHA-256","content":"` + sumA + `"}]}]}`)}
	g, err := New(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Collect(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(g.Provenance.Gaps) != 1 || g.Provenance.Gaps[0].Code != "other_bytes" || !strings.Contains(g.Provenance.Gaps[0].Reason, "none of the model") {
		t.Errorf("gaps %+v", g.Provenance.Gaps)
	}
}

func TestTrustThatCannotBeRead(t *testing.T) {
	t.Parallel()
	dir := write(t, t.TempDir(), map[string]string{"w.bin": "w"})
	for name, change := range map[string]func(*Request){
		"key file": func(r *Request) {
			r.Config = &engine.Config{Trust: []engine.Trust{{Stage: "data", PublicKeys: []string{"gone.pub"}}}}
		},
		"revocations": func(r *Request) { r.Config = &engine.Config{RevocationFiles: []string{"gone.json"}} },
		"material":    func(r *Request) { r.Trust = []File{{Name: "x", Data: []byte("x")}} },
	} {
		req := request(t, dir)
		change(&req)
		if _, err := New(req); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestReusable changes one thing at a time in a summary that may be used again.
func TestReusable(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	good := attest.Summary{Name: "bot", Digests: map[string]string{"sha256": sumA}, Resource: "oci://bot", Stage: "deployment", Environment: "prod", Passed: true,
		PolicyDigest: "p", ConfigDigest: "c", TrustDigest: "t", Time: now.Add(-time.Hour)}
	for name, tt := range map[string]struct {
		change func(*attest.Summary)
		want   bool
	}{
		"same":                {func(*attest.Summary) {}, true},
		"failed":              {func(s *attest.Summary) { s.Passed = false }, false},
		"other bytes":         {func(s *attest.Summary) { s.Digests = map[string]string{"sha256": sumB} }, false},
		"other resource":      {func(s *attest.Summary) { s.Resource = "oci://x" }, false},
		"other stage":         {func(s *attest.Summary) { s.Stage = "registry" }, false},
		"other environment":   {func(s *attest.Summary) { s.Environment = "test" }, false},
		"other policy":        {func(s *attest.Summary) { s.PolicyDigest = "q" }, false},
		"other configuration": {func(s *attest.Summary) { s.ConfigDigest = "d" }, false},
		"other trust":         {func(s *attest.Summary) { s.TrustDigest = "u" }, false},
		"too old":             {func(s *attest.Summary) { s.Time = now.Add(-25 * time.Hour) }, false},
		"of the future":       {func(s *attest.Summary) { s.Time = now.Add(time.Hour) }, false},
	} {
		s := good
		tt.change(&s)
		payload, err := s.Payload()
		if err != nil {
			t.Fatal(err)
		}
		statement, err := attest.ParseStatement(payload)
		if err != nil {
			t.Fatal(err)
		}
		if got, why := good.Reusable(attest.Judged{Statement: statement, State: "verified"}, 24*time.Hour, now); got != tt.want {
			t.Errorf("%s: got %v (%s)", name, got, why)
		}
		if got, _ := good.Reusable(attest.Judged{Statement: statement, State: "refused"}, 24*time.Hour, now); got {
			t.Errorf("%s: a refused summary is used again", name)
		}
	}
}

// TestWhoMayReleaseModels: a key that may speak for the data must not release a model.
func TestWhoMayReleaseModels(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		block attest.StageTrust
		want  bool
	}{
		"command line":           {attest.StageTrust{}, true},
		"registry":               {attest.StageTrust{Stage: "registry"}, true},
		"training":               {attest.StageTrust{Stage: "training"}, true},
		"data":                   {attest.StageTrust{Stage: "data"}, false},
		"deployment":             {attest.StageTrust{Stage: "deployment"}, false},
		"registry, other types":  {attest.StageTrust{Stage: "registry", PredicateTypes: []string{attest.PredicateSLSA}}, false},
		"data, model signatures": {attest.StageTrust{Stage: "data", PredicateTypes: []string{attest.PredicateOMS}}, true},
	} {
		if got := mayReleaseModels(tt.block); got != tt.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
