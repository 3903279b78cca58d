package store

import (
	"slices"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

func TestAround(t *testing.T) {
	t.Parallel()
	s := openLineage(t)
	nodes := []lineage.Node{{Digest: "data", Kind: "dataset", Name: "tickets", Stage: "data"}, {Digest: "model", Kind: "model", Name: "bot", Stage: "training"}}
	edges := []lineage.Edge{{From: "data", To: "base"}, {From: "base", To: "model"}, {From: "model", To: "deployed"}, {From: "base", To: "sibling"}, {From: "deployed", To: "model"}}
	saveLineage(t, s, nodes, edges)
	froms := func(down bool, limit int) []string {
		_, got, err := s.Around(t.Context(), []string{"model"}, down, limit)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, e := range got {
			out = append(out, e.From+" "+e.To)
		}
		slices.Sort(out)
		return out
	}
	up := []string{"base model", "data base", "deployed model", "model deployed"} // a cycle ends
	if got := froms(false, 100); !slices.Equal(got, up) {
		t.Errorf("ancestors: %v", got)
	}
	if got := froms(true, 100); slices.Contains(got, "base sibling") || len(got) != 4 {
		t.Errorf("both ways: %v", got)
	}
	if got := froms(true, 2); len(got) != 2 {
		t.Errorf("at most two: %v", got)
	}
	found, _, err := s.Around(t.Context(), []string{"base"}, true, 100)
	if err != nil || !slices.Contains(found, nodes[0]) || !slices.Contains(found, nodes[1]) {
		t.Errorf("nodes %v, %v", found, err)
	}
}
