package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

// The size of the picture, in pixels of the SVG.
const (
	pictureWidth   = 1060 // of a page without scrolling
	boxWidth       = 170
	minGap, maxGap = 40, 130 // between columns
	boxHeight      = 46
	rowHeight      = 64
	margin         = 20
	headHeight     = 40
	// maxNodes bounds the picture: more cannot be read.
	maxNodes = 300
	// maxAlone bounds the nodes without an edge that are drawn: they have no lineage to show.
	maxAlone = 12
	// sweeps is how often the columns are put in order by their neighbours; more changes
	// little.
	sweeps = 4
)

// picture is the lineage as it is drawn: one column per stage, edges left to right.
type picture struct {
	Width, Height int
	Columns       []columnHead
	Nodes         []node
	Edges         []edge
	Left          int // nodes that are left out
}

type columnHead struct {
	X    int
	Name string
}

type node struct {
	ID, Kind, Name, Detail string
	Column                 int
	X, Y                   int
	Revoked                bool
	order                  string
}

type edge struct {
	From, To         string
	FromName, ToName string // as they are shown
	Label            string
	X1, Y1, X2, Y2   int
	Mid1, Mid2       int // control points of the curve
	Revoked          bool
}

// lineageStages are the columns.
var lineageStages = []string{"data", "base", "training", "registry", "deployment"}

func (s *Server) lineage(w http.ResponseWriter, v visit, o *opened) error {
	f, err := s.facts(v, o.InputDigest)
	if err != nil {
		return err
	}
	// What others made of the same bytes may be in repositories that the reader may not read.
	nodes, edges, err := s.Store.Around(v.Context(), digestsIn(f), s.Auth == nil, maxNodes)
	if err != nil {
		return err
	}
	return s.renderDecision(w, "lineage", "Lineage", v, o, map[string]any{"Picture": draw(f, nodes, edges), "Gaps": f.Provenance.Gaps, "Revoked": f.Provenance.Revoked})
}

// graph is what is drawn before it has places.
type graph struct {
	nodes map[string]*node
	edges []edge
}

func draw(f facts, nodes []lineage.Node, edges []lineage.Edge) picture {
	g := &graph{nodes: map[string]*node{}}
	g.components(f)
	g.provenance(f.Provenance)
	g.recorded(f, nodes, edges)
	g.revoke(f.Provenance.Revoked)
	return g.layout()
}

func (g *graph) add(id, kind, name, detail, stage string) {
	if _, ok := g.nodes[id]; ok {
		return
	}
	g.nodes[id] = &node{ID: id, Kind: kind, Name: shorten(name, 20), Detail: shorten(detail, 16), Column: max(slices.Index(lineageStages, stage), 0), order: kind + name + id}
}

func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return "…" + string(r[len(r)-n+1:])
}

// components draws what the source itself says: data and bases lead to what was made of
// them, and that to what runs.
func (g *graph) components(f facts) {
	used := map[string]bool{}
	for _, c := range f.Components {
		for _, ref := range append(slices.Clone(c.DerivedFrom), c.Datasets...) {
			used[ref], used[c.Ref] = true, true
		}
	}
	for _, c := range f.Components {
		stage := ""
		switch {
		case c.Kind == "dataset":
			stage = "data"
		case c.Kind == "adapter", c.Kind == "model" && c.Role == "output", len(c.DerivedFrom) > 0:
			stage = "training"
		case c.Kind == "model", c.Kind == "tokenizer" && used[c.Ref]:
			stage = "base"
		default:
			continue
		}
		detail := cmp.Or(c.Version, c.Revision, "no revision")
		g.add(c.Ref, c.Kind, c.Name, detail, stage)
	}
	for _, c := range f.Components {
		for _, ref := range c.DerivedFrom {
			g.edge(ref, c.Ref, "derived")
		}
		for _, ref := range c.Datasets {
			g.edge(ref, c.Ref, "trained on")
		}
	}
	for _, w := range f.Workloads {
		if w.Role != "serving" || len(w.Models) == 0 {
			continue
		}
		id := "workload:" + w.Namespace + "/" + w.Name
		g.add(id, "workload", w.Name, w.Platform, "deployment")
		for _, m := range w.Models {
			for _, c := range f.Components {
				if c.Kind != "dataset" && c.Name != "" && (c.Name == m.Name || strings.HasSuffix(m.URI, c.Name)) {
					g.edge(c.Ref, id, "serves")
				}
			}
		}
	}
}

// provenance draws what was attested.
func (g *graph) provenance(p sbom.Provenance) {
	for _, e := range p.Edges {
		g.add(e.To, "artifact", e.To, e.Stage, stageOr(e.Stage, "training"))
	}
	for _, e := range p.Edges {
		g.add(e.From, "artifact", e.From, "", "data")
		g.edge(e.From, e.To, e.Relation)
	}
	for _, gap := range p.Gaps {
		if n, ok := g.nodes[gap.Digest]; ok {
			n.Detail = shorten("gap: "+strings.ReplaceAll(gap.Code, "_", " "), 22)
		}
	}
}

// digestsIn are the digests by which the stored lineage may know what a source holds.
func digestsIn(f facts) []string {
	var out []string
	for _, c := range f.Components {
		for algorithm, value := range c.Digests {
			out = append(out, algorithm+":"+value)
		}
	}
	for _, e := range f.Provenance.Edges {
		out = append(out, e.From, e.To)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// recorded draws what the stored lineage knows beyond this source. A thing that the source
// has is one with it.
func (g *graph) recorded(f facts, nodes []lineage.Node, edges []lineage.Edge) {
	same := map[string]string{}
	for _, c := range f.Components {
		for algorithm, value := range c.Digests {
			if g.nodes[c.Ref] != nil {
				same[algorithm+":"+value] = c.Ref
			}
		}
	}
	id := func(digest string) string { return cmp.Or(same[digest], digest) }
	for _, n := range nodes {
		stage := stageOr(n.Stage, "training")
		switch n.Kind {
		case "dataset":
			stage = "data"
		case "base":
			stage = "base"
		}
		g.add(id(n.Digest), n.Kind, cmp.Or(n.Name, n.Digest), "recorded", stage)
	}
	for _, e := range edges {
		g.add(id(e.From), "artifact", e.From, "recorded", "data")
		g.add(id(e.To), "artifact", e.To, "recorded", stageOr(e.Stage, "training"))
		g.edge(id(e.From), id(e.To), e.Relation)
	}
}

func stageOr(stage, otherwise string) string {
	if slices.Contains(lineageStages, stage) {
		return stage
	}
	return otherwise
}

// revoke marks the paths that lead to something revoked.
func (g *graph) revoke(paths []sbom.RevokedPath) {
	for _, p := range paths {
		for _, id := range append(slices.Clone(p.Path), p.Digest) {
			if n, ok := g.nodes[id]; ok {
				n.Revoked = true
			}
		}
	}
	for i := range g.edges {
		from, to := g.nodes[g.edges[i].From], g.nodes[g.edges[i].To]
		g.edges[i].Revoked = from != nil && to != nil && from.Revoked && to.Revoked
	}
}

func (g *graph) edge(from, to, label string) {
	if g.nodes[from] == nil || g.nodes[to] == nil || from == to {
		return
	}
	g.edges = append(g.edges, edge{From: from, To: to, Label: strings.ReplaceAll(label, "_", " ")})
}
