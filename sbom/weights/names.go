package weights

import (
	"bytes"
	"path"
	"slices"
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
	if notWeights[base] || strings.HasPrefix(base, "dockerfile.") { // Dockerfile.nemo builds an image
		return ""
	}
	switch base {
	case "openvino_model.xml", "openvino_model.bin", "openvino_language_model.bin", "openvino_tokenizer.bin", "openvino_detokenizer.bin":
		return "openvino"
	case "keras_metadata.pb":
		return "tensorflow"
	case "training_args.bin", "optimizer.bin", "scheduler.bin":
		return "torch"
	}
	ext := unpackedExt(base)
	if ext == ".pb" && !strings.Contains(base, "model") && !strings.Contains(base, "graph") && !strings.Contains(base, "frozen") {
		return "" // any message of protocol buffers
	}
	if ext == ".pbtxt" && !strings.Contains(base, "graph") && base != "saved_model.pbtxt" {
		return "" // as text: the configuration of a server, a schema, a map of labels
	}
	return formatsByExtension[ext]
}

// unpackedExt is the extension of a lower-case name below that of a compression:
// model.pkl.gz is a pickle.
func unpackedExt(base string) string {
	ext := path.Ext(base)
	for _, packed := range []string{".gz", ".xz", ".bz2", ".lz4", ".zst", ".z", ".lzma"} {
		if ext == packed {
			return path.Ext(strings.TrimSuffix(base, packed))
		}
	}
	return ext
}

// notWeights are files beside a model that hold no weights whatever their extension says:
// the vocabularies of sentencepiece, and the checksums of a SavedModel.
var notWeights = map[string]bool{"tokenizer.model": true, "spiece.model": true, "sentencepiece.bpe.model": true, "fingerprint.pb": true}

// otherExtensions are those of text, code, media and of data that has readers of its own:
// the only names under which a file that is not here is taken for no model. Archives and
// names that say nothing (model.dat, weights) are not among them.
var otherExtensions = extensions(`
	.md .rst .txt .log .tex .bib .pdf .ps .doc .docx .xls .xlsx .ppt .pptx .odt .ods .odp .epub .html .htm .css .scss .vtt .srt
	.csv .tsv .json .jsonl .ndjson .geojson .xml .yaml .yml .toml .ini .cfg .conf .parquet .arrow .feather .orc .avro .tfrecord .tfrecords .sqlite .sqlite3 .db
	.py .ipynb .js .mjs .cjs .jsx .ts .tsx .map .sh .bash .ps1 .bat .sql .go .rs .java .scala .kt .c .cc .cpp .cxx .h .hpp .cu .cuh .r .rb .php .lua .jl .m .swift .cs .proto .tf .rego
	.so .dll .dylib .exe .jar .whl
	.png .jpg .jpeg .gif .svg .webp .bmp .ico .tif .tiff .heic .avif .psd .exr .hdr .eps .ai .drawio
	.mp4 .mov .avi .mkv .webm .m4v .mpg .mpeg .mp3 .wav .flac .ogg .opus .m4a .aac .aif .aiff .mid
	.fbx .obj .mtl .glb .gltf .blend .ply .stl .usd .usda .usdc .usdz .ttf .otf .eot .woff .woff2`)

func extensions(list string) map[string]bool {
	out := map[string]bool{}
	for _, ext := range strings.Fields(list) {
		out[ext] = true
	}
	return out
}

// noModelName tells the name of a file that is no model.
func noModelName(name string) bool {
	base := strings.ToLower(path.Base(name))
	return notWeights[base] || otherExtensions[unpackedExt(base)]
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

// archiveEndings are those of containers that a model may lie in.
var archiveEndings = []string{
	".zip", ".7z", ".tar", ".tgz", ".tbz2", ".txz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lz4", ".tar.lzma",
}

// archiveName tells the name of an archive: one that cannot be read as any may hold a model.
func archiveName(name string) bool {
	base := strings.ToLower(path.Base(name))
	return slices.ContainsFunc(archiveEndings, func(ending string) bool { return strings.HasSuffix(base, ending) })
}

// noContent recognises what stands in a file when fetching it failed: nothing, zeros, or
// the page of a server.
func noContent(head []byte) bool {
	text := bytes.ToLower(bytes.TrimLeft(head, " \t\r\n\x00"))
	for _, page := range []string{"<!doctype html", "<html", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<error>", "<error>", "{\"error\""} {
		if bytes.HasPrefix(text, []byte(page)) {
			return true
		}
	}
	return len(text) == 0
}
