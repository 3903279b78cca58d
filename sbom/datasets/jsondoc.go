package datasets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
)

// readJSON reads a JSON document as rows: the elements of a list at the top, the
// elements of the first list of objects in an object at the top, or the whole document
// as one row. Elements are cut out of the stream one by one.
func readJSON(ctx context.Context, in input, s *schema, emit func(*row)) error {
	c := &jsonCutter{lines: &lineReader{r: in.r, buf: make([]byte, readBytes)}, line: 1}
	first, err := c.peek()
	if err != nil {
		return endOfDocument(in, c, err)
	}
	e := elements{ctx: ctx, in: in, cut: c, parser: jsonParser{schema: s}, emit: emit}
	switch first {
	case '[':
		c.advance()
		return e.list()
	case '{':
		return e.object()
	}
	if err := e.one(); err != nil {
		return endOfDocument(in, c, err)
	}
	return nil
}

func endOfDocument(in input, c *jsonCutter, err error) error {
	if errors.Is(err, io.EOF) {
		in.report(c.line, c.lines.offset, "truncated", "JSON document ends early")
		return nil
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &readError{c.lines.offset, err}
}

type elements struct {
	ctx    context.Context
	in     input
	cut    *jsonCutter
	parser jsonParser
	emit   func(*row)
	r      row
	n      int64
}

// one cuts the next value and emits it as a row.
func (e *elements) one() error {
	if e.n%everyRows == 0 && e.ctx.Err() != nil {
		return e.ctx.Err()
	}
	line, offset := e.cut.line, e.cut.lines.offset
	text, err := e.cut.value()
	if errors.Is(err, errLongLine) {
		e.in.invalid()
		e.in.report(line, offset, "too_large", "element is larger than maxRowBytes")
		return nil
	}
	if err != nil {
		return err
	}
	e.r.reset()
	if err := e.parser.parse(text, &e.r); err != nil {
		e.in.invalid()
		e.in.report(line, offset+int64(e.parser.pos), codeOf(err), "element is not JSON: "+err.Error())
		return nil
	}
	e.r.number, e.r.line, e.r.offset, e.r.size = e.n, line, offset, int64(len(text))
	e.n++
	e.emit(&e.r)
	return nil
}

// list reads elements up to the closing bracket, which it consumes.
func (e *elements) list() error {
	for {
		c, err := e.cut.peek()
		if err != nil {
			return endOfDocument(e.in, e.cut, err)
		}
		switch c {
		case ']':
			e.cut.advance()
			return nil
		case ',':
			e.cut.advance()
			continue
		}
		if err := e.one(); err != nil {
			return endOfDocument(e.in, e.cut, err)
		}
	}
}

// object looks for the first member that is a list of objects; the others are skipped.
// Without one the object is a row of its own.
func (e *elements) object() error {
	e.cut.advance()
	line, offset := e.cut.line, e.cut.lines.offset
	rest := []byte{'{'}
	for {
		c, err := e.cut.peek()
		if err != nil {
			return endOfDocument(e.in, e.cut, err)
		}
		switch c {
		case '}':
			e.cut.advance()
			return e.whole(append(rest, '}'), line, offset)
		case ',', ':':
			e.cut.advance()
			rest = append(rest, c)
			continue
		case '[':
			e.cut.advance()
			if next, err := e.cut.peek(); err == nil && next == '{' {
				return e.list()
			}
			rest = append(rest, '[')
			continue
		case ']':
			e.cut.advance()
			rest = append(rest, ']')
			continue
		}
		text, err := e.cut.value()
		if err != nil {
			return endOfDocument(e.in, e.cut, err)
		}
		if rest = append(rest, text...); len(rest) > maxRowBytes {
			e.in.invalid()
			e.in.report(line, offset, "too_large", "document is larger than maxRowBytes and holds no list of objects")
			return nil
		}
	}
}

func (e *elements) whole(text []byte, line int, offset int64) error {
	e.r.reset()
	if err := e.parser.parse(text, &e.r); err != nil {
		e.in.invalid()
		e.in.report(line, offset, codeOf(err), "document is not JSON: "+err.Error())
		return nil
	}
	e.r.line, e.r.offset, e.r.size = line, offset, int64(len(text))
	e.emit(&e.r)
	return nil
}

// jsonCutter finds where values end without looking into them.
type jsonCutter struct {
	lines *lineReader // its buffer alone is used
	line  int
}

// peek returns the next byte that is not space.
func (c *jsonCutter) peek() (byte, error) {
	l := c.lines
	for {
		for l.start < l.end {
			b := l.buf[l.start]
			switch b {
			case '\n':
				c.line++
			case ' ', '\t', '\r':
			default:
				if l.offset == 0 && bytes.HasPrefix(l.buf[l.start:l.end], bom) {
					c.drop(len(bom))
					continue
				}
				return b, nil
			}
			c.drop(1)
		}
		if err := c.more(); err != nil {
			return 0, err
		}
	}
}

func (c *jsonCutter) more() error {
	l := c.lines
	if l.err != nil {
		return l.err
	}
	l.fill()
	if l.start == l.end && l.err != nil {
		return l.err
	}
	return nil
}

func (c *jsonCutter) drop(n int) {
	c.lines.start += n
	c.lines.offset += int64(n)
}

func (c *jsonCutter) advance() { c.drop(1) }

// value cuts the value that starts at the next byte: up to the bracket that closes it,
// the quote that ends it, or what ends a number or word.
func (c *jsonCutter) value() ([]byte, error) {
	l := c.lines
	depth, inString, long := 0, false, false
	for i := 0; ; {
		for ; l.start+i < l.end; i++ {
			b := l.buf[l.start+i]
			if b == '\n' {
				c.line++
			}
			if inString {
				if b == '\\' {
					if l.start+i+1 >= l.end {
						break // the escaped byte is not there yet
					}
					i++
				} else if b == '"' {
					if inString = false; depth == 0 {
						return c.cut(i+1, long)
					}
				}
				continue
			}
			switch b {
			case '"':
				inString = true
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return c.cut(i+1, long)
				}
				if depth < 0 {
					return c.cut(max(i, 1), long)
				}
			case ',', ' ', '\n', '\r', '\t', ':':
				if depth == 0 {
					if b == '\n' {
						c.line--
					}
					return c.cut(max(i, 1), long)
				}
			}
		}
		if i > maxRowBytes { // forget it, and go on to find its end
			long = true
			keep := 0
			if l.start+i < l.end {
				keep = l.end - l.start - i
			}
			c.drop(l.end - l.start - keep)
			i = 0
		}
		if err := c.more(); err != nil {
			if errors.Is(err, io.EOF) && i > 0 && depth == 0 && !inString {
				return c.cut(i, long)
			}
			c.drop(min(i, l.end-l.start))
			return nil, fmt.Errorf("value is not closed: %w", err)
		}
	}
}

func (c *jsonCutter) cut(n int, long bool) ([]byte, error) {
	text := c.lines.buf[c.lines.start : c.lines.start+n]
	c.drop(n)
	if long {
		return nil, errLongLine
	}
	return text, nil
}
