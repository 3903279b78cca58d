package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"unicode"

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
	laneStep       = 4 // between edges that pass a column from different rows
	headHeight     = 40
	// maxName and maxDetail are how much text (see width) has room in the two lines of a
	// box, minPart is how much of a part is worth showing.
	maxName, maxDetail, minPart = 178, 214, 60
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
	Full                   string // the name in full
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
	Path             string // as SVG draws it
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
	g.nodes[id] = &node{ID: id, Kind: kind, Full: name, Name: shorten(brief(name), maxName), Detail: detail, Column: max(slices.Index(lineageStages, stage), 0), order: kind + name + id}
}

// detail is the second line of a box. That something is revoked is said first and its
// kind next: the rest is left out where there is no room.
func (n *node) detail() string {
	parts := []string{n.Kind, n.Detail}
	if n.Revoked {
		parts = append([]string{"revoked"}, parts...)
	}
	const between = " · "
	line := ""
	for _, part := range parts {
		switch {
		case part == "":
		case line == "":
			line = part
		case width(line+between+part) <= maxDetail:
			line += between + part
		case maxDetail-width(line+between) >= minPart:
			return line + between + shorten(part, maxDetail-width(line+between))
		}
	}
	return line
}

// width is how much room a text takes, in tenths of a digit's. The page has no font of its
// own, so the letters are those of a wide one; a narrower one leaves some room.
func width(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case strings.ContainsRune(" .,:;'|!ijlftr/()[]-", r):
			n += 6
		case strings.ContainsRune("mwMW@%…", r):
			n += 16
		case r >= 0x1100: // the letters of East Asia are square
			n += 16
		case unicode.IsUpper(r):
			n += 12
		default:
			n += 10
		}
	}
	return n
}

// shorten takes letters from the front until a text has room: names differ at their end.
// Of a digest it is the front that is known elsewhere.
func shorten(s string, room int) string {
	if width(s) <= room {
		return s
	}
	r := []rune(s)
	if fullDigest.MatchString(s) || strings.HasSuffix(s, "…") {
		for width(string(r)) > room-width("…") {
			r = r[:len(r)-1]
		}
		return strings.TrimSuffix(string(r), "…") + "…"
	}
	for width(string(r)) > room-width("…") {
		r = r[1:]
	}
	return "…" + string(r)
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
			g.edge(ref, c.Ref, "derived from")
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
			n.Detail = "gap: " + strings.ReplaceAll(gap.Code, "_", " ")
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
	g.edges = append(g.edges, edge{From: from, To: to, Label: relation(label)})
}

// relation is what a thing is to what it came from, as it is read between their names: a
// statement names only the kind of what went in.
func relation(label string) string {
	label = strings.ReplaceAll(label, "_", " ")
	switch last := label[strings.LastIndexByte(label, ' ')+1:]; {
	case label == "passed": // a place, by a summary of verification
		return "lets in"
	case last == "from", last == "on", last == "serves":
		return label
	}
	return strings.TrimSpace("made from " + label)
}
