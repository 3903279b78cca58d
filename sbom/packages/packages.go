// Package packages finds the Python and Conda packages a system declares, locks or has
// installed. Anchore's syft reads lock files and installed environments; the readers
// here state what syft drops: ranges, unpinned names, direct URLs, index options,
// hashes, and the line of each entry.
//
// It resolves nothing and asks no index: a range stays a range.
package packages

import (
	"bytes"
	"path"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// maxEntries bounds the entries of one file; the largest lock seen has some 3,000.
	maxEntries = 50_000
	// maxLineBytes bounds one logical line; pip-compile writes up to 200 hashes of 75 bytes.
	maxLineBytes = 256 << 10
)

var families = []sbom.Family{sbom.FamilyPackages, sbom.FamilyComponents}

// Collectors read one file each.
var Collectors = []sbom.Collector{
	{Name: "packages/requirements", Families: families, Match: isRequirements, Collect: collectRequirements},
	{Name: "packages/pyproject", Families: families, Match: named("pyproject.toml"), Collect: collectPyproject},
	{Name: "packages/pipfile", Families: families, Match: named("Pipfile"), Collect: collectPipfile},
	{Name: "packages/setup", Families: families, Match: named("setup.py", "setup.cfg"), Collect: collectSetup},
	{Name: "packages/pipconf", Families: families, Match: named("pip.conf", "pip.ini", "uv.toml"), Collect: collectPipConf},
	{Name: "packages/lock", Families: families, Match: isTOMLLock, Collect: collectTOMLLock},
	{Name: "packages/pipfile-lock", Families: families, Match: named("Pipfile.lock"), Collect: collectPipfileLock},
	{Name: "packages/conda", Families: families, Match: isCondaEnvironment, Collect: collectCondaEnvironment},
	{Name: "packages/conda-lock", Families: families, Match: isCondaLock, Collect: collectCondaLock},
	{Name: "packages/conda-meta", Families: families, Match: isCondaMeta, Collect: collectCondaMeta},
	{Name: "packages/installed", Families: families, Match: isInstalled, Collect: collectInstalled},
}

// Linkers join what several files say; their order matters.
var Linkers = []sbom.Linker{
	{Name: "packages/installed", Link: linkInstalled},
	{Name: "packages/locked", Link: linkLocked},
	{Name: "packages/components", Link: linkComponents},
}

// vendored tells a file of somebody else's package: its declarations are not ours.
func vendored(p string) bool {
	for part := range strings.SplitSeq(path.Dir(p), "/") {
		switch part {
		case "site-packages", "dist-packages", "node_modules":
			return true
		}
	}
	return false
}

func named(names ...string) func(*sbom.File) bool {
	return func(f *sbom.File) bool {
		base := f.Name()
		for _, name := range names {
			if base == name {
				return !vendored(f.Path)
			}
		}
		return false
	}
}

// isRequirements knows the names people give pip's requirement files; the format has
// no magic.
func isRequirements(f *sbom.File) bool {
	base := strings.ToLower(f.Name())
	switch path.Ext(base) {
	case ".txt", ".in", ".pip":
	case ".lock": // what rye and pip-compile -o write
		return !vendored(f.Path) && strings.HasPrefix(base, "requirements")
	default:
		return false
	}
	return !vendored(f.Path) && (strings.Contains(base, "requirements") || strings.HasPrefix(base, "requirement") ||
		strings.HasPrefix(base, "constraints") || path.Base(f.Dir()) == "requirements")
}

func isTOMLLock(f *sbom.File) bool {
	base := f.Name()
	switch {
	case base == "uv.lock", base == "poetry.lock", base == "pdm.lock":
	case strings.HasSuffix(base, ".py.lock"): // uv lock --script
	case base == "pylock.toml", strings.HasPrefix(base, "pylock.") && strings.HasSuffix(base, ".toml"): // PEP 751, "File Name"
	default:
		return false
	}
	return !vendored(f.Path)
}

// isCondaEnvironment takes any YAML file that is named like an environment and has a
// dependencies key, MLflow's conda.yaml and python_env.yaml included.
func isCondaEnvironment(f *sbom.File) bool {
	base := strings.ToLower(f.Name())
	if ext := path.Ext(base); ext != ".yml" && ext != ".yaml" || vendored(f.Path) || isCondaLock(f) {
		return false
	}
	if !strings.Contains(base, "env") && !strings.Contains(base, "conda") {
		return false
	}
	return bytes.Contains(f.Head, []byte("dependencies:"))
}

func isCondaLock(f *sbom.File) bool {
	base := f.Name()
	return strings.HasSuffix(base, "conda-lock.yml") || strings.HasSuffix(base, "conda-lock.yaml")
}

func isCondaMeta(f *sbom.File) bool {
	return f.Ext() == ".json" && path.Base(f.Dir()) == "conda-meta"
}

// isInstalled matches the records of an installed distribution (PyPA, "Recording
// installed projects") and of an egg.
func isInstalled(f *sbom.File) bool {
	dir := strings.ToLower(path.Base(f.Dir()))
	switch f.Name() {
	case "METADATA", "direct_url.json":
		return strings.HasSuffix(dir, ".dist-info")
	case "PKG-INFO":
		return strings.HasSuffix(dir, ".egg-info")
	}
	return strings.HasSuffix(f.Name(), ".egg-info")
}

// add appends an entry under the limit of the file; it tells whether there is room.
func add(out *sbom.Inventory, p sbom.Package) bool {
	if len(out.Packages) >= maxEntries {
		if len(out.Packages) == maxEntries && len(out.Problems) == 0 {
			out.AddProblem(p.At, sbom.FamilyPackages, "too_many", "file has more than maxEntries (50000) packages; the rest was not read")
		}
		return false
	}
	if p.Locked == "" {
		p.Locked = lockedState(&p)
	}
	if p.Ecosystem == "" {
		p.Ecosystem = "pypi"
	}
	p.URL, p.Index = withoutCredentials(p.URL), withoutCredentials(p.Index)
	p.Framework = p.Name != "" && isFramework(p.Name) || isVCS(p.URL) && isFramework(Normalize(path.Base(repository(p.URL))))
	out.Packages = append(out.Packages, p)
	return true
}

// lockedState is yes for what names its bytes: a version with hashes, a full commit, a
// URL with a digest.
func lockedState(p *sbom.Package) sbom.Tri {
	switch {
	case p.Name == "" && p.URL == "" || p.Option != "" && p.Option != optEditable:
		return sbom.Unstated
	case len(p.Hashes) > 0 && (p.Version != "" || p.URL != ""):
		return sbom.Yes
	case isCommit(p.Revision):
		return sbom.Yes
	}
	return sbom.No
}

func isCommit(s string) bool {
	if len(s) != 40 && len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i] | 0x20; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Normalize is the canonical form of a Python project name (PEP 503, "Normalized Names").
func Normalize(name string) string {
	var b strings.Builder
	dash := false
	for i := range len(name) {
		switch c := name[i]; {
		case c == '-' || c == '_' || c == '.':
			dash = true
			continue
		case 'A' <= c && c <= 'Z':
			c |= 0x20
			fallthrough
		default:
			if dash {
				b.WriteByte('-')
				dash = false
			}
			b.WriteByte(c)
		}
	}
	if dash {
		b.WriteByte('-')
	}
	return b.String()
}
