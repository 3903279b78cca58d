//go:build !linux

package confine

import (
	"fmt"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// watchEvery is how often the memory is looked at where the system cannot bound it.
const watchEvery = 50 * time.Millisecond

// limit ends this process when it holds more than so many bytes. It has no owner: it ends
// with the process.
func limit(bytes uint64) error {
	debug.SetMemoryLimit(int64(bytes / 4 * 3))
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}}
		for range time.Tick(watchEvery) {
			if metrics.Read(sample); sample[0].Value.Uint64() > bytes {
				fmt.Fprintln(os.Stderr, "out of memory")
				os.Exit(1)
			}
		}
	}()
	return nil
}
