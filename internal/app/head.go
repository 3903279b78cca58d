package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

// head answers every request for one head that has arrived so far. One worker has a head
// at a time; what arrives meanwhile is answered by the job that it brought.
func (a *App) head(ctx context.Context, repository int64, sha string) error {
	owner := rand.Text()
	head, ok, err := a.Store.Lease(ctx, repository, sha, owner, a.Now(), a.Now().Add(a.Timing.Lease))
	if err != nil {
		return err
	}
	if !ok {
		return river.JobSnooze(max(a.Timing.Lease/8, time.Second)) // another worker has it
	}
	done := head.Done
	defer func() {
		if err := a.Store.Release(context.WithoutCancel(ctx), repository, sha, owner, done, a.Now()); err != nil {
			a.Log.Error("head not released", "repository", repository, "head", sha, "error", err)
		}
	}()
	if head.Done >= head.Wanted {
		return nil
	}
	ctx, stop := a.keep(ctx, head, owner)
	defer stop()
	start := a.Now()
	if err := a.answer(ctx, head); err != nil {
		return err
	}
	a.metrics.seconds.Observe(a.Now().Sub(start).Seconds())
	done = head.Wanted
	return nil
}

// keep renews the lease while a worker works, and ends its context when the lease is lost.
func (a *App) keep(ctx context.Context, head store.Head, owner string) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(a.Timing.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			_, ok, err := a.Store.Lease(ctx, head.Repository, head.SHA, owner, a.Now(), a.Now().Add(a.Timing.Lease))
			if err == nil && !ok {
				cancel()
				return
			}
		}
	}()
	return ctx, func() { cancel(); <-ended }
}

// answer evaluates a head, or ends what it has open when nobody wants it any more.
func (a *App) answer(ctx context.Context, head store.Head) error {
	r, err := a.Store.Repository(ctx, head.Repository)
	if errors.Is(err, store.ErrNotFound) || err == nil && r.State != store.StateActive {
		return nil
	}
	if err != nil {
		return err
	}
	if i, err := a.Store.Installation(ctx, r.Installation); err == nil && i.State != store.StateActive {
		return nil
	}
	return a.relocated(ctx, r, func(r store.Repository) error { return a.answerAs(ctx, r, head) })
}

func (a *App) answerAs(ctx context.Context, r store.Repository, head store.Head) error {
	c := a.clients.repo(r, scopeChecks)
	targets, newer, err := a.targets(ctx, c, head)
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return a.supersedeRuns(ctx, c, head, "", newer)
	}
	id, err := a.evaluationID(ctx, head, targets)
	if err != nil {
		return err
	}
	if err := a.supersedeRuns(ctx, c, head, id, ""); err != nil {
		return err
	}
	e, err := a.Store.BeginEvaluation(ctx, id, head.Repository, head.SHA, a.Now())
	if err != nil || e.State != store.EvaluationRunning {
		return err
	}
	p := a.poster(c, e)
	if err := a.report(ctx, c, p, e, targets); err != nil {
		if a.Now().Sub(e.Created) < a.Timing.Deadline {
			return err // the roll-up stays in_progress, which blocks
		}
		a.Log.Warn("evaluation timed out", "evaluation", e.ID, "repository", r.FullName(), "error", err)
		return a.conclude(ctx, p, e, timedOut(e.Created, a.Timing.Deadline))
	}
	return nil
}

// evaluationID is made from everything that is asked and the place of the evaluation in
// the history of its head. The newest evaluation is continued when it is about the same
// question, so that it does not matter who asks it, how often, or what died meanwhile. A
// question that comes back after another was answered is a new evaluation: what GitHub
// shows is the answer to the other.
func (a *App) evaluationID(ctx context.Context, head store.Head, targets []target) (string, error) {
	earlier, err := a.Store.EvaluationsOf(ctx, head.Repository, head.SHA)
	if err != nil {
		return "", err
	}
	id := func(place int) string {
		h := sha256.New()
		fmt.Fprintf(h, "%d\x00%s\x00%s\x00%d\x00%s\n", head.Repository, head.SHA, head.Force, place, a.Version)
		for _, t := range targets {
			fmt.Fprintf(h, "%s\x00%s\x00%s\x00%v\n", t.name, t.baseRef, t.baseSHA, t.protected)
		}
		return hex.EncodeToString(h.Sum(nil)[:10])
	}
	if n := len(earlier); n > 0 && earlier[n-1].State != store.EvaluationSuperseded && id(n-1) == earlier[n-1].ID {
		return earlier[n-1].ID, nil
	}
	return id(len(earlier)), nil
}

