package app

import (
	"encoding/json"
	"errors"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// payload is what routing reads of a webhook. It is a struct of our own and has no
// dates: go-github's types refuse a whole event for one odd timestamp, and GitHub's own
// samples have some.
type payload struct {
	Action              string        `json:"action"`
	Installation        installation  `json:"installation"`
	Repository          repository    `json:"repository"`
	Repositories        []repository  `json:"repositories"`
	RepositoriesAdded   []repository  `json:"repositories_added"`
	RepositoriesRemoved []repository  `json:"repositories_removed"`
	Sender              account       `json:"sender"`
	PullRequest         pullRequest   `json:"pull_request"`
	Changes             changes       `json:"changes"`
	CheckRun            check         `json:"check_run"`
	CheckSuite          check         `json:"check_suite"`
	RequestedAction     action        `json:"requested_action"`
	MergeGroup          mergeGroup    `json:"merge_group"`
	Review              reviewPayload `json:"review"`
	Ref                 string        `json:"ref"`
	After               string        `json:"after"`
	Forced              bool          `json:"forced"`
	Commits             []pushCommit  `json:"commits"`
	Environment         string        `json:"environment"`
	Deployment          deployment    `json:"deployment"`
	// CallbackURL is read for the number of the run and never called.
	CallbackURL string `json:"deployment_callback_url"`
}

type account struct {
	Login string `json:"login"`
}

type installation struct {
	ID      int64   `json:"id"`
	Account account `json:"account"`
}

type repository struct {
	ID            int64   `json:"id"`
	FullName      string  `json:"full_name"`
	Private       *bool   `json:"private"`
	DefaultBranch string  `json:"default_branch"`
	Owner         account `json:"owner"`
}

type pullRequest struct {
	Number int       `json:"number"`
	State  string    `json:"state"`
	Head   branchEnd `json:"head"`
	Base   branchEnd `json:"base"`
}

type branchEnd struct {
	Ref string `json:"ref"`
	SHA string `json:"sha"`
}

// changes of pull_request.edited.
type changes struct {
	Base *struct{} `json:"base"`
}

// check is a check run or a check suite.
type check struct {
	ID      int64  `json:"id"`
	HeadSHA string `json:"head_sha"`
	App     struct {
		ID int64 `json:"id"`
	} `json:"app"`
}

type action struct {
	Identifier string `json:"identifier"`
}

type mergeGroup struct {
	HeadSHA string `json:"head_sha"`
	BaseSHA string `json:"base_sha"`
	BaseRef string `json:"base_ref"`
}

type reviewPayload struct {
	ID int64 `json:"id"`
}

type pushCommit struct {
	Added    []string `json:"added"`
	Removed  []string `json:"removed"`
	Modified []string `json:"modified"`
}

type deployment struct {
	SHA string `json:"sha"`
}

// event is a delivery reduced to what a job needs.
type event struct {
	GUID    string  `json:"guid"`
	Name    string  `json:"name"`
	Payload payload `json:"payload"`
	// LawChanged tells of a push that it may have changed policies or configuration.
	LawChanged bool `json:"law_changed,omitempty"`
	// Run is the workflow run of a deployment protection rule.
	Run int64 `json:"run,omitempty"`
}

// parseEvent reads a payload. A field of another type than expected is left empty, so
// that no event is dropped for a field that nobody needs; only broken JSON is an error.
func parseEvent(guid, name string, body []byte) (event, error) {
	e := event{GUID: guid, Name: name}
	err := json.Unmarshal(body, &e.Payload)
	var wrongType *json.UnmarshalTypeError
	if err != nil && !errors.As(err, &wrongType) {
		return e, err
	}
	e.LawChanged = e.Payload.Forced || slices.ContainsFunc(e.Payload.Commits, func(c pushCommit) bool {
		return slices.ContainsFunc(slices.Concat(c.Added, c.Removed, c.Modified), mayBeLaw)
	})
	e.Payload.Commits = nil
	if m := runPath.FindStringSubmatch(e.Payload.CallbackURL); m != nil {
		e.Run, _ = strconv.ParseInt(m[1], 10, 64) // 0 for a number that is too large: no such run
	}
	e.Payload.CallbackURL = ""
	return e, nil
}

// runPath finds the run in the end of a callback URL. The payload has it nowhere else.
var runPath = regexp.MustCompile(`/actions/runs/([0-9]{1,18})/deployment_protection_rule$`)

// mayBeLaw tells whether a path can be configuration, policy, bundle or key.
func mayBeLaw(name string) bool {
	if path.Base(name) == ConfigName || path.Base(name) == "data.json" {
		return true
	}
	for _, suffix := range []string{".rego", ".tar.gz", ".tgz", ".pub", ".pem", ".json"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// ours tells whether a check event is about a run or suite of this App. Others' events
// arrive as well, and answering them would be an echo.
func (e *event) ours(appID int64) bool {
	if e.Name == "check_run" {
		return e.Payload.CheckRun.App.ID == appID
	}
	return e.Payload.CheckSuite.App.ID == appID
}
