package datasets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
)

const (
	// maxPageBytes bounds one page of a Parquet file; writers aim at 1 MiB, one value of a
	// picture takes a page of its own.
	maxPageBytes = 64 << 20
	// maxColumnarBytes bounds what the readers of columnar files may hold at once.
	maxColumnarBytes = 256 << 20
	// columnBatch is how many values of one column are read at once.
	columnBatch = 512
	// maxParquetColumns bounds the columns that are read side by side, each with pages of
	// its own in memory.
	maxParquetColumns = 1024
)

// budgetError is thrown by the allocator, which cannot return an error.
type budgetError struct{ want int64 }

func (e budgetError) Error() string {
	return fmt.Sprintf("reading needs %d bytes at once, maxColumnarBytes is %d", e.want, int64(maxColumnarBytes))
}

// budgetAllocator refuses to hold more than a file may need.
type budgetAllocator struct {
	memory.Allocator
	held int64
}

func (a *budgetAllocator) Allocate(n int) []byte {
	a.take(int64(n))
	return a.Allocator.Allocate(n)
}

func (a *budgetAllocator) Reallocate(n int, b []byte) []byte {
	a.take(int64(n) - int64(cap(b)))
	return a.Allocator.Reallocate(n, b)
}

func (a *budgetAllocator) Free(b []byte) {
	a.held -= int64(cap(b))
	a.Allocator.Free(b)
}

func (a *budgetAllocator) take(n int64) {
	if a.held+n > maxColumnarBytes {
		panic(budgetError{a.held + n})
	}
	a.held += n
}

// columnar turns what a library throws at broken files into an error: it is written for
// files that its own writers made.
func columnar(format string, read func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			var budget budgetError
			if e, ok := r.(error); ok && errors.As(e, &budget) {
				err = fmt.Errorf("%s: %w", format, budget)
				return
			}
			err = fmt.Errorf("%s: malformed: %v", format, r)
		}
	}()
	return read()
}

// readParquet reads rows group by group, the columns of a group side by side.
func readParquet(ctx context.Context, r io.ReaderAt, size int64, s *schema, emit func(*row)) error {
	return columnar("parquet", func() error {
		props := parquet.NewReaderProperties(&budgetAllocator{Allocator: memory.DefaultAllocator})
		props.BufferedStreamEnabled = true
		props.MaxCompressedPageSize, props.MaxUncompressedPageSize = maxPageBytes, maxPageBytes
		f, err := file.NewParquetReader(io.NewSectionReader(r, 0, size), file.WithReadProps(props))
		if err != nil {
			return fmt.Errorf("parquet footer: %w", err)
		}
		defer f.Close()
		if n := f.MetaData().Schema.NumColumns(); n > maxParquetColumns {
			return fmt.Errorf("parquet: %d columns, limit maxParquetColumns is %d", n, maxParquetColumns)
		}
		number := int64(0)
		for g := range f.NumRowGroups() {
			if number, err = readGroup(ctx, f.RowGroup(g), g, number, s, emit); err != nil {
				return err
			}
		}
		return nil
	})
}

func readGroup(ctx context.Context, group *file.RowGroupReader, index int, number int64, s *schema, emit func(*row)) (int64, error) {
	columns := make([]*parquetColumn, group.NumColumns())
	for i := range columns {
		c, err := group.Column(i)
		if err != nil {
			return number, fmt.Errorf("parquet row group %d, column %d: %w", index, i, err)
		}
		columns[i] = newParquetColumn(c)
	}
	var r row
	for n := range group.NumRows() {
		if n%everyRows == 0 && ctx.Err() != nil {
			return number, ctx.Err()
		}
		r.reset()
		s.next = 0
		for _, c := range columns {
			if err := c.appendRow(&r, s); err != nil {
				return number, fmt.Errorf("parquet row group %d, row %d, column %s: %w", index, n, c.name, err)
			}
		}
		r.number = number
		number++
		emit(&r)
	}
	return number, nil
}

// parquetColumn is a cursor over the values of one leaf column with their levels
// (Dremel encoding: a repetition level of 0 starts a row, the largest definition level
// is a value).
type parquetColumn struct {
	name   []byte
	read   func() (levels, values int, err error)
	value  func(i int) (kind, []byte)
	def    []int16
	rep    []int16
	maxDef int16
	levels int
	at     int // of the levels
	used   int // of the values
}

var errShortColumn = errors.New("the column has fewer values than the group has rows")

