package datasets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

const (
	// maxArrowMeta and maxArrowBody bound the parts of one message; Hugging Face datasets
	// write batches of 1,000 rows.
	maxArrowMeta = 16 << 20
	maxArrowBody = maxColumnarBytes / 2
)

// readArrow reads an Arrow file (random access) or stream, batch by batch.
func readArrow(ctx context.Context, r io.ReaderAt, size int64, s *schema, emit func(*row)) error {
	return columnar("arrow", func() error {
		section := io.NewSectionReader(r, 0, size)
		mem := ipc.WithAllocator(&budgetAllocator{Allocator: memory.DefaultAllocator})
		head := make([]byte, len(arrowMagic))
		if _, err := section.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if bytes.Equal(head, arrowMagic) {
			if err := checkArrowFile(r, size); err != nil {
				return fmt.Errorf("arrow footer: %w", err)
			}
			return readArrowFile(ctx, section, mem, s, emit)
		}
		if err := checkArrowStream(r, 0, size); err != nil {
			return fmt.Errorf("arrow stream: %w", err)
		}
		stream, err := ipc.NewReader(section, mem, ipc.WithMetadataSizeLimit(maxArrowMeta), ipc.WithBodySizeLimit(maxArrowBody))
		if err != nil {
			return fmt.Errorf("arrow stream: %w", err)
		}
		defer stream.Release()
		b := arrowBatches{ctx: ctx, schema: s, emit: emit}
		for stream.Next() {
			if err := b.add(stream.RecordBatch()); err != nil {
				return err
			}
		}
		if err := stream.Err(); err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("arrow stream after %d rows: %w", b.number, err)
		}
		return nil
	})
}

func readArrowFile(ctx context.Context, section *io.SectionReader, mem ipc.Option, s *schema, emit func(*row)) error {
	f, err := ipc.NewFileReader(section, mem, ipc.WithMetadataSizeLimit(maxArrowMeta), ipc.WithBodySizeLimit(maxArrowBody))
	if err != nil {
		return fmt.Errorf("arrow footer: %w", err)
	}
	defer f.Close()
	b := arrowBatches{ctx: ctx, schema: s, emit: emit}
	for i := range f.NumRecords() {
		batch, err := f.RecordBatchAt(i)
		if err != nil {
			return fmt.Errorf("arrow batch %d: %w", i, err)
		}
		err = b.add(batch)
		batch.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// arrowBatches turns batches into rows.
type arrowBatches struct {
	ctx    context.Context
	schema *schema
	emit   func(*row)
	r      row
	number int64
	path   []byte
}

func (b *arrowBatches) add(batch arrow.RecordBatch) error {
	for i := range int(batch.NumRows()) {
		if b.number%everyRows == 0 && b.ctx.Err() != nil {
			return b.ctx.Err()
		}
		b.r.reset()
		b.schema.next = 0
		for c := range int(batch.NumCols()) {
			b.path = append(b.path[:0], batch.ColumnName(c)...)
			if err := b.value(batch.Column(c), i, 0, 0); err != nil {
				return fmt.Errorf("arrow row %d: %w", b.number, err)
			}
		}
		b.r.number = b.number
		b.number++
		b.emit(&b.r)
	}
	return nil
}

// value adds the leaves of one value.
func (b *arrowBatches) value(a arrow.Array, i, item, depth int) error {
	if depth > maxDepth {
		return errDepth
	}
	if a.IsNull(i) {
		return b.leaf(item, kindNull, nil)
	}
	switch a := a.(type) {
	case *array.String:
		return b.leaf(item, kindString, []byte(a.Value(i)))
	case *array.LargeString:
		return b.leaf(item, kindString, []byte(a.Value(i)))
	case *array.Binary:
		return b.leaf(item, kindBytes, a.Value(i))
	case *array.LargeBinary:
		return b.leaf(item, kindBytes, a.Value(i))
	case *array.Boolean:
		return b.leaf(item, kindBool, fmt.Append(nil, a.Value(i)))
	case *array.Float32, *array.Float64, *array.Float16:
		return b.leaf(item, kindFloat, []byte(a.ValueStr(i)))
	case *array.Struct:
		outer := len(b.path)
		t := a.DataType().(*arrow.StructType)
		for f := range a.NumField() {
			b.path = append(append(b.path[:outer], '.'), t.Field(f).Name...)
			if err := b.value(a.Field(f), i, item, depth+1); err != nil {
				return err
			}
		}
		b.path = b.path[:outer]
		return nil
	case array.ListLike:
		outer := len(b.path)
		from, to := a.ValueOffsets(i)
		if from < 0 || to < from || to > int64(a.ListValues().Len()) {
			return errors.New("offsets of a list lie outside its values")
		}
		b.path = append(b.path, "[]"...)
		for k := from; k < to; k++ {
			if err := b.value(a.ListValues(), int(k), int(k-from), depth+1); err != nil {
				return err
			}
		}
		b.path = b.path[:outer]
		return nil
	case *array.Dictionary:
		k := a.GetValueIndex(i)
		if k < 0 || k >= a.Dictionary().Len() {
			return errors.New("index lies outside the dictionary")
		}
		return b.value(a.Dictionary(), k, item, depth+1)
	}
	if arrow.IsInteger(a.DataType().ID()) {
		return b.leaf(item, kindInt, []byte(a.ValueStr(i)))
	}
	return b.leaf(item, kindBytes, []byte(a.ValueStr(i)))
}

func (b *arrowBatches) leaf(item int, k kind, text []byte) error {
	if len(b.r.fields) >= maxFields {
		return errFields
	}
	b.r.fields = append(b.r.fields, field{column: b.schema.column(b.path), item: item, kind: k, text: text})
	return nil
}
