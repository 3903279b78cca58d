// Package bench measures what the other tests do not time.
package bench

import (
	"context"
	"fmt"
	"testing"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/policies"
	"github.com/mlpolicy/mlpolicy/sbom"
)

func embedded() []engine.PackSource {
	return []engine.PackSource{{Name: "mlpolicy", Source: "embedded", FS: policies.FS, Embedded: true}}
}

// source is an input with n components, and references, calls, packages, files, weights
// and workloads in the proportions of a fine-tuning repository.
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
		kind := []string{"model", "package", "package", "package", "dataset"}[i%5]
		in.Components = append(in.Components, sbom.Component{
			Ref: "ref:" + name, Kind: kind, Role: "train", Name: name, Namespace: fmt.Sprintf("org%d", i%70), Version: "1.0", Host: "huggingface",
			Digests: map[string]string{"sha256": digest}, Licenses: []string{"Apache-2.0"}, Pinned: sbom.Yes, At: at,
		})
		switch i % 5 {
		case 0:
			in.References = append(in.References, sbom.Reference{
				Kind: "model", Name: name, URI: "hf://" + name, Host: "huggingface", State: "resolved", Revision: "main", RevisionKind: "branch",
				Role: "base", How: "call", Loader: "from_pretrained", TrustRemoteCode: sbom.Unstated, Confidence: "high", At: at, CallAt: at,
			})
			in.Calls = append(in.Calls, sbom.Call{Callee: "transformers.AutoModel.from_pretrained", Args: map[string]string{"0": name}, At: at})
		case 1, 2, 3:
			in.Packages = append(in.Packages, sbom.Package{
				Name: fmt.Sprintf("package-%d", i), Ecosystem: "pypi", Version: "1.2.3", Source: "requirements", Locked: sbom.Yes, At: at,
			})
		case 4:
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
