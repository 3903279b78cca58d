package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"syscall"
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

// fullVariable asks for the whole history that the bar is about.
const fullVariable = "MLPOLICY_REPLAY_FULL"

// replay reports the time and the processor time of a replay: on a busy machine only the
// second tells what two idle cores would need.
func replay(b *testing.B, n, full, components int) {
	if os.Getenv(fullVariable) != "" {
		n = full
	}
	p := load(b)
	log := workbench.OpenLog(b.TempDir())
	size := history(b, log, p, n, components)
	r := workbench.Replay{Policy: func(context.Context, *engine.Config) (*engine.Policy, error) { return p, nil }}
	for b.Loop() {
		start, before := time.Now(), processorTime()
		got, err := r.Run(context.Background(), log)
		if err != nil {
			b.Fatal(err)
		}
		if got.Reproduced != n || len(got.Differences) > 0 {
			b.Fatalf("%d of %d reproduced: %v", got.Reproduced, n, got.Differences)
		}
		b.ReportMetric(float64(time.Since(start).Milliseconds())/float64(n), "ms/decision")
		b.ReportMetric(time.Since(start).Seconds(), "s")
		b.ReportMetric((processorTime() - before).Seconds(), "cpu-s")
	}
	b.ReportMetric(float64(size), "input-bytes")
}

// BenchmarkReplaySmall replays decisions over 20 components; the bar is 10,000 in a
// minute on two cores, 6 ms each. MLPOLICY_REPLAY_FULL=1 replays as many:
//
//	MLPOLICY_REPLAY_FULL=1 go test ./bench -run xxx -bench Replay -benchtime 1x
func BenchmarkReplaySmall(b *testing.B) { replay(b, 500, 10_000, 20) }

// BenchmarkReplayLarge replays decisions over inputs of 2 MB; the bar is 200 in a minute
// on two cores, 300 ms each.
func BenchmarkReplayLarge(b *testing.B) { replay(b, 10, 200, recordedComponents) }

// processorTime is what all threads of this process used.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
