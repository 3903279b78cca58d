package weights

import (
	"path"
	"strings"
)

// formatsByExtension is the format that a file name promises. Content decides what a
// file is; the name only adds an expectation and tells whether a file that is not
// here (a Git LFS pointer) would be a model file.
var formatsByExtension = map[string]string{
	".safetensors": "safetensors",
	".gguf":        "gguf",
	".ggml":        "ggml",
	".pt":          "torch", ".pth": "torch", ".ckpt": "torch", ".bin": "torch", ".ptl": "torch", ".mar": "torch-mar",
	".pkl": "pickle", ".pickle": "pickle", ".p": "pickle", ".dill": "pickle", ".joblib": "joblib",
	".npy": "npy", ".npz": "npz", ".skops": "skops",
	".keras": "keras-v3", ".h5": "hdf5", ".hdf5": "hdf5", ".hdf": "hdf5",
	".onnx": "onnx", ".tflite": "tflite", ".lite": "tflite", ".pb": "tensorflow", ".pbtxt": "tensorflow",
	".nemo": "nemo", ".pmml": "pmml", ".msgpack": "flax", ".ubj": "xgboost", ".cbm": "catboost", ".mlmodel": "coreml",
	".mlpackage": "coreml", ".llamafile": "llamafile", ".orbax": "orbax", ".engine": "tensorrt", ".plan": "tensorrt",
	".pdparams": "paddle", ".pdmodel": "paddle", ".pdiparams": "paddle", ".params": "mxnet", ".t7": "torch7",
	".rds": "r", ".model": "model",
}

// formatOfName is the format that the name of a file promises, "" when it says nothing.
func formatOfName(name string) string {
	base := strings.ToLower(path.Base(name))
	switch base {
	case "openvino_model.bin", "openvino_language_model.bin", "openvino_tokenizer.bin", "openvino_detokenizer.bin":
		return "openvino"
	case "tokenizer.model", "spiece.model", "sentencepiece.bpe.model":
		return "" // sentencepiece vocabularies hold no weights
	case "fingerprint.pb":
		return "" // of a SavedModel: checksums only
	case "training_args.bin", "optimizer.bin", "scheduler.bin":
		return "torch"
	}
	ext := path.Ext(base)
	for _, packed := range []string{".gz", ".xz", ".bz2", ".lz4", ".zst", ".z", ".lzma"} {
		if ext == packed { // model.pkl.gz
			ext = path.Ext(strings.TrimSuffix(base, packed))
			break
		}
	}
	if ext == ".pb" && !strings.Contains(base, "model") && !strings.Contains(base, "graph") && !strings.Contains(base, "frozen") {
		return "" // any message of protocol buffers
	}
	return formatsByExtension[ext]
}

// isPathFile recognises a path configuration file of Python's module site, which shares
// its extension with torch: lines of text.
func isPathFile(name string, head []byte) bool {
	if !strings.HasSuffix(strings.ToLower(name), ".pth") || len(head) == 0 {
		return false
	}
	for _, c := range head {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	line, _, _ := strings.Cut(string(head), "\n")
	return strings.HasPrefix(line, "import ") || strings.ContainsAny(line[:1], "/.#") || !strings.Contains(strings.TrimSpace(line), " ")
}
