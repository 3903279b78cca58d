package datasets

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// blobStore keeps the shingles of rows: the first limit bytes in memory, the rest in a
// temporary file.
type blobStore struct {
	dir   string
	limit int64
	mem   []byte
	file  *os.File
	buf   *bufio.Writer
	size  int64 // of both
}

// blobHead says which row shingles are of.
type blobHead struct {
	row  int64
	hash uint64
}

const blobHeadBytes = 20

// add stores one row and returns where it is.
func (s *blobStore) add(row int64, hash uint64, shingles []uint32) (int64, error) {
	at := s.size
	b := make([]byte, 0, blobHeadBytes+4*64)
	if s.file == nil && at < s.limit {
		b = s.mem
	}
	b = binary.LittleEndian.AppendUint64(b, uint64(row))
	b = binary.LittleEndian.AppendUint64(b, hash)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(shingles)))
	for _, x := range shingles {
		b = binary.LittleEndian.AppendUint32(b, x)
	}
	s.size += int64(blobHeadBytes + 4*len(shingles))
	if s.file == nil && at < s.limit {
		s.mem = b
		return at, nil
	}
	if s.file == nil {
		f, err := tempFile(s.dir)
		if err != nil {
			return 0, err
		}
		s.file, s.buf = f, bufio.NewWriterSize(f, 1<<18)
	}
	if _, err := s.buf.Write(b); err != nil {
		return 0, fmt.Errorf("write shingles: %w", err)
	}
	return at, nil
}

// read returns the shingles at a place, sorted and without repeats.
func (s *blobStore) read(at int64, buf []uint32) (blobHead, []uint32, error) {
	var r io.ReaderAt
	off := at
	if at < int64(len(s.mem)) {
		return decodeBlob(s.mem[at:], buf)
	}
	if s.file == nil {
		return blobHead{}, nil, errors.New("no shingles there")
	}
	if err := s.buf.Flush(); err != nil {
		return blobHead{}, nil, fmt.Errorf("write shingles: %w", err)
	}
	r, off = s.file, at-int64(len(s.mem))
	b := make([]byte, blobHeadBytes+4*maxShingles)
	n, err := r.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return blobHead{}, nil, fmt.Errorf("read shingles: %w", err)
	}
	return decodeBlob(b[:n], buf)
}

func decodeBlob(b []byte, buf []uint32) (blobHead, []uint32, error) {
	if len(b) < blobHeadBytes {
		return blobHead{}, nil, errors.New("index of near duplicates is cut short")
	}
	head := blobHead{int64(binary.LittleEndian.Uint64(b)), binary.LittleEndian.Uint64(b[8:])}
	n := int(binary.LittleEndian.Uint32(b[16:]))
	if b = b[blobHeadBytes:]; len(b) < 4*n {
		return head, nil, errors.New("index of near duplicates is cut short")
	}
	buf = buf[:0]
	for i := range n {
		buf = append(buf, binary.LittleEndian.Uint32(b[4*i:]))
	}
	slices.Sort(buf)
	return head, slices.Compact(buf), nil
}

// loadKeys reads one part of the band keys back; the budget on disk bounds it.
func loadKeys(f *os.File, w *bufio.Writer) ([]bandKey, error) {
	if err := w.Flush(); err != nil {
		return nil, fmt.Errorf("write index of near duplicates: %w", err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read index of near duplicates: %w", err)
	}
	r := bufio.NewReaderSize(f, 1<<20)
	var keys []bandKey
	var b [16]byte
	for {
		if _, err := io.ReadFull(r, b[:]); errors.Is(err, io.EOF) {
			return keys, nil
		} else if err != nil {
			return nil, fmt.Errorf("read index of near duplicates: %w", err)
		}
		if len(keys) >= maxPartKeys {
			return nil, fmt.Errorf("index of near duplicates exceeds maxPartKeys (%d)", maxPartKeys)
		}
		keys = append(keys, bandKey{binary.LittleEndian.Uint64(b[:]), int64(binary.LittleEndian.Uint64(b[8:]))})
	}
}

// maxPartKeys bounds one part in memory, 128 MiB.
const maxPartKeys = 8 << 20
