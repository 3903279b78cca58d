// Package bench measures what the other tests do not time.
package bench

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/policies"
	"github.com/mlpolicy/mlpolicy/sbom"
)

func embedded() []engine.PackSource {
	return []engine.PackSource{{Name: "mlpolicy", Source: "embedded", FS: policies.FS, Embedded: true}}
}

// source is an input with n components: of every fifty 45 packages, three models with a
// reference and a call, one with weights in the source, and one dataset.
func source(n int) *engine.Input {
	in := &engine.Input{Schema: engine.InputSchema, Now: "2026-11-24T12:00:00Z"}
	in.Config.Mode = engine.ModeCheck
	in.Collected = map[sbom.Family]sbom.Collected{}
	for _, f := range sbom.Families[:22] {
		in.Collected[f] = sbom.Collected{Looked: true, Files: n}
	}
	for i := range n {
		at := sbom.At{Path: fmt.Sprintf("src/part%d/file%d.py", i%50, i/10), Line: i%400 + 1, Column: 5, Offset: int64(i * 40)}
		name := fmt.Sprintf("org%d/name-%d", i%70, i)
		digest := fmt.Sprintf("%064x", i)
		slot := i % 50
		kind := "package"
		if slot >= 45 {
			kind = []string{"model", "model", "model", "model", "dataset"}[slot-45]
		}
		in.Components = append(in.Components, sbom.Component{
			Ref: "ref:" + name, Kind: kind, Role: "train", Name: name, Namespace: fmt.Sprintf("org%d", i%70), Version: "1.0", Host: "huggingface",
			Digests: map[string]string{"sha256": digest}, Licenses: []string{"Apache-2.0"}, Pinned: sbom.Yes, At: at,
		})
		switch {
		case slot >= 45 && slot < 48:
			in.References = append(in.References, sbom.Reference{
				Kind: "model", Name: name, URI: "hf://" + name, Host: "huggingface", State: "resolved", Revision: "main", RevisionKind: "branch",
				Role: "base", How: "call", Loader: "from_pretrained", TrustRemoteCode: sbom.Unstated, Confidence: "high", At: at, CallAt: at,
			})
			in.Calls = append(in.Calls, sbom.Call{Callee: "transformers.AutoModel.from_pretrained", Args: map[string]string{"0": name}, At: at})
		case slot < 45:
			in.Packages = append(in.Packages, sbom.Package{
				Name: fmt.Sprintf("package-%d", i), Ecosystem: "pypi", Version: "1.2.3", Source: "requirements", Locked: sbom.Yes, At: at,
			})
		case slot == 48:
			in.Weights = append(in.Weights, sbom.Weights{
				Path: fmt.Sprintf("models/m%d.safetensors", i), Format: "safetensors", SHA256: digest, Content: "read", Executable: sbom.No, At: at,
			})
			in.Files = append(in.Files, sbom.FileFact{Path: fmt.Sprintf("models/m%d.safetensors", i), SHA256: digest, Storage: "lfs", Kind: "weights"})
		}
	}
	for i := range n / 50 {
		at := sbom.At{Path: fmt.Sprintf("deploy/w%d.yaml", i), Line: 1}
		in.Workloads = append(in.Workloads, sbom.Workload{
			Name: fmt.Sprintf("w%d", i), Role: "serving", Platform: "kubernetes", Images: []sbom.Image{{Name: "repo/image", Tag: "v1", At: at}}, At: at,
		})
		in.Pipelines = append(in.Pipelines, sbom.PipelineJob{Name: fmt.Sprintf("j%d", i), Platform: "github", Steps: []sbom.Step{{Uses: "actions/checkout", Ref: "v4", At: at}}, At: at})
	}
	return in
}

func load(b *testing.B) *engine.Policy {
	b.Helper()
	p, err := engine.Load(context.Background(), embedded(), engine.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// BenchmarkLoad parses, checks and compiles the embedded pack.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b)
	}
}

// BenchmarkConvert writes an input of 5,000 components and converts it for OPA.
func BenchmarkConvert(b *testing.B) {
	p, in := load(b), source(5000)
	for b.Loop() {
		if _, err := p.Value(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvaluate evaluates all controls over an input of 5,000 components, its
// conversion included.
func BenchmarkEvaluate(b *testing.B) {
	p, in := load(b), source(5000)
	for b.Loop() {
		if _, err := p.Evaluate(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEvaluateSmall evaluates all controls over 1,000 inputs of 20 components.
func BenchmarkEvaluateSmall(b *testing.B) {
	p, in := load(b), source(20)
	for b.Loop() {
		for range 1000 {
			if _, err := p.Evaluate(context.Background(), in); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// comparedControls is how many controls are compared with conftest.
const comparedControls = 40

// some is a pack of the first controls of the embedded one.
func some(b *testing.B, n int) engine.PackSource {
	b.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(policies.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !strings.HasPrefix(name, "lib/") {
			if n--; n < 0 {
				return nil
			}
		}
		content, err := fs.ReadFile(policies.FS, name)
		files[name] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return engine.PackSource{Name: "mlpolicy", FS: files, Embedded: true}
}

// compiled compiles modules as they are, without what the engine does at load.
func compiled(b *testing.B, fsys fs.FS) *ast.Compiler {
	b.Helper()
	modules := map[string]*ast.Module{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		modules[name], err = ast.ParseModule(name, string(content))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	c := ast.NewCompiler()
	if c.Compile(modules); c.Failed() {
		b.Fatal(c.Errors)
	}
	return c
}

// BenchmarkAgainstConftest decides small inputs with 40 controls, and evaluates the same
// controls the way conftest does: two queries for each rule, not prepared, the rule and
// its exception, over an input that is converted once. It reports the ratio.
func BenchmarkAgainstConftest(b *testing.B) {
	p, err := engine.Load(context.Background(), []engine.PackSource{some(b, comparedControls)}, engine.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	in, store, compiler := source(20), inmem.NewFromObject(p.Data()), compiled(b, some(b, comparedControls).FS)
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		results, err := p.Evaluate(context.Background(), in)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := engine.Decide(p, in, results, engine.DecideOptions{}); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		start = time.Now()
		value, err := p.Value(in)
		if err != nil {
			b.Fatal(err)
		}
		for _, c := range p.Controls() {
			for _, rule := range []string{c.Rule, "exception"} {
				r := rego.New(rego.Query("data."+c.Package+"."+rule), rego.Compiler(compiler), rego.Store(store), rego.ParsedInput(value))
				if _, err := r.Eval(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		}
		theirs += time.Since(start)
	}
	b.ReportMetric(float64(theirs)/float64(ours), "x-conftest")
}
