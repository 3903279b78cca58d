package app

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-github/v60/github"

	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxReviewPages bounds the reviews of one pull request that are read, 100 a page.
	maxReviewPages = 10
	// maxPullPages bounds the open pull requests of a repository, 100 a page.
	maxPullPages = 100
)

// target is a reason to evaluate a head: a pull request or a merge group, with the base
// that it would change.
type target struct {
	name      string // pull/12 or group/main
	baseRef   string
	baseSHA   string
	protected bool
	review    *sbom.Review
}

// targets reads from GitHub why a head is to be evaluated. What a delivery said may be
// old: a pull request whose head is another now is recorded as it is, and no target.
// newer is a head that took the place of this one, "" when there is none.
func (a *App) targets(ctx context.Context, c *repoClient, head store.Head) (targets []target, newer string, err error) {
	pulls, err := a.Store.ClaimsAt(ctx, c.ID, head.SHA)
	if err != nil {
		return nil, "", err
	}
	groups, err := a.Store.GroupsAt(ctx, c.ID, head.SHA)
	if err != nil {
		return nil, "", err
	}
	if len(pulls)+len(groups) == 0 && head.Force != "" {
		// A rerun names a commit only, and for a fork not even its pull requests.
		if pulls, err = a.findPulls(ctx, c, head.SHA); err != nil {
			return nil, "", err
		}
	}
	for _, number := range pulls {
		t, now, err := a.pullTarget(ctx, c, number, head.SHA)
		if err != nil {
			return nil, "", err
		}
		if t == nil {
			newer = now
			continue
		}
		targets = append(targets, *t)
	}
	for _, g := range groups {
		targets = append(targets, target{name: "group/" + g.BaseRef, baseRef: g.BaseRef, baseSHA: g.BaseSHA, protected: true})
	}
	return targets, cmp.Or(newer, head.Successor), nil
}

// pullTarget reads a pull request and the tip of its base, and records it as it is. It
// returns nil when the pull request is closed or has another head, which is then asked
// for, as is the head that it was last known to have.
func (a *App) pullTarget(ctx context.Context, c *repoClient, number int, sha string) (*target, string, error) {
	pull, _, err := c.PullRequests.Get(ctx, c.Owner, c.Name, number)
	if err != nil {
		return nil, "", fmt.Errorf("read pull request %d: %w", number, err)
	}
	now := store.Pull{Repository: c.ID, Number: number, HeadSHA: pull.GetHead().GetSHA(), BaseRef: pull.GetBase().GetRef(), BaseSHA: pull.GetBase().GetSHA()}
	if pull.GetState() != "open" {
		return nil, "", a.Store.InTx(ctx, func(tx store.Tx) error { return a.Store.ClosePull(ctx, tx, c.ID, number, a.Now()) })
	}
	err = a.Store.InTx(ctx, func(tx store.Tx) error {
		before, err := a.Store.PutPull(ctx, tx, now, a.Now())
		if err != nil {
			return err
		}
		if before != "" && before != now.HeadSHA && before != sha {
			if err := a.supersede(ctx, tx, c.ID, before, now.HeadSHA); err != nil {
				return err
			}
		}
		if now.HeadSHA == sha || now.HeadSHA == before {
			return nil // asked for already, by whoever recorded it
		}
		return a.claim(ctx, tx, c.ID, now.HeadSHA, number, "", priorityNow)
	})
	if err != nil || now.HeadSHA != sha {
		return nil, now.HeadSHA, err
	}
	branch, err := a.branch(ctx, c, now.BaseRef)
	if err != nil {
		return nil, "", err
	}
	t := &target{name: fmt.Sprintf("pull/%d", number), baseRef: now.BaseRef, baseSHA: branch.GetCommit().GetSHA(), protected: branch.GetProtected()}
	t.review, err = a.review(ctx, c, pull)
	return t, "", err
}

func (a *App) branch(ctx context.Context, c *repoClient, name string) (*github.Branch, error) {
	branch, resp, err := c.Repositories.GetBranch(ctx, c.Owner, c.Name, name, 0)
	if err != nil && resp != nil && resp.StatusCode >= 300 {
		err = &github.ErrorResponse{Response: resp.Response, Message: fmt.Sprintf("branch %q", name)} // go-github has a text only
	}
	if err != nil {
		return nil, fmt.Errorf("read branch %q: %w", name, err)
	}
	return branch, nil
}

// insiders are the author_associations of those whose approval may count. GitHub lets
// everybody who can read a repository approve, and a member or collaborator may have no
// more than that, so their permission is asked as well.
var insiders = []string{"OWNER", "MEMBER", "COLLABORATOR"}

// maxApprovers bounds the approvals whose giver's permission is asked. Beyond, nobody asks
// for more approvals.
const maxApprovers = 20

