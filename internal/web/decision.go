package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/sbom"
)

// opened is a stored decision that the reader may read.
type opened struct {
	*store.Record
	Decision   *engine.Decision
	Repository store.Repository
}

// handleDecision serves a page about one decision to those who may read its repository.
func (s *Server) handleDecision(below string, page func(w http.ResponseWriter, v visit, o *opened) error) {
	s.handle("GET /decisions/{id}"+below, func(w http.ResponseWriter, v visit) error {
		record, err := s.Store.Decision(v.Context(), v.PathValue("id"))
		if errors.Is(err, store.ErrNotFound) {
			return errNoDecision
		}
		if err != nil {
			return err
		}
		r, err := s.readable(v.Context(), v, record.Repository)
		if err != nil {
			return err
		}
		var d engine.Decision
		if err := json.Unmarshal(record.Decision, &d); err != nil {
			return fmt.Errorf("decision %s: %w", record.ID, err)
		}
		return page(w, v, &opened{record, &d, r})
	})
}

// renderDecision renders a tab of a decision.
func (s *Server) renderDecision(w http.ResponseWriter, name, title string, v visit, o *opened, data map[string]any) error {
	data["Title"], data["Tab"], data["Record"], data["Decision"], data["Repository"] = title, name, o.Record, o.Decision, o.Repository
	data["Commit"], data["TargetLink"] = s.link(o, "commit", o.Decision.Subject.Revision), s.targetLink(o)
	s.render(w, http.StatusOK, name, v, data)
	return nil
}

// link is an address in the repository of a decision, "" where there is none.
func (s *Server) link(o *opened, parts ...string) string {
	if s.SiteURL == "" || o.Repository.Name == "" || slices.Contains(parts, "") {
		return ""
	}
	link := strings.TrimSuffix(s.SiteURL, "/") + "/" + url.PathEscape(o.Repository.Owner) + "/" + url.PathEscape(o.Repository.Name)
	for _, part := range parts {
		for segment := range strings.SplitSeq(part, "/") {
			link += "/" + url.PathEscape(segment)
		}
	}
	return link
}

// targetLink is the address of the pull request that a decision is about.
func (s *Server) targetLink(o *opened) string {
	number, ok := strings.CutPrefix(o.Target, "pull/")
	if !ok {
		return ""
	}
	return s.link(o, "pull", number)
}

// placeLink is the line of a finding in its commit.
func (s *Server) placeLink(o *opened, at sbom.At) string {
	link := s.link(o, "blob", o.Decision.Subject.Revision, at.Path)
	if link != "" && at.Line > 0 {
		link += fmt.Sprintf("#L%d", at.Line)
	}
	return link
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
	Link  string // of the line on GitHub, "" for none
	Lines []codeLine
}

type shownControl struct {
	engine.ControlResult
	Shown []shownFinding
	Rest  []shownFinding // beyond maxOpenFindings
	State string         // denies | unknown | warns | waived | passed | na
}

type shownStage struct {
	engine.StageDecision
	Shown  []shownControl
	Quiet  []shownControl // passed, and what does not apply
	Counts map[string]int
}

func (s *Server) decision(w http.ResponseWriter, v visit, o *opened) error {
	if v.URL.Query().Get("format") == "json" || strings.HasPrefix(v.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json")
		_, err := w.Write(o.Record.Decision)
		return err
	}
	context := map[string][]codeLine{}
	if o.ContextDigest != "" {
		body, err := s.Store.Blob(v.Context(), o.ContextDigest)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(body, &context); err != nil {
			return fmt.Errorf("context of %s: %w", o.ID, err)
		}
	}
	stages := make([]shownStage, len(o.Decision.Stages))
	for i, stage := range o.Decision.Stages {
		stages[i] = show(stage, func(f engine.Finding) shownFinding {
			return shownFinding{f, place(f.At), s.placeLink(o, f.At), mark(context[place(f.At)], f.At.Line)}
		})
	}
	return s.renderDecision(w, "decision", "Decision", v, o, map[string]any{"Stages": stages, "Explains": s.Explain != nil})
}

// maxOpenFindings is how many findings of a control are shown before the rest is folded.
const maxOpenFindings = 5

func show(stage engine.StageDecision, one func(engine.Finding) shownFinding) shownStage {
	out := shownStage{StageDecision: stage, Counts: map[string]int{}}
	for _, c := range stage.Controls {
		shown := shownControl{ControlResult: c, State: state(c)}
		out.Counts[shown.State]++
		for _, f := range c.Findings {
			shown.Shown = append(shown.Shown, one(f))
		}
		slices.SortStableFunc(shown.Shown, func(a, b shownFinding) int { return cmp.Compare(known(a), known(b)) })
		if len(shown.Shown) > maxOpenFindings+1 { // a fold for one would be longer than it
			shown.Shown, shown.Rest = shown.Shown[:maxOpenFindings], shown.Shown[maxOpenFindings:]
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

// known puts what a change brings before what was there.
func known(f shownFinding) int { return slices.Index([]string{"new", "known", "waived"}, f.State) }

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

// explain shows how a control came to its outcome, as "mlpolicy policy explain" does.
func (s *Server) explain(w http.ResponseWriter, v visit, o *opened) error {
	id := v.PathValue("control")
	if s.Explain == nil {
		return errNoPage
	}
	text, err := s.Explain(v.Context(), o.Record, id)
	if errors.Is(err, store.ErrNotFound) {
		return errNoPage
	}
	if err != nil {
		return err
	}
	return s.renderDecision(w, "explain", "How "+id+" was evaluated", v, o, map[string]any{"ID": id, "Text": text})
}
