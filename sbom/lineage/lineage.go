// Package lineage is the graph of what was made from what: datasets, base models, runs,
// adapters, merges, registry versions and deployments, joined by digest. It answers what
// lies downstream of a digest (blast radius), how a digest came to be, and which version
// is the last one without a revoked ancestor.
//
// It is a value in memory, uses the standard library only and judges nothing; the store
// keeps the same tables for graphs that do not fit.
package lineage

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Stages are the columns of the graph, in the order of the lifecycle. A node of another
// stage, or of none, comes first.
var Stages = []string{"data", "experiment", "training", "registry", "deployment", "monitoring"}

// MaxBytes bounds a graph that is read: a million edges take about 300 MiB.
const MaxBytes = 512 << 20

// Node is one thing, known by its digest.
type Node struct {
	Digest string `json:"digest"` // algorithm:hex
	Kind   string `json:"kind"`   // dataset | base | model | adapter | merge | registry | deployment | code | environment | ...
	Name   string `json:"name"`
	Stage  string `json:"stage"` // that made it
}

// Edge says that To was made from From.
type Edge struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Relation   string `json:"relation"`
	Stage      string `json:"stage"`
	AttestedBy string `json:"attested_by"`
	Time       string `json:"time"` // RFC 3339
}

// Graph is the lineage. The zero value is empty and ready.
type Graph struct {
	nodes map[string]Node
	edges map[Edge]bool
	down  map[string][]string // from → to
	up    map[string][]string // to → from
}

// AddNode adds a thing, or fills in what is not known of it yet.
func (g *Graph) AddNode(n Node) {
	if n.Digest == "" {
		return
	}
	if g.nodes == nil {
		g.nodes = map[string]Node{}
	}
	have := g.nodes[n.Digest]
	g.nodes[n.Digest] = Node{Digest: n.Digest, Kind: cmp.Or(have.Kind, n.Kind), Name: cmp.Or(have.Name, n.Name), Stage: cmp.Or(have.Stage, n.Stage)}
}

// AddEdge adds a derivation and its ends. An edge to itself, which a registry's record of
// the bytes it took over is, adds nothing.
func (g *Graph) AddEdge(e Edge) {
	if e.From == "" || e.To == "" || e.From == e.To || g.edges[e] {
		return
	}
	g.AddNode(Node{Digest: e.From})
	g.AddNode(Node{Digest: e.To})
	if g.edges == nil {
		g.edges, g.down, g.up = map[Edge]bool{}, map[string][]string{}, map[string][]string{}
	}
	g.edges[e] = true
	g.down[e.From] = append(g.down[e.From], e.To)
	g.up[e.To] = append(g.up[e.To], e.From)
}

// Node returns what is known of a digest.
func (g *Graph) Node(digest string) (Node, bool) {
	n, ok := g.nodes[digest]
	return n, ok
}

// Nodes lists every node, sorted by stage, name and digest.
func (g *Graph) Nodes() []Node {
	out := slices.Collect(maps.Values(g.nodes))
	slices.SortFunc(out, compareNodes)
	return out
}

func compareNodes(a, b Node) int {
	return cmp.Or(cmp.Compare(column(a.Stage), column(b.Stage)), strings.Compare(a.Name, b.Name), strings.Compare(a.Digest, b.Digest))
}

func column(stage string) int { return slices.Index(Stages, stage) }

// Edges lists every edge, sorted.
func (g *Graph) Edges() []Edge {
	out := slices.Collect(maps.Keys(g.edges))
	slices.SortFunc(out, func(a, b Edge) int {
		return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.To, b.To), strings.Compare(a.Relation, b.Relation),
			strings.Compare(a.Stage, b.Stage), strings.Compare(a.AttestedBy, b.AttestedBy), strings.Compare(a.Time, b.Time))
	})
	return out
}

// Reached is a node and how far it lies from where the search began.
type Reached struct {
	Node
	Distance int `json:"distance"`
}

// BlastRadius lists everything that was made from the digest, nearest first: each model,
// adapter, registry version and deployment. The digest itself is not in it.
func (g *Graph) BlastRadius(digest string) []Reached { return g.search(digest, g.down) }

// Ancestors lists everything the digest was made from, nearest first.
func (g *Graph) Ancestors(digest string) []Reached { return g.search(digest, g.up) }

