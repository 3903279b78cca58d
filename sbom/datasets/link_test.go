package datasets

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestContamination(t *testing.T) {
	t.Parallel()
	question := func(i int) string {
		return fmt.Sprintf(`{"question":"a%d b%d c%d d%d e%d f%d g%d h%d i%d j%d k%d l%d","answer":"yes"}`, i, i, i, i, i, i, i, i, i, i, i, i)
	}
	rows := func(from, to int) string {
		var b strings.Builder
		for i := from; i < to; i++ {
			b.WriteString(question(i) + "\n")
		}
		return b.String()
	}
	inv, err := sbom.Generate(context.Background(), fstest.MapFS{
		"data/train.jsonl": {Data: []byte(rows(0, 100))},
		"data/test.jsonl":  {Data: []byte(rows(90, 130))},
		"data/clean.jsonl": {Data: []byte(rows(500, 600))},
		"other/train.csv":  {Data: []byte("question,answer\nx,y\n")},
	}, sbom.Options{Collectors: New(Options{Benchmarks: []Benchmark{{Name: "bench", Texts: []string{"a7 b7 c7 d7 e7 f7 g7 h7 i7 j7 k7 l7", "nothing like it in here at all, not a word of it is there"}}}}), Linkers: Linkers})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]sbom.Overlap{}
	for _, d := range inv.Datasets {
		if len(d.Contamination) > 0 {
			got[d.Path] = d.Contamination
		}
	}
	want := map[string][]sbom.Overlap{"data/train.jsonl": {{With: "data/test.jsonl", Rows: 10, Share: 0.25}, {With: "bench", Rows: 1, Share: 0.5}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSketchesThin(t *testing.T) {
	t.Parallel()
	s := newSketch("a", "train")
	for i := range uint64(3 * maxGrams) {
		s.keep(mix(i))
	}
	if len(s.grams) > maxGrams || len(s.grams) < maxGrams/2 || s.limit > 1<<63 {
		t.Errorf("%d n-grams up to %x", len(s.grams), s.limit)
	}
}

func TestDeclared(t *testing.T) {
	t.Parallel()
	train := []byte("{\"text\":\"a\"}\n{\"text\":\"b\"}\n")
	sum := md5.Sum(train)
	inv := &sbom.Inventory{
		Datasets: []sbom.Dataset{
			{Path: "data/train.jsonl", SHA256: "AB", MD5: hex.EncodeToString(sum[:]), SizeBytes: 26, Rows: 2, Profile: "full"},
			{Path: "data/test.jsonl", SHA256: "cd", SizeBytes: 5, Rows: -1, Profile: "none"},
		},
		Cards: []sbom.Card{{At: sbom.At{Path: "data/README.md"}, Digests: []sbom.CardDigest{{Path: "train.jsonl", Algorithm: "sha256", Value: "ab", SizeBytes: 27}}}},
		Documents: []sbom.Document{
			{Kind: "dvc", Path: "data/train.jsonl.dvc", Content: map[string]any{"outs": []any{map[string]any{"path": "train.jsonl", "md5": "00", "size": int64(26)}}}},
			{Kind: "json", Path: "croissant.json", Content: map[string]any{"distribution": []any{map[string]any{"contentUrl": "data/test.jsonl", "sha256": "cd"}, map[string]any{"contentUrl": "elsewhere"}}}},
			{Kind: "card", Path: "README.md", Content: map[string]any{"dataset_info": map[string]any{"splits": []any{map[string]any{"name": "train", "num_examples": int64(3)}, map[string]any{"name": "test", "num_examples": int64(1)}}}}},
		},
	}
	linkDeclared(inv)
	var got []string
	for _, d := range inv.Datasets {
		for _, x := range d.Declared {
			got = append(got, fmt.Sprintf("%s %s %s %s", d.Path, x.Field, x.Agrees, x.At.Path+x.At.Pointer))
		}
	}
	want := []string{
		"data/train.jsonl sha256 yes data/README.md" + "",
		"data/train.jsonl size_bytes no data/README.md",
		"data/train.jsonl md5 no data/train.jsonl.dvc",
		"data/train.jsonl size_bytes yes data/train.jsonl.dvc",
		"data/train.jsonl rows no README.md/dataset_info/splits/0/num_examples",
		"data/test.jsonl sha256 yes croissant.json/distribution/0/sha256",
		"data/test.jsonl rows unresolved README.md/dataset_info/splits/1/num_examples",
	}
	for i := range want {
		want[i] = strings.TrimSuffix(want[i], "data/README.md") // the digest of a card carries its own place
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
