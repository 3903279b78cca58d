package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/workbench"
)

func newPolicyTest(env *environment) *cobra.Command {
	var coverage, mutate, watch bool
	var threshold float64
	var format, control string
	c := &cobra.Command{
		Use: "test [DIR [TESTS...]]", Short: "Run the tests and cases of a pack",
		Long: `Load the policies in DIR (default: the current directory), type-check them, run the Rego tests
(*_test.rego) and the file-in/decision-out cases (*.txtar) in DIR and in TESTS.

--coverage asks for every line of every control to be reached, and for each control to be
seen firing and not firing. --mutate changes the policies one place at a time and lists the
changes that no test and no case notices. A file equivalent_mutants.txt beside the tests
lists changes that cannot be noticed, with the reason.`,
		Example: `  mlpolicy policy test acme
  mlpolicy policy test --coverage --mutate policies policy_test`,
		RunE: func(c *cobra.Command, args []string) error {
			if format != "table" && format != "json" && format != "junit" {
				return usage("", "format %q is not written; table, json, junit are", format)
			}
			if len(args) == 0 {
				args = []string{"."}
			}
			opts := testOptions{coverage: coverage, mutate: mutate, threshold: threshold, format: format, control: control}
			before := env.stamp(args) // what changes while the tests run is a change too
			err := env.testPack(c.Context(), args, opts)
			for watch {
				if err != nil {
					fmt.Fprintf(env.stderr, "mlpolicy: %v\n", err)
				}
				if before = env.waitForChange(c.Context(), args, before); before == "" {
					return nil // interrupted
				}
				err = env.testPack(c.Context(), args, opts)
			}
			return err
		},
	}
	f := c.Flags()
	f.BoolVar(&coverage, "coverage", false, "hold each control to full coverage")
	f.Float64Var(&threshold, "threshold", 100, "percent: of lines with --coverage, of noticed changes with --mutate")
	f.BoolVar(&mutate, "mutate", false, "change the policies and list the changes that no test notices")
	f.StringVar(&control, "control", "", "mutate this control alone")
	f.BoolVar(&watch, "watch", false, "run again when a file changes")
	f.StringVar(&format, "format", "table", "table | json | junit")
	complete(c, "format", []string{"table", "json", "junit"})
	return c
}

type testOptions struct {
	coverage, mutate bool
	threshold        float64
	format, control  string
}

func (env *environment) testPack(ctx context.Context, dirs []string, opts testOptions) error {
	var roots []fs.FS
	for _, dir := range dirs {
		root, err := os.OpenRoot(env.path(dir))
		if err != nil {
			return usage("", "%w", err)
		}
		defer root.Close()
		roots = append(roots, root.FS())
	}
	pack, err := workbench.OpenPack(ctx, filepath.Base(env.path(dirs[0])), roots...)
	if err != nil {
		return usage("", "%w", err)
	}
	result, err := pack.Test(ctx)
	if err != nil {
		return usage("", "%w", err)
	}
	report := testReport{TestResult: result}
	if opts.mutate {
		if report.Mutation, err = pack.Mutate(ctx, opts.control); err != nil {
			return err
		}
	}
	if err := report.write(env.stdout, opts); err != nil {
		return err
	}
	if len(result.Tests) == 0 {
		return usage("tests are *_test.rego, cases *.txtar", "there is no test in %s", strings.Join(dirs, ", "))
	}
	if !result.Passed() || opts.coverage && !report.covered(opts.threshold) || opts.mutate && !report.mutated(opts.threshold) {
		return &exitError{code: exitDenied}
	}
	return nil
}

// testReport is the JSON of policy test.
type testReport struct {
	*workbench.TestResult
	Mutation *workbench.MutationResult `json:"mutation"`
}

func (r *testReport) covered(threshold float64) bool {
	for _, c := range r.Coverage {
		if c.Percent < threshold || !c.Fires || !c.Silent {
			return false
		}
	}
	return true
}