// supersedeRuns ends the open runs of a head, but for those of one evaluation: the head
// is no longer anybody's, or another question is asked about it.
func (a *App) supersedeRuns(ctx context.Context, c *repoClient, head store.Head, except, newer string) error {
	evaluations, err := a.Store.EvaluationsOf(ctx, head.Repository, head.SHA)
	if err != nil {
		return err
	}
	for _, e := range evaluations {
		if e.State != store.EvaluationRunning || e.ID == except {
			continue
		}
		if err := a.poster(c, e).cancelOpen(ctx, newer); err != nil {
			return err
		}
		if err := a.Store.EndEvaluation(ctx, e.ID, store.EvaluationSuperseded, "cancelled", a.Now()); err != nil {
			return err
		}
	}
	return nil
}

// report evaluates every target and posts the runs.
func (a *App) report(ctx context.Context, c *repoClient, p *poster, e store.Evaluation, targets []target) error {
	if err := p.post(ctx, inProgress()); err != nil {
		return err
	}
	verdicts, config, err := a.evaluate(ctx, c, e, targets)
	var law *LawError
	var archive *source.ArchiveError
	switch {
	case errors.As(err, &law):
		return a.conclude(ctx, p, e, lawInvalid(law))
	case errors.As(err, &archive):
		return a.conclude(ctx, p, e, couldNotSee(archive.Reason))
	case err != nil:
		return err
	}
	view := a.view(e)
	for _, run := range stageRuns(verdicts, view) {
		if err := p.post(ctx, run); err != nil {
			return err
		}
	}
	if config != nil {
		if err := p.post(ctx, *config); err != nil {
			return err
		}
	}
	return a.conclude(ctx, p, e, rollUp(verdicts, view))
}

// conclude posts the roll-up, the last run of an evaluation, and ends it.
func (a *App) conclude(ctx context.Context, p *poster, e store.Evaluation, run Run) error {
	if err := p.post(ctx, run); err != nil {
		return err
	}
	a.metrics.evaluations.WithLabelValues(run.Conclusion).Inc()
	a.Log.Info("evaluated", "evaluation", e.ID, "repository", e.Repository, "head", e.HeadSHA, "conclusion", run.Conclusion,
		"milliseconds", a.Now().Sub(e.Created).Milliseconds())
	return a.Store.EndEvaluation(ctx, e.ID, store.EvaluationCompleted, run.Conclusion, a.Now())
}

// targetVerdict is what was decided for one target.
type targetVerdict struct {
	target
	*Verdict
	id string // of the stored decision
	// same names an evaluation of the same bytes, "" for none: a merge group says so.
	same string
}

// evaluate decides every target and stores the decisions. Where any base is protected,
// the others do not count: a branch that nobody protects makes no law for one that is.
func (a *App) evaluate(ctx context.Context, c *repoClient, e store.Evaluation, targets []target) ([]targetVerdict, *Run, error) {
	head, err := a.open(ctx, c, e.HeadSHA)
	if err != nil {
		return nil, nil, err
	}
	defer head.Close()
	org, err := a.orgFiles(ctx, c.Repository)
	if err != nil {
		return nil, nil, err
	}
	if slices.ContainsFunc(targets, func(t target) bool { return t.protected }) {
		targets = slices.DeleteFunc(slices.Clone(targets), func(t target) bool { return !t.protected })
	}
	var verdicts []targetVerdict
	var config *Run
	for _, t := range targets {
		base, release, err := a.base(ctx, c, t.baseSHA)
		if err != nil {
			return nil, nil, err
		}
		defer release()
		cs := Case{Head: head, Base: base, Law: base.FS, Org: org, Now: e.Created, Review: t.review}
		v, err := a.Evaluate(ctx, cs)
		if err != nil {
			return nil, nil, err
		}
		tv := targetVerdict{target: t, Verdict: v}
		if tv.id, err = a.Store.PutDecision(ctx, v.record(c.ID, e, t.name)); err != nil {
			return nil, nil, err
		}
		if strings.HasPrefix(t.name, "group/") {
			if tv.same, err = a.sameSource(ctx, c.ID, v, tv.id); err != nil {
				return nil, nil, err
			}
		}
		verdicts = append(verdicts, tv)
		if config == nil {
			config = a.dryRun(ctx, cs, v)
		}
	}
	return verdicts, config, nil
}

// sameSource finds an earlier decision on the same bytes under the same policy.
func (a *App) sameSource(ctx context.Context, repository int64, v *Verdict, not string) (string, error) {
	if v.Decision.Digests.Source == "" {
		return "", nil
	}
	earlier, err := a.Store.DecisionsOfSource(ctx, repository, v.Decision.Digests.Source, 10)
	for _, r := range earlier {
		if r.ID != not && r.PolicyDigest == v.Decision.Digests.Policy && r.Verdict == string(v.Decision.Decision) {
			return r.Target, nil
		}
	}
	return "", err
}
