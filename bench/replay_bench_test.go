package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/engine/config"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/workbench"
)

// recordedComponents make an input of some 2 MB.
const recordedComponents = 2000

// history records n decisions over inputs of so many components, each another input, and
// returns the bytes of one.
func history(b *testing.B, log *workbench.Log, p *engine.Policy, n, components int) (size int) {
	b.Helper()
	in, conf := source(components), config.Default()
	for i := range n {
		in.Subject.Name = fmt.Sprintf("assistant-%d", i)
		content, err := in.JSON()
		if err != nil {
			b.Fatal(err)
		}
		sum := sha256.Sum256(content)
		digest := hex.EncodeToString(sum[:])
		results, err := p.Evaluate(context.Background(), in)
		if err != nil {
			b.Fatal(err)
		}
		d, err := engine.Decide(p, in, results, engine.DecideOptions{Config: conf, Lines: func(string, int) string { return "" }, Version: "1", Digests: engine.Digests{Input: digest}})
		if err != nil {
			b.Fatal(err)
		}
		decision, err := decide.Encode(d)
		if err != nil {
			b.Fatal(err)
		}
		rec := &decide.Record{
			Schema: decide.RecordSchema, Decision: decision, Input: digest, Baseline: json.RawMessage("null"), Config: conf, Repository: in.Subject.Name,
		}
		if err := log.Append(rec, content); err != nil {
			b.Fatal(err)
		}
		size = len(content)
	}
	return size
}

func replay(b *testing.B, n, components int) {
	p := load(b)
	log := workbench.OpenLog(b.TempDir())
	size := history(b, log, p, n, components)
	r := workbench.Replay{Policy: func(context.Context, *engine.Config) (*engine.Policy, error) { return p, nil }}
	for b.Loop() {
		start := time.Now()
		got, err := r.Run(context.Background(), log)
		if err != nil {
			b.Fatal(err)
		}
		if got.Reproduced != n || len(got.Differences) > 0 {
			b.Fatalf("%d of %d reproduced: %v", got.Reproduced, n, got.Differences)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds())/float64(n), "ms/decision")
	}
	b.ReportMetric(float64(size), "input-bytes")
}

// BenchmarkReplaySmall replays decisions over 20 components; the bar is 10,000 in a
// minute on two cores, 6 ms each.
func BenchmarkReplaySmall(b *testing.B) { replay(b, 500, 20) }

// BenchmarkReplayLarge replays decisions over inputs of 2 MB; the bar is 200 in a minute
// on two cores, 300 ms each.
func BenchmarkReplayLarge(b *testing.B) { replay(b, 10, recordedComponents) }
