package source

import (
	"testing"
	"time"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// history makes three commits on a line, a fourth that merges the first and the third,
// and names for them.
func history(t *testing.T) (dir string, repo *git.Repository, commits []plumbing.Hash) {
	t.Helper()
	dir = t.TempDir()
	for _, content := range []string{"1", "2", "3"} {
		write(t, dir, map[string]string{"a": content})
		commits = append(commits, commit(t, dir))
	}
	repo, err := git.PlainOpen(dir)
	if err != nil {
		t.Fatal(err)
	}
	who := &object.Signature{Name: "a", Email: "a@example.com", When: time.Unix(2, 0)}
	tree, err := repo.Worktree()
	if err != nil {
		t.Fatal(err)
	}
	merge, err := tree.Commit("m", &git.CommitOptions{Author: who, AllowEmptyCommits: true, Parents: []plumbing.Hash{commits[2], commits[0]}})
	if err != nil {
		t.Fatal(err)
	}
	commits = append(commits, merge)
	if _, err := repo.CreateTag("v1", commits[1], &git.CreateTagOptions{Tagger: who, Message: "v1"}); err != nil {
		t.Fatal(err)
	}
	for name, hash := range map[string]plumbing.Hash{
		"refs/tags/light": commits[0], "refs/heads/feature/x": commits[1], "refs/heads/abcd": commits[1],
		"refs/remotes/origin/main": commits[2], "refs/remotes/origin/HEAD": commits[2], "refs/pull/7/head": commits[0],
	} {
		if err := repo.Storer.SetReference(plumbing.NewHashReference(plumbing.ReferenceName(name), hash)); err != nil {
			t.Fatal(err)
		}
	}
	return dir, repo, commits
}

func TestRevisionNames(t *testing.T) {
	t.Parallel()
	dir, _, c := history(t)
	repo, err := openRepository(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.store.Close()
	tag, err := repo.store.Reference("refs/tags/v1")
	if err != nil {
		t.Fatal(err)
	}
	for rev, want := range map[string]plumbing.Hash{
		"HEAD": c[3], "@": c[3], "HEAD~1": c[2], "HEAD^": c[2], "HEAD^1": c[2], "HEAD^2": c[0], "HEAD^0": c[3], "HEAD~2": c[1], "@~2^": c[0], "HEAD^^": c[1],
		"HEAD^{commit}": c[3], "v1^{}": c[1], "v1": c[1], "tags/v1": c[1], "v1~1": c[0], "light": c[0], "refs/tags/light": c[0], "feature/x": c[1], "heads/feature/x": c[1],
		"abcd": c[1], "origin/main": c[2], "origin": c[2], "origin/main~1": c[1], "refs/pull/7/head": c[0],
		c[2].String(): c[2], c[2].String()[:12]: c[2], c[2].String()[:9] + "~1": c[1], tag.Hash().String(): c[1],
	} {
		got, err := commitOf(repo.store, rev)
		if err != nil || got.Hash != want {
			t.Errorf("%s: got %v, %v, want %s", rev, got, err, want)
		}
	}
	tree, err := object.GetCommit(repo.store, c[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, rev := range []string{
		"", "none", "HEAD~4", "HEAD^3", "HEAD~99999999999999999999", "HEAD^{tree}", "HEAD^{", "HEAD~x", "HEAD@{1}", "HEAD^{/fix}", ":/fix", "config", "../HEAD", "refs/../HEAD", "/etc/hostname",
		c[0].String()[:3], tree.TreeHash.String(), tree.TreeHash.String()[:12], "0000000000000000000000000000000000000000", "--help",
	} {
		if got, err := commitOf(repo.store, rev); err == nil {
			t.Errorf("%q is taken for %s", rev, got.Hash)
		}
	}
}

// TestRevisionNamesAsGoGit compares with the resolver that is not linked into the binary.
func TestRevisionNamesAsGoGit(t *testing.T) {
	t.Parallel()
	dir, repo, c := history(t)
	own, err := openRepository(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer own.store.Close()
	for _, base := range []string{"HEAD", "v1", "light", "feature/x", "origin/main", c[3].String(), c[1].String()[:10]} {
		for _, steps := range []string{"", "~", "~0", "~1", "~2", "~3", "^", "^^", "^2", "^2~1", "~1^1", "^{commit}~1"} {
			want, wantErr := repo.ResolveRevision(plumbing.Revision(base + steps))
			got, err := commitOf(own.store, base+steps)
			if (err == nil) != (wantErr == nil) || err == nil && got.Hash != *want {
				t.Errorf("%s: got %v, %v, go-git has %v, %v", base+steps, got, err, want, wantErr)
			}
		}
	}
}
