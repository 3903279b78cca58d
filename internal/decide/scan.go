// Package decide is the one assembly of "source → inventory → input → decision". The
// command line, the GitHub App, the gate and replay all go through it, so that they
// cannot differ in what they decide.
package decide

import (
	"context"
	"fmt"

	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/all"
	"github.com/mlpolicy/mlpolicy/sbom/datasets"
)

// ScanOptions says how much of a source is read.
type ScanOptions struct {
	Digests     sbom.Digests
	ProfileData bool                 // profile data files of any size
	Benchmarks  []datasets.Benchmark // texts that data for training must not hold
	Progress    func(sbom.Progress)
	Workers     int
}

// Scan reads every fact of the source.
func Scan(ctx context.Context, src *source.Source, opts ScanOptions) (*sbom.Inventory, error) {
	data := datasets.Options{Full: opts.ProfileData, Benchmarks: opts.Benchmarks}
	if opts.Progress != nil {
		p := newProgress(opts.Progress)
		opts.Progress, data.Progress = p.whole, p.part
	}
	inv, err := sbom.Generate(ctx, src.FS, sbom.Options{
		Collectors: all.Collectors(data), Linkers: all.Linkers, Subject: src.Subject, Storage: src.Storage,
		Digests: opts.Digests, Progress: opts.Progress, Workers: opts.Workers,
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", src.Subject.Name, err)
	}
	return inv, nil
}
