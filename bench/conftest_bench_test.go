package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlpolicy/mlpolicy/engine"
)

// peerInputs is how many inputs the conftest binary is given: it takes some 50 ms each.
const peerInputs = 100

// BenchmarkConftestBinary decides the same inputs with the same 40 controls as the
// conftest in PATH (v0.71 was tried), and reports how many times longer conftest takes,
// each with its start, its compilation and its reading of the inputs. Build it with
//
//	go install github.com/open-policy-agent/conftest@v0.71.0
func BenchmarkConftestBinary(b *testing.B) {
	conftest, err := exec.LookPath("conftest")
	if err != nil {
		b.Skip("there is no conftest in PATH")
	}
	dir := b.TempDir()
	pack := some(b, comparedControls)
	writePeer(b, dir, pack)
	inputs, err := filepath.Glob(filepath.Join(dir, "in", "*.json"))
	if err != nil {
		b.Fatal(err)
	}
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		decideAll(b, pack, inputs)
		ours += time.Since(start)
		start = time.Now()
		out, err := exec.Command(conftest, "test", "--all-namespaces", "--no-fail", "-p", filepath.Join(dir, "policy"), "-d", filepath.Join(dir, "data.json"), filepath.Join(dir, "in")).CombinedOutput()
		if err != nil {
			b.Fatalf("%v: %.400s", err, out)
		}
		theirs += time.Since(start)
	}
	b.ReportMetric(float64(theirs)/float64(ours), "x-conftest")
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N*peerInputs), "µs/decision")
}

func decideAll(b *testing.B, pack engine.PackSource, inputs []string) {
	b.Helper()
	p, err := engine.Load(context.Background(), []engine.PackSource{pack}, engine.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range inputs {
		content, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		in, err := engine.ReadInput(content)
		if err != nil {
			b.Fatal(err)
		}
		results, err := p.Evaluate(context.Background(), in)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := engine.Decide(p, in, results, engine.DecideOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

// writePeer writes the inputs, and the controls as conftest wants them: results with a
// msg, and the settings as data.
func writePeer(b *testing.B, dir string, pack engine.PackSource) {
	b.Helper()
	p, err := engine.Load(context.Background(), []engine.PackSource{pack}, engine.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	data, err := json.Marshal(p.Data())
	if err != nil {
		b.Fatal(err)
	}
	files := map[string][]byte{"data.json": data}
	in := source(20)
	for i := range peerInputs {
		in.Subject.Name = fmt.Sprintf("source-%d", i)
		if files[fmt.Sprintf("in/%d.json", i)], err = in.JSON(); err != nil {
			b.Fatal(err)
		}
	}
	err = fs.WalkDir(pack.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(pack.FS, name)
		text := string(content)
		if !strings.HasPrefix(name, "lib/") {
			text = strings.ReplaceAll(text, "deny contains", "found_here contains") + "\n\ndeny contains {\"msg\": f.detail} if some f in found_here\n"
		}
		files["policy/"+name] = []byte(text)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			b.Fatal(err)
		}
	}
}
