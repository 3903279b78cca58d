package weights

import (
	"errors"
	"hash/crc32"
	"io"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxChecksum bounds the members whose checksum is verified: pickles, not tensors.
	maxChecksum = 256 << 20
	// maxSmallMember bounds the other members whose checksum is verified: configurations,
	// code, small arrays. The tensors of a large model are not read for it.
	maxSmallMember = 1 << 20
	// maxSmallMembers bounds all of them together.
	maxSmallMembers = 32 << 20
)

// checksum compares the CRC of a stored member that can run code. Readers that verify it
// refuse the file; those that do not, load it.
func (z *zipFile) checksum(e *zipEntry) {
	if e.packed > maxChecksum || e.flags&zipDescriptor != 0 && e.crc == 0 {
		return
	}
	h := crc32.NewIEEE()
	if _, err := io.Copy(h, io.NewSectionReader(z.r, e.data, e.packed)); err == nil && h.Sum32() != e.crc {
		z.odd("crc_mismatch", e.at, "member %q has CRC %08x, its header says %08x", clip(e.name, 80), h.Sum32(), e.crc)
	}
}

// checksums verifies the small members of a model file ("4.4.7"): an archive that is
// damaged is not what was written. Storages of torch are left out: torch may write them
// without (torch.serialization.set_crc32_options).
func (z *zipFile) checksums() {
	if len(z.scan.faults) > 0 || z.part.w.Expected == "" && z.scan.models == 0 {
		return
	}
	left := int64(maxSmallMembers)
	for _, e := range z.entries {
		if e.hidden || e.storage || e.data == 0 || e.size > maxSmallMember || e.flags&zipEncrypted != 0 {
			continue
		}
		if left -= e.size; left < 0 {
			return
		}
		if err := z.verify(e); err != nil {
			z.scan.error(join(z.part.member, e.name), err)
			return
		}
	}
}

func (z *zipFile) verify(e *zipEntry) error {
	r, stream, err := z.open(e)
	var f *fault
	if errors.As(err, &f) && f.code == "unsupported" {
		return nil // compressed in a way that is not known here: of interest where it is a model
	}
	if err != nil {
		return err
	}
	if r != nil {
		stream = io.NewSectionReader(r, 0, e.packed)
	}
	h := crc32.NewIEEE()
	n, err := io.Copy(h, io.LimitReader(stream, e.size+1))
	switch {
	case err != nil:
		return limitFault(err, "decompress")
	case n != e.size:
		return faultf("malformed", e.at, "member has %d bytes or more, its header says %d", n, e.size)
	case h.Sum32() != e.crc && z.part.w.Executable == sbom.Yes && formatOfName(e.name) != "":
		z.odd("crc_mismatch", e.at, "member %q has CRC %08x, its header says %08x", clip(e.name, 80), h.Sum32(), e.crc)
		return nil
	case h.Sum32() != e.crc:
		return faultf("malformed", e.at, "member has CRC %08x, its header says %08x", h.Sum32(), e.crc)
	}
	return nil
}
