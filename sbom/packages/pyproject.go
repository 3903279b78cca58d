package packages

import (
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// reader collects the entries of one structured file.
type reader struct {
	file   *sbom.File
	out    *sbom.Inventory
	source string
}

// parsed returns the tree of data, or records why there is none.
func (r *reader) parsed(parse func([]byte) (*tree.Node, error)) (*tree.Node, error) {
	data, err := r.file.Bytes()
	if err != nil {
		return nil, err
	}
	root, err := parse(decodeText(data))
	if err != nil {
		r.malformed(0, err)
		return nil, nil
	}
	return root, nil
}

func (r *reader) malformed(line int, err error) {
	r.out.AddProblem(sbom.At{Path: r.file.Path, Line: line, Offset: -1}, sbom.FamilyPackages, "malformed", err.Error())
}

func (r *reader) at(n *tree.Node) sbom.At { return n.At(r.file.Path) }

func (r *reader) add(p sbom.Package, at sbom.At) {
	p.At = at
	if p.Source == "" {
		p.Source = r.source
	}
	add(r.out, p)
}

// requirement adds one PEP 508 string.
func (r *reader) requirement(n *tree.Node, scope string) {
	if n == nil || n.Kind != tree.String {
		return
	}
	p, ok := requirementLine(n.Text)
	if !ok {
		r.out.AddProblem(r.at(n), sbom.FamilyPackages, "malformed", "not a PEP 508 requirement")
		return
	}
	p.Scope = scope
	r.add(p, r.at(n))
}

func (r *reader) requirements(list *tree.Node, scope string) {
	if list == nil || list.Kind != tree.List {
		return
	}
	for _, item := range list.Items {
		r.requirement(item, scope)
	}
}

// groups adds every list of a table of lists.
func (r *reader) groups(table *tree.Node, scope func(group string) string) {
	if table == nil {
		return
	}
	for _, group := range table.Pairs {
		r.requirements(group.Value, scope(group.Key))
	}
}

func (r *reader) option(name string, n *tree.Node) {
	if n == nil {
		return
	}
	values := []*tree.Node{n}
	if n.Kind == tree.List {
		values = n.Items
	}
	for _, v := range values {
		if v.Str() != "" {
			r.add(sbom.Package{Option: name, URL: v.Str(), Source: "option"}, r.at(v))
		}
	}
}

func constant(s string) func(string) string { return func(string) string { return s } }

// collectPyproject reads PEP 621, PEP 735, Poetry, PDM, uv and Hatch tables.
func collectPyproject(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	r := &reader{file: f, out: out, source: "pyproject"}
	root, err := r.parsed(tree.TOML)
	if err != nil || root == nil {
		return err
	}
	r.requirements(root.Get("build-system", "requires"), "build") // PEP 518
	r.requirements(root.Get("project", "dependencies"), "runtime")
	r.groups(root.Get("project", "optional-dependencies"), constant("optional"))
	r.groups(root.Get("dependency-groups"), constant("dev")) // PEP 735; include-group tables are not strings
	r.poetry(root.Get("tool", "poetry"))
	pdm := root.Get("tool", "pdm")
	r.groups(pdm.Get("dev-dependencies"), constant("dev"))
	for _, s := range items(pdm.Get("source")) {
		r.packageSource(s, s.Get("name").Str() == "pypi")
	}
	if envs := root.Get("tool", "hatch", "envs"); envs != nil {
		for _, env := range envs.Pairs {
			r.requirements(env.Value.Get("dependencies"), "dev")
		}
	}
	r.uv(root.Get("tool", "uv"))
	r.uvSources(root.Get("tool", "uv"))
	return nil
}

// uv reads the settings of [tool.uv] and of uv.toml.
func (r *reader) uv(uv *tree.Node) {
	for _, key := range []string{"dev-dependencies", "constraint-dependencies", "override-dependencies", "build-constraint-dependencies"} {
		r.requirements(uv.Get(key), "dev")
	}
	for _, t := range []*tree.Node{uv, uv.Get("pip")} {
		r.option(optIndex, t.Get("index-url"))
		r.option(optExtraIndex, t.Get("extra-index-url"))
		r.option(optFindLinks, t.Get("find-links"))
		r.option(optTrustedHost, t.Get("allow-insecure-host"))
		r.option(optTrustedHost, t.Get("trusted-host"))
	}
	for _, s := range items(uv.Get("index")) {
		explicit := s.Get("explicit").Tri() == sbom.Yes || s.Get("default").Tri() == sbom.Yes
		r.packageSource(s, explicit)
	}
}

// packageSource is an index beside PyPI, or the one that replaces it. An index that only
// serves the packages that name it cannot shadow another one, so it counts as the latter.
func (r *reader) packageSource(s *tree.Node, replaces bool) {
	name := optExtraIndex
	if replaces {
		name = optIndex
	}
	r.option(name, s.Get("url"))
	if s.Get("verify_ssl").Tri() == sbom.No {
		r.option(optTrustedHost, s.Get("url"))
	}
}

// uvSources applies [tool.uv.sources] to the entries of the file.
func (r *reader) uvSources(uv *tree.Node) {
	sources := uv.Get("sources")
	if sources == nil {
		return
	}
	urls := map[string]string{}
	for _, s := range items(uv.Get("index")) {
		urls[s.Get("name").Str()] = withoutCredentials(s.Get("url").Str())
	}
	for _, pair := range sources.Pairs {
		name := Normalize(pair.Key)
		table := pair.Value
		if list := items(table); len(list) > 0 {
			table = list[0]
		}
		for i := range r.out.Packages {
			if p := &r.out.Packages[i]; p.Name == name {
				from(p, table)
				if index := table.Get("index").Str(); index != "" {
					p.Index = urls[index]
				}
				p.URL, p.Locked = withoutCredentials(p.URL), lockedState(p)
			}
		}
	}
}

// from reads the keys that uv, Poetry and Pipenv share for a package from elsewhere.
func from(p *sbom.Package, table *tree.Node) {
	if vcs := table.Get("git").Str(); vcs != "" {
		p.URL = vcs
		if !isVCS(vcs) {
			p.URL = "git+" + vcs
		}
		for _, key := range []string{"rev", "ref", "tag", "branch"} {
			if v := table.Get(key).Str(); v != "" {
				p.Revision = v
				break
			}
		}
	}
	for _, key := range []string{"url", "path", "file"} {
		if v := table.Get(key).Str(); v != "" {
			setURL(p, v)
		}
	}
	if table.Get("workspace").Tri() == sbom.Yes {
		p.URL = "." // a member of the same workspace
	}
}

func items(n *tree.Node) []*tree.Node {
	if n == nil || n.Kind != tree.List {
		return nil
	}
	return n.Items
}

// poetry reads [tool.poetry] before and after Poetry 2.
func (r *reader) poetry(p *tree.Node) {
	r.poetryTable(p.Get("dependencies"), "runtime")
	r.poetryTable(p.Get("dev-dependencies"), "dev")
	if groups := p.Get("group"); groups != nil {
		for _, g := range groups.Pairs {
			r.poetryTable(g.Value.Get("dependencies"), "dev")
		}
	}
	for _, s := range items(p.Get("source")) {
		priority := strings.ToLower(s.Get("priority").Str())
		r.packageSource(s, priority == "explicit" || priority == "primary" || priority == "default" || s.Get("default").Tri() == sbom.Yes)
	}
}

func (r *reader) poetryTable(table *tree.Node, scope string) {
	if table == nil {
		return
	}
	for _, pair := range table.Pairs {
		if pair.Key == "python" {
			continue
		}
		specs := []*tree.Node{pair.Value}
		if list := items(pair.Value); len(list) > 0 {
			specs = list // multiple constraints
		}
		for _, spec := range specs {
			p := specified(pair.Key, spec, true)
			if p.Scope == "" {
				p.Scope = scope
			}
			at := r.at(spec)
			at.Line, at.Column = pair.Line, pair.Column
			r.add(p, at)
		}
	}
}

// specified is a package given as key = constraint or key = table, as in Poetry and
// Pipenv. Only Poetry reads a bare version as an exact one.
func specified(name string, spec *tree.Node, bareIsExact bool) sbom.Package {
	p := sbom.Package{Name: Normalize(name)}
	constraint := spec.Str()
	if spec.Kind == tree.Map {
		constraint = spec.Get("version").Str()
		p.Extras = spec.Get("extras").Strings()
		p.Marker = spec.Get("markers").Str()
		if spec.Get("optional").Tri() == sbom.Yes {
			p.Scope = "optional"
		}
		p.Hashes = spec.Get("hashes").Strings()
		from(&p, spec)
	}
	if constraint == "*" {
		constraint = ""
	}
	setConstraint(&p, constraint)
	if bareIsExact && constraint != "" && '0' <= constraint[0] && constraint[0] <= '9' && !strings.ContainsAny(constraint, "*,|<> ") {
		p.Version = constraint
	}
	return p
}

// collectPipfile reads Pipenv's declarations.
func collectPipfile(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	r := &reader{file: f, out: out, source: "pyproject"}
	root, err := r.parsed(tree.TOML)
	if err != nil || root == nil {
		return err
	}
	for i, s := range items(root.Get("source")) {
		r.packageSource(s, i == 0) // the first source is the default one
	}
	for _, pair := range root.Pairs {
		scope := "optional" // custom package categories
		switch pair.Key {
		case "packages":
			scope = "runtime"
		case "dev-packages":
			scope = "dev"
		case "source", "requires", "scripts", "pipenv":
			continue
		}
		if pair.Value.Kind != tree.Map {
			continue
		}
		for _, entry := range pair.Value.Pairs {
			p := specified(entry.Key, entry.Value, false)
			p.Scope = scope
			at := r.at(entry.Value)
			at.Line, at.Column = entry.Line, entry.Column
			r.add(p, at)
		}
	}
	return nil
}

// collectPipConf reads pip's configuration (INI) and uv.toml.
func collectPipConf(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	r := &reader{file: f, out: out, source: "option"}
	if f.Name() == "uv.toml" {
		root, err := r.parsed(tree.TOML)
		if err == nil && root != nil {
			r.uv(root)
		}
		return err
	}
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	for _, e := range iniEntries(data) {
		name, known := options["--"+strings.ReplaceAll(e.key, "_", "-")]
		if !known || flags[name] || name == optEditable {
			continue
		}
		r.add(sbom.Package{Option: name, URL: e.value}, f.At(e.line))
	}
	return nil
}
