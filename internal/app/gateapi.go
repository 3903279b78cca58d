package app

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/gate"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

const (
	// maxRequestBytes bounds a request of the gate API, which may bring statements.
	maxRequestBytes = maxEvidenceFile
	// minTokenBytes refuses bearer tokens that can be guessed.
	minTokenBytes = 16
)

// DecisionRequest is the body of POST /v1/decisions.
type DecisionRequest struct {
	Repository string `json:"repository"` // owner/name of a repository the App is installed on
	Revision   string `json:"revision"`   // full commit
	// Mode is gate, which proves a model before it enters one stage, or check, which says
	// what a pull request would. The default is gate.
	Mode        string         `json:"mode"`
	Stages      []engine.Stage `json:"stages"` // gate: one, deployment by default; check: all by default
	Environment string         `json:"environment"`
	// Model is the folder of the model in the commit; by default the one that holds a
	// model.sig, or the whole commit.
	Model string `json:"model"`
	// Attestations are signed statements, beside those that lie in the commit: Sigstore
	// bundles or DSSE envelopes, as JSON.
	Attestations []json.RawMessage `json:"attestations"`
}

// check says what is wrong with a request, "" for nothing, and fills the defaults.
func (r *DecisionRequest) check() string {
	if _, name, ok := strings.Cut(r.Repository, "/"); !ok || name == "" || !fullCommit.MatchString(r.Revision) {
		return "repository is owner/name and revision a full commit"
	}
	for _, s := range r.Stages {
		if !slices.Contains(engine.Stages, s) {
			return fmt.Sprintf("there is no stage %q", s)
		}
	}
	switch r.Mode {
	case "", decide.ModeGate:
		r.Mode = decide.ModeGate
		if len(r.Stages) == 0 {
			r.Stages = []engine.Stage{engine.StageDeployment}
		}
		if len(r.Stages) > 1 {
			return `a gate decides one stage; for several give "mode": "check"`
		}
		if r.Model != "" && !fs.ValidPath(r.Model) {
			return "model is a path inside the commit"
		}
	case decide.ModeCheck:
		if r.Model != "" || len(r.Attestations) > 0 {
			return "model and attestations are for a gate"
		}
	default:
		return "mode is gate or check"
	}
	return ""
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
	if wrong := req.check(); wrong != "" {
		fail(w, http.StatusBadRequest, wrong)
		return
	}
	owner, name, _ := strings.Cut(req.Repository, "/")
	repo, err := a.Store.RepositoryNamed(r.Context(), owner, name)
	if errors.Is(err, store.ErrNotFound) || err == nil && repo.State != store.StateActive {
		fail(w, http.StatusNotFound, "the App is not installed on this repository")
		return
	}
	if err == nil {
		switch req.Mode {
		case decide.ModeGate:
			err = a.gateRevision(w, r, repo, req)
		default:
			err = a.decideCommit(w, r, repo, req)
		}
	}
	if err != nil {
		a.failWith(w, err)
	}
}

// gateRevision answers as `mlpolicy gate --format json` does.
func (a *App) gateRevision(w http.ResponseWriter, r *http.Request, repo store.Repository, req DecisionRequest) error {
	g := gateRequest{Stage: req.Stages[0], Environment: req.Environment, Target: "api", Model: req.Model}
	for i, statement := range req.Attestations {
		g.Attestations = append(g.Attestations, gate.File{Name: fmt.Sprintf("request/attestations/%d", i), Data: statement})
	}
	e := store.Evaluation{Repository: repo.ID, HeadSHA: req.Revision, Created: a.Now()}
	models, err := a.gateCommit(r.Context(), a.clients.repo(repo, scopeChecks), e, g)
	if err != nil {
		return err
	}
	worst := worstModel(models)
	var body bytes.Buffer
	if worst.Gate != nil {
		err = worst.Gate.JSON(&body)
	} else {
		err = json.NewEncoder(&body).Encode(worst.Decision)
	}
	if err != nil {
		return err
	}
	answer(w, worst.id, body.Bytes())
	return nil
}

func (a *App) decideCommit(w http.ResponseWriter, r *http.Request, repo store.Repository, req DecisionRequest) error {
	ctx := r.Context()
	c := a.clients.repo(repo, scopeChecks)
	law, org, release, err := a.lawInForce(ctx, c)
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
	answer(w, id, append(body, '\n'))
	return nil
}

func answer(w http.ResponseWriter, id string, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Location", "/decisions/"+id)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // the caller may be gone
}

// failWith says what a caller can act on, and hides the rest behind an id in the log.
func (a *App) failWith(w http.ResponseWriter, err error) {
	var law *LawError
	var archive *source.ArchiveError
	var limited *RateLimited
	var evidence *EvidenceError
	switch {
	case errors.As(err, &evidence):
		fail(w, http.StatusUnprocessableEntity, "could not be proved: "+evidence.Reason)
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
