package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/source"
)

// The exit codes are a contract: see docs/cli.md.
const (
	exitAllowed   = 0
	exitDenied    = 1
	exitUsage     = 2
	exitUndecided = 3
)

// environment is everything a command may know of the world.
type environment struct {
	args           []string
	dir            string // working directory
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	terminal       bool // stdout is a terminal that wants colour
	errTerminal    bool // stderr is a terminal: progress may be shown
	githubWorkflow bool // a GitHub workflow reads stdout
}

// exitError ends the command with a status and, for a decision, without a message.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage is an error in what the user said: exit 2.
func usage(hint, format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// run executes one command and returns its exit status.
func run(ctx context.Context, env environment) int {
	root := newRoot(&env)
	root.SetArgs(env.args)
	root.SetIn(env.stdin)
	root.SetOut(env.stdout)
	root.SetErr(env.stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitAllowed
	}
	code, hint := exitUsage, ""
	var exit *exitError
	if errors.As(err, &exit) {
		code, hint = exit.code, exit.hint
		if exit.err == nil {
			return code
		}
	}
	var src *source.Error
	if errors.As(err, &src) {
		hint = src.Hint
	}
	if errors.Is(err, context.Canceled) {
		code, hint = exitUndecided, "the command was interrupted before it could decide"
	}
	// Configuration mistakes come as HCL diagnostics, which say "Error:" themselves.
	fmt.Fprintf(env.stderr, "mlpolicy: error: %s\n", strings.TrimSuffix(strings.TrimPrefix(err.Error(), "Error: "), "\n"))
	if hint != "" {
		fmt.Fprintf(env.stderr, "mlpolicy: hint: %s\n", hint)
	}
	return code
}

func newRoot(env *environment) *cobra.Command {
	root := &cobra.Command{
		Use:   "mlpolicy",
		Short: "Policy as code for the machine-learning supply chain",
		Long: `mlpolicy reads an ML system (a repository, a model directory, a pipeline), writes
down what is in it as an ML-BOM, and lets Rego controls decide, per lifecycle stage,
whether it may pass. Nothing it reads is executed, and it uses no network unless a
command names a remote.

Exit status: 0 allowed, 1 denied, 2 usage or configuration, 3 could not decide.`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: false},
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage(fmt.Sprintf("run `%s --help` for its flags", c.CommandPath()), "%w", err)
	})
	root.AddCommand(newScan(env), newCheck(env), newGate(env), newDiff(env), newSign(env), newVerify(env), newAttest(env), newLineage(env), newFingerprint(env), newInit(env), newPolicy(env), newBundle(env), newVersion(env))
	root.AddCommand(newServe(env), newDoctor(env), newConfined(env))
	return root
}

// path makes a path of the command line relative to the working directory.
func (env *environment) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(env.dir, name)
}
