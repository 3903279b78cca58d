package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/mlpolicy/mlpolicy/internal/store"
)

// Check is one thing that doctor looked at.
type Check struct {
	Name  string `json:"name"`
	State string `json:"state"` // ok | warn | fail
	Text  string `json:"text"`
	Hint  string `json:"hint"`
}

// The states of a Check.
const (
	CheckOK   = "ok"
	CheckWarn = "warn"
	CheckFail = "fail"
)

// maxSkew is how far the clock may be off: GitHub refuses a JWT from the future, and ours
// are dated half a minute back.
const maxSkew = 20 * time.Second

// neededEvents are those without which something is missed until the reconciler finds it.
var neededEvents = []string{"check_run", "check_suite", "merge_group", "pull_request", "push"}

// Doctor looks at everything that must be right for the App to work. repository is
// owner/name of one whose required check is looked at, "" for none.
func Doctor(ctx context.Context, opts Options, repository string) []Check {
	a, err := New(opts)
	if err != nil {
		return []Check{{Name: "configuration", State: CheckFail, Text: err.Error()}}
	}
	checks := []Check{{Name: "configuration", State: CheckOK, Text: fmt.Sprintf("key readable, %d webhook secrets", len(opts.WebhookSecrets))}}
	client, err := a.clients.asApp()
	if err != nil {
		return append(checks, Check{Name: "key", State: CheckFail, Text: redact(err.Error())})
	}
	checks = append(checks, a.checkApp(ctx, client)...)
	checks = append(checks, a.checkHook(ctx, client)...)
	checks = append(checks, a.checkReachable(ctx))
	if repository != "" {
		checks = append(checks, a.checkRequired(ctx, client, repository)...)
	}
	return checks
}

// checkApp checks key, clock, permissions and events.
func (a *App) checkApp(ctx context.Context, client *github.Client) []Check {
	app, resp, err := client.Apps.Get(ctx, "")
	if err != nil {
		return []Check{{Name: "key", State: CheckFail, Text: "GitHub does not accept the key: " + redact(err.Error()),
			Hint: "compare --app-id with the App's page, and the fingerprint of the key; a clock that is wrong has the same effect"}}
	}
	checks := []Check{{Name: "key", State: CheckOK, Text: fmt.Sprintf("GitHub knows the App as %q", app.GetName())}}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		skew := a.Now().Sub(date).Abs().Truncate(time.Second)
		c := Check{Name: "clock", State: CheckOK, Text: fmt.Sprintf("%s off GitHub's", skew)}
		if skew > maxSkew {
			c.State, c.Hint = CheckFail, "set the clock: tokens are signed with the time"
		}
		checks = append(checks, c)
	}
	var missing []string
	have := permissionsOf(app)
	for _, p := range [][2]string{{"checks", "write"}, {"contents", "read"}, {"metadata", "read"}, {"pull_requests", "read"}} {
		if have[p[0]] != p[1] && have[p[0]] != "write" {
			missing = append(missing, p[0]+": "+p[1])
		}
	}
	checks = append(checks, verdictOn("permissions", missing, "all that are needed", "give the App these in its settings, and let the owner accept them"))
	missing = nil
	for _, e := range neededEvents {
		if !slices.Contains(app.Events, e) {
			missing = append(missing, e)
		}
	}
	return append(checks, verdictOn("events", missing, "all that are needed", "subscribe the App to these events"))
}

func verdictOn(name string, missing []string, fine, hint string) Check {
	if len(missing) == 0 {
		return Check{Name: name, State: CheckOK, Text: fine}
	}
	return Check{Name: name, State: CheckFail, Text: "missing: " + strings.Join(missing, ", "), Hint: hint}
}

// permissionsOf are the permissions as GitHub names them.
func permissionsOf(app *github.App) map[string]string {
	have := map[string]string{}
	body, err := json.Marshal(app.GetPermissions())
	if err != nil || json.Unmarshal(body, &have) != nil {
		return map[string]string{}
	}
	return have
}

