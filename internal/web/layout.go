package web

import (
	"cmp"
	"fmt"
	"slices"
)

// layout gives everything its place, the same each time: only columns that hold
// something, and in each the nodes near those they are joined to, so that few edges cross.
func (g *graph) layout() picture {
	columns, alone := g.columns()
	used := slices.DeleteFunc(slices.Clone(columns), func(c []*node) bool { return len(c) == 0 })
	p := picture{Left: alone}
	gap := maxGap
	if n := len(used); n > 1 {
		gap = min(max((pictureWidth-2*margin-n*boxWidth)/(n-1), minGap), maxGap)
	}
	placed := map[string]*node{}
	rows, x := 1, margin
	for i, column := range columns {
		if len(column) == 0 {
			continue
		}
		p.Columns = append(p.Columns, columnHead{x, lineageStages[i]})
		for row, n := range column {
			n.Detail = n.detail()
			if len(placed) == maxNodes {
				p.Left++
				continue
			}
			n.X, n.Y = x, headHeight+row*rowHeight
			placed[n.ID] = n
			p.Nodes = append(p.Nodes, *n)
		}
		rows = max(rows, len(column))
		x += boxWidth + gap
	}
	p.Width = max(x-gap, boxWidth) + margin
	p.Height = headHeight + min(rows, maxNodes)*rowHeight + margin
	p.Edges = g.curves(placed, gap)
	return p
}

// columns sorts the nodes into columns and orders them. Those without an edge come last,
// and most of them are left out: there is nothing to see of their lineage.
func (g *graph) columns() (columns [][]*node, left int) {
	joined := map[string][]string{}
	for _, e := range g.edges {
		joined[e.From] = append(joined[e.From], e.To)
		joined[e.To] = append(joined[e.To], e.From)
	}
	columns = make([][]*node, len(lineageStages))
	for _, n := range g.nodes {
		columns[n.Column] = append(columns[n.Column], n)
	}
	for i, column := range columns {
		slices.SortFunc(column, func(a, b *node) int {
			return cmp.Or(boolCompare(len(joined[a.ID]) == 0, len(joined[b.ID]) == 0), cmp.Compare(a.order, b.order))
		})
		first := slices.IndexFunc(column, func(n *node) bool { return len(joined[n.ID]) == 0 })
		if first >= 0 && len(column)-first > maxAlone {
			left += len(column) - first - maxAlone
			columns[i] = column[:first+maxAlone]
		}
	}
	for range sweeps {
		sweep(columns, joined)
	}
	return columns, left
}

// sweep moves each node to where its neighbours are on average (Sugiyama's barycentres).
func sweep(columns [][]*node, joined map[string][]string) {
	row := map[string]float64{}
	for _, column := range columns {
		for i, n := range column {
			row[n.ID] = float64(i)
		}
	}
	for _, column := range columns {
		centre := map[string]float64{}
		for i, n := range column {
			centre[n.ID] = float64(i)
			if len(joined[n.ID]) == 0 {
				centre[n.ID] = float64(len(row)) // stays at the end
				continue
			}
			sum := 0.0
			for _, other := range joined[n.ID] {
				sum += row[other]
			}
			centre[n.ID] = sum / float64(len(joined[n.ID]))
		}
		slices.SortStableFunc(column, func(a, b *node) int { return cmp.Compare(centre[a.ID], centre[b.ID]) })
		for i, n := range column {
			row[n.ID] = float64(i)
		}
	}
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// curves draws each edge between two nodes that have a place, once.
func (g *graph) curves(placed map[string]*node, gap int) []edge {
	var out []edge
	seen := map[[2]string]bool{}
	for _, e := range g.edges {
		from, to := placed[e.From], placed[e.To]
		if from == nil || to == nil || seen[[2]string{e.From, e.To}] {
			continue
		}
		seen[[2]string{e.From, e.To}] = true
		e.FromName, e.ToName = from.Full, to.Full
		e.X1, e.Y1, e.X2, e.Y2 = from.X+boxWidth, from.Y+boxHeight/2, to.X, to.Y+boxHeight/2
		if from.Column < to.Column {
			e.Path = forward(e, gap)
		} else { // a loop or a step inside one column
			e.X2 = to.X + boxWidth
			e.Path = fmt.Sprintf("M%d,%d C%d,%d %d,%d %d,%d", e.X1, e.Y1, e.X1+minGap, e.Y1, e.X2+minGap, e.Y2, e.X2, e.Y2)
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b edge) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return out
}

// forward draws an edge from left to right. One that passes a column goes between its
// rows: behind a box it would look like two edges, to that box and from it.
func forward(e edge, gap int) string {
	middle := (e.X1 + e.X2) / 2
	if e.X2-e.X1 <= gap {
		return fmt.Sprintf("M%d,%d C%d,%d %d,%d %d,%d", e.X1, e.Y1, middle, e.Y1, middle, e.Y2, e.X2, e.Y2)
	}
	lane := e.Y2 - rowHeight/2 + (e.Y1/rowHeight%3-1)*laneStep
	return fmt.Sprintf("M%d,%d C%d,%d %d,%d %d,%d H%d C%d,%d %d,%d %d,%d", e.X1, e.Y1, e.X1+gap/2, e.Y1, e.X1+gap/2, lane, e.X1+gap, lane,
		e.X2-gap, e.X2-gap/2, lane, e.X2-gap/2, e.Y2, e.X2, e.Y2)
}
