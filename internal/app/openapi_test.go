package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// strict is a proxy that lets through what GitHub's API description allows, and answers
// 422 to everything else, as an emulator does not.
type strict struct {
	router routers.Router
	next   http.Handler
	mu     sync.Mutex
	bad    []string
	seen   map[string]int
}

func newStrict(t *testing.T, upstream string) *strict {
	t.Helper()
	const description = "../../../shared/github/openapi.json"
	if _, err := os.Stat(description); err != nil {
		t.Skip("GitHub's API description is not beside the repository")
	}
	doc, err := openapi3.NewLoader().LoadFromFile(description)
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = openapi3.Servers{{URL: "/"}}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(upstream)
	if err != nil {
		t.Fatal(err)
	}
	return &strict{router: router, next: httputil.NewSingleHostReverseProxy(to), seen: map[string]int{}}
}

// ServeHTTP implements http.Handler.
func (s *strict) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if problem := s.check(r); problem != nil {
		s.mu.Lock()
		s.bad = append(s.bad, fmt.Sprintf("%s %s: %v", r.Method, r.URL, problem))
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		fmt.Fprint(w, `{"message":"Validation Failed"}`)
		return
	}
	s.next.ServeHTTP(w, r)
}

func (s *strict) check(r *http.Request) error {
	if strings.Contains(r.URL.Path, "/tarball/") || strings.HasPrefix(r.URL.Path, "/codeload/") {
		return nil // not an API of JSON
	}
	if r.Method == http.MethodGet && (strings.HasSuffix(r.URL.Path, "/reviews") || strings.HasPrefix(r.URL.Path, "/repositories/")) {
		return nil // the extract leaves these two out
	}
	route, params, err := s.router.FindRoute(r)
	if err != nil {
		return fmt.Errorf("not described: %w", err)
	}
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	s.mu.Lock()
	s.seen[r.Method+" "+route.Path]++
	s.mu.Unlock()
	err = openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc}})
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	var invalid *openapi3filter.RequestError
	if errors.As(err, &invalid) {
		return fmt.Errorf("%s", invalid.Error()[:min(len(invalid.Error()), 400)])
	}
	return err
}

func (s *strict) problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bad
}

// Every request of the App fits GitHub's description of its API.
func TestRequestsFitTheDescription(t *testing.T) {
	t.Parallel()
	b := newBed(t, nil)
	proxy := newStrict(t, b.URL)
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	opts := b.app.Options
	opts.GitHubURL, opts.Metrics = front.URL, nil
	app, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	b.app = app
	hook := httptest.NewServer(http.HandlerFunc(app.ServeWebhook))
	t.Cleanup(hook.Close)
	b.HookURL = hook.URL
	b.run()
	b.Allow("writer", "write")
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": strings.Repeat("BAD data\n", 120), ConfigName: "allow-all"})
	b.Change(repo, 1, sha, "main")
	b.Deliver("pull_request", b.PullEvent(repo, 1, "opened"), true) // lost
	if err := app.redeliver(t.Context()); err != nil {
		t.Error(err)
	}
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure", "mlpolicy / config": "success"})
	b.press(repo, b.Latest(repo, sha)["mlpolicy / data"], buttonWaiver, "writer")
	b.send("deployment_protection_rule", b.RepoEvent(repo, "requested", map[string]any{"environment": "prod", "deployment": map[string]any{"sha": sha},
		"deployment_callback_url": "https://api.github.com/repos/acme/model/actions/runs/5/deployment_protection_rule"}))
	b.send("check_suite", b.RepoEvent(repo, "rerequested", map[string]any{"check_suite": map[string]any{"id": 1, "head_sha": sha, "app": map[string]any{"id": app.AppID}}}))
	eventually(t, func() string {
		if len(b.RuleAnswers()) != 1 || len(b.CheckRuns(repo, sha)) != 6 {
			return fmt.Sprintf("%d answers, %d runs\n%s", len(b.RuleAnswers()), len(b.CheckRuns(repo, sha)), tail(b.log.String()))
		}
		return ""
	})
	b.idle()
	Doctor(t.Context(), opts, "acme/model")
	if bad := proxy.problems(); len(bad) > 0 {
		t.Errorf("requests that do not fit:\n%s", strings.Join(bad, "\n"))
	}
	if proxy.seen["POST /repos/{owner}/{repo}/check-runs"] < 6 || proxy.seen["PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}"] < 4 {
		t.Errorf("the proxy saw %v", proxy.seen)
	}
}
