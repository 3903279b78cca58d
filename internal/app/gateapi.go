package app

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

const (
	// maxRequestBytes bounds a request of the gate API, which names a commit and stages.
	maxRequestBytes = 64 << 10
	// minTokenBytes refuses bearer tokens that can be guessed.
	minTokenBytes = 16
)

// DecisionRequest is the body of POST /v1/decisions.
type DecisionRequest struct {
	Repository  string         `json:"repository"` // owner/name of a repository the App is installed on
	Revision    string         `json:"revision"`   // full commit
	Stages      []engine.Stage `json:"stages"`     // empty: all
	Environment string         `json:"environment"`
}

// fullCommit is a commit in full: a branch or an abbreviation may mean another tomorrow.
var fullCommit = regexp.MustCompile(`^[0-9a-f]{40}([0-9a-f]{24})?$`)

// ServeDecisions is POST /v1/decisions: it decides a commit under the law of the default
// branch, stores the decision and answers with it. The status of the answer says whether
// there is a decision, its `exit` what it is.
func (a *App) ServeDecisions(w http.ResponseWriter, r *http.Request) {
	if len(a.GateToken) < minTokenBytes {
		fail(w, http.StatusNotFound, "the gate API is off")
		return
	}
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || subtle.ConstantTimeCompare([]byte(given), a.GateToken) != 1 {
		w.Header().Set("WWW-Authenticate", "Bearer")
		fail(w, http.StatusUnauthorized, "a bearer token is needed")
		return
	}
	var req DecisionRequest
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequestBytes))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&req); err != nil {
		fail(w, http.StatusBadRequest, "the body is not a request: "+err.Error())
		return
	}
	owner, name, ok := strings.Cut(req.Repository, "/")
	if !ok || !fullCommit.MatchString(req.Revision) {
		fail(w, http.StatusBadRequest, "repository is owner/name and revision a full commit")
		return
	}
	for _, s := range req.Stages {
		if !slices.Contains(engine.Stages, s) {
			fail(w, http.StatusBadRequest, fmt.Sprintf("there is no stage %q", s))
			return
		}
	}
	repo, err := a.Store.RepositoryNamed(r.Context(), owner, name)
	if errors.Is(err, store.ErrNotFound) || err == nil && repo.State != store.StateActive {
		fail(w, http.StatusNotFound, "the App is not installed on this repository")
		return
	}
	if err == nil {
		err = a.decideCommit(w, r, repo, req)
	}
	if err != nil {
		a.failWith(w, err)
	}
}

func (a *App) decideCommit(w http.ResponseWriter, r *http.Request, repo store.Repository, req DecisionRequest) error {
	ctx := r.Context()
	c := a.clients.repo(repo, scopeChecks)
	branch, err := a.branch(ctx, c, repo.DefaultBranch)
	if err != nil {
		return err
	}
	org, err := a.orgFiles(ctx, repo)
	if err != nil {
		return err
	}
	law, release, err := a.base(ctx, c, branch.GetCommit().GetSHA())
	if err != nil {
		return err
	}
	defer release()
	head, err := a.open(ctx, c, req.Revision)
	if err != nil {
		return err
	}
	defer head.Close()
	e := store.Evaluation{Repository: repo.ID, HeadSHA: req.Revision, Created: a.Now()}
	v, err := a.Evaluate(ctx, Case{Head: head, Law: law.FS, Org: org, Stages: req.Stages, Now: e.Created, Environment: req.Environment})
	if err != nil {
		return err
	}
	id, err := a.Store.PutDecision(ctx, v.record(repo.ID, e, "api"))
	if err != nil {
		return err
	}
	body, err := decide.Encode(v.Decision)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Location", "/decisions/"+id)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(append(body, '\n')) // the caller may be gone
	return nil
}

// failWith says what a caller can act on, and hides the rest behind an id in the log.
func (a *App) failWith(w http.ResponseWriter, err error) {
	var law *LawError
	var archive *source.ArchiveError
	var limited *RateLimited
	switch {
	case errors.As(err, &law):
		fail(w, http.StatusConflict, "the law of the default branch cannot be used: "+law.Error())
	case errors.As(err, &archive):
		fail(w, http.StatusUnprocessableEntity, archive.Error())
	case moved(err):
		fail(w, http.StatusNotFound, "there is no such commit")
	case errors.As(err, &limited):
		w.Header().Set("Retry-After", fmt.Sprint(int(limited.After.Seconds())+1))
		fail(w, http.StatusServiceUnavailable, "GitHub limits our calls")
	default:
		id := newID()
		a.Log.Error("gate API", "id", id, "error", err)
		fail(w, http.StatusInternalServerError, "no decision; the log has the reason under "+id)
	}
}

func fail(w http.ResponseWriter, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": message}) // the caller may be gone
}
