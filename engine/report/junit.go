package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string       `xml:"classname,attr"`
	Name    string       `xml:"name,attr"`
	Failure *junitResult `xml:"failure"`
	Error   *junitResult `xml:"error"`
	Skipped *junitResult `xml:"skipped"`
	Output  string       `xml:"system-out,omitempty"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit writes the decision as a JUnit report: a suite per stage, a case per control. A
// control that denies is a failure, one that could not be decided an error; what only
// advises is a passed case with output.
func JUnit(w io.Writer, d *engine.Decision) error {
	all := junitSuites{Name: "mlpolicy"}
	for _, stage := range d.Stages {
		suite := junitSuite{Name: string(stage.Stage), Tests: len(stage.Controls)}
		for _, c := range stage.Controls {
			suite.add(c, stage.Stage)
		}
		if len(stage.Controls) == 0 && stage.Decision != engine.Allow {
			suite.Tests, suite.Errors = 1, 1
			suite.Cases = append(suite.Cases, junitCase{Class: "mlpolicy." + suite.Name, Name: "stage is decided", Error: &junitResult{Message: stage.Reason}})
		}
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Errors += suite.Errors
		all.Suites = append(all.Suites, suite)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(c engine.ControlResult, stage engine.Stage) {
	jc := junitCase{Class: "mlpolicy." + string(stage), Name: c.ID + " " + c.Title}
	text := findingLines(c)
	switch {
	case c.Verdict == engine.Deny:
		jc.Failure = &junitResult{Message: plural(len(c.Findings), "finding"), Type: string(c.Severity), Text: text}
		s.Failures++
	case c.Verdict == engine.Undecided:
		jc.Error = &junitResult{Message: c.Reason, Type: string(c.Outcome), Text: text}
		s.Errors++
	case c.Outcome == engine.NotApplicable:
		jc.Skipped = &junitResult{Message: c.Reason}
		s.Skipped++
	case c.Outcome != engine.Pass:
		jc.Output = fmt.Sprintf("%s (%s)\n%s", c.Outcome, levelsOf(c), text)
	}
	s.Cases = append(s.Cases, jc)
}

func findingLines(c engine.ControlResult) string {
	var b strings.Builder
	for _, f := range c.Findings {
		state := f.State
		if f.Certainty == engine.Likely {
			state += ", likely"
		}
		fmt.Fprintf(&b, "%s: %s [%s]\n", place(f.At), printable(f.Detail), state)
	}
	if c.Fix != "" && c.Outcome == engine.Fail {
		fmt.Fprintf(&b, "fix: %s\n", c.Fix)
	}
	return b.String()
}
