package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"
)

// reachTimeout is how long GitHub waits for the answer to a delivery.
const reachTimeout = 10 * time.Second

// webhookPath is where deliveries are taken.
const webhookPath = "/github/webhook"

func (a *App) ownWebhook() string { return strings.TrimSuffix(a.PublicURL, "/") + webhookPath }

func (a *App) checkHook(ctx context.Context, client *github.Client) []Check {
	hook, _, err := client.Apps.GetHookConfig(ctx)
	if err != nil {
		return []Check{{Name: "webhook", State: CheckWarn, Text: "its configuration cannot be read: " + redact(err.Error()), Hint: "look under App settings → Webhook whether it is active"}}
	}
	return append(a.hookConfig(hook), a.checkDeliveries(ctx, client)...)
}

func (a *App) hookConfig(hook *github.HookConfig) []Check {
	var checks []Check
	want := a.ownWebhook()
	switch {
	case hook.GetURL() == "":
		checks = append(checks, Check{Name: "webhook", State: CheckFail, Text: "GitHub has no address to deliver to", Hint: "App settings → Webhook: tick Active and enter PUBLIC-URL" + webhookPath})
	case a.PublicURL == "":
		checks = append(checks, Check{Name: "webhook", State: CheckWarn, Text: "delivers to " + hook.GetURL(), Hint: "give --public-url to compare it"})
	case hook.GetURL() != want:
		checks = append(checks, Check{Name: "webhook", State: CheckFail, Text: fmt.Sprintf("delivers to %s, not to %s", hook.GetURL(), want), Hint: "App settings → Webhook: set the URL, or mend --public-url"})
	default:
		checks = append(checks, Check{Name: "webhook", State: CheckOK, Text: "delivers to " + want})
	}
	if hook.GetContentType() != "json" {
		checks = append(checks, Check{Name: "webhook format", State: CheckFail, Text: "delivers forms, which are refused with 415", Hint: "choose application/json in the App's settings"})
	}
	if hook.GetInsecureSSL() == "1" {
		checks = append(checks, Check{Name: "webhook TLS", State: CheckWarn, Text: "GitHub does not verify the server's certificate", Hint: "App settings → Webhook: enable SSL verification"})
	}
	if hook.GetSecret() == "" {
		checks = append(checks, Check{Name: "webhook secret", State: CheckFail, Text: "GitHub has none, so nothing it sends is accepted", Hint: "set that of --webhook-secret-file in the App's settings"})
	}
	return checks
}

// checkDeliveries looks at the last attempt of each of the last deliveries. What failed
// before deliveries began to arrive again is mended, and only told.
func (a *App) checkDeliveries(ctx context.Context, client *github.Client) []Check {
	deliveries, _, err := client.Apps.ListHookDeliveries(ctx, &github.ListCursorOptions{PerPage: 100})
	if err != nil {
		return []Check{{Name: "deliveries", State: CheckWarn, Text: "cannot be listed: " + redact(err.Error()), Hint: "look under App settings → Advanced → Recent deliveries"}}
	}
	if len(deliveries) == 0 {
		return []Check{{Name: "deliveries", State: CheckWarn, Text: "there are none yet", Hint: "App settings → Webhook: is it active? Then push to a pull request and look again"}}
	}
	seen, failed := map[string]bool{}, map[int]int{}
	total, bad, newest := 0, 0, deliveries[0].GetStatusCode()
	for _, d := range deliveries { // newest first
		if seen[d.GetGUID()] {
			continue
		}
		seen[d.GetGUID()] = true
		total++
		if code := d.GetStatusCode(); code < 200 || code > 299 {
			failed[code]++
			bad++
		}
	}
	c := Check{Name: "deliveries", State: CheckOK, Text: fmt.Sprintf("the last %d arrived", total)}
	if bad == 0 {
		return []Check{c}
	}
	c.State, c.Text = CheckWarn, fmt.Sprintf("%d of the last %d did not arrive: %s", bad, total, counted(failed))
	if newest >= 200 && newest <= 299 {
		c.Text += "; the newest did"
		c.Hint = "a running server asks for them again every --reconcile-every"
		return []Check{c}
	}
	c.Hint = deliveryHint(newest)
	if newest == http.StatusUnauthorized {
		c.State = CheckFail
	}
	return []Check{c}
}

