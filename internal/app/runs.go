package app

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxAnnotations bounds the annotations of one run: four calls. The rest is in the
	// text and on the decision page.
	maxAnnotations = 200
	// maxListed bounds the findings of one control, and the changes, that a text lists.
	maxListed = 100
)

// The conclusions in use. neutral and skipped are never used: they satisfy a required
// check as success does.
const (
	success        = "success"
	failure        = "failure"
	actionRequired = "action_required"
	cancelled      = "cancelled"
	timedOutWord   = "timed_out"
)

// view is what a text may link to.
type view struct{ public string }

func (a *App) view(store.Evaluation) view { return view{strings.TrimSuffix(a.PublicURL, "/")} }

func (v view) decision(id string) string {
	if v.public == "" || id == "" {
		return ""
	}
	return v.public + "/decisions/" + id
}

// conclusion is what a stage's decision means for a required check. Missing evidence is
// never a pass.
func conclusion(s engine.StageDecision, waivers []engine.WaiverState) string {
	switch s.Decision {
	case engine.Allow:
		return success
	case engine.Deny:
		if lapsed(s, waivers) {
			return actionRequired
		}
	}
	return failure
}

// lapsed tells whether everything that denies had a waiver that no longer holds.
func lapsed(s engine.StageDecision, waivers []engine.WaiverState) bool {
	denied := false
	for _, c := range s.Controls {
		if c.Verdict != engine.Deny {
			continue
		}
		denied = true
		if !slices.ContainsFunc(waivers, func(w engine.WaiverState) bool {
			return slices.Contains(w.Controls, c.ID) && w.Matches > 0 && slices.Contains([]string{"expired", "pending", "other_digest"}, w.State)
		}) {
			return false
		}
	}
	return denied
}

var severities = []string{success, actionRequired, failure}

// worse tells whether conclusion a blocks harder than b.
func worse(a, b string) bool { return slices.Index(severities, a) > slices.Index(severities, b) }

// stageRuns makes one run per stage that has something to say. Check runs belong to a
// commit, and the newest of a name wins: where a commit is the head of several pull
// requests, the worst decision is shown, in whatever order they came.
func stageRuns(verdicts []targetVerdict, v view) []Run {
	var runs []Run
	for _, stage := range engine.Stages {
		var run *Run
		for _, tv := range verdicts {
			for _, s := range tv.Decision.Stages {
				if s.Stage != stage || !inScope(s) {
					continue
				}
				made := stageRun(s, tv, v)
				if run == nil || worse(made.Conclusion, run.Conclusion) {
					run = &made
				}
			}
		}
		if run != nil {
			runs = append(runs, *run)
		}
	}
	return runs
}

// inScope tells whether a control of the stage looked at something.
func inScope(s engine.StageDecision) bool {
	return slices.ContainsFunc(s.Controls, func(c engine.ControlResult) bool { return c.Outcome != engine.NotApplicable && c.Level != engine.Off })
}

func stageRun(s engine.StageDecision, tv targetVerdict, v view) Run {
	run := Run{Key: string(s.Stage), Name: RollUpName + " / " + string(s.Stage), Status: "completed",
		Conclusion: conclusion(s, tv.Decision.Waivers), Buttons: true, DetailsURL: v.decision(tv.id)}
	if run.DetailsURL != "" {
		run.DetailsURL += "#" + string(s.Stage)
	}
	run.Title = stageTitle(s)
	var summary, text strings.Builder
	fmt.Fprintf(&summary, "**%s** for `%s` into %s.\n\n", word(s.Decision), shortSHA(tv.Decision.Subject.Revision), code(tv.baseRef))
	if s.Reason != "" {
		fmt.Fprintf(&summary, "%s\n\n", escape(s.Reason))
	}
	s.Controls = worstFirst(s.Controls)
	writeControls(&summary, s)
	for _, c := range s.Controls {
		writeFindings(&text, c)
	}
	all := annotations(s)
	run.Annotations = all[:min(len(all), maxAnnotations)]
	if more := len(all) - len(run.Annotations); more > 0 {
		fmt.Fprintf(&summary, "\n%d more findings are in the report below and on the decision page.\n", more)
	}
	run.Summary, run.Text = summary.String(), text.String()
	return run
}

