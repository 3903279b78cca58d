package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"
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

const (
	// maxSkew is how far the clock may be off: GitHub refuses a JWT from the future, and ours
	// are dated half a minute back.
	maxSkew = 20 * time.Second
	// minSecretVariety is how many different bytes a random secret has at least: sixteen
	// random hexadecimal digits have fewer once in a thousand times.
	minSecretVariety = 7
)

// commonSecrets are in secrets that somebody thought of; a random one has none of them.
var commonSecrets = []string{"secret", "password", "passw0rd", "changeme", "change-me", "mlpolicy", "webhook", "github", "qwerty"}

// Doctor looks at everything that must be right for the App to work. repository is
// owner/name of one whose installation and required check are looked at, "" for none.
func Doctor(ctx context.Context, opts Options, repository string) []Check {
	a, err := New(opts)
	if err != nil {
		return []Check{{Name: "configuration", State: CheckFail, Text: err.Error(), Hint: configurationHint(opts)}}
	}
	checks := []Check{{Name: "configuration", State: CheckOK, Text: fmt.Sprintf("key readable, webhook secrets: %d", len(opts.WebhookSecrets))}}
	checks = append(checks, weakSecrets(opts.WebhookSecrets)...)
	client, err := a.clients.asApp()
	if err != nil {
		return append(checks, Check{Name: "key", State: CheckFail, Text: redact(err.Error())})
	}
	known := a.checkApp(ctx, client)
	checks = append(checks, known...)
	checks = append(checks, a.checkReachable(ctx))
	if known[0].State == CheckFail { // every other answer would be the same refusal
		return checks
	}
	checks = append(checks, a.checkHook(ctx, client)...)
	if repository != "" {
		checks = append(checks, a.checkRepository(ctx, client, repository)...)
	}
	return checks
}

// configurationHint says how to mend options that New refuses.
func configurationHint(opts Options) string {
	short := func(secret []byte) bool { return len(secret) < minSecretBytes }
	switch _, err := parseKey(opts.PrivateKey); {
	case len(opts.WebhookSecrets) == 0, slices.ContainsFunc(opts.WebhookSecrets, short):
		return "make a webhook secret with `openssl rand -hex 32`, and set the same in the App's settings"
	case err != nil:
		return "--private-key is the .pem file that GitHub gives under App settings → Private keys → Generate a private key"
	}
	return "compare the flags with docs/github-app.md"
}

// weakSecrets warns of secrets that are long enough and can be guessed all the same.
func weakSecrets(secrets [][]byte) []Check {
	for i, secret := range secrets {
		seen := map[byte]bool{}
		for _, b := range secret {
			seen[b] = true
		}
		lower := bytes.ToLower(secret)
		common := slices.ContainsFunc(commonSecrets, func(word string) bool { return bytes.Contains(lower, []byte(word)) })
		if len(seen) < minSecretVariety || common {
			return []Check{{Name: "webhook secret", State: CheckWarn, Text: fmt.Sprintf("number %d is not random: who guesses it can send events in GitHub's name", i+1),
				Hint: "make one with `openssl rand -hex 32`, and set the same in the App's settings"}}
		}
	}
	return nil
}

// registered is the App as GitHub has it. go-github v60 knows no permission for merge
// queues, so permissions are read as they come.
type registered struct {
	Name        string            `json:"name"`
	Events      []string          `json:"events"`
	Permissions map[string]string `json:"permissions"`
}

// checkApp checks key, clock, permissions and events. The first is about the key.
func (a *App) checkApp(ctx context.Context, client *github.Client) []Check {
	req, err := client.NewRequest(http.MethodGet, "app", nil)
	if err != nil {
		return []Check{{Name: "key", State: CheckFail, Text: redact(err.Error())}}
	}
	var app registered
	resp, err := client.Do(ctx, req, &app)
	clock := a.checkClock(resp)
	if err != nil {
		return append([]Check{a.refusedKey(err, clock)}, clock...)
	}
	checks := append([]Check{{Name: "key", State: CheckOK, Text: fmt.Sprintf("GitHub knows the App as %q", app.Name)}}, clock...)
	checks = append(checks, verdictOn("permissions", a.missingPermissions(app.Permissions, app.Events), "all that are needed",
		"App settings → Permissions & events: grant these; then an owner of each account that installed the App accepts them"))
	return append(checks, verdictOn("events", missingEvents(app), "all that are needed", "App settings → Permissions & events → Subscribe to events: tick these"))
}

