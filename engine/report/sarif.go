package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// The types below are the part of SARIF 2.1.0 (OASIS, sarif-schema-2.1.0) that is
// written: one rule per control, one result per finding.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
	ColumnKind  string            `json:"columnKind"`
	Properties  map[string]any    `json:"properties,omitempty"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name            string      `json:"name"`
	SemanticVersion string      `json:"semanticVersion,omitempty"`
	Version         string      `json:"version,omitempty"`
	Rules           []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Short         sarifText      `json:"shortDescription"`
	Full          sarifText      `json:"fullDescription"`
	Help          sarifHelp      `json:"help"`
	HelpURI       string         `json:"helpUri,omitempty"`
	Configuration sarifConfig    `json:"defaultConfiguration"`
	Properties    map[string]any `json:"properties"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifHelp struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown"`
}

type sarifConfig struct {
	Level string `json:"level"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	ExitCode      int                 `json:"exitCode"`
	Notifications []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifNotification struct {
	Level      string           `json:"level"`
	Message    sarifText        `json:"message"`
	Rule       *sarifDescriptor `json:"associatedRule,omitempty"`
	Descriptor *sarifDescriptor `json:"descriptor,omitempty"`
	Locations  []sarifLocation  `json:"locations,omitempty"`
}

type sarifDescriptor struct {
	ID string `json:"id"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Level        string             `json:"level"`
	Message      sarifText          `json:"message"`
	Locations    []sarifLocation    `json:"locations,omitempty"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Baseline     string             `json:"baselineState"`
	Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	Properties   map[string]any     `json:"properties"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification,omitempty"`
}

