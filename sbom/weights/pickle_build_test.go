package weights

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// asm assembles a pickle from words, as pickletools.dis prints them. A word is an opcode
// or text in quotes; nothing is ever run.
//
//	global os system   stack_global   str text   bytes text   int N   proto N
//	mark tuple tuple1.. reduce build obj inst newobj newobj_ex stop pop ...
type asm struct{ bytes.Buffer }

func (a *asm) op(c byte, args ...byte) *asm {
	a.WriteByte(c)
	a.Write(args)
	return a
}

func (a *asm) proto(n byte) *asm { return a.op(opProto, n) }

func (a *asm) global(module, name string) *asm { return a.raw("c" + module + "\n" + name + "\n") }

func (a *asm) raw(s string) *asm {
	a.WriteString(s)
	return a
}

// str pushes a string as the protocols from 4 on do.
func (a *asm) str(s string) *asm {
	if len(s) < 256 {
		return a.op(opShortBinUnicode, byte(len(s))).raw(s)
	}
	a.WriteByte(opBinUnicode)
	a.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(s))))
	return a.raw(s)
}

func (a *asm) bin(s string) *asm {
	if len(s) < 256 {
		return a.op(opShortBinBytes, byte(len(s))).raw(s)
	}
	a.WriteByte(opBinBytes)
	a.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(s))))
	return a.raw(s)
}

func (a *asm) named(module, name string) *asm { return a.str(module).str(name).op(opStackGlobal) }

// call calls the name with strings.
func (a *asm) call(args ...string) *asm {
	a.op(opMark)
	for _, s := range args {
		a.str(s)
	}
	return a.op(opTuple).op(opReduce)
}

func (a *asm) stop() []byte { return a.op(opStop).Bytes() }

func pickle4() *asm { return new(asm).proto(4) }

// evil is a pickle that would run a command.
func evil() []byte { return pickle4().global("posix", "system").call("id").stop() }

// kind is a pickle that no one has anything against.
func kind() []byte {
	return pickle4().global("collections", "OrderedDict").op(opEmptyTuple).op(opReduce).stop()
}

// read runs the collector for model files over content.
func read(t testing.TB, name string, content []byte) (sbom.Weights, []sbom.Problem) {
	t.Helper()
	f := sbom.NewFile(name, content)
	if !modelCollector.Match(f) {
		return sbom.Weights{}, nil
	}
	var inv sbom.Inventory
	if err := modelCollector.Collect(t.Context(), f, &inv); err != nil {
		t.Fatal(err)
	}
	if len(inv.Weights) == 0 {
		return sbom.Weights{}, inv.Problems
	}
	return inv.Weights[0], inv.Problems
}

// imports lists the resolved names with their modes, as "name:mode".
func imports(w sbom.Weights) string {
	var out []string
	for _, i := range w.Imports {
		s := i.Qualified + ":" + i.Mode
		if i.State != "resolved" {
			s += ":" + i.State
		}
		if i.Nested {
			s += ":nested"
		}
		if i.Member != "" {
			s = i.Member + "/" + s
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func oddities(w sbom.Weights) string {
	var out []string
	for _, o := range w.Oddities {
		out = append(out, o.Code)
	}
	return strings.Join(out, " ")
}

func problems(ps []sbom.Problem) string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Code)
	}
	return strings.Join(out, " ")
}

// torchZip is a file as torch.save writes it, with one storage of n floats.
func torchZip(t testing.TB, pickle []byte, n int) []byte {
	t.Helper()
	return zipOf(t, "archive/data.pkl", string(pickle), "archive/byteorder", "little", "archive/data/0", strings.Repeat("\x00", 4*n), "archive/version", "3\n")
}

// torchPickle names one tensor "w" of n floats in storage 0, after extra.
func torchPickle(n int, extra func(*asm)) []byte {
	a := new(asm).proto(2).op(opEmptyDict).op(opMark)
	if extra != nil {
		a.str("x")
		extra(a)
	}
	a.str("w").global("torch._utils", "_rebuild_tensor_v2").op(opMark).op(opMark)
	a.str("storage").global("torch", "FloatStorage").str("0").str("cpu").op(opBinInt2, byte(n), byte(n>>8)).op(opTuple).op(opBinPersID)
	a.op(opBinInt1, 0).op(opBinInt2, byte(n), byte(n>>8)).op(opTuple1).op(opBinInt1, 1).op(opTuple1).op(opNewFalse)
	a.global("collections", "OrderedDict").op(opEmptyTuple).op(opReduce).op(opTuple).op(opReduce).op(opSetItems)
	return a.stop()
}

// zipOf is a zip of stored members: name, content, name, content, ...
func zipOf(t testing.TB, members ...string) []byte { return zipMethod(t, zip.Store, members...) }

