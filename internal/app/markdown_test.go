package app

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/engine"
)

// Test 3: the limit counts bytes, at the edge, with runes of three bytes.
func TestTruncateCountsBytes(t *testing.T) {
	t.Parallel()
	for _, n := range []int{maxOutputBytes - 3, maxOutputBytes - 2, maxOutputBytes - 1, maxOutputBytes, maxOutputBytes + 1, maxOutputBytes + 2, 2 * maxOutputBytes} {
		for _, unit := range []string{"€", "a", "€\n", "a line of text €\n"} {
			s := strings.Repeat(unit, n/len(unit))
			got := truncate(s, maxOutputBytes, "https://mlpolicy.example/x")
			switch {
			case len(s) <= maxOutputBytes && got != s:
				t.Errorf("%d bytes of %q fit and were cut", len(s), unit)
			case len(got) > maxOutputBytes:
				t.Errorf("%d bytes of %q became %d", len(s), unit, len(got))
			case !utf8.ValidString(got):
				t.Errorf("%d bytes of %q were cut inside a rune", len(s), unit)
			case len(s) > maxOutputBytes && !strings.HasSuffix(got, "https://mlpolicy.example/x_\n"):
				t.Errorf("%d bytes of %q end with %q", len(s), unit, got[len(got)-80:])
			case len(s) > maxOutputBytes && len(got) < maxOutputBytes-200:
				t.Errorf("%d bytes of %q were cut to %d: more would fit", len(s), unit, len(got))
			}
		}
	}
}

// Test 3, the blocks: what is open at the cut is closed.
func TestTruncateClosesWhatIsOpen(t *testing.T) {
	t.Parallel()
	fenced := "```hcl\n" + strings.Repeat("waiver {}\n", 100) + "```\n"
	nested := "<details><summary>x</summary>\n\n" + fenced + "\n</details>\n"
	table := "| a | b |\n| --- | --- |\n" + strings.Repeat("| 1 | 2 |\n", 100)
	for name, s := range map[string]string{"a code fence": fenced, "details": nested, "a table": table} {
		for limit := 200; limit < 600; limit++ {
			got := truncate(s, limit, "")
			if len(got) > limit {
				t.Fatalf("%s: %d bytes, limit %d", name, len(got), limit)
			}
			if strings.Count(got, "```")%2 != 0 || strings.Count(got, "<details>") != strings.Count(got, "</details>") {
				t.Fatalf("%s, limit %d: left open:\n%s", name, limit, got)
			}
			cut, _, _ := strings.Cut(got, "\n_")
			for line := range strings.Lines(cut) {
				if name == "a table" && strings.TrimSpace(line) != "" && !strings.HasSuffix(strings.TrimSpace(line), "|") {
					t.Fatalf("%s, limit %d: cut inside the row %q", name, limit, line)
				}
			}
		}
	}
}

func TestEscapeLeavesNoMarkup(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"<script>x</script>", "@octocat", "#12", "a|b", "`x`", "[x](javascript:y)", "![x](y)", "*b*", "line\nbreak", "~~x~~", "\u202egnp.exe", "</details>"} {
		got := escape(s)
		for _, bad := range []string{"<", ">", "@o", "#1", "\n", "\u202e"} {
			if strings.Contains(got, bad) {
				t.Errorf("escape(%q) = %q has %q", s, got, bad)
			}
		}
		for _, r := range "|`[]*~!" {
			if i := strings.IndexRune(got, r); i > 0 && got[i-1] != '\\' || i == 0 {
				t.Errorf("escape(%q) = %q leaves %q", s, got, r)
			}
		}
		if strings.Contains(strings.Trim(code(s), "`"), "`") {
			t.Errorf("code(%q) = %s ends early", s, code(s))
		}
	}
}

// Test 3, through the API: a server that counts bytes accepts the largest run.
func TestTheLargestRunIsAccepted(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	files := map[string]string{}
	for i := range 1200 {
		files[fmt.Sprintf("%s-%04d.py", strings.Repeat("日本", 30), i)] = "BAD data\n"
	}
	sha := b.Commit(files)
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
	run := b.Latest(repo, sha)["mlpolicy / data"]
	if len(run.Annotations) != maxAnnotations || !strings.Contains(run.Summary, "1000 more findings") {
		t.Errorf("%d annotations, summary %q", len(run.Annotations), run.Summary)
	}
}