// worstFirst puts what blocks before what warns.
func worstFirst(controls []engine.ControlResult) []engine.ControlResult {
	order := []engine.Verdict{engine.Deny, engine.Undecided, engine.Allow}
	return slices.SortedStableFunc(slices.Values(controls), func(a, b engine.ControlResult) int {
		return cmp.Compare(slices.Index(order, a.Verdict), slices.Index(order, b.Verdict))
	})
}

func stageTitle(s engine.StageDecision) string {
	counts := map[engine.Outcome]int{}
	findings, advice := 0, 0
	for _, c := range s.Controls {
		counts[c.Outcome]++
		switch {
		case c.Outcome != engine.Fail:
		case c.Verdict == engine.Deny:
			findings += standing(c)
		default:
			advice += standing(c)
		}
	}
	switch {
	case s.Decision == engine.Deny:
		return fmt.Sprintf("denied: %s", plural(findings, "finding"))
	case s.Decision == engine.Undecided:
		return fmt.Sprintf("could not decide: %s without an answer", plural(counts[engine.Unknown]+counts[engine.Error], "control"))
	case advice > 0:
		return fmt.Sprintf("allowed, %s", plural(advice, "warning"))
	}
	return fmt.Sprintf("allowed: %s passed", plural(counts[engine.Pass], "control"))
}

// standing counts the findings that are not waived.
func standing(c engine.ControlResult) int {
	n := 0
	for _, f := range c.Findings {
		if f.State != "waived" {
			n++
		}
	}
	return n
}

func writeControls(b *strings.Builder, s engine.StageDecision) {
	fmt.Fprint(b, "| Control | | Outcome | Level |\n| --- | --- | --- | --- |\n")
	notApplicable := 0
	for _, c := range s.Controls {
		if c.Outcome == engine.NotApplicable {
			notApplicable++
			continue
		}
		if c.Outcome == engine.Pass {
			continue
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s, %s |\n", escape(c.ID), escape(c.Title), outcome(c), c.Level, escape(string(c.Severity)))
	}
	passed := 0
	for _, c := range s.Controls {
		if c.Outcome == engine.Pass {
			passed++
		}
	}
	fmt.Fprintf(b, "\n%d passed, %d do not apply.\n", passed, notApplicable)
}

func outcome(c engine.ControlResult) string {
	switch {
	case c.Verdict == engine.Deny:
		return "**denies**"
	case c.Verdict == engine.Undecided:
		return "**no answer**"
	case c.Outcome == engine.Fail:
		return "warns"
	}
	return string(c.Outcome)
}

func writeFindings(b *strings.Builder, c engine.ControlResult) {
	if c.Outcome == engine.Pass || c.Outcome == engine.NotApplicable {
		return
	}
	fmt.Fprintf(b, "### %s %s\n\n", escape(c.ID), escape(c.Title))
	if c.Reason != "" && c.Outcome != engine.Fail {
		fmt.Fprintf(b, "%s\n\n", escape(c.Reason))
	}
	for i, f := range c.BlockingFirst() {
		if i == maxListed {
			fmt.Fprintf(b, "- and %d more\n", len(c.Findings)-maxListed)
			break
		}
		note := ""
		if f.State != "new" {
			note = " (" + f.State + ")"
		}
		if f.Certainty == engine.Likely {
			note += " (likely)"
		}
		fmt.Fprintf(b, "- %s %s%s\n", code(place(f.At)), escape(f.Detail), note)
	}
	if c.Fix != "" && c.Outcome == engine.Fail {
		fmt.Fprintf(b, "\n**Fix:** %s\n", escape(c.Fix))
	}
	b.WriteString("\n")
}

func place(at sbom.At) string {
	if at.Line > 0 {
		return fmt.Sprintf("%s:%d", at.Path, at.Line)
	}
	return at.Path
}

// annotations are the findings that have a line, the worst first, in an order that is
// the same on every try: a batch that was lost is resumed by count.
func annotations(s engine.StageDecision) []*github.CheckRunAnnotation {
	type entry struct {
		severity int
		id       string
		a        *github.CheckRunAnnotation
	}
	order := []engine.Severity{engine.Critical, engine.High, engine.Medium, engine.Low}
	var entries []entry
	for _, c := range s.Controls {
		if c.Outcome == engine.Pass || c.Outcome == engine.NotApplicable || c.Outcome == engine.Waived {
			continue
		}
		for _, f := range c.Findings {
			if f.At.Path == "" || f.State == "waived" || f.State == "known" && c.Verdict == engine.Allow {
				continue
			}
			entries = append(entries, entry{slices.Index(order, c.Severity), c.ID, annotation(c, f)})
		}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.severity, b.severity), cmp.Compare(a.a.GetPath(), b.a.GetPath()),
			cmp.Compare(a.a.GetStartLine(), b.a.GetStartLine()), cmp.Compare(a.id, b.id), cmp.Compare(a.a.GetMessage(), b.a.GetMessage()))
	})
	out := make([]*github.CheckRunAnnotation, len(entries))
	for i, e := range entries {
		out[i] = e.a
	}
	return out
}

