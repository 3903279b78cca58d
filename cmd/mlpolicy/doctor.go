package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/app"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

func newDoctor(env *environment) *cobra.Command {
	var flags serverFlags
	var repository, format string
	c := &cobra.Command{
		Use: "doctor", Short: "Check that the GitHub App is set up right",
		Long: `Look at everything that must be right for the GitHub App: key, webhook secret and
format, permissions, events, clock, whether the server can be reached, whether deliveries
arrive, and with --repository whether its owner accepted the permissions and the roll-up is
required, of this App alone. What is wrong is named with its mend. It takes those flags and
variables of serve that matter here, and changes nothing.

Exit status: 0 when nothing is wrong, 2 when something is.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := fromVariables(c); err != nil {
				return err
			}
			if format != "table" && format != "json" {
				return usage("", "format %q is not written; table and json are", format)
			}
			return runDoctor(c.Context(), env, &flags, repository, format)
		},
	}
	flags.add(c)
	c.Flags().StringVar(&repository, "repository", "", "owner/name of a repository whose required check is looked at")
	c.Flags().StringVar(&format, "format", "table", "table | json")
	return c
}

func runDoctor(ctx context.Context, env *environment, flags *serverFlags, repository, format string) error {
	opts, err := flags.options(env)
	if err != nil {
		return err
	}
	opts.Log = slog.New(slog.DiscardHandler)
	scratch, err := os.MkdirTemp("", "mlpolicy-doctor-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	// The server's own database is left alone: it may be in use.
	if opts.Store, err = store.Open(ctx, "sqlite:"+scratch+"/doctor.db"); err != nil {
		return err
	}
	defer opts.Store.Close()
	checks := app.Doctor(ctx, opts, repository)
	if format == "json" {
		enc := json.NewEncoder(env.stdout)
		enc.SetIndent("", "  ")
		if err := enc.Encode(checks); err != nil {
			return err
		}
	}
	failed := false
	for _, c := range checks {
		failed = failed || c.State == app.CheckFail
		if format == "table" {
			fmt.Fprintf(env.stdout, "%-5s %-16s %s\n", c.State, c.Name, c.Text)
			if c.Hint != "" {
				fmt.Fprintf(env.stdout, "%-5s %-16s %s\n", "", "", c.Hint)
			}
		}
	}
	if failed {
		return &exitError{code: exitUsage}
	}
	return nil
}
