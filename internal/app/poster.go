package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

const (
	// maxBatch is how many annotations one call may bring. They are added to those that
	// are there, never put in their place.
	maxBatch = 50
	// RollUpName is the check to require.
	RollUpName = "mlpolicy"
)

// Run is a check run as it should be.
type Run struct {
	Key         string // of the external id: a stage, rollup or config
	Name        string
	Status      string // in_progress | completed
	Conclusion  string // when completed
	Title       string
	Summary     string
	Text        string
	Annotations []*github.CheckRunAnnotation
	Buttons     bool
	DetailsURL  string
}

// ledger remembers which runs were made.
type ledger interface {
	Run(ctx context.Context, externalID string) (store.Run, error)
	SaveRun(ctx context.Context, r store.Run, now time.Time) error
}

// poster makes the check runs of one evaluation be as they should, whatever was lost on
// the way: it writes down what it is about to send, and after a call without an answer
// looks before it sends again.
type poster struct {
	client      *github.Client
	owner, name string
	repository  int64
	evaluation  string
	headSHA     string
	ledger      ledger
	runsOf      func(ctx context.Context, evaluation string) ([]store.Run, error)
	now         func() time.Time
	pause       time.Duration
	// careful looks for a run before making it: for a caller without a memory.
	careful bool
}

func (a *App) poster(c *repoClient, e store.Evaluation) *poster {
	return &poster{client: c.Client, owner: c.Owner, name: c.Name, repository: c.ID, evaluation: e.ID, headSHA: e.HeadSHA,
		ledger: a.Store, runsOf: a.Store.RunsOf, now: a.Now, pause: a.Timing.Retry}
}

func (p *poster) externalID(key string) string { return "mlp1:" + p.evaluation + ":" + key }

// post makes one run be as it should be.
func (p *poster) post(ctx context.Context, run Run) error {
	known, err := p.ledger.Run(ctx, p.externalID(run.Key))
	if errors.Is(err, store.ErrNotFound) {
		known, err = store.Run{ExternalID: p.externalID(run.Key), Evaluation: p.evaluation, Repository: p.repository, HeadSHA: p.headSHA,
			Name: run.Name, Uncertain: p.careful}, nil
	}
	if err != nil {
		return err
	}
	if known.Status != "" && run.Status != "completed" {
		return nil // it was begun before, and may even be completed
	}
	for try := 1; ; try++ {
		err := p.attempt(ctx, &known, run)
		var unavailable *Unavailable
		if err == nil || !errors.As(err, &unavailable) || try == maxTries {
			if err != nil {
				return fmt.Errorf("post %q: %w", run.Name, err)
			}
			return nil
		}
		if err := wait(ctx, backoff(p.pause, try)); err != nil {
			return err
		}
	}
}

func (p *poster) attempt(ctx context.Context, known *store.Run, run Run) error {
	if known.Uncertain {
		if err := p.look(ctx, known); err != nil {
			return err
		}
	}
	if known.RunID == 0 {
		if err := p.send(ctx, known, run, p.create); err != nil {
			return err
		}
	}
	for known.Annotations < len(run.Annotations) || known.Status != run.Status || known.Conclusion != run.Conclusion {
		if err := p.send(ctx, known, run, p.update); err != nil {
			return err
		}
	}
	return nil
}

// look finds out what became of a call that was not answered.
func (p *poster) look(ctx context.Context, known *store.Run) error {
	var found *github.CheckRun
	if known.RunID != 0 {
		run, _, err := p.client.Checks.GetCheckRun(ctx, p.owner, p.name, known.RunID)
		if err != nil {
			return err
		}
		found = run
	} else {
		list, _, err := p.client.Checks.ListCheckRunsForRef(ctx, p.owner, p.name, p.headSHA, &github.ListCheckRunsOptions{
			CheckName: &known.Name, Filter: github.String("all"), ListOptions: github.ListOptions{PerPage: 100}})
		if err != nil {
			return err
		}
		for _, run := range list.CheckRuns {
			if run.GetExternalID() == known.ExternalID {
				found = run
			}
		}
	}
	known.Uncertain = false
	if found != nil {
		known.RunID, known.Status, known.Conclusion = found.GetID(), found.GetStatus(), found.GetConclusion()
		known.Annotations = found.GetOutput().GetAnnotationsCount()
	}
	return p.ledger.SaveRun(ctx, *known, p.now())
}

