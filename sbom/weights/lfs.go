package weights

import (
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxPointerHead bounds what is read of a pointer: the Git LFS specification, section
// "The Pointer", allows less than 1024 bytes.
const maxPointerHead = 1024

// lfsCollector states what a Git LFS pointer stands for when the name is that of a
// model file. The bytes are not here: content is not_fetched, never read. Where what was
// not fetched may run code, or the name does not say what it is, that is a Problem as
// well: nobody looked, so that no policy about content may pass.
var lfsCollector = sbom.Collector{
	Name:     "weights/lfs",
	Families: []sbom.Family{sbom.FamilyWeights},
	Match:    func(f *sbom.File) bool { return isPointer(f) && (formatOfName(f.Path) != "" || !noModelName(f.Path)) },
	Collect:  collectPointer,
}

// isPointer tells whether a file is, or claims to be, a Git LFS pointer: also one that
// a program cut or appended to is none of the formats below.
func isPointer(f *sbom.File) bool {
	if f.Size >= maxPointerHead {
		return false
	}
	return sbom.IsLFSPointer(f.Head, f.Size) || strings.HasPrefix(string(f.Head), "version https://git-lfs.github.com/spec/") ||
		strings.HasPrefix(string(f.Head), "version https://hawser.github.com/spec/")
}

func collectPointer(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	format := formatOfName(f.Path)
	w := sbom.Weights{
		Path: f.Path, Format: format, Expected: format, Content: "not_fetched", DigestSource: "none",
		Executable: sbom.Unresolved, CoversFile: sbom.Unresolved, SizeBytes: f.Size, At: sbom.At{Path: f.Path},
	}
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	oid, size, err := parsePointer(content)
	if err != nil {
		out.AddProblem(sbom.At{Path: f.Path}, sbom.FamilyWeights, "malformed", err.Error())
	} else {
		w.SHA256, w.SizeBytes, w.DigestSource = oid, size, "lfs_pointer"
		if reason := unread(format); reason != "" {
			out.AddProblem(sbom.At{Path: f.Path, Offset: -1}, sbom.FamilyWeights, "not_fetched", reason)
		}
	}
	if format != "" {
		out.Weights = append(out.Weights, w)
	}
	return nil
}

// tensorsAlone are formats that hold nothing but tensors and their names: there is nothing
// in them that a control of contents could find.
var tensorsAlone = map[string]bool{"safetensors": true, "npy": true, "flax": true, "ggml": true}

// unread says why a pointer to a file of the promised format leaves something open, ""
// for formats whose loaders run nothing of the file.
func unread(format string) string {
	switch {
	case format == "":
		return "only a Git LFS pointer is here, and its name does not say what it points to"
	case tensorsAlone[format]:
		return ""
	case dataOnly[format]:
		return "only a Git LFS pointer is here, to " + format + ": its templates and operators are not known"
	}
	return "only a Git LFS pointer is here, to " + format + ", which may run code when it is loaded"
}

// parsePointer reads a pointer strictly (Git LFS specification v1, "The Pointer"):
// version first, then the other keys sorted, one per line. A missing last line feed is accepted, as git-lfs does.
func parsePointer(content []byte) (oid string, size int64, err error) {
	oid, size, err = sbom.ParseLFSPointer(content)
	if err != nil {
		return "", 0, err
	}
	text := string(content)
	if !strings.HasPrefix(text, "version https://git-lfs.github.com/spec/v1\n") {
		return "", 0, faultf("malformed", 0, "LFS pointer is not of version 1")
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	previous := ""
	for i, line := range lines {
		key, value, ok := strings.Cut(line, " ")
		if !ok || value == "" || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" {
			return "", 0, faultf("malformed", 0, "LFS pointer line %d is not \"key value\"", i+1)
		}
		if i > 0 && key <= previous {
			return "", 0, faultf("malformed", 0, "LFS pointer key %q is repeated or out of order", clip(key, 40))
		}
		if i > 0 {
			previous = key
		} else if key != "version" {
			return "", 0, faultf("malformed", 0, "LFS pointer does not begin with its version")
		}
	}
	return oid, size, nil
}
