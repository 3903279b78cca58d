package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// The exit codes of a decision.
const (
	ExitAllow     = 0
	ExitDeny      = 1
	ExitUndecided = 3
)

// The states of a Finding.
const (
	FindingNew    = "new"
	FindingKnown  = "known"
	FindingWaived = "waived"
)

// DecideOptions are what a decision rests on beside the input and the policies.
type DecideOptions struct {
	Config   *Config
	Stages   []Stage   // selected; none selects every stage that a loaded control lists
	Baseline *Baseline // nil: controls at ratchet only report
	Now      time.Time // zero: now of the input, which it must be otherwise
	Lines    Lines     // text of the lines of the head
	Version  string
	// Digests of source, input and BOM; those of policies, configuration and baseline
	// are filled in.
	Digests Digests
	// AllowEmpty allows a source in which nothing was recognised, and a stage of which
	// no control was evaluated.
	AllowEmpty bool
}

// Decide makes a decision of results: it applies waivers, compares with the baseline,
// and asks for each selected stage what the level of each control makes of its outcome.
func Decide(p *Policy, in *Input, results []Result, opts DecideOptions) (*Decision, error) {
	if opts.Config == nil {
		opts.Config = &Config{}
	}
	now, err := time.Parse(time.RFC3339, in.Now)
	if err != nil {
		return nil, fmt.Errorf("decide: now: %w", err)
	}
	if !opts.Now.IsZero() && !opts.Now.Truncate(time.Second).Equal(now.Truncate(time.Second)) {
		return nil, fmt.Errorf("decide: now is %s, and %s in the input", opts.Now.UTC().Format(time.RFC3339), in.Now)
	}
	stages, err := selectStages(p, in, opts.Stages)
	if err != nil {
		return nil, err
	}
	waivers := newWaivers(opts.Config.Waivers, in, now)
	judged := judge(results, waivers, opts)
	d := &Decision{
		Schema: DecisionSchema, Decision: Allow, Problems: in.Problems, Digests: opts.Digests, Subject: in.Subject,
		Version: opts.Version, Now: in.Now, Stages: []StageDecision{}, UnsignedPolicies: []string{},
	}
	empty := !recognised(in) && !opts.AllowEmpty
	for _, stage := range stages {
		s := decideStage(p, stage, judged, opts)
		if empty && s.Decision == Allow {
			s.Decision, s.Reason = Undecided, "nothing was recognised in the source"
		}
		d.Stages = append(d.Stages, s)
		d.Decision = worse(d.Decision, s.Decision)
	}
	d.Waivers = waivers.states(now)
	d.Exit = map[Verdict]int{Allow: ExitAllow, Deny: ExitDeny, Undecided: ExitUndecided}[d.Decision]
	d.Reason = decisionReason(d)
	d.Digests.Policy, d.Digests.Config, d.Digests.Baseline = p.Digest(), opts.Config.Digest, opts.Baseline.Digest()
	for _, pack := range p.packs {
		if !pack.Signed && !pack.Embedded {
			d.UnsignedPolicies = append(d.UnsignedPolicies, pack.Name)
		}
	}
	if d.Problems == nil {
		d.Problems = []sbom.Problem{}
	}
	if d.Subject.Digests == nil {
		d.Subject.Digests = map[string]string{}
	}
	return d, nil
}

