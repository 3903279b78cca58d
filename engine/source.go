package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// The kinds of a PackSource.
const (
	KindPack     = ""         // controls with annotations, typed by the input schema
	KindLib      = "lib"      // only the modules below mlpolicy.lib are taken
	KindConftest = "conftest" // plain rules over one document each
)

// Limits on one pack. They stop a bundle from filling the memory, and are far above any
// pack in use.
const (
	maxPackFiles = 10_000
	maxRegoBytes = 1 << 20  // of one Rego file
	maxDataBytes = 64 << 20 // of all data files together
)

// PackSource is a pack of policies to load.
type PackSource struct {
	Name   string // "mlpolicy" for the embedded pack
	Source string // where it comes from, as people wrote it
	Kind   string // KindPack, KindLib or KindConftest
	FS     fs.FS  // rooted at the pack
	// Data is the data document of the pack, for packs that are not plain files (a
	// bundle); data.json and data.yaml files of FS are added to it.
	Data map[string]any
	// Digest is the hex SHA-256 that identifies the pack; "" lets Load make one from
	// the files.
	Digest   string
	Signed   bool // a signature was verified
	Embedded bool
	Stages   []Stage // of a conftest pack, whose rules name none
	Level    Level   // default level of its controls, "" for none
}

// packFile is a Rego file of a pack.
type packFile struct {
	path string
	text []byte
}

// packFiles are the files of one pack that matter.
type packFiles struct {
	rego   []packFile // sorted by path
	tests  []packFile
	data   map[string]any
	digest string
}

// readPack walks a pack. Names that begin with a dot are skipped, as opa does.
func readPack(p PackSource) (*packFiles, error) {
	out := &packFiles{data: map[string]any{}}
	if p.Data != nil {
		out.data = cloneTree(p.Data)
	}
	sum := sha256.New()
	files, dataBytes := 0, 0
	err := fs.WalkDir(p.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		base := path.Base(name)
		rego, data := path.Ext(name) == ".rego", base == "data.json" || base == "data.yaml" || base == "data.yml"
		if d.IsDir() || !rego && !data {
			return nil
		}
		if files++; files > maxPackFiles {
			return fmt.Errorf("pack has more than %d files", maxPackFiles)
		}
		content, err := fs.ReadFile(p.FS, name)
		if err != nil {
			return err
		}
		test := strings.HasSuffix(name, "_test.rego")
		if !test {
			fmt.Fprintf(sum, "%s %x\n", name, sha256.Sum256(content))
		}
		if data {
			if dataBytes += len(content); dataBytes > maxDataBytes {
				return fmt.Errorf("%s: data of the pack is larger than %d bytes", name, maxDataBytes)
			}
			return out.addData(name, content)
		}
		if len(content) > maxRegoBytes {
			return fmt.Errorf("%s: file is larger than %d bytes", name, maxRegoBytes)
		}
		if test {
			out.tests = append(out.tests, packFile{name, content})
		} else {
			out.rego = append(out.rego, packFile{name, content})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if p.Data != nil {
		text, err := json.Marshal(p.Data)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		sum.Write(text)
	}
	out.digest = p.Digest
	if out.digest == "" {
		out.digest = hex.EncodeToString(sum.Sum(nil))
	}
	return out, nil
}

// addData puts the content of a data file below the folders it lies in, as opa does.
func (f *packFiles) addData(name string, content []byte) error {
	var value any
	var err error
	if path.Ext(name) == ".json" {
		err = json.Unmarshal(content, &value)
	} else {
		err = yaml.Unmarshal(content, &value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	tree, ok := value.(map[string]any)
	if !ok {
		return fmt.Errorf("%s: data is no object", name)
	}
	if dir := path.Dir(name); dir != "." {
		steps := strings.Split(dir, "/")
		for _, step := range slices.Backward(steps) {
			tree = map[string]any{step: tree}
		}
	}
	if err := mergeTree(f.data, tree); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// errDataConflict says that two data files give different values for one path.
var errDataConflict = errors.New("two values for one path")

// mergeTree adds from to into; values that are not objects must not meet.
func mergeTree(into, from map[string]any) error {
	for _, key := range slices.Sorted(maps.Keys(from)) {
		value := from[key]
		old, there := into[key]
		if !there {
			into[key] = value
			continue
		}
		a, ok1 := old.(map[string]any)
		b, ok2 := value.(map[string]any)
		if !ok1 || !ok2 {
			return fmt.Errorf("data.%s: %w", key, errDataConflict)
		}
		if err := mergeTree(a, b); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// cloneTree copies the objects of a tree, so that merging does not change the caller's.
func cloneTree(tree map[string]any) map[string]any {
	out := make(map[string]any, len(tree))
	for key, value := range tree {
		if inner, ok := value.(map[string]any); ok {
			value = cloneTree(inner)
		}
		out[key] = value
	}
	return out
}
