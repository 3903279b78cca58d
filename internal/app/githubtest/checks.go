package githubtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
)

// CheckRun is a check run as GitHub keeps it.
type CheckRun struct {
	ID          int64
	Repo        int64
	Name        string
	HeadSHA     string
	ExternalID  string
	Status      string
	Conclusion  string
	DetailsURL  string
	Title       string
	Summary     string
	Text        string
	Annotations []Annotation
	Actions     []map[string]string
}

// Annotation is an annotation of a check run.
type Annotation struct {
	Path            string `json:"path"`
	StartLine       int    `json:"start_line"`
	EndLine         int    `json:"end_line"`
	AnnotationLevel string `json:"annotation_level"`
	Message         string `json:"message"`
	Title           string `json:"title"`
	RawDetails      string `json:"raw_details"`
}

// CheckRuns returns the runs of a commit in the order they were made.
func (s *Server) CheckRuns(repo *Repo, sha string) []CheckRun {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []CheckRun
	for _, id := range s.runOrder {
		if run := s.runs[id]; run.Repo == repo.ID && run.HeadSHA == sha {
			out = append(out, *run)
		}
	}
	return out
}

// Latest returns the newest run of each name of a commit, which is what counts.
func (s *Server) Latest(repo *Repo, sha string) map[string]CheckRun {
	out := map[string]CheckRun{}
	for _, run := range s.CheckRuns(repo, sha) {
		out[run.Name] = run
	}
	return out
}

// The limits of the Checks API: bytes, as the server counts.
const (
	maxOutput      = 65_535
	maxAnnotations = 50
)

type checkBody struct {
	Name       *string             `json:"name"`
	HeadSHA    string              `json:"head_sha"`
	ExternalID *string             `json:"external_id"`
	Status     *string             `json:"status"`
	Conclusion *string             `json:"conclusion"`
	DetailsURL *string             `json:"details_url"`
	Actions    []map[string]string `json:"actions"`
	Output     *struct {
		Title       *string      `json:"title"`
		Summary     *string      `json:"summary"`
		Text        *string      `json:"text"`
		Annotations []Annotation `json:"annotations"`
	} `json:"output"`
}

// invalid says what the server would refuse, "" for nothing.
func (b *checkBody) invalid() string {
	conclusions := []string{"action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"}
	switch {
	case b.Conclusion != nil && !slices.Contains(conclusions, *b.Conclusion):
		return "conclusion is not a member of the list"
	case b.Status != nil && *b.Status == "completed" && b.Conclusion == nil:
		return "conclusion is missing"
	case b.Status != nil && !slices.Contains([]string{"queued", "in_progress", "completed"}, *b.Status):
		return "status is not one that an App may set"
	case len(b.Actions) > 3:
		return "no more than 3 actions"
	}
	for _, a := range b.Actions {
		if len(a["label"]) > 20 || len(a["description"]) > 40 || len(a["identifier"]) > 20 {
			return "action is too long"
		}
	}
	if b.Output == nil {
		return ""
	}
	if b.Output.Title == nil || b.Output.Summary == nil {
		return "title and summary are required"
	}
	for name, s := range map[string]*string{"summary": b.Output.Summary, "text": b.Output.Text} {
		if s != nil && len(*s) > maxOutput {
			return fmt.Sprintf("%s exceeds a maximum bytesize of %d", name, maxOutput)
		}
	}
	if len(b.Output.Annotations) > maxAnnotations {
		return "no more than 50 annotations"
	}
	for _, a := range b.Output.Annotations {
		if a.Path == "" || a.StartLine < 1 || a.EndLine < a.StartLine || a.Message == "" || len(a.Message) > 64<<10 || len(a.Title) > 255 ||
			!slices.Contains([]string{"notice", "warning", "failure"}, a.AnnotationLevel) {
			return fmt.Sprintf("annotation %+v is invalid", a)
		}
	}
	return ""
}

