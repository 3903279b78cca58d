package weights

import (
	"bytes"
	"context"
	"reflect"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// fuzzReader holds one reader to what every reader promises: it returns, it returns the
// same twice, and it does not claim bytes that the file does not have.
func fuzzReader(f *testing.F, read reader, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var w, again sbom.Weights
		end, _ := read(bytes.NewReader(content), int64(len(content)), &w)
		if end > int64(len(content)) {
			t.Errorf("end %d of %d bytes", end, len(content))
		}
		read(bytes.NewReader(content), int64(len(content)), &again)
		if !reflect.DeepEqual(w, again) {
			t.Error("read in two ways")
		}
	})
}

// fuzzFile is fuzzReader for what is read through the collector, under a given name.
func fuzzFile(f *testing.F, name string, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		file := sbom.NewFile(name, content)
		if !modelCollector.Match(file) {
			return
		}
		var inv sbom.Inventory
		if err := modelCollector.Collect(context.Background(), file, &inv); err != nil {
			t.Error(err)
		}
		for _, w := range inv.Weights {
			if (len(inv.Problems) > 0) != (w.Content == "partial") {
				t.Errorf("content %q with %d problems", w.Content, len(inv.Problems))
			}
		}
	})
}

func FuzzPickle(f *testing.F) {
	fuzzReader(f, readPickle, evil(), kind(), framed(), joblibFile(), torchLegacy(torchPickle(2, nil), 2), []byte("(dp0\nS'a\\x41'\nI01\ns(ios\nsystem\n."))
}

func FuzzPickleStream(f *testing.F) {
	f.Add(joblibFile())
	f.Add(evil())
	f.Fuzz(func(t *testing.T, content []byte) {
		var stream, whole sbom.Weights
		if _, err := readPickleStream(bytes.NewReader(content), &stream); err != nil {
			return
		}
		readPickle(bytes.NewReader(content), int64(len(content)), &whole)
		if len(stream.Oddities) > 0 {
			return // a straddle is read both ways in a file only
		}
		if len(stream.Imports) != len(whole.Imports) {
			t.Errorf("%d names in a stream, %d in a file", len(stream.Imports), len(whole.Imports))
		}
	})
}

func FuzzZip(f *testing.F) {
	fuzzFile(f, "a.pt", torchZip(f, torchPickle(3, nil), 3), zipOf(f, "a.npy", string(npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "0123"))), zipMethod(f, 8, "a/b.pkl", string(evil())))
}

func FuzzTar(f *testing.F) { fuzzFile(f, "a.nemo", tarOf(f, "a.pkl", string(evil()))) }

func FuzzCompressed(f *testing.F) {
	fuzzFile(f, "a.joblib", gzipped(joblibFile()), []byte("BZh91AY&SY"), []byte("x\x9c\x03\x00"), []byte("\x28\xb5\x2f\xfd\x04\x00"), []byte("\x04\x22\x4d\x18"), []byte("]\x00\x00\x40\x00\xff\xff\xff\xff\xff\xff\xff\xff\x00"))
}

func FuzzSevenZip(f *testing.F) { fuzzFile(f, "a.7z", sevenZip("a.pkl", evil())) }

func FuzzNPY(f *testing.F) {
	fuzzReader(f, readNPY, npyFile("{'descr': [('a', '<f4', (2,)), ('b', '|O')], 'fortran_order': False, 'shape': (3,), }", string(kind())))
}

func FuzzHDF5(f *testing.F) { fuzzReader(f, readHDF5, hdf5File(kerasDense), denseHDF5(kerasDense)) }

func FuzzKeras(f *testing.F) { fuzzReader(f, readKerasJSON, []byte(kerasDense)) }

func FuzzSkops(f *testing.F) {
	fuzzReader(f, readSkops, []byte(`{"__class__":"f","__module__":"m","__loader__":"MethodNode","content":{"func":"g"}}`))
}

func FuzzTFLite(f *testing.F) { fuzzReader(f, readTFLite, tfliteFile("Custom")) }

func FuzzFlax(f *testing.F) {
	fuzzReader(f, readFlax, []byte("\x81\xa1w\xc7\x15\x01\x93\x91\x02\xa7float32\xc4\x0801234567"))
}

func FuzzUBJSON(f *testing.F) {
	fuzzReader(f, readUBJSON, xgboostUBJSON(), []byte("{L\x00\x00\x00\x00\x00\x00\x00\x01a[$d#i\x01\x00\x00\x00\x00}"))
}

func FuzzXML(f *testing.F) {
	fuzzReader(f, readOpenVINO, []byte(`<!DOCTYPE a [<!ENTITY b "c">]><net name="m"><layers><layer type="X"/></layers></net>`))
}

func FuzzTargets(f *testing.F) { fuzzReader(f, readHydra, []byte("a:\n  _target_: os.system\n")) }

// FuzzOther reads content that only a name tells, or that a few fields recognise.
func FuzzOther(f *testing.F) {
	readers := []reader{readLightGBM, readCatBoost, readXGBoostBinary, readXGBoostJSON, readPMML, readCoreML, readKerasMetadata, readTextGraph, readBaselines, readScript}
	for i, s := range []string{
		lightGBM(), string(catBoost(catBoostGood().core())), string(xgboostBinary()), xgboostJSON(), pmmlModel,
		"\x08\x04\x12\x00\xa2\x1f\x00", "\x0a\x04\x2a\x02{}", "node { op: \"PyFunc\" }", `{"a":{":serialized:":"gARjb3MKc3lzdGVtCpQu"}}`, "torch.from_file(\"x\")",
	} {
		f.Add(uint8(i), []byte(s))
	}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		var w, again sbom.Weights
		read := readers[int(which)%len(readers)]
		if end, _ := read(bytes.NewReader(content), int64(len(content)), &w); end > int64(len(content)) {
			t.Errorf("end %d of %d bytes", end, len(content))
		}
		read(bytes.NewReader(content), int64(len(content)), &again)
		if !reflect.DeepEqual(w, again) {
			t.Error("read in two ways")
		}
	})
}

func FuzzModel(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.name, s.content)
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		file := sbom.NewFile(name, content)
		for _, c := range Collectors {
			if c.Match(file) {
				var inv sbom.Inventory
				c.Collect(context.Background(), file, &inv)
			}
		}
	})
}
