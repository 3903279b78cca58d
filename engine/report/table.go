package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxShown bounds the findings of one control in a table; JSON has them all.
	maxShown = 10
	// maxProblemsShown bounds the problems listed in a table.
	maxProblemsShown = 10
)

// Table writes the decision for a terminal: what is wrong first, the verdict last,
// where the eye is when the command ends.
func Table(w io.Writer, d *engine.Decision, opts Options) error {
	t := &table{Writer: bufio.NewWriter(w), color: opts.Color, verbose: opts.Verbose}
	t.found(opts.Summary)
	all := entries(d)
	t.section(all, "Denied", func(e entry) bool { return e.Verdict == engine.Deny })
	t.section(all, "Could not be decided", func(e entry) bool { return e.Verdict == engine.Undecided })
	t.section(all, "Advice", func(e entry) bool {
		return e.Verdict == engine.Allow && (e.Outcome == engine.Fail || e.Outcome == engine.Unknown || e.Outcome == engine.Error)
	})
	t.section(all, "Waived", func(e entry) bool { return e.Outcome == engine.Waived })
	if opts.Verbose {
		t.quiet(all)
	}
	t.problems(d)
	t.waivers(d)
	t.stages(d)
	t.verdict(d)
	for _, hint := range opts.Hints {
		t.line("%s", t.paint(dim, hint))
	}
	return t.Flush()
}

type table struct {
	*bufio.Writer
	color, verbose bool
}

// ANSI select graphic rendition codes (ECMA-48 section 8.3.117).
const (
	bold   = "1"
	dim    = "2"
	red    = "31"
	green  = "32"
	yellow = "33"
	cyan   = "36"
)

func (t *table) paint(code, s string) string {
	if !t.color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *table) line(format string, args ...any) {
	fmt.Fprintf(t, format+"\n", args...)
}

func (t *table) found(counts []Count) {
	var parts []string
	for _, c := range counts {
		if c.N > 0 {
			parts = append(parts, plural(c.N, c.Name))
		}
	}
	if len(parts) > 0 {
		t.line("Found %s.\n", strings.Join(parts, ", "))
	}
}

func (t *table) section(all []entry, title string, want func(entry) bool) {
	first := true
	for _, e := range all {
		if !want(e) {
			continue
		}
		if first {
			t.line("%s", t.paint(bold, title))
			first = false
		}
		t.entry(e)
	}
	if !first {
		t.line("")
	}
}

func (t *table) entry(e entry) {
	color := map[engine.Severity]string{engine.Critical: red, engine.High: red, engine.Medium: yellow, engine.Low: cyan}[e.Severity]
	stages := make([]string, len(e.stages))
	for i, s := range e.stages {
		stages[i] = string(s)
	}
	t.line("  %s  %s  %s  %s", t.paint(bold, e.ID), t.paint(color, fmt.Sprintf("%-8s", e.Severity)), e.Title,
		t.paint(dim, fmt.Sprintf("(%s, %s)", strings.Join(stages, ", "), levelsOf(e.ControlResult))))
	if e.Reason != "" && (e.Outcome != engine.Fail || len(e.Findings) == 0) {
		t.line("      %s: %s", e.Outcome, e.Reason)
	}
	fired, unread := split(e.BlockingFirst())
	if t.verbose {
		fired, unread = e.Findings, nil
	}
	t.findings(fired)
	if len(unread) > 0 && e.Outcome == engine.Fail {
		t.line("      %s", t.paint(yellow, "and "+plural(len(unread), "place")+" that could not be read, see below"))
	}
	if e.Fix != "" && e.Outcome == engine.Fail {
		t.line("      %s %s", t.paint(green, "fix:"), e.Fix)
	}
}

// split parts what fired from what could not be read, which a table lists once for all
// controls.
func split(findings []engine.Finding) (fired, unread []engine.Finding) {
	for _, f := range findings {
		if f.Outcome == engine.Unknown {
			unread = append(unread, f)
		} else {
			fired = append(fired, f)
		}
	}
	return fired, unread
}

func (t *table) findings(findings []engine.Finding) {
	shown := len(findings)
	if !t.verbose {
		shown = min(shown, maxShown)
	}
	for _, f := range findings[:shown] {
		where := place(f.At)
		if where == "" {
			where = printable(f.Subject)
		}
		state := ""
		if f.Outcome == engine.Unknown {
			state = t.paint(yellow, " (unknown)")
		}
		if f.Certainty == engine.Likely {
			state = t.paint(yellow, " (likely)")
		}
		switch f.State {
		case "known":
			state += t.paint(dim, " (known)")
		case "waived":
			state += t.paint(dim, " (waived by "+f.Waiver+")")
		}
		t.line("      %s  %s%s", t.paint(cyan, where), printable(f.Detail), state)
	}
	if more := len(findings) - shown; more > 0 {
		t.line("      … and %d more; --verbose or --format json lists them", more)
	}
}

