package weights

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// packed is content compressed by each writer that there is; bzip2 has none, its bytes are
// those of evilText.
func packed(t testing.TB, content []byte) map[string][]byte {
	t.Helper()
	out := map[string][]byte{"gzip": gzipped(content)}
	for name, open := range map[string]func(io.Writer) (io.WriteCloser, error){
		"zlib": func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil },
		"zstd": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) },
		"lz4":  func(w io.Writer) (io.WriteCloser, error) { return lz4.NewWriter(w), nil },
		"xz":   func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) },
		"lzma": func(w io.Writer) (io.WriteCloser, error) { return lzma.NewWriter(w) },
	} {
		var b bytes.Buffer
		w, err := open(&b)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(content)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		out[name] = b.Bytes()
	}
	zf := fmt.Sprintf("ZF%-19s", fmt.Sprintf("0x%x", len(content)))
	out["joblib-zf"] = append([]byte(zf), out["zlib"]...)
	return out
}

const bzip2Evil = "425a68393141592653591f2f22a5000004d380001000c118000e228c2020002221a1b44f298a600028bc8e0424b8257e99358bb9229c28480f97915280"

func TestCompressions(t *testing.T) {
	bzip2, err := hex.DecodeString(bzip2Evil)
	if err != nil {
		t.Fatal(err)
	}
	w, _ := read(t, "m.pkl.bz2", bzip2)
	fail(t, "bzip2", imports(w), "os.system:call")
	for name, content := range packed(t, evil()) {
		w, ps := read(t, "m.joblib", content)
		fail(t, name, imports(w)+problems(ps)+" "+w.Metadata["compression"], "posix.system:call "+name)
		if _, ps := read(t, "m.joblib", content[:len(content)-3]); len(ps) == 0 && name != "lzma" {
			t.Errorf("%s: a cut file passes", name)
		}
	}
	for name, content := range packed(t, joblibFile()) {
		w, ps := read(t, "m.joblib", content)
		fail(t, name+" with an array", problems(ps)+oddities(w)+w.Format, "joblib")
	}
	if w, ps := read(t, "data.csv.gz", gzipped([]byte("a,b\n1,2\n"))); w.Path != "" || len(ps) > 0 {
		t.Errorf("a table is taken for a model: %+v %v", w, ps)
	}
}

// TestZipMethods reads members that are compressed in each way a zip knows.
func TestZipMethods(t *testing.T) {
	for method, content := range map[uint16]func(*bytes.Buffer){
		zipZstd: func(b *bytes.Buffer) { b.Write(packed(t, evil())["zstd"]) },
		zipXZ:   func(b *bytes.Buffer) { b.Write(packed(t, evil())["xz"]) },
		zipLZMA: func(b *bytes.Buffer) {
			alone := packed(t, evil())["lzma"]
			b.WriteString("\x09\x14\x05\x00")
			b.Write(alone[:5])
			b.Write(alone[13:])
		},
		9: nil, // Deflate64
	} {
		var z, data bytes.Buffer
		if content != nil {
			content(&data)
		}
		w := zip.NewWriter(&z)
		f, err := w.CreateRaw(&zip.FileHeader{Name: "a.pkl", Method: method, CompressedSize64: uint64(data.Len()), UncompressedSize64: uint64(len(evil()))})
		if err != nil {
			t.Fatal(err)
		}
		f.Write(data.Bytes())
		w.Close()
		got, ps := read(t, "m.pt", z.Bytes())
		want := "a.pkl/posix.system:call"
		if content == nil {
			want = "unsupported"
		}
		fail(t, fmt.Sprint("method ", method), imports(got)+problems(ps), want)
	}
}

func TestLiteral(t *testing.T) {
	for text, want := range map[string]bool{
		"{'a': (1, 2L), 'b': [('x', '<f4', (3,))], }": true, "{u'a': True}": true, "(-1,)": true, "()": true,
		"{'a': f()}": false, "{'a' 'b'}": false, "(1": false, "'a\\x'": false, "[[[": false, "x": false, "{'a': 1} b": false,
	} {
		if _, ok := parseLiteral(text); ok != want {
			t.Errorf("%s: %v", text, ok)
		}
	}
	v, _ := parseLiteral("[('a', '<f4', (2, 3)), ('b', [('c', '|O')])]")
	d, ok := v.element(0)
	if !ok || d.bytes != 32 || !d.object {
		t.Errorf("structured type: %+v %v", d, ok)
	}
}

func TestNPYMalformed(t *testing.T) {
	for header, want := range map[string]string{
		"{'descr': '<f4', 'fortran_order': False, 'shape': (9,), }":                    "truncated",
		"{'descr': '<f4', 'descr': '|O', 'fortran_order': False, 'shape': (1,), }":     "malformed",
		"{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }":         "malformed",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,4), }": "malformed",
		"{'descr': '<q9q', 'fortran_order': False, 'shape': (1,), }":                   "unsupported",
		"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }":                     "",
	} {
		_, ps := read(t, "a.npy", npyFile(header, "0123"))
		if got := problems(ps); got != want && want != "" || want == "" && got == "" {
			t.Errorf("%s: problems %q, want %q", header, got, want)
		}
	}
}
