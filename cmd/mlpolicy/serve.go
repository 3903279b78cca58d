package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/app"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/internal/web"
)

// variablePrefix begins the environment variables that stand in for flags: --app-id is
// MLPOLICY_APP_ID.
const variablePrefix = "MLPOLICY_"

// serverFlags are the flags of serve and doctor.
type serverFlags struct {
	listen, publicURL, database, githubURL string
	appID                                  int64
	privateKey                             string
	webhookSecrets                         []string
	workers                                int
	reconcileEvery                         time.Duration
	oauthID, oauthSecret, gateToken        string
	waiverTeam                             string
	keepDays                               int
}

func (s *serverFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.publicURL, "public-url", "", "address that people and GitHub reach the server at")
	f.StringVar(&s.githubURL, "github-url", app.DefaultGitHubURL, "GitHub's API; of a GitHub Enterprise Server https://HOST/api/v3")
	f.Int64Var(&s.appID, "app-id", 0, "number of the GitHub App")
	f.StringVar(&s.privateKey, "private-key", "", "PEM file with the App's private key")
	f.StringArrayVar(&s.webhookSecrets, "webhook-secret-file", nil, "file with the webhook secret (repeatable: the new one and the old one)")
	f.StringVar(&s.waiverTeam, "waiver-team", "", "team (its slug) of the organisation whose members may press Request waiver; without one, who may write")
}

func (s *serverFlags) addServe(c *cobra.Command) {
	s.add(c)
	f := c.Flags()
	f.StringVar(&s.listen, "listen", "127.0.0.1:8080", "address to listen on")
	f.StringVar(&s.database, "database", "sqlite:mlpolicy.db", "sqlite:FILE, or postgres://… for several replicas")
	f.IntVar(&s.workers, "workers", 8, "jobs at once")
	f.DurationVar(&s.reconcileEvery, "reconcile-every", 10*time.Minute, "how often lost deliveries are looked for")
	f.IntVar(&s.keepDays, "keep-days", 0, "days that decisions, ML-BOMs and inputs are kept; replays reach no further back (default: for ever)")
	f.StringVar(&s.oauthID, "oauth-client-id", "", "client id of the App, to sign in readers of the pages; needed unless --listen is a loopback address")
	f.StringVar(&s.oauthSecret, "oauth-client-secret-file", "", "file with the client secret of the App")
	f.StringVar(&s.gateToken, "gate-token-file", "", "file with the bearer token of POST /v1/decisions, which is off without")
}

// fromVariables fills the flags that were not given from the environment.
func fromVariables(c *cobra.Command) error {
	var failed error
	c.Flags().VisitAll(func(f *pflag.Flag) {
		name := variablePrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value := os.Getenv(name)
		if f.Changed || value == "" || failed != nil {
			return
		}
		values := []string{value}
		if f.Value.Type() == "stringArray" {
			values = strings.Split(value, string(os.PathListSeparator))
		}
		for _, v := range values {
			if err := f.Value.Set(v); err != nil {
				failed = usage("", "%s: %w", name, err)
			}
		}
		f.Changed = true
	})
	return failed
}

// options reads what the flags name.
func (s *serverFlags) options(env *environment) (app.Options, error) {
	o := app.Options{AppID: s.appID, GitHubURL: s.githubURL, PublicURL: s.publicURL, Version: toolVersion(), Workers: s.workers,
		WaiverTeam: s.waiverTeam, Keep: time.Duration(s.keepDays) * 24 * time.Hour, ReconcileEvery: s.reconcileEvery, Now: env.now, Log: slog.New(slog.NewJSONHandler(env.stderr, nil))}
	if s.keepDays < 0 {
		return o, usage("", "--keep-days is 0, for ever, or more")
	}
	if s.appID == 0 || s.privateKey == "" || len(s.webhookSecrets) == 0 {
		return o, usage("docs/github-app.md says how to make a GitHub App", "--app-id, --private-key and --webhook-secret-file are needed")
	}
	var err error
	if o.PrivateKey, err = os.ReadFile(env.path(s.privateKey)); err != nil {
		return o, usage("", "--private-key: %w", err)
	}
	for _, name := range s.webhookSecrets {
		secret, err := env.secret("--webhook-secret-file", name)
		if err != nil {
			return o, err
		}
		o.WebhookSecrets = append(o.WebhookSecrets, secret)
	}
	if s.gateToken != "" {
		if o.GateToken, err = env.secret("--gate-token-file", s.gateToken); err != nil {
			return o, err
		}
	}
	return o, nil
}

