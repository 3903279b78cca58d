package datasets

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// variants makes rows of which many are edits of others, by 0 to 12 of some 60 words.
func variants(seed uint64, n int) []string {
	r := rand.New(rand.NewPCG(seed, 7))
	word := func() string { return fmt.Sprintf("w%d", r.IntN(3000)) }
	var rows []string
	for len(rows) < n {
		words := make([]string, 20+r.IntN(120))
		for i := range words {
			words[i] = word()
		}
		rows = append(rows, strings.Join(words, " "))
		for range r.IntN(4) {
			edited := append([]string{}, words...)
			for range r.IntN(5) {
				edited[r.IntN(len(edited))] = word()
			}
			rows = append(rows, strings.Join(edited, " "))
		}
	}
	return rows[:n]
}

func indexOfRows(t *testing.T, x *nearIndex, rows []string) clusters {
	t.Helper()
	s := scanner{keep: true}
	for i, text := range rows {
		s.text([]byte(text))
		x.text(s.tokens)
		if err := x.end(int64(i), hashBytes([]byte(text), 0)); err != nil {
			t.Fatal(err)
		}
	}
	c := clusters{index: x, parent: map[int64]int64{}, row: map[int64]blobHead{}}
	if x.parts == nil {
		if err := c.groups(context.Background(), x.keys); err != nil {
			t.Fatal(err)
		}
		return c
	}
	if err := x.spill(); err != nil {
		t.Fatal(err)
	}
	for i, f := range x.parts {
		keys, err := loadKeys(f, x.writer[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := c.groups(context.Background(), keys); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// TestNearDuplicatesAgainstBruteForce holds the recall of pairs, and the share of the rows
// in clusters that are alike to another row there, to 98 %. Two rows of one cluster may be
// alike through a third only.
func TestNearDuplicatesAgainstBruteForce(t *testing.T) {
	t.Parallel()
	rows := variants(3, 1200)
	for name, limit := range map[string]int64{"memory": nearMemoryBytes, "disk": 1000} {
		x := newNearIndex(t.TempDir())
		x.blobs.limit = limit
		if name == "disk" {
			x.maxKeys = 100
		}
		c := indexOfRows(t, x, rows)
		sets := make([][]uint32, len(rows))
		at := map[int]int64{}
		for i, pos := 0, int64(0); i < len(rows); i++ {
			head, set, err := x.blobs.read(pos, nil)
			if err != nil || head.row != int64(i) {
				t.Fatalf("row %d: %v", i, err)
			}
			sets[i], at[i] = append([]uint32{}, set...), pos
			pos += blobHeadBytes + 4*int64(len(strings.Fields(rows[i]))-shingleWords+1)
		}
		pairs, recalled, claimed, right := 0, 0, 0, 0
		partner := map[int]bool{} // rows that have a row in their cluster that is alike
		for i := range rows {
			for j := range i {
				alike := jaccard(sets[i], sets[j]) >= nearJaccard
				_, known := c.row[at[i]]
				same := known && c.find(at[i]) == c.find(at[j])
				if alike {
					pairs++
					if same {
						recalled++
					}
				}
				if alike && same {
					partner[i], partner[j] = true, true
				}
			}
		}
		for i := range rows {
			if _, known := c.row[at[i]]; known {
				claimed++
				if partner[i] {
					right++
				}
			}
		}
		if pairs < 250 || recalled*100 < pairs*98 || right*100 < claimed*98 {
			t.Errorf("%s: %d pairs, recalled %d; claimed %d, right %d", name, pairs, recalled, claimed, right)
		}
		t.Logf("%s: %d pairs at Jaccard ≥ %.1f, recall %.4f; %d rows in clusters, precision %.4f", name, pairs, nearJaccard, float64(recalled)/float64(pairs), claimed, float64(right)/float64(claimed))
		if name == "disk" && x.parts == nil {
			t.Error("nothing was written to disk")
		}
		x.close()
	}
}

func TestNearDuplicatesLeaveExactOnesOut(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("one two three four five six seven eight nine ten eleven twelve ", 1)
	near := long + "more"
	content := fmt.Sprintf("{\"text\":%q}\n{\"text\":%q}\n{\"text\":%q}\n{\"text\":\"short\"}\n", long, long, near)
	d, _ := profileOf(t, "train.jsonl", []byte(content), Options{Full: true})
	if d.Duplicates != 1 || d.NearDuplicates != 1 || len(d.Clusters) != 2 || d.Skipped["near_duplicates"] == "" {
		t.Errorf("duplicates %d near %d clusters %+v skipped %v", d.Duplicates, d.NearDuplicates, d.Clusters, d.Skipped)
	}
	d, _ = profileOf(t, "train.jsonl", []byte(content), Options{})
	if d.NearDuplicates != 0 || d.Skipped["near_duplicates"] == "" {
		t.Errorf("unasked: %d, %v", d.NearDuplicates, d.Skipped)
	}
}
