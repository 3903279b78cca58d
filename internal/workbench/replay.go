package workbench

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/decide"
)

// Replay evaluates history under a policy and says what would have been decided otherwise.
type Replay struct {
	// Policy returns the policy to replay under, for the configuration of a record. It is
	// called once for each configuration.
	Policy func(ctx context.Context, config *engine.Config) (*engine.Policy, error)
	// Config, if set, replaces the configuration of the records.
	Config *engine.Config
	Since  time.Time
}

// ReplayResult is the outcome of a replay.
type ReplayResult struct {
	Decisions  int    `json:"decisions"`
	Reproduced int    `json:"reproduced"` // under the recorded policy and configuration, byte for byte
	Changed    int    `json:"changed"`    // decisions whose verdict changes
	Flips      []Flip `json:"flips"`
	// Differences lists records that the recorded policy no longer reproduces: an error.
	Differences []string `json:"differences"`
}

// Flip is one control in one stage whose verdict changes in some decisions.
type Flip struct {
	Control    string         `json:"control"`
	Stage      engine.Stage   `json:"stage"`
	From       engine.Verdict `json:"from"`
	To         engine.Verdict `json:"to"`
	FromResult engine.Outcome `json:"from_outcome"` // "" when the control is new
	ToResult   engine.Outcome `json:"to_outcome"`   // "" when the control is gone
	Repository string         `json:"repository"`
	Count      int            `json:"count"`
}

type flipKey struct {
	control    string
	stage      engine.Stage
	from, to   engine.Verdict
	fromR, toR engine.Outcome
	repository string
}

// job is a record with its place in the history.
type job struct {
	index int
	rec   *decide.Record
}

type replayState struct {
	Replay
	history History
	mu      sync.Mutex
	byConf  map[string]*policyOnce
	result  ReplayResult
	changed map[flipKey]int
	differ  map[int]string
}

type policyOnce struct {
	once   sync.Once
	policy *engine.Policy
	err    error
}

