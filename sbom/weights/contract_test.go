package weights

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// sample is a well-formed file of one format. Every format has one: the suite below holds
// each reader to the same promises.
type sample struct {
	name    string
	content []byte
	format  string
	// prefixes: a cut file may pass for a shorter whole one.
	prefixes bool
}

func samples(t testing.TB) []sample {
	object := pickle4().global("numpy", "dtype").str("O8").op(opNewFalse).op(opNewTrue).op(opTuple3).op(opReduce).stop()
	torch := string(torchPickle(3, nil))
	legacy := torchLegacy(torchPickle(3, nil), 3)
	tarball := tarOf(t, "model_config.yaml", "a:\n  _target_: nemo.Model\n", "weights.pkl", string(kind()))
	return []sample{
		{name: "a.pkl", content: pickle4().named("a.b", "C").op(opEmptyTuple).op(opNewObj).op(opEmptyDict).op(opMark).str("k").op(opBinInt1, 3).op(opSetItems).op(opBuild).stop(), format: "pickle"},
		{name: "a0.pkl", content: []byte("(dp0\nS'a'\np1\nI1\nsV\\u0041b\np2\nccollections\nOrderedDict\n(tRs."), format: "pickle"},
		{name: "frames.pkl", content: framed(), format: "pickle"},
		{name: "a.pt", content: torchZip(t, torchPickle(3, nil), 3), format: "torch-zip"},
		{name: "legacy.pt", content: legacy, format: "torch-legacy"},
		{name: "a.joblib", content: joblibFile(), format: "joblib"},
		{name: "b.joblib", content: gzipped(joblibFile()), format: "joblib"},
		{name: "a.npy", content: npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "012345678901"), format: "npy"},
		{name: "o.npy", content: npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (3,), }", string(object)), format: "npy"},
		{name: "a.npz", content: zipOf(t, "a.npy", string(npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "0123"))), format: "npz"},
		{name: "a.keras", content: zipOf(t, "metadata.json", "{}", "config.json", kerasDense), format: "keras-v3"},
		{name: "model.skops", content: zipOf(t, "schema.json", `{"__class__":"dict","__module__":"builtins","__loader__":"DictNode"}`), format: "skops"},
		{name: "a.nemo", content: tarball, format: "nemo", prefixes: true},
		{name: "a.safetensors", content: safetensorsFile(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8), format: "safetensors"},
		{name: "a.gguf", content: newGGUF().str("general.architecture", "llama").tensor("w", 0, 0, 4).data32().file(), format: "gguf"},
		{name: "a.onnx", content: onnxGood(), format: "onnx", prefixes: true},
		{name: "saved_model.pb", content: savedModel([][]byte{tfNodeDef("x", "PyFunc"), tfNodeDef("y", "MatMul")}), format: "tensorflow", prefixes: true},
		{name: "a.tflite", content: tfliteFile("FlexReadFile"), format: "tflite"},
		{name: "a.msgpack", content: []byte("\x81\xa1w\xc7\x15\x01\x93\x91\x02\xa7float32\xc4\x0801234567"), format: "flax"},
		{name: "a.ubj", content: xgboostUBJSON(), format: "xgboost"},
		{name: "a.json", content: []byte(xgboostJSON()), format: "xgboost"},
		{name: "model.xml", content: []byte("<?xml version=\"1.0\"?><net name=\"m\"><layers><layer type=\"X\" version=\"mine\"/></layers></net>"), format: "openvino"},
		{name: "m.h5", content: hdf5File(kerasDense), format: "keras-h5"},
		{name: "dense.h5", content: denseHDF5(kerasDense), format: "keras-h5"},
		{name: "a.7z", content: sevenZip("a.pkl", kind()), format: "7z"},
		{name: "m.pmml", content: []byte(pmmlModel), format: "pmml"},
		{name: "m.txt", content: []byte(lightGBM()), format: "lightgbm", prefixes: true},
		{name: "m.cbm", content: catBoost(catBoostGood().core()), format: "catboost"},
		{name: "m.bin", content: xgboostBinary(), format: "xgboost"},
		{name: "agent.zip", content: agent(t, kind()), format: "zip"},
		{name: "a.tar.gz", content: gzipped(tarball), format: "nemo"},
		{name: "a.zip", content: zipOf(t, "x/a.pt", string(torchZip(t, []byte(torch), 3))), format: "zip"},
	}
}

