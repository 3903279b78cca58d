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

func (s *Server) bom(w http.ResponseWriter, v visit, o *opened) error {
	f, err := s.facts(v, o.InputDigest)
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
	return s.renderDecision(w, "bom", "ML-BOM", v, o, map[string]any{
		"Rows": rows[:min(len(rows), maxRows)], "Total": total, "All": len(f.Components), "Kinds": kinds, "Kind": kind, "Text": text, "Unpinned": unpinned})
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

func (s *Server) bomJSON(w http.ResponseWriter, v visit, o *opened) error {
	body, err := s.Store.Blob(v.Context(), o.BOMDigest)
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
func (s *Server) changes(w http.ResponseWriter, v visit, o *opened) error {
	head, err := s.facts(v, o.InputDigest)
	if err != nil {
		return err
	}
	base, err := s.facts(v, o.BaseInputDigest)
	if err != nil {
		return err
	}
	changes, counts := inOrder(head.Change)
	return s.renderDecision(w, "changes", "What changes", v, o, map[string]any{"Counts": counts, "Left": max(len(changes)-maxRows, 0),
		"Changes": changes[:min(len(changes), maxRows)], "Differences": differences(base.Components, head.Components), "Base": o.BaseInputDigest != ""})
}

// count is how often a kind of change occurs.
type count struct {
	Kind string
	N    int
}

// inOrder sorts changes for a reader: what is about models and data before files that
// merely have other bytes, and those of one kind together.
func inOrder(changes []sbom.Change) ([]sbom.Change, []count) {
	out := slices.Clone(changes)
	n := map[string]int{}
	for i := range out {
		n[out[i].Kind]++
		if out[i].Before == out[i].Subject { // "added" and "removed" say it all
			out[i].Before = ""
		}
		if out[i].After == out[i].Subject {
			out[i].After = ""
		}
	}
	files := func(kind string) int {
		if slices.Contains([]string{"code_changed", "policy_changed"}, kind) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b sbom.Change) int { return cmp.Or(files(a.Kind)-files(b.Kind), cmp.Compare(a.Kind, b.Kind)) })
	var counts []count
	for _, c := range out {
		if len(counts) == 0 || counts[len(counts)-1].Kind != c.Kind {
			counts = append(counts, count{c.Kind, n[c.Kind]})
		}
	}
	return out, counts
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
