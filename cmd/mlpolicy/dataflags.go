package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/datasets"
)

// dataFlags say how closely data files are looked at.
type dataFlags struct {
	profile    bool
	benchmarks []string
}

func (d *dataFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&d.profile, "profile-data", false, "profile data files of any size, with near duplicates")
	c.Flags().StringArrayVar(&d.benchmarks, "benchmark", nil, "NAME=FILE: a benchmark, in any format of data files, that training data must not hold (repeatable)")
}

// apply reads the benchmarks and sets what a scan is told of data files.
func (d *dataFlags) apply(ctx context.Context, env *environment, opts *decide.ScanOptions) error {
	opts.ProfileData = d.profile
	seen := map[string]bool{}
	for _, spec := range d.benchmarks {
		name, file, ok := strings.Cut(spec, "=")
		if !ok || name == "" || file == "" {
			return usage("write it as --benchmark mmlu=data/mmlu.jsonl", "--benchmark %q is not NAME=FILE", spec)
		}
		if seen[name] {
			return usage("", "--benchmark %s is named twice", name)
		}
		seen[name] = true
		b, err := env.benchmark(ctx, name, file)
		if err != nil {
			return usage("", "--benchmark %s: %w", name, err)
		}
		opts.Benchmarks = append(opts.Benchmarks, b)
	}
	return nil
}

// maxBenchmarkBytes bounds a benchmark, whose texts are held in memory; MMLU takes 7 MB.
const maxBenchmarkBytes = 64 << 20

func (env *environment) benchmark(ctx context.Context, name, file string) (datasets.Benchmark, error) {
	info, err := os.Stat(env.path(file))
	if err != nil {
		return datasets.Benchmark{}, err
	}
	if info.Size() > maxBenchmarkBytes {
		return datasets.Benchmark{}, fmt.Errorf("%s has %d bytes; maxBenchmarkBytes is %d", file, info.Size(), maxBenchmarkBytes)
	}
	content, err := os.ReadFile(env.path(file))
	if err != nil {
		return datasets.Benchmark{}, err
	}
	return datasets.ReadBenchmark(ctx, name, sbom.NewFile(filepath.Base(file), content))
}
