package datasets

import (
	"bytes"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// chat is a batch of rows with messages, a number and a score.
func chat(t testing.TB) arrow.RecordBatch {
	t.Helper()
	message := arrow.StructOf(arrow.Field{Name: "role", Type: arrow.BinaryTypes.String}, arrow.Field{Name: "content", Type: arrow.BinaryTypes.String})
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "messages", Type: arrow.ListOf(message)},
		{Name: "n", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
		{Name: "score", Type: arrow.PrimitiveTypes.Float64},
		{Name: "ok", Type: arrow.FixedWidthTypes.Boolean},
	}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	list := b.Field(0).(*array.ListBuilder)
	st := list.ValueBuilder().(*array.StructBuilder)
	for i := range 700 { // more than one batch of values
		list.Append(true)
		for _, m := range [][2]string{{"user", "write to jane.roe@acme-mail.com"}, {"assistant", strings.Repeat("x", i%20)}} {
			st.Append(true)
			st.FieldBuilder(0).(*array.StringBuilder).Append(m[0])
			st.FieldBuilder(1).(*array.StringBuilder).Append(m[1])
		}
		if i%2 == 0 {
			b.Field(1).AppendNull()
		} else {
			b.Field(1).(*array.Int64Builder).Append(int64(i))
		}
		b.Field(2).(*array.Float64Builder).Append(0.5)
		b.Field(3).(*array.BooleanBuilder).Append(true)
	}
	return b.NewRecordBatch()
}

func parquetFile(t testing.TB) []byte {
	t.Helper()
	batch := chat(t)
	defer batch.Release()
	var b bytes.Buffer
	w, err := pqarrow.NewFileWriter(batch.Schema(), &b, parquet.NewWriterProperties(parquet.WithCompression(compress.Codecs.Snappy), parquet.WithMaxRowGroupLength(300)), pqarrow.DefaultWriterProps())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteBuffered(batch); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func arrowFiles(t testing.TB) (file, stream []byte) {
	t.Helper()
	batch := chat(t)
	defer batch.Release()
	var f, s bytes.Buffer
	fw, err := ipc.NewFileWriter(&f, ipc.WithSchema(batch.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	sw := ipc.NewWriter(&s, ipc.WithSchema(batch.Schema()))
	for _, w := range []interface {
		Write(arrow.RecordBatch) error
		Close() error
	}{fw, sw} {
		if err := w.Write(batch); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return f.Bytes(), s.Bytes()
}

func TestColumnarFiles(t *testing.T) {
	t.Parallel()
	file, stream := arrowFiles(t)
	for name, content := range map[string][]byte{"a.parquet": parquetFile(t), "a.arrow": file, "b.arrow": stream, "no-extension": file} {
		d, problems := profileOf(t, name, content, Options{})
		var columns []string
		for _, c := range d.Columns {
			columns = append(columns, c.Name+":"+c.Type)
		}
		want := "messages[].role:string messages[].content:string n:int score:float ok:bool"
		if got := strings.Join(columns, " "); got != want {
			t.Errorf("%s: columns %s", name, got)
		}
		if len(problems) > 0 || d.Rows != 700 || d.Shape != "messages" || d.PII["email"] != 700 || d.Profile != "full" {
			t.Errorf("%s: %d rows, shape %s, pii %v, %v", name, d.Rows, d.Shape, d.PII, problems)
		}
	}
}

// TestBrokenColumnarFiles cuts and flips bytes: the result is a Problem, or fewer rows,
// never a panic.
func TestBrokenColumnarFiles(t *testing.T) {
	t.Parallel()
	file, stream := arrowFiles(t)
	for name, content := range map[string][]byte{"a.parquet": parquetFile(t), "a.arrow": file, "b.arrow": stream} {
		for _, cut := range []int{0, 4, 8, 100, len(content) / 2, len(content) - 1} {
			d, problems := profileOf(t, name, content[:cut], Options{})
			if len(problems) == 0 && d.Rows != 0 {
				t.Errorf("%s cut at %d: %d rows and no problem", name, cut, d.Rows)
			}
			for _, p := range problems {
				if p.Family != sbom.FamilyDatasets || p.Reason == "" {
					t.Errorf("%s: %+v", name, p)
				}
			}
		}
		for at := 0; at < len(content); at += max(1, len(content)/150) {
			broken := bytes.Clone(content)
			broken[at] ^= 0xff
			profileOf(t, name, broken, Options{})
		}
	}
}
