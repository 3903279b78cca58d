package weights

import (
	"bytes"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// mediaMagics are how pictures, sounds, films and documents begin, whose readers
// take no notice of what follows their end. Readers of zip start at the end of a file, and
// so take one of these with an archive behind it for the archive.
var mediaMagics = []string{
	"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF87a", "GIF89a", "RIFF", "BM", "II*\x00", "MM\x00*", "\x00\x00\x01\x00",
	"%PDF-", "%!PS", "<svg", "<?xml", "<!DOCTYPE", "<html", "ID3", "\xff\xfb", "OggS", "fLaC", "\xd0\xcf\x11\xe0",
}

// isPolyglot tells a file of media whose end is that of a zip. It is the one format that is
// told by its last bytes: those of a file that is in memory, one read of a larger one.
func isPolyglot(f *sbom.File) bool {
	if !isMedia(f.Head) || f.Size < zipEndSize+zipCentralSize {
		return false
	}
	return hasZipEnd(f, f.Size)
}

func isMedia(head []byte) bool {
	for _, magic := range mediaMagics {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return len(head) > 8 && string(head[4:8]) == "ftyp" // ISO 14496-12, section 4.3
}