// selectStages checks that every selected stage has a control that decides it.
func selectStages(p *Policy, in *Input, selected []Stage) ([]Stage, error) {
	typed, any := map[Stage]int{}, map[Stage]int{}
	for _, c := range p.controls {
		for _, s := range c.Stages {
			any[s]++
			if !c.Untyped {
				typed[s]++
			}
		}
	}
	if len(selected) == 0 {
		for _, s := range Stages {
			if any[s] > 0 {
				selected = append(selected, s)
			}
		}
	}
	var out []Stage
	for _, s := range Stages { // in the order of the lifecycle, each once
		if !slices.Contains(selected, s) {
			continue
		}
		if any[s] == 0 {
			return nil, fmt.Errorf("stage %s: no loaded control decides it", s)
		}
		if in.Config.Mode == ModeGate && typed[s] == 0 {
			return nil, fmt.Errorf("stage %s: conftest packs alone do not decide a gate", s)
		}
		out = append(out, s)
	}
	for _, s := range selected {
		if !slices.Contains(Stages, s) {
			return nil, fmt.Errorf("unknown stage %q%s", s, neighbours(string(s), words(Stages)))
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no stage is selected")
	}
	return out, nil
}

// judgement is a result after waivers and baseline, the same in every stage.
type judgement struct {
	Result
	outcome  Outcome
	findings []Finding
	// What is left of findings, and of unknown paths and errors, that no waiver waives,
	// and how much of it the baseline does not have.
	failed, failedNew   int
	unknown, unknownNew int
	// What of failed is only likely, and whether any finding is, waived ones included.
	likely, likelyNew int
	anyLikely         bool
}

// judge applies waivers and the baseline, finding by finding.
func judge(results []Result, waivers *waiverSet, opts DecideOptions) []judgement {
	left := map[string]int{}
	if opts.Baseline != nil {
		for print, n := range opts.Baseline.counts {
			left[print] = n
		}
	}
	out := make([]judgement, 0, len(results))
	for _, r := range results {
		j := judgement{Result: r, outcome: r.Outcome, findings: []Finding{}}
		kind := Fail
		if r.Outcome == Error {
			kind = Error
		}
		for _, f := range r.Findings {
			j.add(f, kind, waivers, left, opts.Lines)
		}
		for _, f := range r.Unknown {
			j.add(f, Unknown, waivers, left, opts.Lines)
		}
		switch {
		case j.outcome == Error || j.failed > 0 || len(j.findings) == 0:
		case j.unknown > 0:
			j.outcome = Unknown
			if j.Reason == "" { // its findings are waived, and hid this
				j.Reason = r.Unknown[0].Detail
			}
		default:
			j.outcome = Waived
		}
		out = append(out, j)
	}
	return out
}

func (j *judgement) add(f RawFinding, kind Outcome, waivers *waiverSet, left map[string]int, lines Lines) {
	print := fingerprint(j.Control.ID, f, lines)
	finding := Finding{
		Fingerprint: print, State: FindingNew, Outcome: kind, Subject: f.Subject, Digest: f.Digest, Detail: f.Detail, At: f.At,
	}
	likely := f.Certainty == Likely
	if likely {
		finding.Certainty, j.anyLikely = Likely, true
	}
	if kind != Error { // an error says nothing about the subject, so nobody can exempt it
		finding.Waiver = waivers.waive(j.Control.ID, f)
	}
	all, fresh := &j.failed, &j.failedNew
	if kind != Fail {
		all, fresh = &j.unknown, &j.unknownNew
	}
	switch {
	case finding.Waiver != "":
		finding.State = FindingWaived
	case left[print] > 0 && !waivers.unhashed(f):
		left[print]--
		finding.State = FindingKnown
		*all++
		j.likely += count(likely)
	default:
		*all++
		*fresh++
		j.likely += count(likely)
		j.likelyNew += count(likely)
	}
	j.findings = append(j.findings, finding)
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// decideStage asks what one stage makes of the controls that list it.
func decideStage(p *Policy, stage Stage, judged []judgement, opts DecideOptions) StageDecision {
	s := StageDecision{Stage: stage, Decision: Allow, Controls: []ControlResult{}}
	evaluated := 0
	for _, j := range judged {
		if !slices.Contains(j.Control.Stages, stage) {
			continue
		}
		c := ControlResult{
			ID: j.Control.ID, Pack: j.Control.Pack, Title: j.Control.Title, Severity: j.Control.Severity, Outcome: j.outcome,
			Reason: j.Reason, Fix: j.Control.Fix, Checked: j.Checked, Findings: j.findings,
		}
		c.Level, c.LevelFrom = opts.Config.Level(j.Control, stage, p.levels[j.Control.Pack])
		likely := opts.Config.likelyLevel(j.Control, stage, p.levels[j.Control.Pack])
		if c.Level == Ratchet && opts.Baseline == nil {
			c.Level, c.LevelFrom = Advisory, c.LevelFrom+noBaseline
		}
		if likely == Ratchet && opts.Baseline == nil {
			likely = Advisory
		}
		if j.anyLikely && likely != c.Level {
			c.LikelyLevel = likely
		}
		c.Verdict = j.verdict(c.Level, likely)
		if c.Level != Off && !j.Later {
			evaluated++
		}
		s.Decision = worse(s.Decision, c.Verdict)
		s.Controls = append(s.Controls, c)
	}
	s.Reason = stageReason(s)
	if evaluated == 0 && s.Decision == Allow && !opts.AllowEmpty {
		s.Decision, s.Reason = Undecided, "no control was evaluated: each is off or decided at the gate"
	}
	return s
}

// verdict is what the levels, of what is certain and of what is likely, make of an outcome.
func (j *judgement) verdict(level, likely Level) Verdict {
	switch {
	case level.counts(j.failed-j.likely, j.failedNew-j.likelyNew) || likely.counts(j.likely, j.likelyNew):
		return Deny
	case level.counts(j.unknown, j.unknownNew):
		return Undecided
	}
	return Allow
}

// counts says whether a level minds so many findings, of which so many are new.
func (l Level) counts(all, fresh int) bool {
	return l == Mandatory && all > 0 || l == Ratchet && fresh > 0
}

// worse orders verdicts: deny over undecided over allow.
func worse(a, b Verdict) Verdict {
	order := []Verdict{Deny, Undecided, Allow}
	if slices.Index(order, b) < slices.Index(order, a) {
		return b
	}
	return a
}

func stageReason(s StageDecision) string {
	var denied, undecided []string
	for _, c := range s.Controls {
		switch c.Verdict {
		case Deny:
			denied = append(denied, c.ID)
		case Undecided:
			undecided = append(undecided, c.ID)
		}
	}
	var parts []string
	if len(denied) > 0 {
		parts = append(parts, "denied by "+strings.Join(denied, ", "))
	}
	if len(undecided) > 0 {
		parts = append(parts, "undecided by "+strings.Join(undecided, ", "))
	}
	return strings.Join(parts, "; ")
}

func decisionReason(d *Decision) string {
	var parts []string
	for _, s := range d.Stages {
		if s.Decision != Allow {
			parts = append(parts, fmt.Sprintf("%s: %s", s.Stage, s.Reason))
		}
	}
	return strings.Join(parts, "; ")
}
