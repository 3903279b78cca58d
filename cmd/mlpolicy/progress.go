package main

import (
	"fmt"
	"io"
	"time"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// progressAfter is how long a scan runs before it shows progress: shorter work is over
// before anybody could read it.
const progressAfter = time.Second

// progress writes one line about a scan to a terminal, and wipes it at the end.
type progress struct {
	out   io.Writer
	now   func() time.Time
	start time.Time
	shown bool
}

// newProgress returns nil unless somebody watches stderr.
func newProgress(env *environment) *progress {
	if !env.errTerminal {
		return nil
	}
	return &progress{out: env.stderr, now: env.now, start: env.now()}
}

// update is an sbom.Options.Progress; it is nil for a nil progress.
func (p *progress) update() func(sbom.Progress) {
	if p == nil {
		return nil
	}
	return func(s sbom.Progress) {
		elapsed := p.now().Sub(p.start)
		if elapsed < progressAfter {
			return
		}
		p.shown = true
		rate := float64(s.BytesDone) / elapsed.Seconds()
		fmt.Fprintf(p.out, "\r\x1b[Kreading %d of %d files, %s of %s, %s/s",
			s.FilesDone, s.Files, humanBytes(float64(s.BytesDone)), humanBytes(float64(s.Bytes)), humanBytes(rate))
	}
}

func (p *progress) done() {
	if p != nil && p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}

func humanBytes(n float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for n >= 1024 && i < len(units)-1 {
		n /= 1024
		i++
	}
	if i == 0 {
		return fmt.Sprintf("%.0f B", n)
	}
	return fmt.Sprintf("%.1f %s", n, units[i])
}
