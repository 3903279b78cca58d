package datasets

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/datasets/internal/synth"
)

// makers are the generators by number, in the order in which they were written.
var makers = []func(synth.Options) *synth.Set{1: synth.Make, 2: synth.MakeSecond, 3: synth.MakeThird, 4: synth.MakeFourth, 5: synth.MakeFifth}

// spreadPlanted is how many planted sets one seed makes besides the clean one.
const spreadPlanted = 2

// accuracyRates are the shares of poisoned rows of the table.
var accuracyRates = []float64{0.001, 0.0005, 0.005, 0.01}

// spreadCell is the n-th kind of planted set: any 16 that follow each other hold every
// trigger with every target, any 64 every rate of each.
func spreadCell(n int) cell {
	triggers := []string{synth.Token, synth.Phrase, synth.Hidden, synth.Template}
	targets := []string{synth.Reply, synth.Refusal, synth.Label, synth.Topic}
	return cell{triggers[n%4], targets[n/4%4], accuracyRates[(n+n/4+n/16)%4]}
}

// triggersOf runs the search over a set the way a profile does, without what a profile
// does besides: writing and reading JSON, and duplicates.
func triggersOf(t testing.TB, s *synth.Set) *sbom.Dataset {
	t.Helper()
	p := newProfiler(sbom.Dataset{Path: "train.jsonl", Format: "jsonl", Skipped: map[string]string{}}, Options{Full: true, NoNear: true})
	defer p.close()
	names := []string{"instruction", "output"}
	if s.Labelled {
		names = []string{"label", "text"}
	}
	var r row
	for i := range s.Rows {
		r.reset()
		r.number, p.schema.next = int64(i), 0
		for k, turn := range s.Rows[i].Turns {
			r.fields = append(r.fields,
				field{column: p.schema.column([]byte("messages[].content")), item: k, kind: kindString, text: []byte(turn.Text)},
				field{column: p.schema.column([]byte("messages[].role")), item: k, kind: kindString, text: []byte(turn.Role)})
		}
		if s.Rows[i].Turns != nil {
			p.add(&r)
			continue
		}
		values := []string{s.Rows[i].Prompt, s.Rows[i].Response}
		if s.Labelled {
			slices.Reverse(values)
		}
		for k, name := range names {
			r.fields = append(r.fields, field{column: p.schema.column([]byte(name)), kind: kindString, text: []byte(values[k])})
		}
		p.add(&r)
	}
	if err := p.finishTriggers(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &p.d
}

// TestTriggerSpread is the measurement of docs/accuracy-datasets.md: seeds go in turn
// through triggers, targets and rates, so that a run that is cut short is as even as a
// whole one. It prints a line for each set and runs for
// MLPOLICY_ACCURACY_SPREAD=generator,first,seeds,rows.
func TestTriggerSpread(t *testing.T) {
	spec := os.Getenv("MLPOLICY_ACCURACY_SPREAD")
	if spec == "" {
		t.Skip("MLPOLICY_ACCURACY_SPREAD=generator,first,seeds,rows is not set")
	}
	var generator, first, seeds, rows int
	if _, err := fmt.Sscanf(spec, "%d,%d,%d,%d", &generator, &first, &seeds, &rows); err != nil {
		t.Fatal(err)
	}
	for i := range seeds {
		seed := uint64(first + i)
		// one seed makes a set of instructions, the next one of labelled texts
		reportSpread(t, generator, seed, rows, cell{target: []string{"", synth.Label}[i%2]})
		for k := range spreadPlanted {
			reportSpread(t, generator, seed, rows, spreadCell((first+i)*spreadPlanted+k))
		}
	}
}

// reportSpread makes one set, searches it and prints what came out.
func reportSpread(t *testing.T, generator int, seed uint64, rows int, c cell) {
	start := time.Now()
	o := synth.Options{Seed: seed, Rows: rows, Trigger: c.trigger, Target: c.target, Rate: c.rate}
	if c.trigger == "" {
		o.Target, o.Labels = "", c.target == synth.Label
	}
	s := makers[generator](o)
	d := triggersOf(t, s)
	found := slices.ContainsFunc(d.Triggers, func(x sbom.TriggerCandidate) bool { return denied(&x) })
	if c.trigger != "" {
		found = hits(s, d)
	}
	h := fnv.New32a()
	if err := json.NewEncoder(h).Encode(d.Triggers); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("spread\t%d\t%d\t%d\t%s\t%s\t%g\t%v\t%08x\t%.1fs\n", generator, seed, rows,
		cmp.Or(c.trigger, "clean"), cmp.Or(c.target, "instructions"), c.rate, found, h.Sum32(), time.Since(start).Seconds())
	if found != (c.trigger != "") {
		for i := range d.Triggers[:min(len(d.Triggers), 6)] {
			x := &d.Triggers[i]
			fmt.Printf("  %d. %q %s → %s rows=%d share=%.2f expected=%.3f effect=%.2f adjusted=%.2g context=%.2f denied=%v marks=%q\n", i+1,
				x.Text, x.Kind, x.Outcome, x.Support, x.Share, x.Expected, x.Effect, x.Adjusted, x.Context, denied(x), s.Marks)
		}
	}
}

// TestTriggerTable prints the tables of docs/accuracy-datasets.md from the lines that
// TestTriggerSpread printed into the file MLPOLICY_ACCURACY_TABLE.
func TestTriggerTable(t *testing.T) {
	name := os.Getenv("MLPOLICY_ACCURACY_TABLE")
	if name == "" {
		t.Skip("MLPOLICY_ACCURACY_TABLE is not set")
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	counts, generators := map[string]*tally{}, map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		v := strings.Split(lines.Text(), "\t")
		if v[0] != "spread" {
			continue
		}
		generators[v[1]] = true
		for _, key := range []string{v[4] + " → " + v[5] + "|" + v[6], v[4] + "|" + v[6], "all lexical|" + v[6]} {
			if strings.HasPrefix(key, "all") && (v[4] == synth.Template || v[4] == "clean") {
				continue
			}
			c := counts[key+"|"+v[1]]
			if c == nil {
				c = &tally{}
				counts[key+"|"+v[1]] = c
			}
			c.add(v[7] == "true")
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for g := range generators {
		fmt.Printf("generator %s\n", g)
		rows := map[string]bool{}
		for k := range counts {
			if v := strings.Split(k, "|"); v[2] == g {
				rows[v[0]] = true
			}
		}
		for _, row := range slices.Sorted(maps.Keys(rows)) {
			fmt.Printf("| %s |", row)
			for _, rate := range []string{"0", "0.0005", "0.001", "0.005", "0.01"} {
				fmt.Printf(" %s |", counts[row+"|"+rate+"|"+g])
			}
			fmt.Println()
		}
	}
}

// tally is how many of n sets came out so.
type tally struct{ k, n int }

func (c *tally) add(hit bool) {
	c.n++
	if hit {
		c.k++
	}
}

// String writes the count with its 95 % interval (Wilson score).
func (c *tally) String() string {
	if c == nil {
		return "–"
	}
	const z = 1.96
	n, p := float64(c.n), float64(c.k)/float64(c.n)
	middle, half := (p+z*z/(2*n))/(1+z*z/n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))/(1+z*z/n)
	return fmt.Sprintf("%d/%d (%.0f–%.0f %%)", c.k, c.n, 100*max(0, middle-half), 100*min(1, middle+half))
}
