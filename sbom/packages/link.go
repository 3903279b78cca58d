package packages

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// linkLocked tells declarations without an exact version which lock file fixes them: a
// lock in the same directory or above it (a workspace has one lock at its root).
func linkLocked(inv *sbom.Inventory) {
	locks := map[string]map[string]int{} // directory → name → entry
	for i := range inv.Packages {
		p := &inv.Packages[i]
		if p.Source == "lock" && p.Name != "" {
			record(locks, p, i)
		}
		// pip-compile: requirements.txt with hashes locks the requirements.in beside it
		if p.Source == "requirements" && p.Locked == sbom.Yes && path.Ext(p.At.Path) == ".txt" {
			record(locks, p, i)
		}
	}
	if len(locks) == 0 {
		return
	}
	for i := range inv.Packages {
		p := &inv.Packages[i]
		if p.Name == "" || p.Locked == sbom.Yes || p.URL != "" && p.URL != "." || !declares(p) {
			continue
		}
		for dir := path.Dir(p.At.Path); ; dir = path.Dir(dir) {
			if j, ok := locks[dir][p.Ecosystem+" "+p.Name]; ok && lockFits(p, &inv.Packages[j]) {
				p.LockedBy, p.Locked = inv.Packages[j].At.Path, inv.Packages[j].Locked
				break
			}
			if dir == "." || dir == "/" {
				break
			}
		}
	}
}

func record(locks map[string]map[string]int, p *sbom.Package, i int) {
	dir := path.Dir(p.At.Path)
	if locks[dir] == nil {
		locks[dir] = map[string]int{}
	}
	if _, ok := locks[dir][p.Ecosystem+" "+p.Name]; !ok {
		locks[dir][p.Ecosystem+" "+p.Name] = i
	}
}

func declares(p *sbom.Package) bool {
	switch p.Source {
	case "pyproject", "setup", "conda":
		return true
	}
	return p.Source == "requirements" && path.Ext(p.At.Path) == ".in"
}

// lockFits tells whether a lock of this kind is made from such a declaration: a
// requirements.txt locks requirements.in and setup files, not a Conda environment.
func lockFits(p, lock *sbom.Package) bool {
	if path.Dir(p.At.Path) == path.Dir(lock.At.Path) {
		return true
	}
	return path.Base(lock.At.Path) == "uv.lock" && p.Source == "pyproject"
}

// strength orders sources by how much they say about what runs; the strongest gives the
// component its place.
func strength(source string) int {
	switch source {
	case "installed":
		return 5
	case "lock":
		return 4
	case "requirements", "conda":
		return 3
	case "pyproject", "setup":
		return 2
	}
	return 1
}

// linkComponents makes one component per package, version and origin.
func linkComponents(inv *sbom.Inventory) {
	byRef := map[string]int{} // into added
	var added []sbom.Component
	from := map[string]int{}
	lockedRef := map[string]string{} // lock path and name → ref
	for i := range inv.Packages {
		if p := &inv.Packages[i]; p.Source == "lock" || p.Locked == sbom.Yes {
			lockedRef[p.At.Path+" "+p.Ecosystem+" "+p.Name] = componentRef(p)
		}
	}
	for i := range inv.Packages {
		p := &inv.Packages[i]
		if p.Name == "" && !isVCS(p.URL) {
			continue
		}
		if ref := lockedRef[p.LockedBy+" "+p.Ecosystem+" "+p.Name]; p.LockedBy != "" && ref != "" {
			p.Component = ref
			continue
		}
		c := component(p)
		p.Component = c.Ref
		at, ok := byRef[c.Ref]
		if !ok {
			byRef[c.Ref], from[c.Ref] = len(added), strength(p.Source)
			added = append(added, c)
			continue
		}
		merge(&added[at], c, strength(p.Source) > from[c.Ref])
		from[c.Ref] = max(from[c.Ref], strength(p.Source))
	}
	for _, v := range inv.Scratch[keepLicense] {
		l := v.(licensed)
		if i, ok := byRef[l.ref]; ok {
			added[i].Licenses = append(added[i].Licenses, l.licenses...)
			slices.Sort(added[i].Licenses)
			added[i].Licenses = slices.Compact(added[i].Licenses)
		}
	}
	slices.SortStableFunc(added, func(a, b sbom.Component) int { return strings.Compare(a.Ref, b.Ref) })
	inv.Components = append(inv.Components, added...)
}

