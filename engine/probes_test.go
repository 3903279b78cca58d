package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// The probes are ways in which other tools say "pass" when they should not. Each test is
// one of them, with the safe answer.

// broken fails inside a built-in, loops, or returns what it should not.
const deny = `deny contains {"subject": x.name, "detail": "d", "at": x.at} if {
	some x in input.components
	%s
}`

func acme(body string) engine.PackSource {
	return pack("acme", map[string]string{"one.rego": control("components", fmt.Sprintf(deny, body))})
}

func withComponent(mode string) *engine.Input {
	in := looked(mode)
	in.Components = []sbom.Component{{Name: "m", Version: "m", At: sbom.At{Path: "a.py", Line: 3}}}
	return in
}

func TestProbeBuiltinErrorIsNoPass(t *testing.T) {
	t.Parallel()
	r := evaluate(t, load(t, acme(`to_number(x.version) < 5`)), withComponent(engine.ModeCheck))["ACME-001"]
	if r.Outcome != engine.Error || !strings.Contains(r.Reason, "to_number") || !strings.Contains(r.Reason, "one.rego") {
		t.Errorf("%s: %s", r.Outcome, r.Reason)
	}
}

func TestProbeErrorStaysInItsControl(t *testing.T) {
	t.Parallel()
	good := strings.ReplaceAll(strings.ReplaceAll(control("components", fmt.Sprintf(deny, "true")), "ACME-001", "ACME-002"), "acme.one", "acme.two")
	source := pack("acme", map[string]string{"one.rego": control("components", fmt.Sprintf(deny, `to_number(x.version) < 5`)), "two.rego": good})
	results := evaluate(t, load(t, source), withComponent(engine.ModeCheck))
	if a, b := results["ACME-001"].Outcome, results["ACME-002"].Outcome; a != engine.Error || b != engine.Fail {
		t.Errorf("outcomes are %s and %s", a, b)
	}
}

