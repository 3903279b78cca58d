package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

// maxComment bounds the comment of a deployment protection rule's answer.
const maxComment = 1000

// protect answers a deployment protection rule: the stage deployment is decided for the
// commit that is to be deployed, under the law of the default branch.
func (a *App) protect(ctx context.Context, args deployArgs) error {
	r, err := a.Store.Repository(ctx, args.Repository)
	if err != nil {
		return err
	}
	return a.relocated(ctx, r, func(r store.Repository) error { return a.protectAs(ctx, r, args) })
}

func (a *App) protectAs(ctx context.Context, r store.Repository, args deployArgs) error {
	c := a.clients.repo(r, scopeDeploy)
	if r.DefaultBranch == "" {
		return fmt.Errorf("the default branch of %s is not known", r.FullName())
	}
	branch, err := a.branch(ctx, c, r.DefaultBranch)
	if err != nil {
		return err
	}
	org, err := a.orgFiles(ctx, r)
	var invalid *LawError
	if errors.As(err, &invalid) {
		return a.answerRule(ctx, c, args, "rejected", invalid.Error())
	}
	if err != nil {
		return err
	}
	law, release, err := a.base(ctx, c, branch.GetCommit().GetSHA())
	if err != nil {
		return err
	}
	defer release()
	head, err := a.open(ctx, c, args.SHA)
	var archive *source.ArchiveError
	if errors.As(err, &archive) {
		return a.answerRule(ctx, c, args, "rejected", "could not see everything: "+archive.Reason)
	}
	if err != nil {
		return err
	}
	defer head.Close()
	e := store.Evaluation{ID: "deploy-" + args.GUID, Repository: r.ID, HeadSHA: args.SHA, Created: a.Now()}
	v, err := a.Evaluate(ctx, Case{Head: head, Law: law.FS, Org: org, Stages: []engine.Stage{engine.StageDeployment}, Now: e.Created, Environment: args.Environment})
	if errors.As(err, &invalid) {
		return a.answerRule(ctx, c, args, "rejected", "policy configuration invalid at "+lawPlace(invalid))
	}
	if err != nil {
		return err // tried again; nothing is deployed meanwhile
	}
	id, err := a.Store.PutDecision(ctx, v.record(r.ID, e, "environment/"+args.Environment))
	if err != nil {
		return err
	}
	state := "rejected"
	if v.Decision.Decision == engine.Allow {
		state = "approved"
	}
	comment := word(v.Decision.Decision) + ": " + rollUpTitle(v.Decision)
	if link := a.view(e).decision(id); link != "" {
		comment += " " + link
	}
	return a.answerRule(ctx, c, args, state, comment)
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
