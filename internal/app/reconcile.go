package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/go-github/v60/github"
	"github.com/riverqueue/river"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

const (
	// redeliverWindow is how long GitHub can deliver an event again.
	redeliverWindow = 3 * 24 * time.Hour
	// redeliverOverlap is looked at again each time: the list is not strictly ordered.
	redeliverOverlap = 10 * time.Minute
	// maxDeliveryPages bounds one look at the list of deliveries, 100 a page.
	maxDeliveryPages = 50
	// maxSweep bounds the heads that one look wakes up.
	maxSweep = 500
	// ledgerAge is how long handled deliveries are remembered.
	ledgerAge = 8 * 24 * time.Hour

	redeliverMark = "redeliver:since"
)

// redeliver asks GitHub to deliver again what did not arrive: it never does so itself.
// A delivery is lost when GitHub could not hand it over, and also when it says that it
// did and our ledger does not have it.
func (a *App) redeliver(ctx context.Context) error {
	if err := a.forget(ctx); err != nil {
		return err
	}
	mark, err := a.Store.Mark(ctx, redeliverMark)
	if err != nil {
		return err
	}
	since := a.Now().Add(-redeliverWindow)
	if ms, err := strconv.ParseInt(mark, 10, 64); err == nil && time.UnixMilli(ms).Add(-redeliverOverlap).After(since) {
		since = time.UnixMilli(ms).Add(-redeliverOverlap)
	}
	client, err := a.clients.asApp()
	if err != nil {
		return err
	}
	now := a.Now()
	failed, err := a.lost(ctx, client, since)
	if err != nil {
		return err
	}
	for _, d := range failed {
		_, _, err := client.Apps.RedeliverHookDelivery(ctx, d.GetID())
		var accepted *github.AcceptedError
		if err != nil && !errors.As(err, &accepted) && status(err) != http.StatusNotFound {
			return fmt.Errorf("deliver %s again: %w", d.GetGUID(), err)
		}
		a.metrics.redelivered.Inc()
	}
	return a.Store.SetMark(ctx, redeliverMark, strconv.FormatInt(now.UnixMilli(), 10))
}

// forget removes what is older than it is kept.
func (a *App) forget(ctx context.Context) error {
	if err := a.Store.ForgetDeliveries(ctx, a.Now().Add(-ledgerAge)); err != nil {
		return err
	}
	if err := a.Store.ForgetSessions(ctx, a.Now()); err != nil {
		return err
	}
	if a.Keep > 0 {
		n, err := a.Store.ForgetDecisions(ctx, a.Now().Add(-a.Keep))
		if err != nil {
			return err
		}
		if n > 0 {
			a.Log.Info("decisions forgotten", "decisions", n, "kept_for", a.Keep.String())
		}
	}
	return nil
}

// lost lists one delivery of each event that no delivery of has arrived.
func (a *App) lost(ctx context.Context, client *github.Client, since time.Time) ([]*github.HookDelivery, error) {
	seen := map[string]bool{}
	var out []*github.HookDelivery
	opts := &github.ListCursorOptions{PerPage: 100}
	for range maxDeliveryPages {
		deliveries, resp, err := client.Apps.ListHookDeliveries(ctx, opts)
		if err != nil {
			return nil, fmt.Errorf("list deliveries: %w", err)
		}
		old := false
		for _, d := range deliveries {
			if d.GetDeliveredAt().Before(since) {
				old = true
				break
			}
			if seen[d.GetGUID()] {
				continue
			}
			seen[d.GetGUID()] = true
			has, err := a.Store.HasDelivery(ctx, d.GetGUID())
			if err != nil {
				return nil, err
			}
			if !has {
				out = append(out, d)
			}
		}
		if old || resp.Cursor == "" {
			break
		}
		opts.Cursor = resp.Cursor
	}
	slices.Reverse(out) // oldest first
	return out, nil
}

// sweep wakes up heads that wait and have no job, for instance because their worker was
// killed, until ctx ends.
func (a *App) sweep(ctx context.Context) {
	tick := time.NewTicker(a.Timing.Sweep)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		due, err := a.Store.DueHeads(ctx, a.Now(), a.Now().Add(-a.Timing.Sweep), maxSweep)
		if err != nil {
			a.Log.Error("look for heads that wait", "error", err)
			continue
		}
		for _, h := range due {
			err := a.Store.InTx(ctx, func(tx store.Tx) error {
				return a.queue.Insert(ctx, tx, headArgs{h.Repository, h.SHA}, &river.InsertOpts{Priority: 2, UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: max(a.Timing.Sweep, time.Second)}})
			})
			if err != nil {
				a.Log.Error("wake a head", "error", err)
				break
			}
		}
	}
}