func TestProbeEndlessControlIsAnError(t *testing.T) {
	t.Parallel()
	good := strings.ReplaceAll(strings.ReplaceAll(control("components", fmt.Sprintf(deny, "true")), "ACME-001", "ACME-002"), "acme.one", "acme.two")
	loop := fmt.Sprintf(deny, "some a in numbers.range(1, 100000)\n\tsome b in numbers.range(1, 100000)\n\ta * b < 0")
	source := pack("acme", map[string]string{"one.rego": control("components", loop), "two.rego": good})
	p, err := engine.Load(context.Background(), []engine.PackSource{source}, engine.LoadOptions{Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	results := evaluate(t, p, withComponent(engine.ModeCheck))
	if r := results["ACME-001"]; r.Outcome != engine.Error || !strings.Contains(r.Reason, "longer than") {
		t.Errorf("%s: %s", r.Outcome, r.Reason)
	}
	if r := results["ACME-002"]; r.Outcome != engine.Fail {
		t.Errorf("the other control is %s: %s", r.Outcome, r.Reason)
	}
}

func TestProbeTooManyFindingsAreAnError(t *testing.T) {
	t.Parallel()
	text := control("components", `deny contains {"subject": $"{n}", "detail": "d", "at": {"path": "p"}} if {
	count(input.components) > 0
	some n in numbers.range(1, 20000)
}`)
	r := evaluate(t, load(t, pack("acme", map[string]string{"one.rego": text})), withComponent(engine.ModeCheck))["ACME-001"]
	if r.Outcome != engine.Error || !strings.Contains(r.Reason, "more than") {
		t.Errorf("%s: %s", r.Outcome, r.Reason)
	}
}

func TestProbeResultsOfAnotherFormAreErrors(t *testing.T) {
	t.Parallel()
	for _, result := range []string{
		`"a text"`, `{"msg": "m"}`, `{"subject": "s", "detail": "d"}`, `{"subject": "s", "detail": "d", "at": "a.py"}`,
		`{"subject": "s", "detail": "d", "at": {}}`, `{"subject": 1, "detail": "d", "at": {"path": "p"}}`,
		`{"subject": "s", "detail": "d", "at": {"path": "p"}, "severity": "low"}`, `{"subject": "s", "detail": "d", "at": {"path": "p", "line": "3"}}`,
		`{"subject": "s", "detail": "d", "at": {"path": "p", "line": 1.5}}`, `{"subject": "s", "detail": "d", "at": {"path": "p", "row": 1}}`,
		`{"subject": "", "detail": "d", "at": {"path": ""}}`,
	} {
		text := control("components", "deny contains result if {\n\tcount(input.components) > 0\n\tresult := "+result+"\n}")
		if r := evaluate(t, load(t, pack("acme", map[string]string{"one.rego": text})), withComponent(engine.ModeCheck))["ACME-001"]; r.Outcome != engine.Error {
			t.Errorf("%s: outcome is %s", result, r.Outcome)
		}
	}
}

func TestProbeSandbox(t *testing.T) {
	t.Parallel()
	for _, call := range []string{
		`http.send({"method": "GET", "url": "http://localhost"}).status_code == 200`, `opa.runtime().env.HOME == x.name`,
		`net.lookup_ip_addr("localhost")`, `rand.intn("a", 5) > 2`, `uuid.rfc4122("a") == x.name`, `trace("a")`,
		`rego.parse_module("a", "package a").package`, `json.match_schema({}, {"$ref": "http://localhost/a.json"})`,
		`io.jwt.encode_sign({}, {}, {}) == x.name`, `crypto.x509.parse_and_verify_certificates("a")`,
	} {
		if got := loadError(t, engine.LoadOptions{}, acme(call)); !strings.Contains(got, "undefined function") {
			t.Errorf("%s: %s", call, got)
		}
		conftest := pack("x", map[string]string{"a.rego": "package main\n\ndeny contains \"m\" if {\n\tx := input\n\t" + call + "\n}\n"})
		conftest.Kind, conftest.Stages = engine.KindConftest, []engine.Stage{engine.StageTraining}
		if got := loadError(t, engine.LoadOptions{}, conftest); !strings.Contains(got, "undefined function") {
			t.Errorf("conftest: %s: %s", call, got)
		}
	}
}

// TestProbeClock holds the only clock to that of the input.
func TestProbeClock(t *testing.T) {
	t.Parallel()
	p := load(t, acme(`time.now_ns() == time.parse_rfc3339_ns(input.now)`))
	if r := evaluate(t, p, withComponent(engine.ModeCheck))["ACME-001"]; r.Outcome != engine.Fail {
		t.Errorf("time.now_ns is not now of the input: %s %s", r.Outcome, r.Reason)
	}
}

func TestProbeNothingIsLoaded(t *testing.T) {
	t.Parallel()
	for name, packs := range map[string][]engine.PackSource{
		"no pack":           {},
		"empty pack":        {pack("acme", nil)},
		"only helpers":      {pack("acme", map[string]string{"a.rego": "package acme.helpers\n\na := 1\n"})},
		"only lib":          {lib()},
		"rules of conftest": {pack("acme", map[string]string{"a.rego": "package main\n\nwarn contains \"m\" if input.now\n"})},
	} {
		p, err := engine.Load(context.Background(), packs, engine.LoadOptions{})
		if err != nil {
			continue
		}
		if _, err := engine.Decide(p, looked(engine.ModeCheck), nil, engine.DecideOptions{}); err == nil {
			t.Errorf("%s: a decision is made", name)
		}
	}
}

func TestProbeStageWithoutControl(t *testing.T) {
	t.Parallel()
	p := load(t, acme("true"))
	for _, s := range []engine.Stage{engine.StageMonitoring, "deploy"} {
		if _, err := engine.Decide(p, looked(engine.ModeCheck), nil, engine.DecideOptions{Stages: []engine.Stage{engine.StageTraining, s}}); err == nil || !strings.Contains(err.Error(), string(s)) {
			t.Errorf("stage %s: %v", s, err)
		}
	}
}

func TestProbeNothingRecognised(t *testing.T) {
	t.Parallel()
	p := load(t, acme("true"))
	in := looked(engine.ModeCheck)
	d := decide(t, p, in, engine.DecideOptions{})
	if d.Decision != engine.Undecided || d.Exit != engine.ExitUndecided || !strings.Contains(d.Reason, "nothing was recognised") {
		t.Errorf("%s, %d: %s", d.Decision, d.Exit, d.Reason)
	}
	if d := decide(t, p, in, engine.DecideOptions{AllowEmpty: true}); d.Decision != engine.Allow {
		t.Errorf("with AllowEmpty: %s: %s", d.Decision, d.Reason)
	}
}

func TestProbeNoInput(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`[]`, ``, `null`, `"a"`, `{}`, `{"schema":"mlpolicy.dev/input/v2"}`, `{"schema":"mlpolicy.dev/input/v1"} []`} {
		if in, err := engine.ReadInput([]byte(text)); err == nil {
			t.Errorf("%q is read as an input: %v", text, in)
		}
	}
	if _, err := load(t, acme("true")).Evaluate(context.Background(), &engine.Input{}); err == nil {
		t.Error("an input without now is evaluated")
	}
}

// TestProbeOneWaiverOneSubject is the exemption that lets a second subject through.
func TestProbeOneWaiverOneSubject(t *testing.T) {
	t.Parallel()
	in := withComponent(engine.ModeCheck)
	in.Components = append(in.Components, sbom.Component{Name: "EVIL", At: sbom.At{Path: "a.py", Line: 9}})
	config := &engine.Config{Waivers: []engine.Waiver{waiver("ACME-001", "m")}}
	d := decide(t, load(t, acme("true")), in, engine.DecideOptions{Config: config})
	if d.Decision != engine.Deny {
		t.Fatalf("decision is %s: %s", d.Decision, d.Reason)
	}
	states := map[string]string{}
	for _, f := range d.Stages[0].Controls[0].Findings {
		states[f.Subject] = f.State
	}
	if states["m"] != engine.FindingWaived || states["EVIL"] != engine.FindingNew {
		t.Errorf("states of the findings: %v", states)
	}
}

// TestProbeSameBytes evaluates the same input many times, from several goroutines.
func TestProbeSameBytes(t *testing.T) {
	p := load(t, embedded())
	in := withComponent(engine.ModeCheck)
	for i := range 30 {
		in.Components = append(in.Components, sbom.Component{Ref: fmt.Sprint(i), Kind: "model", Name: fmt.Sprintf("metallama%d/x", i), Namespace: "rneta-llama", Host: "huggingface", At: sbom.At{Path: fmt.Sprintf("f%d.py", i%4), Line: i}})
	}
	var first []byte
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 3 {
				content := decisionJSON(t, p, in)
				mu.Lock()
				if first == nil {
					first = content
				}
				if !bytes.Equal(first, content) {
					t.Error("two decisions over one input differ")
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// TestProbeRulesOfConftestInAPack is the rule that is written and never evaluated.
func TestProbeRulesOfConftestInAPack(t *testing.T) {
	t.Parallel()
	text := control("components", fmt.Sprintf(deny, "true")+"\n\nwarn contains \"m\" if count(input.components) > 0")
	if got := loadError(t, engine.LoadOptions{}, pack("acme", map[string]string{"one.rego": text})); !strings.Contains(got, "rule warn is never evaluated") {
		t.Error(got)
	}
}

func TestProbeNotWithoutImport(t *testing.T) {
	t.Parallel()
	text := strings.Replace(control("components", fmt.Sprintf(deny, "not x.name")), "import future.keywords.not\n", "", 1)
	if got := loadError(t, engine.LoadOptions{}, pack("acme", map[string]string{"one.rego": text})); !strings.Contains(got, "one.rego:") || !strings.Contains(got, "future.keywords.not") {
		t.Error(got)
	}
}
