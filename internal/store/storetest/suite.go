package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Run is the contract that every database must keep. It uses s alone.
func Run(t *testing.T, s *store.Store) {
	t.Run("decisions", func(t *testing.T) { decisions(t, s) })
	t.Run("deliveries", func(t *testing.T) { deliveries(t, s) })
	t.Run("delivery and job are one", func(t *testing.T) { oneTransaction(t, s) })
	t.Run("accepted", func(t *testing.T) { accepted(t, s) })
	t.Run("heads", func(t *testing.T) { heads(t, s) })
	t.Run("pulls", func(t *testing.T) { pulls(t, s) })
	t.Run("runs", func(t *testing.T) { runs(t, s) })
	t.Run("repositories", func(t *testing.T) { repositories(t, s) })
	t.Run("replays, waivers and sessions", func(t *testing.T) { pages(t, s) })
	t.Run("forgetting", func(t *testing.T) { forgetting(t, s) })
	t.Run("migrating again changes nothing", func(t *testing.T) {
		if err := s.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func inTx(t *testing.T, s *store.Store, fn func(ctx context.Context, tx store.Tx) error) {
	t.Helper()
	if err := s.InTx(t.Context(), func(tx store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func decision(i int) store.Record {
	body := fmt.Sprintf(`{"decision":"deny","version":"v1","stages":[{"stage":"training"},{"stage":"registry"}],
		"subject":{"name":"acme/model","revision":"%040d"},"digests":{"source":"src%d","policy":"pol"}}`, i, i)
	return store.Record{Time: noon.Add(time.Duration(i/2) * time.Second), Repository: 7, Evaluation: "ev", Target: fmt.Sprintf("pull/%d", i),
		Mode: "check", Decision: []byte(body), Input: []byte(`{"schema":"mlpolicy.dev/input/v1"}`), BOM: fmt.Appendf(nil, `{"bom":%d}`, i)}
}

func decisions(t *testing.T, s *store.Store) {
	ctx := t.Context()
	const n = 230 // more than two pages, two decisions per second
	var ids []string
	for i := range n {
		ids = append(ids, must(s.PutDecision(ctx, decision(i)))(t))
	}
	if again := must(s.PutDecision(ctx, decision(5)))(t); again != ids[5] {
		t.Errorf("storing a decision again gave %s, want %s", again, ids[5])
	}
	got := must(s.Decision(ctx, ids[3]))(t)
	want := decision(3)
	if !bytes.Equal(got.Decision, want.Decision) || got.Verdict != "deny" || !cmp.Equal(got.Stages, []string{"training", "registry"}) ||
		got.SubjectRevision != fmt.Sprintf("%040d", 3) || got.SourceDigest != "src3" || !got.Time.Equal(want.Time) || got.Target != "pull/3" {
		t.Errorf("decision came back as %+v", got)
	}
	if input := must(s.Input(ctx, got.InputDigest))(t); !bytes.Equal(input, want.Input) {
		t.Errorf("input came back as %q", input)
	}
	if bom := must(s.Blob(ctx, got.BOMDigest))(t); !bytes.Equal(bom, want.BOM) {
		t.Errorf("BOM came back as %q", bom)
	}
	if got.BaseInputDigest != "" {
		t.Errorf("a decision without a base has digest %q", got.BaseInputDigest)
	}
	seen := map[string]bool{}
	var last time.Time
	err := s.Decisions(ctx, noon.Add(2*time.Second), func(r *store.Record) error {
		if r.Time.Before(last) || seen[r.ID] || len(r.Decision) == 0 {
			t.Errorf("decision %s at %v after %v, seen before: %v", r.ID, r.Time, last, seen[r.ID])
		}
		seen[r.ID], last = true, r.Time
		_, err := s.Input(ctx, r.InputDigest) // the database can be used from inside
		return err
	})
	if err != nil || len(seen) != n-4 {
		t.Errorf("Decisions gave %d of %d, error %v", len(seen), n-4, err)
	}
	if _, err := s.Decision(ctx, "none"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an unknown decision gave %v", err)
	}
	if recent := must(s.RecentDecisions(ctx, 7, 3))(t); len(recent) != 3 || !recent[0].Time.Equal(noon.Add(114*time.Second)) {
		t.Errorf("recent decisions: %+v", recent)
	}
	if same := must(s.DecisionsOfSource(ctx, 7, "src9", 5))(t); len(same) != 1 || same[0].ID != ids[9] {
		t.Errorf("decisions of a source: %+v", same)
	}
	if of := must(s.EvaluationDecisions(ctx, "ev"))(t); len(of) != n {
		t.Errorf("decisions of an evaluation: %d", len(of))
	}
}

func deliveries(t *testing.T, s *store.Store) {
	ctx := t.Context()
	d := store.Delivery{GUID: "g-1", Event: "push", Installation: 1 << 40, Received: noon}
	receive := func() (due bool) {
		inTx(t, s, func(ctx context.Context, tx store.Tx) (err error) { due, err = s.Receive(ctx, tx, d); return err })
		return due
	}
	for range 2 {
		if !receive() {
			t.Error("a delivery that is not done must be due again")
		}
	}
	if n := must(s.QueuedDeliveries(ctx, noon.Add(time.Second)))(t); n != 1 {
		t.Errorf("queued deliveries: %d", n)
	}
	inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.DeliveryDone(ctx, tx, d.GUID) })
	if receive() {
		t.Error("a delivery that is done must not be due again")
	}
	if err := s.ForgetDeliveries(ctx, noon); err != nil || !must(s.HasDelivery(ctx, "g-1"))(t) {
		t.Errorf("a young delivery was forgotten, error %v", err)
	}
	if err := s.ForgetDeliveries(ctx, noon.Add(time.Hour)); err != nil || must(s.HasDelivery(ctx, "g-1"))(t) {
		t.Errorf("an old delivery was kept, error %v", err)
	}
	if got := must(s.Mark(ctx, "cursor"))(t); got != "" {
		t.Errorf("a mark that was never set is %q", got)
	}
	for _, v := range []string{"a", "b"} {
		if err := s.SetMark(ctx, "cursor", v); err != nil || must(s.Mark(ctx, "cursor"))(t) != v {
			t.Errorf("mark %q was not kept, error %v", v, err)
		}
	}
}

type jobArgs struct {
	N int `json:"n"`
}

func (jobArgs) Kind() string { return "storetest" }

func oneTransaction(t *testing.T, s *store.Store) {
	ctx := t.Context()
	q, err := s.NewQueue(&river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	boom := errors.New("boom")
	write := func(guid string, fail error) error {
		return s.InTx(ctx, func(tx store.Tx) error {
			if _, err := s.Receive(ctx, tx, store.Delivery{GUID: guid, Received: noon}); err != nil {
				return err
			}
			if err := q.Insert(ctx, tx, jobArgs{N: 1}, nil); err != nil {
				return err
			}
			return fail
		})
	}
	if err := write("g-2", boom); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if err := write("g-3", nil); err != nil {
		t.Fatal(err)
	}
	if must(s.HasDelivery(ctx, "g-2"))(t) || !must(s.HasDelivery(ctx, "g-3"))(t) {
		t.Error("the ledger does not follow the transaction")
	}
	jobs, err := q.JobList(ctx, river.NewJobListParams().Kinds("storetest"))
	if err != nil || len(jobs.Jobs) != 1 {
		t.Errorf("jobs after one commit and one rollback: %+v, error %v", jobs, err)
	}
}

func heads(t *testing.T, s *store.Store) {
	ctx := t.Context()
	want := func(force string) {
		inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.Want(ctx, tx, 7, "abc", force, noon) })
	}
	lease := func(owner string, now time.Time) (store.Head, bool) {
		h, ok, err := s.Lease(ctx, 7, "abc", owner, now, now.Add(10*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		return h, ok
	}
	if _, ok := lease("a", noon); ok {
		t.Error("a head that nobody wants was leased")
	}
	want("")
	want("rerun-1")
	want("")
	h, ok := lease("a", noon)
	if diff := cmp.Diff(store.Head{Repository: 7, SHA: "abc", Wanted: 3, Force: "rerun-1"}, h); !ok || diff != "" {
		t.Errorf("leased %v: %s", ok, diff)
	}
	if _, ok := lease("b", noon.Add(5*time.Second)); ok {
		t.Error("a leased head was leased again")
	}
	if _, ok := lease("a", noon.Add(5*time.Second)); !ok {
		t.Error("the holder could not renew")
	}
	if _, ok := lease("b", noon.Add(16*time.Second)); !ok {
		t.Error("a lease that ran out could not be taken over")
	}
	release := func(owner string, done int64) {
		if err := s.Release(ctx, 7, "abc", owner, done, noon); err != nil {
			t.Fatal(err)
		}
	}
	release("a", 3) // lost it: must do nothing
	if _, ok := lease("c", noon.Add(17*time.Second)); ok {
		t.Error("a former holder released the lease of another")
	}
	want("") // arrives while b works
	release("b", 3)
	due := must(s.DueHeads(ctx, noon.Add(time.Minute), noon.Add(time.Second), 10))(t)
	if len(due) != 1 || due[0].Wanted != 4 || due[0].Done != 3 {
		t.Errorf("what arrived during work is not due: %+v", due)
	}
	if _, ok := lease("c", noon.Add(18*time.Second)); !ok {
		t.Error("a released head could not be leased")
	}
	inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.Supersede(ctx, tx, 7, "abc", "def", noon) })
	if h, ok := lease("c", noon.Add(19*time.Second)); !ok || h.Wanted != 5 || h.Successor != "def" {
		t.Errorf("a superseded head is %+v", h)
	}
	release("c", 5)
	if due := must(s.DueHeads(ctx, noon.Add(time.Minute), noon.Add(time.Second), 10))(t); len(due) != 0 {
		t.Errorf("an answered head is due: %+v", due)
	}
}

func pulls(t *testing.T, s *store.Store) {
	ctx := t.Context()
	put := func(p store.Pull) (before string) {
		inTx(t, s, func(ctx context.Context, tx store.Tx) (err error) {
			before, err = s.PutPull(ctx, tx, p, noon)
			return err
		})
		return before
	}
	one := store.Pull{Repository: 7, Number: 1, HeadSHA: "aaa", BaseRef: "main", BaseSHA: "000"}
	two := store.Pull{Repository: 7, Number: 2, HeadSHA: "aaa", BaseRef: "dev", BaseSHA: "111"}
	if before := put(one); before != "" {
		t.Errorf("a new pull request had head %q", before)
	}
	put(two)
	one.HeadSHA = "bbb"
	if before := put(one); before != "aaa" {
		t.Errorf("head before was %q", before)
	}
	if diff := cmp.Diff([]store.Pull{one}, must(s.PullsInto(ctx, 7, "main"))(t)); diff != "" {
		t.Error(diff)
	}
	inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.ClosePull(ctx, tx, 7, 1, noon) })
	if open := must(s.PullsInto(ctx, 7, "main"))(t); len(open) != 0 {
		t.Errorf("a closed pull request is open: %+v", open)
	}
	for _, n := range []int{2, 1, 2} {
		inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.Claim(ctx, tx, 7, "aaa", n) })
	}
	if diff := cmp.Diff([]int{1, 2}, must(s.ClaimsAt(ctx, 7, "aaa"))(t)); diff != "" {
		t.Error(diff)
	}
	g := store.Group{Repository: 7, HeadSHA: "ggg", BaseRef: "main", BaseSHA: "000"}
	group := func(fn func(context.Context, store.Tx, store.Group, time.Time) error) int {
		inTx(t, s, func(ctx context.Context, tx store.Tx) error { return fn(ctx, tx, g, noon) })
		return len(must(s.GroupsAt(ctx, 7, "ggg"))(t))
	}
	if group(s.PutGroup) != 1 || group(s.CloseGroup) != 0 || group(s.PutGroup) != 0 {
		t.Error("a group that was closed must stay closed, whatever arrives late")
	}
}

