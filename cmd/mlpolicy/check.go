package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/engine/report"
	"github.com/mlpolicy/mlpolicy/internal/app"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/internal/workbench"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// configFile is the configuration that is read when --config names no other.
const configFile = "mlpolicy.hcl"

// checkFlags are the flags of check; gate shares those of lawFlags.
type checkFlags struct {
	lawFlags
	dataFlags
	stages        []string
	baseline      string
	writeBaseline string
	format        string
	out           string
	log           string
	digests       string
	allowEmpty    bool
	post          bool
	verbose       bool
}

// lawFlags say by which law a source is judged.
type lawFlags struct {
	config        string
	base          string
	policies      []string
	publicKey     string
	allowUnsigned bool
	now           string
	facts         []string
	vulns         string
	noConfig      bool
}

func (l *lawFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&l.config, "config", "", "configuration file (default: "+configFile+" in the current directory, if it is there)")
	f.StringVar(&l.base, "base", "", "git revision that the source changes: findings it already has are known, and the law is read from it")
	f.StringArrayVar(&l.policies, "policy", nil, "DIR, BUNDLE or oci://REF in place of the embedded controls (repeatable; \"default\" adds these back)")
	f.StringVar(&l.publicKey, "public-key", "", "PEM key that bundles named by --policy must be signed with")
	f.BoolVar(&l.allowUnsigned, "allow-unsigned", false, "open bundles that nobody signed; the decision says so")
	f.StringVar(&l.now, "now", "", "the time to decide at, RFC 3339 (default: the clock)")
	f.StringArrayVar(&l.facts, "facts", nil, "NAME=FILE: facts of your own, with their schema in FILE's name + .schema.json (repeatable)")
	f.StringVar(&l.vulns, "vulns", "", "advisories: OSV, grype or VEX JSON")
}

func newCheck(env *environment) *cobra.Command {
	var flags checkFlags
	c := &cobra.Command{
		Use: "check [SOURCE]", Short: "Decide whether a source may pass",
		Long: `Read a directory, a file or a git revision (git:REV), evaluate the controls of each lifecycle
stage over what was found, and report the decision.

Exit status  Meaning                                      Retry?
0            allowed                                      -
1            denied                                       no: mend, waive or baseline the findings
2            wrong usage, configuration or policy         no: mend the command or the file it names
3            could not decide: evidence is missing        yes, when the evidence can be had`,
		Example: `  mlpolicy check
  mlpolicy check --base origin/main
  mlpolicy check --stage deployment --format sarif -o mlpolicy.sarif models/assistant`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return runCheck(c.Context(), env, &flags, firstOr(args, ""))
		},
	}
	flags.lawFlags.add(c)
	flags.dataFlags.add(c)
	f := c.Flags()
	f.StringSliceVar(&flags.stages, "stage", nil, "stages to decide (default: all): "+stageNames())
	f.StringVar(&flags.baseline, "baseline", "", "findings recorded earlier with --write-baseline")
	f.StringVar(&flags.writeBaseline, "write-baseline", "", "record today's findings in this file, so that only new ones deny")
	f.StringVar(&flags.format, "format", "", strings.Join(report.Formats, " | ")+" (default: table; github in a GitHub workflow)")
	f.StringVarP(&flags.out, "output", "o", "", "write to this file instead of standard output")
	f.StringVar(&flags.digests, "digests", "all", "which files are hashed: all | lfs | none")
	f.StringVar(&flags.log, "log", "", "append the decision and its input to the log in this directory, for policy replay")
	f.BoolVar(&flags.allowEmpty, "allow-empty", false, "allow a source in which nothing was recognised")
	f.BoolVar(&flags.post, "post", false, "in a GitHub workflow: post the runs that the App posts, with the workflow's token")
	f.BoolVarP(&flags.verbose, "verbose", "v", false, "list every finding and every control")
	complete(c, "stage", strings.Split(stageNames(), ", "))
	complete(c, "format", report.Formats)
	return c
}

