package app

import (
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/internal/app/githubtest"
)

func newServer(t *testing.T, h http.Handler) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// world is what happens on a GitHub: repositories whose pull requests are opened, pushed
// to, closed and opened again.
type world struct {
	gh    *githubtest.Server
	r     *rand.Rand
	repos []*githubtest.Repo
	base  map[string]string
	files map[string]map[string]string // head → its files
	heads map[string]pullAt            // head → where it is the head
	pulls []pullAt
	n     int
}

type pullAt struct {
	repo   *githubtest.Repo
	number int
	sha    string
	open   bool
}

func newWorld(gh *githubtest.Server, r *rand.Rand) *world {
	w := &world{gh: gh, r: r, base: map[string]string{"a": "ok\n"}, files: map[string]map[string]string{}}
	for i := range 4 {
		w.repos = append(w.repos, gh.AddRepo(fmt.Sprintf("model-%d", i), w.base))
	}
	return w
}

// commit makes a head that no other pull request has, with up to 120 findings.
func (w *world) commit() string {
	w.n++
	var a strings.Builder
	for range w.r.IntN(3) {
		a.WriteString(strings.Repeat("BAD "+[]string{"data", "training", "registry"}[w.r.IntN(3)]+"\n", 1+w.r.IntN(40)))
	}
	files := map[string]string{"a": a.String(), "n": fmt.Sprint(w.n)}
	sha := w.gh.Commit(files)
	w.files[sha] = files
	return sha
}

// step lets one thing happen and records the delivery that tells of it.
func (w *world) step() *githubtest.Delivery {
	if len(w.pulls) < 8 || w.r.IntN(8) == 0 {
		repo := w.repos[w.r.IntN(len(w.repos))]
		p := pullAt{repo, len(w.pulls) + 1, w.commit(), true}
		w.gh.Change(repo, p.number, p.sha, "main")
		w.pulls = append(w.pulls, p)
		return w.gh.Record("pull_request", w.gh.PullEvent(repo, p.number, "opened"))
	}
	p := &w.pulls[w.r.IntN(len(w.pulls))]
	switch {
	case p.open && w.r.IntN(10) == 0:
		w.gh.Close(p.repo, p.number)
		p.open = false
		return w.gh.Record("pull_request", w.gh.PullEvent(p.repo, p.number, "closed"))
	case !p.open:
		w.gh.Reopen(p.repo, p.number)
		p.open = true
		p.sha = w.commit() // a head that was given up comes back under another name
		w.gh.Change(p.repo, p.number, p.sha, "main")
		return w.gh.Record("pull_request", w.gh.PullEvent(p.repo, p.number, "reopened"))
	}
	p.sha = w.commit()
	w.gh.Change(p.repo, p.number, p.sha, "main")
	return w.gh.Record("pull_request", w.gh.PullEvent(p.repo, p.number, "synchronize"))
}

// calm is what an App shows to which nothing of this happens: head → its runs.
func (w *world) calm(t *testing.T) map[string]string {
	t.Helper()
	b := start(t, func(o *Options) { o.Log = slog.New(slog.DiscardHandler) })
	repo := b.AddRepo("model", w.base)
	want := map[string]string{}
	w.heads = map[string]pullAt{}
	for _, p := range w.pulls {
		if !p.open {
			continue
		}
		if sha := b.Commit(w.files[p.sha]); sha != p.sha {
			t.Fatal("a commit is not made of its files")
		}
		b.Change(repo, p.number, p.sha, "main")
		b.send("pull_request", b.PullEvent(repo, p.number, "opened"))
		w.heads[p.sha] = p
	}
	b.idle()
	for sha := range w.heads {
		want[sha] = describeRuns(b.CheckRuns(repo, sha))
	}
	b.stop()
	return want
}

// describeRuns is every run of a commit: name, state and how many annotations, of which
// no line has two.
func describeRuns(runs []githubtest.CheckRun) string {
	var out []string
	for _, run := range runs {
		lines := map[string]bool{}
		for _, a := range run.Annotations {
			lines[fmt.Sprintf("%s:%d", a.Path, a.StartLine)] = true
		}
		out = append(out, fmt.Sprintf("%s=%s/%s with %d annotations on %d lines", run.Name, run.Status, run.Conclusion, len(run.Annotations), len(lines)))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// wrong lists the heads that do not show what they should.
func (w *world) wrong(gh *githubtest.Server, want map[string]string) []string {
	var out []string
	for _, sha := range slices.Sorted(maps.Keys(want)) {
		p := w.heads[sha]
		if got := describeRuns(gh.CheckRuns(p.repo, sha)); got != want[sha] {
			out = append(out, fmt.Sprintf("%s, pull request %d:\n%s\nwant\n%s", sha, p.number, got, want[sha]))
		}
	}
	return out
}
