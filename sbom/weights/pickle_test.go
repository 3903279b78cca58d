package weights

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestPickleNames(t *testing.T) {
	cases := []struct {
		name     string
		file     []byte
		imports  string
		oddities string
		problems string
	}{
		{"ordered dict", kind(), "collections.OrderedDict:call", "", ""},
		{"global and reduce", evil(), "posix.system:call", "", ""},
		{"protocol 0 without magic", []byte("cos\nsystem\n(S'id'\ntR."), "os.system:call", "", ""},
		{"python 2 module", []byte("c__builtin__\neval\n(S'id'\ntR."), "builtins.eval:call", "", ""},
		{"inst", []byte("(S'id'\nios\nsystem\n."), "os.system:call", "", ""},
		{"obj", pickle4().op(opMark).global("os", "system").str("id").op(opObj).stop(), "os.system:call", "", ""},
		{"obj then pop", pickle4().op(opMark).global("os", "system").str("id").op(opObj).op(opPop).op(opNone).stop(), "os.system:call", "", ""},
		{"newobj", pickle4().global("a.b", "C").op(opEmptyTuple).op(opNewObj).stop(), "a.b.C:new", "", ""},
		{"newobj_ex", pickle4().global("a.b", "C").op(opEmptyTuple).op(opEmptyDict).op(opNewObjEx).stop(), "a.b.C:new", "", ""},
		{"build", pickle4().global("a.b", "C").op(opEmptyTuple).op(opNewObj).op(opEmptyDict).op(opBuild).stop(), "a.b.C:new", "", ""},
		{"build of a class", pickle4().global("a.b", "C").op(opEmptyDict).op(opBuild).stop(), "a.b.C:build", "", ""},
		{"only named", pickle4().global("a.b", "C").stop(), "a.b.C:ref", "", ""},
		{"stack global", pickle4().named("os", "system").call("id").stop(), "os.system:call", "", ""},
		{"dotted stack global", pickle4().named("torch", "serialization.os.system").call("id").stop(), "torch.serialization.os.system:call", "", ""},
		{"stack global of STRING", []byte("\x80\x04S'os'\nS'system'\n\x93(S'id'\ntR."), "os.system:call", "", ""},
		{"stack global of escaped STRING", []byte("\x80\x04S'\\x6fs'\nS'sy\\163tem'\n\x93(S'id'\ntR."), "os.system:call", "", ""},
		{"stack global of escaped UNICODE", []byte("\x80\x04V\\u006fs\nVsystem\n\x93(S'id'\ntR."), "os.system:call", "", ""},
		{"stack global of BINSTRING", []byte("\x80\x04U\x02osU\x06system\x93(S'id'\ntR."), "os.system:call", "", ""},
		{"stack global through the memo", pickle4().str("os").op(opMemoize).op(opPop).str("system").op(opMemoize).op(opPop).op(opBinGet, 0).op(opBinGet, 1).op(opStackGlobal).call("id").stop(), "os.system:call", "", ""},
		{"memo holds the value, not the argument before", pickle4().str("os").op(opNone).op(opPop).op(opBinPut, 0).str("system").op(opStackGlobal).call("id").stop(), "os.system:call", "", ""},
		{"memo index as int() reads it", []byte("\x80\x04Vos\np +0_7 \n0g07\nVsystem\n\x93(S'id'\ntR."), "os.system:call", "", ""},
		{"memo index far away", []byte("\x80\x04Vos\nr\xff\xff\xff\x7f0j\xff\xff\xff\x7fVsystem\n\x93(S'id'\ntR."), "os.system:call", "", ""},
		{"memoize counts slots", pickle4().str("x").op(opBinPut, 9).op(opPop).str("os").op(opMemoize).op(opPop).op(opBinGet, 1).str("system").op(opStackGlobal).call("id").stop(), "os.system:call", "", ""},
		{"dup", pickle4().global("os", "system").op(opDup).op(opPop).call("id").stop(), "os.system:call", "", ""},
		{"computed name", pickle4().global("a", "f").call("os").str("system").op(opStackGlobal).call("id").stop(), "a.f:call a.f().system:call:computed", "", ""},
		{"extension", pickle4().op(opExt1, 7).stop(), "copyreg.extension 7:ref:computed", "", ""},
		{"extension of four bytes", pickle4().raw("\x84\x01\x02\x00\x00").stop(), "copyreg.extension 513:ref:computed", "", ""},
		{"result of a call is called", pickle4().global("functools", "partial").call("x").call("id").stop(), "functools.partial:call", "call_of_result", ""},
		{"two streams", append(kind(), evil()...), "collections.OrderedDict:call posix.system:call", "", ""},
		{"protocol 0 behind a stream", append(kind(), "cos\nsystem\n(S'id'\ntR."...), "collections.OrderedDict:call os.system:call", "", ""},
		{"breaks after the call", append(evil()[:len(evil())-1], 0xff, 'x', 'x'), "posix.system:call", "broken_after_call", "malformed"},
		{"cut after the call", evil()[:len(evil())-1], "posix.system:call", "", "truncated"},
		{"bytes behind", append(kind(), "\xff\xfe\xff, no pickle"...), "collections.OrderedDict:call", "trailing_bytes", "disagreement"},
		{"line feed behind", append(kind(), '\n'), "collections.OrderedDict:call", "", ""},
		{"underflow", pickle4().op(opReduce).stop(), "", "", "malformed"},
		{"pop below the mark", pickle4().str("a").op(opMark).op(opPop).op(opPop).op(opPop).stop(), "", "", "malformed"},
		{"pop takes the mark first", pickle4().global("os", "system").op(opMark).op(opPop).call("id").stop(), "os.system:call", "", ""},
		{"pop mark", pickle4().global("os", "system").op(opMark).str("x").op(opPopMark).call("id").stop(), "os.system:call", "", ""},
		{"no opcode", pickle4().op(0xff).stop(), "", "", "malformed"},
		{"protocol 6", []byte("\x80\x02\x80\x06N."), "", "", "unsupported"},
		{"memo without the value", pickle4().op(opBinGet, 3).stop(), "", "", "malformed"},
		{"nested in bytes", pickle4().global("pickle", "loads").bin(string(evil())).op(opTuple1).op(opReduce).stop(), "pickle.loads:call posix.system:call:nested", "", ""},
		{"nested in base64", pickle4().global("a", "f").str(base64.StdEncoding.EncodeToString(evil())).op(opTuple1).op(opReduce).stop(), "a.f:call posix.system:call:nested", "", ""},
		{"nested in hex", pickle4().global("a", "f").str("8004635f5f6d61696e5f5f0a660a292e").op(opTuple1).op(opReduce).stop(), "a.f:call __main__.f:ref:nested", "", ""},
		{"nested protocol 0", pickle4().global("a", "f").bin("cos\nsystem\n(S'id'\ntR.").op(opTuple1).op(opReduce).stop(), "a.f:call os.system:call:nested", "", ""},
		{"next buffer", []byte("\x80\x05\x97\x98."), "", "", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			w, ps := read(t, "x.pkl", tc.file)
			fail(t, "imports", imports(w), tc.imports)
			fail(t, "oddities", oddities(w), tc.oddities)
			fail(t, "problems", problems(ps), tc.problems)
			if w.Executable != "yes" {
				t.Errorf("executable is %q", w.Executable)
			}
			if (len(ps) > 0) != (w.Content == "partial") {
				t.Errorf("content is %q with problems %v", w.Content, ps)
			}
		})
	}
}