func (r *testReport) mutated(threshold float64) bool {
	return r.Mutation.Score() >= threshold && len(r.Mutation.Untested) == 0 && len(r.Mutation.Stale) == 0
}

func (r *testReport) write(w io.Writer, opts testOptions) error {
	switch opts.format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	case "junit":
		return r.junit(w)
	}
	passed, failed := 0, 0
	for _, t := range r.Tests {
		switch {
		case t.Pass:
			passed++
		case !t.Skipped:
			failed++
			fmt.Fprintf(w, "FAIL  %s (%s)\n      %s\n", t.Name, t.File, strings.ReplaceAll(t.Message, "\n", "\n      "))
		}
	}
	if opts.coverage {
		for _, c := range r.Coverage {
			if c.Percent < opts.threshold || !c.Fires || !c.Silent {
				fmt.Fprintf(w, "COVER %-10s %5.1f %%, lines %v missed%s%s\n", c.ID, c.Percent, c.Missed, missing(c.Fires, ", never seen firing"), missing(c.Silent, ", never seen not firing"))
			}
		}
	}
	if r.Mutation != nil {
		for _, m := range r.Mutation.Survivors {
			fmt.Fprintf(w, "ALIVE %s:%d  %s: %s\n", m.File, m.Line, m.Operator, m.Detail)
		}
		for _, file := range r.Mutation.Untested {
			fmt.Fprintf(w, "SKIP  %s: its own tests fail\n", file)
		}
		for _, line := range r.Mutation.Stale {
			fmt.Fprintf(w, "STALE %s is listed as equivalent, and is no change that survives\n", line)
		}
		for _, name := range slices.Sorted(maps.Keys(r.Mutation.ByOperator)) {
			n := r.Mutation.ByOperator[name]
			fmt.Fprintf(w, "%-9s %5d tried, %5d noticed\n", name, n[0], n[1])
		}
		fmt.Fprintf(w, "%d changes tried, %d noticed, %d listed as equivalent, score %.1f %%\n", r.Mutation.Total, r.Mutation.Killed, len(r.Mutation.Equivalent), r.Mutation.Score())
	}
	_, err := fmt.Fprintf(w, "%d passed, %d failed\n", passed, failed)
	return err
}

func missing(seen bool, text string) string {
	if seen {
		return ""
	}
	return text
}

func (r *testReport) junit(w io.Writer) error {
	type failure struct {
		Message string `xml:"message,attr"`
	}
	type testcase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Time    float64  `xml:"time,attr"`
		Failure *failure `xml:"failure"`
	}
	suite := struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testcase `xml:"testcase"`
	}{Name: "mlpolicy policy test", Tests: len(r.Tests)}
	for _, t := range r.Tests {
		c := testcase{Class: t.File, Name: t.Name, Time: t.Duration.Seconds()}
		if !t.Pass && !t.Skipped {
			c.Failure = &failure{t.Message}
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// watchEvery is how often watched files are looked at.
const watchEvery = 300 * time.Millisecond

// waitForChange returns the stamp of the directories once it is another one, "" when ctx
// ended before.
func (env *environment) waitForChange(ctx context.Context, dirs []string, before string) string {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return ""
		case <-ticker.C:
			if now := env.stamp(dirs); now != before {
				return now
			}
		}
	}
}

// stamp names the newest change below the directories and the number of files.
func (env *environment) stamp(dirs []string) string {
	var newest time.Time
	files := 0
	for _, dir := range dirs {
		// A file that vanishes while it is looked at is a change that the next look sees.
		_ = filepath.WalkDir(env.path(dir), func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return nil
			}
			files++
			if info, err := d.Info(); err == nil && info.ModTime().After(newest) {
				newest = info.ModTime()
			}
			return nil
		})
	}
	return fmt.Sprint(files, newest.UnixNano())
}