func newParquetColumn(c file.ColumnChunkReader) *parquetColumn {
	d := c.Descriptor()
	p := &parquetColumn{name: parquetName(d.Path()), maxDef: d.MaxDefinitionLevel(), def: make([]int16, columnBatch), rep: make([]int16, columnBatch)}
	switch c := c.(type) {
	case *file.ByteArrayColumnChunkReader:
		v := make([]parquet.ByteArray, columnBatch)
		p.read = func() (int, int, error) { return batch(c.ReadBatch(columnBatch, v, p.def, p.rep)) }
		text := d.ConvertedType().String() == "UTF8" || d.LogicalType().String() == "String"
		p.value = func(i int) (kind, []byte) {
			if text {
				return kindString, v[i]
			}
			return kindBytes, v[i]
		}
	case *file.Int32ColumnChunkReader:
		v := make([]int32, columnBatch)
		p.read = func() (int, int, error) { return batch(c.ReadBatch(columnBatch, v, p.def, p.rep)) }
		p.value = func(i int) (kind, []byte) { return kindInt, fmt.Append(nil, v[i]) }
	case *file.Int64ColumnChunkReader:
		v := make([]int64, columnBatch)
		p.read = func() (int, int, error) { return batch(c.ReadBatch(columnBatch, v, p.def, p.rep)) }
		p.value = func(i int) (kind, []byte) { return kindInt, fmt.Append(nil, v[i]) }
	case *file.Float32ColumnChunkReader:
		v := make([]float32, columnBatch)
		p.read = func() (int, int, error) { return batch(c.ReadBatch(columnBatch, v, p.def, p.rep)) }
		p.value = func(i int) (kind, []byte) { return kindFloat, fmt.Append(nil, v[i]) }
	case *file.Float64ColumnChunkReader:
		v := make([]float64, columnBatch)
		p.read = func() (int, int, error) { return batch(c.ReadBatch(columnBatch, v, p.def, p.rep)) }
		p.value = func(i int) (kind, []byte) { return kindFloat, fmt.Append(nil, v[i]) }
	case *file.BooleanColumnChunkReader:
		v := make([]bool, columnBatch)
		p.read = func() (int, int, error) { return batch(c.ReadBatch(columnBatch, v, p.def, p.rep)) }
		p.value = func(i int) (kind, []byte) { return kindBool, fmt.Append(nil, v[i]) }
	case *file.FixedLenByteArrayColumnChunkReader:
		v := make([]parquet.FixedLenByteArray, columnBatch)
		p.read = func() (int, int, error) { return batch(c.ReadBatch(columnBatch, v, p.def, p.rep)) }
		p.value = func(i int) (kind, []byte) { return kindBytes, v[i] }
	case *file.Int96ColumnChunkReader:
		v := make([]parquet.Int96, columnBatch)
		p.read = func() (int, int, error) { return batch(c.ReadBatch(columnBatch, v, p.def, p.rep)) }
		p.value = func(i int) (kind, []byte) { return kindInt, v[i][:] }
	}
	return p
}

func batch(levels int64, values int, err error) (int, int, error) { return int(levels), values, err }

// parquetName writes the path of a leaf as JSON rows have it: "messages.list.element.role"
// is "messages[].role".
func parquetName(path string) []byte {
	for _, list := range []string{".list.element", ".list.item", ".bag.array_element", ".bag.array"} {
		path = strings.ReplaceAll(path, list, "[]")
	}
	return []byte(path)
}

// appendRow adds the values of the next row.
func (p *parquetColumn) appendRow(r *row, s *schema) error {
	if p.read == nil {
		return errors.New("unknown physical type")
	}
	for item := 0; ; item++ {
		if p.at >= p.levels {
			levels, _, err := p.read()
			if err != nil {
				return err
			}
			p.levels, p.at, p.used = levels, 0, 0
			if levels == 0 {
				if item > 0 {
					return nil
				}
				return errShortColumn
			}
		}
		if item > 0 && (p.maxDef == 0 || p.rep[p.at] == 0) {
			return nil
		}
		k, text := kindNull, []byte(nil)
		if p.maxDef == 0 || p.def[p.at] == p.maxDef {
			k, text = p.value(p.used)
			p.used++
		}
		p.at++
		if len(r.fields) >= maxFields {
			return errFields
		}
		if k == kindString || k == kindBytes { // the batch may be read over before the row is done
			from := len(r.arena)
			r.arena = append(r.arena, text...)
			text = r.arena[from:len(r.arena):len(r.arena)]
		}
		r.fields = append(r.fields, field{column: s.column(p.name), item: item, kind: k, text: text})
	}
}