func stageNames() string {
	names := make([]string, len(engine.Stages))
	for i, s := range engine.Stages {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}

func runCheck(ctx context.Context, env *environment, flags *checkFlags, name string) error {
	if flags.base != "" && flags.baseline != "" {
		return usage("", "--base and --baseline exclude each other")
	}
	if flags.format == "" && env.githubWorkflow && !env.terminal && !flags.post {
		flags.format = "github"
	}
	if err := checkDigests(flags.digests); err != nil {
		return err
	}
	if flags.format != "" && !slices.Contains(report.Formats, flags.format) {
		return usage("", "format %q is not written; %s are", flags.format, strings.Join(report.Formats, ", "))
	}
	req, done, err := env.request(ctx, &flags.lawFlags, name)
	if err != nil {
		return err
	}
	defer done()
	if req.Stages, err = stages(flags.stages); err != nil {
		return err
	}
	req.AllowEmpty, req.Scan.Digests = flags.allowEmpty, sbom.Digests(flags.digests)
	if err := flags.apply(ctx, env, &req.Scan); err != nil {
		return err
	}
	if flags.baseline != "" {
		if req.Baseline, err = env.readBaseline(flags.baseline); err != nil {
			return err
		}
	}
	bar := newProgress(env)
	req.Scan.Progress = bar.update()
	result, err := decide.Run(ctx, *req)
	bar.done()
	if err != nil {
		return err
	}
	if flags.log != "" {
		if err := env.record(flags.log, req, result); err != nil {
			return err
		}
	}
	opts := report.Options{Controls: req.Policy.Controls(), Color: env.terminal && flags.out == "", Verbose: flags.verbose, Summary: report.Found(result.Inventory)}
	if flags.writeBaseline != "" {
		recorded := engine.NewBaseline(result.Results, decide.Lines(req.Head))
		if err := env.write(flags.writeBaseline, func(w io.Writer) error { _, err := w.Write(recorded.JSON()); return err }); err != nil {
			return err
		}
		opts.Hints = append(opts.Hints, fmt.Sprintf("Recorded %d findings in %s; from now on: mlpolicy check --baseline %s", recorded.Len(), flags.writeBaseline, flags.writeBaseline))
	} else if hint := ratchetHint(result); hint != "" {
		opts.Hints = append(opts.Hints, hint)
	}
	if err := env.write(flags.out, func(w io.Writer) error { return report.Write(w, flags.format, result.Decision, opts) }); err != nil {
		return err
	}
	if flags.post {
		options, err := app.PostOptionsFromEnvironment(os.Getenv)
		if err != nil {
			return usage("", "--post: %w", err)
		}
		if _, err := app.Post(ctx, options, result.Decision, result.Input.Change, env.stdout); err != nil {
			// A denial stays one; an allowed source whose runs could not be posted is not allowed.
			return &exitError{code: cmp.Or(result.Decision.Exit, exitUndecided), err: err}
		}
	}
	if result.Decision.Exit != exitAllowed {
		return &exitError{code: result.Decision.Exit}
	}
	return nil
}

// record appends a decision to a log.
func (env *environment) record(dir string, req *decide.Request, result *decide.Result) error {
	rec, err := result.Record(req)
	if err != nil {
		return err
	}
	return workbench.OpenLog(env.path(dir)).Append(rec, result.InputJSON, result.BaseInputJSON)
}

// ratchetHint says what a first run should be followed by.
func ratchetHint(r *decide.Result) string {
	if r.Baseline != nil {
		return ""
	}
	ids := map[string]bool{}
	for _, s := range r.Decision.Stages {
		for _, c := range s.Controls {
			if (strings.Contains(c.LevelFrom, "without a baseline") || c.LikelyLevel == engine.Advisory) && c.Outcome != engine.Pass && c.Outcome != engine.NotApplicable {
				ids[c.ID] = true
			}
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return fmt.Sprintf("%d controls only advise because there is no base to compare with; record today's findings so that new ones deny:\n  mlpolicy check --write-baseline mlpolicy.baseline.json", len(ids))
}

func stages(names []string) ([]engine.Stage, error) {
	var out []engine.Stage
	for _, n := range names {
		s := engine.Stage(strings.TrimSpace(n))
		if !slices.Contains(engine.Stages, s) {
			return nil, usage("the stages are "+stageNames(), "there is no stage %q", n)
		}
		out = append(out, s)
	}
	return out, nil
}

// request opens the source and the law that it is judged by. done closes both.
func (env *environment) request(ctx context.Context, flags *lawFlags, name string) (req *decide.Request, done func(), err error) {
	var opened []*source.Source
	done = func() {
		for _, s := range opened {
			s.Close()
		}
	}
	defer func() {
		if err != nil {
			done()
		}
	}()
	req = &decide.Request{Version: toolVersion(), Mode: decide.ModeCheck, Now: env.now().UTC()}
	if flags.now != "" {
		if req.Now, err = time.Parse(time.RFC3339, flags.now); err != nil {
			return nil, done, usage("write it as 2026-11-24T12:00:00Z", "--now: %w", err)
		}
	}
	if req.Head, err = source.Open(ctx, env.dir, name); err != nil {
		return nil, done, err
	}
	opened = append(opened, req.Head)
	law := decide.Law{Dir: env.dir}
	if flags.base != "" {
		if req.Base, err = env.base(ctx, name, flags.base); err != nil {
			return nil, done, err
		}
		opened = append(opened, req.Base)
		rev, err := source.Revision(ctx, env.dir, flags.base, false)
		if err != nil {
			return nil, done, err
		}
		opened = append(opened, rev)
		law.FS = rev.FS
		if law.Root, err = source.Worktree(env.dir); err != nil {
			return nil, done, err
		}
	}
	if err := env.law(ctx, req, flags, law); err != nil {
		return nil, done, err
	}
	return req, done, nil
}

// base opens the revision that the source changes: the same directory in that revision.
func (env *environment) base(ctx context.Context, name, rev string) (*source.Source, error) {
	if strings.HasPrefix(name, source.GitPrefix) {
		return source.Revision(ctx, env.dir, rev, false)
	}
	return source.RevisionOf(ctx, env.dir, rev, env.path(name))
}

// law reads configuration, policies, facts and advisories.
func (env *environment) law(ctx context.Context, req *decide.Request, flags *lawFlags, law decide.Law) error {
	var err error
	if req.Config = config.Default(); !flags.noConfig {
		if req.Config, err = readConfig(law, flags.config, req.Now); err != nil {
			return err
		}
	}
	opts := decide.PolicyOptions{Config: req.Config, Replace: flags.policies, AllowUnsigned: flags.allowUnsigned, Law: law, Environment: req.Environment,
		Registry: env.openRemote,
	}
	if flags.publicKey != "" {
		if opts.PublicKey, err = law.Read(flags.publicKey); err != nil {
			return usage("", "--public-key: %w", err)
		}
	}
	if req.Facts, opts.FactSchemas, err = env.facts(flags.facts); err != nil {
		return err
	}
	if flags.vulns != "" {
		if req.Vulns, err = env.vulnerabilities(flags.vulns); err != nil {
			return err
		}
		req.VulnsGiven = true
	}
	if req.Policy, err = decide.LoadPolicy(ctx, opts); err != nil {
		return usage("", "%w", err)
	}
	return nil
}

// readConfig reads the named configuration, or the default one where there is none.
func readConfig(law decide.Law, name string, now time.Time) (*engine.Config, error) {
	explicit := name != ""
	if !explicit {
		name = configFile
	}
	content, err := law.Read(name)
	if errors.Is(err, fs.ErrNotExist) && !explicit {
		return config.Default(), nil
	}
	if err != nil {
		return nil, usage("", "--config: %w", err)
	}
	c, err := config.ParseAt(filepath.ToSlash(name), content, now)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	return c, nil
}
