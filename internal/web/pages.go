package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxRecent bounds the decisions of a list.
	maxRecent = 50
	// maxInScope bounds the repositories of the first page whose decisions are shown.
	maxInScope = 200
)

// repositories lists what the reader may read.
func (s *Server) repositories(v visit) ([]store.Repository, error) {
	known, err := s.Store.Repositories(v.Context())
	if err != nil {
		return nil, err
	}
	var out []store.Repository
	for _, r := range known {
		may, err := s.may(v.Context(), v, r)
		if err != nil {
			s.Log.Warn("permission", "repository", r.ID, "error", err)
			continue // one repository that cannot be asked about hides itself alone
		}
		if may && r.State == store.StateActive {
			out = append(out, r)
		}
	}
	return out[:min(len(out), maxInScope)], nil
}

// summary is a repository with its newest decision.
type summary struct {
	store.Repository
	Last *store.Record
}

func (s *Server) index(w http.ResponseWriter, v visit) error {
	repositories, err := s.repositories(v)
	if err != nil {
		return err
	}
	rows := make([]summary, len(repositories))
	for i, r := range repositories {
		rows[i].Repository = r
		recent, err := s.Store.RecentDecisions(v.Context(), r.ID, 1)
		if err != nil {
			return err
		}
		if len(recent) > 0 {
			rows[i].Last = &recent[0]
		}
	}
	s.render(w, http.StatusOK, "index", v, map[string]any{"Title": "Repositories", "Rows": rows})
	return nil
}

func (s *Server) repository(w http.ResponseWriter, v visit) error {
	r, err := s.Store.RepositoryNamed(v.Context(), v.PathValue("owner"), v.PathValue("name"))
	if err != nil {
		return err
	}
	if r, err = s.readable(v.Context(), v, r.ID); err != nil {
		return err
	}
	recent, err := s.Store.RecentDecisions(v.Context(), r.ID, maxRecent)
	if err != nil {
		return err
	}
	requests, err := s.Store.WaiverRequests(v.Context(), r.ID, maxRecent)
	if err != nil {
		return err
	}
	s.render(w, http.StatusOK, "repository", v, map[string]any{"Title": r.FullName(), "Repository": r, "Decisions": recent, "Requests": requests})
	return nil
}

// open returns a stored decision that the reader may read.
func (s *Server) open(v visit) (*store.Record, *engine.Decision, store.Repository, error) {
	record, err := s.Store.Decision(v.Context(), v.PathValue("id"))
	if err != nil {
		return nil, nil, store.Repository{}, err
	}
	r, err := s.readable(v.Context(), v, record.Repository)
	if err != nil {
		return nil, nil, r, err
	}
	var d engine.Decision
	if err := json.Unmarshal(record.Decision, &d); err != nil {
		return nil, nil, r, fmt.Errorf("decision %s: %w", record.ID, err)
	}
	return record, &d, r, nil
}

// codeLine is a line around a finding.
type codeLine struct {
	Line int
	Text string
	Hit  bool
}

// shownFinding is a finding with the lines around it.
type shownFinding struct {
	engine.Finding
	Place string
	Lines []codeLine
}

type shownControl struct {
	engine.ControlResult
	Shown []shownFinding
	State string // denies | unknown | warns | waived | passed | na
}

type shownStage struct {
	engine.StageDecision
	Shown  []shownControl
	Quiet  []shownControl // passed, and what does not apply
	Counts map[string]int
}

func (s *Server) decision(w http.ResponseWriter, v visit) error {
	record, d, r, err := s.open(v)
	if err != nil {
		return err
	}
	if v.URL.Query().Get("format") == "json" || strings.HasPrefix(v.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json")
		_, err := w.Write(record.Decision)
		return err
	}
	context := map[string][]codeLine{}
	if record.ContextDigest != "" {
		body, err := s.Store.Blob(v.Context(), record.ContextDigest)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(body, &context); err != nil {
			return fmt.Errorf("context of %s: %w", record.ID, err)
		}
	}
	stages := make([]shownStage, len(d.Stages))
	for i, stage := range d.Stages {
		stages[i] = show(stage, context)
	}
	s.render(w, http.StatusOK, "decision", v, map[string]any{"Title": "Decision", "Record": record, "Decision": d, "Repository": r, "Stages": stages, "Tab": "decision"})
	return nil
}

func show(stage engine.StageDecision, context map[string][]codeLine) shownStage {
	out := shownStage{StageDecision: stage, Counts: map[string]int{}}
	for _, c := range stage.Controls {
		shown := shownControl{ControlResult: c, State: state(c)}
		out.Counts[shown.State]++
		for _, f := range c.Findings {
			shown.Shown = append(shown.Shown, shownFinding{f, place(f.At), mark(context[place(f.At)], f.At.Line)})
		}
		if shown.State == "passed" || shown.State == "na" {
			out.Quiet = append(out.Quiet, shown)
		} else {
			out.Shown = append(out.Shown, shown)
		}
	}
	order := []string{"denies", "unknown", "warns", "waived"}
	slices.SortStableFunc(out.Shown, func(a, b shownControl) int {
		return cmp.Compare(slices.Index(order, a.State), slices.Index(order, b.State))
	})
	return out
}

func mark(lines []codeLine, line int) []codeLine {
	out := slices.Clone(lines)
	for i := range out {
		out[i].Hit = out[i].Line == line
	}
	return out
}

