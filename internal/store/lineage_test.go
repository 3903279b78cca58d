package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

func openLineage(t testing.TB) *Store {
	t.Helper()
	s, err := Open(context.Background(), "sqlite:"+filepath.Join(t.TempDir(), "l.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func saveLineage(t testing.TB, s *Store, nodes []lineage.Node, edges []lineage.Edge) {
	t.Helper()
	err := s.InTx(context.Background(), func(tx Tx) error { return tx.SaveLineage(context.Background(), nodes, edges) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestBlastRadius(t *testing.T) {
	t.Parallel()
	s := openLineage(t)
	nodes := []lineage.Node{{Digest: "b", Kind: "model", Name: "bot", Stage: "training"}}
	edges := []lineage.Edge{{From: "a", To: "b"}, {From: "a", To: "c"}, {From: "b", To: "d"}, {From: "c", To: "d"}, {From: "d", To: "b"}, {From: "x", To: "y"}}
	for range 2 { // saving again changes nothing
		saveLineage(t, s, nodes, edges)
	}
	got, err := s.BlastRadius(context.Background(), "a")
	if err != nil {
		t.Fatal(err)
	}
	want := []lineage.Node{{Digest: "b", Kind: "model", Name: "bot", Stage: "training"}, {Digest: "c"}, {Digest: "d"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, err := s.BlastRadius(context.Background(), "d"); err != nil || len(got) != 1 {
		t.Errorf("in a cycle: %v, %v", got, err)
	}
}

// bigGraph has 100,000 nodes and 1,000,000 edges; digest(0) has 30,000 descendants.
func bigGraph() (nodes []lineage.Node, edges []lineage.Edge) {
	const all, below, perNode = 100_000, 30_000, 10
	for i := range all {
		nodes = append(nodes, lineage.Node{Digest: digestOf(i), Kind: "model", Name: fmt.Sprintf("m%d", i), Stage: "training"})
	}
	add := func(from, to, k int) {
		edges = append(edges, lineage.Edge{From: digestOf(from), To: digestOf(to), Relation: fmt.Sprintf("r%d", k), Stage: "training", AttestedBy: "ci", Time: "2026-11-24T12:00:00Z"})
	}
	for i := 1; i <= below; i++ { // each of the first 30,000 comes from an earlier one
		for k := range perNode {
			add((i-1)/(k+1), i, k)
		}
	}
	for i := below + 1; i < all; i++ { // the rest comes from the rest
		for k := range perNode {
			add(below+1+(i-below-1)/(k+2), i, k)
		}
	}
	return nodes, edges
}

func digestOf(i int) string { return fmt.Sprintf("sha256:%064x", i) }

// TestBlastRadiusOfABigGraph takes a minute, most of it to fill the database; it runs
// with MLPOLICY_BIG=1.
func TestBlastRadiusOfABigGraph(t *testing.T) {
	if os.Getenv("MLPOLICY_BIG") == "" {
		t.Skip("set MLPOLICY_BIG=1")
	}
	s := openLineage(t)
	nodes, edges := bigGraph()
	saveLineage(t, s, nodes, edges)
	for range 3 {
		start := time.Now()
		got, err := s.BlastRadius(context.Background(), digestOf(0))
		if err != nil || len(got) != 30_000 {
			t.Fatalf("%d descendants, %v", len(got), err)
		}
		t.Logf("%d nodes, %d edges: %d descendants in %v", len(nodes), len(edges), len(got), time.Since(start))
	}
}