// collectBytes runs the collector with a reader that counts.
func collectBytes(t testing.TB, name string, content []byte) (*sbom.Inventory, bool) {
	t.Helper()
	f := sbom.NewFile(name, content)
	if !modelCollector.Match(f) {
		return &sbom.Inventory{}, false
	}
	var inv sbom.Inventory
	if err := modelCollector.Collect(context.Background(), f, &inv); err != nil {
		t.Fatal(err)
	}
	return &inv, true
}

func TestContractSamplesAreRead(t *testing.T) {
	for _, s := range samples(t) {
		inv, ok := collectBytes(t, s.name, s.content)
		if !ok || len(inv.Weights) != 1 {
			t.Errorf("%s is not read: %v", s.name, inv.Problems)
			continue
		}
		if w := inv.Weights[0]; w.Format != s.format || len(inv.Problems) > 0 || w.Content != "read" {
			t.Errorf("%s: format %q, want %q; problems %v", s.name, w.Format, s.format, inv.Problems)
		}
	}
}

// TestContractTruncation cuts each sample at each offset: a cut file must not pass for a
// whole one.
func TestContractTruncation(t *testing.T) {
	for _, s := range samples(t) {
		if s.prefixes {
			continue
		}
		for n := range len(s.content) {
			inv, ok := collectBytes(t, s.name, s.content[:n])
			if !ok {
				continue
			}
			if len(inv.Weights) == 1 && inv.Weights[0].CoversFile == sbom.Yes && len(inv.Problems) == 0 && len(inv.Weights[0].Oddities) == 0 {
				t.Errorf("%s cut to %d of %d bytes passes for a whole file", s.name, n, len(s.content))
			}
			if len(inv.Problems) > 0 && len(inv.Weights) == 1 && inv.Weights[0].Content == "read" {
				t.Errorf("%s cut to %d bytes: problems and content read", s.name, n)
			}
		}
	}
}

// TestContractFlips flips each bit, and reads every result twice.
func TestContractFlips(t *testing.T) {
	for _, s := range samples(t) {
		if len(s.content) > 1536 {
			s.content = s.content[:1536]
		}
		for i := range s.content {
			for _, mask := range []byte{0x01, 0xff} {
				b := bytes.Clone(s.content)
				b[i] ^= mask
				first, _ := collectBytes(t, s.name, b)
				if mask != 0xff || i%5 != 0 {
					continue
				}
				if second, _ := collectBytes(t, s.name, b); !reflect.DeepEqual(first, second) {
					t.Errorf("%s with byte %d flipped is read in two ways", s.name, i)
				}
			}
		}
	}
}

// maxSampleAlloc is what reading a damaged sample of some hundred bytes may allocate.
const maxSampleAlloc = 16 << 20

// TestContractLengths writes extreme numbers over every place of each sample: whatever
// field it hits, nothing large is allocated for it.
func TestContractLengths(t *testing.T) {
	extremes := []string{"\xff\xff\xff\xff", "\xff\xff\xff\x7f", "\x00\x00\x00\x80", "\xff\xff\xff\xff\xff\xff\xff\xff", "\xff\xff\xff\xff\xff\xff\xff\x7f", "\x00\x00\x00\x00"}
	var before, after runtime.MemStats
	for _, s := range samples(t) {
		content := s.content[:min(len(s.content), 700)]
		for _, x := range extremes {
			runtime.ReadMemStats(&before)
			n := uint64(0)
			for i := 0; i+len(x) <= len(content); i++ {
				b := bytes.Clone(s.content)
				copy(b[i:], x)
				collectBytes(t, s.name, b)
				n++
			}
			runtime.ReadMemStats(&after)
			if n > 0 && (after.TotalAlloc-before.TotalAlloc)/n > maxSampleAlloc/8 {
				t.Errorf("%s with %x: %d bytes are allocated for each file", s.name, x, (after.TotalAlloc-before.TotalAlloc)/n)
			}
		}
	}
}

