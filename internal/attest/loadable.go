package attest

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// loadableExtensions are names under which frameworks load code or weights from a model
// directory without being told the exact name.
var loadableExtensions = []string{
	".py", ".pyc", ".pyd", ".pyx", ".so", ".dll", ".dylib", ".sh", ".ipynb", ".jar", ".class", ".whl", ".egg", ".wasm",
	".js", ".mjs", ".cjs", ".lua", ".jl", ".r", ".rds", ".exe", ".bat", ".ps1", ".jinja", ".jinja2", ".cu", ".ptx", ".cubin",
	".safetensors", ".gguf", ".ggml", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".dill", ".joblib", ".skops", ".npy", ".npz",
	".h5", ".hdf5", ".keras", ".onnx", ".pb", ".tflite", ".msgpack", ".nemo", ".mar", ".engine", ".plan", ".trt", ".mlmodel",
	".caffemodel", ".mlpackage", ".t7", ".params", ".weights", ".onnx_data", ".mnn", ".rknn",
	".pdparams", ".pdmodel", ".llamafile", ".ot", ".bst", ".ubj", ".cbm", ".pmml", ".ptl", ".torchscript", ".distcp",
}

// magics are the first bytes of files that hold code or weights under any name.
var magics = [][]byte{
	[]byte("PK\x03\x04"), []byte("GGUF"), []byte("\x89HDF\r\n\x1a\n"), []byte("\x7fELF"), []byte("MZ"), []byte("#!"),
	[]byte("\x93NUMPY"), {0xcf, 0xfa, 0xed, 0xfe}, {0xca, 0xfe, 0xba, 0xbe}, []byte("\x00asm"), []byte("ggml"), []byte("ggjt"),
	{0x80, 0x02}, {0x80, 0x03}, {0x80, 0x04}, {0x80, 0x05}, // pickle protocols 2 to 5
}

// rawExtensions are names of weights in formats without first bytes to know them by, and
// of any other data: they count as weights unless they are text.
var rawExtensions = []string{".bin", ".dat", ".data", ".raw", ".model", ".pack", ".idx"}

// headBytes is how much of a file decides what it is.
const headBytes = 64 << 10

// pickledName is how a pickle of protocol 0 to 3 names what it calls: GLOBAL or INST, a
// module and a name on lines of their own (pickletools, "c" and "i").
var pickledName = regexp.MustCompile(`[ci][A-Za-z_][\w.]*\r?\n[A-Za-z_][\w.]*\r?\n`)

// maxSafetensorsHeader bounds the header length of a safetensors file, as the format does.
const maxSafetensorsHeader = 100 << 20

// loadable tells whether a file holds code or weights that something might load: by its
// name, else by its first bytes (a pytorch_model.bin is one, a text called .bin is not).
func loadable(root *os.Root, name string) bool {
	ext := strings.ToLower(path.Ext(name))
	if slices.Contains(loadableExtensions, ext) || strings.Contains(strings.ToLower(path.Base(name)), ".so.") {
		return true
	}
	f, err := root.Open(name)
	if err != nil {
		return true // what cannot be read cannot be cleared
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, headBytes))
	if err != nil {
		return true
	}
	if slices.ContainsFunc(magics, func(m []byte) bool { return bytes.HasPrefix(head, m) }) {
		return true
	}
	if len(head) > 9 && head[8] == '{' && binary.LittleEndian.Uint64(head) <= maxSafetensorsHeader {
		return true
	}
	return slices.Contains(rawExtensions, ext) && !isText(head) || oldPickle(f, head)
}

// isText tells whether the first bytes are text: UTF-8, apart from a character that is
// cut at their end, without NUL.
func isText(head []byte) bool {
	if bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	for cut := range min(utf8.UTFMax, len(head)+1) {
		if utf8.Valid(head[:len(head)-cut]) {
			return true
		}
	}
	return false
}

// oldPickle tells whether a file is a pickle without the header that newer protocols
// have: it ends with STOP and names something to call, by lines or, when it is no text,
// from the stack (STACK_GLOBAL).
func oldPickle(f *os.File, head []byte) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err != nil
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, info.Size()-1); err != nil || last[0] != '.' {
		return err != nil
	}
	return pickledName.Match(head) || !isText(head) && bytes.IndexByte(head, 0x93) >= 0
}
