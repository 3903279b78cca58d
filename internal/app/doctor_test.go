package app

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
)

// otherKey is the key of another App.
var otherKey = sync.OnceValue(func() []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
})

// healthy is an App, a server and a GitHub that are set up right.
func healthy(t *testing.T) (*bed, Options) {
	b := newBed(t, nil)
	b.AddRepo("model", map[string]string{"a": "ok"})
	opts := b.app.Options
	opts.Metrics, opts.PublicURL = nil, newServer(t, b.app.Handler(nil))
	b.HookURL = opts.PublicURL + webhookPath
	if code := b.Deliver("ping", map[string]any{}, false); code != http.StatusAccepted {
		t.Fatalf("the first delivery is answered %d", code)
	}
	return b, opts
}

func answering(t *testing.T, code int, header ...string) string {
	return newServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if len(header) == 2 {
			w.Header().Set(header[0], header[1])
		}
		w.WriteHeader(code)
	}))
}

// closed is an address where nobody listens.
func closed(*testing.T) string {
	s := httptest.NewServer(nil)
	defer s.Close()
	return s.URL
}

func set(change func(*githubtest.Settings)) func(*testing.T, *bed, *Options) {
	return func(_ *testing.T, b *bed, _ *Options) { b.Set(change) }
}

func lacking(permission string) func(*testing.T, *bed, *Options) {
	return set(func(s *githubtest.Settings) { delete(s.Permissions, permission) })
}

func unsubscribed(event string) func(*testing.T, *bed, *Options) {
	return set(func(s *githubtest.Settings) {
		s.Events = slices.DeleteFunc(s.Events, func(e string) bool { return e == event })
	})
}

func requiring(rules ...map[string]any) func(*testing.T, *bed, *Options) {
	return set(func(s *githubtest.Settings) { s.Rules = rules })
}

func hook(name, value string) func(*testing.T, *bed, *Options) {
	return set(func(s *githubtest.Settings) { s.Hook[name] = value })
}

// doctored is a fault and what doctor must say of it: what is wrong and how to mend it.
type doctored struct {
	name  string
	fault func(*testing.T, *bed, *Options)
	check string
	state string
	text  string
	hint  string
}