// Run replays the history on all processors. A record that the policy and configuration
// of the record do not reproduce byte for byte is listed in Differences.
func (r Replay) Run(ctx context.Context, history History) (*ReplayResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &replayState{Replay: r, history: history, byConf: map[string]*policyOnce{}, changed: map[flipKey]int{}, differ: map[int]string{}}
	jobs := make(chan job)
	var wg sync.WaitGroup
	var failed error
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for j := range jobs {
				if err := s.one(ctx, j); err != nil {
					s.mu.Lock()
					if failed == nil {
						failed = err
					}
					s.mu.Unlock()
					cancel()
				}
			}
		})
	}
	index := 0
	err := history.Records(ctx, r.Since, func(rec *decide.Record) error {
		index++
		select {
		case jobs <- job{index, rec}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	close(jobs)
	wg.Wait()
	if failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	return s.finish(), nil
}

func (s *replayState) one(ctx context.Context, j job) error {
	config := j.rec.Config
	if s.Config != nil {
		config = s.Config
	}
	policy, err := s.policy(ctx, config)
	if err != nil {
		return err
	}
	var old engine.Decision
	if err := json.Unmarshal(j.rec.Decision, &old); err != nil {
		return fmt.Errorf("record %d: %w", j.index, err)
	}
	now, err := decide.Replay(ctx, j.rec, policy, config, func(digest string) ([]byte, error) { return s.history.Input(ctx, digest) })
	if err != nil {
		return fmt.Errorf("record %d (%s, %s): %w", j.index, j.rec.Repository, old.Now, err)
	}
	same := old.Digests.Policy == now.Digests.Policy && old.Digests.Config == now.Digests.Config && s.Config == nil
	var encoded []byte
	if same {
		if encoded, err = decide.Encode(now); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Decisions++
	if same {
		if bytes.Equal(encoded, j.rec.Decision) {
			s.result.Reproduced++
			return nil
		}
		s.differ[j.index] = fmt.Sprintf("record %d (%s, %s): the recorded policy decides other bytes (%s, was %s)", j.index, j.rec.Repository, old.Now, now.Decision, old.Decision)
	}
	if now.Decision != old.Decision {
		s.result.Changed++
	}
	for key := range flips(&old, now, j.rec.Repository) {
		s.changed[key]++
	}
	return nil
}

func (s *replayState) policy(ctx context.Context, config *engine.Config) (*engine.Policy, error) {
	key, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	p := s.byConf[string(key)]
	if p == nil {
		p = &policyOnce{}
		s.byConf[string(key)] = p
	}
	s.mu.Unlock()
	p.once.Do(func() { p.policy, p.err = s.Policy(ctx, config) })
	return p.policy, p.err
}

// flips compares two decisions control by control.
func flips(old, now *engine.Decision, repository string) map[flipKey]bool {
	type at struct {
		control string
		stage   engine.Stage
	}
	before, after := map[at]engine.ControlResult{}, map[at]engine.ControlResult{}
	collect := func(d *engine.Decision, into map[at]engine.ControlResult) {
		for _, stage := range d.Stages {
			for _, c := range stage.Controls {
				into[at{c.ID, stage.Stage}] = c
			}
		}
	}
	collect(old, before)
	collect(now, after)
	out := map[flipKey]bool{}
	add := func(k at) {
		b, a := before[k], after[k]
		from, to := cmp.Or(b.Verdict, engine.Allow), cmp.Or(a.Verdict, engine.Allow)
		if from != to || b.Outcome != a.Outcome && (notable(b.Outcome) || notable(a.Outcome)) {
			out[flipKey{k.control, k.stage, from, to, b.Outcome, a.Outcome, repository}] = true
		}
	}
	for k := range before {
		add(k)
	}
	for k := range after {
		if _, ok := before[k]; !ok {
			add(k)
		}
	}
	return out
}

// notable outcomes are worth a line even where the verdict stays.
func notable(o engine.Outcome) bool {
	return o == engine.Fail || o == engine.Unknown || o == engine.Error || o == engine.Waived
}

func (s *replayState) finish() *ReplayResult {
	r := &s.result
	r.Flips, r.Differences = []Flip{}, []string{}
	for k, n := range s.changed {
		r.Flips = append(r.Flips, Flip{k.control, k.stage, k.from, k.to, k.fromR, k.toR, k.repository, n})
	}
	rank := func(f Flip) int { // what starts to pass is looked at first
		switch {
		case f.From != engine.Allow && f.To == engine.Allow:
			return 0
		case f.From == engine.Allow && f.To != engine.Allow:
			return 1
		}
		return 2
	}
	slices.SortFunc(r.Flips, func(a, b Flip) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Control, b.Control), cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Repository, b.Repository), cmp.Compare(a.From+a.To, b.From+b.To), cmp.Compare(a.FromResult+a.ToResult, b.FromResult+b.ToResult))
	})
	indexes := make([]int, 0, len(s.differ))
	for i := range s.differ {
		indexes = append(indexes, i)
	}
	slices.Sort(indexes)
	for _, i := range indexes {
		r.Differences = append(r.Differences, s.differ[i])
	}
	return r
}

// Text writes the result for a terminal.
func (r *ReplayResult) Text(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%d decisions replayed, %d reproduced byte for byte, %d would be decided otherwise\n", r.Decisions, r.Reproduced, r.Changed)
	for _, f := range r.Flips {
		fmt.Fprintf(&b, "  %-10s %-11s %-24s %-28s %s × %d\n", f.Control, f.Stage, arrow(f.From, f.To), outcomes(f), f.Repository, f.Count)
	}
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "  NOT REPRODUCED  %s\n", d)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func arrow(from, to engine.Verdict) string {
	if from == to {
		return string(from)
	}
	return string(from) + " → " + string(to)
}

func outcomes(f Flip) string {
	return fmt.Sprintf("(%s → %s)", cmp.Or(string(f.FromResult), "absent"), cmp.Or(string(f.ToResult), "absent"))
}

// Markdown writes the result for a pull request of the policy repository.
func (r *ReplayResult) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## Replay of %d decisions\n\n%d reproduced byte for byte, **%d would be decided otherwise**.\n", r.Decisions, r.Reproduced, r.Changed)
	if len(r.Flips) > 0 {
		b.WriteString("\n| Control | Stage | Decision | Outcome | Repository | Times |\n| --- | --- | --- | --- | --- | ---: |\n")
		for _, f := range r.Flips {
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %d |\n", f.Control, f.Stage, arrow(f.From, f.To), outcomes(f), strings.ReplaceAll(f.Repository, "|", "\\|"), f.Count)
		}
	}
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "\n- **not reproduced**: %s\n", d)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
