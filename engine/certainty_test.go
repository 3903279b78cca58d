package engine_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// guesses is a critical control whose finding is likely, or certain for one with a digest.
func guesses() engine.PackSource {
	return pack("acme", map[string]string{"one.rego": control("components", `deny contains {"subject": x.name, "detail": "d", "at": x.at, "certainty": "likely"} if {
	some x in input.components
	x.kind == "model"
}

deny contains {"subject": x.name, "detail": "e", "at": x.at} if {
	some x in input.components
	x.kind == "adapter"
}`)})
}

func components(kinds ...string) *engine.Input {
	in := looked(engine.ModeCheck)
	for i, kind := range kinds {
		in.Components = append(in.Components, sbom.Component{Name: kind, Kind: kind, At: sbom.At{Path: "a.py", Line: i + 1}})
	}
	return in
}

// TestCertainty is the table of levels of what is only likely: a profile does not deny for
// it alone, a level that somebody wrote down does.
func TestCertainty(t *testing.T) {
	t.Parallel()
	p := load(t, guesses())
	likely, certain, both, none := components("model"), components("adapter"), components("model", "adapter"), components("package")
	mandatory := map[string]engine.ControlConfig{"ACME-001": {Level: engine.Mandatory}}
	for name, c := range map[string]struct {
		in     *engine.Input
		config engine.Config
		base   *engine.Input // nil: no baseline
		want   engine.Verdict
		level  engine.Level // likely_level
	}{
		"likely reports":                {likely, engine.Config{}, nil, engine.Allow, engine.Advisory},
		"likely in the base reports":    {likely, engine.Config{}, likely, engine.Allow, engine.Ratchet},
		"likely that is new denies":     {likely, engine.Config{}, none, engine.Deny, engine.Ratchet},
		"certain denies":                {certain, engine.Config{}, nil, engine.Deny, ""},
		"certain in the base denies":    {certain, engine.Config{}, certain, engine.Deny, ""},
		"certain beside likely denies":  {both, engine.Config{}, nil, engine.Deny, engine.Advisory},
		"strict denies":                 {likely, engine.Config{Profile: engine.ProfileStrict}, nil, engine.Deny, ""},
		"control block denies":          {likely, engine.Config{Controls: mandatory}, nil, engine.Deny, ""},
		"stage block denies":            {likely, engine.Config{Stages: map[engine.Stage]engine.StageConfig{engine.StageTraining: {Level: engine.Mandatory}}}, nil, engine.Deny, ""},
		"strict floor denies":           {likely, engine.Config{Floor: &engine.Config{Profile: engine.ProfileStrict}}, nil, engine.Deny, ""},
		"floor of a control denies":     {likely, engine.Config{Floor: &engine.Config{Controls: mandatory}}, nil, engine.Deny, ""},
		"baseline floor reports":        {likely, engine.Config{Floor: &engine.Config{Profile: engine.ProfileBaseline}}, nil, engine.Allow, engine.Advisory},
		"advisory of a control reports": {both, engine.Config{Controls: map[string]engine.ControlConfig{"ACME-001": {Level: engine.Advisory}}}, nil, engine.Allow, ""},
	} {
		opts := engine.DecideOptions{Config: &c.config}
		if c.base != nil {
			results, err := p.Evaluate(context.Background(), c.base)
			if err != nil {
				t.Fatal(err)
			}
			opts.Baseline = engine.NewBaseline(results, nil)
		}
		d := decide(t, p, c.in, opts)
		r := d.Stages[0].Controls[0]
		if d.Decision != c.want || r.LikelyLevel != c.level {
			t.Errorf("%s: %s, likely_level %q, want %s and %q", name, d.Decision, r.LikelyLevel, c.want, c.level)
		}
		blocking := 0
		for _, f := range r.Findings {
			if r.Blocks(f) {
				blocking++
			}
		}
		if (blocking > 0) != (c.want == engine.Deny) {
			t.Errorf("%s: %d findings block, and the decision is %s", name, blocking, d.Decision)
		}
	}
}

// TestWaivedLikely waives what is likely and keeps denying what is certain.
func TestWaivedLikely(t *testing.T) {
	t.Parallel()
	p := load(t, guesses())
	config := engine.Config{Profile: engine.ProfileStrict, Waivers: []engine.Waiver{waiver("ACME-001", "model")}}
	if d := decide(t, p, components("model"), engine.DecideOptions{Config: &config}); d.Decision != engine.Allow {
		t.Errorf("a waived likely finding: %s", d.Decision)
	}
	d := decide(t, p, components("model", "adapter"), engine.DecideOptions{Config: &config})
	if d.Decision != engine.Deny || d.Stages[0].Controls[0].Outcome != engine.Fail {
		t.Errorf("a certain finding beside it: %s, %s", d.Decision, d.Stages[0].Controls[0].Outcome)
	}
}

// TestCertaintyIsNoPartOfAnIdentity gives a finding another certainty: it is the finding
// of the baseline still, and a decision without likely findings has the bytes it had.
func TestCertaintyIsNoPartOfAnIdentity(t *testing.T) {
	t.Parallel()
	const head = `deny contains {"subject": x.name, "detail": "d", "at": x.at%s} if some x in input.components`
	print := func(member string) string {
		p := load(t, pack("acme", map[string]string{"one.rego": control("components", strings.Replace(head, "%s", member, 1))}))
		d := decide(t, p, components("model"), engine.DecideOptions{})
		text, err := json.Marshal(d.Stages)
		if err != nil {
			t.Fatal(err)
		}
		if named := strings.Contains(string(text), "certainty"); named != strings.Contains(member, "likely") {
			t.Errorf("%q: certainty in the decision is %v", member, named)
		}
		return d.Stages[0].Controls[0].Findings[0].Fingerprint
	}
	if plain, certain, likely := print(""), print(`, "certainty": "certain"`), print(`, "certainty": "likely"`); plain != certain || plain != likely {
		t.Errorf("fingerprints differ: %s, %s, %s", plain, certain, likely)
	}
}

func TestUnknownCertaintyIsAnError(t *testing.T) {
	t.Parallel()
	p := load(t, pack("acme", map[string]string{"one.rego": control("components", `deny contains {"subject": x.name, "detail": "d", "at": x.at, "certainty": "maybe"} if some x in input.components`)}))
	r := evaluate(t, p, components("model"))["ACME-001"]
	if r.Outcome != engine.Error || !strings.Contains(r.Reason, `certainty is "maybe"`) {
		t.Errorf("%s: %s", r.Outcome, r.Reason)
	}
}

func TestBlockingFindingsComeFirst(t *testing.T) {
	t.Parallel()
	c := engine.ControlResult{Level: engine.Mandatory, LikelyLevel: engine.Ratchet, Findings: []engine.Finding{
		{Subject: "likely", State: engine.FindingKnown, Certainty: engine.Likely}, {Subject: "waived", State: engine.FindingWaived},
		{Subject: "certain", State: engine.FindingKnown}, {Subject: "added", State: engine.FindingNew, Certainty: engine.Likely},
	}}
	var got []string
	for _, f := range c.BlockingFirst() {
		got = append(got, f.Subject)
	}
	if want := "certain added likely waived"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}
