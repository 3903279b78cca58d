package datasets

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// exactRows is how many rows the index of exact duplicates holds in memory: 16 bytes
	// each, 16 MiB. Above it, it goes to disk in exactParts files by the hash.
	exactRows  = 1 << 20
	exactParts = 64
	// exactDiskBytes is the budget on disk of one file: 64 GiB are four billion rows.
	exactDiskBytes = 64 << 30
	// maxClusters and maxClusterRows bound what a profile lists of duplicates.
	maxClusters    = 20
	maxClusterRows = 5
)

type hashedRow struct {
	hash uint64
	row  int64
}

// run stands for n rows with the same hash, of which row is the first.
type run struct {
	hash uint64
	row  int64
	n    int64
}

const runBytes = 24

// rowIndex finds rows with equal hashes.
type rowIndex struct {
	dir    string
	rows   []hashedRow
	limit  int // rows in memory
	parts  []*os.File
	writer []*bufio.Writer
	err    error
	spilt  int64
}

func newRowIndex(dir string) *rowIndex { return &rowIndex{dir: dir, limit: exactRows} }

func (x *rowIndex) add(hash uint64, row int64) {
	if x.err != nil {
		return
	}
	x.rows = append(x.rows, hashedRow{hash, row})
	if len(x.rows) >= x.limit {
		x.err = x.spill()
	}
}

// spill writes the rows in memory to their parts.
func (x *rowIndex) spill() error {
	if x.parts == nil {
		for range exactParts {
			f, err := tempFile(x.dir)
			if err != nil {
				return err
			}
			x.parts = append(x.parts, f)
			x.writer = append(x.writer, bufio.NewWriter(f))
		}
	}
	// Rows of one hash become one run, so that a file of nothing but duplicates does not
	// fill one part.
	sortRows(x.rows)
	var b [runBytes]byte
	for i := 0; i < len(x.rows); {
		j := runEnd(x.rows, i)
		binary.LittleEndian.PutUint64(b[:], x.rows[i].hash)
		binary.LittleEndian.PutUint64(b[8:], uint64(x.rows[i].row))
		binary.LittleEndian.PutUint64(b[16:], uint64(j-i))
		if _, err := x.writer[x.rows[i].hash%exactParts].Write(b[:]); err != nil {
			return fmt.Errorf("write index of duplicates: %w", err)
		}
		if x.spilt += runBytes; x.spilt > exactDiskBytes {
			return fmt.Errorf("index of duplicates exceeds exactDiskBytes (%d)", int64(exactDiskBytes))
		}
		i = j
	}
	x.rows = x.rows[:0]
	return nil
}

func sortRows(rows []hashedRow) {
	slices.SortFunc(rows, func(a, b hashedRow) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.row, b.row))
	})
}

func runEnd(rows []hashedRow, i int) int {
	j := i + 1
	for j < len(rows) && rows[j].hash == rows[i].hash {
		j++
	}
	return j
}

// tempFile makes a file that has no name any more where the system allows it.
func tempFile(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "mlpolicy-index-*")
	if err != nil {
		return nil, fmt.Errorf("temporary index: %w", err)
	}
	_ = os.Remove(f.Name()) // elsewhere close removes it
	return f, nil
}

func (x *rowIndex) close() {
	for _, f := range x.parts {
		f.Close()
		_ = os.Remove(f.Name())
	}
	x.parts = nil
}

// duplicates is what an index found: rows beyond the first of their kind, and the
// largest clusters.
type duplicates struct {
	rows     int64
	clusters []sbom.DuplicateCluster
}

func (x *rowIndex) finish(ctx context.Context) (duplicates, error) {
	var d duplicates
	if x.err != nil {
		return d, x.err
	}
	if x.parts == nil {
		sortRows(x.rows)
		for i := 0; i < len(x.rows); {
			j := runEnd(x.rows, i)
			d.group(x.rows[i:min(j, i+maxClusterRows)], int64(j-i))
			i = j
		}
		return d, nil
	}
	if err := x.spill(); err != nil {
		return d, err
	}
	x.rows = nil
	var runs []run
	for i, f := range x.parts {
		if err := ctx.Err(); err != nil {
			return d, err
		}
		var err error
		if runs, err = load(f, x.writer[i], runs[:0]); err != nil {
			return d, err
		}
		d.count(runs)
	}
	return d, nil
}

// load reads one part back: a 64th of the distinct rows.
func load(f *os.File, w *bufio.Writer, runs []run) ([]run, error) {
	if err := w.Flush(); err != nil {
		return nil, fmt.Errorf("write index of duplicates: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read index of duplicates: %w", err)
	}
	r := bufio.NewReaderSize(f, 1<<20)
	var b [runBytes]byte
	for {
		if _, err := io.ReadFull(r, b[:]); errors.Is(err, io.EOF) {
			return runs, nil
		} else if err != nil {
			return nil, fmt.Errorf("read index of duplicates: %w", err)
		}
		if len(runs) >= maxPartRuns {
			return nil, fmt.Errorf("index of duplicates exceeds maxPartRuns (%d)", maxPartRuns)
		}
		runs = append(runs, run{binary.LittleEndian.Uint64(b[:]), int64(binary.LittleEndian.Uint64(b[8:])), int64(binary.LittleEndian.Uint64(b[16:]))})
	}
}

// maxPartRuns bounds one part in memory (120 MiB): 320 million distinct rows in all.
const maxPartRuns = 5 << 20

// count adds the groups of equal hashes among runs.
func (d *duplicates) count(runs []run) {
	slices.SortFunc(runs, func(a, b run) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.row, b.row))
	})
	var first []hashedRow
	for i := 0; i < len(runs); {
		first = first[:0]
		size, j := int64(0), i
		for ; j < len(runs) && runs[j].hash == runs[i].hash; j++ {
			size += runs[j].n
			if len(first) < maxClusterRows {
				first = append(first, hashedRow{runs[j].hash, runs[j].row})
			}
		}
		d.group(first, size)
		i = j
	}
}

// group adds one group of equal rows, of which first are the first.
func (d *duplicates) group(first []hashedRow, size int64) {
	if size < 2 {
		return
	}
	d.rows += size - 1
	c := sbom.DuplicateCluster{Kind: "exact", Size: size}
	for _, r := range first {
		c.Rows = append(c.Rows, r.row)
	}
	d.keep(c)
}

// keep holds on to the largest clusters.
func (d *duplicates) keep(c sbom.DuplicateCluster) {
	i, _ := slices.BinarySearchFunc(d.clusters, c, func(a, b sbom.DuplicateCluster) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Rows[0], b.Rows[0]))
	})
	if i < maxClusters {
		d.clusters = slices.Insert(d.clusters, i, c)
		d.clusters = d.clusters[:min(len(d.clusters), maxClusters)]
	}
}