// openHeads looks on GitHub for open heads without our completed roll-up.
func (a *App) openHeads(ctx context.Context) error {
	client, err := a.clients.asApp()
	if err != nil {
		return err
	}
	opts := &github.ListOptions{PerPage: 100}
	for {
		installations, resp, err := client.Apps.ListInstallations(ctx, opts)
		if err != nil {
			return fmt.Errorf("list installations: %w", err)
		}
		for _, i := range installations {
			state := store.StateActive
			if i.SuspendedAt != nil {
				state = store.StateSuspended
			}
			err := a.Store.InTx(ctx, func(tx store.Tx) error {
				if err := a.Store.PutInstallation(ctx, tx, store.Installation{ID: i.GetID(), Account: i.GetAccount().GetLogin(), State: state}, a.Now()); err != nil {
					return err
				}
				if state != store.StateActive {
					return nil
				}
				return a.queue.Insert(ctx, tx, backfillArgs{Installation: i.GetID(), Missing: true}, &river.InsertOpts{Priority: priorityBackfill})
			})
			if err != nil {
				return err
			}
		}
		if resp.NextPage == 0 {
			return nil
		}
		opts.Page = resp.NextPage
	}
}

// backfill asks for the open pull requests of an installation's repositories: one job
// per repository, so that a limit stops one and not all.
func (a *App) backfill(ctx context.Context, args backfillArgs) error {
	if args.Repository != 0 {
		return a.backfillRepository(ctx, args)
	}
	client := a.clients.installation(args.Installation)
	opts := &github.ListOptions{PerPage: 100}
	for {
		list, resp, err := client.Apps.ListRepos(ctx, opts)
		if err != nil {
			return fmt.Errorf("list repositories of installation %d: %w", args.Installation, err)
		}
		for _, r := range list.Repositories {
			err := a.Store.InTx(ctx, func(tx store.Tx) error {
				found := repository{ID: r.GetID(), FullName: r.GetFullName(), Private: r.Private, DefaultBranch: r.GetDefaultBranch()}
				if err := a.putRepository(ctx, tx, args.Installation, found); err != nil {
					return err
				}
				return a.queue.Insert(ctx, tx, backfillArgs{args.Installation, r.GetID(), args.Missing}, &river.InsertOpts{Priority: priorityBackfill})
			})
			if err != nil {
				return err
			}
		}
		if resp.NextPage == 0 {
			return nil
		}
		opts.Page = resp.NextPage
	}
}

func (a *App) backfillRepository(ctx context.Context, args backfillArgs) error {
	r, err := a.Store.Repository(ctx, args.Repository)
	if err != nil {
		return err
	}
	c := a.clients.repo(r, scopeChecks)
	return a.eachPull(ctx, c, func(p store.Pull) error {
		force := ""
		if args.Missing {
			missing, err := a.rollUpMissing(ctx, c, p.HeadSHA)
			if err != nil || !missing {
				return err
			}
			done, err := a.lastCompleted(ctx, r.ID, p.HeadSHA)
			if err != nil {
				return err
			}
			if done != "" {
				force = "lost " + done // it was completed here, and is not there
			}
		}
		return a.Store.InTx(ctx, func(tx store.Tx) error {
			return a.claim(ctx, tx, p.Repository, p.HeadSHA, p.Number, force, priorityBackfill)
		})
	})
}

// rollUpMissing tells whether a commit has no completed roll-up of ours.
func (a *App) rollUpMissing(ctx context.Context, c *repoClient, sha string) (bool, error) {
	runs, _, err := c.Checks.ListCheckRunsForRef(ctx, c.Owner, c.Name, sha, &github.ListCheckRunsOptions{
		CheckName: github.String(RollUpName), AppID: &a.AppID, Filter: github.String("latest")})
	if err != nil {
		return false, fmt.Errorf("list check runs: %w", err)
	}
	return !slices.ContainsFunc(runs.CheckRuns, func(r *github.CheckRun) bool { return r.GetStatus() == "completed" }), nil
}

func (a *App) lastCompleted(ctx context.Context, repository int64, sha string) (string, error) {
	evaluations, err := a.Store.EvaluationsOf(ctx, repository, sha)
	last := ""
	for _, e := range evaluations {
		if e.State == store.EvaluationCompleted {
			last = e.ID
		}
	}
	return last, err
}
