package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

// forgetting removes old decisions in more than one batch, and with them the documents
// that nothing rests on. What a younger decision or a replay shares with them stays.
func forgetting(t *testing.T, s *store.Store) {
	ctx := t.Context()
	last := noon.Add(1000 * time.Hour)
	var old []string
	for i := range 450 {
		r := decision(10_000 + i)
		r.Time, r.Evaluation, r.Input, r.Record = noon.Add(-time.Duration(i+1)*time.Minute), "old", []byte("shared input"), fmt.Appendf(nil, "record %d", i)
		old = append(old, must(s.PutDecision(ctx, r))(t))
	}
	young := decision(20_000)
	young.Time, young.Input = last, []byte("shared input")
	kept := must(s.Decision(ctx, must(s.PutDecision(ctx, young))(t)))(t)
	gone := must(s.Decision(ctx, old[7]))(t)
	if err := s.PutReplay(ctx, store.Replay{ID: "r-keep", Time: noon, Report: []byte("record 8")}); err != nil {
		t.Fatal(err)
	}
	replayed := must(s.Decision(ctx, old[8]))(t)
	before := len(must(s.RecentDecisions(ctx, 7, 10_000))(t))
	n := must(s.ForgetDecisions(ctx, noon))(t)
	if after := len(must(s.RecentDecisions(ctx, 7, 10_000))(t)); n != len(old) || before-after != len(old) {
		t.Errorf("%d decisions were forgotten, %d are missing, want %d", n, before-after, len(old))
	}
	for _, id := range old[:3] {
		if _, err := s.Decision(ctx, id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an old decision is still there: %v", err)
		}
	}
	for what, digest := range map[string]string{"its record": gone.RecordDigest, "its ML-BOM": gone.BOMDigest} {
		if _, err := s.Blob(ctx, digest); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s is still there: %v", what, err)
		}
	}
	for what, digest := range map[string]string{"the shared input": kept.InputDigest, "what a replay reports": replayed.RecordDigest} {
		if _, err := s.Blob(ctx, digest); err != nil {
			t.Errorf("%s was removed: %v", what, err)
		}
	}
	if n := must(s.ForgetDecisions(ctx, noon))(t); n != 0 {
		t.Errorf("%d were forgotten twice", n)
	}
}
