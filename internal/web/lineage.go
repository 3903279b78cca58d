package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// The size of the picture, in pixels of the SVG.
const (
	columnWidth = 205
	boxWidth    = 170
	boxHeight   = 46
	rowHeight   = 64
	margin      = 20
	headHeight  = 40
	// maxNodes bounds the picture: more cannot be read.
	maxNodes = 300
)

// picture is the lineage as it is drawn: one column per stage, edges left to right.
type picture struct {
	Width, Height int
	Columns       []column
	Nodes         []node
	Edges         []edge
	Left          int // nodes that are left out
}

type column struct {
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
	From, To       string
	Label          string
	X1, Y1, X2, Y2 int
	Mid1, Mid2     int // control points of the curve
	Revoked        bool
}

// lineageStages are the columns.
var lineageStages = []string{"data", "base", "training", "registry", "deployment"}

func (s *Server) lineage(w http.ResponseWriter, v visit) error {
	record, d, r, err := s.open(v)
	if err != nil {
		return err
	}
	f, err := s.facts(v, record.InputDigest)
	if err != nil {
		return err
	}
	s.render(w, http.StatusOK, "lineage", v, map[string]any{"Title": "Lineage", "Record": record, "Decision": d, "Repository": r, "Tab": "lineage",
		"Picture": draw(f), "Gaps": f.Provenance.Gaps, "Revoked": f.Provenance.Revoked})
	return nil
}

// graph is what is drawn before it has places.
type graph struct {
	nodes map[string]*node
	edges []edge
}

func draw(f facts) picture {
	g := &graph{nodes: map[string]*node{}}
	g.components(f)
	g.provenance(f.Provenance)
	g.revoke(f.Provenance.Revoked)
	return g.layout()
}

func (g *graph) add(id, kind, name, detail, stage string) {
	if _, ok := g.nodes[id]; ok {
		return
	}
	g.nodes[id] = &node{ID: id, Kind: kind, Name: shorten(name, 21), Detail: shorten(detail, 16), Column: max(slices.Index(lineageStages, stage), 0), order: kind + name + id}
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

// layout gives everything its place, the same each time.
func (g *graph) layout() picture {
	var nodes []*node
	for _, n := range g.nodes {
		nodes = append(nodes, n)
	}
	slices.SortFunc(nodes, func(a, b *node) int { return cmp.Or(cmp.Compare(a.Column, b.Column), cmp.Compare(a.order, b.order)) })
	p := picture{Width: columnWidth*(len(lineageStages)-1) + boxWidth + 2*margin, Left: max(len(nodes)-maxNodes, 0)}
	for i, name := range lineageStages {
		p.Columns = append(p.Columns, column{margin + i*columnWidth, name})
	}
	rows := make([]int, len(lineageStages))
	placed := map[string]*node{}
	for _, n := range nodes[:len(nodes)-p.Left] {
		n.X, n.Y = margin+n.Column*columnWidth, headHeight+rows[n.Column]*rowHeight
		rows[n.Column]++
		placed[n.ID] = n
		p.Nodes = append(p.Nodes, *n)
	}
	p.Height = headHeight + max(slices.Max(rows), 1)*rowHeight + margin
	seen := map[[2]string]bool{}
	for _, e := range g.edges {
		from, to := placed[e.From], placed[e.To]
		if from == nil || to == nil || seen[[2]string{e.From, e.To}] {
			continue
		}
		seen[[2]string{e.From, e.To}] = true
		e.X1, e.Y1, e.X2, e.Y2 = from.X+boxWidth, from.Y+boxHeight/2, to.X, to.Y+boxHeight/2
		if from.Column >= to.Column { // a loop or a step inside one column
			e.X2 = to.X + boxWidth
		}
		e.Mid1, e.Mid2 = e.X1+30, e.X2-30
		if from.Column >= to.Column {
			e.Mid2 = e.X2 + 30
		}
		p.Edges = append(p.Edges, e)
	}
	slices.SortFunc(p.Edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return p
}
