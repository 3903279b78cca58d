package bench

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"github.com/mlpolicy/mlpolicy/internal/attest"
)

// hashMiB is the size of the model; MLPOLICY_HASH_MIB=2048 for the table in docs.
func hashMiB(b *testing.B) int {
	b.Helper()
	if n, err := strconv.Atoi(os.Getenv("MLPOLICY_HASH_MIB")); err == nil {
		return n
	}
	return 256
}

// hashModel is a model of four equal files.
func hashModel(b *testing.B) (dir string, files []string) {
	b.Helper()
	dir = b.TempDir()
	chunk := make([]byte, 1<<20)
	if _, err := rand.Read(chunk); err != nil {
		b.Fatal(err)
	}
	for i := range 4 {
		name := filepath.Join(dir, fmt.Sprintf("model-%d.safetensors", i))
		f, err := os.Create(name)
		if err != nil {
			b.Fatal(err)
		}
		for range hashMiB(b) / 4 {
			if _, err := f.Write(chunk); err != nil {
				b.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		files = append(files, name)
	}
	return dir, files
}

// BenchmarkHash compares the digests of a model signature with crypto/sha256 over the
// same files and as many workers; look at the ratio of MB/s, and on a busy machine at that
// of cpu-ms/op:
//
//	MLPOLICY_HASH_MIB=2048 go test ./bench -run '^$' -bench 'Hash$' -benchtime 3x
func BenchmarkHash(b *testing.B) {
	dir, files := hashModel(b)
	size := int64(hashMiB(b)) << 20
	b.Run("crypto-sha256", func(b *testing.B) {
		b.SetBytes(size)
		before := cpu()
		for b.Loop() {
			plain(b, files)
		}
		reportCPU(b, before)
	})
	for name, opts := range map[string]attest.ModelOptions{"files": {}, "shards": {ShardSize: 32 << 20}} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(size)
			before := cpu()
			for b.Loop() {
				if _, err := attest.BuildManifest(context.Background(), dir, opts); err != nil {
					b.Fatal(err)
				}
			}
			reportCPU(b, before)
		})
	}
}

func plain(b *testing.B, files []string) {
	queue := make(chan string)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			buffer := make([]byte, 1<<20)
			for name := range queue {
				f, err := os.Open(name)
				if err != nil {
					b.Error(err)
					continue
				}
				if _, err := io.CopyBuffer(sha256.New(), struct{ io.Reader }{f}, buffer); err != nil {
					b.Error(err)
				}
				f.Close()
			}
		})
	}
	for _, name := range files {
		queue <- name
	}
	close(queue)
	workers.Wait()
}
