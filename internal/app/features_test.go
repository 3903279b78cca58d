package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// opened is a pull request whose runs are there.
func opened(t *testing.T, change func(*Options)) (*bed, *githubtest.Repo, string) {
	t.Helper()
	b := start(t, change)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data\n"})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
	b.idle()
	return b, repo, sha
}

// press presses a button of a run.
func (b *bed) press(repo *githubtest.Repo, run githubtest.CheckRun, button, sender string) {
	b.t.Helper()
	b.send("check_run", b.RepoEvent(repo, "requested_action", map[string]any{
		"check_run":        map[string]any{"id": run.ID, "head_sha": run.HeadSHA, "app": map[string]any{"id": githubtest.AppID}},
		"requested_action": map[string]any{"identifier": button}, "sender": map[string]any{"login": sender}}))
}

func TestButtons(t *testing.T) {
	t.Parallel()
	b, repo, sha := opened(t, nil)
	b.Allow("writer", "write")
	b.Allow("reader", "read")
	run := b.Latest(repo, sha)["mlpolicy / data"]
	text := func(want string) {
		t.Helper()
		eventually(t, func() string {
			now := b.Latest(repo, sha)["mlpolicy / data"]
			if !strings.Contains(now.Text, want) {
				return fmt.Sprintf("the text is %q, want %q\n%s", now.Text, want, tail(b.log.String()))
			}
			if now.Conclusion != "failure" || len(now.Annotations) != 1 || len(now.Actions) != 3 || now.Summary != run.Summary {
				return fmt.Sprintf("the run became %+v", now)
			}
			return ""
		})
	}
	b.press(repo, run, buttonExplain, "writer")
	text("looked at 0, fail; level ratchet from the profile, so deny")
	b.press(repo, run, buttonWaiver, "writer")
	text("waiver \"test-001-1\" {\n  controls = [\"TEST-001\"]\n  subjects = [\"a\"]")
	requests, err := b.store.WaiverRequests(t.Context(), repo.ID, 10)
	if err != nil || len(requests) != 1 || requests[0].Requester != "writer" {
		t.Errorf("requests %+v, %v", requests, err)
	}
	for _, sender := range []string{"reader", "stranger"} {
		b.press(repo, run, buttonRerun, sender)
	}
	eventually(t, func() string {
		if strings.Count(b.log.String(), "by somebody who may not") != 2 {
			return "the buttons of readers are not refused"
		}
		return ""
	})
	b.idle()
	if n := len(b.CheckRuns(repo, sha)); n != 2 {
		t.Errorf("a reader's button made runs: %d", n)
	}
	b.press(repo, run, buttonRerun, "writer")
	eventually(t, func() string {
		if n := len(b.CheckRuns(repo, sha)); n != 4 {
			return fmt.Sprintf("%d runs after a rerun", n)
		}
		return ""
	})
}

// With a team, who may write may not ask for a waiver, and a member may.
func TestTheWaiverTeam(t *testing.T) {
	t.Parallel()
	b, repo, sha := opened(t, func(o *Options) { o.WaiverTeam = "ml-security" })
	b.Allow("writer", "write")
	b.Join("ml-security", "member")
	run := b.Latest(repo, sha)["mlpolicy / data"]
	b.press(repo, run, buttonWaiver, "writer")
	b.press(repo, run, buttonWaiver, "member")
	var requests []store.WaiverRequest
	eventually(t, func() string {
		var err error
		if requests, err = b.store.WaiverRequests(t.Context(), repo.ID, 10); err != nil || len(requests) == 0 || !strings.Contains(b.log.String(), "by somebody who may not") {
			return fmt.Sprintf("requests %+v, %v\n%s", requests, err, tail(b.log.String()))
		}
		return ""
	})
	if len(requests) != 1 || requests[0].Requester != "member" {
		t.Errorf("requests %+v", requests)
	}
}

