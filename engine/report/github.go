package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
)

// GitHub writes the decision as workflow commands (GitHub Docs, "Workflow commands for
// GitHub Actions"): an annotation on each line that is wrong.
func GitHub(w io.Writer, d *engine.Decision) error {
	b := bufio.NewWriter(w)
	for _, e := range entries(d) {
		command := "notice"
		switch {
		case e.Verdict != engine.Allow:
			command = "error"
		case e.Outcome == engine.Fail || e.Outcome == engine.Unknown || e.Outcome == engine.Error:
			command = "warning"
		default:
			continue
		}
		title := fmt.Sprintf("%s %s (%s)", e.ID, e.Title, e.Severity)
		if len(e.Findings) == 0 {
			fmt.Fprintf(b, "::%s title=%s::%s\n", command, property(title), data(e.Reason))
		}
		for _, f := range e.Findings {
			if f.State == "waived" {
				continue
			}
			message := f.Detail
			if e.Fix != "" && e.Outcome == engine.Fail {
				message += "\nFix: " + e.Fix
			}
			where := ""
			if f.At.Path != "" {
				where = "file=" + property(f.At.Path) + ","
				if f.At.Line > 0 {
					where += fmt.Sprintf("line=%d,", f.At.Line)
				}
				if f.At.Line > 0 && f.At.Column > 0 {
					where += fmt.Sprintf("col=%d,", f.At.Column)
				}
			}
			fmt.Fprintf(b, "::%s %stitle=%s::%s\n", annotation(command, e, f), where, property(title), data(message))
		}
	}
	summary := "notice"
	if d.Decision != engine.Allow {
		summary = "error"
	}
	fmt.Fprintf(b, "::%s title=mlpolicy::%s\n", summary, data(word(d.Decision)+reasonSuffix(d.Reason)))
	return b.Flush()
}

// annotation is the command for one finding: what a ratchet already knew does not deny,
// and what is only likely may not.
func annotation(command string, e entry, f engine.Finding) string {
	switch {
	case e.LevelOf(f) == engine.Ratchet && f.State == engine.FindingKnown:
		return "notice"
	case command == "error" && e.LikelyLevel != "" && f.Certainty == engine.Likely && !e.Blocks(f):
		return "warning"
	}
	return command
}

func reasonSuffix(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// data and property escape as the runner's toolkit does (actions/toolkit, command.ts).
var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func data(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = printable(l)
	}
	return dataEscapes.Replace(strings.Join(lines, "\n"))
}

func property(s string) string { return propertyEscapes.Replace(printable(s)) }