func merge(into *sbom.Component, c sbom.Component, stronger bool) {
	if stronger {
		into.At = c.At
	}
	for k, v := range c.Properties {
		if _, ok := into.Properties[k]; !ok {
			into.Properties[k] = v
		}
	}
	if len(into.Digests) == 0 {
		into.Digests = c.Digests
	}
	if c.Pinned == sbom.Yes {
		into.Pinned = sbom.Yes
	}
}

func component(p *sbom.Package) sbom.Component {
	c := sbom.Component{
		Kind: "package", Role: "dependency", Name: p.Name, Version: p.Version, Revision: p.Revision,
		Host: p.Ecosystem, Digests: map[string]string{}, Licenses: []string{}, DerivedFrom: []string{},
		Datasets: []string{}, Files: []string{}, Properties: map[string]string{}, Pinned: sbom.No, At: p.At,
	}
	c.Ref, c.Purl = componentRef(p), componentRef(p)
	if p.Name == "" {
		c.Name, c.Host = repository(p.URL), "url"
		if !strings.HasPrefix(c.Ref, "pkg:") {
			c.Purl = ""
		}
	}
	if p.Version == "" && isCommit(p.Revision) {
		c.Version = p.Revision
	}
	if c.Version != "" {
		c.Pinned = sbom.Yes
	}
	if algorithm, digest, ok := strings.Cut(only(p.Hashes), ":"); ok && (algorithm == "sha256" || algorithm == "sha512" || algorithm == "sha384") {
		c.Digests[algorithm] = digest
	}
	set := func(key, value string) {
		if value != "" {
			c.Properties[key] = value
		}
	}
	if p.Version == "" {
		set("constraint", p.Constraint)
	}
	if p.Framework {
		set("framework", "true")
	}
	set("scope", p.Scope)
	set("source", p.Source)
	if !isLocal(p.URL) {
		set("url", p.URL)
	}
	return c
}

func only(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return ""
}

// isLocal tells a path, whose text belongs to one machine.
func isLocal(target string) bool {
	return !strings.Contains(target, "://") || strings.HasPrefix(target, "file:")
}

// componentRef is the purl of the package (purl-spec, types pypi and conda), and for a
// repository without a name that of its host.
func componentRef(p *sbom.Package) string {
	if p.Name == "" {
		ref := "vcs:" + repository(p.URL)
		if name, ok := strings.CutPrefix(repository(p.URL), "github.com/"); ok {
			ref = "pkg:github/" + strings.ToLower(name)
		}
		if p.Revision != "" {
			ref += "@" + url.PathEscape(p.Revision)
		}
		return ref
	}
	ref := "pkg:" + p.Ecosystem + "/" + url.PathEscape(p.Name)
	if p.Version != "" {
		ref += "@" + url.PathEscape(p.Version)
	}
	switch {
	case isVCS(p.URL) && !isLocal(p.URL):
		vcs := p.URL
		if p.Revision != "" {
			vcs += "@" + p.Revision
		}
		ref += "?vcs_url=" + url.QueryEscape(vcs)
	case p.URL != "" && !isLocal(p.URL):
		ref += "?download_url=" + url.QueryEscape(p.URL)
	}
	return ref
}

// repository is host and path of a VCS URL: github.com/org/name.
func repository(target string) string {
	if _, rest, ok := strings.Cut(target, "://"); ok {
		target = rest
	}
	target = strings.TrimPrefix(target, "git+")
	if _, rest, ok := strings.Cut(target, "@"); ok {
		target = rest
	}
	target, _, _ = strings.Cut(target, "?")
	return strings.TrimSuffix(strings.Trim(strings.Replace(target, ":", "/", 1), "/"), ".git")
}
