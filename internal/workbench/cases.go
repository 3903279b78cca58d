package workbench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/evidence"
)

// Case is files in, the outcome of one control out: a txtar archive whose header says
//
//	control: TRAIN-001       the control that is looked at
//	outcome: fail            fail, pass, unknown or not_applicable
//	at: train.py:3           where a finding is, path or path:line; one line for each
//	detail: is not pinned    what a finding says; one line for each, or none
//	likely: train.py:3       which of the places are only likely; one line for each
//	source: git              the files are under version control
//
// A file named mlpolicy.hcl is the configuration, vulns.json the advisories of --vulns,
// input.json an input document in place of files, for facts that only the gate has; what
// it leaves out was looked for and not found. @HUB_TOKEN@ and @PASSWORD@ stand for a
// secret, so that the case itself holds none.
type Case struct {
	Name    string
	Control string
	Outcome engine.Outcome
	At      []string
	Detail  []string
	Likely  []string
	Git     bool
	Files   map[string][]byte
}

// secrets keep text out of cases that scanners for secrets rightly stop.
var secrets = strings.NewReplacer(
	"@HUB_TOKEN@", "hf_"+"QkVzTwLpXcRbNmJsHgFdYaUeIoPqZxCvBn",
	"@PASSWORD@", "rT7kq2"+"Vx9pLm",
)

// ParseCase reads a case.
func ParseCase(name string, content []byte) (Case, error) {
	archive := txtar.Parse(content)
	c := Case{Name: name, Files: map[string][]byte{}}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		switch key {
		case "control":
			c.Control = value
		case "outcome":
			c.Outcome = engine.Outcome(value)
		case "at":
			c.At = append(c.At, value)
		case "detail":
			c.Detail = append(c.Detail, value)
		case "likely":
			c.Likely = append(c.Likely, value)
		case "source":
			if value != "git" {
				return c, fmt.Errorf("source %q is not known; git is", value)
			}
			c.Git = true
		}
	}
	for _, f := range archive.Files {
		if !fs.ValidPath(f.Name) {
			return c, fmt.Errorf("%q is not a path", f.Name)
		}
		c.Files[f.Name] = []byte(secrets.Replace(string(f.Data)))
	}
	slices.Sort(c.At)
	slices.Sort(c.Detail)
	slices.Sort(c.Likely)
	known := []engine.Outcome{engine.Fail, engine.Pass, engine.Unknown, engine.NotApplicable}
	if c.Control == "" || !slices.Contains(known, c.Outcome) || len(c.Files) == 0 {
		return c, fmt.Errorf("header has control %q and outcome %q, and there are %d files; want an id, one of %v, and files", c.Control, c.Outcome, len(c.Files), known)
	}
	return c, c.placesExist()
}

// placesExist refuses a case that expects a finding where it has no line.
func (c *Case) placesExist() error {
	if c.Outcome != engine.Fail && len(c.At) > 0 {
		return fmt.Errorf("outcome is %s, and there are places of findings", c.Outcome)
	}
	if _, written := c.Files["input.json"]; written {
		return nil // names files that are elsewhere
	}
	for _, at := range c.At {
		name, line, _ := strings.Cut(at, ":")
		text, ok := c.Files[name]
		if _, tracked := c.Files[name+".dvc"]; tracked && line == "" {
			continue // the file itself is elsewhere
		}
		if n, err := strconv.Atoi(line); !ok || line != "" && (err != nil || n > bytes.Count(text, []byte("\n"))) {
			return fmt.Errorf("there is no %s in the case", at)
		}
	}
	return nil
}

// caseResult is a case that was run; fires is nil for an outcome that is neither.
type caseResult struct {
	TestCase
	control string
	fires   *bool
}

// caseTime is when cases are decided: a case must not depend on the clock.
var caseTime = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func (p *Pack) runCases(ctx context.Context) ([]caseResult, error) {
	var out []caseResult
	for _, c := range p.Cases {
		start := time.Now()
		message, err := p.RunCase(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("case %s: %w", c.Name, err)
		}
		r := caseResult{TestCase: TestCase{Name: "case " + c.Name, File: c.Name + ".txtar", Pass: message == "", Message: message, Duration: time.Since(start)}, control: c.Control}
		if c.Outcome == engine.Fail || c.Outcome == engine.Pass {
			fires := c.Outcome == engine.Fail
			r.fires = &fires
		}
		out = append(out, r)
	}
	return out, nil
}

// RunCase returns what differs from the case, "" for nothing.
func (p *Pack) RunCase(ctx context.Context, c Case) (string, error) {
	if !slices.ContainsFunc(p.Policy.Controls(), func(k engine.Control) bool { return k.ID == c.Control }) {
		return "there is no control " + c.Control, nil
	}
	_, results, message, err := p.evaluateCase(ctx, c)
	if message != "" || err != nil {
		return message, err
	}
	for _, r := range results {
		if r.Control.ID == c.Control {
			return compareCase(c, r, true), nil
		}
	}
	return "the control was not evaluated", nil
}