func zipMethod(t testing.TB, method uint16, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(members); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: members[i], Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func le32(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }

func fail(t testing.TB, what string, got, want any) {
	t.Helper()
	if g, w := fmt.Sprint(got), fmt.Sprint(want); g != w {
		t.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// torchLegacy is a file as torch wrote it before 1.6: five pickles, then storages.
func torchLegacy(object []byte, n int) []byte {
	var b bytes.Buffer
	b.WriteString("\x80\x02\x8a\x0a" + torchMagic + ".\x80\x02M\xe9\x03.")
	b.WriteString("\x80\x02}q\x00(X\x10\x00\x00\x00protocol_versionM\xe9\x03u.")
	b.Write(object)
	b.WriteString("\x80\x02]X\x01\x00\x00\x000a.")
	b.Write(le64(uint64(n)))
	b.Write(make([]byte, 4*n))
	return b.Bytes()
}

// torchPickleOf names a tensor of n floats, n larger than 65535.
func torchPickleOf(n int) []byte {
	a := new(asm).proto(2).global("torch._utils", "_rebuild_tensor_v2").op(opMark).op(opMark)
	a.str("storage").global("torch", "FloatStorage").str("0").str("cpu").op(opBinInt).raw(le32(uint32(n))).op(opTuple).op(opBinPersID)
	a.op(opBinInt1, 0).op(opBinInt).raw(le32(uint32(n))).op(opTuple1).op(opBinInt1, 1).op(opTuple1).op(opNewFalse)
	return a.global("collections", "OrderedDict").op(opEmptyTuple).op(opReduce).op(opTuple).op(opReduce).stop()
}

// joblibFile is a dict with one array of three floats, whose bytes lie in the stream.
func joblibFile() []byte {
	a := new(asm).proto(3).op(opEmptyDict).op(opMark).str("w")
	a.global("joblib.numpy_pickle", "NumpyArrayWrapper").op(opEmptyTuple).op(opNewObj).op(opEmptyDict).op(opMark)
	a.str("subclass").global("numpy", "ndarray").str("shape").op(opBinInt1, 3).op(opTuple1).str("order").str("C")
	a.str("dtype").global("numpy", "dtype").str("f4").op(opNewFalse).op(opNewTrue).op(opTuple3).op(opReduce)
	a.op(opMark).op(opBinInt1, 3).str("<").op(opNone).op(opNone).op(opNone).op(opTuple).op(opBuild)
	a.str("allow_mmap").op(opNewTrue).str("numpy_array_alignment_bytes").op(opBinInt1, 16).op(opSetItems).op(opBuild)
	a.raw("\x03\xff\xff\xff" + "................"[:12])
	return a.str("v").op(opBinInt1, 7).op(opSetItems).stop()
}

// framed is a pickle of protocol 4 with an honest frame.
func framed() []byte {
	body := "\x8c\x05hello\x94."
	return []byte("\x80\x04\x95" + string(le64(uint64(len(body)))) + body)
}

func npyFile(header, data string) []byte {
	for (10+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	return []byte("\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(header)))) + header + data)
}

const kerasDense = `{"module":"keras.src.models","class_name":"Sequential","config":{"name":"s","layers":[{"module":"keras.layers","class_name":"Dense","config":{"units":3},"registered_name":null}]}}`

// tarOf is a tar of regular files: name, content, ...
func tarOf(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i+1 < len(members); i += 2 {
		if err := w.WriteHeader(&tar.Header{Name: members[i], Mode: 0o644, Size: int64(len(members[i+1])), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// data32 gives the file 32 bytes of data.
func (b *ggufBuilder) data32() *ggufBuilder {
	b.data = 16
	return b
}

// tfliteFile is a FlatBuffer with one custom operator and one empty list of subgraphs.
func tfliteFile(op string) []byte {
	var b bytes.Buffer
	u16 := func(ns ...uint16) {
		for _, n := range ns {
			b.Write(binary.LittleEndian.AppendUint16(nil, n))
		}
	}
	u32 := func(ns ...uint32) {
		for _, n := range ns {
			b.Write(binary.LittleEndian.AppendUint32(nil, n))
		}
	}
	u32(20)                  // 0: root table
	b.WriteString("TFL3")    // 4
	u16(12, 16, 4, 8, 12, 0) // 8: vtable of Model: version, operator_codes, subgraphs, description
	u32(12)                  // 20: table, vtable 12 bytes in front
	u32(3)                   // 24: version
	u32(8, 24)               // 28: operator_codes at 36, 32: subgraphs at 56
	u32(1, 12)               // 36: one operator code, at 40+12=52
	u16(8, 8, 0, 4)          // 44: vtable of OperatorCode: -, custom_code
	u32(8)                   // 52: table
	u32(8)                   // 56: custom_code at 64; also the empty list of subgraphs
	u32(0)                   // 60
	u32(uint32(len(op)))     // 64
	b.WriteString(op + "\x00")
	return b.Bytes()
}
