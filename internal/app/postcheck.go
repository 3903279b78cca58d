package app

import (
	"context"

	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/report"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// PostOptions are what `check --post` is told by the workflow it runs in.
type PostOptions struct {
	Token      string // GITHUB_TOKEN
	APIURL     string // GITHUB_API_URL
	Repository string // GITHUB_REPOSITORY, owner/name
	HeadSHA    string // of the pull request; GITHUB_SHA of a pull_request event is the merge
	BaseRef    string
	RunURL     string // of the workflow run, for the details link
	Transport  http.RoundTripper
	Now        func() time.Time
}

// maxEventBytes bounds the event file of a workflow, a webhook payload.
const maxEventBytes = maxPayloadBytes

// PostOptionsFromEnvironment reads the variables of a GitHub workflow. getenv is
// os.Getenv.
func PostOptionsFromEnvironment(getenv func(string) string) (PostOptions, error) {
	o := PostOptions{Token: getenv("GITHUB_TOKEN"), APIURL: getenv("GITHUB_API_URL"), Repository: getenv("GITHUB_REPOSITORY"),
		HeadSHA: getenv("GITHUB_SHA"), BaseRef: getenv("GITHUB_BASE_REF"), Now: time.Now}
	if o.Token == "" || o.Repository == "" {
		return o, errors.New("--post needs GITHUB_TOKEN and GITHUB_REPOSITORY: run it in a GitHub workflow, with `env: {GITHUB_TOKEN: ${{ github.token }}}` and `permissions: {checks: write, contents: read}`")
	}
	if o.APIURL == "" {
		o.APIURL = DefaultGitHubURL
	}
	if server, run := getenv("GITHUB_SERVER_URL"), getenv("GITHUB_RUN_ID"); server != "" && run != "" {
		o.RunURL = server + "/" + o.Repository + "/actions/runs/" + run
	}
	if name := getenv("GITHUB_EVENT_PATH"); name != "" {
		event, err := readEvent(name)
		if err != nil {
			return o, err
		}
		switch {
		case event.PullRequest.Head.SHA != "":
			o.HeadSHA, o.BaseRef = event.PullRequest.Head.SHA, event.PullRequest.Base.Ref
		case event.MergeGroup.HeadSHA != "":
			o.HeadSHA, o.BaseRef = event.MergeGroup.HeadSHA, strings.TrimPrefix(event.MergeGroup.BaseRef, "refs/heads/")
		}
	}
	if !fullCommit.MatchString(o.HeadSHA) {
		return o, errors.New("--post does not know the commit: GITHUB_SHA is not one")
	}
	return o, nil
}

func readEvent(name string) (payload, error) {
	f, err := os.Open(name)
	if err != nil {
		return payload{}, fmt.Errorf("read the event of the workflow: %w", err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxEventBytes))
	if err != nil {
		return payload{}, fmt.Errorf("read the event of the workflow: %w", err)
	}
	e, err := parseEvent("workflow", "workflow", body)
	return e.Payload, err
}

// Post posts a decision as the App does: a run per stage and the roll-up, by the same
// code under the same names. Where the token may not write checks, as in the workflow of
// a fork, it writes annotations of the workflow to out, says so, and returns false; the
// exit status then is the answer.
func Post(ctx context.Context, o PostOptions, d *engine.Decision, change []sbom.Change, out io.Writer) (posted bool, err error) {
	p, err := o.poster(d)
	if err != nil {
		return false, err
	}
	verdicts := []targetVerdict{{target: target{name: "workflow", baseRef: o.BaseRef}, Verdict: &Verdict{Decision: d, Change: change}}}
	runs := append([]Run{inProgress()}, stageRuns(verdicts, view{})...)
	for _, run := range append(runs, rollUp(verdicts, view{})) {
		run.Buttons = false // nobody would answer them
		if run.DetailsURL == "" {
			run.DetailsURL = o.RunURL
		}
		err := p.post(ctx, run)
		if s := status(err); s == http.StatusForbidden || s == http.StatusNotFound || s == http.StatusUnauthorized {
			fmt.Fprintf(out, "::notice title=mlpolicy::this token may not write check runs (GitHub answered %d), as in the workflow of a fork: the findings are annotations of the workflow\n", s)
			return false, report.GitHub(out, d)
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

func (o PostOptions) poster(d *engine.Decision) (*poster, error) {
	api, err := url.Parse(strings.TrimSuffix(o.APIURL, "/") + "/")
	if err != nil || api.Host == "" {
		return nil, fmt.Errorf("GITHUB_API_URL %q is not an address", o.APIURL)
	}
	owner, name, ok := strings.Cut(o.Repository, "/")
	if !ok {
		return nil, fmt.Errorf("GITHUB_REPOSITORY %q is not owner/name", o.Repository)
	}
	body, err := decide.Encode(d)
	if err != nil {
		return nil, err
	}
	base := o.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	const pause = 500 * time.Millisecond
	limited := &limits{base: base, metrics: newMetrics(prometheus.NewRegistry()), pause: pause}
	client := github.NewClient(&http.Client{Transport: &bearer{o.Token, limited}, Timeout: callTimeout, CheckRedirect: stay})
	client.BaseURL, client.UserAgent = api, "mlpolicy"
	now := o.Now
	if now == nil {
		now = time.Now
	}
	memory := memoryLedger{}
	return &poster{client: client, owner: owner, name: name, evaluation: digestOf(o.HeadSHA, string(body))[:20], headSHA: o.HeadSHA,
		ledger: memory, now: now, pause: pause, careful: true}, nil
}

// bearer adds a token.
type bearer struct {
	token string
	base  http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+b.token)
	return b.base.RoundTrip(req)
}

// memoryLedger remembers runs for one process.
type memoryLedger map[string]store.Run

func (m memoryLedger) Run(_ context.Context, externalID string) (store.Run, error) {
	r, ok := m[externalID]
	if !ok {
		return r, store.ErrNotFound
	}
	return r, nil
}

func (m memoryLedger) SaveRun(_ context.Context, r store.Run, _ time.Time) error {
	m[r.ExternalID] = r
	return nil
}
