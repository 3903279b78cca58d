package weights

import (
	"bytes"
	"io"
	"strconv"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// Models of gradient boosting libraries hold numbers and names of features. They are
// recognised so that they are not taken for something unknown.

// isGGML recognises the formats that GGUF replaced (llama.cpp, llama-file magics).
func isGGML(head []byte, _ int64) bool {
	for _, magic := range []string{"lmgg", "fmgg", "tjgg", "algg", "ggml", "ggmf", "ggjt", "ggla"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

// readOpaque states that a format is known, holds data only, and is not looked into.
func readOpaque(_ io.ReaderAt, _ int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Unresolved
	return -1, nil
}

// isFastText recognises fastText's binary model (src/fasttext.cc,
// FASTTEXT_FILEFORMAT_MAGIC_INT32).
func isFastText(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("\xba\x16\x4f\x2f")) }

// isWord2Vec recognises word2vec's binary vectors, which begin with their number and
// their width in text (word2vec.c, TrainModel) and a word.
func isWord2Vec(head []byte, size int64) bool {
	line, rest, found := bytes.Cut(head[:min(len(head), 64)], []byte("\n"))
	words, width, two := bytes.Cut(line, []byte(" "))
	if !found || !two || len(rest) == 0 {
		return false
	}
	n, err1 := strconv.ParseInt(string(words), 10, 40)
	d, err2 := strconv.ParseInt(string(bytes.TrimSpace(width)), 10, 20)
	return err1 == nil && err2 == nil && n > 0 && d > 0 && size > n*d*4
}
