package weights

import (
	"bytes"
	"errors"
	"io"
	"math"
)

const (
	// pickleWindow is how much of a pickle is held at once. Opcodes are short; long
	// arguments are skipped, not read.
	pickleWindow = 256 << 10
	// maxPickleLine bounds the argument of a text opcode.
	maxPickleLine = 1 << 20
	// maxKeptText bounds what is kept of one string of a stream that cannot be read
	// twice: names are shorter.
	maxKeptText = 512
	// maxKeptTexts bounds all of them together.
	maxKeptTexts = 48 << 20
	// minRead is the least that is read ahead: the longest opcode with its fixed argument.
	minRead = 16
)

// pickleSource is a window on a stream of pickles, over bytes that can be read again
// or over a decompressor that can not.
type pickleSource struct {
	at     io.ReaderAt // nil for a stream
	stream io.Reader
	size   int64 // math.MaxInt64 for a stream
	base   int64 // offset of buf[0]
	buf    []byte
	pos    int // in buf
	back   []byte
	ended  bool // the stream has no more bytes
	err    error

	frameEnd int64 // of the last FRAME, math.MaxInt64 when there is none
	framed   bool  // read as the C unpickler reads from a file
	straddle int64 // offset of the first read across the end of a frame, -1

	texts []byte // strings of a stream
	lost  bool   // maxKeptTexts was reached
}

func newPickleSource(r io.ReaderAt, from, size int64) *pickleSource {
	return &pickleSource{at: r, size: size, base: from, frameEnd: math.MaxInt64, straddle: -1}
}

func newPickleStream(r io.Reader) *pickleSource {
	return &pickleSource{stream: r, size: math.MaxInt64, frameEnd: math.MaxInt64, straddle: -1}
}

func (s *pickleSource) offset() int64 { return s.base + int64(s.pos) }

// fill makes n bytes available from pos on, or as many as there are.
func (s *pickleSource) fill(n int) int {
	have := len(s.buf) - s.pos
	if have >= n || s.err != nil {
		return have
	}
	want := pickleWindow
	if n > want {
		want = 2 * n // grow by doubling: a long line asks byte by byte
	}
	if s.at != nil {
		want = int(min(int64(want), s.size-s.offset()))
		if want <= have {
			return have
		}
	}
	if cap(s.back) < want {
		s.back = append(make([]byte, 0, want), s.buf[s.pos:]...)
	} else {
		s.back = s.back[:copy(s.back[:have], s.buf[s.pos:])]
	}
	s.base += int64(s.pos)
	s.pos = 0
	var m int
	var err error
	if s.at != nil {
		m, err = s.at.ReadAt(s.back[have:want], s.base+int64(have))
	} else if !s.ended {
		m, s.ended, err = readSome(s.stream, s.back[have:want], n-have)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	s.buf = s.back[:have+m]
	return len(s.buf)
}

// readSome reads at least n bytes into b, or all that there are. Unlike io.ReadAtLeast it
// tells the end of a stream from a stream that says that it was cut off.
func readSome(r io.Reader, b []byte, n int) (m int, ended bool, err error) {
	for m < n && err == nil {
		var k int
		k, err = r.Read(b[m:])
		m += k
	}
	if errors.Is(err, io.EOF) {
		return m, true, nil
	}
	return m, err != nil, err
}

// cross handles a read of n bytes that leaves the frame. pickle.loads takes no notice.
// The C unpickler that reads from a file (Modules/_pickle.c, load_frame and
// _Unpickler_ReadImpl) holds one frame in memory; when less than n bytes of it are
// left it drops them and reads n bytes behind the frame.
func (s *pickleSource) cross() {
	if s.offset() < s.frameEnd {
		if s.straddle < 0 {
			s.straddle = s.offset()
		}
		if s.framed {
			s.seek(s.frameEnd)
		}
	}
	s.frameEnd = math.MaxInt64
}

// take returns the next n bytes, n at most a few; nil at the end of the stream. The
// bytes are valid until the next call.
func (s *pickleSource) take(n int) []byte {
	if s.offset()+int64(n) > s.frameEnd {
		s.cross()
	}
	if s.pos+n > len(s.buf) && s.fill(max(n, minRead)) < n {
		return nil
	}
	b := s.buf[s.pos : s.pos+n]
	s.pos += n
	return b
}

// begin notes that n bytes of an argument follow and tells whether they are there.
func (s *pickleSource) begin(n int64) bool {
	if n < 0 || n > s.size-s.offset() {
		return false
	}
	if at := s.offset(); at > s.frameEnd-n {
		s.cross()
		return n <= s.size-s.offset()
	}
	return true
}

// peek returns up to n of the next bytes.
func (s *pickleSource) peek(n int) []byte {
	m := min(n, s.fill(n))
	return s.buf[s.pos : s.pos+m]
}

// skip passes n bytes; false when the stream ends before.
func (s *pickleSource) skip(n int64) bool {
	if left := int64(len(s.buf) - s.pos); n <= left {
		s.pos += int(n)
		return true
	}
	if s.at != nil {
		if n > s.size-s.offset() {
			return false
		}
		s.seek(s.offset() + n)
		return true
	}
	for n > 0 {
		have := int64(s.fill(minRead))
		if have == 0 {
			return false
		}
		step := min(have, n)
		s.pos += int(step)
		n -= step
	}
	return true
}

func (s *pickleSource) seek(offset int64) {
	if rel := offset - s.base; rel >= 0 && rel <= int64(len(s.buf)) {
		s.pos = int(rel)
		return
	}
	if s.at == nil {
		s.skip(offset - s.offset())
		return
	}
	s.base, s.buf, s.pos = offset, nil, 0
}

// line returns the next line without its line feed; ok is false when there is none
// within maxPickleLine.
func (s *pickleSource) line() (b []byte, ok bool) {
	for n := 0; ; {
		have := s.fill(n + 1)
		if i := bytes.IndexByte(s.buf[s.pos+n:s.pos+have], '\n'); i >= 0 {
			end := n + i + 1
			if s.offset()+int64(end) > s.frameEnd {
				framed := s.framed && s.offset() < s.frameEnd
				s.cross()
				if framed {
					return s.line()
				}
			}
			b = s.buf[s.pos : s.pos+end-1]
			s.pos += end
			return b, true
		}
		if have <= n || have > maxPickleLine {
			return nil, false
		}
		n = have
	}
}

// keep remembers a string of a stream; for bytes that can be read again it is their
// offset.
func (s *pickleSource) keep(b []byte, offset int64) int64 {
	if s.at != nil {
		return offset
	}
	b = b[:min(len(b), maxKeptText)]
	if len(s.texts)+len(b) > maxKeptTexts {
		s.lost = true
		return -1
	}
	s.texts = append(s.texts, b...)
	return int64(len(s.texts) - len(b))
}

// text is the string that keep remembered, up to limit bytes of it.
func (s *pickleSource) text(at int64, n, limit int) []byte {
	n = min(n, limit)
	if s.at == nil {
		n = min(n, maxKeptText)
		if at < 0 || at+int64(n) > int64(len(s.texts)) {
			return nil
		}
		return s.texts[at : at+int64(n)]
	}
	if rel := at - s.base; rel >= 0 && rel+int64(n) <= int64(len(s.buf)) {
		return s.buf[rel : rel+int64(n)]
	}
	out := make([]byte, n)
	if m, _ := s.at.ReadAt(out, at); m < n {
		return nil
	}
	return out
}
