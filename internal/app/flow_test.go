package app

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

// Test 1: a worker dies after GitHub made a run and before its id was stored.
func TestALostAnswerMakesNoSecondRun(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	var lost sync.Map
	b.Fault = func(r *http.Request) *githubtest.Fault {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/check-runs") {
			n, _ := lost.LoadOrStore("posts", new(atomic.Int32))
			if n.(*atomic.Int32).Add(1)%2 == 1 { // every first answer is lost
				return &githubtest.Fault{Status: http.StatusBadGateway, Applied: true}
			}
		}
		return nil
	}
	b.run()
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data\n", "b": "BAD training\n"})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure", "mlpolicy / training": "failure"})
	b.idle()
	b.one(repo, sha)
}

// Test 1, the process: everything a process knows is gone, the database is not.
func TestAKilledWorkerIsContinued(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data\n"})
	b.Change(repo, 1, sha, "main")
	// What a process leaves behind that was killed right after its POST was answered.
	inTx(t, b.store, func(ctx context.Context, tx store.Tx) error {
		return b.app.putRepository(ctx, tx, githubtest.InstallationID, repository{ID: repo.ID, FullName: "acme/model", DefaultBranch: "main"})
	})
	r, err := b.store.Repository(t.Context(), repo.ID)
	if err != nil {
		t.Fatal(err)
	}
	targets := []target{{name: "pull/1", baseRef: "main", baseSHA: repo.Branches["main"].SHA, protected: true}}
	id, err := b.app.evaluationID(t.Context(), store.Head{Repository: repo.ID, SHA: sha}, targets)
	if err != nil {
		t.Fatal(err)
	}
	e, err := b.store.BeginEvaluation(t.Context(), id, repo.ID, sha, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	p := b.app.poster(b.app.clients.repo(r, scopeChecks), e)
	if err := p.post(t.Context(), inProgress()); err != nil {
		t.Fatal(err)
	}
	known, err := b.store.Run(t.Context(), p.externalID("rollup"))
	if err != nil {
		t.Fatal(err)
	}
	known.RunID, known.Status, known.Uncertain = 0, "", true
	if err := b.store.SaveRun(t.Context(), known, time.Now()); err != nil {
		t.Fatal(err)
	}
	b.run()
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
	b.idle()
	b.one(repo, sha)
}

func inTx(t *testing.T, s *store.Store, fn func(context.Context, store.Tx) error) {
	t.Helper()
	if err := s.InTx(t.Context(), func(tx store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// Test 2: 137 findings, the second batch is applied and its answer lost.
func TestALostBatchOfAnnotationsIsResumed(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	var patches atomic.Int32
	b.Fault = func(r *http.Request) *githubtest.Fault {
		if r.Method == http.MethodPatch && patches.Add(1) == 1 {
			return &githubtest.Fault{Status: http.StatusBadGateway, Applied: true}
		}
		return nil
	}
	b.run()
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": strings.Repeat("BAD data\n", 137)})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
	b.idle()
	b.one(repo, sha)
	lines := map[int]int{}
	for _, a := range b.Latest(repo, sha)["mlpolicy / data"].Annotations {
		lines[a.StartLine]++
	}
	for line := 1; line <= 137; line++ {
		if lines[line] != 1 {
			t.Errorf("line %d has %d annotations", line, lines[line])
		}
	}
	if len(lines) != 137 {
		t.Errorf("%d lines are annotated, want 137", len(lines))
	}
}

// Test 4: deliveries shuffled and doubled, one of them lost.
func TestOrderAndLossOfDeliveriesDoNotMatter(t *testing.T) {
	t.Parallel()
	b := startQuiet(t, func(o *Options) { o.ReconcileEvery = 100 * time.Millisecond })
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	old := b.Commit(map[string]string{"a": "BAD data\n"})
	b.Change(repo, 1, old, "main")
	opened := b.Record("pull_request", b.PullEvent(repo, 1, "opened"))
	now := b.Commit(map[string]string{"a": "BAD training\n"})
	b.Change(repo, 1, now, "main")
	synchronize := b.Record("pull_request", b.PullEvent(repo, 1, "synchronize"))
	other := b.Commit(map[string]string{"a": "BAD registry\n"})
	b.Change(repo, 2, other, "main")
	lost := b.Record("pull_request", b.PullEvent(repo, 2, "opened")) // never sent
	for _, d := range []*githubtest.Delivery{synchronize, opened, synchronize, opened} {
		if code := b.Send(d); code != http.StatusAccepted {
			t.Fatalf("answered %d", code)
		}
	}
	b.wants(repo, now, map[string]string{"mlpolicy": "failure", "mlpolicy / training": "failure"})
	b.wants(repo, other, map[string]string{"mlpolicy": "failure", "mlpolicy / registry": "failure"})
	b.idle()
	b.one(repo, now)
	b.one(repo, other)
	eventually(t, func() string {
		if b.Redelivered(lost) == 0 {
			return "the lost delivery was not asked for"
		}
		return ""
	})
	for name, conclusion := range b.conclusions(repo, old) {
		if name == RollUpName && conclusion != "cancelled" {
			t.Errorf("the old head's roll-up is %s", conclusion)
		}
	}
}

// Test 4, the head: a run that is open when another head arrives ends as cancelled.
func TestASupersededHeadIsCancelled(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}, 1), make(chan struct{})
	b := newBed(t, nil)
	b.app.Evaluate = func(ctx context.Context, c Case) (*Verdict, error) {
		select {
		case entered <- struct{}{}:
			<-release
			return nil, &Unavailable{Status: 503} // the first evaluation never succeeds
		default:
			return judge(ctx, c)
		}
	}
	b.run()
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	old := b.Commit(map[string]string{"a": "BAD data\n"})
	b.Change(repo, 1, old, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	<-entered
	now := b.Commit(map[string]string{"a": "fine\n"})
	b.Change(repo, 1, now, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "synchronize"))
	close(release)
	b.wants(repo, now, map[string]string{"mlpolicy": "success"})
	b.wants(repo, old, map[string]string{"mlpolicy": "cancelled"})
	if title := b.Latest(repo, old)["mlpolicy"].Title; title != "superseded by "+now[:7] {
		t.Errorf("title %q", title)
	}
}

// Test 5: signatures, bodies and headers.
func TestIngressAcceptsOnlyWhatIsSigned(t *testing.T) {
	t.Parallel()
	oldSecret := []byte("0123456789abcdef-old")
	metrics := prometheus.NewRegistry()
	b := newBed(t, func(o *Options) { o.WebhookSecrets = append(o.WebhookSecrets, oldSecret); o.Metrics = metrics })
	body := []byte(`{"zen":"Keep it logically awesome.","hook_id":1}`)
	big := append([]byte(`{"a":"`), append([]byte(strings.Repeat("x", 26<<20)), `"}`...)...)
	post := func(name, method string, body []byte, header map[string]string) int {
		req, err := http.NewRequest(method, b.http.URL, strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range map[string]string{"Content-Type": "application/json", "X-GitHub-Event": "ping", "X-GitHub-Delivery": "guid-" + name} {
			req.Header.Set(k, v)
		}
		for k, v := range header {
			req.Header.Set(k, v)
			if v == "" {
				req.Header.Del(k)
			}
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0 // the server may close while a body that is too large is sent
		}
		defer resp.Body.Close()
		if text, _ := io.ReadAll(resp.Body); len(text) > 0 {
			t.Errorf("%s: the answer has a body: %q", name, text)
		}
		return resp.StatusCode
	}
	const header = "X-Hub-Signature-256"
	sign := func(secret, body []byte) map[string]string {
		return map[string]string{header: githubtest.Sign(secret, body)}
	}
	for i, c := range []struct {
		name, method string
		body         []byte
		header       map[string]string
		want         int
	}{
		{"new", "POST", body, sign(testSecret, body), 202},
		{"old", "POST", body, sign(oldSecret, body), 202},
		{"other", "POST", body, sign([]byte("another secret....."), body), 401},
		{"none", "POST", body, nil, 401},
		{"empty", "POST", body, sign(nil, body), 401},
		{"sha1", "POST", body, map[string]string{"X-Hub-Signature": "sha1=" + strings.Repeat("0", 40)}, 401},
		{"short", "POST", body, map[string]string{header: "sha256=00"}, 401},
		{"of-other-body", "POST", body, sign(testSecret, append(body, ' ')), 401},
		{"get", "GET", nil, sign(testSecret, nil), 405},
		{"form", "POST", body, map[string]string{header: githubtest.Sign(testSecret, body), "Content-Type": "application/x-www-form-urlencoded"}, 415},
		{"large", "POST", big, sign(testSecret, big), 413},
		{"broken", "POST", []byte(`{"a":`), sign(testSecret, []byte(`{"a":`)), 400},
		{"no-event", "POST", body, map[string]string{header: githubtest.Sign(testSecret, body), "X-GitHub-Event": ""}, 400},
		{"no guid", "POST", body, sign(testSecret, body), 400},
	} {
		if got := post(c.name, c.method, c.body, c.header); got != c.want && (c.name != "large" || got != 0) {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
		has, err := b.store.HasDelivery(t.Context(), "guid-"+c.name)
		if err != nil || has != (c.want == 202) {
			t.Errorf("case %d, %s: in the ledger: %v, %v", i, c.name, has, err)
		}
	}
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	matches := 0
	for _, f := range families {
		if f.GetName() == "mlpolicy_webhook_secret_matches_total" {
			matches = len(f.GetMetric())
		}
	}
	if matches != 2 {
		t.Errorf("%d secrets are counted, want 2: when the old one is no longer used must be seen", matches)
	}
}

func TestAWeakSecretIsRefused(t *testing.T) {
	t.Parallel()
	for _, secrets := range [][][]byte{nil, {{}}, {testSecret, []byte("short")}} {
		if _, err := New(Options{WebhookSecrets: secrets}); err == nil || !strings.Contains(err.Error(), "secret") {
			t.Errorf("secrets %q gave %v", secrets, err)
		}
	}
}

// Test 6: limits of each form are waited for, and none concludes anything.
func TestLimitsAreRetried(t *testing.T) {
	t.Parallel()
	reset := fmt.Sprint(time.Now().Add(-time.Second).Unix())
	for name, fault := range map[string]githubtest.Fault{ // the log says of those with a 4 that they were limits
		"429 with Retry-After":    {Status: 429, Header: map[string]string{"Retry-After": "0"}},
		"403 with Retry-After":    {Status: 403, Header: map[string]string{"Retry-After": "0"}, Body: `{"message":"You have exceeded a secondary rate limit"}`},
		"403 with remaining 0":    {Status: 403, Header: map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}, Body: `{}`},
		"500":                     {Status: 500},
		"a connection that stops": {Status: 503, Header: map[string]string{"Connection": "close"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t, nil)
			var n atomic.Int32
			var early atomic.Value
			repo := b.AddRepo("model", map[string]string{"a": "ok"})
			sha := b.Commit(map[string]string{"a": "BAD data\n"})
			b.Fault = func(r *http.Request) *githubtest.Fault {
				if i := n.Add(1); i%3 == 0 && i < 40 {
					return &fault
				}
				if r.Method == http.MethodPatch {
					early.Store(true)
				}
				return nil
			}
			b.run()
			b.Change(repo, 1, sha, "main")
			b.send("pull_request", b.PullEvent(repo, 1, "opened"))
			b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
			b.idle()
			b.one(repo, sha)
			if log := b.log.String(); name[0] == '4' && (!strings.Contains(log, "rate limited") || strings.Contains(log, "job did not succeed")) {
				t.Errorf("a limit is taken for an error:\n%s", tail(log))
			}
		})
	}
}

// Test 6, the classification, with times that a test cannot wait for.
func TestLimitPause(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_000_000, 0)
	header := func(kv ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(kv); i += 2 {
			h.Set(kv[i], kv[i+1])
		}
		return h
	}
	for _, c := range []struct {
		name    string
		code    int
		header  http.Header
		body    string
		want    time.Duration
		limited bool
	}{
		{"429 alone", 429, nil, "", time.Minute, true},
		{"429 with Retry-After", 429, header("Retry-After", "7"), "", 7 * time.Second, true},
		{"403 with the text alone", 403, nil, `{"message":"You have exceeded a secondary rate limit. Please wait"}`, time.Minute, true},
		{"403 with the older text", 403, nil, `{"message":"You have triggered an abuse detection mechanism"}`, time.Minute, true},
		{"403 remaining 0", 403, header("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1000030"), "", 31 * time.Second, true},
		{"reset in a year", 403, header("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "99000030"), "", time.Hour, true},
		{"a permission that lacks", 403, header("X-RateLimit-Remaining", "42"), `{"message":"Resource not accessible by integration"}`, 0, false},
	} {
		resp := &http.Response{StatusCode: c.code, Header: c.header}
		if resp.Header == nil {
			resp.Header = http.Header{}
		}
		got, limited := limitPause(resp, []byte(c.body), now)
		if got != c.want || limited != c.limited {
			t.Errorf("%s: %v, %v; want %v, %v", c.name, got, limited, c.want, c.limited)
		}
	}
}

// Test 7: the judged do not write the law.
func TestAHeadDoesNotChangeItsOwnDecision(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok", ConfigName: "default\n"})
	lax := b.Commit(map[string]string{"a": "BAD data\n", ConfigName: "allow-all\n"})
	b.Change(repo, 1, lax, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, lax, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure", "mlpolicy / config": "success"})
	run := b.Latest(repo, lax)["mlpolicy / config"]
	if !strings.Contains(run.Title, "from deny to allow") || !strings.Contains(run.Summary, "TEST-001") {
		t.Errorf("the dry run says %q\n%s", run.Title, run.Summary)
	}
	broken := b.Commit(map[string]string{"a": "ok", ConfigName: "broken\n"})
	b.Change(repo, 2, broken, "main")
	b.send("pull_request", b.PullEvent(repo, 2, "opened"))
	b.wants(repo, broken, map[string]string{"mlpolicy": "success", "mlpolicy / config": "failure"})
	removed := b.Commit(map[string]string{"a": "ok"})
	b.Change(repo, 3, removed, "main")
	b.send("pull_request", b.PullEvent(repo, 3, "opened"))
	b.wants(repo, removed, map[string]string{"mlpolicy": "success", "mlpolicy / config": "success"})
}

func TestABrokenLawFailsClosed(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok", ConfigName: "broken\n"})
	sha := b.Commit(map[string]string{"a": "fine\n", ConfigName: "broken\n"})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure"})
	if title := b.Latest(repo, sha)["mlpolicy"].Title; title != "policy configuration invalid at mlpolicy.hcl:3" {
		t.Errorf("title %q", title)
	}
}

// The organisation's law counts, and does not disappear when it cannot be read.
func TestTheOrganisationsLawCannotBeLost(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	org := b.AddRepo(OrgLawRepository, map[string]string{ConfigName: "strict"})
	repo := b.AddRepo("model", map[string]string{"a": "BAD data\n"})
	sha := b.Commit(map[string]string{"a": "BAD data\n", "b": "1"})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
	b.Rename(org, "hidden")
	next := b.Commit(map[string]string{"a": "fine\n"})
	b.Change(repo, 1, next, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "synchronize"))
	b.wants(repo, next, map[string]string{"mlpolicy": "failure"})
	if title := b.Latest(repo, next)["mlpolicy"].Title; !strings.Contains(title, "acme/.mlpolicy") {
		t.Errorf("title %q", title)
	}
}

// The law repository's own .gitattributes does not leave its law out.
func TestTheOrganisationsLawHidesNothing(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.AddRepo(OrgLawRepository, map[string]string{ConfigName: "strict", ".gitattributes": ConfigName + " export-ignore\n"})
	repo := b.AddRepo("model", map[string]string{"a": "BAD data\n"})
	sha := b.Commit(map[string]string{"a": "BAD data\n", "b": "1"})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
}

// Test 8: one commit, a strict and a lenient base, in either order.
func TestTheWorstOfTwoBasesWins(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ order, bases []string }{
		"strict first":                     {[]string{"main", "lenient"}, []string{"main", "lenient"}},
		"lenient first":                    {[]string{"lenient", "main"}, []string{"main", "lenient"}},
		"strict first, the younger one":    {[]string{"main", "lenient"}, []string{"lenient", "main"}},
		"lenient first, strict is younger": {[]string{"lenient", "main"}, []string{"lenient", "main"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := start(t, nil)
			repo := b.AddRepo("model", map[string]string{"a": "ok"})
			b.SetBranch(repo, "lenient", b.Commit(map[string]string{"a": "ok", ConfigName: "allow-all"}), true)
			sha := b.Commit(map[string]string{"a": "BAD data\n"})
			number := func(base string) int { return 1 + slices.Index(c.bases, base) }
			for _, base := range c.order {
				b.Change(repo, number(base), sha, base)
				b.send("pull_request", b.PullEvent(repo, number(base), "opened"))
				b.idle()
			}
			got := b.conclusions(repo, sha)
			if got["mlpolicy"] != "failure" || got["mlpolicy / data"] != "failure" {
				t.Errorf("runs %v", got)
			}
			if !strings.Contains(b.Latest(repo, sha)["mlpolicy"].Summary, "several requests") {
				t.Error("the roll-up does not say that there are two")
			}
			b.Close(repo, number("main"))
			b.send("pull_request", b.PullEvent(repo, number("main"), "closed"))
			b.wants(repo, sha, map[string]string{"mlpolicy": "success", "mlpolicy / data": "success", "mlpolicy / config": "success"})
		})
	}
}

// A branch that nobody protects makes no law for one that somebody does.
func TestAnUnprotectedBaseDoesNotCountBesideAProtectedOne(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "BAD data\n"})
	b.SetBranch(repo, "mine", b.Commit(map[string]string{"a": "BAD data\n", ConfigName: "strict"}), false)
	sha := b.Commit(map[string]string{"a": "BAD data\n", "b": "1"})
	b.Change(repo, 1, sha, "main")
	b.Change(repo, 2, sha, "mine")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.send("pull_request", b.PullEvent(repo, 2, "opened"))
	b.idle()
	b.wants(repo, sha, map[string]string{"mlpolicy": "success", "mlpolicy / data": "success"})
}