// send writes down that something is about to be sent, sends it, and writes down what
// became of it. An answer that refuses leaves no doubt; no answer does.
func (p *poster) send(ctx context.Context, known *store.Run, run Run, call func(context.Context, *store.Run, Run, []*github.CheckRunAnnotation) error) error {
	known.Uncertain = true
	if err := p.ledger.SaveRun(ctx, *known, p.now()); err != nil {
		return err
	}
	have := min(known.Annotations, len(run.Annotations))
	batch := run.Annotations[have:min(have+maxBatch, len(run.Annotations))]
	err := call(ctx, known, run, batch)
	var unavailable *Unavailable
	if err != nil && (errors.As(err, &unavailable) || status(err) == 0) && !errors.As(err, new(*RateLimited)) {
		return err // still uncertain
	}
	known.Uncertain = false
	if err == nil {
		known.Status, known.Conclusion = run.Status, run.Conclusion
		known.Annotations += len(batch)
	}
	return errors.Join(err, p.ledger.SaveRun(ctx, *known, p.now()))
}

func (p *poster) create(ctx context.Context, known *store.Run, run Run, batch []*github.CheckRunAnnotation) error {
	opts := github.CreateCheckRunOptions{Name: run.Name, HeadSHA: p.headSHA, ExternalID: &known.ExternalID, Status: &run.Status,
		Output: output(run, batch), Actions: buttons(run), StartedAt: &github.Timestamp{Time: p.now()}}
	if run.DetailsURL != "" {
		opts.DetailsURL = &run.DetailsURL
	}
	if run.Conclusion != "" {
		opts.Conclusion, opts.CompletedAt = &run.Conclusion, &github.Timestamp{Time: p.now()}
	}
	made, _, err := p.client.Checks.CreateCheckRun(ctx, p.owner, p.name, opts)
	if err == nil {
		known.RunID = made.GetID()
	}
	return err
}

func (p *poster) update(ctx context.Context, known *store.Run, run Run, batch []*github.CheckRunAnnotation) error {
	opts := github.UpdateCheckRunOptions{Name: run.Name, ExternalID: &known.ExternalID, Status: &run.Status, Output: output(run, batch), Actions: buttons(run)}
	if run.DetailsURL != "" {
		opts.DetailsURL = &run.DetailsURL
	}
	if run.Conclusion != "" {
		opts.Conclusion, opts.CompletedAt = &run.Conclusion, &github.Timestamp{Time: p.now()}
	}
	_, _, err := p.client.Checks.UpdateCheckRun(ctx, p.owner, p.name, known.RunID, opts)
	return err
}

// output is the part with limits, cut to them.
func output(run Run, batch []*github.CheckRunAnnotation) *github.CheckRunOutput {
	out := &github.CheckRunOutput{Title: github.String(clip(plain(run.Title), maxTitleBytes)), Annotations: batch,
		Summary: github.String(truncate(run.Summary, maxOutputBytes, run.DetailsURL))}
	if run.Text != "" {
		out.Text = github.String(truncate(run.Text, maxOutputBytes, run.DetailsURL))
	}
	return out
}

// The identifiers of the buttons.
const (
	buttonRerun   = "rerun"
	buttonExplain = "explain"
	buttonWaiver  = "waiver"
)

// buttons are shown after completion only: at most three, labels of 20 characters and
// descriptions of 40.
func buttons(run Run) []*github.CheckRunAction {
	if !run.Buttons || run.Status != "completed" {
		return nil
	}
	return []*github.CheckRunAction{
		{Label: "Re-run", Description: "Evaluate this commit again", Identifier: buttonRerun},
		{Label: "Explain", Description: "Show what each control looked at", Identifier: buttonExplain},
		{Label: "Request waiver", Description: "Draft a waiver for these findings", Identifier: buttonWaiver},
	}
}

// cancelOpen ends what is open because another head took the place of this one.
func (p *poster) cancelOpen(ctx context.Context, newer string) error {
	runs, err := p.runsOf(ctx, p.evaluation)
	if err != nil {
		return err
	}
	title := "superseded"
	if newer != "" {
		title = "superseded by " + shortSHA(newer)
	}
	for _, known := range runs {
		if known.Status == "completed" && !known.Uncertain {
			continue
		}
		key := known.ExternalID[len(p.externalID("")):]
		err := p.post(ctx, Run{Key: key, Name: known.Name, Status: "completed", Conclusion: "cancelled", Title: title,
			Summary: "This commit is no longer the head of a pull request or merge group; " + title + "."})
		if err != nil {
			return err
		}
	}
	return nil
}

func shortSHA(sha string) string { return sha[:min(len(sha), 7)] }