var faults = []doctored{
	{"no key", func(_ *testing.T, _ *bed, o *Options) { o.PrivateKey = []byte("-----BEGIN") }, "configuration", CheckFail, "not a PEM file", "Generate a private key"},
	{"a public key", func(_ *testing.T, _ *bed, o *Options) {
		o.PrivateKey = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY"})
	}, "configuration", CheckFail, "not an RSA key", "Generate a private key"},
	{"the key of another App", func(_ *testing.T, _ *bed, o *Options) { o.PrivateKey = otherKey() }, "key", CheckFail, "fingerprint is SHA256:", "compare the fingerprint"},
	{"a number that nobody has", func(_ *testing.T, _ *bed, o *Options) { o.AppID = 1 }, "key", CheckFail, "knows no App with the number 1", "--app-id"},
	{"GitHub out of reach", func(t *testing.T, _ *bed, o *Options) { o.GitHubURL = closed(t) }, "key", CheckFail, "does not answer", "--github-url"},
	{"no secret", func(_ *testing.T, _ *bed, o *Options) { o.WebhookSecrets = nil }, "configuration", CheckFail, "a webhook secret is needed", "openssl rand"},
	{"an empty secret", func(_ *testing.T, _ *bed, o *Options) { o.WebhookSecrets = [][]byte{{}} }, "configuration", CheckFail, "at least 16 bytes", "openssl rand"},
	{"a short secret", func(_ *testing.T, _ *bed, o *Options) { o.WebhookSecrets = [][]byte{[]byte("hunter2")} }, "configuration", CheckFail, "at least 16 bytes", "openssl rand"},
	{"a secret of one letter", func(_ *testing.T, _ *bed, o *Options) {
		o.WebhookSecrets = append(o.WebhookSecrets, []byte(strings.Repeat("a", 32)))
	}, "webhook secret", CheckWarn, "number 2 is not random", "openssl rand"},
	{"a secret with a word", func(_ *testing.T, _ *bed, o *Options) {
		o.WebhookSecrets = [][]byte{[]byte("My-Password-0123456789")}
	}, "webhook secret", CheckWarn, "number 1 is not random", "openssl rand"},
	{"no secret at GitHub", hook("secret", ""), "webhook secret", CheckFail, "GitHub has none", "--webhook-secret-file"},
	{"another secret at GitHub", func(_ *testing.T, b *bed, _ *Options) {
		b.HookSecret = []byte("another secret than ours")
		b.Deliver("ping", map[string]any{}, false)
	}, "deliveries", CheckFail, "1 × answered 401", "the secret at GitHub is not one of"},
	{"no checks", lacking("checks"), "permissions", CheckFail, "missing: checks: write", "grant these"},
	{"checks read only", set(func(s *githubtest.Settings) { s.Permissions["checks"] = "read" }), "permissions", CheckFail, "missing: checks: write", "grant these"},
	{"no contents", lacking("contents"), "permissions", CheckFail, "missing: contents: read", "grant these"},
	{"no metadata", lacking("metadata"), "permissions", CheckFail, "missing: metadata: read", "grant these"},
	{"no pull requests", lacking("pull_requests"), "permissions", CheckFail, "missing: pull_requests: read", "grant these"},
	{"no members for the waiver team", func(_ *testing.T, _ *bed, o *Options) { o.WaiverTeam = "ml" }, "permissions", CheckFail, "members: read (of the organisation", "grant these"},
	{"no deployments for the rule", set(func(s *githubtest.Settings) { s.Events = append(s.Events, "deployment_protection_rule") }), "permissions", CheckFail,
		"missing: actions: read (for deployment_protection_rule), deployments: write (for deployment_protection_rule)", "grant these"},
	{"no merge queues", set(func(s *githubtest.Settings) { s.Events = append(s.Events, "merge_group") }), "permissions", CheckFail, "missing: merge_queues: read", "grant these"},
	{"not accepted", set(func(s *githubtest.Settings) { delete(s.Accepted, "checks") }), "installation", CheckFail, "acme has not accepted: checks: write", "settings/installations/99"},
	{"suspended", set(func(s *githubtest.Settings) { s.Suspended = true }), "installation", CheckFail, "is suspended", "settings/installations/99"},
	{"no check_run", unsubscribed("check_run"), "events", CheckFail, "missing: check_run", "Subscribe to events"},
	{"no check_suite", unsubscribed("check_suite"), "events", CheckFail, "missing: check_suite", "Subscribe to events"},
	{"no pull_request", unsubscribed("pull_request"), "events", CheckFail, "missing: pull_request", "Subscribe to events"},
	{"no pull_request_review", unsubscribed("pull_request_review"), "events", CheckFail, "missing: pull_request_review", "Subscribe to events"},
	{"no push", unsubscribed("push"), "events", CheckFail, "missing: push", "Subscribe to events"},
	{"no merge_group", set(func(s *githubtest.Settings) { s.Permissions["merge_queues"] = "read" }), "events", CheckFail, "missing: merge_group", "Subscribe to events"},
	{"no deployment_protection_rule", set(func(s *githubtest.Settings) { s.Permissions["deployments"] = "write" }), "events", CheckFail, "missing: deployment_protection_rule", "Subscribe to events"},
	{"a queue without its event", requiring(githubtest.Requires("mlpolicy", githubtest.AppID), map[string]any{"type": "merge_queue"}), "merge queue", CheckFail, "does not get merge_group", "Merge group"},
	{"clock ahead", func(_ *testing.T, b *bed, _ *Options) {
		b.Set(func(s *githubtest.Settings) { s.Clock = -2 * time.Minute })
	}, "clock", CheckFail, "ahead of GitHub's", "NTP"},
	{"clock behind", set(func(s *githubtest.Settings) { s.Clock = 61 * time.Second }), "clock", CheckFail, "behind GitHub's", "NTP"},
	{"the clock is the reason", set(func(s *githubtest.Settings) { s.Clock = 10 * time.Minute }), "key", CheckFail, "for the clock is off", "set the clock first"},
	{"not required", requiring(), "required check", CheckWarn, `does not require "mlpolicy"`, "add a ruleset"},
	{"required of any source", requiring(githubtest.Requires("mlpolicy", 0)), "required check", CheckWarn, "of any source", "anybody who may push"},
	{"required of another App", requiring(githubtest.Requires("mlpolicy", 15368)), "required check", CheckFail, "of App 15368, not of this one (4711)", "choose this App"},
	{"a stage required", requiring(githubtest.Requires("mlpolicy / data", githubtest.AppID)), "required check", CheckWarn, `requires "mlpolicy / data" and not "mlpolicy"`, "the roll-up alone"},
	{"required by classic protection of any source", set(func(s *githubtest.Settings) {
		s.Rules, s.Classic = nil, []map[string]any{{"context": "mlpolicy", "app_id": nil}}
	}), "required check", CheckWarn, "of any source", "anybody who may push"},
	{"rules that cannot be read", func(_ *testing.T, b *bed, _ *Options) {
		b.Fault = func(r *http.Request) *githubtest.Fault {
			if strings.Contains(r.URL.Path, "/rules/") {
				return &githubtest.Fault{Status: http.StatusForbidden, Body: `{"message":"Upgrade to GitHub Pro"}`}
			}
			return nil
		}
	}, "required check", CheckWarn, "Upgrade to GitHub Pro", "in the settings of the repository"},
	{"no webhook address", hook("url", ""), "webhook", CheckFail, "no address", "tick Active"},
	{"another webhook address", hook("url", "https://elsewhere.example/hook"), "webhook", CheckFail, "delivers to https://elsewhere.example/hook, not to", "set the URL"},
	{"forms", hook("content_type", "form"), "webhook format", CheckFail, "delivers forms", "application/json"},
	{"no TLS verification", hook("insecure_ssl", "1"), "webhook TLS", CheckWarn, "does not verify", "enable SSL verification"},
	{"server down", func(t *testing.T, _ *bed, o *Options) { o.PublicURL = closed(t) }, "server", CheckFail, "connection refused", "start `mlpolicy serve`"},
	{"no such host", func(_ *testing.T, _ *bed, o *Options) { o.PublicURL = "https://mlpolicy.invalid" }, "server", CheckFail, "does not answer at https://mlpolicy.invalid: ", "DNS"},
	{"another server", func(t *testing.T, _ *bed, o *Options) { o.PublicURL = answering(t, 404) }, "server", CheckFail, "answers 404", "hand that path on unchanged"},
	{"a page for every path", func(t *testing.T, _ *bed, o *Options) { o.PublicURL = answering(t, 200) }, "server", CheckFail, "answers 200", "leads elsewhere"},
	{"a sign-in in front", func(t *testing.T, _ *bed, o *Options) { o.PublicURL = answering(t, 401) }, "server", CheckFail, "answers 401", "without sign-in"},
	{"a redirect in front", func(t *testing.T, _ *bed, o *Options) {
		o.PublicURL = answering(t, 301, "Location", "https://www.example.com/")
	}, "server", CheckFail, "answers 301", "GitHub follows no redirect"},
	{"nothing behind the proxy", func(t *testing.T, _ *bed, o *Options) { o.PublicURL = answering(t, 502) }, "server", CheckFail, "answers 502", "compare --listen"},
	{"not ready", func(t *testing.T, b *bed, o *Options) {
		o.PublicURL = newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/readyz" {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			b.app.ServeWebhook(w, r)
		}))
	}, "server", CheckFail, "is not ready", "--database"},
	{"no address given", func(_ *testing.T, _ *bed, o *Options) { o.PublicURL = "" }, "server", CheckWarn, "not known", "--public-url"},
	{"an address without scheme", func(_ *testing.T, _ *bed, o *Options) { o.PublicURL = "mlpolicy.example" }, "server", CheckFail, "is not an address", "https://"},
	{"lost deliveries", func(_ *testing.T, b *bed, _ *Options) { b.Deliver("push", map[string]any{}, true) }, "deliveries", CheckWarn, "1 of the last 2 did not arrive: 1 × answered 502", "does not reach the server"},
	{"deliveries that time out", func(t *testing.T, b *bed, _ *Options) {
		b.HookURL = closed(t)
		b.Deliver("push", map[string]any{}, false)
	}, "deliveries", CheckWarn, "1 × no answer", "firewall"},
	{"deliveries to another path", func(t *testing.T, b *bed, _ *Options) {
		b.HookURL = answering(t, 404)
		b.Deliver("push", map[string]any{}, false)
	}, "deliveries", CheckWarn, "1 × answered 404", "hand that path on unchanged"},
}

