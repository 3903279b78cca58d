package packages

import (
	"context"
	"strings"

	"github.com/anchore/syft/syft/pkg"
	"github.com/anchore/syft/syft/pkg/cataloger/conda"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// collectCondaEnvironment reads environment.yml with its nested pip list, and MLflow's
// python_env.yaml, whose list is pip's.
func collectCondaEnvironment(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	docs := tree.Of(f)
	if docs.Template {
		return nil
	}
	r := &reader{file: f, out: out, source: "conda"}
	if docs.Err != nil {
		r.malformed(0, docs.Err)
	}
	for _, root := range docs.Docs {
		if root.Has("build_dependencies") && root.Has("python") { // MLflow, "python_env.yaml"
			r.source = "requirements"
			r.requirements(root.Get("build_dependencies"), "build")
			r.requirements(root.Get("dependencies"), "runtime")
			continue
		}
		channel := ""
		if channels := root.Get("channels").Strings(); len(channels) == 1 {
			channel = channels[0]
		}
		for _, item := range items(root.Get("dependencies")) {
			r.condaItem(item, channel)
		}
	}
	return nil
}

func (r *reader) condaItem(item *tree.Node, channel string) {
	switch item.Kind {
	case tree.String:
		p, ok := matchSpec(item.Text)
		if !ok {
			r.out.AddProblem(r.at(item), sbom.FamilyPackages, "malformed", "not a conda match specification")
			return
		}
		if p.Index == "" {
			p.Index = channel
		}
		p.Scope = "runtime"
		r.add(p, r.at(item))
	case tree.Map:
		for _, line := range items(item.Get("pip")) {
			text := stripComment(line.Str())
			p, ok := requirementLine(text)
			if !ok {
				r.out.AddProblem(r.at(line), sbom.FamilyPackages, "malformed", "not a requirement of pip")
				continue
			}
			p.Scope, p.Source = "runtime", "conda"
			if p.Option != "" && p.Option != optEditable {
				p.Source, p.Scope = "option", ""
			}
			r.add(p, r.at(line))
		}
	}
}

// matchSpec parses channel::name=version=build (conda, "Package match specifications").
// One = before the version is a prefix match, == an exact one, and with a build string
// the version is exact as well.
func matchSpec(text string) (p sbom.Package, ok bool) {
	p.Ecosystem = "conda"
	text = stripComment(text)
	if bracket := strings.IndexByte(text, '['); bracket >= 0 {
		text = text[:bracket]
	}
	if channel, rest, has := strings.Cut(text, "::"); has {
		p.Index, text = channel, rest
	}
	end := strings.IndexAny(text, " =<>!~")
	if end < 0 {
		end = len(text)
	}
	p.Name = strings.ToLower(strings.TrimSpace(text[:end]))
	if p.Name == "" || strings.ContainsAny(p.Name, "/\\\"'{}") {
		return p, false
	}
	p.Constraint = strings.Join(strings.Fields(text[end:]), " ")
	exact, isExact := strings.CutPrefix(p.Constraint, "==")
	if !isExact {
		var build string
		var single bool
		if exact, single = strings.CutPrefix(p.Constraint, "="); single {
			exact, build, isExact = strings.Cut(exact, "=")
			isExact = isExact && build != ""
		}
	} else {
		exact, _, _ = strings.Cut(exact, "=")
	}
	if isExact && !strings.ContainsAny(exact, "*,|<>") {
		p.Version = strings.TrimSpace(exact)
	}
	return p, true
}

// collectCondaLock reads conda-lock's unified lock file, version 1.
func collectCondaLock(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	docs := tree.Of(f)
	r := &reader{file: f, out: out, source: "lock"}
	if docs.Err != nil {
		r.malformed(0, docs.Err)
	}
	for _, root := range docs.Docs {
		for _, t := range items(root.Get("package")) {
			p := sbom.Package{Name: strings.ToLower(t.Get("name").Str()), Version: t.Get("version").Str(), Ecosystem: "conda", Scope: "runtime"}
			if t.Get("manager").Str() == "pip" {
				p.Ecosystem, p.Name = "pypi", Normalize(p.Name)
			}
			if t.Get("category").Str() == "dev" {
				p.Scope = "dev"
			}
			for _, pair := range pairs(t.Get("hash")) {
				p.Hashes = append(p.Hashes, pair.Key+":"+pair.Value.Str())
			}
			p.Index = t.Get("url").Str()
			r.add(p, r.at(t.Get("name")))
		}
	}
	return nil
}

func pairs(n *tree.Node) []tree.Pair {
	if n == nil {
		return nil
	}
	return n.Pairs
}

// collectCondaMeta reads the record of one installed Conda package through syft.
func collectCondaMeta(ctx context.Context, f *sbom.File, out *sbom.Inventory) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	found, err := catalog(ctx, conda.NewCondaMetaCataloger(), map[string][]byte{f.Path: data})
	if err != nil {
		out.AddProblem(sbom.At{Path: f.Path, Offset: -1}, sbom.FamilyPackages, "malformed", err.Error())
	}
	for _, s := range found {
		p := sbom.Package{Name: strings.ToLower(s.Name), Version: s.Version, Ecosystem: "conda", Source: "installed", At: f.At(1)}
		if meta, ok := s.Metadata.(pkg.CondaMetaPackage); ok {
			p.Index = meta.Channel
			if meta.SHA256 != "" {
				p.Hashes = []string{"sha256:" + meta.SHA256}
			}
		}
		add(out, p)
		keepLicenses(out, p, s)
	}
	return nil
}
