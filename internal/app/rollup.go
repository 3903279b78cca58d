package app

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// rollUp is the one check to require: the worst of every stage and every target.
func rollUp(verdicts []targetVerdict, v view) Run {
	worst := 0
	conclusions := make([]string, len(verdicts))
	for i, tv := range verdicts {
		conclusions[i] = decisionConclusion(tv.Decision)
		if worse(conclusions[i], conclusions[worst]) {
			worst = i
		}
	}
	tv := verdicts[worst]
	run := Run{Key: "rollup", Name: RollUpName, Status: "completed", Conclusion: conclusions[worst], Buttons: true,
		DetailsURL: v.decision(tv.id), Title: rollUpTitle(tv.Decision)}
	var b strings.Builder
	fmt.Fprintf(&b, "**%s** for `%s` into %s", word(tv.Decision.Decision), shortSHA(tv.Decision.Subject.Revision), code(tv.baseRef))
	if tv.Decision.Reason != "" {
		fmt.Fprintf(&b, ": %s", escape(tv.Decision.Reason))
	}
	b.WriteString("\n\n")
	if len(verdicts) > 1 {
		b.WriteString("This commit is the head of several requests; the worst decision counts for all of them:\n\n")
		for i, other := range verdicts {
			fmt.Fprintf(&b, "- %s into %s: %s\n", code(other.name), code(other.baseRef), conclusions[i])
		}
		b.WriteString("\n")
	}
	if tv.same != "" {
		fmt.Fprintf(&b, "The same bytes were decided the same way for %s.\n\n", code(tv.same))
	}
	writeStages(&b, tv.Decision)
	writeFixes(&b, tv.Decision)
	writeChanges(&b, tv.Change)
	writeWaivers(&b, tv.Decision.Waivers)
	writeProblems(&b, tv.Decision.Problems)
	writeDigests(&b, tv.Decision)
	if run.DetailsURL != "" {
		fmt.Fprintf(&b, "\n[Decision, ML-BOM and lineage](%s)\n", run.DetailsURL)
	}
	run.Summary = b.String()
	return run
}

func decisionConclusion(d *engine.Decision) string {
	worst := success
	if d.Decision != engine.Allow {
		worst = failure
		if d.Decision == engine.Deny && allLapsed(d) {
			worst = actionRequired
		}
	}
	return worst
}

func allLapsed(d *engine.Decision) bool {
	any := false
	for _, s := range d.Stages {
		switch s.Decision {
		case engine.Deny:
			if !lapsed(s, d.Waivers) {
				return false
			}
			any = true
		case engine.Undecided:
			return false
		}
	}
	return any
}

// nothingInScope tells whether no control had anything to look at.
func nothingInScope(d *engine.Decision) bool {
	return d.Decision == engine.Allow && !slices.ContainsFunc(d.Stages, inScope)
}

func rollUpTitle(d *engine.Decision) string {
	var denied, undecided []string
	for _, s := range d.Stages {
		switch s.Decision {
		case engine.Deny:
			denied = append(denied, string(s.Stage))
		case engine.Undecided:
			undecided = append(undecided, string(s.Stage))
		}
	}
	switch {
	case len(denied) > 0:
		return "denied: " + strings.Join(denied, ", ")
	case len(undecided) > 0:
		return "could not decide: " + strings.Join(undecided, ", ")
	case d.Decision != engine.Allow:
		return "could not decide"
	}
	if nothingInScope(d) {
		return "nothing in scope"
	}
	return "allowed"
}

func writeStages(b *strings.Builder, d *engine.Decision) {
	b.WriteString("| Stage | Decision | Failed | No answer | Passed | Does not apply |\n| --- | --- | ---: | ---: | ---: | ---: |\n")
	for _, s := range d.Stages {
		counts := map[engine.Outcome]int{}
		for _, c := range s.Controls {
			counts[c.Outcome]++
		}
		fmt.Fprintf(b, "| %s | %s | %d | %d | %d | %d |\n", escape(string(s.Stage)), word(s.Decision), counts[engine.Fail],
			counts[engine.Unknown]+counts[engine.Error], counts[engine.Pass], counts[engine.NotApplicable])
	}
}

// maxFixes bounds the controls that the roll-up says how to fix, and the places of each.
const maxFixes, maxFixPlaces = 10, 3

// writeFixes says what to do first: what denies, where, and how to fix it. The runs of the
// stages have the rest.
func writeFixes(b *strings.Builder, d *engine.Decision) {
	var rows []string
	seen := map[string]bool{}
	for _, s := range d.Stages {
		for _, c := range s.Controls {
			if c.Verdict == engine.Allow || seen[c.ID] {
				continue
			}
			seen[c.ID] = true
			what := escape(c.Fix)
			if c.Verdict != engine.Deny {
				what = "no answer: " + escape(c.Reason)
			}
			rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s |\n", escape(c.ID), escape(c.Title), places(c), what))
		}
	}
	if len(rows) == 0 {
		return
	}
	b.WriteString("\n| Control | | Where | How to fix |\n| --- | --- | --- | --- |\n" + strings.Join(rows[:min(len(rows), maxFixes)], ""))
	if more := len(rows) - maxFixes; more > 0 {
		fmt.Fprintf(b, "\nand %s; the runs of the stages have them.\n", plural(more, "more control"))
	}
}

