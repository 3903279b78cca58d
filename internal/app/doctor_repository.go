package app

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"
)

// installed is an installation as GitHub has it.
type installed struct {
	ID          int64             `json:"id"`
	Permissions map[string]string `json:"permissions"`
	Events      []string          `json:"events"`
	HTMLURL     string            `json:"html_url"`
	Suspended   *time.Time        `json:"suspended_at"`
}

// checkRepository checks the installation on a repository, and that the roll-up is
// required there, of this App alone: anybody who may push can set a status of the same name.
func (a *App) checkRepository(ctx context.Context, client *github.Client, repository string) []Check {
	fail := func(text, hint string) []Check {
		return []Check{{Name: "installation", State: CheckFail, Text: text, Hint: hint}}
	}
	owner, name, ok := strings.Cut(repository, "/")
	if !ok || owner == "" || name == "" || strings.Contains(name, "/") {
		return fail(fmt.Sprintf("%q is not owner/name", repository), "give --repository owner/name")
	}
	var i installed
	req, err := client.NewRequest(http.MethodGet, fmt.Sprintf("repos/%s/%s/installation", url.PathEscape(owner), url.PathEscape(name)), nil)
	if err != nil {
		return fail(redact(err.Error()), "give --repository owner/name")
	}
	switch _, err := client.Do(ctx, req, &i); {
	case status(err) == http.StatusNotFound:
		return fail("the App is not installed on "+repository, "install it from its page and choose this repository; look at the spelling too")
	case err != nil:
		return fail("cannot be looked up: "+redact(err.Error()), "try again later")
	case i.Suspended != nil:
		return fail("the installation on "+repository+" is suspended", "an owner of "+owner+" lifts the suspension: "+i.HTMLURL)
	}
	if missing := a.missingPermissions(i.Permissions, i.Events); len(missing) > 0 {
		return fail(owner+" has not accepted: "+strings.Join(missing, ", "), "an owner of "+owner+" reviews the request for permissions: "+i.HTMLURL)
	}
	c := a.clients.named(i.ID, owner, name, scopeLaw)
	repo, _, err := c.Repositories.Get(ctx, owner, name)
	if err != nil {
		return fail("cannot read "+repository+": "+redact(err.Error()), "see whether the installation includes this repository: "+i.HTMLURL)
	}
	checks := []Check{{Name: "installation", State: CheckOK, Text: "installed on " + repository}}
	return append(checks, a.checkRequired(ctx, c, repo.GetDefaultBranch(), i.Events)...)
}

// branchRule is the part of a rule of a branch that names required checks.
type branchRule struct {
	Type       string `json:"type"`
	Parameters struct {
		Checks []struct {
			Context     string `json:"context"`
			Integration int64  `json:"integration_id"`
		} `json:"required_status_checks"`
	} `json:"parameters"`
}

// protectedBranch is what a branch tells of its classic protection, which the rules of
// the branch do not list.
type protectedBranch struct {
	Protection struct {
		Required struct {
			Checks []struct {
				Context string `json:"context"`
				App     int64  `json:"app_id"`
			} `json:"checks"`
		} `json:"required_status_checks"`
	} `json:"protection"`
}

// requirement is a required check and the App it is expected from: 0 or less for any.
type requirement struct {
	context string
	app     int64
}

func (a *App) checkRequired(ctx context.Context, c *repoClient, branch string, events []string) []Check {
	at := fmt.Sprintf("repos/%s/%s/", url.PathEscape(c.Owner), url.PathEscape(c.Name))
	var rules []branchRule
	var protected protectedBranch
	var unread error
	for path, into := range map[string]any{"rules/branches/": &rules, "branches/": &protected} {
		req, err := c.NewRequest(http.MethodGet, at+path+url.PathEscape(branch), nil)
		if err == nil {
			_, err = c.Do(ctx, req, into)
		}
		if err != nil {
			unread = err
		}
	}
	var required []requirement
	queue := false
	for _, rule := range rules {
		queue = queue || rule.Type == "merge_queue"
		for _, check := range rule.Parameters.Checks {
			required = append(required, requirement{check.Context, check.Integration})
		}
	}
	for _, check := range protected.Protection.Required.Checks {
		required = append(required, requirement{check.Context, check.App})
	}
	verdict := a.requiredBy(required, branch)
	if unread != nil && verdict.State != CheckOK {
		verdict = Check{Name: "required check", State: CheckWarn, Text: "the rules of " + branch + " cannot be read: " + redact(unread.Error()),
			Hint: "see in the settings of the repository that " + RollUpName + " is required, with this App as its source"}
	}
	checks := []Check{verdict}
	if queue && !slices.Contains(events, "merge_group") {
		checks = append(checks, Check{Name: "merge queue", State: CheckFail, Text: branch + " has a merge queue and the App does not get merge_group: it waits for ever",
			Hint: "App settings → Permissions & events: grant merge_queues: read and tick Merge group"})
	}
	return checks
}

// requiredBy judges what a branch requires. One requirement that is pinned to this App is
// enough, whatever others ask of the same name.
func (a *App) requiredBy(required []requirement, branch string) Check {
	c := Check{Name: "required check", State: CheckWarn, Text: fmt.Sprintf("%s does not require %q", branch, RollUpName),
		Hint: "add a ruleset for the branch with this check, expected from this App"}
	for _, r := range required {
		stage := strings.HasPrefix(r.context, RollUpName+" / ")
		switch {
		case r.context == RollUpName && r.app == a.AppID:
			return Check{Name: "required check", State: CheckOK, Text: fmt.Sprintf("%s requires %q of this App", branch, RollUpName)}
		case r.context == RollUpName && r.app > 0:
			c.State, c.Text = CheckFail, fmt.Sprintf("%s requires %q of App %d, not of this one (%d): it waits for ever", branch, RollUpName, r.app, a.AppID)
			c.Hint = "choose this App as the expected source of the check"
		case r.context == RollUpName && c.State != CheckFail:
			c.Text = fmt.Sprintf("%s requires %q of any source", branch, RollUpName)
			c.Hint = "choose this App as the expected source: anybody who may push can set a status of that name"
		case stage && c.Text == fmt.Sprintf("%s does not require %q", branch, RollUpName):
			c.Text = fmt.Sprintf("%s requires %q and not %q", branch, r.context, RollUpName)
			c.Hint = "require the roll-up alone, expected from this App: a stage that has nothing to look at has no run, and its requirement waits for ever"
		}
	}
	return c
}
