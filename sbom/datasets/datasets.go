// Package datasets says what is inside the data files of a source: rows, columns,
// duplicates, hidden characters, personal data, secrets, and token sequences that go
// with an unusual answer (candidates for planted triggers).
//
// It counts and gives positions and never values: no text of a row that looks personal
// or secret leaves it. It does not decide what is too much. Files are streamed within
// budgets; what was not looked at, or looked at in a sample, is said in the profile.
package datasets

import (
	"context"
	"fmt"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// smallFileBytes is up to what size a file is profiled without being asked: rows of
	// this much text take some 10 ms, and a source has few of them.
	smallFileBytes = 1 << 20
	// smallTextBytes bounds the decompressed text of such a file.
	smallTextBytes = 8 << 20
)

// Options configures the collectors. The zero value profiles small files.
type Options struct {
	// Full profiles files of any size, with near duplicates and trigger candidates
	// (--profile-data).
	Full bool
	// Benchmarks are texts that must not occur in data for training.
	Benchmarks []Benchmark
	// NoNear leaves near duplicates out of a full profile; they take about as long as the
	// rest of it.
	NoNear bool
	// TempDir is where indexes that outgrow memory are written; "" is the system's.
	TempDir string
	// Progress, if set, is called now and then with the bytes of a file read so far. It
	// may be called from several goroutines at once.
	Progress func(path string, done, total int64)
}

// New returns the collectors for the options.
func New(opts Options) []sbom.Collector {
	return []sbom.Collector{{
		Name:     "datasets/profile",
		Families: []sbom.Family{sbom.FamilyDatasets},
		Match: func(f *sbom.File) bool {
			format, _ := formatOf(f)
			return format != ""
		},
		Collect: func(ctx context.Context, f *sbom.File, out *sbom.Inventory) error {
			return collect(ctx, f, out, opts)
		},
	}}
}

func collect(ctx context.Context, f *sbom.File, out *sbom.Inventory, opts Options) error {
	format, encoding := formatOf(f)
	digest, _ := f.SHA256()
	d := sbom.Dataset{
		Path: f.Path, Format: format, Encoding: encoding, SHA256: digest, SizeBytes: f.Size,
		Rows: -1, Sampled: sbom.Unresolved, Role: roleOfPath(f.Path), Profile: "none",
		Skipped: map[string]string{}, At: sbom.At{Path: f.Path},
	}
	switch {
	case sbom.IsLFSPointer(f.Head, f.Size):
		d.Skipped["profile"] = "the file is a Git LFS pointer; its content was not fetched"
		if _, size, err := sbom.ParseLFSPointer(f.Head); err == nil {
			d.SizeBytes = size
		}
	case !opts.Full && f.Size > smallFileBytes:
		d.Skipped["profile"] = fmt.Sprintf("the file is larger than smallFileBytes (%d) and no full profile was asked for", smallFileBytes)
	default:
		return profileFile(ctx, f, out, d, opts)
	}
	out.Datasets = append(out.Datasets, d)
	return nil
}