// review is what is known of who changed and who approved. An approval counts for the
// commit it was given for, from who may write to the repository, and only while its author
// has not said otherwise since. Where not all reviews are read, none counts.
func (a *App) review(ctx context.Context, c *repoClient, pull *github.PullRequest) (*sbom.Review, error) {
	head := pull.GetHead()
	fork := head.GetRepo().GetID() != pull.GetBase().GetRepo().GetID()
	review := &sbom.Review{Author: pull.GetUser().GetLogin(), Fork: sbom.TriOf(fork)}
	states := map[string]string{}
	opts := &github.ListOptions{PerPage: 100}
	for range maxReviewPages {
		reviews, resp, err := c.PullRequests.ListReviews(ctx, c.Owner, c.Name, pull.GetNumber(), opts)
		if err != nil {
			return nil, fmt.Errorf("read reviews: %w", err)
		}
		for _, r := range reviews {
			switch state := strings.ToUpper(r.GetState()); state {
			case "APPROVED", "CHANGES_REQUESTED", "DISMISSED":
				if r.GetCommitID() != head.GetSHA() {
					state = "OUTDATED"
				}
				if state == "APPROVED" && !slices.Contains(insiders, r.GetAuthorAssociation()) {
					state = "OUTSIDER"
				}
				states[r.GetUser().GetLogin()] = state
			}
		}
		opts.Page = resp.NextPage
		if opts.Page == 0 {
			break
		}
	}
	if opts.Page != 0 {
		clear(states)
	}
	for _, login := range slices.Sorted(maps.Keys(states)) {
		if states[login] != "APPROVED" || strings.EqualFold(login, review.Author) || len(review.Approvals) == maxApprovers {
			continue
		}
		may, err := a.permission(ctx, c.Repository, login)
		if err != nil {
			return nil, err
		}
		if slices.Contains(mayWrite, may) {
			review.Approvals = append(review.Approvals, login)
		}
	}
	return review, nil
}

// findPulls looks for open pull requests by their head. The list in a check event is
// empty for forks.
func (a *App) findPulls(ctx context.Context, c *repoClient, sha string) ([]int, error) {
	var found []int
	err := a.eachPull(ctx, c, func(p store.Pull) error {
		if p.HeadSHA != sha {
			return nil
		}
		found = append(found, p.Number)
		return a.Store.InTx(ctx, func(tx store.Tx) error { return a.Store.Claim(ctx, tx, c.ID, sha, p.Number) })
	})
	return found, err
}

// eachPull calls fn for every open pull request of a repository.
func (a *App) eachPull(ctx context.Context, c *repoClient, fn func(store.Pull) error) error {
	opts := &github.PullRequestListOptions{State: "open", ListOptions: github.ListOptions{PerPage: 100}}
	for range maxPullPages {
		pulls, resp, err := c.PullRequests.List(ctx, c.Owner, c.Name, opts)
		if err != nil {
			return fmt.Errorf("list pull requests: %w", err)
		}
		for _, p := range pulls {
			err := fn(store.Pull{Repository: c.ID, Number: p.GetNumber(), HeadSHA: p.GetHead().GetSHA(), BaseRef: p.GetBase().GetRef(), BaseSHA: p.GetBase().GetSHA()})
			if err != nil {
				return err
			}
		}
		if resp.NextPage == 0 {
			return nil
		}
		opts.Page = resp.NextPage
	}
	return nil
}

// relocated calls fn, and once more when the repository turns out to have another name
// now. One that is gone is no error; a call that found nothing under the right name is.
func (a *App) relocated(ctx context.Context, r store.Repository, fn func(store.Repository) error) error {
	first := fn(r)
	if !moved(first) {
		return first
	}
	now, gone, err := a.relocate(ctx, r)
	if err != nil || gone {
		return err
	}
	if now.FullName() == r.FullName() {
		return first
	}
	return fn(now)
}

// relocate asks for a repository by its id, after its name led nowhere.
func (a *App) relocate(ctx context.Context, r store.Repository) (now store.Repository, gone bool, err error) {
	found, _, err := a.clients.repo(r, scopeSee).Repositories.GetByID(ctx, r.ID)
	if status(err) == http.StatusNotFound || notInstalled(err) {
		return r, true, a.Store.InTx(ctx, func(tx store.Tx) error { return a.Store.RemoveRepository(ctx, tx, r.ID, a.Now()) })
	}
	if err != nil {
		return r, false, fmt.Errorf("find repository %d: %w", r.ID, err)
	}
	now = r
	now.Owner, now.Name, now.DefaultBranch = found.GetOwner().GetLogin(), found.GetName(), found.GetDefaultBranch()
	return now, false, a.Store.InTx(ctx, func(tx store.Tx) error { return a.Store.PutRepository(ctx, tx, now, a.Now()) })
}
