package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/go-github/v60/github"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

// waiverDays is how long a drafted waiver runs: a starting point, at most 180 are allowed.
const waiverDays = 90

// act answers a button. The event carries the button's identifier alone: which evaluation
// it is about is looked up by the run, and whether the sender may press it is asked.
func (a *App) act(ctx context.Context, args actionArgs) error {
	run, err := a.Store.RunByID(ctx, args.Repository, args.Run)
	if errors.Is(err, store.ErrNotFound) {
		return nil // not one of ours, or of a database that is gone
	}
	if err != nil {
		return err
	}
	r, err := a.Store.Repository(ctx, args.Repository)
	if err != nil {
		return err
	}
	ok, err := a.mayPress(ctx, r, args)
	if err != nil {
		return err
	}
	if !ok {
		a.Log.Warn("button pressed by somebody who may not", "repository", r.FullName(), "sender", args.Sender, "button", args.Identifier)
		return nil
	}
	switch args.Identifier {
	case buttonRerun:
		return a.Store.InTx(ctx, func(tx store.Tx) error {
			return a.want(ctx, tx, r.ID, run.HeadSHA, "rerun "+args.GUID, priorityNow)
		})
	case buttonExplain:
		return a.addText(ctx, r, run, a.explained(ctx))
	case buttonWaiver:
		err := a.Store.PutWaiverRequest(ctx, store.WaiverRequest{ID: args.GUID, Repository: r.ID, Evaluation: run.Evaluation, Requester: args.Sender, Time: a.Now()})
		if err != nil {
			return err
		}
		now := a.Now()
		return a.addText(ctx, r, run, func(_ *store.Record, d *engine.Decision, stage string) string {
			return draftWaivers(d, stage, args.Sender, now)
		})
	}
	return nil
}

// mayWrite are the permissions of those who may change a repository.
var mayWrite = []string{"admin", "maintain", "write"}

// mayPress tells whether somebody may press a button. A waiver is asked for by a member of
// the team that --waiver-team names, or without one by who may write; either way it is a
// draft, and counts when those who own the law have merged it.
func (a *App) mayPress(ctx context.Context, r store.Repository, args actionArgs) (bool, error) {
	if args.Identifier == buttonWaiver && a.WaiverTeam != "" {
		return a.inTeam(ctx, r, args.Sender)
	}
	may, err := a.permission(ctx, r, args.Sender)
	return slices.Contains(mayWrite, may), err
}

// inTeam tells whether somebody is a member of the waiver team of a repository's owner.
func (a *App) inTeam(ctx context.Context, r store.Repository, login string) (bool, error) {
	if login == "" {
		return false, nil
	}
	c := a.clients.repo(r, scopeTeam)
	membership, _, err := c.Teams.GetTeamMembershipBySlug(ctx, r.Owner, a.WaiverTeam, login)
	if status(err) == http.StatusNotFound {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the members of team %s/%s: %w", r.Owner, a.WaiverTeam, err)
	}
	return membership.GetState() == "active", nil
}

// permission is what a user may do with a repository: admin, write, read or none.
func (a *App) permission(ctx context.Context, r store.Repository, login string) (string, error) {
	if login == "" {
		return "none", nil
	}
	level, _, err := a.clients.repo(r, scopeSee).Repositories.GetPermissionLevel(ctx, r.Owner, r.Name, login)
	if status(err) == http.StatusNotFound {
		return "none", nil
	}
	if err != nil {
		return "", fmt.Errorf("read permission: %w", err)
	}
	return level.GetPermission(), nil
}

// Permission is what a user may do with a repository, for the pages.
func (a *App) Permission(ctx context.Context, r store.Repository, login string) (string, error) {
	return a.permission(ctx, r, login)
}

// addText puts a text in the place of the one a run has. Its conclusion and annotations
// stay.
func (a *App) addText(ctx context.Context, r store.Repository, run store.Run, text func(record *store.Record, d *engine.Decision, stage string) string) error {
	records, err := a.Store.EvaluationDecisions(ctx, run.Evaluation)
	if err != nil || len(records) == 0 {
		return err
	}
	key := run.ExternalID[strings.LastIndexByte(run.ExternalID, ':')+1:]
	var b strings.Builder
	for _, record := range records {
		var d engine.Decision
		if err := json.Unmarshal(record.Decision, &d); err != nil {
			return fmt.Errorf("decision %s: %w", record.ID, err)
		}
		b.WriteString(text(record, &d, key))
	}
	c := a.clients.repo(r, scopeChecks)
	now, _, err := c.Checks.GetCheckRun(ctx, r.Owner, r.Name, run.RunID)
	if err != nil {
		return err
	}
	run2 := Run{Title: now.GetOutput().GetTitle(), Summary: now.GetOutput().GetSummary(), Text: b.String(), DetailsURL: now.GetDetailsURL(), Buttons: true, Status: "completed"}
	_, _, err = c.Checks.UpdateCheckRun(ctx, r.Owner, r.Name, run.RunID, github.UpdateCheckRunOptions{Name: run.Name, Output: output(run2, nil), Actions: buttons(run2)})
	return err
}

