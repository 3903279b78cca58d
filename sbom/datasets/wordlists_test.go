package datasets

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestWordLists(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var l wordLists
	var want [][]uint32
	add := func(n int) {
		list := make([]uint32, n)
		for i := range list {
			list[i] = r.Uint32()
		}
		l.open = append(l.open, list...)
		l.end()
		want = append(want, list)
	}
	for range 32 { // fill a chunk to its last word but one, then add empty lists
		add(maxPromptTokens)
	}
	add(chunkWords - 1 - l.total%chunkWords)
	add(0)
	add(1)
	add(0)
	for range 5000 {
		add(r.IntN(maxPromptTokens))
	}
	check := func() {
		t.Helper()
		if len(l.at) != len(want) {
			t.Fatalf("%d lists, want %d", len(l.at), len(want))
		}
		for i, list := range want {
			if !slices.Equal(l.of(i), list) {
				t.Fatalf("list %d of %d differs", i, len(want))
			}
		}
	}
	check()
	chunks := len(l.chunks)
	for l.total > 1000 {
		kept := make([]bool, len(want))
		var next [][]uint32
		for i := range want {
			if kept[i] = r.IntN(2) == 0; kept[i] {
				next = append(next, want[i])
			}
		}
		l.keep(func(i int) bool { return kept[i] })
		want = next
		check()
	}
	if n := len(l.chunks) + len(l.spare); n > chunks+1 {
		t.Errorf("%d chunks after half of the lists were dropped over and over, %d before", n, chunks)
	}
	add(3)
	check()
}