func runs(t *testing.T, s *store.Store) {
	ctx := t.Context()
	e := must(s.BeginEvaluation(ctx, "e1", 7, "aaa", noon))(t)
	again := must(s.BeginEvaluation(ctx, "e1", 7, "aaa", noon.Add(time.Hour)))(t)
	if diff := cmp.Diff(e, again); diff != "" || e.State != store.EvaluationRunning {
		t.Errorf("an evaluation that was begun is not continued: %s", diff)
	}
	if err := s.EndEvaluation(ctx, "e1", store.EvaluationCompleted, "failure", noon.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := must(s.EvaluationsOf(ctx, 7, "aaa"))(t); len(got) != 1 || got[0].Conclusion != "failure" || !got[0].Completed.Equal(noon.Add(time.Minute)) {
		t.Errorf("evaluations: %+v", got)
	}
	if next := must(s.BeginEvaluation(ctx, "e2", 7, "aaa", noon.Add(-time.Hour)))(t); !next.Created.After(e.Created) {
		t.Errorf("an evaluation that follows one of %v was created at %v", e.Created, next.Created)
	}
	run := store.Run{ExternalID: "mlp1:e1:training", Evaluation: "e1", Repository: 7, HeadSHA: "aaa", Name: "mlpolicy / training", Uncertain: true}
	for _, change := range []func(){func() {}, func() { run.RunID, run.Status, run.Annotations, run.Uncertain = 1<<41, "completed", 50, false }} {
		change()
		if err := s.SaveRun(ctx, run, noon); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(run, must(s.Run(ctx, run.ExternalID))(t)); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff(run, must(s.RunByID(ctx, 7, 1<<41))(t)); diff != "" {
		t.Error(diff)
	}
	if _, err := s.RunByID(ctx, 8, 1<<41); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the run of another repository was found: %v", err)
	}
	if got := must(s.RunsOf(ctx, "e1"))(t); len(got) != 1 {
		t.Errorf("runs: %+v", got)
	}
}

func repositories(t *testing.T, s *store.Store) {
	ctx := t.Context()
	repo := store.Repository{ID: 7, Installation: 3, Owner: "acme", Name: "old", DefaultBranch: "main", Public: "yes", State: "active"}
	put := func(r store.Repository) {
		inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.PutRepository(ctx, tx, r, noon) })
	}
	put(repo)
	put(store.Repository{ID: 7, Installation: 3, Owner: "acme", Name: "new"})
	repo.Name = "new"
	if diff := cmp.Diff(repo, must(s.Repository(ctx, 7))(t)); diff != "" {
		t.Errorf("a rename must keep what it does not say: %s", diff)
	}
	if got := must(s.RepositoryNamed(ctx, "acme", "new"))(t); got.ID != 7 {
		t.Errorf("by name: %+v", got)
	}
	inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.RemoveRepository(ctx, tx, 7, noon) })
	if got := must(s.Repositories(ctx))(t); len(got) != 1 || got[0].State != store.StateRemoved {
		t.Errorf("repositories: %+v", got)
	}
	for _, i := range []store.Installation{{ID: 3, Account: "acme"}, {ID: 3, State: store.StateSuspended}, {ID: 3}} {
		inTx(t, s, func(ctx context.Context, tx store.Tx) error { return s.PutInstallation(ctx, tx, i, noon) })
	}
	want := store.Installation{ID: 3, Account: "acme", State: store.StateSuspended}
	if diff := cmp.Diff([]store.Installation{want}, must(s.Installations(ctx))(t)); diff != "" {
		t.Error(diff)
	}
	if got := must(s.Installation(ctx, 3))(t); got != want {
		t.Errorf("installation: %+v", got)
	}
}

