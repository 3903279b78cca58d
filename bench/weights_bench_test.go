// Package bench measures what the readers cost against what the bytes cost anyway.
// Ratios are of one run on one machine; nothing here fails when a machine is slow.
package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/weights"
)

// modelBytes is the size of the large files.
const modelBytes = 512 << 20

// generate reads a folder as the commands do.
func generate(b *testing.B, dir fs.FS, digests sbom.Digests) *sbom.Inventory {
	b.Helper()
	inv, err := sbom.Generate(context.Background(), dir, sbom.Options{Collectors: weights.Collectors, Linkers: weights.Linkers, Digests: digests})
	if err != nil {
		b.Fatal(err)
	}
	return inv
}

// sparse writes head at the start of a file of size bytes, and tail at its end.
func sparse(b *testing.B, name string, head []byte, size int64, tail []byte) {
	b.Helper()
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(head); err != nil {
		b.Fatal(err)
	}
	if err := f.Truncate(size - int64(len(tail))); err != nil {
		b.Fatal(err)
	}
	if _, err := f.WriteAt(tail, size-int64(len(tail))); err != nil {
		b.Fatal(err)
	}
}

func safetensors(b *testing.B, name string) {
	header := fmt.Sprintf(`{"w":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]}}`, modelBytes/4, modelBytes)
	head := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	sparse(b, name, head, int64(len(head))+modelBytes, nil)
}

// hashOnly is the bar: the standard library over the bytes and nothing else.
func hashOnly(b *testing.B, names ...string) time.Duration {
	b.Helper()
	start := time.Now()
	var wg sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for _, name := range names {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			f, err := os.Open(name)
			if err != nil {
				b.Error(err)
				return
			}
			defer f.Close()
			h := sha256.New()
			if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, make([]byte, 1<<20)); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

// BenchmarkLargeModel reads one safetensors file of 512 MiB with its digest; the metric
// x-sha256 is the speed of crypto/sha256 over the same bytes divided by ours inverted: 1
// is as fast as hashing alone.
func BenchmarkLargeModel(b *testing.B) {
	for _, files := range []int{1, 4} {
		b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) {
			dir := b.TempDir()
			var names []string
			for i := range files {
				name := filepath.Join(dir, fmt.Sprintf("m%d.safetensors", i))
				safetensors(b, name)
				names = append(names, name)
			}
			hashOnly(b, names...) // warm the page cache for both
			var ours, bar time.Duration
			for b.Loop() {
				bar += hashOnly(b, names...)
				start := time.Now()
				generate(b, os.DirFS(dir), sbom.DigestsAll)
				ours += time.Since(start)
			}
			b.SetBytes(int64(files) * modelBytes)
			b.ReportMetric(bar.Seconds()/ours.Seconds(), "x-sha256")
		})
	}
}

// BenchmarkLargeModelNoDigest is the cost of the content alone.
func BenchmarkLargeModelNoDigest(b *testing.B) {
	dir := b.TempDir()
	safetensors(b, filepath.Join(dir, "m.safetensors"))
	for b.Loop() {
		generate(b, os.DirFS(dir), sbom.DigestsNone)
	}
}

// densePickle is protocol 4 with as many opcodes per byte as honest writers reach.
func densePickle(size int) []byte {
	var b bytes.Buffer
	b.WriteString("\x80\x04]\x94(")
	for i := 0; b.Len() < size; i++ {
		b.WriteString("}\x94(\x8c\x01a\x94K")
		b.WriteByte(byte(i))
		b.WriteString("\x8c\x01b\x94M")
		b.Write(binary.LittleEndian.AppendUint16(nil, uint16(i)))
		b.WriteString("N\x86\x94\x8c\x01c\x94](G\x00\x00\x00\x00\x00\x00\x00\x00N\x88eu")
	}
	b.WriteString("e.")
	return b.Bytes()
}

// BenchmarkDensePickle reports milliseconds per megabyte; the bar is 20.
func BenchmarkDensePickle(b *testing.B) {
	content := densePickle(10 << 20)
	f := sbom.NewFile("m.pkl", content)
	for b.Loop() {
		collect(b, f)
	}
	b.SetBytes(int64(len(content)))
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/(float64(len(content))/1e6), "ms/MB")
}

func collect(b *testing.B, f *sbom.File) {
	b.Helper()
	var inv sbom.Inventory
	for _, c := range weights.Collectors {
		if c.Match(f) {
			if err := c.Collect(context.Background(), f, &inv); err != nil {
				b.Fatal(err)
			}
		}
	}
	if len(inv.Weights) != 1 || len(inv.Problems) > 0 {
		b.Fatalf("weights %d, problems %v", len(inv.Weights), inv.Problems)
	}
}

// BenchmarkSmallPickles reads 2,000 files; the bar is 0.3 s.
func BenchmarkSmallPickles(b *testing.B) {
	dir := b.TempDir()
	for i := range 2000 {
		name := filepath.Join(dir, fmt.Sprintf("%04d.pkl", i))
		if err := os.WriteFile(name, []byte("\x80\x04ccollections\nOrderedDict\n)R."), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if n := len(generate(b, os.DirFS(dir), sbom.DigestsAll).Weights); n != 2000 {
			b.Fatal(n)
		}
	}
}

// BenchmarkMemory reports the heap that is alive at its highest while a 512 MiB model and a
// 64 MiB pickle are read; the bar is 200 MB.
func BenchmarkMemory(b *testing.B) {
	dir := b.TempDir()
	safetensors(b, filepath.Join(dir, "m.safetensors"))
	if err := os.WriteFile(filepath.Join(dir, "d.pkl"), densePickle(64<<20), 0o600); err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	peak := uint64(0)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		var m runtime.MemStats
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
		}
	})
	for b.Loop() {
		generate(b, os.DirFS(dir), sbom.DigestsAll)
	}
	close(stop)
	wg.Wait()
	b.ReportMetric(float64(peak)/1e6, "MB-peak")
}
