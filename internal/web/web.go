// Package web shows decisions, ML-BOMs, lineage, controls, waivers and the health of the
// installation as plain pages: rendered here, readable on a phone, light and dark, and
// complete without a script. It changes nothing but sessions.
//
// Everything it shows was written by others. Templates escape it, the
// Content-Security-Policy allows no inline script, and a page is shown to those alone who
// may read its repository on GitHub.
package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// policy lets a page load its style sheet and script from here and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Options are what the pages need.
type Options struct {
	Store    *store.Store
	Controls []engine.Control
	// Permission is what a login may do with a repository: admin, write, read, none.
	Permission func(ctx context.Context, r store.Repository, login string) (string, error)
	// SiteURL is where people see repositories, such as https://github.com; "" for no links.
	SiteURL string
	// Explain says how a control came to its outcome in a decision; nil where nothing can.
	Explain func(ctx context.Context, r *store.Record, control string) (string, error)
	// Auth is nil only for a server that listens on loopback.
	Auth *Auth
	Now  func() time.Time
	Log  *slog.Logger
}

// Server serves the pages.
type Server struct {
	Options
	pages map[string]*template.Template
	mux   *http.ServeMux
	seen  *permissions
}

// New makes the pages.
func New(opts Options) (*Server, error) {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	s := &Server{Options: opts, mux: http.NewServeMux(), seen: newPermissions()}
	if err := s.parse(); err != nil {
		return nil, err
	}
	static, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	s.mux.Handle("GET /static/", http.StripPrefix("/static/", cached(http.FileServerFS(static))))
	s.handle("GET /{$}", s.index)
	s.handle("GET /repositories/{owner}/{name}", s.repository)
	s.handleDecision("", s.decision)
	s.handleDecision("/bom", s.bom)
	s.handleDecision("/bom.json", s.bomJSON)
	s.handleDecision("/lineage", s.lineage)
	s.handleDecision("/changes", s.changes)
	s.handleDecision("/explain/{control...}", s.explain)
	s.handle("GET /controls", s.controls)
	s.handle("GET /controls/{id...}", s.control)
	s.handle("GET /replays", s.replays)
	s.handle("GET /replays/{id}", s.replay)
	s.handle("GET /waivers", s.waivers)
	s.handle("GET /health", s.health)
	if opts.Auth != nil {
		s.mux.HandleFunc("GET /auth/login", s.login)
		s.mux.HandleFunc("GET /auth/callback", s.callback)
		s.mux.HandleFunc("POST /auth/logout", s.logout)
	}
	return s, nil
}

func cached(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=3600")
		next.ServeHTTP(w, r)
	})
}

// parse gives each page the layout.
func (s *Server) parse() error {
	s.pages = map[string]*template.Template{}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return err
	}
	for _, file := range names {
		name := strings.TrimSuffix(strings.TrimPrefix(file, "templates/"), ".html")
		if name == "layout" {
			continue
		}
		t, err := template.New("layout.html").Funcs(functions).ParseFS(templateFiles, "templates/layout.html", file)
		if err != nil {
			return fmt.Errorf("template %s: %w", name, err)
		}
		s.pages[name] = t
	}
	return nil
}

var functions = template.FuncMap{
	"short":  func(s string) string { return s[:min(len(s), 12)] },
	"words":  func(s string) string { return strings.ReplaceAll(s, "_", " ") },
	"date":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
	"join":   func(s []string) string { return strings.Join(s, ", ") },
	"lower":  strings.ToLower,
	"string": func(v any) string { return fmt.Sprint(v) },
	"brief":  brief,
}

// fullDigest is a digest in full, of which the beginning is enough to compare by eye.
var fullDigest = regexp.MustCompile(`\b((?:sha256:)?[0-9a-f]{12})[0-9a-f]{28,}\b`)

// brief shortens the digests in a text.
func brief(s string) string { return fullDigest.ReplaceAllString(s, "$1…") }

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	s.mux.ServeHTTP(w, r)
}

// httpError is an error that the reader may see.
type httpError struct {
	code    int
	message string
}

func (e *httpError) Error() string { return e.message }

var errNoPage = &httpError{http.StatusNotFound, "There is no such page, or you may not see it."}

var errNoDecision = &httpError{http.StatusNotFound, "There is no such decision, or you may not see it. An old one may no longer be kept here."}

// visit is one request by one reader.
type visit struct {
	*http.Request
	login string // "" where access is not checked
}

// handle serves a page to those who are signed in.
func (s *Server) handle(pattern string, page func(w http.ResponseWriter, v visit) error) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		login, ok := s.signedIn(r)
		if !ok {
			http.Redirect(w, r, "/auth/login?to="+template.URLQueryEscaper(r.URL.RequestURI()), http.StatusSeeOther)
			return
		}
		w.Header().Set("Cache-Control", "private, no-store")
		if err := page(w, visit{r, login}); err != nil {
			s.fail(w, r, err)
		}
	})
}

// fail shows what a reader can act on, and hides the rest behind an id in the log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var shown *httpError
	switch {
	case errors.As(err, &shown):
	case errors.Is(err, store.ErrNotFound):
		shown = errNoPage
	default:
		id := rand.Text()[:12]
		s.Log.Error("page", "id", id, "path", r.URL.Path, "error", err)
		shown = &httpError{http.StatusInternalServerError, "Something went wrong. The log has it under " + id + "."}
	}
	s.render(w, shown.code, "error", visit{Request: r}, map[string]any{"Title": http.StatusText(shown.code), "Message": shown.message})
}

// render writes a page, or nothing of it when its template fails.
func (s *Server) render(w http.ResponseWriter, code int, name string, v visit, data map[string]any) {
	data["Login"], data["Path"], data["Auth"] = v.login, v.URL.Path, s.Auth != nil
	var b bytes.Buffer
	if err := s.pages[name].Execute(&b, data); err != nil {
		s.Log.Error("template", "page", name, "error", err)
		http.Error(w, "Something went wrong.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(b.Bytes()) // the reader may be gone
}
