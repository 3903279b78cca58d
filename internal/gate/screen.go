package gate

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
)

// maxFindings bounds the findings of one control on the screen.
const maxFindings = 3

// nobodyLooked starts the reason of a control whose evidence was not given.
const nobodyLooked = "nobody looked for "

// Verdict writes what was decided below the evidence, on the same screen: what denies
// with how to mend it, what could not be decided by its reason, and the verdict last. Ten
// controls that lack the same statement are one line.
func (r *Result) Verdict(w io.Writer) {
	if r.Decided == nil {
		return
	}
	var denied, undecided, advice, open []engine.ControlResult
	passed, apart := 0, 0
	for _, stage := range r.Decided.Stages {
		for _, c := range stage.Controls {
			switch {
			case c.Verdict == engine.Deny:
				denied = append(denied, c)
			case c.Verdict == engine.Undecided:
				undecided = append(undecided, c)
			case c.Outcome == engine.Fail:
				advice = append(advice, c)
			case c.Outcome == engine.Unknown || c.Outcome == engine.Error:
				open = append(open, c)
			case c.Outcome == engine.Pass:
				passed++
			case c.Outcome == engine.NotApplicable:
				apart++
			}
		}
	}
	bySeverity(denied)
	for _, c := range denied {
		control(w, "denied", c)
	}
	reasons(w, "undecided", undecided)
	bySeverity(advice)
	for _, c := range advice {
		fmt.Fprintf(w, "%-10s %-8s %-8s %s\n", "advice", c.ID, c.Severity, c.Title)
	}
	reasons(w, "advice", open)
	fmt.Fprintf(w, "\n%s for %s%s\n", word(r.Decision), r.Stage, because(denied, undecided, passed, apart))
	if len(denied)+len(undecided)+len(advice)+len(open) > 0 {
		fmt.Fprintln(w, "--verbose lists every control and finding, --format json all evidence")
	}
}

// control writes one that denies: what it found, and what to do.
func control(w io.Writer, label string, c engine.ControlResult) {
	fmt.Fprintf(w, "%-10s %-8s %-8s %s\n", label, c.ID, c.Severity, c.Title)
	if len(c.Findings) == 0 {
		fmt.Fprintf(w, "           %s\n", Clean(c.Reason))
	}
	shown := 0
	for _, f := range c.Findings {
		if f.Outcome == engine.Unknown || f.State == "waived" {
			continue
		}
		if shown++; shown <= maxFindings {
			fmt.Fprintf(w, "           %s: %s\n", Clean(cmp.Or(f.At.Path, f.Subject)), Clean(f.Detail))
		}
	}
	if more := shown - maxFindings; more > 0 {
		fmt.Fprintf(w, "           … and %d more\n", more)
	}
	fmt.Fprintf(w, "           fix: %s\n", c.Fix)
}

// reasons writes controls that could not be decided, those of one reason together.
func reasons(w io.Writer, label string, controls []engine.ControlResult) {
	var order []string
	ids, families := map[string][]string{}, map[string][]string{}
	for _, c := range controls {
		for _, why := range whyUnknown(c) {
			family := ""
			if rest, ok := strings.CutPrefix(why, nobodyLooked); ok {
				if name, hint, ok := strings.Cut(rest, ": "); ok {
					family, why = name, nobodyLooked+"%s: "+hint
				}
			}
			if _, known := ids[why]; !known {
				order = append(order, why)
			}
			if !slices.Contains(ids[why], c.ID) {
				ids[why] = append(ids[why], c.ID)
			}
			if family != "" && !slices.Contains(families[why], family) {
				families[why] = append(families[why], family)
			}
		}
	}
	for i, why := range order {
		if i == maxLines {
			fmt.Fprintf(w, "           … and %d more reasons\n", len(order)-i)
			return
		}
		text := strings.Replace(why, "%s", strings.Join(families[why], ", "), 1)
		if len(families[why]) == 0 {
			text = why
		}
		fmt.Fprintf(w, "%-10s %s: %s\n", label, strings.Join(ids[why], ", "), Clean(text))
	}
}

// whyUnknown lists the reasons of one control that could not be decided.
func whyUnknown(c engine.ControlResult) []string {
	var out []string
	for _, f := range c.Findings {
		if f.Outcome != engine.Fail && f.State != "waived" && f.Detail != "" {
			where := ""
			if f.At.Path != "" {
				where = f.At.Path + ": "
			}
			out = append(out, where+f.Detail)
		}
	}
	if len(out) == 0 || strings.HasPrefix(c.Reason, nobodyLooked) {
		out = []string{cmp.Or(c.Reason, "it could not be decided")}
	}
	return out
}

func bySeverity(controls []engine.ControlResult) {
	order := []engine.Severity{engine.Critical, engine.High, engine.Medium, engine.Low}
	slices.SortStableFunc(controls, func(a, b engine.ControlResult) int {
		return cmp.Compare(slices.Index(order, a.Severity), slices.Index(order, b.Severity))
	})
}

func word(v engine.Verdict) string {
	switch v {
	case engine.Allow:
		return "allowed"
	case engine.Deny:
		return "denied"
	}
	return "could not decide"
}

func because(denied, undecided []engine.ControlResult, passed, apart int) string {
	var out strings.Builder
	for _, part := range []struct {
		lead     string
		controls []engine.ControlResult
	}{{" by ", denied}, {"; undecided by ", undecided}} {
		var ids []string
		for _, c := range part.controls {
			ids = append(ids, c.ID)
		}
		slices.Sort(ids)
		if len(ids) > 0 {
			out.WriteString(part.lead + strings.Join(ids, ", "))
		}
	}
	fmt.Fprintf(&out, "; %d controls pass, %d do not apply", passed, apart)
	return out.String()
}
