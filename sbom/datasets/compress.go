package datasets

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

const (
	// maxInflation bounds what a compressed file may grow to: text compresses to a tenth,
	// deflate itself stops at some 1,030 (a bomb).
	maxInflation = 200
	// maxWindowBytes bounds the memory of a zstd decoder; --long=27 is the largest window
	// that zstd reads unasked.
	maxWindowBytes = 128 << 20
)

// errInflated is returned by reading when a compressed file holds more than the limit.
var errInflated = errors.New("decompressed text exceeds the limit")

// decompress wraps r for the encoding and bounds what comes out of it. done releases
// the decoder.
func decompress(r io.Reader, encoding string, limit int64) (text io.Reader, done func(), err error) {
	switch encoding {
	case "":
		return r, func() {}, nil
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, fmt.Errorf("gzip header: %w", err)
		}
		return &boundedReader{r: z, left: limit}, func() { z.Close() }, nil
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindowBytes), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, nil, fmt.Errorf("zstd header: %w", err)
		}
		return &boundedReader{r: z, left: limit}, z.Close, nil
	}
	return nil, nil, fmt.Errorf("unknown compression %q", encoding)
}

type boundedReader struct {
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errInflated
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}

// progressBytes is how often progress is reported.
const progressBytes = 16 << 20

type progressReader struct {
	r      io.Reader
	path   string
	done   atomic.Int64
	last   int64
	total  int64
	report func(path string, done, total int64)
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	if done := p.done.Add(int64(n)); p.report != nil && (done-p.last >= progressBytes || done == p.total && done > p.last) {
		p.last = done
		p.report(p.path, done, p.total)
	}
	return n, err
}
