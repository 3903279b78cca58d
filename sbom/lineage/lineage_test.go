package lineage

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func edge(from, to, time string) Edge {
	return Edge{From: from, To: to, Relation: "base", Stage: "training", AttestedBy: "ci", Time: time}
}

// example is two versions of a model, the second from a poisoned dataset, a merge of
// both, and a deployment of the merge.
func example() *Graph {
	g := &Graph{}
	for _, n := range []Node{
		{"d:good", "dataset", "good data", "data"}, {"d:bad", "dataset", "bad data", "data"}, {"d:v1", "model", "bot", "training"},
		{"d:v2", "model", "bot", "training"}, {"d:merge", "merge", "merge", "training"}, {"d:live", "deployment", "live", "deployment"},
	} {
		g.AddNode(n)
	}
	for _, e := range []Edge{edge("d:good", "d:v1", "2026-01-01T00:00:00Z"), edge("d:good", "d:v2", "2026-02-01T00:00:00Z"), edge("d:bad", "d:v2", "2026-02-01T00:00:00Z"),
		edge("d:v1", "d:merge", "2026-03-01T00:00:00Z"), edge("d:v2", "d:merge", "2026-03-01T00:00:00Z"), edge("d:merge", "d:live", "2026-04-01T00:00:00Z")} {
		g.AddEdge(e)
	}
	return g
}

func digests(list []Reached) (out []string) {
	for _, r := range list {
		out = append(out, fmt.Sprintf("%s@%d", r.Digest, r.Distance))
	}
	return out
}

func TestBlastRadius(t *testing.T) {
	t.Parallel()
	g := example()
	if diff := cmp.Diff([]string{"d:v2@1", "d:merge@2", "d:live@3"}, digests(g.BlastRadius("d:bad"))); diff != "" {
		t.Errorf("blast radius (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"d:merge@1", "d:v1@2", "d:v2@2", "d:bad@3", "d:good@3"}, digests(g.Ancestors("d:live"))); diff != "" {
		t.Errorf("ancestors (-want +got):\n%s", diff)
	}
	if got := g.BlastRadius("d:nobody"); len(got) != 0 {
		t.Errorf("unknown digest: %v", got)
	}
	if diff := cmp.Diff([]string{"d:bad", "d:v2", "d:merge", "d:live"}, g.Path("d:bad", "d:live")); diff != "" {
		t.Errorf("path (-want +got):\n%s", diff)
	}
	if got := g.Path("d:live", "d:bad"); got != nil {
		t.Errorf("path against the direction: %v", got)
	}
}

func TestLastGood(t *testing.T) {
	t.Parallel()
	g := example()
	for want, revoked := range map[string][]string{"d:v2": nil, "d:v1": {"d:bad"}, "": {"d:good"}} {
		got, ok := g.LastGood("bot", revoked)
		if got.Digest != want || ok != (want != "") {
			t.Errorf("revoked %v: got %v", revoked, got)
		}
	}
	if _, ok := g.LastGood("nobody", nil); ok {
		t.Error("found a model that is not there")
	}
	want := map[string]string{"d:bad": "d:bad", "d:v2": "d:bad", "d:merge": "d:bad", "d:live": "d:bad"}
	if diff := cmp.Diff(want, g.Tainted([]string{"d:bad", "d:unknown"})); diff != "" {
		t.Errorf("tainted (-want +got):\n%s", diff)
	}
}

func TestCyclesEnd(t *testing.T) {
	t.Parallel()
	g := &Graph{}
	g.AddEdge(edge("a", "b", ""))
	g.AddEdge(edge("b", "a", ""))
	g.AddEdge(edge("a", "a", ""))
	if got := digests(g.BlastRadius("a")); !slices.Equal(got, []string{"b@1"}) || len(g.Edges()) != 2 {
		t.Errorf("got %v, edges %v", got, g.Edges())
	}
}

func TestWriteAndRead(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	if err := example().Write(&first); err != nil {
		t.Fatal(err)
	}
	g, err := Read(bytes.NewReader(first.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Write(&second); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first.String(), second.String()); diff != "" {
		t.Errorf("read and written again (-want +got):\n%s", diff)
	}
	for _, bad := range []string{"", "{", `{"schema":"x"}`} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestSVG(t *testing.T) {
	t.Parallel()
	g := example()
	g.AddNode(Node{Digest: "d:odd", Name: "<script>\x01&\"", Kind: "dataset", Stage: "data"})
	var b bytes.Buffer
	if err := g.SVG(&b, []string{"d:bad"}); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("no XML: %v", err)
		}
	}
	text := b.String()
	for what, n := range map[string]int{`class="node revoked"`: 1, `class="node tainted"`: 3, `class="edge tainted"`: 3, `class="edge"`: 3, `class="head"`: 7} {
		if got := strings.Count(text, what); got != n {
			t.Errorf("%s: %d times, want %d", what, got, n)
		}
	}
	if strings.Contains(text, "<script>") {
		t.Error("a name reaches the picture unescaped")
	}
}

func TestSVGSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	g := &Graph{}
	for i := range MaxDrawn + 5 {
		g.AddNode(Node{Digest: fmt.Sprintf("d:%d", i)})
	}
	var b bytes.Buffer
	if err := g.SVG(&b, nil); err != nil || !strings.Contains(b.String(), "and 5 more") {
		t.Errorf("%v: does not say that 5 are left out", err)
	}
}

func TestAddInventory(t *testing.T) {
	t.Parallel()
	g := &Graph{}
	g.AddInventory(&sbom.Inventory{Components: []sbom.Component{
		{Ref: "b", Kind: "model", Name: "base", Digests: map[string]string{"sha256": "bb"}}, {Ref: "d", Kind: "dataset", Name: "data", Digests: map[string]string{"sha256": "dd"}},
		{Ref: "a", Kind: "adapter", Name: "lora", Digests: map[string]string{"sha256": "aa"}, DerivedFrom: []string{"b", "gone"}, Datasets: []string{"d"}},
		{Ref: "n", Kind: "model", Name: "no digest", DerivedFrom: []string{"b"}},
	}})
	var got []string
	for _, e := range g.Edges() {
		got = append(got, e.From+" "+e.Relation+" "+e.To)
	}
	if diff := cmp.Diff([]string{"sha256:bb base sha256:aa", "sha256:dd dataset sha256:aa"}, got); diff != "" {
		t.Errorf("edges (-want +got):\n%s", diff)
	}
	if n, ok := g.Node("sha256:dd"); !ok || n.Stage != "data" {
		t.Errorf("dataset: %+v", n)
	}
}