// Test 9: GitHub's own samples, some of which have odd timestamps.
func TestEverySampleWebhookIsHandled(t *testing.T) {
	t.Parallel()
	samples, err := filepath.Glob("../../../shared/github/webhooks/*.json")
	if err != nil || len(samples) == 0 {
		t.Skip("the sample webhooks are not beside the repository")
	}
	b := newBed(t, nil)
	known := map[string]bool{}
	for _, name := range samples {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		event, _, _ := strings.Cut(filepath.Base(name), ".")
		guid := "guid-" + hex.EncodeToString([]byte(filepath.Base(name)))
		guid = guid[:min(len(guid), 64)]
		if known[guid] {
			guid = fmt.Sprintf("guid-%d", len(known))
		}
		known[guid] = true
		req, err := http.NewRequest(http.MethodPost, b.http.URL, strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Content-Type": {"application/json"}, "X-Github-Event": {event}, "X-Github-Delivery": {guid},
			"X-Hub-Signature-256": {githubtest.Sign(testSecret, body)}}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusAccepted {
			t.Errorf("%s: answered %d", name, resp.StatusCode)
		}
		e, err := parseEvent(guid, event, body)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if slices.Contains(handledEvents, event) && e.Payload.Installation.ID == 0 && strings.Contains(string(body), `"installation":`) {
			t.Errorf("%s: the installation was not read", name)
		}
		if (event == "check_run" || event == "check_suite") && e.Payload.CheckRun.HeadSHA+e.Payload.CheckSuite.HeadSHA == "" {
			t.Errorf("%s: the head was not read", name)
		}
		if event == "pull_request" && (e.Payload.PullRequest.Head.SHA == "" || e.Payload.Repository.ID == 0) {
			t.Errorf("%s: the pull request was not read", name)
		}
	}
	b.run()
	b.idle() // every delivery was handled, none panicked
	if strings.Contains(b.log.String(), "panic") {
		t.Errorf("log: %s", b.log.String())
	}
}

