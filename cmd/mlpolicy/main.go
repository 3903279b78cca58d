// Command mlpolicy reads an ML system, writes its ML-BOM, lets Rego controls decide per
// lifecycle stage, and reports the decision.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	os.Exit(run(ctx, environment{
		args: os.Args[1:], dir: dir, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now,
		terminal:       term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("NO_COLOR") == "",
		errTerminal:    term.IsTerminal(int(os.Stderr.Fd())),
		githubWorkflow: os.Getenv("GITHUB_ACTIONS") == "true",
	}))
}