func counted(failed map[int]int) string {
	var out []string
	for _, code := range slices.Sorted(maps.Keys(failed)) {
		name := fmt.Sprintf("answered %d", code)
		if code == 0 {
			name = "no answer"
		}
		out = append(out, fmt.Sprintf("%d × %s", failed[code], name))
	}
	return strings.Join(out, ", ")
}

// deliveryHint says what an answer to a delivery comes from and how to mend it.
func deliveryHint(code int) string {
	switch {
	case code == http.StatusUnauthorized:
		return "the secret at GitHub is not one of --webhook-secret-file: set the same on both sides"
	case code == http.StatusForbidden:
		return "a proxy or firewall refuses GitHub: let POST " + webhookPath + " pass without sign-in"
	case code == http.StatusOK, code == http.StatusNotFound, code == http.StatusMethodNotAllowed:
		return "the address leads elsewhere: it ends in " + webhookPath + ", and the proxy must hand that path on unchanged"
	case code == http.StatusUnsupportedMediaType:
		return "choose application/json in the App's settings"
	case code >= 300 && code <= 399:
		return "GitHub follows no redirect: enter the address that it leads to"
	}
	return "GitHub does not reach the server: look at `mlpolicy serve`, DNS, proxy, certificate and firewall; a running server asks for lost deliveries again every --reconcile-every"
}

// checkReachable asks for the address that GitHub delivers to. A GET is refused there
// with 405 by our own server, and changes nothing; health need not be public.
func (a *App) checkReachable(ctx context.Context) Check {
	c := Check{Name: "server", State: CheckFail}
	if a.PublicURL == "" {
		return Check{Name: "server", State: CheckWarn, Text: "its address is not known", Hint: "give --public-url"}
	}
	if u, err := url.Parse(a.PublicURL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		c.Text, c.Hint = fmt.Sprintf("the public URL %q is not an address", a.PublicURL), "--public-url begins with https://"
		return c
	}
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	transport := a.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	resp, err := get(ctx, transport, a.ownWebhook())
	if err != nil {
		var reason *url.Error
		if errors.As(err, &reason) {
			err = reason.Err
		}
		c.Text, c.Hint = fmt.Sprintf("does not answer at %s: %v", a.PublicURL, err), "start `mlpolicy serve`, and look at DNS, proxy, certificate and firewall"
		return c
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != http.MethodPost {
		c.Text, c.Hint = fmt.Sprintf("%s answers %d, not as mlpolicy does", a.ownWebhook(), resp.StatusCode), foreignHint(resp.StatusCode)
		return c
	}
	// Whoever does not hand readiness on answers something else, which says nothing.
	if ready, err := get(ctx, transport, strings.TrimSuffix(a.PublicURL, "/")+"/readyz"); err == nil {
		ready.Body.Close()
		if ready.StatusCode == http.StatusServiceUnavailable {
			c.Text, c.Hint = "runs but is not ready: its database does not answer, or deliveries wait for more than ten minutes", "look at the log of `mlpolicy serve` and at --database"
			return c
		}
	}
	return Check{Name: "server", State: CheckOK, Text: "answers at " + a.PublicURL}
}

// foreignHint says what to do where something else than our server answers.
func foreignHint(code int) string {
	if code >= 500 {
		return "the proxy does not reach the server: start `mlpolicy serve`, and compare --listen with the proxy's target"
	}
	if code == http.StatusUnauthorized {
		code = http.StatusForbidden // a sign-in in front of us; our own server does not get to see a GET
	}
	return deliveryHint(code)
}