// Test 9, the fields: one of another type than expected is left empty, the rest is read.
func TestAnOddFieldDropsNoEvent(t *testing.T) {
	t.Parallel()
	e, err := parseEvent("g", "push", []byte(`{"action":5,"forced":"yes","ref":"refs/heads/main","repository":{"id":7,"private":"no","full_name":"acme/model"},"commits":{"a":1}}`))
	if err != nil || e.Payload.Repository.ID != 7 || e.Payload.Ref != "refs/heads/main" || e.Payload.Forced {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := parseEvent("g", "push", []byte(`{"ref":`)); err == nil {
		t.Error("half a payload was read")
	}
}

// Test 10: both buttons of GitHub's own, and a fork, whose events list no pull request.
func TestRerunThroughRunAndSuite(t *testing.T) {
	t.Parallel()
	b := startQuiet(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data\n"})
	b.Change(repo, 1, sha, "main")
	b.SetFork(repo, 1)
	check := func(id int64) map[string]any {
		return map[string]any{"id": id, "head_sha": sha, "app": map[string]any{"id": githubtest.AppID}, "pull_requests": []any{}}
	}
	rollUps := func() int {
		n := 0
		for _, run := range b.CheckRuns(repo, sha) {
			if run.Name == RollUpName && run.Status == "completed" {
				n++
			}
		}
		return n
	}
	// Nobody told us of the pull request: it is found by its head.
	b.send("check_suite", b.RepoEvent(repo, "rerequested", map[string]any{"check_suite": check(1)}))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
	b.idle()
	if n := rollUps(); n != 1 {
		t.Fatalf("%d roll-ups after the first evaluation", n)
	}
	b.send("check_run", b.RepoEvent(repo, "rerequested", map[string]any{"check_run": check(2)}))
	eventually(t, func() string {
		if n := rollUps(); n != 2 {
			return fmt.Sprintf("%d completed roll-ups after a rerun", n)
		}
		return ""
	})
	b.idle()
	other := check(3)
	other["app"] = map[string]any{"id": 1}
	b.send("check_run", b.RepoEvent(repo, "rerequested", map[string]any{"check_run": other}))
	b.send("pull_request", b.PullEvent(repo, 1, "reopened"))
	b.idle()
	if n := rollUps(); n != 2 {
		t.Errorf("another App's event or a repeated one made roll-up %d", n)
	}
}

// Test 11: what cannot be seen in full is not decided, and a rename is followed by id.
func TestARepositoryRenamedMeanwhileIsFound(t *testing.T) {
	t.Parallel()
	b := startQuiet(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data\n"})
	b.Change(repo, 1, sha, "main")
	var rename sync.Once
	b.SetFault(func(r *http.Request) *githubtest.Fault {
		if strings.Contains(r.URL.Path, "/pulls/") {
			rename.Do(func() { b.Rename(repo, "renamed") })
		}
		return nil
	})
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
	r, err := b.store.Repository(t.Context(), repo.ID)
	if err != nil || r.Name != "renamed" {
		t.Errorf("the repository is known as %+v, %v", r, err)
	}
}

// A 404 under the right name is not "gone": nothing may be taken for answered.
func TestWhatIsNotThereForAMomentIsAskedForAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	var n atomic.Int32
	b.Fault = func(r *http.Request) *githubtest.Fault {
		if strings.Contains(r.URL.Path, "/branches/") && n.Add(1) <= 3 {
			return &githubtest.Fault{Status: http.StatusNotFound, Body: `{"message":"Branch not found"}`}
		}
		return nil
	}
	b.run()
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data\n"})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
}

func TestWhatCannotBeSeenInFullFails(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "fine\n"})
	b.Fault = func(r *http.Request) *githubtest.Fault {
		if strings.HasSuffix(r.URL.Path, "/codeload/model/"+sha) {
			return &githubtest.Fault{Status: 200, Body: "\x1f\x8b\x08\x00half an archive"}
		}
		return nil
	}
	b.run()
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure"})
	if title := b.Latest(repo, sha)["mlpolicy"].Title; title != "could not see everything" {
		t.Errorf("title %q", title)
	}
}

