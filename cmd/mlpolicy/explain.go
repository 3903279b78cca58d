package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/workbench"
)

func newPolicyExplain(env *environment) *cobra.Command {
	var law lawFlags
	var format string
	var trace bool
	c := &cobra.Command{
		Use: "explain ID [SOURCE]", Short: "Explain why one control fires on a source, or does not",
		Long: `Evaluate one control over a source and show which facts it saw, how often each of its
conditions held, with which values it did not, and what would make it pass.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			req, done, err := env.request(c.Context(), &law, firstOr(args[1:], ""))
			if err != nil {
				return err
			}
			defer done()
			result, err := decide.Run(c.Context(), *req)
			if err != nil {
				return err
			}
			for _, r := range result.Results {
				if !strings.EqualFold(r.Control.ID, args[0]) {
					continue
				}
				if trace {
					return workbench.Trace(c.Context(), env.stdout, req.Policy, result.Input, r.Control)
				}
				x, err := workbench.Explain(c.Context(), req.Policy, result.Input, r)
				if err != nil {
					return err
				}
				if format == "json" {
					enc := json.NewEncoder(env.stdout)
					enc.SetEscapeHTML(false)
					enc.SetIndent("", "  ")
					return enc.Encode(x)
				}
				return x.Text(env.stdout)
			}
			return usage("mlpolicy policy list shows them all", "there is no control %s", args[0])
		},
	}
	law.add(c)
	c.Flags().StringVar(&format, "format", "text", "text | json")
	c.Flags().BoolVar(&trace, "trace", false, "print OPA's own trace instead")
	complete(c, "format", []string{"text", "json"})
	return c
}

func newPolicyReplay(env *environment) *cobra.Command {
	var flags policyFlags
	var log, since, format, out string
	c := &cobra.Command{
		Use: "replay", Short: "Say what other policies would have decided over recorded decisions",
		Long: `Evaluate every decision of a log (mlpolicy check --log DIR) again, under the policies given with
--policy, and list what would have been decided otherwise. Without --policy the loaded
policies are the ones of today; where they are those of the record, the decision must be
reproduced byte for byte, and a difference is an error (exit status 1).`,
		Example: `  mlpolicy policy replay --log decisions --policy policies --since 720h --format markdown`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if log == "" {
				return usage("", "--log DIR says where the decisions are")
			}
			from, err := env.since(since)
			if err != nil {
				return err
			}
			law := &lawFlags{policies: flags.policies, publicKey: flags.publicKey, allowUnsigned: flags.allowUnsigned}
			r := workbench.Replay{Since: from, Policy: func(ctx context.Context, config *engine.Config) (*engine.Policy, error) {
				return env.policyFor(ctx, law, config)
			}}
			if flags.config != "" {
				if r.Config, err = readConfig(decide.Law{Dir: env.dir}, flags.config, env.now()); err != nil {
					return err
				}
			}
			result, err := r.Run(c.Context(), workbench.OpenLog(env.path(log)))
			if err != nil {
				return usage("", "%w", err)
			}
			err = env.write(out, func(w io.Writer) error {
				switch format {
				case "json":
					enc := json.NewEncoder(w)
					enc.SetEscapeHTML(false)
					enc.SetIndent("", "  ")
					return enc.Encode(result)
				case "markdown":
					return result.Markdown(w)
				}
				return result.Text(w)
			})
			if err == nil && len(result.Differences) > 0 {
				return &exitError{code: exitDenied}
			}
			return err
		},
	}
	flags.add(c)
	f := c.Flags()
	f.StringVar(&log, "log", "", "directory of the log")
	f.StringVar(&since, "since", "", "decisions since then: a duration (720h, 30d) or a day (2026-11-01)")
	f.StringVar(&format, "format", "text", "text | json | markdown")
	f.StringVarP(&out, "output", "o", "", "write to this file instead of standard output")
	complete(c, "format", []string{"text", "json", "markdown"})
	return c
}

// policyFor loads the packs of the command line for the settings of a configuration. What
// --policy names takes the place of every pack of the configuration: it is their next
// version; settings of controls that it does not have are left out.
func (env *environment) policyFor(ctx context.Context, law *lawFlags, config *engine.Config) (*engine.Policy, error) {
	opts := decide.PolicyOptions{Config: config, Replace: law.policies, AllowUnsigned: law.allowUnsigned, Law: decide.Law{Dir: env.dir}, Registry: env.openRemote}
	if law.publicKey != "" {
		key, err := env.read("--public-key", law.publicKey)
		if err != nil {
			return nil, err
		}
		opts.PublicKey = key
	}
	if len(law.policies) == 0 {
		return decide.LoadPolicy(ctx, opts)
	}
	opts.Config = &engine.Config{}
	bare, err := decide.LoadPolicy(ctx, opts)
	if err != nil {
		return nil, err
	}
	known := map[string]engine.ControlConfig{}
	for _, c := range bare.Controls() {
		if block, ok := config.Controls[c.ID]; ok {
			known[c.ID] = block
		}
	}
	if len(known) == 0 {
		return bare, nil
	}
	opts.Config = &engine.Config{Controls: known}
	return decide.LoadPolicy(ctx, opts)
}

var errSince = errors.New("--since is neither a duration (720h, 30d) nor a day (2026-11-01)")

// since reads a duration before now, or a day; "" is the beginning.
func (env *environment) since(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		return day, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if d, err := time.ParseDuration(days + "h"); err == nil {
			return env.now().Add(-24 * d), nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return time.Time{}, usage("", "%w", errSince)
	}
	return env.now().Add(-d), nil
}
