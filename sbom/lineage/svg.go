package lineage

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// Measures of the picture, in pixels.
const (
	columnWidth = 220
	rowHeight   = 54
	boxWidth    = 176
	boxHeight   = 38
	margin      = 24
	headHeight  = 34
	maxLabel    = 24 // characters of a name that fit in a box
)

// MaxDrawn bounds a picture; what is left out is said in it.
const MaxDrawn = 400

// point is where a box stands.
type point struct{ x, y int }

// SVG draws the graph with one column per stage. Revoked nodes and everything made from
// them are marked, and so are the edges of the way.
func (g *Graph) SVG(w io.Writer, revoked []string) error {
	b := bufio.NewWriter(w)
	nodes := g.Nodes()
	left := 0
	if len(nodes) > MaxDrawn {
		left, nodes = len(nodes)-MaxDrawn, nodes[:MaxDrawn]
	}
	tainted := g.Tainted(revoked)
	places, rows := place(nodes)
	width, height := 2*margin+len(columns())*columnWidth, 2*margin+headHeight+max(rows, 1)*rowHeight
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", width, height, width, height)
	fmt.Fprintln(b, `<style>.box{fill:#fff;stroke:#456}.tainted .box{fill:#fee;stroke:#c00}.revoked .box{fill:#c00;stroke:#900}.revoked text{fill:#fff}.edge{stroke:#789;fill:none}.edge.tainted{stroke:#c00;stroke-width:2}.head{fill:#345;font-weight:bold}.small{fill:#666;font-size:10px}</style>`)
	for i, name := range columns() {
		fmt.Fprintf(b, `<text class="head" x="%d" y="%d">%s</text>`+"\n", margin+i*columnWidth, margin+12, escape(name))
	}
	for _, e := range g.Edges() {
		from, ok1 := places[e.From]
		to, ok2 := places[e.To]
		if !ok1 || !ok2 {
			continue
		}
		class := "edge"
		if tainted[e.From] != "" && tainted[e.To] != "" {
			class += " tainted"
		}
		x1, y1, x2, y2 := from.x+boxWidth, from.y+boxHeight/2, to.x, to.y+boxHeight/2
		fmt.Fprintf(b, `<path class="%s" d="M%d %dC%d %d %d %d %d %d"><title>%s</title></path>`+"\n", class, x1, y1, x1+30, y1, x2-30, y2, x2, y2, escape(e.Relation+", attested by "+e.AttestedBy))
	}
	isRevoked := map[string]bool{}
	for _, digest := range revoked {
		isRevoked[digest] = true
	}
	for _, n := range nodes {
		p := places[n.Digest]
		class := "node"
		switch {
		case isRevoked[n.Digest]:
			class += " revoked"
		case tainted[n.Digest] != "":
			class += " tainted"
		}
		fmt.Fprintf(b, `<g class="%s"><title>%s</title><rect class="box" x="%d" y="%d" width="%d" height="%d" rx="4"/><text x="%d" y="%d">%s</text><text class="small" x="%d" y="%d">%s</text></g>`+"\n",
			class, escape(n.Name+" "+n.Digest), p.x, p.y, boxWidth, boxHeight, p.x+8, p.y+16, escape(label(n)), p.x+8, p.y+30, escape(strings.TrimSpace(n.Kind+" "+short(n.Digest))))
	}
	if left > 0 {
		fmt.Fprintf(b, `<text x="%d" y="%d">and %d more that are not drawn</text>`+"\n", margin, height-8, left)
	}
	fmt.Fprintln(b, "</svg>")
	return b.Flush()
}

// columns are the stages, after a first column for things that no stage made.
func columns() []string { return append([]string{"external"}, Stages...) }

func place(nodes []Node) (places map[string]point, rows int) {
	places = map[string]point{}
	used := map[int]int{}
	for _, n := range nodes {
		c := column(n.Stage) + 1
		places[n.Digest] = point{margin + c*columnWidth, margin + headHeight + used[c]*rowHeight}
		used[c]++
		rows = max(rows, used[c])
	}
	return places, rows
}

func label(n Node) string {
	name := []rune(n.Name)
	switch {
	case len(name) == 0:
		return short(n.Digest)
	case len(name) > maxLabel:
		return string(name[:maxLabel-1]) + "…"
	}
	return string(name)
}

func short(digest string) string {
	_, value, ok := strings.Cut(digest, ":")
	if !ok {
		value = digest
	}
	return value[:min(len(value), 12)]
}

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")

// escape writes text for XML; control characters, which XML does not allow, become "?".
func escape(s string) string {
	return entities.Replace(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == 0xfffe || c == 0xffff {
			return '?'
		}
		return c
	}, s))
}