func (s *Server) checks(w http.ResponseWriter, r *http.Request, repo *Repo, parts []string) {
	level := "read"
	if r.Method != http.MethodGet {
		level = "write"
	}
	if !s.may(w, r, repo, "checks", level) {
		return
	}
	if parts[0] == "commits" {
		s.listRuns(w, r, repo, parts[1])
		return
	}
	var run *CheckRun
	if len(parts) > 1 {
		id, _ := strconv.ParseInt(parts[1], 10, 64)
		if run = s.runs[id]; run == nil || run.Repo != repo.ID {
			refuse(w, http.StatusNotFound, "Not Found")
			return
		}
	}
	if r.Method == http.MethodGet {
		answer(w, http.StatusOK, runJSON(run))
		return
	}
	text, err := io.ReadAll(r.Body)
	var body checkBody
	if err != nil || json.Unmarshal(text, &body) != nil {
		refuse(w, http.StatusBadRequest, "Problems parsing JSON")
		return
	}
	if problem := body.invalid(); problem != "" {
		refuse(w, http.StatusUnprocessableEntity, "Invalid request. %s", problem)
		return
	}
	code := http.StatusOK
	if run == nil {
		if s.commits[body.HeadSHA] == nil || body.Name == nil {
			refuse(w, http.StatusUnprocessableEntity, "No commit found for SHA: %s", body.HeadSHA)
			return
		}
		run = &CheckRun{ID: s.id(), Repo: repo.ID, HeadSHA: body.HeadSHA, Status: "queued"}
		s.runs[run.ID] = run
		s.runOrder = append(s.runOrder, run.ID)
		code = http.StatusCreated
	}
	run.apply(&body)
	answer(w, code, runJSON(run))
}

func (run *CheckRun) apply(b *checkBody) {
	for _, f := range []struct{ to, from *string }{{&run.Name, b.Name}, {&run.ExternalID, b.ExternalID}, {&run.Status, b.Status}, {&run.Conclusion, b.Conclusion}, {&run.DetailsURL, b.DetailsURL}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if b.Conclusion != nil {
		run.Status = "completed"
	}
	if b.Actions != nil {
		run.Actions = b.Actions
	}
	if b.Output != nil {
		run.Title, run.Summary = *b.Output.Title, *b.Output.Summary
		if b.Output.Text != nil {
			run.Text = *b.Output.Text
		}
		run.Annotations = append(run.Annotations, b.Output.Annotations...) // they append
	}
}

func (s *Server) listRuns(w http.ResponseWriter, r *http.Request, repo *Repo, sha string) {
	q := r.URL.Query()
	var list []*CheckRun
	for _, id := range s.runOrder {
		run := s.runs[id]
		if run.Repo == repo.ID && run.HeadSHA == sha && (q.Get("check_name") == "" || q.Get("check_name") == run.Name) {
			list = append(list, run)
		}
	}
	slices.Reverse(list) // newest first
	if q.Get("filter") != "all" {
		seen := map[string]bool{}
		list = slices.DeleteFunc(list, func(run *CheckRun) bool {
			old := seen[run.Name]
			seen[run.Name] = true
			return old
		})
	}
	out := []any{}
	for _, run := range list[:min(len(list), 100)] {
		out = append(out, runJSON(run))
	}
	answer(w, http.StatusOK, map[string]any{"total_count": len(out), "check_runs": out})
}

func runJSON(run *CheckRun) map[string]any {
	var conclusion any
	if run.Conclusion != "" {
		conclusion = run.Conclusion
	}
	return map[string]any{"id": run.ID, "name": run.Name, "head_sha": run.HeadSHA, "external_id": run.ExternalID, "status": run.Status, "conclusion": conclusion,
		"details_url": run.DetailsURL, "app": map[string]any{"id": AppID}, "pull_requests": []any{},
		"output": map[string]any{"title": run.Title, "summary": run.Summary, "text": run.Text, "annotations_count": len(run.Annotations)}}
}
