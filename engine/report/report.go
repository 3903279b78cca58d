// Package report writes a decision for the place where people read it: a terminal, a
// pipeline, a code-scanning page, a pull request. One file per output. It decides
// nothing and leaves out nothing silently: where a view is shortened it says by how much.
package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// Options is what a writer may need beside the decision.
type Options struct {
	// Controls describes the loaded controls; SARIF and Markdown read titles, help and
	// mappings from it.
	Controls []engine.Control
	// Color writes ANSI colours; set it for a terminal only.
	Color bool
	// Verbose lists every finding and the controls that passed.
	Verbose bool
	// Summary counts what was found, for the first line of a table; it may be nil.
	Summary []Count
	// Hints are lines for the reader's next step, written last.
	Hints []string
}

// Count is a number of things and their name.
type Count struct {
	N    int
	Name string // singular
}

// Write writes the decision in the named format.
func Write(w io.Writer, format string, d *engine.Decision, opts Options) error {
	switch format {
	case "", "table":
		return Table(w, d, opts)
	case "json":
		return JSON(w, d)
	case "sarif":
		return SARIF(w, d, opts)
	case "junit":
		return JUnit(w, d)
	case "markdown":
		return Markdown(w, d, opts)
	case "github":
		return GitHub(w, d)
	}
	return fmt.Errorf("format %q is not written; %v are", format, Formats)
}

// Formats lists what Write knows.
var Formats = []string{"table", "json", "sarif", "junit", "markdown", "github"}

// entry is one control with the stages in which it has the same result.
type entry struct {
	engine.ControlResult
	stages []engine.Stage
}

// entries joins the stages of a decision to one entry per control, worst first. Where
// the stages judge a control differently the strictest is kept.
func entries(d *engine.Decision) []entry {
	index := map[string]int{}
	var out []entry
	for _, stage := range d.Stages {
		for _, c := range stage.Controls {
			i, ok := index[c.ID]
			if !ok {
				index[c.ID] = len(out)
				out = append(out, entry{ControlResult: c, stages: []engine.Stage{stage.Stage}})
				continue
			}
			out[i].stages = append(out[i].stages, stage.Stage)
			if verdictRank(c.Verdict) < verdictRank(out[i].Verdict) {
				out[i].ControlResult = c
			}
		}
	}
	slices.SortStableFunc(out, func(a, b entry) int {
		return cmp.Or(
			cmp.Compare(verdictRank(a.Verdict), verdictRank(b.Verdict)),
			cmp.Compare(outcomeRank(a.Outcome), outcomeRank(b.Outcome)),
			cmp.Compare(severityRank(a.Severity), severityRank(b.Severity)),
			cmp.Compare(a.ID, b.ID),
		)
	})
	return out
}

func verdictRank(v engine.Verdict) int {
	return slices.Index([]engine.Verdict{engine.Deny, engine.Undecided, engine.Allow}, v)
}

func outcomeRank(o engine.Outcome) int {
	return slices.Index([]engine.Outcome{engine.Fail, engine.Error, engine.Unknown, engine.Waived, engine.Pass, engine.NotApplicable}, o)
}

func severityRank(s engine.Severity) int {
	return slices.Index([]engine.Severity{engine.Critical, engine.High, engine.Medium, engine.Low}, s)
}

// place writes a position as people click on it: path:line:column, or path@offset.
func place(at sbom.At) string {
	path := printable(at.Path)
	switch {
	case at.Path == "":
		return ""
	case at.Line > 0 && at.Column > 0:
		return fmt.Sprintf("%s:%d:%d", path, at.Line, at.Column)
	case at.Line > 0:
		return fmt.Sprintf("%s:%d", path, at.Line)
	case at.Offset > 0:
		return fmt.Sprintf("%s@%d", path, at.Offset)
	}
	return path
}

// printable keeps control characters of hostile names and details out of terminals and
// logs, bidirectional overrides included.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '\uFFFD'
		}
		return r
	}, s)
}

// levelsOf names the level of a control, and that of what is only likely where it is
// another.
func levelsOf(c engine.ControlResult) string {
	if c.LikelyLevel == "" {
		return string(c.Level)
	}
	return fmt.Sprintf("%s, %s where likely", c.Level, c.LikelyLevel)
}

// notes are what a reader must know of a finding beside its text: that it is only
// likely, that it is known or waived.
func notes(f engine.Finding) string {
	var list []string
	if f.Certainty == engine.Likely {
		list = append(list, string(engine.Likely))
	}
	if f.State != engine.FindingNew {
		list = append(list, f.State)
	}
	return strings.Join(list, ", ")
}

// word is the verdict as a past participle: what happened to the source.
func word(v engine.Verdict) string {
	switch v {
	case engine.Allow:
		return "allowed"
	case engine.Deny:
		return "denied"
	}
	return "undecided"
}

// plural writes a number with its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	switch last := len(noun) - 1; {
	case noun[last] == 'y':
		return fmt.Sprintf("%d %sies", n, noun[:last])
	case strings.HasSuffix(noun, "ch"):
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
