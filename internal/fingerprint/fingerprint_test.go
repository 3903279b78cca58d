package fingerprint

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// simulated is a server whose log probabilities have noise, and whose texts are drawn
// from a distribution.
type simulated struct {
	rng   *rand.Rand
	sd    float64
	shift float64 // added to every log probability
	// swap is the share of characters that differ from the approved model's.
	swap float64
}

const tokens = 20

func (s *simulated) logprobs(prompts, n int) Sample {
	out := Sample{}
	for p := range prompts {
		for range n {
			a := Answer{Logprobs: map[string]float64{}}
			for k := range tokens {
				a.Logprobs[fmt.Sprintf("t%02d", k)] = -float64(k)/2 - float64(p) + s.shift + s.sd*s.rng.NormFloat64()
			}
			out[fmt.Sprintf("p%d", p)] = append(out[fmt.Sprintf("p%d", p)], a)
		}
	}
	return out
}

func (s *simulated) texts(prompts, n, length int) Sample {
	out := Sample{}
	for p := range prompts {
		for range n {
			var b strings.Builder
			for i := range length - s.rng.IntN(5) {
				c := 'a' + rune((p+i)%7) + rune(s.rng.IntN(4))
				if s.rng.Float64() < s.swap {
					c = 'z'
				}
				b.WriteRune(c)
			}
			out[fmt.Sprintf("p%d", p)] = append(out[fmt.Sprintf("p%d", p)], Answer{Text: b.String()})
		}
	}
	return out
}

func server(seed uint64, shift float64) *simulated {
	return &simulated{rng: rand.New(rand.NewPCG(seed, 1)), sd: 0.1, shift: shift}
}

// runs is how often a simulation is repeated: the full tables of docs/fingerprint.md
// take a minute and run with MLPOLICY_FULL=1.
func runs(t *testing.T, small int) (n, permutations int, full bool) {
	t.Helper()
	if os.Getenv("MLPOLICY_FULL") != "" {
		return 1000, 1000, true
	}
	return small, 1000, false
}

func TestFalseAlarms(t *testing.T) {
	t.Parallel()
	n, permutations, full := runs(t, 100)
	alarms, verdicts := 0, 0
	for i := range n {
		s := server(uint64(i), 0)
		base := s.logprobs(1, 10)
		o := Options{Seed: uint64(i), Permutations: permutations}
		first := Compare(base, s.logprobs(1, 10), o)
		if first.Verdict == Drift {
			alarms++
			o.Seed++
			if Confirm(first, Compare(base, s.logprobs(1, 10), o)).Verdict == Drift {
				verdicts++
			}
		}
	}
	t.Logf("null: %d of %d runs alarm, %d are confirmed", alarms, n, verdicts)
	if limit := 19 * n / 1000; full && alarms > limit || alarms > 6 && !full || verdicts > 3 {
		t.Errorf("%d false alarms, %d confirmed, in %d runs", alarms, verdicts, n)
	}
}

func TestPower(t *testing.T) {
	t.Parallel()
	n, permutations, full := runs(t, 100)
	for _, tt := range []struct{ shift, least float64 }{{0.6, 0.9}, {1, 0.99}} {
		if !full {
			tt.least -= 0.1 // a hundred runs tell less
		}
		found := 0
		for i := range n {
			approved := server(uint64(i), 0)
			base := approved.logprobs(1, 10)
			approved.shift = tt.shift * approved.sd
			if Compare(base, approved.logprobs(1, 10), Options{Seed: uint64(i), Permutations: permutations}).Verdict == Drift {
				found++
			}
		}
		t.Logf("shift %.1f sd: %d of %d found", tt.shift, found, n)
		if float64(found) < tt.least*float64(n) {
			t.Errorf("shift %.1f sd: %d of %d", tt.shift, found, n)
		}
	}
}

// kolmogorov is the largest distance between the p-values and the uniform distribution.
func kolmogorov(p []float64) float64 {
	slices.Sort(p)
	d := 0.0
	for i, v := range p {
		d = max(d, math.Abs(float64(i+1)/float64(len(p))-v), math.Abs(v-float64(i)/float64(len(p))))
	}
	return d
}

