package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/gate"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

// maxComment bounds the comment of a deployment protection rule's answer.
const maxComment = 1000

// protect answers a deployment protection rule: it is the gate of the stage deployment for
// the commit that is to be deployed, under the law of the default branch.
func (a *App) protect(ctx context.Context, args deployArgs) error {
	r, err := a.Store.Repository(ctx, args.Repository)
	if err != nil {
		return err
	}
	return a.relocated(ctx, r, func(r store.Repository) error { return a.protectAs(ctx, r, args) })
}

func (a *App) protectAs(ctx context.Context, r store.Repository, args deployArgs) error {
	c := a.clients.repo(r, scopeDeploy)
	e := store.Evaluation{ID: "deploy-" + args.GUID, Repository: r.ID, HeadSHA: args.SHA, Created: a.Now()}
	models, err := a.gateCommit(ctx, c, e, gateRequest{Stage: engine.StageDeployment, Environment: args.Environment, Target: "environment/" + args.Environment})
	var invalid *LawError
	var archive *source.ArchiveError
	var evidence *EvidenceError
	switch {
	case errors.As(err, &invalid):
		return a.answerRule(ctx, c, args, "rejected", "policy configuration invalid at "+lawPlace(invalid))
	case errors.As(err, &archive):
		return a.answerRule(ctx, c, args, "rejected", "could not see everything: "+archive.Reason)
	case errors.As(err, &evidence):
		return a.answerRule(ctx, c, args, "rejected", "could not be proved: "+evidence.Reason)
	case err != nil:
		return err // tried again; nothing is deployed meanwhile
	}
	worst := worstModel(models)
	state := "rejected"
	if worst.Decision.Decision == engine.Allow {
		state = "approved"
	}
	comment := proofComment(worst.Verdict)
	if len(models) > 1 {
		comment = fmt.Sprintf("%s (the worst of %d models): %s", worst.model, len(models), comment)
	}
	if link := a.view(e).decision(worst.id); link != "" {
		comment += " " + link
	}
	return a.answerRule(ctx, c, args, state, comment)
}

// gateRequest is what a gate is asked about a commit.
type gateRequest struct {
	Stage       engine.Stage
	Environment string
	Target      string // where the answer goes, as it is stored
	// Model is a folder of the commit, "" for every one that holds a signature.
	Model string
	// Attestations are statements beside those of the commit.
	Attestations []gate.File
}

// gatedModel is what a gate decided about one model of a commit.
type gatedModel struct {
	model string
	*Verdict
	id string // of the stored decision
}

// worstModel is the model that decides about a commit.
func worstModel(models []gatedModel) gatedModel {
	worst := models[0]
	for _, m := range models[1:] {
		if worse(decisionConclusion(m.Decision), decisionConclusion(worst.Decision)) {
			worst = m
		}
	}
	return worst
}

// gateCommit decides a stage for each model of a commit as `mlpolicy gate` does, under the
// law of the default branch, and stores the decisions. Evidence that is not there is none:
// the controls that need it have no answer.
func (a *App) gateCommit(ctx context.Context, c *repoClient, e store.Evaluation, req gateRequest) ([]gatedModel, error) {
	law, org, release, err := a.lawInForce(ctx, c)
	if err != nil {
		return nil, err
	}
	defer release()
	head, err := a.open(ctx, c, e.HeadSHA)
	if err != nil {
		return nil, err
	}
	defer head.Close()
	models, statements, err := findEvidence(head.FS)
	if err != nil {
		return nil, err
	}
	if req.Model != "" {
		models = []string{req.Model}
	}
	var out []gatedModel
	for _, model := range models {
		evidence, err := evidenceOf(head.FS, model, append(slices.Clip(req.Attestations), statements...))
		if err != nil {
			return nil, err
		}
		v, err := a.Evaluate(ctx, Case{Head: head, Law: law.FS, Org: org, Stages: []engine.Stage{req.Stage}, Now: e.Created, Environment: req.Environment, Gate: evidence})
		if err != nil {
			return nil, err
		}
		target := req.Target
		if model != "." {
			target += "/" + model
		}
		id, err := a.Store.PutDecision(ctx, v.record(c.ID, e, target))
		if err != nil {
			return nil, err
		}
		out = append(out, gatedModel{model, v, id})
	}
	return out, nil
}

// lawInForce is the tree of the default branch and that of the organisation's law.
func (a *App) lawInForce(ctx context.Context, c *repoClient) (law *Base, org fs.FS, release func(), err error) {
	if c.DefaultBranch == "" {
		return nil, nil, nil, fmt.Errorf("the default branch of %s is not known", c.FullName())
	}
	branch, err := a.branch(ctx, c, c.DefaultBranch)
	if err != nil {
		return nil, nil, nil, err
	}
	if org, err = a.orgFiles(ctx, c.Repository); err != nil {
		return nil, nil, nil, err
	}
	law, release, err = a.base(ctx, c, branch.GetCommit().GetSHA())
	return law, org, release, err
}

// answerRule approves or rejects. go-github v60 has no call for it.
func (a *App) answerRule(ctx context.Context, c *repoClient, args deployArgs, state, comment string) error {
	path := fmt.Sprintf("repos/%s/%s/actions/runs/%d/deployment_protection_rule", c.Owner, c.Name, args.Run)
	req, err := c.NewRequest(http.MethodPost, path, map[string]string{
		"environment_name": args.Environment, "state": state, "comment": clip(strings.TrimSpace(comment), maxComment)})
	if err != nil {
		return err
	}
	if _, err := c.Do(ctx, req, nil); err != nil {
		return fmt.Errorf("answer the deployment protection rule: %w", err)
	}
	return nil
}
