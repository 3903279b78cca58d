package datasets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

const (
	// maxRowBytes bounds one row as stored: books as single rows reach some megabytes.
	maxRowBytes = 16 << 20
	// readBytes is how much is read at once.
	readBytes = 1 << 20
)

// input is what a reader reads: the text of the file, decompressed, with the place
// where it reports what cannot be read.
type input struct {
	r       io.Reader
	report  func(line int, offset int64, code, reason string)
	invalid func() // called once per malformed row
}

// readError is an error of the stream itself, with the offset that was reached.
type readError struct {
	offset int64
	err    error
}

func (e *readError) Error() string { return fmt.Sprintf("read at %d: %v", e.offset, e.err) }
func (e *readError) Unwrap() error { return e.err }

// lineReader splits a stream into lines without a bound on the stream and with one on
// the line. It keeps position itself, so that every Problem has one.
type lineReader struct {
	r      io.Reader
	buf    []byte
	start  int // of the line that comes next
	end    int // of what was read
	offset int64
	line   int
	err    error
}

func newLineReader(r io.Reader) *lineReader {
	return &lineReader{r: r, buf: make([]byte, readBytes)}
}

// errLongLine is returned with an empty line when it is longer than maxRowBytes; the
// line was skipped.
var errLongLine = fmt.Errorf("line is longer than maxRowBytes (%d)", maxRowBytes)

// next returns the next line without its end, its number and its offset. The slice is
// valid until the next call.
func (l *lineReader) next() (text []byte, line int, offset int64, err error) {
	for searched := 0; ; {
		if i := bytes.IndexByte(l.buf[l.start+searched:l.end], '\n'); i >= 0 {
			text = l.buf[l.start : l.start+searched+i]
			return l.take(text, len(text)+1)
		}
		searched = l.end - l.start
		if l.err != nil {
			if searched == 0 || !errors.Is(l.err, io.EOF) {
				return nil, l.line, l.offset, l.err
			}
			return l.take(l.buf[l.start:l.end], searched)
		}
		if searched > maxRowBytes {
			return l.skip()
		}
		l.fill()
	}
}

func (l *lineReader) take(text []byte, length int) ([]byte, int, int64, error) {
	at := l.offset
	l.start += length
	l.offset += int64(length)
	l.line++
	if n := len(text); n > 0 && text[n-1] == '\r' {
		text = text[:n-1]
	}
	return text, l.line, at, nil
}

// skip drops the rest of a line that is too long.
func (l *lineReader) skip() ([]byte, int, int64, error) {
	at := l.offset
	l.line++
	for {
		i := bytes.IndexByte(l.buf[l.start:l.end], '\n')
		if i >= 0 {
			l.start += i + 1
			l.offset += int64(i + 1)
			return nil, l.line, at, errLongLine
		}
		l.offset += int64(l.end - l.start)
		l.start, l.end = 0, 0
		if l.err != nil {
			return nil, l.line, at, errLongLine
		}
		l.fill()
	}
}

// fill reads more behind what is there. The buffer grows by doubling while a line
// needs it, to at most twice maxRowBytes.
func (l *lineReader) fill() {
	if l.start > 0 {
		copy(l.buf, l.buf[l.start:l.end])
		l.end -= l.start
		l.start = 0
	}
	if l.end == len(l.buf) {
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	n, err := l.r.Read(l.buf[l.end:])
	l.end += n
	if err != nil {
		l.err = err
	}
}

// everyRows is how often the context is asked.
const everyRows = 1024

// eachLine calls fill for every line that is not blank, with the row to fill; it reports
// whether the line is one. The row is emitted when it is.
func eachLine(ctx context.Context, in input, emit func(*row), fill func(text []byte, line int, offset int64, r *row) bool) error {
	lines, r := newLineReader(in.r), row{}
	for n := int64(0); ; {
		text, line, offset, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, errLongLine) {
			in.invalid()
			in.report(line, offset, "too_large", err.Error())
			continue
		}
		if err != nil {
			return &readError{offset, err}
		}
		if line == 1 {
			text = bytes.TrimPrefix(text, bom)
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		if line%everyRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		r.reset()
		if !fill(text, line, offset, &r) {
			continue
		}
		r.number, r.line, r.offset, r.size = n, line, offset, int64(len(text))
		n++
		emit(&r)
	}
}

// readJSONL reads one JSON value per line.
func readJSONL(ctx context.Context, in input, s *schema, emit func(*row)) error {
	p := jsonParser{schema: s}
	return eachLine(ctx, in, emit, func(text []byte, line int, offset int64, r *row) bool {
		err := p.parse(text, r)
		if err != nil {
			in.invalid()
			in.report(line, offset+int64(p.pos), codeOf(err), "row is not JSON: "+err.Error())
		}
		return err == nil
	})
}

// bom is the byte order mark that some writers put before UTF-8.
var bom = []byte("\xef\xbb\xbf")

func codeOf(err error) string {
	switch {
	case errors.Is(err, errDepth):
		return "too_deep"
	case errors.Is(err, errFields):
		return "too_many"
	case errors.Is(err, errEnd):
		return "truncated"
	}
	return "malformed"
}

// readText takes every line that is not empty as a row with the one column "text".
func readText(ctx context.Context, in input, s *schema, emit func(*row)) error {
	return eachLine(ctx, in, emit, func(text []byte, _ int, _ int64, r *row) bool {
		s.next = 0
		r.fields = append(r.fields, field{column: s.column([]byte("text")), kind: kindString, text: text})
		return true
	})
}
