package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/datasets"
)

// datasetRows are instructions and answers of the lengths that public sets have: some 20
// words of prompt, some 70 of answer.
func datasetRows(n int) []byte {
	words := make([]string, 0, 5000)
	x := uint64(88172645463325252)
	next := func(n int) int {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		return int(x % uint64(n))
	}
	letters := "etaoinshrdlcumwfgypbvk"
	for range 5000 {
		w := make([]byte, 2+next(8))
		for i := range w {
			w[i] = letters[next(next(len(letters))+1)]
		}
		words = append(words, string(w))
	}
	text := func(n int) string {
		var b bytes.Buffer
		for i := range n {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(words[next(next(len(words))+1)])
			if next(12) == 0 {
				b.WriteString(".")
			}
		}
		return b.String()
	}
	var b bytes.Buffer
	for range n {
		row, err := json.Marshal(map[string]string{"instruction": text(10 + next(25)), "input": "", "output": text(20+next(100)) + "\n" + text(10)})
		if err != nil {
			panic(err)
		}
		b.Write(append(row, '\n'))
	}
	return b.Bytes()
}

// BenchmarkDatasets compares the profile of a JSONL file with encoding/json.Valid over
// the same lines: at least 0.3 of its speed without near duplicates, 0.15 with them.
func BenchmarkDatasets(b *testing.B) {
	content := datasetRows(100_000)
	b.Run("json.Valid", func(b *testing.B) {
		b.SetBytes(int64(len(content)))
		for b.Loop() {
			for line := range bytes.Lines(content) {
				if !json.Valid(line) {
					b.Fatal("not JSON")
				}
			}
		}
	})
	profile := func(opts datasets.Options) func(*testing.B) {
		return func(b *testing.B) {
			collector := datasets.New(opts)[0]
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				var inv sbom.Inventory
				if err := collector.Collect(context.Background(), sbom.NewFile("train.jsonl", content), &inv); err != nil {
					b.Fatal(err)
				}
				if d := inv.Datasets[0]; d.Rows != 100_000 || d.Profile != "full" {
					b.Fatalf("%d rows, profile %s %v", d.Rows, d.Profile, d.Skipped)
				}
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
		}
	}
	b.Run("profile", profile(datasets.Options{Full: true, NoNear: true}))
	b.Run("profile+near", profile(datasets.Options{Full: true}))
}

// TestLargeDataFile profiles a file of MLPOLICY_LARGE_MIB mebibytes from disk and prints
// the most memory that the process had. Without it the test is skipped.
func TestLargeDataFile(t *testing.T) {
	mib, err := strconv.Atoi(os.Getenv("MLPOLICY_LARGE_MIB"))
	if err != nil {
		t.Skip("MLPOLICY_LARGE_MIB is not set")
	}
	dir := t.TempDir()
	writeLarge(t, filepath.Join(dir, "train.jsonl"), int64(mib)<<20)
	runtime.GC()
	inv, err := sbom.Generate(context.Background(), os.DirFS(dir), sbom.Options{Collectors: datasets.New(datasets.Options{Full: true, TempDir: dir}), Digests: sbom.DigestsNone})
	if err != nil {
		t.Fatal(err)
	}
	d := inv.Datasets[0]
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d MiB, %d rows, profile %s, skipped %v: %d MiB from the system", d.SizeBytes>>20, d.Rows, d.Profile, d.Skipped, m.Sys>>20)
	if m.Sys > 512<<20 {
		t.Errorf("%d MiB of memory, limit 512", m.Sys>>20)
	}
}

// writeLarge writes distinct rows until the file has the size.
func writeLarge(t *testing.T, name string, size int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bytes.SplitAfter(datasetRows(5000), []byte("\n"))
	for written, round := int64(0), 0; written < size; round++ {
		for i, line := range lines {
			if len(line) < 2 {
				continue
			}
			n, err := fmt.Fprintf(f, "{\"id\":\"%d x%d y%d z%d\",%s", round, round*7919+i, i*round, round^i, line[1:])
			if err != nil {
				t.Fatal(err)
			}
			written += int64(n)
		}
	}
}
