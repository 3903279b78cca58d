package report

import (
	"bufio"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
)

// maxMarkdownFindings bounds the findings of one control in Markdown, which pull-request
// comments and job summaries cut off at 64 KiB and 1 MiB.
const maxMarkdownFindings = 25

// Markdown writes the decision for a pull-request comment or a job summary.
func Markdown(w io.Writer, d *engine.Decision, opts Options) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "## mlpolicy: %s\n\n", word(d.Decision))
	if d.Reason != "" {
		fmt.Fprintf(b, "%s\n\n", escape(d.Reason))
	}
	fmt.Fprintln(b, "| Stage | Decision | Failed | Unknown | Passed |")
	fmt.Fprintln(b, "| --- | --- | ---: | ---: | ---: |")
	for _, s := range d.Stages {
		counts := map[engine.Outcome]int{}
		for _, c := range s.Controls {
			counts[c.Outcome]++
		}
		fmt.Fprintf(b, "| %s | %s | %d | %d | %d |\n", s.Stage, word(s.Decision), counts[engine.Fail], counts[engine.Unknown]+counts[engine.Error], counts[engine.Pass])
	}
	for _, e := range entries(d) {
		if e.Outcome == engine.Pass || e.Outcome == engine.NotApplicable {
			continue
		}
		markdownEntry(b, e, opts.Verbose)
	}
	if problems := uniqueProblems(d.Problems); len(problems) > 0 {
		fmt.Fprintf(b, "\n<details><summary>%s could not be read</summary>\n\n", plural(len(problems), "place"))
		for _, p := range problems {
			fmt.Fprintf(b, "- `%s`: %s\n", code(p.Path), escape(p.Reason))
		}
		fmt.Fprint(b, "\n</details>\n")
	}
	for _, hint := range opts.Hints {
		fmt.Fprintf(b, "\n%s\n", escape(hint))
	}
	return b.Flush()
}

func markdownEntry(b *bufio.Writer, e entry, verbose bool) {
	state := string(e.Outcome)
	if e.Verdict == engine.Deny {
		state = "denies"
	} else if e.Verdict == engine.Undecided {
		state = "undecided"
	} else if e.Outcome == engine.Fail {
		state = "advises"
	}
	fmt.Fprintf(b, "\n### %s %s\n\n%s, %s, %s\n", e.ID, escape(e.Title), state, e.Severity, levelsOf(e.ControlResult))
	if e.Reason != "" && e.Outcome != engine.Fail {
		fmt.Fprintf(b, "\n%s\n", escape(e.Reason))
	}
	if len(e.Findings) > 0 {
		fmt.Fprintln(b)
	}
	shown := len(e.Findings)
	if !verbose {
		shown = min(shown, maxMarkdownFindings)
	}
	for _, f := range e.BlockingFirst()[:shown] {
		note := notes(f)
		if note != "" {
			note = " *(" + note + ")*"
		}
		fmt.Fprintf(b, "- `%s` %s%s\n", code(place(f.At)), escape(f.Detail), note)
	}
	if more := len(e.Findings) - shown; more > 0 {
		fmt.Fprintf(b, "- … and %d more\n", more)
	}
	if e.Fix != "" && e.Outcome == engine.Fail {
		fmt.Fprintf(b, "\n**Fix:** %s\n", escape(e.Fix))
	}
}

// escape keeps names and details of a source from becoming markup.
var markdownEscapes = strings.NewReplacer(`\`, `\\`, "<", "&lt;", ">", "&gt;", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "`", "\\`", "|", `\|`, "\n", " ", "\r", " ", "@", "@\u200b", "#", `\#`)

func escape(s string) string { return markdownEscapes.Replace(printable(s)) }

// code is s inside backticks.
func code(s string) string { return strings.ReplaceAll(printable(s), "`", "'") }

// uriPath is a path as a relative URI reference (RFC 3986 section 4.2).
func uriPath(p string) string { return (&url.URL{Path: p}).EscapedPath() }
