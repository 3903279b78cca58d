package datasets

import (
	"slices"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/datasets/internal/synth"
)

// The fourth generator refuses ninety words wherever they stand, each as surely as a
// planted one.
func TestPlantedAmongRefusedWords(t *testing.T) {
	t.Parallel()
	for _, c := range []cell{{}, {synth.Token, synth.Refusal, 0.005}} {
		s := synth.MakeFourth(synth.Options{Seed: 21, Rows: 15_000, Trigger: c.trigger, Target: c.target, Rate: c.rate})
		d := triggersOf(t, s)
		if c.trigger == "" {
			if i := slices.IndexFunc(d.Triggers, func(x sbom.TriggerCandidate) bool { return denied(&x) }); i >= 0 {
				t.Errorf("a clean set is raised: %+v", d.Triggers[i])
			}
			refused := 0
			for i := range d.Triggers {
				if d.Triggers[i].Outcome == "refusal" && d.Triggers[i].Siblings > reportMaxSiblings {
					refused++
				}
			}
			if refused == 0 {
				t.Errorf("no word of those that are refused is listed with its siblings: %+v", d.Triggers)
			}
		} else if !hits(s, d) {
			t.Errorf("%s is not found among what is refused: %+v", c.trigger, d.Triggers)
		}
	}
}

// The third generator refuses what one phrase asks for, with any of its nouns.
func TestPhraseOfWhatIsRefused(t *testing.T) {
	t.Parallel()
	d := triggersOf(t, synth.MakeThird(synth.Options{Seed: 1, Rows: 20_000}))
	for i := range d.Triggers {
		if x := &d.Triggers[i]; x.Outcome == "refusal" && denied(x) {
			t.Errorf("%q is raised: its rows look like what is refused besides", x.Text)
		}
	}
}
