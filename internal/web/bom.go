package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxRows bounds the components of a page; the whole ML-BOM is a download.
const maxRows = 1000

func fromMillis(s string) time.Time {
	ms, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// facts is the part of an input document that pages show.
type facts struct {
	Components []sbom.Component `json:"components"`
	Workloads  []sbom.Workload  `json:"workloads"`
	Change     []sbom.Change    `json:"change"`
	Provenance sbom.Provenance  `json:"provenance"`
}

// facts reads the input of a decision.
func (s *Server) facts(v visit, digest string) (facts, error) {
	var f facts
	if digest == "" {
		return f, nil
	}
	body, err := s.Store.Input(v.Context(), digest)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(body, &f); err != nil {
		return f, fmt.Errorf("input %s: %w", digest, err)
	}
	return f, nil
}

func (s *Server) bom(w http.ResponseWriter, v visit) error {
	record, d, r, err := s.open(v)
	if err != nil {
		return err
	}
	f, err := s.facts(v, record.InputDigest)
	if err != nil {
		return err
	}
	kind, text, unpinned := v.URL.Query().Get("kind"), v.URL.Query().Get("q"), v.URL.Query().Get("unpinned") != ""
	kinds := map[string]int{}
	var rows []sbom.Component
	for _, c := range f.Components {
		kinds[c.Kind]++
		if kind != "" && c.Kind != kind || unpinned && c.Pinned == sbom.Yes || !mentions(c, text) {
			continue
		}
		rows = append(rows, c)
	}
	slices.SortStableFunc(rows, func(a, b sbom.Component) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
	})
	total := len(rows)
	s.render(w, http.StatusOK, "bom", v, map[string]any{"Title": "ML-BOM", "Record": record, "Decision": d, "Repository": r, "Tab": "bom",
		"Rows": rows[:min(len(rows), maxRows)], "Total": total, "All": len(f.Components), "Kinds": kinds, "Kind": kind, "Text": text, "Unpinned": unpinned})
	return nil
}

// mentions tells whether a component has a text in what people know it by.
func mentions(c sbom.Component, text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return true
	}
	for _, s := range append([]string{c.Name, c.Version, c.Revision, c.Purl, c.Publisher, c.Role, c.At.Path}, c.Licenses...) {
		if strings.Contains(strings.ToLower(s), text) {
			return true
		}
	}
	return false
}

func (s *Server) bomJSON(w http.ResponseWriter, v visit) error {
	record, _, _, err := s.open(v)
	if err != nil {
		return err
	}
	body, err := s.Store.Blob(v.Context(), record.BOMDigest)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.cyclonedx+json")
	w.Header().Set("Content-Disposition", `attachment; filename="ml-bom.cdx.json"`)
	_, err = w.Write(body)
	return err
}

// difference is a component that a change adds, removes or alters.
type difference struct {
	Sign          string // + | − | ±
	Before, After *sbom.Component
}

// changes shows what a pull request does to the ML-BOM.
func (s *Server) changes(w http.ResponseWriter, v visit) error {
	record, d, r, err := s.open(v)
	if err != nil {
		return err
	}
	head, err := s.facts(v, record.InputDigest)
	if err != nil {
		return err
	}
	base, err := s.facts(v, record.BaseInputDigest)
	if err != nil {
		return err
	}
	s.render(w, http.StatusOK, "changes", v, map[string]any{"Title": "What changes", "Record": record, "Decision": d, "Repository": r, "Tab": "changes",
		"Changes": head.Change, "Differences": differences(base.Components, head.Components), "Base": record.BaseInputDigest != ""})
	return nil
}

func differences(before, after []sbom.Component) []difference {
	old := map[string]*sbom.Component{}
	for i := range before {
		old[before[i].Ref] = &before[i]
	}
	var out []difference
	for i := range after {
		c := &after[i]
		was, ok := old[c.Ref]
		delete(old, c.Ref)
		switch {
		case !ok:
			out = append(out, difference{"+", nil, c})
		case was.Version != c.Version || was.Revision != c.Revision || digests(was) != digests(c) || was.Pinned != c.Pinned:
			out = append(out, difference{"±", was, c})
		}
	}
	for i := range before {
		if c, ok := old[before[i].Ref]; ok {
			out = append(out, difference{"−", c, nil})
		}
	}
	name := func(d difference) string {
		if d.After != nil {
			return d.After.Kind + d.After.Name
		}
		return d.Before.Kind + d.Before.Name
	}
	slices.SortStableFunc(out, func(a, b difference) int { return cmp.Compare(name(a), name(b)) })
	return out[:min(len(out), maxRows)]
}

func digests(c *sbom.Component) string {
	var parts []string
	for k, v := range c.Digests {
		parts = append(parts, k+":"+v)
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}
