// Package app is the GitHub App: it takes webhooks, evaluates the heads of pull requests
// and merge groups, and reports a check run per lifecycle stage and one roll-up.
//
// It judges nothing itself: a decision comes from internal/decide under the law of the
// base branch and the organisation, and a head is data that is parsed and never run. It
// follows no URL that a payload names, and no redirect but that of an archive to the
// host that serves archives.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

// DefaultGitHubURL is github.com's API; a GitHub Enterprise Server has https://HOST/api/v3/.
const DefaultGitHubURL = "https://api.github.com/"

// Options are everything the App is told. The zero value of the durations and numbers
// means the default beside them.
type Options struct {
	Store          *store.Store
	AppID          int64
	PrivateKey     []byte   // PEM
	WebhookSecrets [][]byte // at least one, none empty; two while one is replaced
	GitHubURL      string   // DefaultGitHubURL
	PublicURL      string   // where people reach the decision pages, "" for none
	Version        string
	Workers        int           // 8 jobs at once
	ReconcileEvery time.Duration // 10 minutes
	// GateToken is the bearer token of POST /v1/decisions, which is off without one.
	GateToken []byte
	// WaiverTeam is the slug of the team whose members may ask for waivers, "" for all who
	// may write.
	WaiverTeam string
	// Keep is how long decisions are kept with what they rest on, 0 for ever. Replays reach
	// no further back.
	Keep     time.Duration
	Evaluate Evaluate
	// Explain says how a control was evaluated in a decision; nil leaves it out.
	Explain   func(ctx context.Context, r *store.Record, control string) (string, error)
	Now       func() time.Time
	Log       *slog.Logger
	Metrics   *prometheus.Registry
	Transport http.RoundTripper // http.DefaultTransport
	Timing    Timing
}

// Timing is how long the App waits for things.
type Timing struct {
	Lease    time.Duration // 60 s: how long a worker that died keeps a head
	Job      time.Duration // 10 min: one job
	Deadline time.Duration // 30 min: an evaluation that has no answer then is timed out
	Sweep    time.Duration // 15 s: how often heads that wait are looked for
	Poll     time.Duration // 100 ms: how often the queue is looked at
	OpenHead time.Duration // 1 h: how often open heads are compared with GitHub
	OrgLaw   time.Duration // 5 min: how long an organisation's law is kept
	Retry    time.Duration // 200 ms: first pause before an API call is tried again
}

func (t Timing) withDefaults() Timing {
	for _, d := range []struct {
		value *time.Duration
		def   time.Duration
	}{
		{&t.Lease, time.Minute}, {&t.Job, 10 * time.Minute}, {&t.Deadline, 30 * time.Minute}, {&t.Sweep, 15 * time.Second},
		{&t.Poll, 100 * time.Millisecond}, {&t.OpenHead, time.Hour}, {&t.OrgLaw, 5 * time.Minute}, {&t.Retry, 200 * time.Millisecond},
	} {
		if *d.value <= 0 {
			*d.value = d.def
		}
	}
	return t
}

// App is a configured App. Run works until its context ends.
type App struct {
	Options
	api     *url.URL
	clients *clients
	sources *sourceCache
	law     *orgLaws
	queue   *store.Queue
	metrics *metrics
}

// New checks the options and opens the queue.
func New(opts Options) (*App, error) {
	if len(opts.WebhookSecrets) == 0 {
		return nil, errors.New("a webhook secret is needed")
	}
	for _, secret := range opts.WebhookSecrets {
		if len(secret) < minSecretBytes {
			return nil, fmt.Errorf("a webhook secret needs at least %d bytes", minSecretBytes)
		}
	}
	if opts.GitHubURL == "" {
		opts.GitHubURL = DefaultGitHubURL
	}
	api, err := url.Parse(strings.TrimSuffix(opts.GitHubURL, "/") + "/")
	if err != nil || api.Host == "" || api.Scheme != "https" && api.Scheme != "http" {
		return nil, fmt.Errorf("the GitHub URL %q is not an http or https address", opts.GitHubURL)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Metrics == nil {
		opts.Metrics = prometheus.NewRegistry()
	}
	if opts.Workers <= 0 {
		opts.Workers = 8
	}
	if opts.ReconcileEvery <= 0 {
		opts.ReconcileEvery = 10 * time.Minute
	}
	opts.Timing = opts.Timing.withDefaults()
	opts.Log = slog.New(&redactor{opts.Log.Handler()})
	a := &App{Options: opts, api: api, sources: newSourceCache(), law: newOrgLaws(), metrics: newMetrics(opts.Metrics)}
	if a.clients, err = newClients(opts, api, a.metrics); err != nil {
		return nil, err
	}
	if a.queue, err = a.newQueue(); err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	return a, nil
}

// Run works jobs until ctx ends, then lets running jobs end.
func (a *App) Run(ctx context.Context) error {
	defer a.sources.close()
	if err := a.queue.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start workers: %w", err)
	}
	swept := make(chan struct{})
	go func() { defer close(swept); a.sweep(ctx) }()
	<-ctx.Done()
	<-swept
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	if err := a.queue.Stop(stop); err != nil {
		// Jobs that did not end are cancelled and done again by the next process.
		hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
		defer cancel()
		return a.queue.StopAndCancel(hard)
	}
	return nil
}

// shutdownGrace is how long running jobs may take to end: less than the 30 seconds after
// which Kubernetes kills a container.
const shutdownGrace = 10 * time.Second
