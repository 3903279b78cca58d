package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

func decide(t *testing.T, p *engine.Policy, in *engine.Input, opts engine.DecideOptions) *engine.Decision {
	t.Helper()
	results, err := p.Evaluate(context.Background(), in)
	if err != nil {
		t.Fatal(err)
	}
	d, err := engine.Decide(p, in, results, opts)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func decisionJSON(t *testing.T, p *engine.Policy, in *engine.Input) []byte {
	results, err := p.Evaluate(context.Background(), in)
	if err != nil {
		t.Error(err)
		return nil
	}
	d, err := engine.Decide(p, in, results, engine.DecideOptions{})
	if err != nil {
		t.Error(err)
		return nil
	}
	content, err := json.Marshal(d)
	if err != nil {
		t.Error(err)
	}
	return content
}

func waiver(control, subject string, digests ...string) engine.Waiver {
	return engine.Waiver{
		Name: "w", Controls: []string{control}, Subjects: []string{subject}, Digests: digests, Reason: "r", Owner: "o", Expires: "2027-03-01",
	}
}

const (
	digestA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// pickles is an input with one executable file.
func pickles(sha256 string) *engine.Input {
	in := looked(engine.ModeCheck)
	in.Weights = []sbom.Weights{{Path: "models/a.pkl", Format: "pickle", SHA256: sha256, Executable: sbom.Yes}}
	return in
}

// executable is a control that denies executable weights, with a key where asked.
func executable(key string) engine.PackSource {
	return pack("acme", map[string]string{"one.rego": control("weights", `deny contains {"subject": file.path, "detail": file.format, "at": {"path": file.path}`+key+`} if {
	some file in input.weights
	file.executable == "yes"
}`)})
}

// TestSwappedPickle swaps a pickle for another one under a path that is waived, and under
// one that is in the baseline.
func TestSwappedPickle(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", `, "key": "executable"`} {
		p := load(t, executable(key))
		config := &engine.Config{
			Controls: map[string]engine.ControlConfig{"ACME-001": {Level: engine.Mandatory}},
			Waivers:  []engine.Waiver{waiver("ACME-001", "models/a.pkl", "sha256:"+digestA)},
		}
		if d := decide(t, p, pickles(digestA), engine.DecideOptions{Config: config}); d.Decision != engine.Allow || d.Waivers[0].State != engine.WaiverUsed {
			t.Errorf("waived bytes: %s, waiver %s", d.Decision, d.Waivers[0].State)
		}
		if d := decide(t, p, pickles(digestB), engine.DecideOptions{Config: config}); d.Decision != engine.Deny || d.Waivers[0].State != engine.WaiverOtherDigest {
			t.Errorf("other bytes: %s, waiver %s", d.Decision, d.Waivers[0].State)
		}
		if d := decide(t, p, pickles(""), engine.DecideOptions{Config: config}); d.Decision != engine.Deny || d.Waivers[0].State != engine.WaiverOtherDigest {
			t.Errorf("unknown bytes: %s, waiver %s", d.Decision, d.Waivers[0].State)
		}
		config.Waivers[0].Digests = nil
		if d := decide(t, p, pickles(digestA), engine.DecideOptions{Config: config}); d.Decision != engine.Deny || d.Waivers[0].State != engine.WaiverInvalid {
			t.Errorf("waiver without digest: %s, waiver %s", d.Decision, d.Waivers[0].State)
		}

		ratchet := &engine.Config{Controls: map[string]engine.ControlConfig{"ACME-001": {Level: engine.Ratchet}}}
		results, err := p.Evaluate(context.Background(), pickles(digestA))
		if err != nil {
			t.Fatal(err)
		}
		base := engine.NewBaseline(results, nil)
		if d := decide(t, p, pickles(digestA), engine.DecideOptions{Config: ratchet, Baseline: base}); d.Decision != engine.Allow {
			t.Errorf("same bytes as the base: %s", d.Decision)
		}
		if d := decide(t, p, pickles(digestB), engine.DecideOptions{Config: ratchet, Baseline: base}); d.Decision != engine.Deny {
			t.Errorf("other bytes than the base: %s", d.Decision)
		}
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	p := load(t, pack("acme", map[string]string{
		"one.rego":   control("components", fmt.Sprintf(deny, `x.kind == "model"`)),
		"two.rego":   strings.NewReplacer("ACME-001", "ACME-002", "acme.one", "acme.two", "[components]\n#   fix", "[components, signatures]\n#   fix").Replace(control("components", fmt.Sprintf(deny, `count(input.signatures) == 0`))),
		"three.rego": strings.NewReplacer("ACME-001", "ACME-003", "acme.one", "acme.three", "[components]\n#   fix", "[components, change]\n#   fix").Replace(control("components", fmt.Sprintf(deny, `input.change[_].kind == "x"`))),
	}))
	for name, c := range map[string]struct {
		change func(*engine.Input)
		want   map[string]engine.Outcome
		reason string
	}{
		"empty": {func(in *engine.Input) {}, map[string]engine.Outcome{"ACME-001": "not_applicable"}, "no components"},
		"pass":  {func(in *engine.Input) { in.Components = []sbom.Component{{Kind: "package", Name: "n"}} }, map[string]engine.Outcome{"ACME-001": "pass"}, ""},
		"fail":  {func(in *engine.Input) { in.Components = []sbom.Component{{Kind: "model", Name: "n"}} }, map[string]engine.Outcome{"ACME-001": "fail"}, ""},
		"nobody looked": {func(in *engine.Input) {
			in.Components = []sbom.Component{{Kind: "package", Name: "n"}}
			in.Collected["components"] = sbom.Collected{Reason: "no time"}
		}, map[string]engine.Outcome{"ACME-001": "unknown"}, "no time"},
		"nobody looked, and a finding": {func(in *engine.Input) {
			in.Components = []sbom.Component{{Kind: "model", Name: "n"}}
			in.Collected["components"] = sbom.Collected{}
		}, map[string]engine.Outcome{"ACME-001": "fail"}, ""},
		"problem": {func(in *engine.Input) {
			in.Components = []sbom.Component{{Kind: "package", Name: "n"}}
			in.Problems = []sbom.Problem{{Path: "a", Family: "components", Code: "malformed", Reason: "bad"}, {Path: "a", Family: "components", Code: "truncated"}, {Path: "b", Family: "components"}, {Path: "c", Family: "weights"}}
		}, map[string]engine.Outcome{"ACME-001": "unknown"}, "2 paths could not be read"},
		"problem of another family": {func(in *engine.Input) {
			in.Components = []sbom.Component{{Kind: "package", Name: "n"}}
			in.Problems = []sbom.Problem{{Path: "c", Family: "weights"}}
		}, map[string]engine.Outcome{"ACME-001": "pass"}, ""},
		"check does not collect": {func(in *engine.Input) {
			in.Components = []sbom.Component{{Kind: "package", Name: "n"}}
			in.Collected["signatures"], in.Collected["change"] = sbom.Collected{Reason: "decided at the gate"}, sbom.Collected{}
			in.Config.Mode = engine.ModeCheck
			in.Signatures = []sbom.Signature{{}}
		}, map[string]engine.Outcome{"ACME-002": "not_applicable", "ACME-003": "not_applicable"}, ""},
		"the gate must": {func(in *engine.Input) {
			in.Components = []sbom.Component{{Kind: "package", Name: "n"}}
			in.Collected["signatures"], in.Collected["change"] = sbom.Collected{Reason: "decided at the gate"}, sbom.Collected{}
			in.Config.Mode = engine.ModeGate
			in.Signatures = []sbom.Signature{{}}
		}, map[string]engine.Outcome{"ACME-002": "unknown", "ACME-003": "unknown"}, ""},
	} {
		in := looked(engine.ModeCheck)
		c.change(in)
		results := evaluate(t, p, in)
		for id, want := range c.want {
			if r := results[id]; r.Outcome != want || !strings.Contains(r.Reason, c.reason) {
				t.Errorf("%s: %s is %s (%s), want %s (%s)", name, id, r.Outcome, r.Reason, want, c.reason)
			}
		}
	}
}

// TestLevels is the table of outcomes and levels.
func TestLevels(t *testing.T) {
	t.Parallel()
	p := load(t, acme(`x.kind == "model"`))
	fail, unknown, broken := withComponent(engine.ModeCheck), withComponent(engine.ModeCheck), load(t, acme(`to_number(x.version) < 5`))
	fail.Components[0].Kind = "model"
	unknown.Collected["components"] = sbom.Collected{}
	none := withComponent(engine.ModeCheck)
	for _, c := range []struct {
		name  string
		p     *engine.Policy
		in    *engine.Input
		level engine.Level
		base  *engine.Input // nil: no baseline
		want  engine.Verdict
	}{
		{"fail", p, fail, engine.Mandatory, nil, engine.Deny},
		{"fail", p, fail, engine.Mandatory, fail, engine.Deny},
		{"fail", p, fail, engine.Ratchet, none, engine.Deny},
		{"fail", p, fail, engine.Ratchet, fail, engine.Allow},
		{"fail", p, fail, engine.Ratchet, nil, engine.Allow},
		{"fail", p, fail, engine.Advisory, none, engine.Allow},
		{"unknown", p, unknown, engine.Mandatory, unknown, engine.Undecided},
		{"unknown", p, unknown, engine.Ratchet, none, engine.Undecided},
		{"unknown", p, unknown, engine.Ratchet, unknown, engine.Allow},
		{"unknown", p, unknown, engine.Advisory, none, engine.Allow},
		{"error", broken, none, engine.Mandatory, none, engine.Undecided},
		{"error", broken, none, engine.Ratchet, none, engine.Allow}, // the base has it too
		{"error", broken, none, engine.Advisory, nil, engine.Allow},
		{"pass", p, none, engine.Mandatory, none, engine.Allow},
	} {
		opts := engine.DecideOptions{Config: &engine.Config{Controls: map[string]engine.ControlConfig{"ACME-001": {Level: c.level}}}}
		if c.base != nil {
			results, err := c.p.Evaluate(context.Background(), c.base)
			if err != nil {
				t.Fatal(err)
			}
			opts.Baseline = engine.NewBaseline(results, nil)
		}
		d := decide(t, c.p, c.in, opts)
		r := d.Stages[0].Controls[0]
		if d.Decision != c.want || r.Outcome != engine.Outcome(c.name) {
			t.Errorf("%s at %s, base %v: %s, outcome %s, want %s", c.name, c.level, c.base != nil, d.Decision, r.Outcome, c.want)
		}
		if c.level == engine.Ratchet && c.base == nil && (r.Level != engine.Advisory || r.LevelFrom != "control block, ratchet without a baseline") {
			t.Errorf("ratchet without a baseline: level %s from %q", r.Level, r.LevelFrom)
		}
	}
	d := decide(t, p, fail, engine.DecideOptions{Config: &engine.Config{Controls: map[string]engine.ControlConfig{"ACME-001": {Level: engine.Off}}}})
	if d.Decision != engine.Undecided {
		t.Errorf("every control is off: %s", d.Decision)
	}
}

func TestLevelPrecedence(t *testing.T) {
	t.Parallel()
	c := engine.Control{ID: "A-001", Severity: engine.Critical, Stages: []engine.Stage{engine.StageTraining}}
	config := engine.Config{
		Profile:  engine.ProfileStrict,
		Stages:   map[engine.Stage]engine.StageConfig{engine.StageTraining: {Level: engine.Ratchet, Controls: map[string]engine.Level{"A-001": engine.Off}}},
		Controls: map[string]engine.ControlConfig{"A-001": {Level: engine.Advisory}},
	}
	check := func(pack, want engine.Level, from string) {
		t.Helper()
		if level, source := config.Level(c, engine.StageTraining, pack); level != want || source != from {
			t.Errorf("level is %s from %s, want %s from %s", level, source, want, from)
		}
	}
	check("", engine.Off, "control in stage block")
	config.Stages[engine.StageTraining] = engine.StageConfig{Level: engine.Ratchet}
	check(engine.Mandatory, engine.Advisory, "control block")
	config.Controls = nil
	check(engine.Advisory, engine.Advisory, "policies block")
	check("", engine.Ratchet, "stage block")
	config.Stages = nil
	check("", engine.Mandatory, "profile")
	config.Profile = engine.ProfileBaseline
	check("", engine.Mandatory, "profile")
	for severity, want := range map[engine.Severity]engine.Level{engine.High: engine.Ratchet, engine.Medium: engine.Ratchet, engine.Low: engine.Advisory} {
		c.Severity = severity
		check("", want, "profile")
	}
	config.Floor = &engine.Config{Controls: map[string]engine.ControlConfig{"A-001": {Level: engine.Mandatory}}}
	check("", engine.Mandatory, "organisation's floor")
	config.Controls = map[string]engine.ControlConfig{"A-001": {Level: engine.Off}}
	check("", engine.Mandatory, "organisation's floor")
	config.Floor.Controls = map[string]engine.ControlConfig{"A-001": {Level: engine.Advisory}}
	config.Controls = map[string]engine.ControlConfig{"A-001": {Level: engine.Ratchet}}
	check("", engine.Ratchet, "control block")
	config.Floor.Floor = &engine.Config{Controls: map[string]engine.ControlConfig{"A-001": {Level: engine.Mandatory}}}
	check("", engine.Mandatory, "organisation's floor")
}

// TestFingerprints counts findings: a moved line is old, a second one with the same text
// is new, other text is new.
func TestFingerprints(t *testing.T) {
	t.Parallel()
	p := load(t, acme("true"))
	at := func(lines ...int) *engine.Input {
		in := looked(engine.ModeCheck)
		for _, line := range lines {
			in.Components = append(in.Components, sbom.Component{Name: "m", Version: fmt.Sprint(line), At: sbom.At{Path: "a.py", Line: line}})
		}
		return in
	}
	text := func(lines map[int]string) engine.Lines { return func(_ string, line int) string { return lines[line] } }
	results, err := p.Evaluate(context.Background(), at(3))
	if err != nil {
		t.Fatal(err)
	}
	base := engine.NewBaseline(results, text(map[int]string{3: "load()"}))
	config := &engine.Config{Controls: map[string]engine.ControlConfig{"ACME-001": {Level: engine.Ratchet}}}
	for name, c := range map[string]struct {
		in    *engine.Input
		lines map[int]string
		want  []string
	}{
		"same":         {at(3), map[int]string{3: "load()"}, []string{"known"}},
		"moved":        {at(30), map[int]string{30: "load()"}, []string{"known"}},
		"second":       {at(3, 30), map[int]string{3: "load()", 30: "load()"}, []string{"known", "new"}},
		"another line": {at(3), map[int]string{3: "load(x)"}, []string{"new"}},
	} {
		d := decide(t, p, c.in, engine.DecideOptions{Config: config, Baseline: base, Lines: text(c.lines)})
		var states []string
		for _, f := range d.Stages[0].Controls[0].Findings {
			states = append(states, f.State)
		}
		if diff := cmp.Diff(c.want, states); diff != "" || (d.Decision == engine.Deny) != slices.Contains(c.want, "new") {
			t.Errorf("%s: %s\n%s", name, d.Decision, diff)
		}
	}
}

func TestWaiverStates(t *testing.T) {
	t.Parallel()
	p := load(t, acme("true"))
	for name, c := range map[string]struct {
		change func(*engine.Waiver)
		state  string
		waives bool
	}{
		"used":            {func(w *engine.Waiver) {}, engine.WaiverUsed, true},
		"by path":         {func(w *engine.Waiver) { w.Subjects = []string{"a.py"} }, engine.WaiverUsed, true},
		"by purl":         {func(w *engine.Waiver) { w.Subjects = []string{"pkg:x/m"} }, engine.WaiverUsed, true},
		"expiring":        {func(w *engine.Waiver) { w.Expires = "2026-12-01" }, engine.WaiverExpiring, true},
		"last day":        {func(w *engine.Waiver) { w.Expires = "2026-11-24" }, engine.WaiverExpiring, true},
		"expired":         {func(w *engine.Waiver) { w.Expires = "2026-11-23" }, engine.WaiverExpired, false},
		"pending":         {func(w *engine.Waiver) { w.Starts = "2026-11-25" }, engine.WaiverPending, false},
		"too far ahead":   {func(w *engine.Waiver) { w.Expires = "2027-06-01" }, engine.WaiverInvalid, false},
		"no reason":       {func(w *engine.Waiver) { w.Reason = " " }, engine.WaiverInvalid, false},
		"no owner":        {func(w *engine.Waiver) { w.Owner = "" }, engine.WaiverInvalid, false},
		"no expiry":       {func(w *engine.Waiver) { w.Expires = "" }, engine.WaiverInvalid, false},
		"other control":   {func(w *engine.Waiver) { w.Controls = []string{"ACME-002"} }, engine.WaiverUnused, false},
		"other subject":   {func(w *engine.Waiver) { w.Subjects = []string{"x"} }, engine.WaiverUnknownSubject, false},
		"digest of none":  {func(w *engine.Waiver) { w.Digests = []string{"sha256:" + digestA} }, engine.WaiverOtherDigest, false},
		"malformed":       {func(w *engine.Waiver) { w.Digests = []string{"sha256:AA"} }, engine.WaiverInvalid, false},
		"ends before now": {func(w *engine.Waiver) { w.Starts, w.Expires = "2026-01-01", "2026-02-01" }, engine.WaiverExpired, false},
	} {
		w := waiver("ACME-001", "m")
		c.change(&w)
		in := withComponent(engine.ModeCheck)
		in.Components[0].Purl = "pkg:x/m"
		d := decide(t, p, in, engine.DecideOptions{Config: &engine.Config{Waivers: []engine.Waiver{w}}})
		if d.Waivers[0].State != c.state || (d.Decision == engine.Allow) != c.waives {
			t.Errorf("%s: waiver is %s (%s), decision %s", name, d.Waivers[0].State, d.Waivers[0].Note, d.Decision)
		}
		if r := d.Stages[0].Controls[0]; c.waives && (r.Outcome != engine.Waived || r.Findings[0].Waiver != "w") {
			t.Errorf("%s: outcome %s, waived by %q", name, r.Outcome, r.Findings[0].Waiver)
		}
	}
}

// TestWaivedFindingsHideNoProblem waives every finding of a control of which one file
// could not be read.
func TestWaivedFindingsHideNoProblem(t *testing.T) {
	t.Parallel()
	in := withComponent(engine.ModeCheck)
	in.Problems = []sbom.Problem{{Path: "b.py", Family: "components", Code: "malformed", Reason: "bad"}}
	config := &engine.Config{Waivers: []engine.Waiver{waiver("ACME-001", "m")}}
	p := load(t, acme("true"))
	if d := decide(t, p, in, engine.DecideOptions{Config: config}); d.Decision != engine.Undecided || d.Stages[0].Controls[0].Outcome != engine.Unknown {
		t.Errorf("%s: %s", d.Decision, d.Reason)
	}
	config.Waivers = append(config.Waivers, waiver("ACME-001", "b.py"))
	if d := decide(t, p, in, engine.DecideOptions{Config: config}); d.Decision != engine.Allow || d.Stages[0].Controls[0].Outcome != engine.Waived {
		t.Errorf("both waived: %s: %s", d.Decision, d.Reason)
	}
}

func TestUnsignedPoliciesAreNamed(t *testing.T) {
	t.Parallel()
	signed := acme("true")
	signed.Signed = true
	for want, source := range map[string]engine.PackSource{"": signed, "acme": acme("true")} {
		d := decide(t, load(t, small(), source), withComponent(engine.ModeCheck), engine.DecideOptions{})
		if got := strings.Join(d.UnsignedPolicies, ","); got != want {
			t.Errorf("unsigned policies are %q, want %q", got, want)
		}
	}
}
