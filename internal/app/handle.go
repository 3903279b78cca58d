package app

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/riverqueue/river"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

// handle turns a delivery into requests. It changes the database in one transaction with
// the mark that the delivery is done, so that it may run any number of times.
func (a *App) handle(ctx context.Context, e *event) error {
	known, err := a.knownInstallation(ctx, e)
	if err != nil {
		return err
	}
	return a.Store.InTx(ctx, func(tx store.Tx) error {
		if known {
			if err := a.route(ctx, tx, e); err != nil {
				return err
			}
		}
		return a.Store.DeliveryDone(ctx, tx, e.GUID)
	})
}

// knownInstallation tells whether an event belongs to an installation of this App that
// is active. One that is not in our table is asked for: its event may have been lost.
func (a *App) knownInstallation(ctx context.Context, e *event) (bool, error) {
	id := e.Payload.Installation.ID
	if id == 0 {
		return false, nil
	}
	if e.Name == "installation" {
		return true, nil
	}
	i, err := a.Store.Installation(ctx, id)
	if err == nil {
		return i.State == store.StateActive, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	client, err := a.clients.asApp()
	if err != nil {
		return false, err
	}
	found, _, err := client.Apps.GetInstallation(ctx, id)
	if status(err) == http.StatusNotFound {
		a.Log.Warn("event of an unknown installation", "installation", id, "event", e.Name)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, a.Store.InTx(ctx, func(tx store.Tx) error {
		return a.Store.PutInstallation(ctx, tx, store.Installation{ID: id, Account: found.GetAccount().GetLogin(), State: store.StateActive}, a.Now())
	})
}

// route is the table of facts: event → requests.
func (a *App) route(ctx context.Context, tx store.Tx, e *event) error {
	p := &e.Payload
	if e.Name == "installation" || e.Name == "installation_repositories" {
		return a.routeInstallation(ctx, tx, e)
	}
	if p.Repository.ID == 0 {
		return nil
	}
	if err := a.putRepository(ctx, tx, p.Installation.ID, p.Repository); err != nil {
		return err
	}
	switch e.Name {
	case "pull_request":
		return a.routePull(ctx, tx, e)
	case "pull_request_review":
		return a.claim(ctx, tx, p.Repository.ID, p.PullRequest.Head.SHA, p.PullRequest.Number, "review "+e.GUID, priorityNow)
	case "push":
		return a.routePush(ctx, tx, e)
	case "check_suite", "check_run":
		return a.routeCheck(ctx, tx, e)
	case "merge_group":
		g := store.Group{Repository: p.Repository.ID, HeadSHA: p.MergeGroup.HeadSHA, BaseSHA: p.MergeGroup.BaseSHA,
			BaseRef: strings.TrimPrefix(p.MergeGroup.BaseRef, "refs/heads/")}
		put := a.Store.PutGroup
		if p.Action == "destroyed" {
			put = a.Store.CloseGroup
		}
		if err := put(ctx, tx, g, a.Now()); err != nil {
			return err
		}
		return a.want(ctx, tx, g.Repository, g.HeadSHA, "", priorityNow)
	case "deployment_protection_rule":
		if p.Action != "requested" || e.Run == 0 || p.Deployment.SHA == "" {
			return nil
		}
		return a.queue.Insert(ctx, tx, deployArgs{p.Repository.ID, e.Run, p.Environment, p.Deployment.SHA, e.GUID}, &river.InsertOpts{Priority: priorityNow})
	case "repository":
		if p.Action == "deleted" {
			return a.Store.RemoveRepository(ctx, tx, p.Repository.ID, a.Now())
		}
	}
	return nil
}

func (a *App) routePull(ctx context.Context, tx store.Tx, e *event) error {
	p := &e.Payload
	switch p.Action {
	case "edited":
		if p.Changes.Base == nil {
			return nil
		}
	case "opened", "synchronize", "reopened", "ready_for_review", "closed":
	default:
		return nil
	}
	return a.claim(ctx, tx, p.Repository.ID, p.PullRequest.Head.SHA, p.PullRequest.Number, "", priorityNow)
}

// claim asks for a commit that is said to be the head of a pull request. Whether it is
// one, and still is, its job asks GitHub: deliveries come late and in any order.
func (a *App) claim(ctx context.Context, tx store.Tx, repository int64, sha string, number int, force string, priority int) error {
	if number == 0 || sha == "" {
		return nil
	}
	if err := a.Store.Claim(ctx, tx, repository, sha, number); err != nil {
		return err
	}
	return a.want(ctx, tx, repository, sha, force, priority)
}

// supersede asks for a head that another took the place of.
func (a *App) supersede(ctx context.Context, tx store.Tx, repository int64, sha, successor string) error {
	if err := a.Store.Supersede(ctx, tx, repository, sha, successor, a.Now()); err != nil {
		return err
	}
	return a.queue.Insert(ctx, tx, headArgs{repository, sha}, &river.InsertOpts{Priority: priorityNow})
}

// routePush asks for the pull requests into a branch whose law may have changed.
func (a *App) routePush(ctx context.Context, tx store.Tx, e *event) error {
	branch, ok := strings.CutPrefix(e.Payload.Ref, "refs/heads/")
	if !ok || !e.LawChanged {
		return nil
	}
	return a.queue.Insert(ctx, tx, lawArgs{e.Payload.Repository.ID, branch, e.Payload.After}, &river.InsertOpts{Priority: 2})
}

func (a *App) routeCheck(ctx context.Context, tx store.Tx, e *event) error {
	p := &e.Payload
	if !e.ours(a.AppID) {
		return nil
	}
	switch {
	case p.Action == "rerequested" && e.Name == "check_run":
		return a.want(ctx, tx, p.Repository.ID, p.CheckRun.HeadSHA, "rerun "+e.GUID, priorityNow)
	case p.Action == "rerequested":
		return a.want(ctx, tx, p.Repository.ID, p.CheckSuite.HeadSHA, "rerun "+e.GUID, priorityNow)
	case p.Action == "requested_action":
		return a.queue.Insert(ctx, tx, actionArgs{p.Repository.ID, p.CheckRun.ID, p.RequestedAction.Identifier, p.Sender.Login, e.GUID},
			&river.InsertOpts{Priority: priorityNow})
	}
	return nil
}

func (a *App) routeInstallation(ctx context.Context, tx store.Tx, e *event) error {
	p := &e.Payload
	i := store.Installation{ID: p.Installation.ID, Account: p.Installation.Account.Login}
	fill := false
	switch {
	case e.Name == "installation_repositories":
		fill = p.Action == "added"
	case p.Action == "deleted":
		i.State = store.StateDeleted
		a.clients.forget(i.ID)
	case p.Action == "suspend":
		i.State = store.StateSuspended
		a.clients.forget(i.ID)
	case p.Action == "created", p.Action == "unsuspend", p.Action == "new_permissions_accepted":
		i.State, fill = store.StateActive, true
		a.clients.forget(i.ID) // new permissions need new tokens
	}
	if err := a.Store.PutInstallation(ctx, tx, i, a.Now()); err != nil {
		return err
	}
	for _, r := range append(p.Repositories, p.RepositoriesAdded...) {
		if err := a.putRepository(ctx, tx, i.ID, r); err != nil {
			return err
		}
	}
	for _, r := range p.RepositoriesRemoved {
		if err := a.Store.RemoveRepository(ctx, tx, r.ID, a.Now()); err != nil {
			return err
		}
	}
	if !fill {
		return nil
	}
	return a.queue.Insert(ctx, tx, backfillArgs{Installation: i.ID}, &river.InsertOpts{Priority: priorityBackfill})
}

func (a *App) putRepository(ctx context.Context, tx store.Tx, installation int64, r repository) error {
	owner, name, ok := strings.Cut(r.FullName, "/")
	if !ok || r.ID == 0 {
		return nil
	}
	public := "unstated"
	if r.Private != nil {
		public = map[bool]string{true: "no", false: "yes"}[*r.Private]
	}
	return a.Store.PutRepository(ctx, tx, store.Repository{ID: r.ID, Installation: installation, Owner: owner, Name: name, DefaultBranch: r.DefaultBranch, Public: public}, a.Now())
}

// lawChanged asks again for the pull requests into a branch.
func (a *App) lawChanged(ctx context.Context, args lawArgs) error {
	pulls, err := a.Store.PullsInto(ctx, args.Repository, args.Branch)
	if err != nil {
		return err
	}
	for _, p := range pulls {
		// Short transactions, so that deliveries are accepted in between.
		err := a.Store.InTx(ctx, func(tx store.Tx) error {
			return a.want(ctx, tx, p.Repository, p.HeadSHA, "law "+args.SHA, priorityBackfill)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
