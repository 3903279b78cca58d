package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
)

// ConfigRunName is the run that shows what a changed law would do. It never decides.
const ConfigRunName = RollUpName + " / config"

// dryRun evaluates a head under its own law, when it changes the law, and says what would
// differ. It returns nil when the law is the same.
func (a *App) dryRun(ctx context.Context, c Case, decided *Verdict) *Run {
	changed := changedLaw(c.Law, c.Head.FS)
	if len(changed) == 0 {
		return nil
	}
	run := &Run{Key: "config", Name: ConfigRunName, Status: "completed", Conclusion: success}
	var b strings.Builder
	b.WriteString("This pull request changes the law. It is judged by the law of its base branch; the new law counts once it is merged there.\n\n")
	for i, name := range changed {
		if i == maxListed {
			fmt.Fprintf(&b, "- and %d more\n", len(changed)-maxListed)
			break
		}
		fmt.Fprintf(&b, "- %s\n", code(name))
	}
	c.Trusted, c.Law = c.Law, c.Head.FS
	v, err := a.Evaluate(ctx, c)
	var law *LawError
	switch {
	case errors.As(err, &law):
		run.Conclusion, run.Title = failure, "the new configuration is invalid at "+lawPlace(law)
		fmt.Fprintf(&b, "\n%s\n", code(law.Error()))
	case err != nil:
		a.Log.Warn("dry run", "error", err)
		run.Conclusion, run.Title = failure, "the new law could not be evaluated"
	default:
		run.Title = writeDifference(&b, decided.Decision, v.Decision)
	}
	run.Summary = b.String()
	return run
}

func lawPlace(e *LawError) string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d", e.Path, e.Line)
	}
	return e.Path
}

// writeDifference says which stages and controls would be decided otherwise.
func writeDifference(b *strings.Builder, now, then *engine.Decision) string {
	fmt.Fprintf(b, "\nUnder the new law the decision would be **%s** (it is %s).\n", strings.ToLower(word(then.Decision)), strings.ToLower(word(now.Decision)))
	before := verdictsByControl(now)
	var rows []string
	seen := map[string]bool{}
	for _, s := range then.Stages {
		for _, c := range s.Controls {
			key := string(s.Stage) + " / " + c.ID
			seen[key] = true
			is, would := before[key], describe(c)
			if is == "" {
				is = "not loaded"
			}
			if is != would {
				rows = append(rows, fmt.Sprintf("| %s | %s | %s |\n", escape(key), escape(is), escape(would)))
			}
		}
	}
	for _, s := range now.Stages {
		for _, c := range s.Controls {
			if key := string(s.Stage) + " / " + c.ID; !seen[key] {
				rows = append(rows, fmt.Sprintf("| %s | %s | not loaded |\n", escape(key), escape(describe(c))))
			}
		}
	}
	if len(rows) == 0 {
		b.WriteString("\nNo control would decide otherwise.\n")
		return "valid, changes nothing here"
	}
	b.WriteString("\n| Control | Is | Would be |\n| --- | --- | --- |\n" + strings.Join(rows, ""))
	if now.Decision != then.Decision {
		return fmt.Sprintf("valid, would change the decision from %s to %s", now.Decision, then.Decision)
	}
	return fmt.Sprintf("valid, %s would change", plural(len(rows), "control"))
}

func verdictsByControl(d *engine.Decision) map[string]string {
	out := map[string]string{}
	for _, s := range d.Stages {
		for _, c := range s.Controls {
			out[string(s.Stage)+" / "+c.ID] = describe(c)
		}
	}
	return out
}

func describe(c engine.ControlResult) string {
	return fmt.Sprintf("%s, %s, %s", c.Verdict, c.Outcome, c.Level)
}

const (
	// maxLawFile bounds one file of the law that is compared.
	maxLawFile = 16 << 20
	// maxLawFiles bounds how many files are listed as changed law.
	maxLawFiles = 10_000
)

// changedLaw lists the files by which a head would change the law: configuration, and
// policies, keys and bundles wherever they lie. A file that merely looks like law is
// listed as well; the dry run then finds no difference.
func changedLaw(base, head fs.FS) []string {
	before, after := lawFiles(base), lawFiles(head)
	var changed []string
	for name := range after {
		if _, ok := before[name]; !ok || !sameFile(base, head, name) {
			changed = append(changed, name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	return changed
}

func lawFiles(tree fs.FS) map[string]bool {
	files := map[string]bool{}
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && isLaw(name) && len(files) < maxLawFiles {
			files[name] = true
		}
		return nil // an unreadable folder holds no law that could be used
	})
	if err != nil {
		return files
	}
	return files
}

// isLaw is mayBeLaw without the kinds that are common elsewhere.
func isLaw(name string) bool {
	return name == ConfigName || strings.HasSuffix(name, ".rego") || strings.HasSuffix(name, ".pub")
}

func sameFile(a, b fs.FS, name string) bool {
	x, errX := readSmall(a, name)
	y, errY := readSmall(b, name)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

func readSmall(tree fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(tree, name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxLawFile {
		return nil, fmt.Errorf("%s is larger than maxLawFile (%d)", name, maxLawFile)
	}
	return fs.ReadFile(tree, name)
}