func TestDoctorNamesEachFaultAndItsMend(t *testing.T) {
	t.Parallel()
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			b, opts := healthy(t)
			f.fault(t, b, &opts)
			checks := Doctor(t.Context(), opts, "acme/model")
			i := slices.IndexFunc(checks, func(c Check) bool { return c.Name == f.check })
			if i < 0 {
				t.Fatalf("no check %q in %+v", f.check, checks)
			}
			if c := checks[i]; c.State != f.state || !strings.Contains(c.Text, f.text) || !strings.Contains(c.Hint, f.hint) {
				t.Errorf("%+v, want %s, a text with %q and a hint with %q", c, f.state, f.text, f.hint)
			}
			for _, c := range checks {
				if c.State != CheckOK && (c.Text == "" || c.Hint == "") {
					t.Errorf("%+v does not say what is wrong and how to mend it", c)
				}
			}
		})
	}
}

// What is right is not complained of, however it is set up.
func TestDoctorFindsNothingWhereNothingIsWrong(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testing.T, *bed, *Options){
		"as documented":  func(*testing.T, *bed, *Options) {},
		"clock nearly":   set(func(s *githubtest.Settings) { s.Clock = 15 * time.Second }),
		"pinned and not": requiring(githubtest.Requires("mlpolicy", 0), githubtest.Requires("ci", 3), githubtest.Requires("mlpolicy", githubtest.AppID)),
		"classic protection": set(func(s *githubtest.Settings) {
			s.Rules, s.Classic = nil, []map[string]any{{"context": "mlpolicy", "app_id": githubtest.AppID}}
		}),
		"everything": func(_ *testing.T, b *bed, o *Options) {
			o.WaiverTeam = "ml"
			b.Set(func(s *githubtest.Settings) {
				for p, level := range map[string]string{"members": "read", "merge_queues": "read", "actions": "read", "deployments": "write"} {
					s.Permissions[p], s.Accepted[p] = level, level
				}
				s.Events = append(s.Events, "merge_group", "deployment_protection_rule")
				s.Rules = append(s.Rules, map[string]any{"type": "merge_queue"})
			})
		},
		"health is not public": func(t *testing.T, b *bed, o *Options) {
			o.PublicURL = newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != webhookPath {
					w.WriteHeader(http.StatusForbidden)
					return
				}
				b.app.ServeWebhook(w, r)
			}))
			b.HookURL = o.PublicURL + webhookPath
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, opts := healthy(t)
			change(t, b, &opts)
			for _, c := range Doctor(t.Context(), opts, "acme/model") {
				if c.State != CheckOK {
					t.Errorf("%+v", c)
				}
			}
		})
	}
}

