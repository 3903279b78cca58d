package decide

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/source"
	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/pointer"
)

// maxLineFileBytes bounds the files whose lines identify a finding; findings in larger
// files are identified by their subject alone.
const maxLineFileBytes = 8 << 20

// Lines returns the SHA-256 of the trimmed text of lines of the source, for
// fingerprints: the text itself may be a secret, and what identifies a finding is stored
// with the decision. It keeps the files it has read and is for one goroutine.
func Lines(src *source.Source) engine.Lines {
	files := reader{src: src, seen: map[string][]byte{}}
	return func(path string, line int) string {
		content := files.read(path)
		for range line - 1 {
			i := bytes.IndexByte(content, '\n')
			if i < 0 {
				return ""
			}
			content = content[i+1:]
		}
		text, _, _ := bytes.Cut(content, []byte("\n"))
		if text = bytes.TrimSpace(text); len(text) == 0 || line < 1 {
			return ""
		}
		sum := sha256.Sum256(text)
		return hex.EncodeToString(sum[:])
	}
}

// locate finds the lines of findings that policies place by JSON pointer, and returns
// what it found by path#pointer.
func locate(src *source.Source, results []engine.Result) map[string][2]int {
	files, found := reader{src: src, seen: map[string][]byte{}}, map[string][2]int{}
	parsed := map[string]*sbom.File{} // a File keeps its parse for the next pointer into it
	engine.Locate(results, func(path, to string) (line, column int) {
		if parsed[path] == nil {
			parsed[path] = sbom.NewFile(path, files.read(path))
		}
		line, column = pointer.Line(parsed[path], to)
		found[path+"#"+to] = [2]int{line, column}
		return line, column
	})
	return found
}

// locateRecorded places findings as they were placed when they were recorded.
func locateRecorded(found map[string][2]int, results []engine.Result) {
	engine.Locate(results, func(path, to string) (line, column int) {
		at := found[path+"#"+to]
		return at[0], at[1]
	})
}

// reader reads files of a source once.
type reader struct {
	src  *source.Source
	seen map[string][]byte
}

// read returns nil for a file that is not there, not regular or too large.
func (r *reader) read(path string) []byte {
	content, ok := r.seen[path]
	if ok || !fs.ValidPath(path) {
		return content
	}
	if info, err := fs.Stat(r.src.FS, path); err == nil && info.Mode().IsRegular() && info.Size() <= maxLineFileBytes {
		if content, err = fs.ReadFile(r.src.FS, path); err != nil {
			content = nil
		}
	}
	r.seen[path] = content
	return content
}
