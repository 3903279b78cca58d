package app

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

// The priorities of jobs: people wait for the first two, nobody for the last.
const (
	priorityNow      = 1
	priorityBackfill = 4
)

// upkeepQueue is for what looks after lost events. It has workers of its own: with all
// others busy, what was lost would wait until they are not.
const (
	upkeepQueue   = "upkeep"
	upkeepWorkers = 2
)

// maxAttempts with the pauses of nextRetry covers the deadline of an evaluation.
const maxAttempts = 60

type eventArgs struct {
	Event event `json:"event"`
}

func (eventArgs) Kind() string { return "event" }

// headArgs asks for a head to be looked at. The request itself is in the heads table.
type headArgs struct {
	Repository int64  `json:"repository"`
	SHA        string `json:"sha"`
}

func (headArgs) Kind() string { return "head" }

type actionArgs struct {
	Repository int64  `json:"repository"`
	Run        int64  `json:"run"`
	Identifier string `json:"identifier"`
	Sender     string `json:"sender"`
	GUID       string `json:"guid"`
}

func (actionArgs) Kind() string { return "action" }

type deployArgs struct {
	Repository  int64  `json:"repository"`
	Run         int64  `json:"run"`
	Environment string `json:"environment"`
	SHA         string `json:"sha"`
	GUID        string `json:"guid"`
}

func (deployArgs) Kind() string { return "deploy" }

// backfillArgs asks for the open pull requests of an installation, or of one repository.
type backfillArgs struct {
	Installation int64 `json:"installation"`
	Repository   int64 `json:"repository"` // 0 for all
	// Missing limits it to heads whose completed roll-up is not on GitHub.
	Missing bool `json:"missing"`
}

func (backfillArgs) Kind() string { return "backfill" }

// lawArgs asks for the open pull requests into a branch whose law changed.
type lawArgs struct {
	Repository int64  `json:"repository"`
	Branch     string `json:"branch"`
	SHA        string `json:"sha"`
}

func (lawArgs) Kind() string { return "law" }

// redeliverArgs asks GitHub to send lost deliveries again.
type redeliverArgs struct{}

func (redeliverArgs) Kind() string { return "redeliver" }

// openHeadsArgs compares open heads with what is on GitHub.
type openHeadsArgs struct{}

func (openHeadsArgs) Kind() string { return "open_heads" }

// worker runs one kind of job.
type worker[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	app  *App
	work func(ctx context.Context, job *river.Job[T]) error
}

// Timeout implements river.Worker. It is never zero: a job without one is never rescued.
func (w *worker[T]) Timeout(*river.Job[T]) time.Duration { return w.app.Timing.Job }

// NextRetry implements river.Worker: soon at first, for a call that broke, then slower.
func (w *worker[T]) NextRetry(job *river.Job[T]) time.Time {
	return w.app.Now().Add(min(w.app.Timing.Retry*time.Duration(job.Attempt*job.Attempt), time.Minute))
}

// Work implements river.Worker.
func (w *worker[T]) Work(ctx context.Context, job *river.Job[T]) error {
	err := w.work(ctx, job)
	var limited *RateLimited
	if errors.As(err, &limited) {
		w.app.Log.Warn("rate limited", "job", job.Kind, "after", limited.After.String())
		return river.JobSnooze(limited.After)
	}
	var unavailable *Unavailable
	if err != nil && !errors.As(err, &unavailable) && !errors.Is(err, context.Canceled) && !errors.As(err, new(*rivertype.JobSnoozeError)) {
		w.app.Log.Error("job did not succeed", "job", job.Kind, "attempt", job.Attempt, "error", err)
	}
	return err
}

func (a *App) newQueue() (*store.Queue, error) {
	workers := river.NewWorkers()
	add(a, workers, func(ctx context.Context, job *river.Job[eventArgs]) error { return a.handle(ctx, &job.Args.Event) })
	add(a, workers, func(ctx context.Context, job *river.Job[headArgs]) error {
		return a.head(ctx, job.Args.Repository, job.Args.SHA)
	})
	add(a, workers, func(ctx context.Context, job *river.Job[actionArgs]) error { return a.act(ctx, job.Args) })
	add(a, workers, func(ctx context.Context, job *river.Job[deployArgs]) error { return a.protect(ctx, job.Args) })
	add(a, workers, func(ctx context.Context, job *river.Job[backfillArgs]) error { return a.backfill(ctx, job.Args) })
	add(a, workers, func(ctx context.Context, job *river.Job[lawArgs]) error { return a.lawChanged(ctx, job.Args) })
	add(a, workers, func(ctx context.Context, job *river.Job[redeliverArgs]) error { return a.redeliver(ctx) })
	add(a, workers, func(ctx context.Context, job *river.Job[openHeadsArgs]) error { return a.openHeads(ctx) })
	every := func(d time.Duration, args river.JobArgs) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(d), func() (river.JobArgs, *river.InsertOpts) {
			return args, &river.InsertOpts{Queue: upkeepQueue, MaxAttempts: 2}
		}, &river.PeriodicJobOpts{RunOnStart: true})
	}
	return a.Store.NewQueue(&river.Config{
		Queues:               map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: a.Workers}, upkeepQueue: {MaxWorkers: upkeepWorkers}},
		Workers:              workers,
		Logger:               a.Log,
		PollOnly:             true, // neither database/sql driver listens
		FetchPollInterval:    a.Timing.Poll,
		FetchCooldown:        a.Timing.Poll / 2,
		MaxAttempts:          maxAttempts,
		JobTimeout:           a.Timing.Job,
		RescueStuckJobsAfter: a.Timing.Job + time.Minute,
		PeriodicJobs:         []*river.PeriodicJob{every(a.ReconcileEvery, redeliverArgs{}), every(a.Timing.OpenHead, openHeadsArgs{})},
	})
}

func add[T river.JobArgs](a *App, workers *river.Workers, work func(context.Context, *river.Job[T]) error) {
	river.AddWorker(workers, &worker[T]{app: a, work: work})
}

// want asks for a head and inserts the job that answers.
func (a *App) want(ctx context.Context, tx store.Tx, repository int64, sha, force string, priority int) error {
	if sha == "" {
		return nil
	}
	if err := a.Store.Want(ctx, tx, repository, sha, force, a.Now()); err != nil {
		return err
	}
	return a.queue.Insert(ctx, tx, headArgs{repository, sha}, &river.InsertOpts{Priority: priority})
}
