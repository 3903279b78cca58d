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

// writeChanges says what the pull request does to the ML-BOM.
func writeChanges(b *strings.Builder, changes []sbom.Change) {
	if len(changes) == 0 {
		b.WriteString("\nThis change does not touch the ML-BOM.\n")
		return
	}
	fmt.Fprintf(b, "\n<details><summary>ML-BOM: %s</summary>\n\n| Change | Subject | Before | After | At |\n| --- | --- | --- | --- | --- |\n", plural(len(changes), "change"))
	for i, c := range changes {
		if i == maxListed {
			fmt.Fprintf(b, "\nand %d more\n", len(changes)-maxListed)
			break
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", escape(strings.ReplaceAll(c.Kind, "_", " ")), escape(clip(c.Subject, 200)),
			escape(clip(c.Before, 200)), escape(clip(c.After, 200)), escape(place(c.At)))
	}
	b.WriteString("\n</details>\n")
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
