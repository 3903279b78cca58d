package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/internal/store/storetest"
	"github.com/mlpolicy/mlpolicy/sbom"
)

var testSecret = []byte("0123456789abcdef-new")

// judge is an Evaluate with rules of its own, so that the App is tested without the
// controls: each line "BAD <stage>" of the head is a finding of that stage, new unless
// the base has the line in the same file. mlpolicy.hcl of the law may say "allow-all",
// "strict" (known findings deny as well) or "broken".
func judge(_ context.Context, c Case) (*Verdict, error) {
	law, _ := fs.ReadFile(c.Law, ConfigName)
	org := []byte{}
	if c.Org != nil {
		org, _ = fs.ReadFile(c.Org, ConfigName)
	}
	mode := strings.TrimSpace(string(law) + string(org))
	if strings.Contains(mode, "broken") {
		return nil, &LawError{Path: ConfigName, Line: 3, Message: "unknown block"}
	}
	bad := func(tree fs.FS) map[string][]int {
		out := map[string][]int{}
		err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := fs.ReadFile(tree, name)
			for i, line := range strings.Split(string(content), "\n") {
				if strings.HasPrefix(line, "BAD ") {
					key := line[4:] + "\x00" + name
					out[key] = append(out[key], i+1)
				}
			}
			return err
		})
		if err != nil {
			panic(err)
		}
		return out
	}
	head, base := bad(c.Head.FS), map[string][]int{}
	if c.Base != nil {
		base = bad(c.Base.FS)
	}
	d := &engine.Decision{Schema: engine.DecisionSchema, Decision: engine.Allow, Version: "test", Now: c.Now.UTC().Format(time.RFC3339), Subject: c.Head.Subject}
	for _, stage := range engine.Stages {
		if len(c.Stages) > 0 && !slices.Contains(c.Stages, stage) {
			continue
		}
		r := engine.ControlResult{ID: "TEST-001", Title: "Something *bad*", Severity: engine.High, Level: engine.Ratchet, LevelFrom: "profile", Outcome: engine.NotApplicable, Verdict: engine.Allow, Fix: "Remove it"}
		for _, key := range slices.Sorted(maps.Keys(head)) {
			s, name, _ := strings.Cut(key, "\x00")
			if s != string(stage) {
				continue
			}
			for i, line := range head[key] {
				state := "new"
				if i < len(base[key]) {
					state = "known"
				}
				r.Outcome = engine.Fail
				r.Findings = append(r.Findings, engine.Finding{State: state, Subject: name, Detail: fmt.Sprintf("line %d is bad", line), At: sbom.At{Path: name, Line: line}})
				if (state == "new" || strings.Contains(mode, "strict")) && !strings.Contains(mode, "allow-all") {
					r.Verdict = engine.Deny
				}
			}
		}
		if r.Verdict == engine.Deny {
			d.Decision, d.Exit = engine.Deny, 1
		}
		d.Stages = append(d.Stages, engine.StageDecision{Stage: stage, Decision: r.Verdict, Controls: []engine.ControlResult{r}})
	}
	input := fmt.Appendf(nil, `{"now":%q,"revision":%q}`, d.Now, d.Subject.Revision)
	sum := sha256.Sum256(input)
	d.Digests = engine.Digests{Input: hex.EncodeToString(sum[:]), Source: d.Subject.Revision, Policy: "policy"}
	v := &Verdict{Decision: d, Input: input, BOM: []byte(`{"bomFormat":"CycloneDX"}`)}
	if c.Base != nil && c.Base.Subject.Revision != c.Head.Subject.Revision {
		v.Change = []sbom.Change{{Kind: "base_model_swapped", Subject: "org/model", Before: "a", After: "b"}}
	}
	return v, nil
}

// bed is an App with its GitHub.
type bed struct {
	*githubtest.Server
	t     *testing.T
	app   *App
	store *store.Store
	log   *syncBuffer
	http  *httptest.Server
	stop  func()
}

// syncBuffer is a buffer that the log of several goroutines is written to.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func quick() Timing {
	return Timing{Lease: 2 * time.Second, Sweep: 200 * time.Millisecond, Poll: 20 * time.Millisecond, Retry: 2 * time.Millisecond, Job: 20 * time.Second, OrgLaw: time.Nanosecond}
}

// newBed makes an App that is not running yet; change may set options.
func newBed(t *testing.T, change func(*Options)) *bed {
	t.Helper()
	gh := githubtest.New(t)
	s, err := store.Open(t.Context(), storetest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b := &bed{Server: gh, t: t, store: s, log: &syncBuffer{}}
	opts := Options{Store: s, AppID: githubtest.AppID, PrivateKey: gh.Key, WebhookSecrets: [][]byte{testSecret}, GitHubURL: gh.URL, PublicURL: "https://mlpolicy.example",
		Version: "test", Evaluate: judge, Log: slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Timing: quick(), ReconcileEvery: time.Hour}
	if change != nil {
		change(&opts)
	}
	if b.app, err = New(opts); err != nil {
		t.Fatal(err)
	}
	b.http = httptest.NewServer(http.HandlerFunc(b.app.ServeWebhook))
	t.Cleanup(b.http.Close)
	gh.HookURL, gh.HookSecret = b.http.URL, testSecret
	return b
}

// run starts the workers; they end with the test.
func (b *bed) run() *bed {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := b.app.Run(ctx); err != nil {
			b.t.Errorf("run: %v", err)
		}
	}()
	b.stop = sync.OnceFunc(func() { cancel(); <-ended })
	b.t.Cleanup(b.stop)
	return b
}

func start(t *testing.T, change func(*Options)) *bed { return newBed(t, change).run() }

