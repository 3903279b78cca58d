package datasets

import (
	"context"
	"errors"
	"fmt"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Benchmark is a set of texts to look for, by name.
type Benchmark struct {
	Name  string
	Texts []string // one for each row
}

// ReadBenchmark reads the rows of a data file as a benchmark: the strings of each row are
// one text. A row that cannot be read is an error: a benchmark that is not whole would
// clear data that holds the rest.
func ReadBenchmark(ctx context.Context, name string, f *sbom.File) (Benchmark, error) {
	b := Benchmark{Name: name}
	d := blank(f)
	if d.Format == "" {
		return b, fmt.Errorf("%s is no data file (JSONL, JSON, CSV, TSV, Parquet, Arrow or text)", f.Path)
	}
	p := newProfiler(d, Options{Full: true, NoNear: true})
	defer p.close()
	var first error
	in := input{
		report: func(line int, offset int64, _, reason string) {
			if first == nil {
				first = fmt.Errorf("%s: line %d, offset %d: %s", f.Path, line, offset, reason)
			}
		},
		invalid: func() {},
	}
	err := p.readInto(ctx, f, in, func(r *row) {
		var text []byte
		for i := range r.fields {
			if field := &r.fields[i]; field.kind == kindString {
				text = append(append(text, field.text...), '\n')
			}
		}
		b.Texts = append(b.Texts, string(text))
	})
	if err = errors.Join(err, first); err != nil {
		return b, err
	}
	if len(b.Texts) == 0 {
		return b, fmt.Errorf("%s has no rows", f.Path)
	}
	return b, nil
}
