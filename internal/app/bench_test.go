package app

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/internal/store/storetest"
)

// benchApp is an App and its GitHub; it takes deliveries and works once Run is called.
func benchApp(b *testing.B, dsn string, evaluate Evaluate) (*githubtest.Server, *App) {
	b.Helper()
	gh := githubtest.New(b)
	s, err := store.Open(b.Context(), dsn)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	timing := quick()
	timing.OrgLaw, timing.Sweep, timing.OpenHead = time.Hour, time.Minute, time.Hour
	timing.Poll = 100 * time.Millisecond
	a, err := New(Options{Store: s, AppID: githubtest.AppID, PrivateKey: gh.Key, WebhookSecrets: [][]byte{testSecret}, GitHubURL: gh.URL, Version: "test",
		Evaluate: evaluate, Log: slog.New(slog.DiscardHandler), Timing: timing, ReconcileEvery: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	hook := httptest.NewServer(http.HandlerFunc(a.ServeWebhook))
	b.Cleanup(hook.Close)
	gh.HookURL, gh.HookSecret = hook.URL, testSecret
	return gh, a
}

// repository1500 is 1,500 files of the kinds that collectors read.
func repository1500(change int) map[string]string {
	files := map[string]string{}
	for i := range 1000 {
		files[fmt.Sprintf("src/pkg%d/mod%d.py", i%40, i)] = fmt.Sprintf("import torch\nfrom transformers import AutoModel\n\nNAME = \"org/model-%d\"\n\n\ndef load():\n    return AutoModel.from_pretrained(NAME, revision=\"%040d\")\n%s", i, i, strings.Repeat("\n\ndef f(x):\n    return x + 1\n", 20))
	}
	for i := range 250 {
		files[fmt.Sprintf("deploy/app%d.yaml", i)] = fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app%d}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: c, image: \"acme/app@sha256:%064d\"}\n", i, i)
	}
	for i := range 250 {
		files[fmt.Sprintf("conf/c%d.json", i)] = fmt.Sprintf(`{"name":"c%d","values":[1,2,3]}`, i)
	}
	files["src/pkg0/mod0.py"] += fmt.Sprintf("\n# change %d\n", change)
	return files
}

// BenchmarkEventToCheck is the time from a delivery to the completed roll-up of a
// repository of 1,500 files.
func BenchmarkEventToCheck(b *testing.B) {
	for _, cached := range []bool{true, false} {
		b.Run(fmt.Sprintf("base cached %v", cached), func(b *testing.B) {
			decider := &Decider{Version: "test"}
			gh, a := benchApp(b, storetest.SQLite(b), decider.Evaluate)
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); a.Run(ctx) }() //nolint:errcheck // ends with the benchmark
			defer func() { cancel(); <-ended }()
			repo := gh.AddRepo("model", repository1500(0))
			evaluate := func(n int) {
				if !cached && n > 0 {
					gh.SetBranch(repo, "main", gh.Commit(repository1500(-n)), true)
				}
				sha := gh.Commit(repository1500(n))
				gh.Change(repo, 1, sha, "main")
				payload := gh.PullEvent(repo, 1, "synchronize")
				b.StartTimer()
				if code := gh.Deliver("pull_request", payload, false); code != http.StatusAccepted {
					b.Fatalf("answered %d", code)
				}
				for gh.Latest(repo, sha)[RollUpName].Status != "completed" {
					time.Sleep(2 * time.Millisecond)
				}
				b.StopTimer()
			}
			evaluate(0) // compiles the policies
			b.ResetTimer()
			b.StopTimer()
			for n := 1; n <= b.N; n++ {
				evaluate(n)
			}
		})
	}
}

// BenchmarkAccept compares the time to accept a delivery, at half the rate that is
// possible, with an empty transaction that is written to disk. The two take turns, so
// that both see what else the disk does: "control" is the p99 of the empty transaction,
// what no way to accept a delivery can be better than.
func BenchmarkAccept(b *testing.B) {
	for _, database := range []struct {
		name string
		dsn  func(testing.TB, ...string) string
	}{{"SQLite", func(t testing.TB, _ ...string) string { return storetest.SQLite(t) }}, {"PostgreSQL", storetest.Postgres}} {
		b.Run(database.name, func(b *testing.B) {
			gh, a := benchApp(b, database.dsn(b), judge) // it does not run: what is measured is the ingress
			accept := acceptor(b, gh, a)
			empty := func() time.Duration {
				start := time.Now()
				if err := a.Store.SetMark(b.Context(), "bench", fmt.Sprint(start.UnixNano())); err != nil {
					b.Fatal(err)
				}
				return time.Since(start)
			}
			syscall.Sync() // the files of a fresh database are still on their way to the disk
			for range 100 {
				accept()
				empty()
			}
			start := time.Now()
			for range 300 {
				accept()
			}
			interval := time.Since(start) / 300 * 2 // half the measured rate
			var transactions, accepted []time.Duration
			b.ResetTimer()
			for range max(b.N, 1000) {
				next := time.Now().Add(interval)
				accepted = append(accepted, accept())
				transactions = append(transactions, empty())
				time.Sleep(time.Until(next))
			}
			b.StopTimer()
			slices.Sort(transactions)
			slices.Sort(accepted)
			of := func(sorted []time.Duration, percent int) float64 {
				return float64(sorted[len(sorted)*percent/100].Microseconds())
			}
			median := of(transactions, 50)
			b.ReportMetric(of(accepted, 99)/median, "p99/transaction")
			b.ReportMetric(of(transactions, 99)/median, "control/transaction")
			b.ReportMetric(of(accepted, 50)/median, "p50/transaction")
			b.ReportMetric(median, "transaction-µs")
			b.ReportMetric(float64(time.Second/interval)*2, "rate/s")
		})
	}
}

// acceptor returns what hands one delivery over, each with an id of its own.
func acceptor(b *testing.B, gh *githubtest.Server, a *App) func() time.Duration {
	repo := gh.AddRepo("model", map[string]string{"a": "ok"})
	gh.Change(repo, 1, repo.Branches["main"].SHA, "main")
	payload := gh.PullEvent(repo, 1, "opened")
	payload["installation"] = map[string]any{"id": githubtest.InstallationID}
	body, err := json.Marshal(payload)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	return func() time.Duration {
		n++
		req := httptest.NewRequest(http.MethodPost, "/github/webhook", strings.NewReader(string(body)))
		req.Header = http.Header{"Content-Type": {"application/json"}, "X-Github-Event": {"pull_request"}, "X-Github-Delivery": {fmt.Sprintf("guid-%d", n)},
			"X-Hub-Signature-256": {githubtest.Sign(testSecret, body)}}
		w := httptest.NewRecorder()
		start := time.Now()
		a.ServeWebhook(w, req)
		if w.Code != http.StatusAccepted {
			b.Fatalf("answered %d", w.Code)
		}
		return time.Since(start)
	}
}
