package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/decide"
)

func newPolicyWaivers(env *environment) *cobra.Command {
	var law lawFlags
	var format string
	c := &cobra.Command{
		Use: "waivers [SOURCE]", Short: "Show what each waiver exempts, and until when",
		Long: `Decide a source and show every waiver of the configuration: used, unused, pending, expiring
(within 30 days), expired and still matching, for other bytes, or for a subject that is not
there. Exit status 1 when a waiver no longer waives what it matches.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			req, done, err := env.request(c.Context(), &law, firstOr(args, ""))
			if err != nil {
				return err
			}
			defer done()
			req.AllowEmpty = true
			result, err := decide.Run(c.Context(), *req)
			if err != nil {
				return err
			}
			waivers := result.Decision.Waivers
			if format == "json" {
				enc := json.NewEncoder(env.stdout)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				if err := enc.Encode(waivers); err != nil {
					return err
				}
			} else {
				for _, w := range waivers {
					fmt.Fprintf(env.stdout, "%-24s %-16s %3d matches  expires %s  owner %s  %s\n      %s\n", w.Name, strings.ReplaceAll(w.State, "_", " "), w.Matches, w.Expires, w.Owner, strings.Join(w.Controls, ", "), w.Reason)
					if w.Note != "" {
						fmt.Fprintf(env.stdout, "      %s\n", w.Note)
					}
				}
				if len(waivers) == 0 {
					fmt.Fprintln(env.stdout, "There is no waiver.")
				}
			}
			for _, w := range waivers {
				if w.Matches > 0 && !slices.Contains([]string{"used", "expiring"}, w.State) {
					return &exitError{code: exitDenied}
				}
			}
			return nil
		},
	}
	law.add(c)
	c.Flags().StringVar(&format, "format", "table", "table | json")
	complete(c, "format", []string{"table", "json"})
	return c
}
