package app

import (
	"fmt"
	"strings"
	"testing"
)

// The head says by its .gitattributes what its archive leaves out; it is seen all the same.
func TestHeadHidesNothingFromItsArchive(t *testing.T) {
	t.Parallel()
	b := startQuiet(t, nil)
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "BAD data", ".gitattributes": "a export-ignore\n"})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	b.wants(repo, sha, map[string]string{"mlpolicy": "failure", "mlpolicy / data": "failure"})
}

func TestTruncatedTreeIsNoSuccess(t *testing.T) {
	t.Parallel()
	b := startQuiet(t, nil)
	b.TreeLimit = 2
	repo := b.AddRepo("model", map[string]string{"a": "ok"})
	sha := b.Commit(map[string]string{"a": "ok", "b": "", "c": ""})
	b.Change(repo, 1, sha, "main")
	b.send("pull_request", b.PullEvent(repo, 1, "opened"))
	eventually(t, func() string {
		run := b.Latest(repo, sha)["mlpolicy"]
		if run.Status != "completed" || run.Conclusion == "success" || !strings.Contains(run.Title+run.Summary, "could not see") {
			return fmt.Sprintf("%+v", run)
		}
		return ""
	})
}
