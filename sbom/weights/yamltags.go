package weights

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// yamlCollector reads the configurations beside a model whose tags call something: PyYAML's
// unsafe loaders run them, and so do the frameworks that use those for their own files.
var yamlCollector = sbom.Collector{
	Name:     "weights/yaml",
	Families: []sbom.Family{sbom.FamilyWeights},
	Match: func(f *sbom.File) bool {
		return isYAML(strings.ToLower(f.Name())) && !isSite(f.Name()) && f.Size <= maxTargets
	},
	Collect: collectYAML,
}

func isYAML(base string) bool {
	ext := path.Ext(base)
	return ext == ".yaml" || ext == ".yml" || base == "mlmodel"
}

// isSite tells the configuration of MkDocs, which names its extensions by tags.
func isSite(base string) bool { return strings.HasPrefix(base, "mkdocs") }

func collectYAML(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	text, err := f.Bytes()
	if err != nil {
		return err
	}
	w := sbom.Weights{
		Path: f.Path, Format: "yaml", SizeBytes: f.Size, Content: "read", Executable: sbom.Unresolved, CoversFile: sbom.Unstated, At: sbom.At{Path: f.Path},
	}
	w.SHA256, w.DigestSource = f.SHA256()
	yamlTags(&w, text)
	if callsSomething(&w) {
		out.Weights = append(out.Weights, w)
	}
	return nil
}

func callsSomething(w *sbom.Weights) bool {
	return slices.ContainsFunc(w.Imports, func(i sbom.Import) bool { return i.Mode == "call" })
}

// readYAML reads a configuration inside of an archive.
func readYAML(r io.ReaderAt, size int64, w *sbom.Weights) (end int64, err error) {
	w.Executable, w.CoversFile = sbom.No, sbom.Yes
	text, err := readRange(r, 0, size, size, maxTargets)
	if err != nil {
		return -1, err
	}
	yamlTags(w, text)
	if !callsSomething(w) {
		w.Imports = nil
	}
	return size, nil
}

var (
	// yamlTag is a tag that PyYAML's unsafe loaders resolve (yaml/constructor.py,
	// UnsafeConstructor), short or in full.
	yamlTag = regexp.MustCompile(`!(?:!|<tag:yaml\.org,2002:)python/(object/apply|object/new|object|name|module):([\w.]+)`)
	// yamlHandle is a directive that gives the prefix of a tag another name (YAML 1.2.2,
	// section 6.8.2).
	yamlHandle = regexp.MustCompile(`(?m)^%TAG[ \t]+(!\w*!?)[ \t]+(?:tag:yaml\.org,2002:|!!)(\S*)`)
	// yamlEscape is a tag with an escape (section 5.6, ns-uri-char).
	yamlEscape = regexp.MustCompile(`![\w!<:./,-]*%[0-9A-Fa-f]{2}[^\s\]},]*`)
)

// yamlTags lists what the Python tags of a configuration name.
func yamlTags(w *sbom.Weights, text []byte) {
	if text = plainTags(text); !bytes.Contains(text, []byte("python/")) {
		return
	}
	for _, m := range yamlTag.FindAllSubmatchIndex(text, -1) {
		if len(w.Imports) >= maxImports {
			return
		}
		addTag(w, text, m)
	}
}

func addTag(w *sbom.Weights, text []byte, m []int) {
	kind, name := string(text[m[2]:m[3]]), string(text[m[4]:m[5]])
	module, mode := "", "ref"
	switch i := strings.LastIndexByte(name, '.'); {
	case i > 0:
		module, name = name[:i], name[i+1:]
	case kind != "module": // yaml/constructor.py, find_python_name
		module = "builtins"
	}
	switch kind {
	case "object/apply", "object/new", "module": // importing a module runs it
		mode = "call"
	case "object":
		mode = "new"
	}
	addImport(w, module, name, mode, int64(min(m[0], len(text))))
}

// plainTags is the text with its tags as they stand without directives and escapes.
func plainTags(text []byte) []byte {
	if bytes.Contains(text, []byte("%TAG")) {
		for _, m := range yamlHandle.FindAllSubmatch(text, 8) {
			text = bytes.ReplaceAll(text, m[1], append([]byte("!!"), m[2]...))
		}
	}
	if bytes.IndexByte(text, '%') < 0 {
		return text
	}
	return yamlEscape.ReplaceAllFunc(text, func(tag []byte) []byte {
		if plain, err := url.PathUnescape(string(tag)); err == nil {
			return []byte(plain)
		}
		return tag
	})
}