func TestConclusionsFailClosed(t *testing.T) {
	t.Parallel()
	control := func(v engine.Verdict, o engine.Outcome) engine.ControlResult {
		return engine.ControlResult{ID: "X-1", Verdict: v, Outcome: o}
	}
	waiver := func(state string, matches int) []engine.WaiverState {
		return []engine.WaiverState{{Waiver: engine.Waiver{Controls: []string{"X-1"}}, State: state, Matches: matches}}
	}
	for _, c := range []struct {
		name    string
		verdict engine.Verdict
		result  engine.ControlResult
		waivers []engine.WaiverState
		want    string
	}{
		{"allowed", engine.Allow, control(engine.Allow, engine.Pass), nil, success},
		{"warned", engine.Allow, control(engine.Allow, engine.Fail), nil, success},
		{"denied", engine.Deny, control(engine.Deny, engine.Fail), nil, failure},
		{"undecided", engine.Undecided, control(engine.Undecided, engine.Unknown), nil, failure},
		{"a word that is unknown", "maybe", control("maybe", engine.Fail), nil, failure},
		{"no word", "", control("", ""), nil, failure},
		{"waiver expired", engine.Deny, control(engine.Deny, engine.Fail), waiver("expired", 1), actionRequired},
		{"waiver for other bytes", engine.Deny, control(engine.Deny, engine.Fail), waiver("other_digest", 1), actionRequired},
		{"waiver that matches nothing", engine.Deny, control(engine.Deny, engine.Fail), waiver("expired", 0), failure},
		{"waiver in use elsewhere", engine.Deny, control(engine.Deny, engine.Fail), waiver("used", 1), failure},
	} {
		s := engine.StageDecision{Stage: engine.StageData, Decision: c.verdict, Controls: []engine.ControlResult{c.result}}
		if got := conclusion(s, c.waivers); got != c.want {
			t.Errorf("%s: stage %s, want %s", c.name, got, c.want)
		}
		d := &engine.Decision{Decision: c.verdict, Stages: []engine.StageDecision{s}, Waivers: c.waivers}
		if got := decisionConclusion(d); got != c.want {
			t.Errorf("%s: roll-up %s, want %s", c.name, got, c.want)
		}
	}
}

func TestButtonsFit(t *testing.T) {
	t.Parallel()
	for _, a := range buttons(Run{Buttons: true, Status: "completed"}) {
		if len(a.Label) > 20 || len(a.Description) > 40 || len(a.Identifier) > 20 {
			t.Errorf("%+v is longer than 20, 40, 20", a)
		}
	}
	if buttons(Run{Buttons: true, Status: "in_progress"}) != nil {
		t.Error("a run that is not completed has buttons")
	}
}

func TestAnnotationsAreInOneOrder(t *testing.T) {
	t.Parallel()
	finding := func(path string, line int) engine.Finding {
		f := engine.Finding{State: "new", Detail: path}
		f.At.Path, f.At.Line = path, line
		return f
	}
	s := engine.StageDecision{Controls: []engine.ControlResult{
		{ID: "L", Severity: engine.Low, Outcome: engine.Fail, Verdict: engine.Allow, Findings: []engine.Finding{finding("a", 1)}},
		{ID: "C", Severity: engine.Critical, Outcome: engine.Fail, Verdict: engine.Deny, Findings: []engine.Finding{finding("b", 2), finding("b", 0), finding("a", 9), finding("", 1), {State: "waived", At: finding("w", 1).At}}},
		{ID: "K", Severity: engine.Critical, Outcome: engine.Fail, Verdict: engine.Allow, Findings: []engine.Finding{{State: "known", At: finding("k", 1).At}}},
	}}
	var got []string
	for _, a := range annotations(s) {
		got = append(got, fmt.Sprintf("%s:%d %s", a.GetPath(), a.GetStartLine(), a.GetAnnotationLevel()))
	}
	if want := "[a:9 failure b:1 failure b:2 failure a:1 warning]"; fmt.Sprint(got) != want {
		t.Errorf("annotations %v, want %s", got, want)
	}
}
