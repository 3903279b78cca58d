package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/store"
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
		// The outcomes, for a verdict may stay where they change; "" where there is no such control.
		FromOutcome string `json:"from_outcome"`
		ToOutcome   string `json:"to_outcome"`
		Count       int
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
