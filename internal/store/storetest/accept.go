package storetest

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

type acceptedArgs struct {
	Text string `json:"text"`
}

func (acceptedArgs) Kind() string { return "storetest-accepted" }

// accepted holds Accept, which writes the queue's table itself, to what River writes.
func accepted(t *testing.T, s *store.Store) {
	ctx := t.Context()
	q, err := s.NewQueue(&river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	args := acceptedArgs{"it's a \"quoted\" \\ ☃ text"}
	job := store.Job{Kind: args.Kind(), Args: args, Priority: 1, MaxAttempts: 60}
	accept := func(guid string) bool {
		return must(s.Accept(ctx, store.Delivery{GUID: guid, Event: "push", Received: noon}, job))(t)
	}
	jobs := func() []*rivertype.JobRow {
		list, err := q.JobList(ctx, river.NewJobListParams().Kinds(args.Kind()).OrderBy(river.JobListOrderByID, river.SortOrderAsc))
		if err != nil {
			t.Fatal(err)
		}
		return list.Jobs
	}
	if !accept("a-1") || !must(s.HasDelivery(ctx, "a-1"))(t) || len(jobs()) != 1 {
		t.Fatalf("a delivery was not accepted with its job: %d jobs", len(jobs()))
	}
	if !accept("a-1") || len(jobs()) != 2 {
		t.Error("a delivery that is not done must bring a job again")
	}
	inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.DeliveryDone(ctx, tx, "a-1") })
	if accept("a-1") || len(jobs()) != 2 {
		t.Error("a delivery that is done must bring no job")
	}
	inTx(t, s, func(ctx context.Context, tx store.Tx) error {
		return q.Insert(ctx, tx, args, &river.InsertOpts{Priority: job.Priority, MaxAttempts: job.MaxAttempts})
	})
	all := jobs()
	ours, river := all[0], all[len(all)-1]
	ignore := cmpopts.IgnoreFields(rivertype.JobRow{}, "ID", "CreatedAt", "ScheduledAt", "Metadata", "EncodedArgs")
	if diff := cmp.Diff(river, ours, ignore); diff != "" {
		t.Errorf("River writes another row (-river +ours):\n%s", diff)
	}
	if string(ours.EncodedArgs) != string(river.EncodedArgs) {
		t.Errorf("arguments are %s, River writes %s", ours.EncodedArgs, river.EncodedArgs)
	}
	if ours.ScheduledAt.After(river.ScheduledAt) || river.ScheduledAt.Sub(ours.ScheduledAt) > startTimeout {
		t.Errorf("the job is scheduled at %v, River's at %v", ours.ScheduledAt, river.ScheduledAt)
	}
}