// TestFrameStraddle reads BINBYTES that begins in a frame and leaves it: pickle.loads
// takes the bytes that follow, the C unpickler of a file takes those behind the frame.
func TestFrameStraddle(t *testing.T) {
	// Frame of 5 bytes: BINBYTES8 would be cut; SHORT_BINBYTES of 4, of which 3 lie in it.
	frame := "\x95\x05\x00\x00\x00\x00\x00\x00\x00C\x04abc"
	hidden := "cos\nsystem\n(S'id'\ntR."
	file := []byte("\x80\x04" + frame + "d0N" + "." + hidden)
	w, _ := read(t, "x.pkl", file)
	if !strings.Contains(oddities(w), "frame_straddle") {
		t.Errorf("oddities %q", oddities(w))
	}
	twin := []byte("\x80\x04\x95\x08\x00\x00\x00\x00\x00\x00\x00C\x04abcd0N.")
	w, ps := read(t, "x.pkl", twin)
	fail(t, "honest frame", oddities(w)+problems(ps), "")
}

func TestTorchZip(t *testing.T) {
	good := torchZip(t, torchPickle(3, nil), 3)
	w, ps := read(t, "pytorch_model.bin", good)
	fail(t, "format", w.Format, "torch-zip")
	fail(t, "problems", problems(ps)+oddities(w), "")
	fail(t, "tensors", w.Tensors, "[{w float32 [3]}]")
	fail(t, "parameters", w.Parameters, 3)
	w, _ = read(t, "pytorch_model.bin", torchZip(t, torchPickle(3, func(a *asm) { a.global("os", "system").call("id") }), 3))
	if !strings.Contains(imports(w), "archive/data.pkl/os.system:call") {
		t.Errorf("imports %q", imports(w))
	}
	_, ps = read(t, "m.pt", torchZip(t, torchPickle(3, nil), 2))
	fail(t, "short storage", problems(ps), "truncated")
	w, _ = read(t, "m.pt", zipOf(t, "a/data.pkl", string(torchPickle(1, nil)), "a/data/0", "0000", "a/data/1", string(evil())))
	if !strings.Contains(imports(w), "a/data/1/posix.system") {
		t.Errorf("a member that no id names: %q", imports(w))
	}
}