func state(c engine.ControlResult) string {
	switch {
	case c.Verdict == engine.Deny:
		return "denies"
	case c.Verdict == engine.Undecided:
		return "unknown"
	case c.Outcome == engine.Fail, c.Outcome == engine.Unknown, c.Outcome == engine.Error:
		return "warns"
	case c.Outcome == engine.Waived:
		return "waived"
	case c.Outcome == engine.NotApplicable:
		return "na"
	}
	return "passed"
}

func place(at sbom.At) string {
	if at.Line > 0 {
		return fmt.Sprintf("%s:%d", at.Path, at.Line)
	}
	return at.Path
}

func (s *Server) controls(w http.ResponseWriter, v visit) error {
	s.render(w, http.StatusOK, "controls", v, map[string]any{"Title": "Controls", "Controls": s.Controls})
	return nil
}

func (s *Server) control(w http.ResponseWriter, v visit) error {
	id := v.PathValue("id")
	i := slices.IndexFunc(s.Controls, func(c engine.Control) bool { return c.ID == id })
	if i < 0 {
		return errNoPage
	}
	s.render(w, http.StatusOK, "control", v, map[string]any{"Title": id, "Control": s.Controls[i]})
	return nil
}

func (s *Server) replays(w http.ResponseWriter, v visit) error {
	list, err := s.Store.Replays(v.Context(), maxRecent)
	if err != nil {
		return err
	}
	s.render(w, http.StatusOK, "replays", v, map[string]any{"Title": "Replays", "Replays": list})
	return nil
}

// replayReport is the part of workbench.ReplayResult that is shown.
type replayReport struct {
	Decisions, Reproduced, Changed int
	Flips                          []struct {
		Control, Stage, From, To, Repository string
		Count                                int
	}
	Differences []string
}

// replay shows a replay, with the repositories alone that the reader may read.
func (s *Server) replay(w http.ResponseWriter, v visit) error {
	r, err := s.Store.Replay(v.Context(), v.PathValue("id"))
	if err != nil {
		return err
	}
	var report replayReport
	if err := json.Unmarshal(r.Report, &report); err != nil {
		return fmt.Errorf("replay %s: %w", r.ID, err)
	}
	if s.Auth != nil {
		names, err := s.readableNames(v)
		if err != nil {
			return err
		}
		report.Differences = nil
		kept := report.Flips[:0]
		for _, f := range report.Flips {
			if names[f.Repository] {
				kept = append(kept, f)
			}
		}
		report.Flips = kept
	}
	s.render(w, http.StatusOK, "replay", v, map[string]any{"Title": r.Title, "Replay": r, "Report": report})
	return nil
}

// readableNames are the names by which decisions call the repositories the reader may read.
func (s *Server) readableNames(v visit) (map[string]bool, error) {
	repositories, err := s.repositories(v)
	names := map[string]bool{}
	for _, r := range repositories {
		recent, err := s.Store.RecentDecisions(v.Context(), r.ID, 1)
		if err != nil {
			return nil, err
		}
		names[r.FullName()] = true
		for _, d := range recent {
			names[d.SubjectName] = true
		}
	}
	return names, err
}

// shownWaiver is a waiver as it stood in the newest decision of a repository.
type shownWaiver struct {
	engine.WaiverState
	Repository string
	Decision   string
}

func (s *Server) waivers(w http.ResponseWriter, v visit) error {
	repositories, err := s.repositories(v)
	if err != nil {
		return err
	}
	var rows []shownWaiver
	for _, r := range repositories {
		recent, err := s.Store.RecentDecisions(v.Context(), r.ID, 1)
		if err != nil {
			return err
		}
		if len(recent) == 0 {
			continue
		}
		record, err := s.Store.Decision(v.Context(), recent[0].ID)
		if err != nil {
			return err
		}
		var d engine.Decision
		if err := json.Unmarshal(record.Decision, &d); err != nil {
			return fmt.Errorf("decision %s: %w", record.ID, err)
		}
		for _, waiver := range d.Waivers {
			rows = append(rows, shownWaiver{waiver, r.FullName(), record.ID})
		}
	}
	slices.SortStableFunc(rows, func(a, b shownWaiver) int { return cmp.Compare(a.Expires, b.Expires) })
	s.render(w, http.StatusOK, "waivers", v, map[string]any{"Title": "Waivers", "Waivers": rows})
	return nil
}

func (s *Server) health(w http.ResponseWriter, v visit) error {
	installations, err := s.Store.Installations(v.Context())
	if err != nil {
		return err
	}
	repositories, err := s.repositories(v)
	if err != nil {
		return err
	}
	accounts := map[int64]bool{}
	for _, r := range repositories {
		accounts[r.Installation] = true
	}
	installations = slices.DeleteFunc(installations, func(i store.Installation) bool { return s.Auth != nil && !accounts[i.ID] })
	waiting, err := s.Store.QueuedDeliveries(v.Context(), s.Now())
	if err != nil {
		return err
	}
	redelivered, err := s.Store.Mark(v.Context(), "redeliver:since")
	if err != nil {
		return err
	}
	s.render(w, http.StatusOK, "health", v, map[string]any{"Title": "Installation health", "Installations": installations, "Repositories": repositories,
		"Waiting": waiting, "Reconciled": fromMillis(redelivered)})
	return nil
}
