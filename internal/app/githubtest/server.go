// Package githubtest is a GitHub for tests: a server with the behaviour that the App
// depends on and an emulator lacks. Check runs append annotations and refuse what is too
// large, tokens hold for one repository and the permissions asked for and expire,
// deliveries are listed and sent again on request, archives redirect, repositories can be
// renamed, and any answer can be made to fail, before or after it took effect.
package githubtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// AppID is the id of the App under test.
const AppID = 4711

// InstallationID is the one installation, of account Owner.
const InstallationID = 99

// Owner is the account that installed the App.
const Owner = "acme"

// Server is a GitHub. All methods are safe for concurrent use.
type Server struct {
	URL string
	Key []byte // PEM of the App's private key

	// HookURL and HookSecret are where and how deliveries are sent.
	HookURL    string
	HookSecret []byte
	// Fault, if set, may answer a call in GitHub's place. It sees the method and path, and
	// is called before the call takes effect.
	Fault func(r *http.Request) *Fault
	// TokenTTL is how long a token is good; 0 is an hour.
	TokenTTL time.Duration
	// NewTokens makes tokens of the new form, longer than 40 characters.
	NewTokens bool
	// TreeLimit is how many entries of a tree are listed; a larger one is truncated. 0 is
	// no limit.
	TreeLimit int

	mu         sync.Mutex
	http       *httptest.Server
	key        *rsa.PrivateKey
	repos      map[int64]*Repo
	commits    map[string]map[string]string // sha → path → content
	archives   map[string][]byte
	runs       map[int64]*CheckRun
	runOrder   []int64
	tokens     map[string]*token
	deliveries []*Delivery
	rules      []RuleAnswer
	calls      []string
	writers    map[string]string // login → permission
	members    map[string]bool   // team/login
	nextID     int64
	settings   Settings
	minted     []string
}

// Fault is an answer in GitHub's place.
type Fault struct {
	Status int
	Header map[string]string
	Body   string
	// Applied makes the call take effect first: the answer is lost, not the call.
	Applied bool
	// Stall is how long the answer takes, with Status 0 before the true one.
	Stall time.Duration
}

// Repo is a repository.
type Repo struct {
	ID       int64
	Name     string // now
	Branches map[string]*Branch
	Pulls    map[int]*Pull
	Private  bool
}

// Branch is a branch.
type Branch struct {
	SHA       string
	Protected bool
}

// Pull is a pull request.
type Pull struct {
	Number  int
	HeadSHA string
	Base    string
	State   string
	Author  string
	Fork    bool
	Reviews []Review
}

// Review is a review of a pull request.
type Review struct{ Login, State, SHA, Association string }

// RuleAnswer is the answer to a deployment protection rule.
type RuleAnswer struct {
	Run                         int64
	Environment, State, Comment string
}

type token struct {
	expires     time.Time
	repos       map[int64]bool // nil: all
	permissions map[string]string
}

// key2048 is made once: it takes a tenth of a second.
var key2048 = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// New starts a GitHub that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	key := key2048()
	s := &Server{key: key, Key: pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		repos: map[int64]*Repo{}, commits: map[string]map[string]string{}, archives: map[string][]byte{}, runs: map[int64]*CheckRun{},
		tokens: map[string]*token{}, writers: map[string]string{}, members: map[string]bool{}, nextID: 1000, settings: asDocumented()}
	s.http = httptest.NewServer(http.HandlerFunc(s.serve))
	s.URL = s.http.URL + "/"
	t.Cleanup(s.http.Close)
	return s
}

func (s *Server) id() int64 {
	s.nextID++
	return s.nextID
}

// Calls returns the method and path of every API call so far, and forgets them.
func (s *Server) Calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// Minted returns every token that was ever given out.
func (s *Server) Minted() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.minted...)
}

// SetFault sets Fault while the server is in use.
func (s *Server) SetFault(fault func(*http.Request) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Fault = fault
}

// ExpireTokens makes every token worthless.
func (s *Server) ExpireTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Allow gives a user a permission on every repository: admin, write, read.
func (s *Server) Allow(login, permission string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writers[login] = permission
}

// Join makes a user a member of a team.
func (s *Server) Join(team, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members[team+"/"+login] = true
}

// RuleAnswers returns the answers to deployment protection rules.
func (s *Server) RuleAnswers() []RuleAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]RuleAnswer(nil), s.rules...)
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls = append(s.calls, r.Method+" "+r.URL.Path)
	fault := s.Fault
	s.mu.Unlock()
	var f *Fault
	if fault != nil {
		f = fault(r)
	}
	if f != nil && f.Stall > 0 {
		time.Sleep(f.Stall)
	}
	if f == nil || f.Status == 0 {
		s.route(w, r)
		return
	}
	if f.Applied {
		s.route(httptest.NewRecorder(), r)
	}
	for k, v := range f.Header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(f.Status)
	io.WriteString(w, f.Body) //nolint:errcheck // the caller may be gone
}

// answer writes JSON.
func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v) //nolint:errcheck // the caller may be gone
}

func refuse(w http.ResponseWriter, code int, format string, args ...any) {
	answer(w, code, map[string]string{"message": fmt.Sprintf(format, args...), "documentation_url": "https://docs.github.com/rest"})
}

// asApp checks the App's JWT: signature, issuer and times.
func (s *Server) asApp(r *http.Request) bool {
	parts := strings.Split(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), ".")
	if len(parts) != 3 {
		return false
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !verify(&s.key.PublicKey, parts[0]+"."+parts[1], sig) {
		return false
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Iss      string
		Iat, Exp float64
	}
	now := float64(s.now().Unix())
	return err == nil && json.Unmarshal(body, &claims) == nil && claims.Iss == strconv.Itoa(AppID) &&
		claims.Iat <= now && claims.Exp > now && claims.Exp-claims.Iat <= 600
}

