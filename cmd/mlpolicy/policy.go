package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/policies"
)

func newPolicy(env *environment) *cobra.Command {
	c := &cobra.Command{Use: "policy", Short: "List, show, write, test, explain and replay controls"}
	c.AddCommand(newPolicyList(env), newPolicyShow(env), newPolicySchema(env), newPolicyNew(env),
		newPolicyTest(env), newPolicyExplain(env), newPolicyReplay(env), newPolicyWaivers(env))
	return c
}

// policyFlags say which packs a policy command is about.
type policyFlags struct {
	config, publicKey string
	policies          []string
	allowUnsigned     bool
	noConfig          bool // the packs alone, whatever configuration is here
}

func (p *policyFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.config, "config", "", "configuration file (default: "+configFile+" in the current directory, if it is there)")
	f.StringArrayVar(&p.policies, "policy", nil, "DIR or BUNDLE in place of the embedded controls (repeatable; \"default\" adds these back)")
	f.StringVar(&p.publicKey, "public-key", "", "PEM key that bundles named by --policy must be signed with")
	f.BoolVar(&p.allowUnsigned, "allow-unsigned", false, "open bundles that nobody signed")
}

func (env *environment) loadPolicy(ctx context.Context, flags *policyFlags) (*engine.Policy, *engine.Config, error) {
	req := &decide.Request{Now: env.now().UTC()}
	law := &lawFlags{config: flags.config, policies: flags.policies, publicKey: flags.publicKey, allowUnsigned: flags.allowUnsigned, noConfig: flags.noConfig}
	if err := env.law(ctx, req, law, decide.Law{Dir: env.dir}); err != nil {
		return nil, nil, err
	}
	return req.Policy, req.Config, nil
}

func newPolicyList(env *environment) *cobra.Command {
	var flags policyFlags
	var format string
	c := &cobra.Command{
		Use: "list", Short: "List the loaded controls", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			policy, _, err := env.loadPolicy(c.Context(), &flags)
			if err != nil {
				return err
			}
			controls := policy.Controls()
			slices.SortFunc(controls, func(a, b engine.Control) int { return strings.Compare(a.ID, b.ID) })
			switch format {
			case "json":
				enc := json.NewEncoder(env.stdout)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				return enc.Encode(controls)
			case "table":
				for _, control := range controls {
					fmt.Fprintf(env.stdout, "%-10s %-9s %-24s %s\n", control.ID, control.Severity, joinStages(control.Stages), control.Title)
				}
				return nil
			}
			return usage("", "format %q is not written; table, json are", format)
		},
	}
	flags.add(c)
	c.Flags().StringVar(&format, "format", "table", "table | json")
	complete(c, "format", []string{"table", "json"})
	return c
}

func joinStages(stages []engine.Stage) string {
	names := make([]string, len(stages))
	for i, s := range stages {
		names[i] = string(s)
	}
	return strings.Join(names, ",")
}

func newPolicyShow(env *environment) *cobra.Command {
	var flags policyFlags
	c := &cobra.Command{
		Use: "show ID", Short: "Show one control: what it means, how to mend it, its settings", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			policy, _, err := env.loadPolicy(c.Context(), &flags)
			if err != nil {
				return err
			}
			for _, control := range policy.Controls() {
				if strings.EqualFold(control.ID, args[0]) {
					showControl(env, control)
					return nil
				}
			}
			return usage("mlpolicy policy list shows them all", "there is no control %s", args[0])
		},
	}
	flags.add(c)
	return c
}

func showControl(env *environment, c engine.Control) {
	w := env.stdout
	fmt.Fprintf(w, "%s  %s\n\n%s\n\n", c.ID, c.Title, c.Description)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-12s %s\n", name, value)
		}
	}
	row("severity", string(c.Severity))
	row("stages", joinStages(c.Stages))
	row("applies to", strings.Join(c.AppliesTo, ", "))
	row("requires", strings.Join(c.Requires, ", "))
	row("fix", c.Fix)
	row("pack", c.Pack+" ("+c.Path+")")
	for _, m := range []struct {
		name string
		ids  []string
	}{{"OWASP ML", c.Maps.OWASPML}, {"OWASP LLM", c.Maps.OWASPLLM}, {"MITRE ATLAS", c.Maps.ATLAS}, {"NIST AI RMF", c.Maps.NISTAIRMF}, {"CWE", c.Maps.CWE}, {"EU AI Act", c.Maps.EUAIAct}, {"threats", c.Maps.Threats}} {
		row(m.name, strings.Join(m.ids, ", "))
	}
	names := make([]string, 0, len(c.Settings))
	for name := range c.Settings {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		if i == 0 {
			fmt.Fprintln(w, "\nsettings")
		}
		s := c.Settings[name]
		value, err := json.Marshal(s.Default)
		if err != nil {
			value = []byte("?")
		}
		fmt.Fprintf(w, "  %s (%s)  %s\n      default %s\n", name, s.Type, s.Doc, value)
	}
	for i, ref := range c.References {
		if i == 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, ref)
	}
}

func newPolicySchema(env *environment) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use: "schema", Short: "Print the JSON schema of the input document", Args: cobra.NoArgs,
		Long: `Print the JSON schema of the input document, or lay it out as DIR/input.json, where
"schemas: [{input: schema.input}]" of a policy finds it (opa check --schema DIR, Regal).`,
		RunE: func(*cobra.Command, []string) error {
			if dir == "" {
				_, err := env.stdout.Write(policies.Schema)
				return err
			}
			if err := os.MkdirAll(env.path(dir), 0o755); err != nil {
				return usage("", "%w", err)
			}
			if err := os.WriteFile(filepath.Join(env.path(dir), "input.json"), policies.Schema, 0o644); err != nil {
				return usage("", "%w", err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "output-dir", "", "write DIR/input.json for editors instead")
	return c
}