func TestKernelUnderTheNull(t *testing.T) {
	t.Parallel()
	n, permutations, _ := runs(t, 100)
	var p []float64
	for i := range n {
		s := server(uint64(i)+5000, 0)
		p = append(p, Compare(s.texts(5, 10, 30), s.texts(5, 10, 30), Options{Seed: uint64(i), Permutations: permutations, MaxRunes: 30}).PValue)
	}
	d := kolmogorov(p)
	limit := 1.63 / math.Sqrt(float64(n)) // 1 % point of the Kolmogorov-Smirnov test
	t.Logf("null: KS distance %.4f, limit %.4f", d, limit)
	if d > limit {
		t.Errorf("p-values are not uniform: distance %.4f > %.4f", d, limit)
	}
}

func TestKernelPower(t *testing.T) {
	t.Parallel()
	n, permutations, full := runs(t, 10)
	swaps := []float64{0.05, 0.1, 0.2, 0.4}
	for _, swap := range swaps {
		found := 0
		for i := range n {
			s := server(uint64(i)+9000, 0)
			base := s.texts(10, 10, 30)
			s.swap = swap
			r := Compare(base, s.texts(10, 10, 30), Options{Seed: uint64(i), Permutations: permutations, MaxRunes: 30})
			if r.Verdict == Drift {
				found++
			}
			if r.Method != MethodMMD {
				t.Fatalf("method %s", r.Method)
			}
		}
		t.Logf("%.0f %% of the characters changed: %d of %d found", swap*100, found, n)
		if swap >= 0.2 && float64(found) < 0.9*float64(n) {
			t.Errorf("swap %.2f: %d of %d", swap, found, n)
		}
		if !full && swap < 0.2 {
			break // the rest is for the table
		}
	}
}

// TestServerWithoutNoise meets a server that answers the same to the last digit: without
// a floor any other machine is a drift.
func TestServerWithoutNoise(t *testing.T) {
	t.Parallel()
	quiet := func(shift float64) Sample {
		s := server(1, shift)
		s.sd = 0
		return s.logprobs(2, 10)
	}
	if r := Compare(quiet(0), quiet(1e-6), Options{}); r.Verdict != Drift {
		t.Errorf("without a floor: %+v", r)
	}
	floor := Floor([]Sample{quiet(0), quiet(1e-6)}, Options{})
	if r := Compare(quiet(0), quiet(1.5e-6), Options{Floor: floor}); r.Verdict != Same || r.PValue > 0.01 {
		t.Errorf("with the floor %g: %+v", floor, r)
	}
	if r := Compare(quiet(0), quiet(0.5), Options{Floor: floor}); r.Verdict != Drift {
		t.Errorf("a real shift: %+v", r)
	}
	if r := Compare(quiet(0), quiet(0), Options{}); r.Verdict != Same || r.PValue != 1 {
		t.Errorf("no difference at all: %+v", r)
	}
}

func TestInconclusive(t *testing.T) {
	t.Parallel()
	s := server(1, 0)
	for name, r := range map[string]Result{
		"few answers": Compare(s.logprobs(1, 4), s.logprobs(1, 10), Options{}), "no common prompt": Compare(Sample{"a": {{}}}, Sample{"b": {{}}}, Options{}), "nothing": Compare(nil, nil, Options{}),
	} {
		if r.Verdict != Inconclusive || r.Reason == "" || r.PValue != 1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	same, drift, unknown := Result{Verdict: Same}, Result{Verdict: Drift, PValue: 0.001, Effect: 2, N: 10}, Result{Verdict: Inconclusive}
	for _, tt := range []struct {
		first, second Result
		want          string
	}{{same, drift, Same}, {drift, drift, Drift}, {drift, same, Same}, {drift, unknown, Inconclusive}, {unknown, drift, Inconclusive}} {
		if got := Confirm(tt.first, tt.second); got.Verdict != tt.want {
			t.Errorf("%s then %s: got %s", tt.first.Verdict, tt.second.Verdict, got.Verdict)
		}
	}
}

func TestCumulative(t *testing.T) {
	t.Parallel()
	var c Cumulative
	passed := false
	for range 100 {
		if c, passed = c.Add(1, 1); passed {
			t.Fatal("effects of the size of the floor add up")
		}
	}
	n := 0
	for !passed {
		if c, passed = c.Add(2, 1); n > 20 {
			t.Fatal("effects of twice the floor never add up")
		}
		n++
	}
	if n != 9 || c.Runs != 109 {
		t.Errorf("after %d runs of %d", n, c.Runs)
	}
	if _, passed := c.Add(100, 0); passed {
		t.Error("without a floor nothing can be summed")
	}
}

func TestSeedDecides(t *testing.T) {
	t.Parallel()
	s := server(3, 0)
	a, b := s.logprobs(3, 10), s.logprobs(3, 10)
	first, second := Compare(a, b, Options{Seed: 7}), Compare(a, b, Options{Seed: 7})
	if first != second {
		t.Errorf("same seed: %+v and %+v", first, second)
	}
}

// endpoint serves a simulated model as an OpenAI-compatible server.
func endpoint(t *testing.T, logprobs bool, shift *float64, status *int) *Endpoint {
	t.Helper()
	s := server(11, 0)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var req chatRequest
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil || r.URL.Path != "/v1/chat/completions" || r.Header.Get("Authorization") != "Bearer k" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if *status != 0 {
			w.WriteHeader(*status)
			return
		}
		choice := map[string]any{"message": map[string]any{"role": "assistant", "content": "answer"}}
		if req.Logprobs && logprobs {
			s.shift = *shift
			var top []map[string]any
			for token, v := range s.logprobs(1, 1)["p0"][0].Logprobs {
				top = append(top, map[string]any{"token": token, "logprob": v})
			}
			choice["logprobs"] = map[string]any{"content": []any{map[string]any{"top_logprobs": top}}}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{choice}})
	}))
	t.Cleanup(srv.Close)
	return &Endpoint{URL: srv.URL + "/v1", Model: "m", Key: "k"}
}