func (a *App) checkHook(ctx context.Context, client *github.Client) []Check {
	hook, _, err := client.Apps.GetHookConfig(ctx)
	if err != nil {
		return []Check{{Name: "webhook", State: CheckWarn, Text: "its configuration cannot be read: " + redact(err.Error())}}
	}
	var checks []Check
	want := strings.TrimSuffix(a.PublicURL, "/") + "/github/webhook"
	switch {
	case a.PublicURL == "":
		checks = append(checks, Check{Name: "webhook", State: CheckWarn, Text: "delivers to " + hook.GetURL(), Hint: "give --public-url to compare it"})
	case hook.GetURL() != want:
		checks = append(checks, Check{Name: "webhook", State: CheckFail, Text: fmt.Sprintf("delivers to %s, not to %s", hook.GetURL(), want), Hint: "set the URL in the App's settings"})
	default:
		checks = append(checks, Check{Name: "webhook", State: CheckOK, Text: "delivers to " + want})
	}
	if hook.GetContentType() != "json" {
		checks = append(checks, Check{Name: "webhook format", State: CheckFail, Text: "delivers forms", Hint: "choose application/json in the App's settings"})
	}
	if hook.GetSecret() == "" {
		checks = append(checks, Check{Name: "webhook secret", State: CheckFail, Text: "GitHub has none", Hint: "set the secret in the App's settings"})
	}
	deliveries, _, err := client.Apps.ListHookDeliveries(ctx, &github.ListCursorOptions{PerPage: 100})
	if err != nil {
		return append(checks, Check{Name: "deliveries", State: CheckWarn, Text: "cannot be listed: " + redact(err.Error())})
	}
	failed, unsigned := 0, 0
	for _, d := range deliveries {
		if d.GetStatusCode() < 200 || d.GetStatusCode() > 299 {
			failed++
		}
		if d.GetStatusCode() == http.StatusUnauthorized {
			unsigned++
		}
	}
	c := Check{Name: "deliveries", State: CheckOK, Text: fmt.Sprintf("the last %d arrived", len(deliveries))}
	if failed > 0 {
		c = Check{Name: "deliveries", State: CheckWarn, Text: fmt.Sprintf("%d of the last %d did not arrive", failed, len(deliveries)), Hint: "a running server asks for them again every --reconcile-every"}
	}
	if unsigned > 0 {
		c.State, c.Hint = CheckFail, "the secret at GitHub is not one of --webhook-secret-file"
	}
	return append(checks, c)
}

// checkReachable asks for our own address as the world sees it.
func (a *App) checkReachable(ctx context.Context) Check {
	if a.PublicURL == "" {
		return Check{Name: "server", State: CheckWarn, Text: "its address is not known", Hint: "give --public-url"}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	resp, err := get(ctx, a.clients.base, strings.TrimSuffix(a.PublicURL, "/")+"/readyz")
	if err != nil {
		return Check{Name: "server", State: CheckFail, Text: "does not answer at " + a.PublicURL, Hint: "start `mlpolicy serve`, and look at DNS, proxy and certificate"}
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return Check{Name: "server", State: CheckFail, Text: fmt.Sprintf("%s/readyz answers %d", strings.TrimSuffix(a.PublicURL, "/"), resp.StatusCode)}
	}
	return Check{Name: "server", State: CheckOK, Text: "answers at " + a.PublicURL}
}

// checkRequired checks that the roll-up is required, and of this App alone: anybody who
// may push can set a status of the same name.
func (a *App) checkRequired(ctx context.Context, client *github.Client, repository string) []Check {
	owner, name, ok := strings.Cut(repository, "/")
	if !ok {
		return []Check{{Name: "required check", State: CheckFail, Text: repository + " is not owner/name"}}
	}
	i, _, err := client.Apps.FindRepositoryInstallation(ctx, owner, name)
	if err != nil {
		return []Check{{Name: "installation", State: CheckFail, Text: "the App is not installed on " + repository, Hint: "install it from its page"}}
	}
	c := a.clients.repo(store.Repository{Installation: i.GetID(), Owner: owner, Name: name}, scopeSee)
	repo, _, err := c.Repositories.Get(ctx, owner, name)
	if err != nil {
		return []Check{{Name: "installation", State: CheckFail, Text: "cannot read " + repository + ": " + redact(err.Error())}}
	}
	checks := []Check{{Name: "installation", State: CheckOK, Text: "installed on " + repository}}
	req, err := c.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/rules/branches/%s", owner, name, repo.GetDefaultBranch()), nil)
	if err != nil {
		return checks
	}
	var rules []branchRule
	if _, err := c.Do(ctx, req, &rules); err != nil {
		return append(checks, Check{Name: "required check", State: CheckWarn, Text: "the rules of " + repo.GetDefaultBranch() + " cannot be read: " + redact(err.Error())})
	}
	return append(checks, a.requiredBy(rules, repo.GetDefaultBranch()))
}

// branchRule is the part of a rule of a branch that names required checks.
type branchRule struct {
	Parameters struct {
		Checks []struct {
			Context     string `json:"context"`
			Integration int64  `json:"integration_id"`
		} `json:"required_status_checks"`
	} `json:"parameters"`
}

func (a *App) requiredBy(rules []branchRule, branch string) Check {
	for _, rule := range rules {
		for _, c := range rule.Parameters.Checks {
			switch {
			case c.Context != RollUpName:
			case c.Integration == a.AppID:
				return Check{Name: "required check", State: CheckOK, Text: fmt.Sprintf("%s requires %q of this App", branch, RollUpName)}
			default:
				return Check{Name: "required check", State: CheckWarn, Text: fmt.Sprintf("%s requires %q of any source", branch, RollUpName),
					Hint: "choose this App as the expected source: anybody who may push can set a status of that name"}
			}
		}
	}
	return Check{Name: "required check", State: CheckWarn, Text: fmt.Sprintf("%s does not require %q", branch, RollUpName),
		Hint: "add a ruleset for the branch with this check, expected from this App"}
}
