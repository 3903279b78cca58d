package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

const (
	sessionCookie = "mlpolicy_session"
	stateCookie   = "mlpolicy_state"
	sessionTime   = 12 * time.Hour
	stateTime     = 10 * time.Minute
	// permissionTime is how long an answer about a reader is used again.
	permissionTime = time.Minute
	// maxPermissions bounds the answers that are kept.
	maxPermissions = 10_000
	// maxAnswer bounds an answer of the sign-in.
	maxAnswer = 64 << 10
)

// Auth signs readers in with GitHub (GitHub Docs, "Generating a user access token for a
// GitHub App", web application flow). The user's token is used once, to learn who it is,
// and not kept.
type Auth struct {
	ClientID, ClientSecret string
	WebURL                 string // https://github.com/ or https://HOST/
	APIURL                 string
	PublicURL              string // of these pages
	Client                 *http.Client
}

// signedIn returns who reads. Without Auth everybody may, as the server then listens on
// loopback alone.
func (s *Server) signedIn(r *http.Request) (string, bool) {
	if s.Auth == nil {
		return "", true
	}
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return "", false
	}
	login, err := s.Store.Session(r.Context(), digest(c.Value), s.Now())
	return login, err == nil
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func (s *Server) cookie(name, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(age.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(s.Auth.PublicURL, "https:")}
}

func (s *Server) redirectURI() string {
	return strings.TrimSuffix(s.Auth.PublicURL, "/") + "/auth/callback"
}

// login sends the reader to GitHub, with a state that comes back with it.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	state := rand.Text()
	to := r.URL.Query().Get("to")
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		to = "/" // a link to another site would be an open redirect
	}
	http.SetCookie(w, s.cookie(stateCookie, state+url.QueryEscape(to), stateTime))
	q := url.Values{"client_id": {s.Auth.ClientID}, "redirect_uri": {s.redirectURI()}, "state": {state}}
	http.Redirect(w, r, strings.TrimSuffix(s.Auth.WebURL, "/")+"/login/oauth/authorize?"+q.Encode(), http.StatusSeeOther)
}

// callback takes the code that GitHub sent the reader back with.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	const stateBytes = 26 // of rand.Text
	c, err := r.Cookie(stateCookie)
	if err != nil || len(c.Value) < stateBytes || subtle.ConstantTimeCompare([]byte(c.Value[:stateBytes]), []byte(r.URL.Query().Get("state"))) != 1 {
		s.fail(w, r, &httpError{http.StatusBadRequest, "The sign-in took too long or was begun elsewhere. Please try again."})
		return
	}
	login, err := s.Auth.who(r.Context(), r.URL.Query().Get("code"), s.redirectURI())
	if err != nil {
		s.Log.Warn("sign-in", "error", err)
		s.fail(w, r, &httpError{http.StatusForbidden, "GitHub did not confirm the sign-in. Please try again."})
		return
	}
	session := rand.Text() + rand.Text()
	if err := s.Store.PutSession(r.Context(), digest(session), login, s.Now().Add(sessionTime)); err != nil {
		s.fail(w, r, err)
		return
	}
	http.SetCookie(w, s.cookie(stateCookie, "", -time.Second))
	http.SetCookie(w, s.cookie(sessionCookie, session, sessionTime))
	to, err := url.QueryUnescape(c.Value[stateBytes:])
	if err != nil {
		to = "/"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(sessionCookie); err == nil {
		if err := s.Store.PutSession(r.Context(), digest(c.Value), "", time.UnixMilli(1)); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	http.SetCookie(w, s.cookie(sessionCookie, "", -time.Second))
	http.Redirect(w, r, "/auth/login", http.StatusSeeOther)
}

// who exchanges a code for a token, and the token for a login.
func (a *Auth) who(ctx context.Context, code, redirectURI string) (string, error) {
	if code == "" {
		return "", errors.New("no code")
	}
	form := url.Values{"client_id": {a.ClientID}, "client_secret": {a.ClientSecret}, "code": {code}, "redirect_uri": {redirectURI}}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := a.ask(ctx, http.MethodPost, strings.TrimSuffix(a.WebURL, "/")+"/login/oauth/access_token", "", strings.NewReader(form.Encode()), &token); err != nil {
		return "", err
	}
	if token.AccessToken == "" {
		return "", errors.New("no token for the code")
	}
	var user struct{ Login string }
	if err := a.ask(ctx, http.MethodGet, strings.TrimSuffix(a.APIURL, "/")+"/user", token.AccessToken, nil, &user); err != nil {
		return "", err
	}
	if user.Login == "" {
		return "", errors.New("no login for the token")
	}
	return user.Login, nil
}

func (a *Auth) ask(ctx context.Context, method, link, token string, body io.Reader, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, link, body)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	client := a.Client
	if client == nil {
		client = &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	resp, err := client.Do(req)
	if err != nil {
		return errors.New("GitHub did not answer") // err may quote the secret
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("GitHub answered %d", resp.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(into)
}

// permissions remembers for a minute what readers may see.
type permissions struct {
	mu      sync.Mutex
	answers map[string]permission
}

type permission struct {
	may   bool
	until time.Time
}

func newPermissions() *permissions { return &permissions{answers: map[string]permission{}} }

// may tells whether the reader may read a repository on GitHub. A decision that belongs
// to no repository is for everybody who is signed in.
func (s *Server) may(ctx context.Context, v visit, r store.Repository) (bool, error) {
	if s.Auth == nil || r.ID == 0 || r.Public == "yes" {
		return true, nil
	}
	key := fmt.Sprintf("%d/%s", r.ID, v.login)
	s.seen.mu.Lock()
	known, ok := s.seen.answers[key]
	s.seen.mu.Unlock()
	if ok && s.Now().Before(known.until) {
		return known.may, nil
	}
	level, err := s.Permission(ctx, r, v.login)
	if err != nil {
		return false, err
	}
	may := level == "read" || level == "triage" || level == "write" || level == "maintain" || level == "admin"
	s.seen.mu.Lock()
	defer s.seen.mu.Unlock()
	if len(s.seen.answers) >= maxPermissions {
		clear(s.seen.answers)
	}
	s.seen.answers[key] = permission{may, s.Now().Add(permissionTime)}
	return may, nil
}

// readable returns the repository with an id when the reader may read it. One that is
// not there and one that may not be seen look the same.
func (s *Server) readable(ctx context.Context, v visit, id int64) (store.Repository, error) {
	if id == 0 {
		return store.Repository{}, nil
	}
	r, err := s.Store.Repository(ctx, id)
	if err != nil {
		return r, err
	}
	may, err := s.may(ctx, v, r)
	if err == nil && !may {
		err = errNoPage
	}
	return r, err
}
