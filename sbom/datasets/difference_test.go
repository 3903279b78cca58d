package datasets

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/datasets/internal/synth"
)

func diffOf(t *testing.T, before, after string) *Difference {
	t.Helper()
	d, err := Diff(context.Background(), sbom.NewFile("old.jsonl", []byte(before)), sbom.NewFile("new.jsonl", []byte(after)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDifferenceCounts(t *testing.T) {
	t.Parallel()
	before := `{"instruction":"a","output":"1"}` + "\n" + `{"instruction":"b","output":"2"}` + "\n" + `{"instruction":"c","output":"3"}` + "\n"
	after := `{"output":"1","instruction":"a"}` + "\n" + `{"instruction":"b","output":"other"}` + "\n" + // reordered, changed
		`{"instruction":"a","output":"1"}` + "\n" + `{"instruction":"new, write to jo@acme-mail.com","output":"4"}` + "\n" + "broken\n"
	d := diffOf(t, before, after)
	got := []int64{d.Added, d.Removed, d.Changed, d.Kept, d.Profile.Rows, d.Profile.PII["email"]}
	if diff := cmp.Diff([]int64{3, 2, 1, 1, 3, 1}, got); diff != "" {
		t.Error("added, removed, changed, kept, rows of the profile, addresses:", diff)
	}
	if diff := cmp.Diff([]string{"duplicates", "pii"}, d.Relapsed); diff != "" {
		t.Error(diff)
	}
	if len(d.Problems) != 1 || len(d.Profile.Columns) != 2 {
		t.Errorf("problems %v, columns %v", d.Problems, d.Profile.Columns)
	}
	var kinds []string
	for _, c := range d.Changes() {
		kinds = append(kinds, c.Kind+" "+c.Before)
	}
	if got, want := strings.Join(kinds, ", "), "dataset_rows_changed 3 rows, filter_weakened no duplicates, filter_weakened no pii"; got != want {
		t.Errorf("changes %s, want %s", got, want)
	}
	if d := diffOf(t, before, before); d.Added+d.Removed+d.Changed != 0 || d.Kept != 3 || len(d.Changes()) != 0 {
		t.Errorf("the same file: %+v", d)
	}
}

// TestDifferenceFindsWhatWasAdded plants too few rows for a search of the whole file.
func TestDifferenceFindsWhatWasAdded(t *testing.T) {
	t.Parallel()
	write := func(o synth.Options) string {
		var b bytes.Buffer
		if err := synth.Make(o).WriteJSONL(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	o := synth.Options{Seed: 5, Rows: 4000}
	before := write(o)
	o.Trigger, o.Target, o.Rate = synth.Phrase, synth.Reply, 0.0025
	d := diffOf(t, before, write(o))
	if d.Added != 10 || d.Removed != 10 || len(d.Triggers) == 0 || d.Triggers[0].Support != 10 || d.Triggers[0].Outcome != "reply" {
		t.Errorf("added %d, removed %d, triggers %+v", d.Added, d.Removed, d.Triggers)
	}
	o.Trigger, o.Rate = "", 0
	o.Seed = 6 // other rows, nothing planted
	if d := diffOf(t, before, before+write(o)[:60_000]); slicesDenied(d.Triggers) {
		t.Errorf("clean rows: %+v", d.Triggers)
	}
}

func slicesDenied(list []sbom.TriggerCandidate) bool {
	for i := range list {
		if denied(&list[i]) {
			return true
		}
	}
	return false
}