func (g *Graph) search(start string, next map[string][]string) []Reached {
	distance := map[string]int{start: 0}
	queue := []string{start}
	for i := 0; i < len(queue); i++ {
		for _, digest := range next[queue[i]] {
			if _, seen := distance[digest]; !seen {
				distance[digest] = distance[queue[i]] + 1
				queue = append(queue, digest)
			}
		}
	}
	out := make([]Reached, 0, len(queue)-1)
	for _, digest := range queue[1:] {
		out = append(out, Reached{Node: g.nodes[digest], Distance: distance[digest]})
	}
	slices.SortFunc(out, func(a, b Reached) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), compareNodes(a.Node, b.Node))
	})
	return out
}

// Path is a shortest way of derivation from one digest to another, both included; nil
// when there is none.
func (g *Graph) Path(from, to string) []string {
	before := map[string]string{from: ""}
	queue := []string{from}
	for i := 0; i < len(queue) && before[to] == "" && from != to; i++ {
		next := slices.Clone(g.down[queue[i]])
		slices.Sort(next)
		for _, digest := range next {
			if _, seen := before[digest]; !seen {
				before[digest] = queue[i]
				queue = append(queue, digest)
			}
		}
	}
	if _, ok := before[to]; !ok {
		return nil
	}
	var out []string
	for digest := to; digest != ""; digest = before[digest] {
		out = append(out, digest)
	}
	slices.Reverse(out)
	return out
}

// Tainted tells for every node that is revoked, or made from something revoked, by which
// digest.
func (g *Graph) Tainted(revoked []string) map[string]string {
	out := map[string]string{}
	for _, digest := range slices.Sorted(slices.Values(revoked)) {
		if _, known := g.nodes[digest]; !known {
			continue
		}
		for _, r := range append([]Reached{{Node: Node{Digest: digest}}}, g.BlastRadius(digest)...) {
			if _, seen := out[r.Digest]; !seen {
				out[r.Digest] = digest
			}
		}
	}
	return out
}

// LastGood is the newest thing of that name which is neither revoked nor made from
// anything revoked. Newest is by the time of the statement that made it.
func (g *Graph) LastGood(name string, revoked []string) (Node, bool) {
	tainted := g.Tainted(revoked)
	made := map[string]string{}
	for e := range g.edges {
		made[e.To] = max(made[e.To], e.Time)
	}
	var best Node
	for _, n := range g.Nodes() {
		if _, bad := tainted[n.Digest]; bad || n.Name != name {
			continue
		}
		if best.Digest == "" || made[n.Digest] >= made[best.Digest] {
			best = n
		}
	}
	return best, best.Digest != ""
}

// AddInventory adds what an ML-BOM says: each component with a digest, what it was
// derived from, and the data it was trained on.
func (g *Graph) AddInventory(inv *sbom.Inventory) {
	digests := map[string]string{}
	for _, c := range inv.Components {
		if digest := c.Digests["sha256"]; digest != "" {
			digests[c.Ref] = "sha256:" + digest
			g.AddNode(Node{Digest: "sha256:" + digest, Kind: c.Kind, Name: c.Name, Stage: stageOf(c)})
		}
	}
	for _, c := range inv.Components {
		to := digests[c.Ref]
		for _, from := range c.DerivedFrom {
			g.AddEdge(Edge{From: digests[from], To: to, Relation: "base", Stage: "training", AttestedBy: "bom"})
		}
		for _, from := range c.Datasets {
			g.AddEdge(Edge{From: digests[from], To: to, Relation: "dataset", Stage: "training", AttestedBy: "bom"})
		}
	}
}

func stageOf(c sbom.Component) string {
	switch {
	case c.Kind == "dataset":
		return "data"
	case c.Kind == "model" || c.Kind == "adapter":
		return "training"
	}
	return ""
}

// document is the JSON form of a graph.
type document struct {
	Schema string `json:"schema"`
	Nodes  []Node `json:"nodes"`
	Edges  []Edge `json:"edges"`
}

// Schema names the JSON form of a graph.
const Schema = "mlpolicy.dev/lineage/v1"

// Write writes the graph as JSON: the same graph gives the same bytes.
func (g *Graph) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(document{Schema: Schema, Nodes: append([]Node{}, g.Nodes()...), Edges: append([]Edge{}, g.Edges()...)})
}

// Read reads what Write wrote.
func Read(r io.Reader) (*Graph, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read lineage: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("lineage is larger than %d bytes", MaxBytes)
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("parse lineage: %w", err)
	}
	if d.Schema != Schema {
		return nil, fmt.Errorf("lineage has schema %q, not %q", d.Schema, Schema)
	}
	g := &Graph{}
	for _, n := range d.Nodes {
		g.AddNode(n)
	}
	for _, e := range d.Edges {
		g.AddEdge(e)
	}
	return g, nil
}
