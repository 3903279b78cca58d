package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// cliDoc is generated from the commands themselves.
const cliDoc = "../../docs/cli.md"

// TestCLIDocumentIsCurrent fails when docs/cli.md is stale; UPDATE=1 rewrites it.
func TestCLIDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	env := &environment{dir: t.TempDir(), stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, now: time.Now}
	var b strings.Builder
	b.WriteString("# Commands\n\nGenerated from the commands; `UPDATE=1 go test ./cmd/mlpolicy` rewrites it.\n\n")
	b.WriteString("Results go to standard output, progress and diagnostics to standard error.\n\n")
	b.WriteString("| Exit status | Meaning | Retry? |\n| --- | --- | --- |\n| 0 | allowed | |\n| 1 | denied | no: mend, waive or baseline the findings |\n| 2 | wrong usage, configuration or policy | no: mend the command or the file it names |\n| 3 | could not decide: evidence is missing | yes, when the evidence can be had |\n")
	document(&b, newRoot(env))
	got := b.String()
	if os.Getenv("UPDATE") != "" {
		if err := os.MkdirAll(filepath.Dir(cliDoc), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(cliDoc, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(cliDoc)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/cli.md is stale; run UPDATE=1 go test ./cmd/mlpolicy (-committed +current):\n%s", diff)
	}
}

func document(b *strings.Builder, c *cobra.Command) {
	if c.Runnable() && c.Name() != "help" && !strings.HasPrefix(c.CommandPath(), "mlpolicy completion ") {
		fmt.Fprintf(b, "\n## %s\n\n%s.\n\n```\n%s\n```\n", c.CommandPath(), strings.TrimSuffix(c.Short, "."), c.UseLine())
		if c.Long != "" && c.Name() != "check" {
			fmt.Fprintf(b, "\n%s\n", c.Long)
		}
		if c.Example != "" {
			fmt.Fprintf(b, "\n```\n%s\n```\n", c.Example)
		}
		first := true
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Hidden {
				return
			}
			if first {
				b.WriteString("\n| Flag | Meaning |\n| --- | --- |\n")
				first = false
			}
			name := "`--" + f.Name + "`"
			if f.Shorthand != "" {
				name = "`-" + f.Shorthand + "`, " + name
			}
			text := strings.ReplaceAll(f.Usage, "|", "\\|")
			if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" {
				text += fmt.Sprintf(" (default `%s`)", f.DefValue)
			}
			fmt.Fprintf(b, "| %s | %s |\n", name, text)
		})
	}
	for _, sub := range c.Commands() {
		if !sub.Hidden {
			document(b, sub)
		}
	}
}