type sarifLocation struct {
	Physical sarifPhysical `json:"physicalLocation"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI    string `json:"uri"`
	BaseID string `json:"uriBaseId"`
}

type sarifRegion struct {
	StartLine   int    `json:"startLine,omitempty"`
	StartColumn int    `json:"startColumn,omitempty"`
	ByteOffset  *int64 `json:"byteOffset,omitempty"`
}

// SARIF writes the decision as SARIF 2.1.0. What failed is a result; what could not be
// decided is a notification, because a result of another kind than "fail" has no level
// there (section 3.27.10) and code-scanning pages hide it.
func SARIF(w io.Writer, d *engine.Decision, opts Options) error {
	all := entries(d)
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.ID, b.ID) })
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}, Properties: map[string]any{"decision": d.Decision, "digests": d.Digests, "now": d.Now}}
	run.Tool.Driver = sarifDriver{Name: "mlpolicy", Version: d.Version, Rules: []sarifRule{}}
	invocation := sarifInvocation{Successful: d.Decision != engine.Undecided, ExitCode: d.Exit, Notifications: []sarifNotification{}}
	described := map[string]engine.Control{}
	for _, c := range opts.Controls {
		described[c.ID] = c
	}
	for i, e := range all {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(e, described[e.ID]))
		switch e.Outcome {
		case engine.Fail, engine.Waived:
			for _, f := range e.Findings {
				run.Results = append(run.Results, sarifResultOf(e, i, f, d))
			}
		case engine.Unknown, engine.Error:
			invocation.Notifications = append(invocation.Notifications, sarifNotifications(e)...)
		}
	}
	for _, p := range uniqueProblems(d.Problems) {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{
			Level: "warning", Message: sarifText{p.Reason}, Descriptor: &sarifDescriptor{ID: "problem/" + p.Code},
			Locations: sarifLocations(sbom.At{Path: p.Path, Line: p.Line, Offset: p.Offset}),
		})
	}
	run.Invocations = []sarifInvocation{invocation}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run}})
}

func sarifNotifications(e entry) []sarifNotification {
	level := "warning"
	if e.Verdict == engine.Undecided {
		level = "error"
	}
	rule := &sarifDescriptor{ID: e.ID}
	if len(e.Findings) == 0 {
		return []sarifNotification{{Level: level, Message: sarifText{fmt.Sprintf("%s: %s", e.Outcome, e.Reason)}, Rule: rule}}
	}
	var out []sarifNotification
	for _, f := range e.Findings {
		out = append(out, sarifNotification{Level: level, Message: sarifText{f.Detail}, Rule: rule, Locations: sarifLocations(f.At)})
	}
	return out
}

// securitySeverity is the number that code scanning sorts by (GitHub Docs, "SARIF
// support", security-severity): the middle of each CVSS band.
var securitySeverity = map[engine.Severity]string{engine.Critical: "9.5", engine.High: "8.0", engine.Medium: "5.5", engine.Low: "2.0"}

func sarifRuleOf(e entry, c engine.Control) sarifRule {
	tags := []string{"security", "machine-learning"}
	for _, s := range e.stages {
		tags = append(tags, "stage/"+string(s))
	}
	for _, list := range [][]string{c.Maps.OWASPML, c.Maps.OWASPLLM, c.Maps.ATLAS} {
		tags = append(tags, list...)
	}
	for _, cwe := range c.Maps.CWE {
		tags = append(tags, "external/cwe/"+strings.ToLower(cwe))
	}
	full := c.Description
	if full == "" {
		full = e.Title
	}
	help := full
	if e.Fix != "" {
		help += "\n\nFix: " + e.Fix
	}
	markdown := fmt.Sprintf("**%s**\n\n%s", e.Title, help)
	for _, ref := range c.References {
		markdown += "\n- " + ref
	}
	rule := sarifRule{ID: e.ID, Name: strings.ReplaceAll(e.ID, "-", ""), Short: sarifText{e.Title}, Full: sarifText{full}, Help: sarifHelp{help, markdown},
		Configuration: sarifConfig{sarifLevel(e.Severity)}, Properties: map[string]any{"tags": tags, "security-severity": securitySeverity[e.Severity], "precision": "high", "problem.severity": sarifLevel(e.Severity)}}
	if len(c.References) > 0 {
		rule.HelpURI = c.References[0]
	}
	return rule
}

func sarifLevel(s engine.Severity) string {
	switch s {
	case engine.Critical, engine.High:
		return "error"
	case engine.Medium:
		return "warning"
	}
	return "note"
}

func sarifResultOf(e entry, index int, f engine.Finding, d *engine.Decision) sarifResult {
	level := "note"
	if e.Verdict == engine.Deny && e.Blocks(f) {
		level = "error"
	} else if e.Severity != engine.Low {
		level = "warning"
	}
	r := sarifResult{RuleID: e.ID, RuleIndex: index, Level: level, Message: sarifText{f.Detail}, Locations: sarifLocations(f.At), Baseline: "new",
		Fingerprints: map[string]string{"mlpolicy/v1": f.Fingerprint}, Properties: map[string]any{"subject": f.Subject, "severity": e.Severity, "level": e.LevelOf(f), "certainty": cmp.Or(f.Certainty, engine.Certain)}}
	if f.Digest != "" {
		r.Properties["digest"] = f.Digest
	}
	if f.State == "known" {
		r.Baseline = "unchanged"
	}
	if f.State == "waived" {
		r.Baseline = "unchanged"
		s := sarifSuppression{Kind: "external", Status: "accepted"}
		for _, w := range d.Waivers {
			if w.Name == f.Waiver {
				s.Justification = fmt.Sprintf("%s (waiver %s, owner %s, expires %s)", w.Reason, w.Name, w.Owner, w.Expires)
			}
		}
		r.Suppressions = []sarifSuppression{s}
	}
	return r
}

func sarifLocations(at sbom.At) []sarifLocation {
	if at.Path == "" {
		return nil
	}
	l := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: uriPath(at.Path), BaseID: "%SRCROOT%"}}}
	switch {
	case at.Line > 0:
		l.Physical.Region = &sarifRegion{StartLine: at.Line, StartColumn: at.Column}
	case at.Offset > 0:
		l.Physical.Region = &sarifRegion{ByteOffset: &at.Offset}
	}
	return []sarifLocation{l}
}
