package attest

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// loadableExtensions are names under which frameworks load code or weights from a model
// directory without being told the exact name.
var loadableExtensions = []string{
	".py", ".pyc", ".pyd", ".pyx", ".so", ".dll", ".dylib", ".sh", ".ipynb", ".jar", ".whl", ".egg", ".wasm", ".js",
	".safetensors", ".gguf", ".ggml", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".dill", ".joblib", ".skops", ".npy", ".npz",
	".h5", ".hdf5", ".keras", ".onnx", ".pb", ".tflite", ".msgpack", ".nemo", ".mar", ".engine", ".plan", ".trt", ".mlmodel",
	".pdparams", ".pdmodel", ".llamafile", ".ot", ".bst", ".ubj", ".cbm", ".pmml", ".ptl", ".torchscript", ".distcp",
}

// magics are the first bytes of files that hold code or weights under any name.
var magics = [][]byte{
	[]byte("PK\x03\x04"), []byte("GGUF"), []byte("\x89HDF\r\n\x1a\n"), []byte("\x7fELF"), []byte("MZ"), []byte("#!"),
	[]byte("\x93NUMPY"), {0xcf, 0xfa, 0xed, 0xfe}, {0xca, 0xfe, 0xba, 0xbe}, []byte("\x00asm"), []byte("ggml"), []byte("ggjt"),
	{0x80, 0x02}, {0x80, 0x03}, {0x80, 0x04}, {0x80, 0x05}, // pickle protocols 2 to 5
}

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
	head := make([]byte, 16)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return true
	}
	head = head[:n]
	if slices.ContainsFunc(magics, func(m []byte) bool { return bytes.HasPrefix(head, m) }) {
		return true
	}
	return len(head) > 9 && head[8] == '{' && binary.LittleEndian.Uint64(head) <= maxSafetensorsHeader
}