func TestAMergeGroupIsEvaluated(t *testing.T) {
	t.Parallel()
	b, repo, sha := opened(t, nil)
	base := repo.Branches["main"].SHA
	group := b.Commit(map[string]string{"a": "BAD data\n", "from another pull request": "BAD training\n"})
	event := func(sha, action string) {
		b.send("merge_group", b.RepoEvent(repo, action, map[string]any{"merge_group": map[string]any{"head_sha": sha, "base_sha": base, "base_ref": "refs/heads/main"}}))
	}
	event(group, "checks_requested")
	b.wants(repo, group, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure", "mlpolicy / training": "failure"})
	event(sha, "checks_requested") // a queue of one: the same bytes as the pull request
	eventually(t, func() string {
		if !strings.Contains(b.Latest(repo, sha)["mlpolicy"].Summary, "The same bytes were decided the same way for `pull/1`") &&
			!strings.Contains(b.Latest(repo, sha)["mlpolicy"].Summary, "several requests") {
			return b.Latest(repo, sha)["mlpolicy"].Summary
		}
		return ""
	})
	late := b.Commit(map[string]string{"a": "late\n"})
	event(late, "destroyed")
	event(late, "checks_requested")
	b.idle()
	if runs := b.conclusions(repo, late); len(runs) != 0 {
		t.Errorf("a group that was destroyed before got runs %v", runs)
	}
}

func TestADeploymentIsApprovedOrRejected(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	good, bad := b.Commit(map[string]string{"a": "fine\n", ConfigName: "strict"}), b.Commit(map[string]string{"a": "BAD deployment\n", ConfigName: "allow-all"})
	for run, sha := range map[int64]string{11: good, 12: bad} {
		b.send("deployment_protection_rule", b.RepoEvent(repo, "requested", map[string]any{"environment": "prod", "deployment": map[string]any{"sha": sha},
			"deployment_callback_url": fmt.Sprintf("http://evil.example/repos/other/repo/actions/runs/%d/deployment_protection_rule", run)}))
	}
	eventually(t, func() string {
		got := map[int64]string{}
		for _, a := range b.RuleAnswers() {
			got[a.Run] = a.State + " " + a.Environment
		}
		if fmt.Sprint(got) != "map[11:approved prod 12:rejected prod]" {
			return fmt.Sprintf("answers %v\n%s", got, tail(b.log.String()))
		}
		return ""
	})
}

func TestAnInstallationIsFilled(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	heads := map[int]string{}
	for n := range 130 { // more than a page
		heads[n] = b.Commit(map[string]string{"a": fmt.Sprintf("BAD data\n%d", n)})
		b.Change(repo, n+1, heads[n], "main")
	}
	b.run()
	b.send("installation", map[string]any{"action": "created", "repositories": []any{map[string]any{"id": repo.ID, "full_name": "acme/model"}}})
	eventually(t, func() string {
		for n, sha := range heads {
			if b.conclusions(repo, sha)[RollUpName] != "failure" {
				return fmt.Sprintf("pull request %d is not evaluated", n+1)
			}
		}
		return ""
	})
}

func TestASuspendedInstallationIsLeftAlone(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data\n"})
	b.Change(repo, 1, sha, "main")
	b.send("installation", map[string]any{"action": "suspend"})
	b.idle()
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.idle()
	if runs := b.conclusions(repo, sha); len(runs) != 0 {
		t.Errorf("runs %v", runs)
	}
	b.send("installation", map[string]any{"action": "unsuspend"})
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
}

// A roll-up that was completed here and is not on GitHub is made again.
func TestALostRollUpIsFound(t *testing.T) {
	t.Parallel()
	b := start(t, func(o *Options) { o.Timing.OpenHead = 300 * time.Millisecond })
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data\n"})
	b.Change(repo, 1, sha, "main") // and nobody tells us
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
}

func TestALawThatChangesIsApplied(t *testing.T) {
	t.Parallel()
	b, repo, sha := opened(t, nil)
	b.SetBranch(repo, "main", b.Commit(map[string]string{"a": "ok", ConfigName: "allow-all"}), true)
	push := func(file string) {
		b.send("push", b.RepoEvent(repo, "", map[string]any{"ref": "refs/heads/main", "after": repo.Branches["main"].SHA, "commits": []any{map[string]any{"modified": []string{file}}}}))
	}
	push("README.md")
	b.idle()
	if n := len(b.CheckRuns(repo, sha)); n != 2 {
		t.Errorf("a push that does not touch the law made runs: %d", n)
	}
	push(ConfigName)
	b.wants(repo, sha, map[string]string{"mlpolicy": "success", "mlpolicy / data": "success", "mlpolicy / config": "success"})
}

// The archive goes to its host alone, and nobody else can send us anywhere.
func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	visited := make(chan string, 10)
	evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { visited <- r.URL.Path }))
	t.Cleanup(evil.Close)
	for _, path := range []string{"/tarball/", "/pulls/", "/check-runs", "/access_tokens", "/codeload/"} {
		b := newBed(t, func(o *Options) { o.Timing.Deadline = time.Nanosecond })
		b.Fault = func(r *http.Request) *githubtest.Fault {
			if strings.Contains(r.URL.Path, path) || strings.HasSuffix(r.URL.Path, path) {
				return &githubtest.Fault{Status: http.StatusFound, Header: map[string]string{"Location": evil.URL + path}}
			}
			return nil
		}
		b.run()
		repo := b.AddRepo("model", map[string]string{"a": "ok"})
		sha := b.Commit(map[string]string{"a": "BAD data\n"})
		b.Change(repo, 1, sha, "main")
		b.send("pull_request", b.PullEvent(repo, 1, "opened"))
		eventually(t, func() string {
			if !strings.Contains(b.log.String(), `"level":"ERROR"`) && !strings.Contains(b.log.String(), "timed out") {
				return path + ": nothing failed\n" + tail(b.log.String())
			}
			return ""
		})
		b.stop()
		for name, conclusion := range b.conclusions(repo, sha) {
			if conclusion == "success" {
				t.Errorf("%s: %s succeeded", path, name)
			}
		}
	}
	select {
	case path := <-visited:
		t.Errorf("the redirect to %s was followed", path)
	default:
	}
}