// explained is explain, and how the controls that deny were evaluated.
func (a *App) explained(ctx context.Context) func(*store.Record, *engine.Decision, string) string {
	left := maxExplained
	return func(record *store.Record, d *engine.Decision, stage string) string {
		var b strings.Builder
		seen := map[string]bool{}
		for _, s := range d.Stages {
			for _, c := range s.Controls {
				if a.Explain == nil || c.Verdict != engine.Deny || seen[c.ID] || left == 0 || stage != "rollup" && stage != string(s.Stage) {
					continue
				}
				seen[c.ID], left = true, left-1
				text, err := a.Explain(ctx, record, c.ID)
				if err != nil {
					a.Log.Error("explain", "decision", record.ID, "control", c.ID, "error", err)
					continue // the list below is there all the same
				}
				fmt.Fprintf(&b, "## %s %s\n\n```\n%s```\n\n", escape(c.ID), escape(c.Title), strings.ReplaceAll(text, "`", "'"))
			}
		}
		return b.String() + explain(d, stage)
	}
}

// explain says of every control what it looked at and what came of it.
func explain(d *engine.Decision, stage string) string {
	var b strings.Builder
	for _, s := range d.Stages {
		if stage != "rollup" && stage != string(s.Stage) {
			continue
		}
		fmt.Fprintf(&b, "## %s: %s\n\n", escape(string(s.Stage)), strings.ToLower(word(s.Decision)))
		for _, c := range s.Controls {
			fmt.Fprintf(&b, "- %s %s: looked at %d, %s", escape(c.ID), escape(c.Title), c.Checked, c.Outcome)
			if c.Reason != "" {
				fmt.Fprintf(&b, " (%s)", escape(c.Reason))
			}
			fmt.Fprintf(&b, "; level %s from the %s, so %s\n", c.Level, escape(c.LevelFrom), c.Verdict)
			for i, f := range c.Findings {
				if i == maxListed {
					break
				}
				fmt.Fprintf(&b, "  - %s %s [%s, %s]\n", code(place(f.At)), escape(f.Detail), f.State, code(f.Fingerprint[:min(12, len(f.Fingerprint))]))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// draftWaivers writes the blocks that would waive what denies. They count once somebody
// who may write the law has merged them into the base branch.
func draftWaivers(d *engine.Decision, stage, owner string, now time.Time) string {
	var b strings.Builder
	b.WriteString("Add to `mlpolicy.hcl` of the base branch, with a reason, in a pull request of its own:\n\n```hcl\n")
	drafted := map[string]bool{}
	for _, s := range d.Stages {
		if stage != "rollup" && stage != string(s.Stage) {
			continue
		}
		for _, c := range s.Controls {
			for _, f := range c.Findings {
				key := c.ID + "\x00" + f.Subject + "\x00" + f.Digest
				if c.Verdict != engine.Deny || !c.Blocks(f) || drafted[key] || len(drafted) == maxListed {
					continue
				}
				drafted[key] = true
				writeWaiver(&b, c, f, owner, len(drafted), now)
			}
		}
	}
	if len(drafted) == 0 {
		return "Nothing here denies, so nothing needs a waiver.\n"
	}
	b.WriteString("```\n")
	return b.String()
}

func writeWaiver(b *strings.Builder, c engine.ControlResult, f engine.Finding, owner string, n int, now time.Time) {
	fmt.Fprintf(b, "waiver %s {\n  controls = [%s]\n  subjects = [%s]\n", hclString(fmt.Sprintf("%s-%d", strings.ToLower(c.ID), n)), hclString(c.ID), hclString(f.Subject))
	if f.Digest != "" {
		fmt.Fprintf(b, "  digests  = [%s]\n", hclString(f.Digest))
	}
	fmt.Fprintf(b, "  reason   = \"\"\n  owner    = %s\n  expires  = %s\n}\n", hclString(owner), hclString(now.AddDate(0, 0, waiverDays).Format(time.DateOnly)))
}

// hclString quotes for HCL, whose templates begin with ${ and %{; backticks cannot end
// the fence it is written in.
func hclString(s string) string {
	q := fmt.Sprintf("%q", plain(s))
	return strings.NewReplacer("${", "$${", "%{", "%%{", "`", "'").Replace(q)
}