// issuer is the number of the App that a JWT says it is of, whoever signed it; 0 without.
func (s *Server) issuer(r *http.Request) int64 {
	parts := strings.Split(r.Header.Get("Authorization"), ".")
	if len(parts) != 3 {
		return 0
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct{ Iss string }
	if err != nil || json.Unmarshal(body, &claims) != nil {
		return 0
	}
	id, err := strconv.ParseInt(claims.Iss, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// may checks an installation token for a permission on a repository.
func (s *Server) may(w http.ResponseWriter, r *http.Request, repo *Repo, permission, level string) bool {
	given := r.Header.Get("Authorization")
	_, value, _ := strings.Cut(given, " ")
	t := s.tokens[value]
	if t == nil || time.Now().After(t.expires) {
		refuse(w, http.StatusUnauthorized, "Bad credentials")
		return false
	}
	if repo != nil && t.repos != nil && !t.repos[repo.ID] {
		refuse(w, http.StatusNotFound, "Not Found")
		return false
	}
	if have := t.permissions[permission]; have != "write" && have != level {
		refuse(w, http.StatusForbidden, "Resource not accessible by integration")
		return false
	}
	return true
}

func (s *Server) mint(w http.ResponseWriter, r *http.Request) {
	if !s.asApp(r) {
		refuse(w, http.StatusUnauthorized, "A JSON web token could not be decoded")
		return
	}
	var body struct {
		RepositoryIDs []int64           `json:"repository_ids"`
		Repositories  []string          `json:"repositories"`
		Permissions   map[string]string `json:"permissions"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		refuse(w, http.StatusBadRequest, "Problems parsing JSON")
		return
	}
	t := &token{expires: time.Now().Add(time.Hour), permissions: body.Permissions}
	if s.TokenTTL > 0 {
		t.expires = time.Now().Add(s.TokenTTL)
	}
	if body.RepositoryIDs != nil || body.Repositories != nil {
		t.repos = map[int64]bool{}
	}
	for _, id := range body.RepositoryIDs {
		if s.repos[id] == nil {
			refuse(w, http.StatusUnprocessableEntity, "There is at least one repository that does not exist or is not accessible to the parent installation.")
			return
		}
		t.repos[id] = true
	}
	for _, name := range body.Repositories {
		repo := s.named(Owner, name)
		if repo == nil {
			refuse(w, http.StatusUnprocessableEntity, "There is at least one repository that does not exist or is not accessible to the parent installation.")
			return
		}
		t.repos[repo.ID] = true
	}
	value := "ghs_" + rand.Text() + rand.Text()[:10]
	if s.NewTokens {
		value = "ghs_4711_" + "eyJhbGciOiJSUzI1NiJ9." + rand.Text() + "." + rand.Text() + rand.Text()
	}
	s.tokens[value] = t
	s.minted = append(s.minted, value)
	answer(w, http.StatusCreated, map[string]any{"token": value, "expires_at": t.expires.UTC().Format(time.RFC3339), "permissions": t.permissions})
}

// Delivery is a webhook delivery.
type Delivery struct {
	ID          int64     `json:"id"`
	GUID        string    `json:"guid"`
	DeliveredAt time.Time `json:"delivered_at"`
	Redelivery  bool      `json:"redelivery"`
	Duration    float64   `json:"duration"`
	Status      string    `json:"status"`
	StatusCode  int       `json:"status_code"`
	Event       string    `json:"event"`
	Action      string    `json:"action"`

	body []byte
}

// Deliver records an event and sends it, unless it is lost on the way. It returns the
// status of the answer, 0 when there was none.
func (s *Server) Deliver(event string, payload map[string]any, lost bool) int {
	d := s.Record(event, payload)
	if lost {
		return 0
	}
	return s.Send(d)
}

// Record records an event that is not sent yet.
func (s *Server) Record(event string, payload map[string]any) *Delivery {
	payload["installation"] = map[string]any{"id": InstallationID, "account": map[string]any{"login": Owner}}
	body, err := json.Marshal(payload)
	if err != nil {
		panic(err)
	}
	action, _ := payload["action"].(string)
	s.mu.Lock()
	defer s.mu.Unlock()
	d := &Delivery{ID: s.id(), GUID: guid(), DeliveredAt: time.Now(), Status: "failed to connect to host", StatusCode: 502, Event: event, Action: action, body: body}
	s.deliveries = append(s.deliveries, d)
	return d
}

// Redelivered tells how often an event was asked for again.
func (s *Server) Redelivered(d *Delivery) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, other := range s.deliveries {
		if other.GUID == d.GUID && other.Redelivery {
			n++
		}
	}
	return n
}

func guid() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // never fails
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Send sends a delivery, again with the same GUID.
func (s *Server) Send(d *Delivery) int {
	s.mu.Lock()
	url, secret := s.HookURL, s.HookSecret
	s.mu.Unlock()
	req, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(d.body))
	if err != nil {
		panic(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-GitHub-Event", d.Event)
	req.Header.Set("X-GitHub-Delivery", d.GUID)
	req.Header.Set("X-Hub-Signature-256", Sign(secret, d.body))
	code := 0
	if resp, err := (&http.Client{Timeout: 10 * time.Second}).Do(req); err == nil {
		io.Copy(io.Discard, resp.Body) //nolint:errcheck // only the status counts
		resp.Body.Close()
		code = resp.StatusCode
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.StatusCode, d.Status = code, "OK"
	if code < 200 || code > 299 {
		d.Status = "failed"
	}
	return code
}

// Sign is the signature of a payload.
func Sign(secret, body []byte) string {
	h := hmac.New(sha256.New, secret)
	h.Write(body)
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}
