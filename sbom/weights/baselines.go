package weights

import (
	"encoding/base64"
	"errors"
	"io"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// maxBaselines bounds the member that describes an agent.
const maxBaselines = 64 << 20

// readBaselines reads the member "data" of an agent of Stable-Baselines3
// (common/save_util.py, data_to_json): JSON in which what JSON cannot say is a pickle of
// cloudpickle in base64, under ":serialized:".
func readBaselines(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable = sbom.No
	w.CoversFile = sbom.Yes
	text, err := readRange(r, 0, size, size, maxBaselines)
	if err != nil {
		return -1, err
	}
	root, err := tree.JSON(text)
	if err != nil {
		return -1, faultf("malformed", 0, "description of an agent: %v", err)
	}
	var bad []error
	for _, pair := range root.Pairs {
		serialized := pair.Value.Get(":serialized:").Str()
		if serialized == "" {
			continue
		}
		w.Executable = sbom.Yes
		if err := readSerialized(w, pair.Key, serialized); err != nil && len(bad) < maxOddities {
			bad = append(bad, err)
		}
	}
	return size, errors.Join(bad...)
}

// readSerialized reads one pickle in base64.
func readSerialized(w *sbom.Weights, key, serialized string) error {
	b, err := base64.StdEncoding.DecodeString(serialized)
	if err != nil {
		return faultf("malformed", 0, "%s is no base64: %v", clip(key, maxNameBytes), err)
	}
	inner := sbom.Weights{Executable: sbom.No}
	_, err = readPickle(sliceReader(b), int64(len(b)), &inner)
	for i := range inner.Imports {
		inner.Imports[i].Nested = true
	}
	merge(w, &inner, key)
	return err
}
