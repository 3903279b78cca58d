package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"
)

const (
	// maxTries bounds how often a call that changes nothing is tried.
	maxTries = 4
	// minLimitPause is how long to wait after a limit that does not say how long:
	// GitHub Docs, "Best practices for using the REST API", at least one minute.
	minLimitPause = time.Minute
	// maxLimitPause bounds what an answer may make us wait; primary limits reset hourly.
	maxLimitPause = time.Hour
	// maxErrorBody bounds how much of an error answer is read.
	maxErrorBody = 64 << 10
)

// RateLimited is an answer that tells to come back later. It concludes nothing.
type RateLimited struct{ After time.Duration }

func (e *RateLimited) Error() string { return fmt.Sprintf("rate limited for %s", e.After) }

// Unavailable is a call that has no answer: a 5xx, a broken connection, a timeout. It
// may or may not have been done.
type Unavailable struct {
	Status int // 0 when there was no answer at all
	Err    error
}

func (e *Unavailable) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("GitHub did not answer: %v", e.Err)
	}
	return fmt.Sprintf("GitHub answered %d", e.Status)
}

func (e *Unavailable) Unwrap() error { return e.Err }

// limits classifies answers, because go-github v60 takes a 429 and a 403 with only a
// text for ordinary errors, and tries calls that change nothing again after a pause.
type limits struct {
	base    http.RoundTripper
	metrics *metrics
	pause   time.Duration
}

// RoundTrip implements http.RoundTripper.
func (l *limits) RoundTrip(req *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		resp, err := l.once(req)
		var unavailable *Unavailable
		if err == nil || !errors.As(err, &unavailable) || try == maxTries || !repeatable(req) {
			return resp, err
		}
		if err := wait(req.Context(), backoff(l.pause, try)); err != nil {
			return nil, err
		}
		if req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

// repeatable tells whether a call may be made twice: reads, and asking for a token.
func repeatable(req *http.Request) bool {
	return req.Method == http.MethodGet || strings.HasSuffix(req.URL.Path, "/access_tokens") && req.GetBody != nil
}

func (l *limits) once(req *http.Request) (*http.Response, error) {
	resp, err := l.base.RoundTrip(req)
	if err != nil {
		l.metrics.calls.WithLabelValues(req.Method, "none").Inc()
		if req.Context().Err() != nil {
			return nil, &Unavailable{Err: req.Context().Err()}
		}
		return nil, &Unavailable{Err: err}
	}
	l.metrics.calls.WithLabelValues(req.Method, strconv.Itoa(resp.StatusCode)).Inc()
	switch {
	case resp.StatusCode >= 500:
		resp.Body.Close()
		return nil, &Unavailable{Status: resp.StatusCode}
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode == http.StatusForbidden:
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		resp.Body.Close()
		if err != nil {
			return nil, &Unavailable{Err: err}
		}
		if after, limited := limitPause(resp, body, time.Now()); limited {
			l.metrics.limited.Inc()
			return nil, &RateLimited{After: after}
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	return resp, nil
}

// limitPause tells whether an answer is a limit, and how long it lasts.
func limitPause(resp *http.Response, body []byte, now time.Time) (time.Duration, bool) {
	text := strings.ToLower(string(body))
	exhausted := resp.Header.Get("X-RateLimit-Remaining") == "0"
	retry := resp.Header.Get("Retry-After")
	if resp.StatusCode == http.StatusForbidden && !exhausted && retry == "" &&
		!strings.Contains(text, "secondary rate limit") && !strings.Contains(text, "abuse detection") {
		return 0, false
	}
	pause := minLimitPause
	if seconds, err := strconv.Atoi(retry); err == nil && seconds >= 0 {
		pause = time.Duration(seconds) * time.Second
	} else if reset, err := strconv.ParseInt(resp.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil && exhausted {
		pause = time.Unix(reset, 0).Sub(now) + time.Second // the header has whole seconds
	}
	return min(max(pause, 0), maxLimitPause), true
}

// backoff is the pause before a try, doubled each time, with a random half so that
// replicas do not return together.
func backoff(first time.Duration, try int) time.Duration {
	d := first << min(try-1, 6)
	return d/2 + rand.N(d/2+1)
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// status is the HTTP status of a GitHub error answer, 0 when it is something else.
func status(err error) int {
	var e *github.ErrorResponse
	if errors.As(err, &e) && e.Response != nil {
		return e.Response.StatusCode
	}
	return 0
}

// moved tells whether a repository is not where its name says: renamed, transferred or
// no longer ours to see.
func moved(err error) bool {
	s := status(err)
	return s == http.StatusNotFound || s == http.StatusMovedPermanently || s == http.StatusPermanentRedirect || s == http.StatusTemporaryRedirect
}