// refusedKey tells why GitHub does not know us: nobody there, another App's number, a
// clock that is off, or another App's key.
func (a *App) refusedKey(err error, clock []Check) Check {
	c := Check{Name: "key", State: CheckFail}
	off := len(clock) > 0 && clock[0].State == CheckFail
	switch code := status(err); {
	case code == http.StatusNotFound:
		c.Text, c.Hint = fmt.Sprintf("%s knows no App with the number %d", a.api.Host, a.AppID), "--app-id is the number on the App's page, and --github-url the API of the GitHub it is on"
	case code == http.StatusUnauthorized && off:
		c.Text, c.Hint = "GitHub refuses what the key signed, for the clock is off", "set the clock first; the key may be right"
	case code == http.StatusUnauthorized:
		c.Text = fmt.Sprintf("GitHub refuses the key: it is not one of App %d, or was deleted there; its fingerprint is %s", a.AppID, a.fingerprint())
		c.Hint = "compare the fingerprint with those under App settings → Private keys, and --app-id with the App's number"
	case code != 0:
		c.Text, c.Hint = "GitHub refuses: "+redact(err.Error()), "look at the App's page: it may be suspended"
	default:
		c.Text, c.Hint = fmt.Sprintf("%s does not answer: %s", a.api, redact(err.Error())), "look at --github-url, proxy (HTTPS_PROXY), DNS and firewall of this machine"
	}
	return c
}

// fingerprint is the key's as the App's page shows it: the digest of its public half.
func (a *App) fingerprint() string {
	der, err := x509.MarshalPKIXPublicKey(&a.clients.key.PublicKey)
	if err != nil {
		return "unknown"
	}
	sum := sha256.Sum256(der)
	return "SHA256:" + base64.StdEncoding.EncodeToString(sum[:])
}

// checkClock compares our clock with the date of an answer, a refusal too.
func (a *App) checkClock(resp *github.Response) []Check {
	if resp == nil {
		return nil
	}
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return nil
	}
	skew := a.Now().Sub(date).Truncate(time.Second)
	c := Check{Name: "clock", State: CheckOK, Text: fmt.Sprintf("%s off GitHub's", skew.Abs())}
	if skew.Abs() > maxSkew {
		c.State, c.Hint = CheckFail, "set the clock of this machine (NTP): what the key signs carries the time, and GitHub refuses it"
		c.Text = fmt.Sprintf("%s ahead of GitHub's", skew)
		if skew < 0 {
			c.Text = fmt.Sprintf("%s behind GitHub's", skew.Abs())
		}
	}
	return []Check{c}
}

// missingPermissions are those that are needed, for what the App is set up to do, and not
// granted.
func (a *App) missingPermissions(have map[string]string, events []string) []string {
	need := map[string]string{"checks": "write", "contents": "read", "metadata": "read", "pull_requests": "read"}
	if a.WaiverTeam != "" {
		need["members"] = "read"
	}
	if slices.Contains(events, "merge_group") {
		need["merge_queues"] = "read"
	}
	if slices.Contains(events, "deployment_protection_rule") {
		need["actions"], need["deployments"] = "read", "write"
	}
	why := map[string]string{"members": " (of the organisation, for --waiver-team)", "merge_queues": " (for the event merge_group)",
		"actions": " (for deployment_protection_rule)", "deployments": " (for deployment_protection_rule)"}
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(need)) {
		if level := have[name]; level != need[name] && level != "write" && level != "admin" {
			missing = append(missing, name+": "+need[name]+why[name])
		}
	}
	return missing
}

// missingEvents are those without which something is missed until the reconciler finds
// it, or for ever: of a review, a merge group and a deployment nobody else tells.
func missingEvents(app registered) []string {
	need := []string{"check_run", "check_suite", "pull_request", "pull_request_review", "push"}
	if app.Permissions["merge_queues"] != "" {
		need = append(need, "merge_group")
	}
	if app.Permissions["deployments"] == "write" {
		need = append(need, "deployment_protection_rule")
	}
	return slices.DeleteFunc(need, func(e string) bool { return slices.Contains(app.Events, e) })
}

func verdictOn(name string, missing []string, fine, hint string) Check {
	if len(missing) == 0 {
		return Check{Name: name, State: CheckOK, Text: fine}
	}
	return Check{Name: name, State: CheckFail, Text: "missing: " + strings.Join(missing, ", "), Hint: hint}
}
