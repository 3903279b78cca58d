package packages

import (
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// collectTOMLLock reads uv.lock, poetry.lock, pdm.lock and pylock.toml (PEP 751): an
// array of tables, one per package, in four dialects.
func collectTOMLLock(ctx context.Context, f *sbom.File, out *sbom.Inventory) error {
	r := &reader{file: f, out: out, source: "lock"}
	root, err := r.parsed(tree.TOML)
	if err != nil || root == nil {
		return err
	}
	list := root.Get("package")
	if list == nil {
		list = root.Get("packages") // PEP 751
	}
	project := map[string]bool{}
	for _, t := range items(list) {
		if isProject(t) {
			project[Normalize(t.Get("name").Str())] = true
			continue
		}
		p := lockedTable(t)
		if p.Name == "" {
			r.out.AddProblem(r.at(t), sbom.FamilyPackages, "malformed", "locked package has no name")
			continue
		}
		if len(p.Hashes) == 0 { // poetry.lock 1.0: hashes stand in [metadata.files]
			p.Hashes = fileHashes(root.Get("metadata", "files", t.Get("name").Str()))
		}
		at := r.at(t)
		if n := t.Get("name"); n != nil {
			at.Line, at.Column = n.Line, n.Column
		}
		r.add(p, at)
	}
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	syftLock(ctx, f, data, project, out)
	return nil
}

// isProject tells the entries for the project itself and its workspace members.
func isProject(t *tree.Node) bool {
	source := t.Get("source")
	return source.Has("virtual") || source.Has("editable") && source.Get("editable").Str() != "" ||
		t.Has("path") && t.Get("editable").Tri() == sbom.Yes || // pdm.lock
		t.Get("directory", "editable").Tri() == sbom.Yes // PEP 751
}

func lockedTable(t *tree.Node) sbom.Package {
	p := sbom.Package{Name: Normalize(t.Get("name").Str()), Version: t.Get("version").Str(), Scope: lockScope(t)}
	p.Marker = t.Get("marker").Str()
	if p.Marker == "" {
		p.Marker = t.Get("markers").Str()
	}
	p.Hashes = fileHashes(t.Get("files")) // poetry, pdm
	for _, key := range []string{"sdist", "archive"} {
		p.Hashes = append(p.Hashes, fileHash(t.Get(key))...)
	}
	p.Hashes = append(p.Hashes, fileHashes(t.Get("wheels"))...)
	lockedSource(&p, t)
	return p
}

// lockedSource says where the package comes from, in each dialect.
func lockedSource(p *sbom.Package, t *tree.Node) {
	source := t.Get("source")
	p.Index = source.Get("registry").Str() // uv
	if p.Index == "" {
		p.Index = t.Get("index").Str() // PEP 751
	}
	if vcs := source.Get("git").Str(); vcs != "" { // uv: URL?rev=…#commit
		target, commit, _ := strings.Cut(vcs, "#")
		target, _, _ = strings.Cut(target, "?")
		p.URL, p.Revision = "git+"+target, commit
	}
	switch source.Get("type").Str() { // poetry
	case "git":
		p.URL, p.Revision = "git+"+source.Get("url").Str(), source.Get("resolved_reference").Str()
	case "legacy":
		p.Index = source.Get("url").Str()
	case "url", "file", "directory":
		p.URL = source.Get("url").Str()
	}
	if vcs := t.Get("git").Str(); vcs != "" { // pdm
		p.URL, p.Revision = "git+"+strings.TrimPrefix(vcs, "git+"), t.Get("revision").Str()
	}
	if vcs := t.Get("vcs"); vcs.Get("url").Str() != "" { // PEP 751
		p.URL, p.Revision = vcs.Get("type").Str()+"+"+vcs.Get("url").Str(), vcs.Get("commit-id").Str()
	}
	for _, n := range []*tree.Node{source.Get("url"), source.Get("path"), source.Get("directory"), t.Get("url"), t.Get("archive", "url")} {
		if p.URL == "" && source.Get("type").Str() == "" {
			p.URL = n.Str()
		}
	}
}

// lockScope reads the groups of a locked package, where the dialect has them.
func lockScope(t *tree.Node) string {
	if t.Get("category").Str() == "dev" { // poetry.lock 1.x
		return "dev"
	}
	groups := t.Get("groups").Strings() // poetry 2, pdm
	if len(groups) == 0 {
		return ""
	}
	for _, g := range groups {
		if g == "main" || g == "default" {
			return "runtime"
		}
	}
	return "dev"
}

func fileHashes(list *tree.Node) []string {
	var out []string
	for _, f := range items(list) {
		out = append(out, fileHash(f)...)
	}
	return out
}

// fileHash reads hash = "sha256:…" or hashes = {sha256 = "…"}.
func fileHash(f *tree.Node) []string {
	if h := f.Get("hash").Str(); h != "" {
		return []string{h}
	}
	var out []string
	if hashes := f.Get("hashes"); hashes != nil {
		for _, pair := range hashes.Pairs {
			out = append(out, pair.Key+":"+pair.Value.Str())
		}
	}
	return out
}

// collectPipfileLock reads Pipenv's lock file (JSON).
func collectPipfileLock(ctx context.Context, f *sbom.File, out *sbom.Inventory) error {
	r := &reader{file: f, out: out, source: "lock"}
	root, err := r.parsed(tree.JSON)
	if err != nil || root == nil {
		return err
	}
	indexes := map[string]string{}
	for i, s := range items(root.Get("_meta", "sources")) {
		indexes[s.Get("name").Str()] = s.Get("url").Str()
		r.packageSource(s, i == 0)
	}
	for _, section := range root.Pairs {
		if section.Key == "_meta" || section.Value.Kind != tree.Map {
			continue
		}
		scope := "runtime"
		if section.Key != "default" {
			scope = "dev"
		}
		for _, entry := range section.Value.Pairs {
			p := specified(entry.Key, entry.Value, false)
			p.Scope, p.Index = scope, indexes[entry.Value.Get("index").Str()]
			at := r.at(entry.Value)
			at.Line, at.Column = entry.Line, entry.Column
			r.add(p, at)
		}
	}
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	syftLock(ctx, f, data, nil, out)
	return nil
}
