package weights

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const tarBlock = 512

// isTar recognises a tar by the checksum of its first header (POSIX pax, "ustar
// Interchange Format", chksum), which formats older than ustar have as well.
func isTar(head []byte, _ int64) bool {
	if len(head) < tarBlock || head[0] == 0 {
		return false
	}
	field := strings.Trim(string(head[148:156]), " \x00")
	if field == "" {
		return false
	}
	want := int64(0)
	for _, c := range []byte(field) {
		if c < '0' || c > '7' {
			return false
		}
		want = want<<3 | int64(c-'0')
	}
	sum := int64(8 * ' ')
	for i, c := range head[:tarBlock] {
		if i < 148 || i >= 156 {
			sum += int64(c)
		}
	}
	return sum == want
}

// openTar reads the members of a tar: NeMo and the first torch versions use it.
func openTar(s *scan, p *part) {
	p.w.Format = "tar"
	in := p.stream
	var seek *io.SectionReader
	if p.r != nil {
		seek = io.NewSectionReader(p.r, 0, p.size)
		in = seek
	}
	last := &lastBlock{r: in}
	if seek == nil {
		in = last
	}
	t := tar.NewReader(in)
	seen := map[string]bool{}
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			s.tarEnd(p, seek, last)
			break
		}
		if err != nil {
			f := limitFault(err, "tar")
			if errors.Is(err, io.ErrUnexpectedEOF) {
				f = faultf("truncated", -1, "tar ends inside a member")
			}
			s.fault(p.member, f)
			break
		}
		if !s.budget.member() {
			s.fault(p.member, faultf("too_many", -1, "more than maxMembers (%d) members", maxMembers))
			break
		}
		at := int64(-1)
		if seek != nil {
			at, _ = seek.Seek(0, io.SeekCurrent)
		}
		tarEntry(p.w, h, max(at, 0))
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if seen[h.Name] {
			odd(p.w, "duplicate_member", max(at, 0), "member %q is in the tar twice", clip(h.Name, 80))
		}
		seen[h.Name] = true
		if strings.HasSuffix(h.Name, "MAR-INF/MANIFEST.json") { // torch-model-archiver --archive-format tgz writes it first
			p.w.Format = "torch-mar"
		}
		s.tarMember(p, t, h, at)
	}
	p.w.Format = tarFormat(seen)
}

// tarEnd checks that a tar ends with a block of zeros (POSIX pax, "ustar Interchange
// Format": two of them): one that does not was cut. A stream is read to its end, where its
// checksum is.
func (s *scan) tarEnd(p *part, seek *io.SectionReader, last *lastBlock) {
	block := last.block[:]
	if seek != nil {
		at, _ := seek.Seek(0, io.SeekCurrent)
		if n, _ := p.r.ReadAt(block, max(0, at-tarBlock)); n < tarBlock {
			clear(block)
		}
	}
	if strings.Trim(string(block), "\x00") != "" {
		s.fault(p.member, faultf("truncated", -1, "tar has no end: members may be missing"))
		return
	}
	if seek == nil {
		if _, err := io.Copy(io.Discard, last.r); err != nil {
			s.fault(p.member, limitFault(err, "tar"))
		}
	}
}

// lastBlock keeps the last bytes that were read.
type lastBlock struct {
	r     io.Reader
	block [tarBlock]byte
}

func (l *lastBlock) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if n >= tarBlock {
		copy(l.block[:], p[n-tarBlock:n])
	} else if n > 0 {
		copy(l.block[:], l.block[n:])
		copy(l.block[tarBlock-n:], p[:n])
	}
	return n, err
}

// tarEntry checks name, links and kinds of a member.
func tarEntry(w *sbom.Weights, h *tar.Header, at int64) {
	checkMemberName(w, h.Name, at)
	switch h.Typeflag {
	case tar.TypeSymlink, tar.TypeLink:
		target := h.Linkname
		if h.Typeflag == tar.TypeSymlink && !path.IsAbs(target) {
			target = path.Join(path.Dir(h.Name), target)
		}
		if locationKind(target) != "relative" {
			odd(w, "member_path", at, "link %q leaves the folder it is unpacked to: %q", clip(h.Name, 80), clip(h.Linkname, 80))
		}
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		odd(w, "member_path", at, "member %q is a device", clip(h.Name, 80))
	}
}

func (s *scan) tarMember(p *part, t *tar.Reader, h *tar.Header, at int64) {
	if at >= 0 && at <= p.size && h.Size <= p.size-at && h.PAXRecords["GNU.sparse.major"] == "" {
		r := io.NewSectionReader(p.r, at, h.Size)
		s.known(p, h.Name, s.inner(p, h.Name, r, nil, h.Size, nil), h.Size, at)
		return
	}
	head, stream, err := peekStream(t)
	if err != nil {
		s.fault(join(p.member, h.Name), limitFault(err, "read member"))
		return
	}
	if stream == nil {
		s.known(p, h.Name, s.inner(p, h.Name, bytes.NewReader(head), nil, int64(len(head)), head), h.Size, -1)
		return
	}
	s.known(p, h.Name, s.inner(p, h.Name, nil, stream, h.Size, head), h.Size, -1)
}

// known states that a member whose name promises a model is of no known format.
func (s *scan) known(p *part, name string, w *sbom.Weights, size, at int64) {
	if w == nil && size > 0 && memberMatters(name) {
		s.models++
		s.fault(join(p.member, name), faultf("unsupported", at, "name promises %s; the content is of no format that is known here", formatOfName(name)))
	}
}

// tarFormat names a tar by its members.
func tarFormat(has map[string]bool) string {
	base := map[string]bool{}
	for name := range has {
		base[strings.TrimPrefix(path.Clean(name), "/")] = true
	}
	switch {
	case base["model_config.yaml"]:
		return "nemo"
	case base["MAR-INF/MANIFEST.json"]:
		return "torch-mar"
	case base["pickle"] && base["sys_info"] && base["storages"]:
		return "torch-tar"
	}
	return "tar"
}
