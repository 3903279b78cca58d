// Package fingerprint tests whether a served model still behaves like the one that was
// approved: logprob tracking (LT) where the server returns log probabilities, a
// two-sample test with the Hamming kernel (MMD) where it does not.
//
// It can show that behaviour changed. It cannot show that it did not: a backdoor with a
// trigger that no prompt holds changes nothing here. Three verdicts say so: same, drift,
// inconclusive. Randomness is seeded by a parameter, so that a result can be computed
// again.
package fingerprint

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// The methods.
const (
	MethodLT  = "logprobs"
	MethodMMD = "mmd-hamming"
)

// The verdicts.
const (
	Same         = "same"
	Drift        = "drift"
	Inconclusive = "inconclusive"
)

// Limits of samples, so that a hostile endpoint costs bounded work.
const (
	MaxPrompts = 200
	MaxSamples = 200  // per prompt
	MaxTop     = 100  // log probabilities of one answer
	MaxRunes   = 2000 // of one answer that are compared
)

// Answer is one answer of the model to one prompt.
type Answer struct {
	// Logprobs maps tokens to the log probability of being the first token; empty when the
	// server returns none.
	Logprobs map[string]float64 `json:"logprobs,omitempty"`
	Text     string             `json:"text,omitempty"`
}

// Sample is everything asked in one session: prompt → answers.
type Sample map[string][]Answer

// Options sets the tests. The zero value is replaced by the defaults.
type Options struct {
	Alpha        float64 // level of each test, 0.01
	Permutations int     // 1000
	Seed         uint64
	// MinSamples is how many answers per prompt and side a verdict needs, 5.
	MinSamples int
	// Floor is the smallest effect that counts, from the sessions of the baseline: a
	// server without noise differs in the last digit on every other machine.
	Floor float64
	// MaxRunes of an answer are compared, 200.
	MaxRunes int
}

func (o Options) withDefaults() Options {
	if o.Alpha == 0 {
		o.Alpha = 0.01
	}
	if o.Permutations == 0 {
		o.Permutations = 1000
	}
	if o.MinSamples == 0 {
		o.MinSamples = 5
	}
	if o.MaxRunes == 0 {
		o.MaxRunes = 200
	}
	return o
}

// Result is the outcome of one comparison.
type Result struct {
	Method  string  `json:"method"`
	Verdict string  `json:"verdict"`
	PValue  float64 `json:"p_value"`
	Effect  float64 `json:"effect"`
	Floor   float64 `json:"floor"`
	N       int     `json:"n"` // answers per side, all prompts
	Alpha   float64 `json:"alpha"`
	Reason  string  `json:"reason"`
}

// Compare tests one session against another. Its verdict is drift when the difference is
// significant and larger than the floor; a gate confirms it with a second session
// (Confirm).
func Compare(baseline, now Sample, o Options) Result {
	o = o.withDefaults()
	prompts := common(baseline, now)
	r := Result{Method: MethodMMD, Alpha: o.Alpha, Floor: o.Floor, PValue: 1, Verdict: Inconclusive}
	if len(prompts) == 0 {
		r.Reason = "no prompt was answered on both sides"
		return r
	}
	fewest := math.MaxInt
	for _, p := range prompts {
		a, b := len(baseline[p]), len(now[p])
		r.N += min(a, b)
		fewest = min(fewest, a, b)
	}
	if fewest < o.MinSamples {
		r.Reason = fmt.Sprintf("only %d answers to a prompt, %d are needed", fewest, o.MinSamples)
		return r
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x6d6c706f6c696379)) // second word: "mlpolicy"
	if hasLogprobs(baseline, prompts) && hasLogprobs(now, prompts) {
		r.Method = MethodLT
		r.Effect, r.PValue = logprobTest(prompts, baseline, now, o.Permutations, rng)
	} else {
		r.Effect, r.PValue = kernelTest(prompts, baseline, now, o, rng)
	}
	switch {
	case r.PValue > o.Alpha:
		r.Verdict, r.Reason = Same, "the difference is within chance"
	case r.Effect <= o.Floor:
		r.Verdict, r.Reason = Same, "the difference is not larger than between sessions of the approved model"
	default:
		r.Verdict, r.Reason = Drift, "the difference is more than chance and more than between sessions of the approved model"
	}
	return r
}

// Confirm joins a first run with the second one that a gate asks for before it believes
// a drift: one session may have met a bad moment of a server.
func Confirm(first, second Result) Result {
	switch {
	case first.Verdict != Drift:
		return first
	case second.Verdict == Drift:
		second.Reason = "confirmed by a second session: " + second.Reason
		second.PValue = max(first.PValue, second.PValue)
		second.Effect = min(first.Effect, second.Effect)
		second.N += first.N
		return second
	case second.Verdict == Inconclusive:
		second.Reason = "a first session drifted, the second one cannot tell: " + second.Reason
		return second
	}
	second.Reason = "a first session drifted, a second one did not"
	second.N += first.N
	return second
}

// common are the prompts of both sides, sorted.
func common(a, b Sample) []string {
	var out []string
	for p := range a {
		if len(b[p]) > 0 && len(a[p]) > 0 {
			out = append(out, p)
		}
	}
	slices.Sort(out)
	return out
}

func hasLogprobs(s Sample, prompts []string) bool {
	for _, p := range prompts {
		for _, a := range s[p] {
			if len(a.Logprobs) == 0 {
				return false
			}
		}
	}
	return true
}

// Cumulative is a CUSUM of effects over runs against the same, original baseline: a model
// that drifts a little each week never differs much from last week's.
type Cumulative struct {
	Sum  float64 `json:"sum"`
	Runs int     `json:"runs"`
}

// slack and limit of the CUSUM, in floors: effects up to 1.5 floors do not add up, and
// the sum of what exceeds them may reach 4 floors.
const (
	cumulativeSlack = 1.5
	cumulativeLimit = 4
)

// Add counts one run and tells whether the sum has passed its limit. Without a floor
// nothing can be summed.
func (c Cumulative) Add(effect, floor float64) (Cumulative, bool) {
	c.Runs++
	if floor <= 0 {
		return c, false
	}
	c.Sum = max(0, c.Sum+effect-cumulativeSlack*floor)
	return c, c.Sum > cumulativeLimit*floor
}

// floorSafety widens the largest difference between sessions of the approved model.
const floorSafety = 2

// Floor is the effect floor from the sessions of a baseline, recorded on more than one
// day or machine: twice the largest effect between two of them. With one session it is
// taken between the two halves of it, which knows nothing of other machines.
func Floor(sessions []Sample, o Options) float64 {
	o = o.withDefaults()
	o.Permutations = 1 // only the effect counts
	if len(sessions) == 1 {
		sessions = halves(sessions[0])
	}
	largest := 0.0
	for i := range sessions {
		for j := range i {
			o.MinSamples = 1
			largest = max(largest, Compare(sessions[i], sessions[j], o).Effect)
		}
	}
	return largest * floorSafety
}

func halves(s Sample) []Sample {
	first, second := Sample{}, Sample{}
	for p, answers := range s {
		for i, a := range answers {
			if i%2 == 0 {
				first[p] = append(first[p], a)
			} else {
				second[p] = append(second[p], a)
			}
		}
	}
	return []Sample{first, second}
}

// Join is all sessions as one sample.
func Join(sessions []Sample) Sample {
	out := Sample{}
	for _, s := range sessions {
		for p, answers := range s {
			out[p] = append(out[p], answers...)
		}
	}
	return out
}
