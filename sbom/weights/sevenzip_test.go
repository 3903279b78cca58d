package weights

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"
)

// sevenZip is a 7z archive with one stored member of less than 128 bytes (7zFormat.txt,
// "Header").
func sevenZip(name string, content []byte) []byte {
	n := byte(len(content))
	var utf16 []byte
	for _, c := range name + "\x00" {
		utf16 = binary.LittleEndian.AppendUint16(utf16, uint16(c))
	}
	header := []byte{0x01, 0x04, 0x06, 0, 1, 0x09, n, 0, 0x07, 0x0B, 1, 0, 1, 0x01, 0x00, 0x0C, n, 0, 0x08, 0x0A, 1}
	header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE(content))
	header = append(header, 0, 0, 0x05, 1, 0x11, byte(len(utf16)+1), 0)
	header = append(append(header, utf16...), 0, 0)
	start := append(le64(uint64(n)), le64(uint64(len(header)))...)
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(header))
	out := append(bytes.Clone(sevenZipMagic), 0, 4)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(start))
	return append(append(append(out, start...), content...), header...)
}

// sevenZipOf is a 7z archive with two stored members of less than 128 bytes together.
func sevenZipOf(name, content, second, other string) []byte {
	n := byte(len(content) + len(other))
	var utf16 []byte
	for _, c := range name + "\x00" + second + "\x00" {
		utf16 = binary.LittleEndian.AppendUint16(utf16, uint16(c))
	}
	header := []byte{0x01, 0x04, 0x06, 0, 1, 0x09, n, 0, 0x07, 0x0B, 1, 0, 1, 0x01, 0x00, 0x0C, n, 0, 0x08, 0x0D, 2, 0x09, byte(len(content)), 0x0A, 1}
	header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE([]byte(content)))
	header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE([]byte(other)))
	header = append(header, 0, 0, 0x05, 2, 0x11, byte(len(utf16)+1), 0)
	header = append(append(header, utf16...), 0, 0)
	start := append(le64(uint64(n)), le64(uint64(len(header)))...)
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(header))
	out := append(bytes.Clone(sevenZipMagic), 0, 4)
	out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE(start))
	return append(append(append(append(out, start...), content...), other...), header...)
}

// TestSevenZipSums holds every member of an archive with a model to its checksum, and what
// has the name of a model wherever it lies.
func TestSevenZipSums(t *testing.T) {
	model, text := string(kind()), "a text beside it"
	damaged := func(b []byte, part string) []byte { return flip(b, bytes.Index(b, []byte(part))) }
	for name, tc := range map[string]struct {
		content []byte
		want    string
	}{
		"whole":               {sevenZipOf("a.pkl", model, "b.md", text), ""},
		"text after a model":  {damaged(sevenZipOf("a.pkl", model, "b.md", text), text), "malformed"},
		"text before a model": {damaged(sevenZipOf("b.md", text, "a.pkl", model), text), "malformed"},
		"name of a model":     {damaged(sevenZipOf("a.md", "hello", "model.gguf", text), text), "unsupported"},
		"no model":            {damaged(sevenZipOf("a.md", "hello", "b.md", text), text), ""},
	} {
		_, ps := read(t, "m.7z", tc.content)
		fail(t, name, problems(ps), tc.want)
	}
}

func TestSevenZip(t *testing.T) {
	w, ps := read(t, "pytorch_model.bin", sevenZip("data.pkl", evil()))
	fail(t, "imports", imports(w)+problems(ps), "data.pkl/posix.system:call")
	fail(t, "format", w.Format, "7z")
	w, ps = read(t, "pytorch_model.bin", sevenZip("data.pkl", kind()))
	fail(t, "twin", imports(w)+problems(ps), "data.pkl/collections.OrderedDict:call")
	w, _ = read(t, "m.7z", sevenZip("../data.pkl", kind()))
	fail(t, "path", oddities(w), "member_path")
	if w, _ := read(t, "docs.7z", sevenZip("readme.txt", []byte("hello"))); w.Path != "" {
		t.Errorf("an archive of other things is taken for a model: %+v", w)
	}
	if _, ps := read(t, "m.pt", sevenZip("data.pkl", evil())[:40]); len(ps) == 0 {
		t.Error("a cut archive passes")
	}
}
