package datasets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// csvReader reads RFC 4180 with the laxness that files in the wild need: either line
// end, and quotes inside an unquoted field stand for themselves.
type csvReader struct {
	lines *lineReader
	comma byte
	buf   []byte // a record that spans lines
	cells [][2]int
	text  []byte // decoded cells

	resyncs int
}

// maxResyncs bounds how often a file is read again behind a quote that is not closed.
const maxResyncs = 16

var errQuote = errors.New("quoted field is not closed")

// next returns the cells of the next record and where it starts.
func (c *csvReader) next() (line int, offset int64, err error) {
	text, line, offset, err := c.lines.next()
	if err != nil {
		return line, offset, err
	}
	if line == 1 {
		text = bytes.TrimPrefix(text, bom)
	}
	if bytes.IndexByte(text, '"') < 0 {
		c.split(text)
		return line, offset, nil
	}
	c.buf = append(c.buf[:0], text...)
	for open := c.open(text, false); open; {
		more, _, _, err := c.lines.next()
		if errors.Is(err, io.EOF) {
			return line, offset, errQuote
		}
		if err != nil {
			return line, offset, err
		}
		c.buf = append(append(c.buf, '\n'), more...)
		if len(c.buf) > maxRowBytes {
			return line, offset, errLongLine
		}
		open = c.open(more, true)
	}
	return line, offset, c.parse(c.buf)
}

// open tells whether a quoted field is open at the end of the line, given whether one
// was at its start.
func (c *csvReader) open(text []byte, quoted bool) bool {
	start := true
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case quoted && b == '"':
			if i+1 < len(text) && text[i+1] == '"' {
				i++
			} else {
				quoted, start = false, false
			}
		case quoted:
		case b == '"' && start:
			quoted, start = true, false
		default:
			start = b == c.comma
		}
	}
	return quoted
}

// resync starts again at the line behind the one whose quoted field was never closed,
// so that one stray quote does not hide the rest of the file.
func (c *csvReader) resync(line int, offset int64) bool {
	i := bytes.IndexByte(c.buf, '\n')
	if c.resyncs++; i < 0 || c.resyncs > maxResyncs {
		return false
	}
	c.lines = newLineReader(bytes.NewReader(bytes.Clone(c.buf[i+1:])))
	c.lines.line, c.lines.offset = line, offset+int64(i+1)
	return true
}

// split takes a line without quotes apart.
func (c *csvReader) split(text []byte) {
	c.text = append(c.text[:0], text...)
	c.cells = c.cells[:0]
	for from := 0; ; {
		i := bytes.IndexByte(c.text[from:], c.comma)
		if i < 0 {
			c.cells = append(c.cells, [2]int{from, len(c.text)})
			return
		}
		c.cells = append(c.cells, [2]int{from, from + i})
		from += i + 1
	}
}

func (c *csvReader) parse(text []byte) error {
	c.text, c.cells = c.text[:0], c.cells[:0]
	for i := 0; ; {
		from := len(c.text)
		if i < len(text) && text[i] == '"' {
			i++
			for i < len(text) && (text[i] != '"' || i+1 < len(text) && text[i+1] == '"') {
				if text[i] == '"' {
					i++
				}
				c.text = append(c.text, text[i])
				i++
			}
			i++
		}
		for i < len(text) && text[i] != c.comma {
			c.text = append(c.text, text[i])
			i++
		}
		c.cells = append(c.cells, [2]int{from, len(c.text)})
		if len(c.cells) > maxFields {
			return errFields
		}
		if i >= len(text) {
			return nil
		}
		i++
	}
}

func (c *csvReader) cell(i int) []byte { return c.text[c.cells[i][0]:c.cells[i][1]] }

// readCSV returns a reader for the delimiter. The first record names the columns.
func readCSV(comma byte) func(context.Context, input, *schema, func(*row)) error {
	return func(ctx context.Context, in input, s *schema, emit func(*row)) error {
		c := &csvReader{lines: newLineReader(in.r), comma: comma}
		var names [][]byte
		var r row
		for n := int64(0); ; {
			line, offset, err := c.next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if errors.Is(err, errLongLine) || errors.Is(err, errQuote) || errors.Is(err, errFields) {
				in.invalid()
				code := map[bool]string{true: "truncated", false: "too_large"}[errors.Is(err, errQuote)]
				in.report(line, offset, code, "record cannot be read: "+err.Error())
				if errors.Is(err, errQuote) && !c.resync(line, offset) {
					return nil
				}
				continue
			}
			if err != nil {
				return &readError{offset, err}
			}
			if len(c.cells) == 1 && len(bytes.TrimSpace(c.cell(0))) == 0 {
				continue
			}
			if names == nil {
				names = header(c)
				continue
			}
			if n%everyRows == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if len(c.cells) != len(names) {
				in.invalid()
				in.report(line, offset, "malformed", fmt.Sprintf("record has %d fields, the header %d", len(c.cells), len(names)))
				continue
			}
			r.reset()
			s.next = 0
			for i, name := range names {
				cell := c.cell(i)
				r.fields = append(r.fields, field{column: s.column(name), kind: kindOf(cell), text: cell})
			}
			r.number, r.line, r.offset, r.size = n, line, offset, int64(len(c.text))
			n++
			emit(&r)
		}
	}
}

// header copies the names of the columns; one without a name gets its number.
func header(c *csvReader) [][]byte {
	names := make([][]byte, 0, len(c.cells))
	for i := range c.cells {
		name := bytes.TrimSpace(c.cell(i))
		if len(name) == 0 {
			name = fmt.Appendf(nil, "column %d", i+1)
		}
		names = append(names, bytes.Clone(name))
	}
	return names
}

// kindOf is the type that the text of a cell has.
func kindOf(cell []byte) kind {
	if len(cell) == 0 {
		return kindNull
	}
	switch string(cell) {
	case "true", "false", "True", "False":
		return kindBool
	}
	if len(cell) > 32 {
		return kindString
	}
	digits, k := 0, kindInt
	for i, c := range cell {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case (c == '-' || c == '+') && (i == 0 || cell[i-1]|0x20 == 'e'):
		case c == '.' || c|0x20 == 'e' && digits > 0:
			k = kindFloat
		default:
			return kindString
		}
	}
	if digits == 0 {
		return kindString
	}
	return k
}
