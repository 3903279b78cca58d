package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/internal/store/storetest"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`

// seeded is a store with one private repository and one decision that tries to break out.
func seeded(t *testing.T) (*store.Store, string) {
	t.Helper()
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	err = s.InTx(t.Context(), func(tx store.Tx) error {
		return errors.Join(s.PutInstallation(t.Context(), tx, store.Installation{ID: 9, Account: "acme"}, noon),
			s.PutRepository(t.Context(), tx, store.Repository{ID: 7, Installation: 9, Owner: "acme", Name: "model", DefaultBranch: "main", Public: "no"}, noon))
	})
	if err != nil {
		t.Fatal(err)
	}
	d := engine.Decision{Schema: engine.DecisionSchema, Decision: engine.Deny, Exit: 1, Reason: "training denies", Version: "test", Now: noon.Format(time.RFC3339),
		Subject: sbom.Subject{Name: "github.com/acme/model", Revision: strings.Repeat("a", 40)},
		Stages: []engine.StageDecision{{Stage: engine.StageTraining, Decision: engine.Deny, Controls: []engine.ControlResult{
			{ID: "TRAIN-001", Title: hostile, Severity: engine.High, Level: engine.Ratchet, LevelFrom: "profile", Outcome: engine.Fail, Verdict: engine.Deny, Fix: "Pin it", Checked: 3,
				Findings: []engine.Finding{{State: "new", Subject: hostile, Detail: "loads " + hostile, At: sbom.At{Path: "train.py", Line: 2}}}},
			{ID: "TRAIN-002", Title: "Passed", Outcome: engine.Pass, Verdict: engine.Allow},
			{ID: "TRAIN-003", Title: "Not here", Outcome: engine.NotApplicable, Verdict: engine.Allow, Reason: "no weights"}}}},
		Waivers:  []engine.WaiverState{{Waiver: engine.Waiver{Name: "legacy", Controls: []string{"TRAIN-005"}, Owner: "ml", Reason: hostile, Expires: "2027-01-31"}, State: "expiring"}},
		Problems: []sbom.Problem{{Path: "x.bin", Reason: "truncated"}}}
	decision, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	input := func(revision string) []byte {
		components := []sbom.Component{
			{Ref: "m1", Kind: "model", Role: "base", Name: "meta-llama/Llama-3", Revision: revision, Pinned: sbom.No, Licenses: []string{"llama3"}, At: sbom.At{Path: "train.py", Line: 2}},
			{Ref: "a1", Kind: "adapter", Name: "acme/adapter", Version: "1", Pinned: sbom.Yes, DerivedFrom: []string{"m1"}, Datasets: []string{"d1"}},
			{Ref: "d1", Kind: "dataset", Name: hostile, Pinned: sbom.Yes}}
		for i := range 40 {
			components = append(components, sbom.Component{Ref: fmt.Sprintf("p%d", i), Kind: "package", Name: fmt.Sprintf("package-%02d", i), Version: "1.0", Pinned: sbom.Yes})
		}
		body, err := json.Marshal(map[string]any{"components": components,
			"workloads":  []sbom.Workload{{Name: "chat", Role: "serving", Platform: "kserve", Models: []sbom.WorkloadModel{{Name: "acme/adapter"}}}},
			"change":     []sbom.Change{{Kind: "base_model_swapped", Subject: "meta-llama/Llama-3", Before: "main", After: revision}},
			"provenance": sbom.Provenance{Edges: []sbom.ProvenanceEdge{{From: "sha256:bad", To: "sha256:out", Relation: "trained_from", Stage: "training"}}, Revoked: []sbom.RevokedPath{{Digest: "sha256:bad", Reason: "poisoned", Path: []string{"sha256:out", "sha256:bad"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	id, err := s.PutDecision(t.Context(), store.Record{Time: noon, Repository: 7, Target: "pull/1", Mode: "check", Decision: decision, Input: input("abc123"), BaseInput: input("main"),
		BOM: []byte(`{"bomFormat":"CycloneDX"}`), Context: []byte(`{"train.py:2":[{"line":1,"text":"import torch"},{"line":2,"text":"torch.load(\"</pre><script>\")"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	err = s.PutReplay(t.Context(), store.Replay{ID: "r1", Time: noon, Title: "stricter", PolicyDigest: "pol",
		Report: []byte(`{"decisions":3,"reproduced":3,"changed":1,"flips":[{"control":"TRAIN-001","stage":"training","from":"allow","to":"deny","to_outcome":"fail","repository":"github.com/acme/model","count":1},{"control":"TRAIN-009","from":"allow","to":"allow","from_outcome":"not_applicable","to_outcome":"waived","repository":"github.com/other/secret","count":1}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	return s, id
}

func server(t *testing.T, opts Options) *httptest.Server {
	t.Helper()
	opts.Controls = []engine.Control{{ID: "TRAIN-001", Title: "Weights are pinned", Stages: []engine.Stage{engine.StageTraining}, Severity: engine.High, Fix: "Pin it",
		Maps: engine.Maps{ATLAS: []string{"AML.T0011"}}, References: []string{"https://example.com/x", "javascript:alert(1)"}, Settings: map[string]engine.Setting{"publishers": {Type: "set", Default: []string{}}}}}
	opts.Now = func() time.Time { return noon }
	s, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	return web
}

func fetch(t *testing.T, client *http.Client, link string) (int, string, http.Header) {
	t.Helper()
	resp, err := client.Get(link)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

// inline is what a page must not have: a script or style of its own, or a handler.
var inline = regexp.MustCompile(`(?i)<script(?:[^>]*\bsrc=")?[^>]*>[^<]|<style|<[a-z][^>]*\s(?:on[a-z]+|style)=|(?:href|src)="\s*javascript:`)

func TestEveryPageIsCompleteAndHarmless(t *testing.T) {
	t.Parallel()
	s, id := seeded(t)
	web := server(t, Options{Store: s})
	for path, want := range map[string]string{
		"/":                                      "acme/model",
		"/repositories/acme/model":               "pull/1",
		"/decisions/" + id:                       "TRAIN-001",
		"/decisions/" + id + "/bom":              "43 of 43 components",
		"/decisions/" + id + "/bom?q=llama":      "1</span> of 43 components",
		"/decisions/" + id + "/bom?kind=dataset": "1</span> of 43 components",
		"/decisions/" + id + "/bom?unpinned=1":   "1</span> of 43 components",
		"/decisions/" + id + "/changes":          "base model swapped",
		"/decisions/" + id + "/lineage":          `class="edge revoked"`,
		"/controls":                              "Weights are pinned",
		"/controls/TRAIN-001":                    "AML.T0011",
		"/replays":                               "stricter",
		"/replays/r1":                            "TRAIN-001",
		"/waivers":                               "legacy",
		"/health":                                "acme",
	} {
		code, body, header := fetch(t, http.DefaultClient, web.URL+path)
		text := strings.ReplaceAll(body, `<span data-count="components">43</span>`, "43")
		if code != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%s: %d, without %q\n%s", path, code, want, body)
		}
		if m := inline.FindString(body); m != "" {
			t.Errorf("%s has an inline script or style: %s", path, m)
		}
		if strings.Contains(body, "<img src=x") || strings.Contains(body, "<script>") {
			t.Errorf("%s lets markup of a source through", path)
		}
		if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s has policy %q", path, csp)
		}
		if !strings.Contains(header.Get("Cache-Control"), "no-store") {
			t.Errorf("%s may be kept by a cache", path)
		}
	}
	for path, want := range map[string]int{"/decisions/none": 404, "/controls/NONE-1": 404, "/nowhere": 404, "/repositories/acme/none": 404, "/replays/none": 404, "/static/style.css": 200, "/static/": 200} {
		if code, _, _ := fetch(t, http.DefaultClient, web.URL+path); code != want {
			t.Errorf("%s: %d, want %d", path, code, want)
		}
	}
	code, body, header := fetch(t, http.DefaultClient, web.URL+"/decisions/"+id+"?format=json")
	var d engine.Decision
	if err := json.Unmarshal([]byte(body), &d); code != 200 || err != nil || d.Decision != engine.Deny || header.Get("Content-Type") != "application/json" {
		t.Errorf("the decision as JSON: %d, %v, %s", code, err, header.Get("Content-Type"))
	}
	if _, body, _ := fetch(t, http.DefaultClient, web.URL+"/decisions/"+id+"/bom.json"); !strings.Contains(body, "CycloneDX") {
		t.Errorf("the ML-BOM: %s", body)
	}
}

// signIn is a GitHub that signs in whoever the code names.
func signIn(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login/oauth/access_token", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("client_secret") != "hush" || r.FormValue("client_id") != "id" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"access_token":"ghu_%s"}`, r.FormValue("code"))
	})
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, r *http.Request) {
		login, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ghu_")
		if !ok || login == "nobody" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"login":%q}`, login)
	})
	gh := httptest.NewServer(mux)
	t.Cleanup(gh.Close)
	return gh
}

func TestOnlyReadersOfARepositorySeeItsPages(t *testing.T) {
	t.Parallel()
	s, id := seeded(t)
	gh := signIn(t)
	asked := 0
	auth := &Auth{ClientID: "id", ClientSecret: "hush", WebURL: gh.URL, APIURL: gh.URL}
	web := server(t, Options{Store: s, Auth: auth, Permission: func(_ context.Context, r store.Repository, login string) (string, error) {
		asked++
		if r.ID == 7 && login == "alice" {
			return "read", nil
		}
		return "none", nil
	}})
	auth.PublicURL = web.URL
	session := func(code string) *http.Client {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
			if strings.HasPrefix(r.URL.String(), gh.URL) {
				return http.ErrUseLastResponse
			}
			return nil
		}}
		resp, err := client.Get(web.URL + "/decisions/" + id)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		to, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || !strings.HasPrefix(to.String(), gh.URL+"/login/oauth/authorize?") || to.Query().Get("redirect_uri") != web.URL+"/auth/callback" {
			t.Fatalf("a reader who is not signed in goes to %s, %v", to, err)
		}
		resp, err = client.Get(web.URL + "/auth/callback?code=" + code + "&state=" + to.Query().Get("state"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if code == "alice" && (resp.StatusCode != 200 || resp.Request.URL.Path != "/decisions/"+id) {
			t.Errorf("after the sign-in alice is at %s with %d", resp.Request.URL, resp.StatusCode)
		}
		return client
	}
	alice, mallory, nobody := session("alice"), session("mallory"), session("nobody")
	for _, path := range []string{"/decisions/" + id, "/decisions/" + id + "/bom", "/decisions/" + id + "/bom.json", "/decisions/" + id + "/lineage", "/decisions/" + id + "/changes", "/repositories/acme/model"} {
		if code, _, _ := fetch(t, alice, web.URL+path); code != 200 {
			t.Errorf("%s: alice gets %d", path, code)
		}
		code, body, _ := fetch(t, mallory, web.URL+path)
		if code != 404 || strings.Contains(body, "acme") || strings.Contains(body, "TRAIN-001") {
			t.Errorf("%s: mallory gets %d\n%s", path, code, body)
		}
	}
	for _, path := range []string{"/", "/waivers", "/health", "/replays/r1"} {
		code, body, _ := fetch(t, mallory, web.URL+path)
		if code != 200 || strings.Contains(body, "acme") || strings.Contains(body, "legacy") || strings.Contains(body, "TRAIN-001") {
			t.Errorf("%s: mallory gets %d\n%s", path, code, body)
		}
	}
	if _, body, _ := fetch(t, alice, web.URL+"/replays/r1"); !strings.Contains(body, "TRAIN-001") || strings.Contains(body, "TRAIN-009") {
		t.Errorf("alice's replay:\n%s", body)
	}
	if code, body, _ := fetch(t, nobody, web.URL+"/"); code != http.StatusSeeOther || body == "" && code == 200 {
		t.Errorf("somebody whom GitHub does not confirm gets %d", code)
	}
	if asked > 4 {
		t.Errorf("GitHub was asked %d times for two readers of one repository", asked)
	}
	resp, err := alice.Post(web.URL+"/auth/logout", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if code, _, _ := fetch(t, alice, web.URL+"/decisions/"+id); code == 200 {
		t.Error("alice is signed out and sees the page")
	}
}

func TestSignInCannotBeBegunElsewhere(t *testing.T) {
	t.Parallel()
	s, _ := seeded(t)
	gh := signIn(t)
	web := server(t, Options{Store: s, Auth: &Auth{ClientID: "id", ClientSecret: "hush", WebURL: gh.URL, APIURL: gh.URL, PublicURL: "http://x"}})
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if code, _, _ := fetch(t, client, web.URL+"/auth/callback?code=alice&state=guessed"); code != http.StatusBadRequest {
		t.Errorf("a callback without a state of ours gives %d", code)
	}
	for _, to := range []string{"//evil.example", "https://evil.example", "/\\evil.example"} {
		_, _, header := fetch(t, client, web.URL+"/auth/login?to="+url.QueryEscape(to))
		if cookie := header.Get("Set-Cookie"); strings.Contains(cookie, "evil") {
			t.Errorf("the sign-in would end at %s: %s", to, cookie)
		}
	}
}

// A replay tells what a control said, where the verdict is the same or the control is new.
func TestAReplayNamesOutcomes(t *testing.T) {
	t.Parallel()
	s, _ := seeded(t)
	_, body, _ := fetch(t, http.DefaultClient, server(t, Options{Store: s}).URL+"/replays/r1")
	for _, want := range []string{`Allowed</span> <span class="tag">no such control`, `Denied</span> <span class="tag">fail`, `Allowed</span> <span class="tag">not applicable`, `Allowed</span> <span class="tag">waived`} {
		if !strings.Contains(body, want) {
			t.Errorf("the replay does not say %q:\n%s", want, body)
		}
	}
}

// TestLineageIsTheStoredOne shows what the source itself does not say: what its parts were
// made from, and what was made of them only where nobody is kept from seeing it.
func TestLineageIsTheStoredOne(t *testing.T) {
	t.Parallel()
	s, id := seeded(t)
	err := s.InTx(t.Context(), func(tx store.Tx) error {
		return tx.SaveLineage(t.Context(), []lineage.Node{{Digest: "sha256:raw", Kind: "dataset", Name: "stored-tickets", Stage: "data"}, {Digest: "sha256:theirs", Kind: "model", Name: "secret-product", Stage: "training"}},
			[]lineage.Edge{{From: "sha256:raw", To: "sha256:bad", Relation: "prepared from"}, {From: "sha256:out", To: "sha256:theirs", Relation: "merged from"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := fetch(t, http.DefaultClient, server(t, Options{Store: s}).URL+"/decisions/"+id+"/lineage")
	if !strings.Contains(body, "stored-tickets") || !strings.Contains(body, "secret-product") {
		t.Errorf("the stored lineage is not drawn:\n%s", body)
	}
	picture := draw(facts{Provenance: sbom.Provenance{Edges: []sbom.ProvenanceEdge{{From: "a", To: "b"}}}}, nil, nil)
	if len(picture.Columns) != 2 || len(picture.Edges) != 1 || picture.Edges[0].X1 >= picture.Edges[0].X2 {
		t.Errorf("%+v", picture)
	}
}

// TestALargeLineageIsReadable draws sixty joined things and hundreds that are not: nothing
// overlaps, and what has no lineage does not push away what has.
func TestALargeLineageIsReadable(t *testing.T) {
	t.Parallel()
	var f facts
	for i := range 30 {
		f.Components = append(f.Components, sbom.Component{Ref: fmt.Sprintf("base%d", i), Kind: "model", Name: fmt.Sprintf("base-%d", i)},
			sbom.Component{Ref: fmt.Sprintf("adapter%d", i), Kind: "adapter", Name: fmt.Sprintf("adapter-%d", i), DerivedFrom: []string{fmt.Sprintf("base%d", 29-i)}})
	}
	for i := range 400 {
		f.Components = append(f.Components, sbom.Component{Ref: fmt.Sprintf("alone%d", i), Kind: "model", Name: fmt.Sprintf("alone-%d", i)})
	}
	p := draw(f, nil, nil)
	if len(p.Nodes) != 60+maxAlone || p.Left != 400-maxAlone || len(p.Edges) != 30 || p.Width > pictureWidth {
		t.Errorf("%d nodes, %d left, %d edges, %d wide", len(p.Nodes), p.Left, len(p.Edges), p.Width)
	}
	at := map[[2]int]bool{}
	for _, n := range p.Nodes {
		if at[[2]int{n.X, n.Y}] {
			t.Errorf("%s lies on another", n.ID)
		}
		at[[2]int{n.X, n.Y}] = true
	}
	for _, e := range p.Edges {
		if e.Y1 != e.Y2 {
			t.Errorf("%s and %s are joined and not beside each other", e.From, e.To)
		}
	}
}
