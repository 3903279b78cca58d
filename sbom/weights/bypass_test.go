package weights

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// TestBypasses holds the readers to ways in which files have got past scanners. Each has a
// twin that differs in one thing and has nothing to hide.
func TestBypasses(t *testing.T) {
	evilText := "cos\nsystem\n(S'id'\ntR."
	torchEvil := torchZip(t, torchPickle(3, func(a *asm) { a.global("os", "system").call("id") }), 3)
	torchKind := torchZip(t, torchPickle(3, nil), 3)
	cases := []struct {
		name    string
		file    string // name of both files
		content []byte
		finds   string // part of imports, oddities or operators
		twin    []byte
	}{
		{"extension lies: pickle as text", "notes.txt", []byte(evilText), "os.system:call", []byte("cos is a function\nsystem\n")},
		{"extension lies: no extension", "model", evil(), "posix.system:call", kind()},
		{"extension lies: zip as safetensors", "m.safetensors", torchEvil, "disguised", safetensorsFile(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)},
		{"extension lies: pickle as npy", "m.npy", evil(), "disguised", npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "0123")},
		{"protocol 0 without magic", "m.bin", []byte(evilText), "os.system:call", []byte("(dp0\nS'a'\np1\nI1\ns.")},
		{"protocol 0 member of a zip", "m.zip", zipOf(t, "a/x", evilText), "a/x/os.system:call", zipOf(t, "a/x", "class X:\n  pass\n")},
		{"deflated member", "m.zip", zipMethod(t, 8, "a/x", evilText), "a/x/os.system:call", zipMethod(t, 8, "a/x.pkl", string(kind()))},
		{"zip in front of other bytes", "m.pt", append([]byte("#!/bin/sh\n"), torchEvil...), "os.system:call", torchKind},
		{"prefix is stated", "m.pkl", append(kind(), torchKind...), "trailing_archive", kind()},
		{"encryption bit set", "m.pt", patch(torchEvil, "PK\x01\x02", 8, 0x01), "header_disagreement", torchKind},
		{"flags 0x20", "m.pt", patch(torchEvil, "PK\x01\x02", 8, 0x20), "os.system:call", patch(torchKind, "PK\x01\x02", 8, 0x20)},
		{"wrong CRC", "m.pt", patch(patch(torchEvil, "PK\x01\x02", 16, 0x55), "PK\x03\x04", 14, 0x55), "os.system:call", torchKind},
		{"member has another name in front", "m.pt", bytes.Replace(torchEvil, []byte("archive/data.pkl"), []byte("archive/data.txt"), 1), "name_mismatch", torchKind},
		{"member with another method in front", "m.pt", patch(torchEvil, "PK\x03\x04", 8, 8), "header_disagreement", torchKind},
		{"member twice", "m.pt", duplicate(t), "duplicate_member", torchKind},
		{"member not in the directory", "m.pt", hidden(t), "os.system:call", torchKind},
		{"comment that leaves the file", "m.pt", append(torchEvil[:len(torchEvil)-2], 9, 0), "member_disagreement", torchKind},
		{"path out of the folder", "m.zip", zipOf(t, "../a.pkl", string(kind())), "member_path", zipOf(t, "a.pkl", string(kind()))},
		{"backslash out of the folder", "m.zip", zipOf(t, `..\a.pkl`, string(kind())), "member_path", zipOf(t, "a.pkl", string(kind()))},
		{"absolute path in a tar", "m.nemo", tarOf(t, "/etc/a.pkl", string(kind())), "member_path", tarOf(t, "etc/a.pkl", string(kind()))},
		{"joblib in gzip", "m.joblib", gzipped(evil()), "posix.system:call", gzipped(joblibFile())},
		{"joblib behind an inline array", "m.joblib", joblibWith(evilText), "os.system:call", joblibFile()},
		{"opcodes in the bytes of a joblib array", "m.pkl", joblibData("cos\nsystem\n(S'id'\ntR."), "os.system:call", joblibFile()},
		{"opcodes in the bytes of a joblib array, stated", "m.joblib", gzipped(joblibData("cos\nsystem\n(S'id'\ntR.")), "reading_disagreement", gzipped(joblibFile())},
		{"object array", "m.npy", npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", string(evil())), "posix.system:call", npyFile("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", string(kind()))},
		{"structured object array", "m.npy", npyFile("{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }", string(evil())), "posix.system:call", npyFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "0123")},
		{"legacy magic by a call", "m.bin", legacyWith(pickle4().global("builtins", "int").str("1950a86a20f9469cfc6c").op(opBinInt1, 16).op(opTuple2).op(opReduce).stop(), torchPickle(1, nil)), "magic_by_call", torchLegacy(torchPickle(1, nil), 1)},
		{"fourth pickle of a legacy file", "m.bin", torchLegacy(evil(), 0), "posix.system:call", torchLegacy(torchPickle(1, nil), 1)},
		{"behind the storages of a legacy file", "m.bin", append(torchLegacy(torchPickle(1, nil), 1), evilText...), "os.system:call", torchLegacy(torchPickle(1, nil), 1)},
		{"TorchScript constants", "m.pt", zipOf(t, "m/data.pkl", string(kind()), "m/constants.pkl", string(evil()), "m/code/x.py", "pass"), "m/constants.pkl/posix.system:call", zipOf(t, "m/data.pkl", string(kind()), "m/constants.pkl", string(kind()), "m/code/x.py", "pass")},
		{"TorchScript reads a file", "m.pt", zipOf(t, "m/data.pkl", string(kind()), "m/code/x.py", "y = torch.from_file(\"/etc/passwd\")"), "from_file", zipOf(t, "m/data.pkl", string(kind()), "m/code/x.py", "y = torch.relu(x)")},
		{"pickle behind other bytes", "m.pkl", append(append(kind(), "\xff\xff raw \xff"...), evil()...), "hidden_pickle", append(kind(), "\xff\xff raw \xff"...)},
		{"legacy tar", "m.pt", tarOf(t, "sys_info", string(kind()), "pickle", string(evil()), "storages", "\x80\x02K\x01."), "pickle/posix.system:call", tarOf(t, "sys_info", string(kind()), "pickle", string(kind()), "storages", "\x80\x02K\x01.")},
		{"safetensors and zip", "m.safetensors", append(safetensorsFile(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8), torchEvil...), "trailing_archive", safetensorsFile(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)},
		{"GGUF and zip", "m.gguf", append(newGGUF().str("general.architecture", "llama").file(), torchEvil...), "os.system:call", newGGUF().str("general.architecture", "llama").file()},
		{"safetensors and pickle", "m.safetensors", append(safetensorsFile(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8), evil()...), "trailing_content", safetensorsFile(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)},
		{"keras lambda", "m.keras", keras(t, `{"module":"keras.layers","class_name":"Lambda","config":{"function":{"class_name":"__lambda__","config":{"code":"4wEA"}}}}`), "Lambda", keras(t, `{"module":"keras.layers","class_name":"Dense","config":{"units":1}}`)},
		{"keras lambda that names its function", "m.keras", keras(t, `{"module":"keras.layers","class_name":"Lambda","config":{"function":{"class_name":"__lambda__","config":{"code":"4wEA"}}}}`), "__lambda__", keras(t, `{"module":"keras.layers","class_name":"Lambda","config":{"function":{"module":"my","class_name":"function","config":"scale"}}}`)},
		{"keras module", "m.keras", keras(t, `{"module":"os","class_name":"function","config":"system"}`), "os.system:ref", keras(t, `{"module":"keras.activations","class_name":"function","config":"relu"}`)},
		{"keras configuration behind blanks", "m.keras", zipOf(t, "metadata.json", "{}", "config.json", strings.Repeat(" ", 5000)+`{"module":"os","class_name":"function","config":"system"}`), "os.system:ref", keras(t, `{}`)},
		{"keras wrapper of torch", "m.keras", keras(t, `{"module":"keras.utils.torch_utils","class_name":"TorchModuleWrapper","config":{}}`), "TorchModuleWrapper/keras", keras(t, `{}`)},
		{"keras h5", "m.h5", hdf5File(`{"class_name":"Lambda","config":{"function":["4wE=",null,null],"function_type":"lambda"}}`), "Lambda//code", hdf5File(kerasDense)},
		{"SavedModel", "saved_model.pb", savedModel([][]byte{tfNodeDef("a", "WriteFile")}), "WriteFile/file", savedModel([][]byte{tfNodeDef("a", "MatMul")})},
		{"ONNX data elsewhere", "m.onnx", onnxModel(pbMsg(5, onnxTensor("w", "../../etc/passwd"))), "external:parent", onnxModel(pbMsg(5, onnxTensor("w", "w.bin")))},
		{"second chat template", "m.gguf", newGGUF().str("tokenizer.chat_template", "{{ messages }}").str("tokenizer.chat_template.tool_use", "{{ ''.__class__ }}").file(), "__class__", newGGUF().str("tokenizer.chat_template", "{{ messages }}").file()},
		{"joined names in a template", "m.gguf", newGGUF().str("tokenizer.chat_template", `{{ x["__cla" ~ "ss__"] }}`).file(), "__class__", newGGUF().str("tokenizer.chat_template", `{{ x["cla" ~ "ss"] }}`).file()},
		{"attr filter", "m.gguf", newGGUF().str("tokenizer.chat_template", `{{ x|attr("y") }}`).file(), "|attr", newGGUF().str("tokenizer.chat_template", `{{ x|map(attribute="y") }}`).file()},
		{"safetensors key twice", "m.safetensors", safetensorsFile(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8), "duplicate_key", safetensorsFile(`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 8)},
		{"skops function", "m.skops", zipOf(t, "schema.json", `{"__class__":"call","__module__":"subprocess","__loader__":"FunctionNode"}`), "subprocess.call:ref", zipOf(t, "schema.json", `{"__class__":"dict","__module__":"builtins","__loader__":"DictNode"}`)},
		{"skops method", "m.skops", zipOf(t, "schema.json", `{"__class__":"method","__module__":"builtins","__loader__":"MethodNode","content":{"func":"__reduce__","obj":{"__class__":"A","__module__":"b"}}}`), "b.A.__reduce__", zipOf(t, "schema.json", `{"__class__":"dict","__module__":"builtins","__loader__":"DictNode"}`)},
		{"NeMo target", "m.nemo", tarOf(t, "model_config.yaml", "x:\n  _target_: os.system\n"), "os.system:call", tarOf(t, "model_config.yaml", "x:\n  target: os.system\n")},
		{"PMML entity", "m.pmml", []byte("<?xml version=\"1.0\"?><!DOCTYPE PMML [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><PMML version=\"4.4\"></PMML>"), "xml_entity", []byte("<?xml version=\"1.0\"?><PMML version=\"4.4\"></PMML>")},
		{"TFLite flex operator", "m.tflite", tfliteFile("FlexReadFile"), "FlexReadFile/file", tfliteFile("MyOp")},
		{"scanner is switched off", "m.pkl", pickle4().global("picklescan.scanner", "scan_file_path").call("x").stop(), "picklescan.scanner.scan_file_path:call", kind()},
		{"base64 in a string", "m.pkl", pickle4().str(base64.StdEncoding.EncodeToString(evil())).stop(), "posix.system:call:nested", pickle4().str(base64.StdEncoding.EncodeToString([]byte("no pickle at all, promised"))).stop()},
		{"stream breaks behind the payload", "m.pkl", append(evil()[:len(evil())-1], 'X', 0xff, 0xff, 0xff, 0x7f, 0xfe), "posix.system:call", kind()},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := everything(t, tc.file, tc.content); !strings.Contains(got, tc.finds) {
				t.Errorf("%q is not in %q", tc.finds, got)
			}
			if got := everything(t, tc.file, tc.twin); strings.Contains(got, tc.finds) {
				t.Errorf("the twin has %q: %q", tc.finds, got)
			}
		})
	}
}

// everything joins what is stated about a file.
func everything(t testing.TB, name string, content []byte) string {
	t.Helper()
	w, ps := read(t, name, content)
	out := imports(w) + " | " + oddities(w) + " | " + operators(w) + " | "
	for _, e := range w.External {
		out += "external:" + e.Kind + " "
	}
	for _, tpl := range w.Templates {
		out += strings.Join(tpl.Accesses, " ") + " "
	}
	return out + "| " + problems(ps)
}

// patch flips bits of a byte at an offset behind the last place of a magic, the header of
// the first member for local headers.
func patch(content []byte, magic string, offset int, mask byte) []byte {
	b := bytes.Clone(content)
	i := bytes.Index(b, []byte(magic))
	b[i+offset] ^= mask
	return b
}

func duplicate(t testing.TB) []byte {
	return zipOf(t, "a/data.pkl", string(kind()), "a/data.pkl", string(evil()))
}

// hidden is a zip with a member that its directory does not name.
func hidden(t testing.TB) []byte {
	outer, inner := torchZip(t, torchPickle(3, nil), 3), zipOf(t, "archive/data.pkl", "cos\nsystem\n(S'id'\ntR.")
	local := inner[:bytes.Index(inner, []byte("PK\x01\x02"))]
	at := bytes.Index(outer, []byte("PK\x01\x02"))
	out := append(append(bytes.Clone(outer[:at]), local...), outer[at:]...)
	end := bytes.LastIndex(out, []byte("PK\x05\x06"))
	binary.LittleEndian.PutUint32(out[end+16:], uint32(at+len(local)))
	return out
}

func keras(t testing.TB, layer string) []byte {
	return zipOf(t, "metadata.json", "{}", "config.json", fmt.Sprintf(`{"module":"keras","class_name":"Sequential","config":{"layers":[%s]}}`, layer))
}

// joblibWith is joblibFile with more opcodes behind the array.
func joblibWith(text string) []byte {
	b := joblibFile()
	return append(b[:len(b)-1], text...)
}

// joblibData is a joblib file whose array holds the given bytes, without the alignment that
// versions before 1.3 did not have.
func joblibData(data string) []byte {
	a := new(asm).proto(3).global("joblib.numpy_pickle", "NumpyArrayWrapper").op(opEmptyTuple).op(opNewObj).op(opEmptyDict).op(opMark)
	a.str("shape").op(opBinInt1, byte(len(data))).op(opTuple1)
	a.str("dtype").global("numpy", "dtype").str("u1").op(opNewFalse).op(opNewTrue).op(opTuple3).op(opReduce)
	return a.op(opSetItems).op(opBuild).raw(data).stop()
}

// legacyWith is a legacy file with another magic number.
func legacyWith(magic, object []byte) []byte {
	b := torchLegacy(object, 1)
	return append(bytes.Clone(magic), b[2+2+len(torchMagic)+1:]...)
}
