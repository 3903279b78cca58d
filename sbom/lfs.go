package sbom

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// maxPointerBytes is the limit of the Git LFS specification, section "The Pointer":
// pointer files must be less than 1024 bytes.
const maxPointerBytes = 1024

var (
	pointerVersion = []byte("version https://git-lfs.github.com/spec/v1\n")
	pointerOID     = regexp.MustCompile(`(?m)^oid sha256:([0-9a-f]{64})$`)
	pointerSize    = regexp.MustCompile(`(?m)^size ([0-9]{1,18})$`)
)

// IsLFSPointer tells whether a file of the given size that starts with head claims to
// be a Git LFS pointer.
func IsLFSPointer(head []byte, size int64) bool {
	return size < maxPointerBytes && bytes.HasPrefix(head, pointerVersion)
}

// ParseLFSPointer reads a Git LFS pointer (Git LFS specification v1, "The Pointer"):
// the lower-case hex SHA-256 and the size in bytes of the content it stands for.
func ParseLFSPointer(content []byte) (oid string, sizeBytes int64, err error) {
	m, s := pointerOID.FindSubmatch(content), pointerSize.FindSubmatch(content)
	if m == nil {
		return "", 0, fmt.Errorf("LFS pointer has no line %q", "oid sha256:<64 hex digits>")
	}
	if s == nil {
		return "", 0, fmt.Errorf("LFS pointer has no line %q", "size <bytes>")
	}
	sizeBytes, err = strconv.ParseInt(string(s[1]), 10, 64)
	return string(m[1]), sizeBytes, err
}

// lfsRule is one line of a .gitattributes file that switches the lfs filter.
type lfsRule struct {
	dir     string // directory of the .gitattributes file, "." for the root
	pattern string
	lfs     bool
}

// parseAttributes reads the filter attribute of a .gitattributes file (gitattributes(5)).
func parseAttributes(dir string, content []byte) []lfsRule {
	var rules []lfsRule
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) < 2 || strings.HasPrefix(fields[0], "#") || strings.HasPrefix(fields[0], "[attr]") {
			continue
		}
		for _, attr := range fields[1:] {
			if strings.HasPrefix(attr, "filter=") || attr == "-filter" || attr == "!filter" {
				rules = append(rules, lfsRule{dir: dir, pattern: fields[0], lfs: attr == "filter=lfs"})
			}
		}
	}
	return rules
}

// tracked tells whether the last rule that matches name switches the lfs filter on.
func tracked(rules []lfsRule, name string) bool {
	lfs := false
	for _, r := range rules {
		if r.matches(name) {
			lfs = r.lfs
		}
	}
	return lfs
}

func (r lfsRule) matches(name string) bool {
	rel := name
	if r.dir != "." {
		var below bool
		if rel, below = strings.CutPrefix(name, r.dir+"/"); !below {
			return false
		}
	}
	pattern := r.pattern
	if !strings.Contains(strings.TrimSuffix(pattern, "/"), "/") {
		ok, _ := path.Match(pattern, path.Base(rel))
		return ok
	}
	return matchSegments(strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(rel, "/"))
}

// matchSegments matches a gitignore(5) pattern with "**" segments.
func matchSegments(pattern, name []string) bool {
	if len(pattern) == 0 {
		return len(name) == 0
	}
	if pattern[0] == "**" {
		for i := range len(name) + 1 {
			if matchSegments(pattern[1:], name[i:]) {
				return true
			}
		}
		return false
	}
	if len(name) == 0 {
		return false
	}
	ok, _ := path.Match(pattern[0], name[0])
	return ok && matchSegments(pattern[1:], name[1:])
}
