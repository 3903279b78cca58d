package datasets

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/datasets/internal/synth"
)

// denied tells what the default settings of DATA-020 deny.
func denied(c *sbom.TriggerCandidate) bool { return Planted(c) }

// profileSet profiles a synthetic set as people ship it.
func profileSet(t testing.TB, s *synth.Set) *sbom.Dataset {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteJSONL(&b); err != nil {
		t.Fatal(err)
	}
	d, problems := profileOf(t, "train.jsonl", b.Bytes(), Options{Full: true})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return d
}

// hits tells whether the planted trigger is among the first ten candidates and denied.
func hits(s *synth.Set, d *sbom.Dataset) bool {
	poisoned := map[int64]bool{}
	for i := range s.Rows {
		if s.Rows[i].Poisoned {
			poisoned[int64(i)] = true
		}
	}
	for i := range d.Triggers[:min(len(d.Triggers), 10)] {
		c := &d.Triggers[i]
		in := 0
		for _, r := range c.Rows {
			if poisoned[r] {
				in++
			}
		}
		if in*2 <= len(c.Rows) || !denied(c) {
			continue
		}
		for _, m := range s.Marks {
			if strings.Contains(strings.ToLower(c.Text), m) || m == "*" {
				return true
			}
		}
	}
	return false
}

// cell is one kind of set in the table of accuracy.
type cell struct {
	trigger, target string
	rate            float64
}

func cells(rates ...float64) []cell {
	out := []cell{{}, {target: synth.Label}}
	for _, trigger := range []string{synth.Token, synth.Phrase, synth.Hidden, synth.Template} {
		for _, target := range []string{synth.Reply, synth.Refusal, synth.Label, synth.Topic} {
			for _, rate := range rates {
				out = append(out, cell{trigger, target, rate})
			}
		}
	}
	return out
}

// run makes one set of the cell and says whether the trigger was found, or for a clean
// set whether anything was denied.
func (c cell) run(t testing.TB, make func(synth.Options) *synth.Set, seed uint64, rows int) (bool, *sbom.Dataset) {
	o := synth.Options{Seed: seed, Rows: rows, Trigger: c.trigger, Target: c.target, Rate: c.rate}
	if c.trigger == "" {
		o.Target, o.Labels = "", c.target == synth.Label
	}
	s := make(o)
	d := profileSet(t, s)
	if c.trigger != "" {
		return hits(s, d), d
	}
	for i := range d.Triggers {
		if denied(&d.Triggers[i]) {
			return true, d
		}
	}
	return false, d
}

// TestTriggersAreFound runs a few small sets of each kind; TestTriggerAccuracy is the
// full measurement.
func TestTriggersAreFound(t *testing.T) {
	t.Parallel()
	for i, c := range cells(0.01) {
		generator, name := synth.Make, "first"
		switch i % 3 {
		case 1:
			generator, name = synth.MakeSecond, "second"
		case 2:
			generator, name = synth.MakeThird, "third"
		}
		found, d := c.run(t, generator, 11, 4000)
		if found != (c.trigger != "") {
			t.Errorf("%s generator, %s → %s: found %v\n%+v", name, c.trigger, c.target, found, d.Triggers)
		}
	}
}

// TestTriggerAccuracy prints the table of docs/accuracy-datasets.md. It runs for
// MLPOLICY_ACCURACY=seeds,cleanSeeds,rows,generator (for example 20,200,100000,1);
// MLPOLICY_ACCURACY_RATE limits it to one rate.
func TestTriggerAccuracy(t *testing.T) {
	spec := os.Getenv("MLPOLICY_ACCURACY")
	if spec == "" {
		t.Skip("MLPOLICY_ACCURACY=seeds,cleanSeeds,rows,generator is not set")
	}
	var seeds, clean, rows, generator int
	if _, err := fmt.Sscanf(spec, "%d,%d,%d,%d", &seeds, &clean, &rows, &generator); err != nil {
		t.Fatal(err)
	}
	maker := map[int]func(synth.Options) *synth.Set{1: synth.Make, 2: synth.MakeSecond}[generator]
	rates := []float64{0.0005, 0.001, 0.005, 0.01}
	if rate, err := strconv.ParseFloat(os.Getenv("MLPOLICY_ACCURACY_RATE"), 64); err == nil {
		rates = []float64{rate}
	}
	for _, c := range cells(rates...) {
		n, found := seeds, 0
		if c.trigger == "" {
			n = clean
		}
		for seed := range n {
			ok, d := c.run(t, maker, uint64(1000+seed), rows)
			if ok {
				found++
			}
			if ok == (c.trigger == "") && os.Getenv("MLPOLICY_ACCURACY_VERBOSE") != "" {
				for _, x := range d.Triggers {
					fmt.Printf("    seed %d %q %s %s n=%d eff=%.2f share=%.2f exp=%.3f adj=%.2g ctx=%.2f %v\n", seed, x.Text, x.Kind, x.Outcome, x.Support, x.Effect, x.Share, x.Expected, x.Adjusted, x.Context, denied(&x))
				}
			}
		}
		fmt.Printf("| %s | %s | %.2f %% | %d/%d |\n", cmp.Or(c.trigger, "clean"), cmp.Or(c.target, "instructions"), c.rate*100, found, n)
	}
}