// startQuiet is start, and waits until the first look for open heads is over, so that what
// happens then is found by its own delivery or not at all.
func startQuiet(t *testing.T, change func(*Options)) *bed {
	t.Helper()
	b := start(t, change)
	eventually(t, func() string {
		if slices.Contains(b.Calls(), "GET /installation/repositories") {
			return ""
		}
		return "nobody looks for open heads"
	})
	return b
}

// eventually waits until fn says nothing is wrong.
func eventually(t *testing.T, fn func() string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute) // a machine may be busy; nothing waits that long
	for {
		problem := fn()
		if problem == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(problem)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// send delivers an event and fails the test when it is not accepted.
func (b *bed) send(event string, payload map[string]any) {
	b.t.Helper()
	if code := b.Deliver(event, payload, false); code != http.StatusAccepted {
		b.t.Fatalf("%s: webhook answered %d", event, code)
	}
}

// conclusions are the newest runs of a commit: name → conclusion, or status.
func (b *bed) conclusions(repo *githubtest.Repo, sha string) map[string]string {
	out := map[string]string{}
	for name, run := range b.Latest(repo, sha) {
		out[name] = run.Conclusion
		if run.Status != "completed" {
			out[name] = run.Status
		}
	}
	return out
}

// wants waits for exactly these conclusions.
func (b *bed) wants(repo *githubtest.Repo, sha string, want map[string]string) {
	b.t.Helper()
	eventually(b.t, func() string {
		got := b.conclusions(repo, sha)
		if maps.Equal(got, want) {
			return ""
		}
		return fmt.Sprintf("runs of %s are %v, want %v\nlog:\n%s", sha[:7], got, want, tail(b.log.String()))
	})
}

// idle waits until no head waits and no job is left.
//
// The deliveries are asked first: handling the last one makes its head due in the same
// transaction, so a delivery that ends between the two questions still shows as a head.
func (b *bed) idle() {
	b.t.Helper()
	eventually(b.t, func() string {
		queued, err := b.store.QueuedDeliveries(b.t.Context(), time.Now().Add(time.Hour))
		due, err2 := b.store.DueHeads(b.t.Context(), time.Now().Add(time.Hour), time.Now().Add(time.Hour), 10)
		if err != nil || err2 != nil || len(due) > 0 || queued > 0 {
			return fmt.Sprintf("not idle: heads %v, deliveries %d, errors %v %v\nlog:\n%s", due, queued, err, err2, tail(b.log.String()))
		}
		return ""
	})
}

func tail(s string) string { return s[max(0, len(s)-3000):] }

// one asserts that a commit has exactly one run of each name.
func (b *bed) one(repo *githubtest.Repo, sha string) {
	b.t.Helper()
	seen := map[string]int{}
	for _, run := range b.CheckRuns(repo, sha) {
		if seen[run.Name]++; seen[run.Name] > 1 {
			b.t.Errorf("%q exists %d times on %s", run.Name, seen[run.Name], sha[:7])
		}
	}
}

func TestPullRequestGetsRunsPerStageAndOneRollUp(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	repo := b.AddRepo("model", map[string]string{"train.py": "ok\nBAD data\n"})
	sha := b.Commit(map[string]string{"train.py": "ok\nBAD data\nBAD training\n"})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "success", "mlpolicy / training": "failure"})
	b.idle()
	b.one(repo, sha)
	run := b.Latest(repo, sha)["mlpolicy / training"]
	if len(run.Annotations) != 1 || run.Annotations[0].StartLine != 3 || run.Annotations[0].AnnotationLevel != "failure" || !strings.Contains(run.Annotations[0].Message, "Fix: Remove it") {
		t.Errorf("annotations: %+v", run.Annotations)
	}
	if !strings.Contains(run.Summary, `Something \*bad\*`) || len(run.Actions) != 3 {
		t.Errorf("run: %+v", run)
	}
	rollup := b.Latest(repo, sha)["mlpolicy"]
	if !strings.Contains(rollup.Summary, "base model swapped") || !strings.HasPrefix(rollup.DetailsURL, "https://mlpolicy.example/decisions/") || rollup.Title != "denied: training" {
		t.Errorf("roll-up: %+v", rollup)
	}
	id := strings.TrimPrefix(rollup.DetailsURL, "https://mlpolicy.example/decisions/")
	record, err := b.store.Decision(t.Context(), id)
	if err != nil || record.Target != "pull/1" || record.Verdict != "deny" {
		t.Errorf("stored decision: %+v, %v", record, err)
	}
	var d engine.Decision
	if err := json.Unmarshal(record.Decision, &d); err != nil || d.Digests.Input != record.InputDigest {
		t.Errorf("the decision names input %s, stored is %s, %v", d.Digests.Input, record.InputDigest, err)
	}
}

func TestOneePushCostsFewCalls(t *testing.T) {
	t.Parallel()
	b := startQuiet(t, func(o *Options) { o.Timing.OrgLaw = time.Hour })
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	first := b.Commit(map[string]string{"a": "BAD data"})
	b.Change(repo, 1, first, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, first, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
	b.idle()
	b.Calls()
	second := b.Commit(map[string]string{"a": "BAD training"})
	b.Change(repo, 1, second, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "synchronize"))
	b.wants(repo, second, map[string]string{"mlpolicy": "failure", "mlpolicy / training": "failure"})
	b.idle()
	var api []string
	for _, call := range b.Calls() {
		if !strings.Contains(call, "/codeload/") {
			api = append(api, call)
		}
	}
	const read, stages, rollup = 6, 1, 2
	if len(api) > read+stages+rollup {
		t.Errorf("%d API calls, want at most %d:\n%s", len(api), read+stages+rollup, strings.Join(api, "\n"))
	}
}