// secret reads a secret from a file, without the line end that editors add.
func (env *environment) secret(flag, name string) ([]byte, error) {
	content, err := os.ReadFile(env.path(name))
	if err != nil {
		return nil, usage("", "%s: %w", flag, err)
	}
	if content = bytes.TrimSpace(content); len(content) < 16 {
		return nil, usage("make one with: openssl rand -hex 32", "%s: %s has fewer than 16 bytes", flag, strconv.Quote(name))
	}
	return content, nil
}

func newServe(env *environment) *cobra.Command {
	var flags serverFlags
	c := &cobra.Command{
		Use: "serve", Short: "Run the GitHub App, the gate API and the decision pages",
		Long: `Take GitHub's webhooks, report a check run per lifecycle stage and one roll-up on each
pull request, and show decisions, ML-BOMs and lineage as pages. Every flag can be given
as a variable: --app-id as MLPOLICY_APP_ID.

  POST /github/webhook   GitHub's deliveries
  POST /v1/decisions     decide a commit; a bearer token is needed (--gate-token-file)
  GET  /decisions/ID     a decision, as a page or as JSON
  GET  /healthz /readyz /metrics`,
		Example: `  mlpolicy serve --app-id 12345 --private-key app.pem --webhook-secret-file secret`,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := fromVariables(c); err != nil {
				return err
			}
			return runServe(c.Context(), env, &flags)
		},
	}
	flags.addServe(c)
	return c
}

func runServe(ctx context.Context, env *environment, flags *serverFlags) error {
	opts, err := flags.options(env)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", flags.listen)
	if err != nil {
		return usage("", "--listen: %w", err)
	}
	defer listener.Close()
	auth, err := flags.auth(env, listener.Addr())
	if err != nil {
		return err
	}
	dsn := flags.database
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok && file != "" {
		dsn = "sqlite:" + env.path(file)
	}
	if opts.Store, err = store.Open(ctx, dsn); err != nil {
		return usage("", "--database: %w", err)
	}
	defer opts.Store.Close()
	isolated, err := confined()
	if err != nil {
		return err
	}
	follower := &bundles.Follower{Remote: env.remote(), Revisions: env.revisions(), Kept: func(reference string, why error) {
		opts.Log.Warn("the policies of before stay in force", "reference", reference, "error", why)
	}}
	decider := &app.Decider{Version: toolVersion(), Isolate: isolated.Isolate, Registry: follower.Open}
	opts.Evaluate = decider.Evaluate
	opts.Explain = func(ctx context.Context, r *store.Record, control string) (string, error) {
		return decider.Explain(ctx, opts.Store, r, control)
	}
	a, err := app.New(opts)
	if err != nil {
		return usage("", "%w", err)
	}
	policy, err := decide.LoadPolicy(ctx, decide.PolicyOptions{Config: config.Default()})
	if err != nil {
		return err
	}
	site, err := webURL(flags.githubURL)
	if err != nil {
		return usage("", "--github-url: %w", err)
	}
	pages, err := web.New(web.Options{Store: opts.Store, SiteURL: site, Explain: opts.Explain, Controls: policy.Controls(), Permission: a.Permission, Auth: auth, Now: env.now, Log: opts.Log})
	if err != nil {
		return err
	}
	opts.Log.Info("listening", "address", listener.Addr().String(), "version", toolVersion())
	return a.Serve(ctx, listener, pages)
}

// auth is how readers sign in. Only a server that nobody else can reach does without.
func (s *serverFlags) auth(env *environment, addr net.Addr) (*web.Auth, error) {
	if s.oauthID == "" {
		if tcp, ok := addr.(*net.TCPAddr); ok && tcp.IP.IsLoopback() {
			return nil, nil
		}
		return nil, usage("give --oauth-client-id and --oauth-client-secret-file from the App's settings, or listen on 127.0.0.1",
			"the pages of a server that others can reach need a sign-in")
	}
	if s.oauthSecret == "" || s.publicURL == "" {
		return nil, usage("", "--oauth-client-id needs --oauth-client-secret-file and --public-url")
	}
	secret, err := env.secret("--oauth-client-secret-file", s.oauthSecret)
	if err != nil {
		return nil, err
	}
	site, err := webURL(s.githubURL)
	if err != nil {
		return nil, usage("", "--github-url: %w", err)
	}
	return &web.Auth{ClientID: s.oauthID, ClientSecret: string(secret), WebURL: site, APIURL: s.githubURL, PublicURL: s.publicURL}, nil
}

// webURL is where people sign in: github.com, or the host of a GitHub Enterprise Server.
func webURL(api string) (string, error) {
	u, err := url.Parse(api)
	if err != nil {
		return "", err
	}
	if u.Host == "" {
		return "", fmt.Errorf("%q is not an address", api)
	}
	return u.Scheme + "://" + strings.TrimPrefix(u.Host, "api."), nil
}