func TestTheDeadlineTimesOut(t *testing.T) {
	t.Parallel()
	b := newBed(t, func(o *Options) {
		o.Timing.Deadline = 300 * time.Millisecond
		o.Evaluate = func(context.Context, Case) (*Verdict, error) { return nil, &Unavailable{Status: 503} }
	})
	b.run()
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "fine\n"})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "timed_out"})
}

func TestGateAPI(t *testing.T) {
	t.Parallel()
	b, repo, sha := opened(t, func(o *Options) { o.GateToken = []byte("a token that is long enough") })
	web := httptest.NewServer(b.app.Handler(nil))
	t.Cleanup(web.Close)
	ask := func(token, body string) (int, string, http.Header) {
		req, err := http.NewRequest(http.MethodPost, web.URL+"/v1/decisions", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(text), resp.Header
	}
	const token = "a token that is long enough"
	good := fmt.Sprintf(`{"repository":"acme/model","revision":%q,"stages":["data"]}`, sha)
	code, body, header := ask(token, good)
	var d engine.Decision
	if err := json.Unmarshal([]byte(body), &d); err != nil || code != 200 || d.Decision != engine.Deny || d.Exit != 1 || len(d.Stages) != 1 {
		t.Fatalf("%d %s %v", code, body, err)
	}
	if _, err := b.store.Decision(t.Context(), strings.TrimPrefix(header.Get("Location"), "/decisions/")); err != nil {
		t.Errorf("the decision at %q: %v", header.Get("Location"), err)
	}
	for _, c := range []struct {
		token, body string
		want        int
	}{
		{"", good, 401}, {"a token that is long enougH", good, 401}, {token, "{", 400}, {token, `{"repository":"acme/model","revision":"main"}`, 400},
		{token, strings.Replace(good, "acme/model", "acme/other", 1), 404}, {token, strings.Replace(good, `"data"`, `"date"`, 1), 400},
		{token, strings.Replace(good, sha, strings.Repeat("0", 40), 1), 404}, {token, strings.Replace(good, "{", `{"x":1,`, 1), 400},
	} {
		if code, body, _ := ask(c.token, c.body); code != c.want {
			t.Errorf("%s: %d %s, want %d", c.body, code, body, c.want)
		}
	}
	b.SetBranch(repo, "main", b.Commit(map[string]string{ConfigName: "broken"}), true)
	if code, body, _ := ask(token, good); code != 409 || !strings.Contains(body, "mlpolicy.hcl:3") {
		t.Errorf("a broken law: %d %s", code, body)
	}
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/nowhere": 404} {
		resp, err := http.Get(web.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want || path == "/metrics" && !bytes.Contains(text, []byte("mlpolicy_evaluations_total")) {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	b.app.GateToken = nil
	if code, _, _ := ask(token, good); code != 404 {
		t.Errorf("without a token configured: %d", code)
	}
}

func TestPostFromAWorkflow(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data\n"})
	event := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(event, fmt.Appendf(nil, `{"action":"opened","pull_request":{"head":{"sha":%q},"base":{"ref":"main"}}}`, sha), 0o600); err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{"GITHUB_API_URL": b.URL, "GITHUB_REPOSITORY": "acme/model", "GITHUB_SHA": strings.Repeat("e", 40), "GITHUB_EVENT_PATH": event,
		"GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "77", "GITHUB_TOKEN": b.token(t, repo, map[string]string{"checks": "write"})}
	options := func() PostOptions {
		o, err := PostOptionsFromEnvironment(func(name string) string { return vars[name] })
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	finding := engine.Finding{State: "new", Subject: "a", Detail: "is bad", At: sbom.At{Path: "a", Line: 1}}
	d := &engine.Decision{Decision: engine.Deny, Exit: 1, Stages: []engine.StageDecision{{Stage: engine.StageData, Decision: engine.Deny,
		Controls: []engine.ControlResult{{ID: "TEST-001", Outcome: engine.Fail, Verdict: engine.Deny, Findings: []engine.Finding{finding}}}}}}
	var out bytes.Buffer
	for range 2 { // a workflow that is run again
		posted, err := Post(t.Context(), options(), d, nil, &out)
		if err != nil || !posted {
			t.Fatalf("posted %v, %v\n%s", posted, err, out.String())
		}
	}
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
	b.one(repo, sha)
	run := b.Latest(repo, sha)["mlpolicy / data"]
	if len(run.Annotations) != 1 || len(run.Actions) != 0 || run.DetailsURL != "https://github.com/acme/model/actions/runs/77" {
		t.Errorf("run %+v", run)
	}
	vars["GITHUB_TOKEN"] = b.token(t, repo, map[string]string{"checks": "read"}) // a fork
	out.Reset()
	posted, err := Post(t.Context(), options(), d, nil, &out)
	if err != nil || posted || !strings.Contains(out.String(), "may not write check runs") || !strings.Contains(out.String(), "::error file=a,line=1") {
		t.Errorf("posted %v, %v\n%s", posted, err, out.String())
	}
	delete(vars, "GITHUB_TOKEN")
	if _, err := PostOptionsFromEnvironment(func(name string) string { return vars[name] }); err == nil {
		t.Error("without a token there is no error")
	}
}

// token asks the fake for a token with other permissions than the App would.
func (b *bed) token(t *testing.T, repo *githubtest.Repo, permissions map[string]string) string {
	t.Helper()
	apps, err := b.app.clients.appsTransport()
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]any{"repository_ids": []int64{repo.ID}, "permissions": permissions})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: apps}).Post(fmt.Sprintf("%sapp/installations/%d/access_tokens", b.URL, githubtest.InstallationID), "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Token string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("no token: %v", err)
	}
	return answer.Token
}