// quiet lists what did not fire, for --verbose.
func (t *table) quiet(all []entry) {
	t.line("%s", t.paint(bold, "Passed or not applicable"))
	for _, e := range all {
		if e.Outcome == engine.Pass || e.Outcome == engine.NotApplicable {
			reason := e.Reason
			if reason == "" && e.Outcome == engine.Pass {
				reason = plural(e.Checked, "entry") + " checked"
			}
			t.line("  %-10s %-14s %s %s", e.ID, e.Outcome, e.Title, t.paint(dim, reason))
		}
	}
	t.line("")
}

func (t *table) problems(d *engine.Decision) {
	problems := uniqueProblems(d.Problems)
	if len(problems) == 0 {
		return
	}
	t.line("%s", t.paint(bold, "Could not be read"))
	shown := len(problems)
	if !t.verbose {
		shown = min(shown, maxProblemsShown)
	}
	for _, p := range problems[:shown] {
		t.line("  %s  %s: %s", t.paint(cyan, place(sbom.At{Path: p.Path, Line: p.Line, Offset: p.Offset})), p.Code, printable(p.Reason))
	}
	if more := len(problems) - shown; more > 0 {
		t.line("  … and %d more", more)
	}
	t.line("")
}

// uniqueProblems drops the repetition of one problem for several families.
func uniqueProblems(problems []sbom.Problem) []sbom.Problem {
	seen := map[sbom.Problem]bool{}
	var out []sbom.Problem
	for _, p := range problems {
		p.Family = ""
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

func (t *table) waivers(d *engine.Decision) {
	first := true
	for _, w := range d.Waivers {
		if w.State == "used" {
			continue
		}
		if first {
			t.line("%s", t.paint(bold, "Waivers to look at"))
			first = false
		}
		t.line("  %s  %s, owner %s, expires %s, %s", w.Name, strings.ReplaceAll(w.State, "_", " "), w.Owner, w.Expires, plural(w.Matches, "match"))
	}
	if !first {
		t.line("")
	}
}

func (t *table) stages(d *engine.Decision) {
	t.line("%s", t.paint(bold, "Stages"))
	for _, s := range d.Stages {
		counts := map[engine.Outcome]int{}
		for _, c := range s.Controls {
			counts[c.Outcome]++
		}
		var parts []string
		for _, o := range []struct {
			outcome engine.Outcome
			word    string
		}{{engine.Fail, "failed"}, {engine.Error, "in error"}, {engine.Unknown, "unknown"}, {engine.Waived, "waived"}, {engine.Pass, "passed"}, {engine.NotApplicable, "not applicable"}} {
			if counts[o.outcome] > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", counts[o.outcome], o.word))
			}
		}
		t.line("  %-11s %s  %s", s.Stage, t.verdictWord(s.Decision, 9), strings.Join(parts, ", "))
		if s.Reason != "" && s.Decision != engine.Allow {
			t.line("              %s", t.paint(dim, s.Reason))
		}
	}
	t.line("")
}

func (t *table) verdictWord(v engine.Verdict, width int) string {
	color := map[engine.Verdict]string{engine.Allow: green, engine.Deny: red, engine.Undecided: yellow}[v]
	return t.paint(color, fmt.Sprintf("%-*s", width, word(v)))
}

func (t *table) verdict(d *engine.Decision) {
	denied, undecided, advice := 0, 0, 0
	for _, e := range entries(d) {
		switch {
		case e.Verdict == engine.Deny:
			denied++
		case e.Verdict == engine.Undecided:
			undecided++
		case e.Outcome == engine.Fail || e.Outcome == engine.Unknown || e.Outcome == engine.Error:
			advice++
		}
	}
	var parts []string
	for _, c := range []Count{{denied, "control denies"}, {undecided, "control undecided"}, {advice, "control advises"}} {
		if c.N == 1 {
			parts = append(parts, "1 "+c.Name)
		} else if c.N > 1 {
			noun := strings.Replace(c.Name, "control ", "controls ", 1)
			noun = strings.NewReplacer("denies", "deny", "advises", "advise").Replace(noun)
			parts = append(parts, fmt.Sprintf("%d %s", c.N, noun))
		}
	}
	reason := strings.Join(parts, ", ")
	if reason == "" {
		reason = d.Reason
	}
	if reason != "" {
		reason = ": " + reason
	}
	t.line("%s%s", t.verdictWord(d.Decision, 0), reason)
}