func annotation(c engine.ControlResult, f engine.Finding) *github.CheckRunAnnotation {
	level := "warning"
	if c.Verdict != engine.Allow && (c.LikelyLevel == "" || f.Certainty != engine.Likely || c.Blocks(f)) {
		level = "failure"
	}
	message := plain(f.Detail)
	if message == "" {
		message = plain(c.Title)
	}
	if c.Fix != "" && c.Outcome == engine.Fail {
		message += "\n\nFix: " + plain(c.Fix)
	}
	line := max(f.At.Line, 1)
	return &github.CheckRunAnnotation{Path: &f.At.Path, StartLine: &line, EndLine: &line, AnnotationLevel: &level,
		Title: github.String(clip(plain(fmt.Sprintf("%s %s (%s)", c.ID, c.Title, c.Severity)), maxAnnotationTitle)), Message: github.String(clip(message, maxMessageBytes))}
}

func word(v engine.Verdict) string {
	switch v {
	case engine.Allow:
		return "Allowed"
	case engine.Deny:
		return "Denied"
	}
	return "Could not decide"
}

// inProgress is the roll-up while an evaluation runs: it is always there, and blocks.
func inProgress() Run {
	return Run{Key: "rollup", Name: RollUpName, Status: "in_progress", Title: "evaluating", Summary: "The decision follows."}
}

func lawInvalid(e *LawError) Run {
	run := failed("policy configuration invalid at "+place(sbom.At{Path: e.Path, Line: e.Line}),
		"The law of the base branch or the organisation cannot be used, and the last good one is not used in its place:\n\n"+code(e.Error())+"\n")
	return run
}

func couldNotSee(reason string) Run {
	return failed("could not see everything", "The commit could not be read in full, so nothing was decided:\n\n"+code(reason)+"\n")
}

func failed(title, summary string) Run {
	return Run{Key: "rollup", Name: RollUpName, Status: "completed", Conclusion: failure, Title: title, Summary: summary, Buttons: true}
}

func timedOut(since time.Time, deadline time.Duration) Run {
	return Run{Key: "rollup", Name: RollUpName, Status: "completed", Conclusion: timedOutWord, Buttons: true, Title: fmt.Sprintf("no decision within %s", deadline),
		Summary: fmt.Sprintf("Evaluation began at %s and could not be finished. Press Re-run to try again.", since.UTC().Format(time.RFC3339))}
}
