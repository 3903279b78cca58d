package app

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// readHeaderTimeout and readTimeout bound a slow caller; 25 MB in 30 seconds is slow.
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	// readyLag is how long a delivery may wait before the server calls itself not ready.
	readyLag = 10 * time.Minute
)

// newID is a short random id that joins an answer with the log.
func newID() string { return rand.Text()[:12] }

// Handler serves everything: the webhook, the gate API, health and metrics, and pages for
// every other path.
func (a *App) Handler(pages http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/github/webhook", a.ServeWebhook)
	mux.HandleFunc("POST /v1/decisions", a.ServeDecisions)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{}))
	if pages != nil {
		mux.Handle("/", pages)
	}
	return a.recovered(mux)
}

func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	waiting, err := a.Store.QueuedDeliveries(ctx, a.Now().Add(-readyLag))
	switch {
	case err != nil:
		a.Log.Error("not ready", "error", err)
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
	case waiting > 0:
		http.Error(w, "deliveries wait for more than ten minutes", http.StatusServiceUnavailable)
	default:
		w.WriteHeader(http.StatusOK)
	}
}

// recovered answers 500 where a handler panics, without its text.
func (a *App) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				id := newID()
				a.Log.Error("panic", "id", id, "path", r.URL.Path, "panic", p)
				http.Error(w, "something went wrong; the log has it under "+id, http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// Serve listens, works and serves until ctx ends; then it stops to listen, lets requests
// and jobs end, and returns.
func (a *App) Serve(ctx context.Context, listener net.Listener, pages http.Handler) error {
	server := &http.Server{Handler: a.Handler(pages), ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, IdleTimeout: 2 * time.Minute}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	failed := make(chan error, 1)
	go func() {
		err := server.Serve(listener)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		failed <- err
		cancel() // without a listener there is nothing to do
	}()
	worked := make(chan error, 1)
	go func() { worked <- a.Run(ctx) }()
	<-ctx.Done()
	stop, done := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer done()
	return errors.Join(server.Shutdown(stop), <-worked, <-failed)
}
