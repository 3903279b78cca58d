package decide

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/datasets"
)

// maxComparedBytes bounds a data file whose two versions are compared row by row.
const maxComparedBytes = 32 << 20

// dataChanges adds what changed inside of data files: rows, and triggers among the added
// ones. A file that is too large to compare keeps its changed digest as a fact.
func (req *Request) dataChanges(ctx context.Context, base, head *sbom.Inventory, changes []sbom.Change) ([]sbom.Change, error) {
	before := map[string]sbom.Dataset{}
	for _, d := range base.Datasets {
		before[d.Path] = d
	}
	for _, d := range head.Datasets {
		old, ok := before[d.Path]
		if !ok || d.SHA256 == "" || old.SHA256 == "" || d.SHA256 == old.SHA256 || max(d.SizeBytes, old.SizeBytes) > maxComparedBytes {
			continue
		}
		from, err := dataFile(req.Base, d.Path)
		if err != nil {
			return nil, err
		}
		to, err := dataFile(req.Head, d.Path)
		if err != nil {
			return nil, err
		}
		difference, err := datasets.Diff(ctx, from, to, datasets.Options{Full: req.Scan.ProfileData, Benchmarks: req.Scan.Benchmarks})
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", d.Path, err)
		}
		changes = append(changes, difference.Changes()...)
	}
	return changes, nil
}

func dataFile(src *source.Source, name string) (*sbom.File, error) {
	content, err := fs.ReadFile(src.FS, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return sbom.NewFile(name, content), nil
}
