package weights

import (
	"bytes"
	"errors"
	"io"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// torchMagic is MAGIC_NUMBER of torch/serialization.py, as LONG1 holds it: the first
// pickle of a legacy file is this number.
const torchMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"

// torchProtocol is PROTOCOL_VERSION of torch/serialization.py: the second pickle.
const torchProtocol = 1001

// torchStreams is how many pickles a legacy file has in front of its storages: magic
// number, protocol, system information, object, storage keys.
const torchStreams = 5

// readPickle reads the pickles of a file and what follows them.
func readPickle(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	end, _, err = readPickles(r, size, w)
	return end, err
}

func readPickles(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, storages []storage, err error) {
	facts := newPickleFacts(w)
	w.Format = "pickle"
	s := &pickleStreams{src: newPickleSource(r, 0, size), facts: facts, size: size}
	s.run()
	if s.src.straddle >= 0 {
		facts.odd("frame_straddle", s.src.straddle, "a read crosses the end of a frame at offset %d: pickle.loads and pickle.load of a file go on at different places", s.src.straddle)
		again := &pickleStreams{src: newPickleSource(r, 0, size), facts: facts, size: size}
		again.src.framed = true
		again.run()
	}
	end, err = s.finish()
	return end, facts.storages, err
}

// readPickleStream reads the pickles of a decompressor, which can be read once. A frame
// straddle shows all the same; the other reading of the bytes does not.
func readPickleStream(r io.Reader, w *sbom.Weights) ([]storage, error) {
	facts := newPickleFacts(w)
	w.Format = "pickle"
	s := &pickleStreams{src: newPickleStream(r), facts: facts, size: -1}
	s.run()
	if s.src.straddle >= 0 {
		facts.odd("frame_straddle", s.src.straddle, "a read crosses the end of a frame at offset %d", s.src.straddle)
	}
	_, err := s.finish()
	return facts.storages, err
}

// pickleStreams reads pickles that follow each other.
type pickleStreams struct {
	src   *pickleSource
	facts *pickleFacts
	size  int64 // -1 for a decompressor
	n     int   // streams read to their STOP

	depth  int   // pickles around these
	origin int64 // offset of the streams in the member
	before int   // storages that were named before these streams

	first   value // result of the first stream
	second  value
	last    int64 // end of the last stream that reached its STOP
	covered bool  // every byte is accounted for
}

func (s *pickleStreams) run() {
	m := &pickleMachine{src: s.src, facts: s.facts, depth: s.depth, origin: s.origin}
	for {
		if s.n >= maxPickleStreams {
			s.facts.fault("too_many", s.src.offset(), "more than maxPickleStreams (%d) pickles follow each other", maxPickleStreams)
			return
		}
		if f := m.run(); f != nil {
			s.broken(m, f)
			return
		}
		s.note(m)
		if s.legacy() && s.storages() {
			return
		}
		if s.src.fill(1) == 0 {
			s.covered = true
			return
		}
		if !s.next() {
			return
		}
	}
}

// note remembers the result of a stream.
func (s *pickleStreams) note(m *pickleMachine) {
	s.n++
	s.last = s.src.offset()
	switch s.n {
	case 1:
		s.first = m.top(1)
	case 2:
		s.second = m.top(1)
		if s.first.kind == kindResult && s.second.kind == kindInt && s.second.at == torchProtocol {
			s.facts.odd("magic_by_call", 0, "the magic number of a torch file is made by a call")
		}
	}
}

// legacy tells whether the streams read so far are those of a torch legacy file.
func (s *pickleStreams) legacy() bool {
	return s.n == torchStreams && s.second.kind == kindInt && s.second.at == torchProtocol
}

// storages passes the data that follows the pickles of a legacy file
// (torch/serialization.py, _legacy_save): for each storage its number of elements in
// eight bytes and the elements. It tells whether they end the file.
func (s *pickleStreams) storages() bool {
	total := int64(0)
	for _, st := range s.facts.storages[s.before:] {
		n, ok := st.bytes()
		if !ok || n > 1<<62 || total > 1<<62 {
			s.facts.fault("unsupported", s.last, "storage %q of class %q has no known size", clip(st.key, 40), clip(st.class, 80))
			return true
		}
		total += n + 8
	}
	if !s.src.skip(total) {
		s.facts.fault("truncated", s.last, "storages need %d bytes behind offset %d, the file is shorter", total, s.last)
		return true
	}
	s.facts.w.DataBytes += total
	s.last = s.src.offset()
	s.covered = s.src.fill(1) == 0
	return s.covered
}

// next tells whether another pickle follows.
func (s *pickleStreams) next() bool {
	head := s.src.peek(nestedHead)
	if startsPickle(head) || len(head) < 3 && len(head) > 0 && head[0] == opProto {
		return true
	}
	at := s.src.offset()
	if len(head) > 0 && isOpcode(head[0]) {
		if t := s.probe(at); t.stopped && t.ops > 1 || t.names > 0 {
			return true
		}
	}
	if blank(head) && len(head) < nestedHead { // padding or a line feed
		s.covered = true
		return false
	}
	s.facts.odd("trailing_bytes", at, "bytes that are no pickle follow the last one at offset %d", at)
	if s.depth == 0 && s.src.at != nil {
		s.resync(at)
	}
	return false
}

const (
	// maxResync bounds the bytes behind the last pickle that are searched for another.
	maxResync = 16 << 20
	// maxResyncProbes bounds the places that are tried: PROTO stands in every 16 KiB of
	// random bytes.
	maxResyncProbes = 1 << 14
	// maxResyncOps bounds the opcodes of all trials together.
	maxResyncOps = 4 << 20
)

// resync looks for a pickle behind bytes that are none. Loaders do not get there, but
// those of the first torch versions (a tar with storages between pickles) do, and so does
// who knows the offset.
func (s *pickleStreams) resync(at int64) {
	buf := make([]byte, min(s.size-at, maxResync))
	n, _ := s.src.at.ReadAt(buf, at)
	buf = buf[:n]
	probes, ops := 0, int64(0)
	for i := 0; i < len(buf); {
		j := bytes.IndexByte(buf[i:], opProto)
		if j < 0 {
			return
		}
		i += j
		if !startsPickle(buf[i:]) {
			i++
			continue
		}
		if probes++; probes > maxResyncProbes || ops > maxResyncOps {
			s.facts.fault("too_many", at, "what follows the last pickle needs more than maxResyncProbes (%d) trials or maxResyncOps (%d) opcodes", maxResyncProbes, maxResyncOps)
			return
		}
		t := probePickle(bytes.NewReader(buf[i:]), int64(len(buf)-i))
		ops += t.ops
		if !t.stopped || t.names == 0 {
			i++
			continue
		}
		if t.calls {
			s.facts.odd("hidden_pickle", at+int64(i), "a pickle that calls something stands behind other bytes at offset %d", at+int64(i))
		}
		m := &pickleMachine{src: newPickleSource(s.src.at, at+int64(i), s.size), facts: s.facts}
		m.run()
		i += int(t.end)
	}
}

// probe tries the bytes at the offset of the source; of a decompressor, the next ones.
func (s *pickleStreams) probe(at int64) trial {
	if s.src.at != nil {
		return probePickle(io.NewSectionReader(s.src.at, at, s.size-at), s.size-at)
	}
	b := bytes.Clone(s.src.peek(sbom.HeadBytes))
	return probePickle(bytes.NewReader(b), int64(len(b)))
}

func blank(b []byte) bool {
	for _, c := range b {
		if c != 0 && c != '\n' && c != '\r' && c != ' ' {
			return false
		}
	}
	return true
}

// broken states why a stream ended before its STOP. What it named until then stands. A
// stream that is cut off is a damaged file; one that goes wrong right behind a call, with
// bytes left, is built to run and then to stop whoever reads it (nullifAI).
func (s *pickleStreams) broken(m *pickleMachine, f *fault) {
	s.last = -1
	if s.depth > 0 {
		return // bytes that look like a pickle and are none; names stand
	}
	s.facts.faults = append(s.facts.faults, f)
	if f.code == "malformed" && m.called {
		s.facts.odd("broken_after_call", f.offset, "the pickle breaks after a call: %s", f.reason)
	}
}

// finish states the facts and returns the end of what the pickles account for.
func (s *pickleStreams) finish() (end int64, err error) {
	w := s.facts.w
	w.Executable = sbom.Yes
	if s.legacy() || s.facts.torchMagic {
		w.Format = "torch-legacy"
	}
	if w.Format == "torch-legacy" && s.n < torchStreams && len(s.facts.faults) == 0 {
		s.facts.fault("truncated", s.last, "torch file ends behind %d of %d pickles", s.n, torchStreams)
	}
	if s.facts.wrappers {
		w.Format = "joblib"
	}
	if err := s.src.err; err != nil && len(s.facts.faults) == 0 {
		s.facts.faults = append(s.facts.faults, limitFault(err, "read pickle"))
	}
	if s.src.lost {
		s.facts.fault("too_large", -1, "strings of the pickle exceed maxKeptTexts (%d)", maxKeptTexts)
	}
	w.CoversFile = sbom.TriOf(s.covered)
	s.facts.state()
	var errs []error
	for _, f := range s.facts.faults {
		errs = append(errs, f)
	}
	return s.last, errors.Join(errs...)
}

// isTextPickle recognises a pickle of protocol 0 or 1, which has no magic: its first
// bytes must run as one. Under a name that promises a pickle that is enough; under any
// other it must name something that Python can resolve, and use or finish it, because
// short texts are pickles by accident.
func isTextPickle(head []byte, size int64, promised bool) bool {
	if promised && len(head) > 0 && head[0] == opProto {
		return true // of no protocol that is known, or broken right behind it
	}
	if len(head) < 2 || !isOpcode(head[0]) || head[0] == opStop {
		return false
	}
	t := probePickle(bytes.NewReader(head), int64(len(head)))
	whole := size <= int64(len(head))
	goesOn := !whole && t.fault != nil && t.fault.code == "truncated" // the head ends, not the pickle
	switch {
	case t.names > 0 && (t.stopped || t.calls || goesOn || promised):
		return true
	case promised:
		return t.stopped || goesOn || t.fault != nil && t.fault.code == "truncated" && t.ops > 2
	}
	const plenty = 16 // opcodes in a row are no accident
	return t.ops >= plenty && (t.stopped && t.end >= size-1 || goesOn)
}
