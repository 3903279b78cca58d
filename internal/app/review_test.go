package app

import (
	"slices"
	"testing"

	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
	"github.com/mlpolicy/mlpolicy/internal/store"
)

func TestApprovalsOfThoseWhoMayWrite(t *testing.T) {
	t.Parallel()
	b := startQuiet(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "ok", "b": "ok"})
	b.Change(repo, 1, sha, "main")
	for login, permission := range map[string]string{"dev": "admin", "owner": "admin", "member": "write", "reading-member": "read", "helper": "write"} {
		b.Allow(login, permission)
	}
	repo.Pulls[1].Reviews = []githubtest.Review{
		{Login: "dev", State: "APPROVED", SHA: sha, Association: "OWNER"}, // the author
		{Login: "owner", State: "APPROVED", SHA: sha, Association: "OWNER"},
		{Login: "member", State: "CHANGES_REQUESTED", SHA: sha, Association: "MEMBER"},
		{Login: "member", State: "APPROVED", SHA: sha, Association: "MEMBER"},
		{Login: "helper", State: "APPROVED", SHA: sha, Association: "COLLABORATOR"},
		{Login: "helper", State: "CHANGES_REQUESTED", SHA: sha, Association: "COLLABORATOR"},
		{Login: "reading-member", State: "APPROVED", SHA: sha, Association: "MEMBER"},
		{Login: "passerby", State: "APPROVED", SHA: sha, Association: "NONE"},
		{Login: "once", State: "APPROVED", SHA: sha, Association: "CONTRIBUTOR"},
		{Login: "early", State: "APPROVED", SHA: "before", Association: "MEMBER"},
	}
	c := b.app.clients.repo(store.Repository{ID: repo.ID, Installation: githubtest.InstallationID, Owner: githubtest.Owner, Name: "model"}, scopeChecks)
	pull, _, err := c.PullRequests.Get(t.Context(), c.Owner, c.Name, 1)
	if err != nil {
		t.Fatal(err)
	}
	review, err := b.app.review(t.Context(), c, pull)
	if err != nil || !slices.Equal(review.Approvals, []string{"member", "owner"}) {
		t.Errorf("%+v, %v", review, err)
	}
}