// countingReader counts what is read of a file.
type countingReader struct {
	io.ReaderAt
	n int64
}

func (c *countingReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

// TestContractReads holds each reader to a few passes over what it needs.
func TestContractReads(t *testing.T) {
	for _, s := range samples(t) {
		c := &countingReader{ReaderAt: bytes.NewReader(s.content)}
		var w sbom.Weights
		sc := &scan{ctx: context.Background(), budget: newBudget()}
		sc.file(&w, c, int64(len(s.content)), s.content[:min(len(s.content), sbom.HeadBytes)])
		if limit := int64(12*len(s.content) + 4096); c.n > limit {
			t.Errorf("%s: %d bytes are read of %d", s.name, c.n, len(s.content))
		}
	}
}

// TestLargeTensorsAreNotRead holds torch zips and safetensors to their headers.
func TestLargeTensorsAreNotRead(t *testing.T) {
	const n = 4 << 20
	for name, content := range map[string][]byte{
		"m.pt":          torchZip(t, torchPickleOf(n/4), n/4),
		"m.safetensors": safetensorsFile(fmt.Sprintf(`{"w":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}`, n, n), n),
	} {
		c := &countingReader{ReaderAt: bytes.NewReader(content)}
		var w sbom.Weights
		sc := &scan{ctx: context.Background(), budget: newBudget()}
		sc.file(&w, c, int64(len(content)), content[:sbom.HeadBytes])
		if c.n > 512<<10 || len(sc.faults) > 0 {
			t.Errorf("%s: %d bytes are read of %d, %v", name, c.n, len(content), sc.faults)
		}
	}
}

func TestNestingBombs(t *testing.T) {
	deepZip := kind()
	deepGzip := kind()
	for range 40 {
		deepZip = zipOf(t, "x.pt", string(deepZip))
		deepGzip = gzipped(deepGzip)
	}
	deepPickle := kind()
	for range 40 {
		deepPickle = pickle4().global("a", "f").bin(string(deepPickle)).op(opTuple1).op(opReduce).stop()
	}
	ratio := gzipped(append(append([]byte("\x80\x04]("), bytes.Repeat([]byte("N"), 80<<20)...), "e."...))
	for name, tc := range map[string]struct {
		content []byte
		want    string
	}{
		"a.zip":        {deepZip, "too_deep"},
		"a.pkl.gz":     {deepGzip, "too_deep"},
		"deep.pkl":     {deepPickle, "too_deep"},
		"bomb.pkl.gz":  {ratio, "too_"},
		"mark.pkl":     {append(append([]byte("\x80\x04"), bytes.Repeat([]byte("("), 2<<20)...), '.'), "too_many"},
		"memo.pkl":     {sparseMemo(), "too_many"},
		"config.keras": {zipOf(t, "metadata.json", "{}", "config.json", strings.Repeat(`{"a":`, 5000)+"1"+strings.Repeat("}", 5000)), "malformed"},
	} {
		_, ps := read(t, name, tc.content)
		if !strings.Contains(problems(ps), tc.want) {
			t.Errorf("%s: problems %q, want %s", name, problems(ps), tc.want)
		}
	}
}

func sparseMemo() []byte {
	var b bytes.Buffer
	b.WriteString("\x80\x04N")
	for i := range uint32(1 << 17) {
		b.WriteString("r" + le32(1<<31+i*7919))
	}
	b.WriteByte('.')
	return b.Bytes()
}

func gzipped(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	w.Write(content)
	w.Close()
	return b.Bytes()
}