// evaluateCase returns the input of a case and what the controls say about it, or a
// message about what is wrong with the case.
func (p *Pack) evaluateCase(ctx context.Context, c Case) (*engine.Input, []engine.Result, string, error) {
	if content, ok := c.Files["input.json"]; ok {
		in, err := caseInput(content)
		if err != nil {
			return nil, nil, err.Error(), nil
		}
		results, err := p.Policy.Evaluate(ctx, in)
		return in, results, "", err
	}
	conf, message := caseConfig(c)
	if message != "" {
		return nil, nil, message, nil
	}
	policy, err := p.configured(ctx, conf)
	if err != nil {
		return nil, nil, err.Error(), nil
	}
	req := decide.Request{Head: caseSource(c), Policy: policy, Config: conf, Now: caseTime, AllowEmpty: true}
	if vulns, ok := c.Files["vulns.json"]; ok {
		list, err := evidence.Vulnerabilities("vulns.json", vulns)
		if err != nil {
			return nil, nil, err.Error(), nil
		}
		req.Vulns, req.VulnsGiven = list, true
	}
	result, err := decide.Run(ctx, req)
	if err != nil {
		return nil, nil, "", err
	}
	return result.Input, result.Results, "", nil
}

// configured is the policy with the settings of a configuration.
func (p *Pack) configured(ctx context.Context, conf *engine.Config) (*engine.Policy, error) {
	settings := map[string]map[string]any{}
	for id, control := range conf.Controls {
		if len(control.Settings) > 0 {
			settings[id] = control.Settings
		}
	}
	if len(settings) == 0 {
		return p.Policy, nil
	}
	return engine.Load(ctx, p.sources, engine.LoadOptions{Settings: settings})
}

// caseInput completes a hand-written input.
func caseInput(content []byte) (*engine.Input, error) {
	var fields map[string]any
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	if err := d.Decode(&fields); err != nil {
		return nil, err
	}
	given, _ := fields["collected"].(map[string]any)
	collected := map[string]any{}
	for _, family := range sbom.Families {
		collected[string(family)] = sbom.Collected{Looked: true, Files: 1}
	}
	maps.Copy(collected, given)
	fields["collected"] = collected
	for name, value := range map[string]any{"schema": engine.InputSchema, "now": caseTime.Format(time.RFC3339)} {
		if _, ok := fields[name]; !ok {
			fields[name] = value
		}
	}
	whole, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	strict := json.NewDecoder(bytes.NewReader(whole))
	strict.DisallowUnknownFields() // a typo must not be an empty section
	if err := strict.Decode(&engine.Input{}); err != nil {
		return nil, fmt.Errorf("input.json: %w", err)
	}
	return engine.ReadInput(whole)
}

func caseConfig(c Case) (conf *engine.Config, message string) {
	content, ok := c.Files["mlpolicy.hcl"]
	if !ok {
		return config.Default(), ""
	}
	conf, err := config.ParseAt("mlpolicy.hcl", content, caseTime)
	if err != nil {
		return nil, err.Error()
	}
	return conf, ""
}

func caseSource(c Case) *source.Source {
	files := maps.Clone(c.Files)
	delete(files, "mlpolicy.hcl") // of the command line, not of the source
	delete(files, "vulns.json")
	src := &source.Source{FS: source.Files(files), Subject: sbom.Subject{Kind: "directory", Name: "case", Public: sbom.Unstated}}
	if c.Git {
		src.Storage = func(string) string { return "git" }
	}
	return src
}

// compareCase says what differs. The places of findings are compared only where they are
// known: that of a JSON pointer has no line until the file is looked at.
func compareCase(c Case, r engine.Result, placed bool) string {
	var at, likely, details []string
	for _, f := range r.Findings {
		details = append(details, f.Detail)
		where := f.At.Path
		if !slices.Contains(c.At, where) {
			where += ":" + strconv.Itoa(f.At.Line)
		}
		at = append(at, where)
		if f.Certainty == engine.Likely {
			likely = append(likely, where)
		}
	}
	slices.Sort(at)
	slices.Sort(likely)
	if r.Outcome != c.Outcome {
		message := fmt.Sprintf("outcome is %s, want %s", r.Outcome, c.Outcome)
		if len(at) > 0 {
			message += ": findings at " + strings.Join(at, ", ")
		}
		if r.Reason != "" {
			message += " (" + r.Reason + ")"
		}
		return message
	}
	if !placed && (len(likely) != len(c.Likely) || len(c.At) > 0 && len(at) != len(c.At)) {
		return fmt.Sprintf("%d findings, %d of them only likely; want %d and %d", len(at), len(likely), len(c.At), len(c.Likely))
	}
	if placed && len(c.At) > 0 && !slices.Equal(at, c.At) {
		return fmt.Sprintf("findings at %v, want %v", at, c.At)
	}
	if placed && !slices.Equal(likely, c.Likely) {
		return fmt.Sprintf("likely are %v, want %v", likely, c.Likely)
	}
	if slices.Sort(details); len(c.Detail) > 0 && !slices.Equal(details, c.Detail) {
		return fmt.Sprintf("findings say %q, want %q", details, c.Detail)
	}
	return ""
}
