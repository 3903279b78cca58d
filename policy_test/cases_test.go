package policy_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/evidence"
)

// fileCase is one case: files in, the outcome of one control out. Its header says
//
//	control: DATA-001        the control that is looked at
//	outcome: fail            its outcome
//	at: train.py:3           where a finding is; one line for each finding, path or path:line
//	detail: is not pinned    what a finding says; one line for each finding
//	likely: train.py:3       which of these places are only likely; one line for each
//	source: git              the files are committed to a repository first
//
// Files with a name of their own: mlpolicy.hcl is the configuration, vulns.json the
// advisories of --vulns, input.json an input document in place of files, for facts that
// only the gate has.
type fileCase struct {
	name    string // path below cases, without .txtar
	control string
	outcome string
	at      []string
	detail  []string
	likely  []string
	source  string
	files   map[string]string
}

// replacements keep text out of the repository that scanners for secrets rightly stop.
var replacements = strings.NewReplacer(
	"@HUB_TOKEN@", "hf_"+"QkVzTwLpXcRbNmJsHgFdYaUeIoPqZxCvBn",
	"@PASSWORD@", "rT7kq2"+"Vx9pLm",
)

func readCases(t *testing.T) []fileCase {
	t.Helper()
	var cases []fileCase
	err := fs.WalkDir(os.DirFS("cases"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".txtar" {
			return err
		}
		content, err := os.ReadFile(path.Join("cases", name))
		if err != nil {
			return err
		}
		c, err := parseCase(strings.TrimSuffix(name, ".txtar"), content)
		if err != nil {
			t.Errorf("cases/%s: %v", name, err)
		}
		cases = append(cases, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func parseCase(name string, content []byte) (fileCase, error) {
	archive := txtar.Parse(content)
	c := fileCase{name: name, files: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		switch key {
		case "control":
			c.control = value
		case "outcome":
			c.outcome = value
		case "at":
			c.at = append(c.at, value)
		case "detail":
			c.detail = append(c.detail, value)
		case "likely":
			c.likely = append(c.likely, value)
		case "source":
			c.source = value
		}
	}
	for _, f := range archive.Files {
		c.files[f.Name] = replacements.Replace(string(f.Data))
	}
	slices.Sort(c.at)
	slices.Sort(c.detail)
	slices.Sort(c.likely)
	if c.control == "" || !slices.Contains([]string{"fail", "pass", "unknown", "not_applicable"}, c.outcome) {
		return c, fmt.Errorf("header has control %q and outcome %q", c.control, c.outcome)
	}
	if c.outcome != "fail" && len(c.at) > 0 || c.source != "" && c.source != "git" || len(c.files) == 0 {
		return c, fmt.Errorf("findings of an outcome that is not fail, an unknown source, or no files")
	}
	for _, at := range c.at {
		file, line, _ := strings.Cut(at, ":")
		text, ok := c.files[file]
		if _, tracked := c.files[file+".dvc"]; tracked && line == "" {
			continue // the file itself is elsewhere
		}
		if _, raw := c.files["input.json"]; raw {
			continue
		}
		if n, err := strconv.Atoi(line); !ok || line != "" && (err != nil || n > strings.Count(text, "\n")) {
			return c, fmt.Errorf("there is no %s in the case", at)
		}
	}
	return c, nil
}

// TestEveryControlHasCases holds each control to one case that it denies and one that it
// allows.
func TestEveryControlHasCases(t *testing.T) {
	t.Parallel()
	seen := map[string]map[string]bool{}
	for _, c := range readCases(t) {
		key := path.Dir(c.name)
		if seen[key] == nil {
			seen[key] = map[string]bool{}
		}
		seen[key][c.control+" "+c.outcome] = true
	}
	for _, c := range controls(t, pack(t)) {
		key := strings.TrimSuffix(strings.TrimPrefix(c.Path, "policies/"), ".rego")
		for _, outcome := range []string{"fail", "pass"} {
			if !seen[key][c.ID+" "+outcome] {
				t.Errorf("%s: no case with outcome %s in cases/%s", c.ID, outcome, key)
			}
		}
		delete(seen, key)
	}
	for key := range seen {
		t.Errorf("cases/%s belongs to no control", key)
	}
}

// caseTime is the clock of the cases.
var caseTime = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// TestCases decides every case the way `check` does: files are scanned, linked and made
// an input; an input.json is evaluated as it is.
func TestCases(t *testing.T) {
	policy, err := engine.Load(context.Background(), []engine.PackSource{embedded()}, engine.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range readCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if text, ok := c.files["input.json"]; ok {
				results, err := policy.Evaluate(context.Background(), inputOf(t, text))
				if err != nil {
					t.Fatal(err)
				}
				compare(t, c, results)
				return
			}
			compare(t, c, scanAndEvaluate(t, policy, c))
		})
	}
}

// inputOf completes a hand-written input: what it leaves out was looked for.
func inputOf(t *testing.T, text string) *engine.Input {
	t.Helper()
	in := &engine.Input{}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		t.Fatal(err)
	}
	in.Schema, in.Now = engine.InputSchema, caseTime.Format(time.RFC3339)
	if in.Collected == nil {
		in.Collected = map[sbom.Family]sbom.Collected{}
	}
	for _, family := range sbom.Families {
		if _, given := in.Collected[family]; !given {
			in.Collected[family] = sbom.Collected{Looked: true, Files: 1}
		}
	}
	return in
}

func scanAndEvaluate(t *testing.T, policy *engine.Policy, c fileCase) []engine.Result {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range c.files {
		if name != "mlpolicy.hcl" && name != "vulns.json" { // of the command line, not of the source
			files[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
		}
	}
	src := &source.Source{FS: files, Subject: sbom.Subject{Kind: "directory", Name: "case", Public: sbom.Unstated}}
	if c.source == "git" {
		src.Storage = func(string) string { return "git" }
	}
	req := decide.Request{Head: src, Policy: policy, Config: config.Default(), Now: caseTime, AllowEmpty: true}
	if text, ok := c.files["vulns.json"]; ok {
		list, err := evidence.Vulnerabilities("vulns.json", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		req.Vulns, req.VulnsGiven = list, true
	}
	if text, ok := c.files["mlpolicy.hcl"]; ok {
		req.Config, req.Policy = configured(t, text)
	}
	result, err := decide.Run(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return result.Results
}

// configured loads the pack with the settings of a configuration.
func configured(t *testing.T, text string) (*engine.Config, *engine.Policy) {
	t.Helper()
	conf, err := config.ParseAt("mlpolicy.hcl", []byte(text), caseTime)
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]map[string]any{}
	for id, control := range conf.Controls {
		settings[id] = control.Settings
	}
	policy, err := engine.Load(context.Background(), []engine.PackSource{embedded()}, engine.LoadOptions{Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	return conf, policy
}

func compare(t *testing.T, c fileCase, results []engine.Result) {
	t.Helper()
	i := slices.IndexFunc(results, func(r engine.Result) bool { return r.Control.ID == c.control })
	if i < 0 {
		t.Fatalf("there is no control %s", c.control)
	}
	r := results[i]
	var at, details, likely []string
	for _, f := range r.Findings {
		details = append(details, f.Detail)
		where := place(c.at, f.At.Path, f.At.Line)
		at = append(at, where)
		if f.Certainty == engine.Likely {
			likely = append(likely, where)
		}
	}
	slices.Sort(at)
	if slices.Sort(likely); !slices.Equal(likely, c.likely) {
		t.Errorf("%s is only likely at %v, want %v", c.control, likely, c.likely)
	}
	if string(r.Outcome) != c.outcome || len(c.at) > 0 && !slices.Equal(at, c.at) {
		t.Errorf("%s is %s (%s) at %v, want %s at %v", c.control, r.Outcome, r.Reason, at, c.outcome, c.at)
	}
	if slices.Sort(details); len(c.detail) > 0 && !slices.Equal(details, c.detail) {
		t.Errorf("%s says %q, want %q", c.control, details, c.detail)
	}
}

// place writes a position the way the case does: with its line only where the case gives
// lines for that file.
func place(want []string, file string, line int) string {
	for _, w := range want {
		if w == file {
			return file
		}
	}
	return fmt.Sprintf("%s:%d", file, line)
}