func TestRecordAndCheck(t *testing.T) {
	t.Parallel()
	ctx, shift, status := context.Background(), 0.0, 0
	e := endpoint(t, true, &shift, &status)
	prompts := []string{"x", "y"}
	b, err := NewBaseline("sha256:"+strings.Repeat("a", 64), prompts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		answers, err := e.Ask(ctx, prompts, 10)
		if err != nil {
			t.Fatal(err)
		}
		b.Record(answers, "here", time.Date(2026, 11, 20+i, 0, 0, 0, 0, time.UTC))
	}
	digest := b.Digest()
	check := func() Result {
		answers, err := e.Ask(ctx, prompts, 10)
		if err != nil {
			t.Fatal(err)
		}
		r, err := b.Check(answers, func() (Sample, error) { return e.Ask(ctx, prompts, 10) }, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := check(); r.Verdict != Same || r.Method != MethodLT || r.Floor <= 0 {
		t.Errorf("approved model: %+v", r)
	}
	shift = 0.5
	r := check()
	if r.Verdict != Drift || !strings.HasPrefix(r.Reason, "confirmed") {
		t.Errorf("another model: %+v", r)
	}
	if b.Digest() != digest || b.Cumulative.Runs != 2 {
		t.Errorf("digest %s became %s, %d runs", digest, b.Digest(), b.Cumulative.Runs)
	}
	p := r.Predicate(b, e.URL, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	if p["result"] != "FAILED" || p["fingerprint"].(map[string]any)["verdict"] != Drift {
		t.Errorf("predicate %v", p)
	}
	data, err := b.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, err := ReadBaseline(data)
	if err != nil || again.Digest() != digest {
		t.Errorf("read again: %v", err)
	}
	status = http.StatusServiceUnavailable
	if _, err := e.Ask(ctx, prompts, 10); err == nil {
		t.Error("an endpoint that fails answers")
	}
}

func TestEndpointWithoutLogprobs(t *testing.T) {
	t.Parallel()
	shift, status := 0.0, 0
	e := endpoint(t, false, &shift, &status)
	a, err := e.Ask(context.Background(), []string{"x"}, 5)
	if err != nil || len(a["x"]) != 5 || a["x"][0].Text != "answer" || len(a["x"][0].Logprobs) != 0 {
		t.Errorf("%v, %v", a, err)
	}
	if r := Compare(a, a, Options{}); r.Method != MethodMMD || r.Verdict != Same {
		t.Errorf("%+v", r)
	}
}

func TestBadBaselines(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "{}", `{"schema":"mlpolicy.dev/fingerprint/v1"}`} {
		if _, err := ReadBaseline([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if _, err := NewBaseline("support-bot", nil); err == nil {
		t.Error("a baseline without a digest")
	}
}