// places are the first places of the findings that block, and how many more there are.
func places(c engine.ControlResult) string {
	var out []string
	n := 0
	for _, f := range c.Findings {
		if !c.Blocks(f) {
			continue
		}
		if n++; n <= maxFixPlaces {
			at := place(f.At)
			if at == "" {
				at = f.Subject
			}
			out = append(out, cell(at))
		}
	}
	if n > maxFixPlaces {
		out = append(out, fmt.Sprintf("%d more", n-maxFixPlaces))
	}
	return strings.Join(out, ", ")
}

// cell is code in a table, where a bar would end the cell.
func cell(s string) string { return strings.ReplaceAll(code(clip(s, 200)), "|", "\\|") }

// maxChanges bounds the changes that the roll-up lists; the decision page has all.
const maxChanges = 50

// writeChanges says what the pull request does to the ML-BOM: what is about models and
// data before files that merely have other bytes.
func writeChanges(b *strings.Builder, changes []sbom.Change) {
	if len(changes) == 0 {
		b.WriteString("\nThis change does not touch the ML-BOM.\n")
		return
	}
	bytesOnly := func(c sbom.Change) int {
		if c.Kind == "code_changed" || c.Kind == "policy_changed" {
			return 1
		}
		return 0
	}
	changes = slices.Clone(changes)
	slices.SortStableFunc(changes, func(x, y sbom.Change) int { return bytesOnly(x) - bytesOnly(y) })
	fmt.Fprintf(b, "\n<details><summary>ML-BOM: %s</summary>\n\n| Change | Subject | Before | After | At |\n| --- | --- | --- | --- | --- |\n", kinds(changes))
	for i, c := range changes {
		if i == maxChanges {
			fmt.Fprintf(b, "\nand %d more\n", len(changes)-maxChanges)
			break
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", escape(strings.ReplaceAll(c.Kind, "_", " ")), cell(c.Subject), value(c.Before, c.Subject), value(c.After, c.Subject), cell(place(c.At)))
	}
	b.WriteString("\n</details>\n")
}

// kinds counts changes by kind, in the order they come.
func kinds(changes []sbom.Change) string {
	var order, out []string
	n := map[string]int{}
	for _, c := range changes {
		if n[c.Kind]++; n[c.Kind] == 1 {
			order = append(order, c.Kind)
		}
	}
	for _, kind := range order {
		out = append(out, fmt.Sprintf("%d %s", n[kind], escape(strings.ReplaceAll(kind, "_", " "))))
	}
	return strings.Join(out, ", ")
}

// value is one side of a change: nothing where it repeats the subject, and of a digest as
// much as is compared by eye.
func value(v, subject string) string {
	if v == subject {
		return ""
	}
	if algorithm, hex, ok := strings.Cut(v, ":"); ok && len(hex) >= 40 && strings.Trim(hex, "0123456789abcdef") == "" {
		return cell(algorithm + ":" + hex[:12])
	}
	return escape(clip(v, 200))
}

func writeWaivers(b *strings.Builder, waivers []engine.WaiverState) {
	if len(waivers) == 0 {
		return
	}
	fmt.Fprintf(b, "\n<details><summary>%s</summary>\n\n| Waiver | Controls | State | Owner | Expires |\n| --- | --- | --- | --- | --- |\n", plural(len(waivers), "waiver"))
	for _, w := range waivers {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", escape(w.Name), escape(strings.Join(w.Controls, ", ")), escape(w.State), escape(w.Owner), escape(w.Expires))
	}
	b.WriteString("\n</details>\n")
}

func writeProblems(b *strings.Builder, problems []sbom.Problem) {
	if len(problems) == 0 {
		return
	}
	fmt.Fprintf(b, "\n<details><summary>%s could not be read</summary>\n\n", plural(len(problems), "place"))
	for i, p := range problems {
		if i == maxListed {
			fmt.Fprintf(b, "- and %d more\n", len(problems)-maxListed)
			break
		}
		fmt.Fprintf(b, "- %s %s\n", code(p.Path), escape(p.Reason))
	}
	b.WriteString("\n</details>\n")
}

func writeDigests(b *strings.Builder, d *engine.Decision) {
	b.WriteString("\n<details><summary>What this rests on</summary>\n\n| | SHA-256 |\n| --- | --- |\n")
	for _, row := range [][2]string{{"source", d.Digests.Source}, {"input", d.Digests.Input}, {"policy", d.Digests.Policy},
		{"configuration", d.Digests.Config}, {"baseline", d.Digests.Baseline}, {"ML-BOM", d.Digests.BOM}} {
		if row[1] != "" {
			fmt.Fprintf(b, "| %s | %s |\n", row[0], code(row[1]))
		}
	}
	fmt.Fprintf(b, "| mlpolicy | %s |\n", escape(d.Version))
	for _, name := range d.UnsignedPolicies {
		fmt.Fprintf(b, "| unsigned policy | %s |\n", escape(name))
	}
	b.WriteString("\n</details>\n")
}