// A fault that is mended is not held against the App, only told.
func TestDoctorForgivesWhatIsMended(t *testing.T) {
	t.Parallel()
	b, opts := healthy(t)
	secret := b.HookSecret
	b.HookSecret = []byte("another secret than ours")
	b.Deliver("ping", map[string]any{}, false)
	b.HookSecret = secret
	b.Deliver("ping", map[string]any{}, false)
	checks := Doctor(t.Context(), opts, "")
	i := slices.IndexFunc(checks, func(c Check) bool { return c.Name == "deliveries" })
	if c := checks[i]; c.State != CheckWarn || !strings.Contains(c.Text, "1 × answered 401; the newest did") {
		t.Errorf("%+v", c)
	}
}

// A delivery that was lost and arrived when it was asked for again did arrive.
func TestDoctorCountsTheLastAttempt(t *testing.T) {
	t.Parallel()
	b, opts := healthy(t)
	b.Deliver("push", map[string]any{}, true)
	if err := b.app.redeliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() string {
		checks := Doctor(t.Context(), opts, "")
		for _, c := range checks {
			if c.Name == "deliveries" && c.State == CheckOK && c.Text == "the last 2 arrived" {
				return ""
			}
		}
		return fmt.Sprintf("%+v", checks)
	})
}

func TestDoctorOfARepositoryThatIsNone(t *testing.T) {
	t.Parallel()
	_, opts := healthy(t)
	for repository, want := range map[string]string{"model": "is not owner/name", "a/b/c": "is not owner/name", "/": "is not owner/name", "acme/other": "not installed on acme/other"} {
		checks := Doctor(t.Context(), opts, repository)
		c := checks[len(checks)-1]
		if c.Name != "installation" || c.State != CheckFail || !strings.Contains(c.Text, want) || c.Hint == "" {
			t.Errorf("%s: %+v, want %q", repository, c, want)
		}
	}
}