func TestALargePullRequestIsSeenInFull(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	files := map[string]string{}
	for i := range 3001 { // one more than the list of a pull request's files may have
		files[fmt.Sprintf("data/%04d.txt", i)] = "x\n"
	}
	files["data/9999.txt"] = "BAD data\n"
	sha := b.Commit(files)
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
}

// Test 12: a token that ends in the middle, in both forms, and none in the log.
func TestTokensEndAndAreNeverLogged(t *testing.T) {
	t.Parallel()
	for _, newForm := range []bool{false, true} {
		b := newBed(t, nil)
		b.NewTokens = newForm
		var archives, posts, pulls atomic.Int32
		minted := -1
		b.Fault = func(r *http.Request) *githubtest.Fault {
			switch {
			case strings.Contains(r.URL.Path, "/tarball/") && archives.Add(1) == 1:
				minted = len(b.Minted())
				b.ExpireTokens() // GitHub forgets a token that we think is good
			case strings.Contains(r.URL.Path, "/pulls/") && pulls.Add(1) == 1:
				return &githubtest.Fault{Status: 500, Body: "seen " + r.Header.Get("Authorization")}
			case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/check-runs") && posts.Add(1) == 2:
				return &githubtest.Fault{Status: 422, Body: `{"message":"you sent ` + r.Header.Get("Authorization") + `"}`}
			}
			return nil
		}
		b.run()
		repo := b.AddRepo("model", map[string]string{"a": "ok"})
		sha := b.Commit(map[string]string{"a": "BAD data\nBAD training\n"})
		b.Change(repo, 1, sha, "main")
		b.send("pull_request", b.PullEvent(repo, 1, "opened"))
		b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure", "mlpolicy / training": "failure"})
		b.idle()
		b.stop()
		if minted < 1 || len(b.Minted()) <= minted {
			t.Errorf("new form %v: %d tokens were asked for before the first ended, %d in all", newForm, minted, len(b.Minted()))
		}
		log := b.log.String()
		for _, secret := range append(b.Minted(), string(testSecret), "PRIVATE KEY") {
			if strings.Contains(log, secret) {
				t.Errorf("new form %v: the log has %q", newForm, secret)
			}
		}
		if m := regexp.MustCompile(`gh[a-z]_[A-Za-z0-9]|eyJ[A-Za-z0-9]`).FindString(log); m != "" {
			t.Errorf("new form %v: the log has something like a token: %s", newForm, m)
		}
		if !strings.Contains(log, "job did not succeed") {
			t.Errorf("new form %v: the refused call was not logged, so the test shows nothing", newForm)
		}
	}
}