func pages(t *testing.T, s *store.Store) {
	ctx := t.Context()
	replay := store.Replay{ID: "r1", Time: noon, Title: "stricter", PolicyDigest: "pol", Report: []byte(`{"changed":1}`)}
	if err := s.PutReplay(ctx, replay); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(replay, must(s.Replay(ctx, "r1"))(t)); diff != "" {
		t.Error(diff)
	}
	if got := must(s.Replays(ctx, 5))(t); len(got) != 1 || got[0].Report != nil {
		t.Errorf("replays: %+v", got)
	}
	request := store.WaiverRequest{ID: "w1", Repository: 7, Evaluation: "e1", Requester: "alice", Time: noon}
	if err := s.PutWaiverRequest(ctx, request); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]store.WaiverRequest{request}, must(s.WaiverRequests(ctx, 7, 5))(t)); diff != "" {
		t.Error(diff)
	}
	if err := s.PutSession(ctx, "d1", "alice", noon); err != nil {
		t.Fatal(err)
	}
	if login := must(s.Session(ctx, "d1", noon.Add(-time.Second)))(t); login != "alice" {
		t.Errorf("session of %q", login)
	}
	if _, err := s.Session(ctx, "d1", noon); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired session gave %v", err)
	}
	if err := s.ForgetSessions(ctx, noon); err != nil {
		t.Fatal(err)
	}
}
