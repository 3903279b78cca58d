package diff

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// packages compares declared and locked packages, file by file.
func (c *comparison) packages() {
	key := func(p *sbom.Package) string {
		name := strings.ToLower(p.Name)
		if c.bom() {
			if name == "" {
				return "" // a BOM lists no options of an installer
			}
			return p.Ecosystem + "\x00" + name // and a package once, for all files
		}
		if name == "" {
			name = p.Option + p.URL
		}
		return p.At.Path + "\x00" + p.Ecosystem + "\x00" + name
	}
	base, head := group(c.base.Packages, key), group(c.head.Packages, key)
	for _, k := range keysOf(base, head) {
		switch before, after := base[k], head[k]; {
		case len(before) == 0:
			c.add(sbom.Change{Kind: PackageAdded, Subject: packageName(after[0]), After: packageVersion(after[0]), At: after[0].At})
		case len(after) == 0:
			c.add(sbom.Change{Kind: PackageRemoved, Subject: packageName(before[0]), Before: packageVersion(before[0]), At: gone(before[0].At)})
		case c.bom() && slices.ContainsFunc(after, func(p *sbom.Package) bool {
			return slices.ContainsFunc(before, func(old *sbom.Package) bool { return packageVersion(old) == packageVersion(p) })
		}):
		case packageVersion(before[0]) != packageVersion(after[0]):
			c.add(sbom.Change{Kind: PackageMoved, Subject: packageName(after[0]), Before: packageVersion(before[0]), After: packageVersion(after[0]), At: after[0].At})
		}
	}
}

func packageName(p *sbom.Package) string {
	if p.Name == "" {
		return strings.TrimSpace(p.Option + " " + p.URL)
	}
	return p.Name
}

func packageVersion(p *sbom.Package) string {
	switch {
	case p.URL != "" && p.Revision != "":
		return p.URL + "@" + p.Revision
	case p.URL != "":
		return p.URL
	case p.Version != "":
		return p.Version
	case p.Constraint == "":
		return "any version"
	}
	return p.Constraint
}

// The names of files that are law: what decides, what exempts, and whom it believes.
var (
	policyFile = regexp.MustCompile(`(?i)\.rego$|(^|/)([^/]*\.)?mlpolicy\.hcl$|(^|/)mlpolicy[^/]*(baseline|policies)[^/]*\.(json|tar\.gz)$`)
	waiverFile = regexp.MustCompile(`(?i)(^|/)(waivers?|exceptions?)[^/]*\.(hcl|json|ya?ml|toml)$|(^|/)mlpolicy[^/]*baseline[^/]*\.json$`)
	trustFile  = regexp.MustCompile(`(?i)\.(pub|crt)$|(^|/)[^/]*(trust|root|signer|cosign|fulcio|public)[^/]*\.(pem|json)$|(^|/)revok[^/]*\.json$`)
)

// codeKinds are the kinds of file whose content trains, serves or moves a model.
var codeKinds = map[string]bool{"code": true, "notebook": true, "config": true}

// files compares code in ML-critical areas, policies, waivers and trust roots by their
// bytes. Files without a digest (of a source read without digests) are not compared.
func (c *comparison) files() {
	lawful := c.law()
	key := func(f *sbom.FileFact) string { return f.Path }
	base, head := group(c.base.Files, key), group(c.head.Files, key)
	for _, p := range keysOf(base, head) {
		before, after := digestOf(base[p]), digestOf(head[p])
		if before == after || len(base[p]) > 0 && before == "" || len(head[p]) > 0 && after == "" {
			continue
		}
		ch := sbom.Change{Subject: p, Before: before, After: after, At: sbom.At{Path: p}}
		if len(head[p]) > 0 {
			ch.At.Line = 1
		}
		kind := ""
		for _, facts := range [][]*sbom.FileFact{base[p], head[p]} {
			if len(facts) > 0 {
				kind = facts[0].Kind
			}
		}
		switch {
		case lawful[p] && len(base[p]) > 0 && len(head[p]) > 0:
			continue // its blocks were compared
		case waiverFile.MatchString(p):
			ch.Kind, ch.Area = WaiverChanged, "policy"
		case policyFile.MatchString(p) && !strings.HasSuffix(p, "_test.rego"):
			ch.Kind, ch.Area = PolicyChanged, "policy"
		case trustFile.MatchString(p) && kind == "trust":
			ch.Kind, ch.Area = TrustRootChanged, "policy"
		case codeKinds[kind] && c.areas.Of(p) != "":
			ch.Kind = CodeChanged
		default:
			continue
		}
		c.add(ch)
	}
}

func digestOf(list []*sbom.FileFact) string {
	if len(list) == 0 || list[0].SHA256 == "" {
		return ""
	}
	return "sha256:" + list[0].SHA256
}

// law compares the blocks of mlpolicy.hcl, which a document of kind mlpolicy lists by
// type, name, digest and line. It returns the paths it compared.
func (c *comparison) law() map[string]bool {
	before, after := blocksOf(c.base), blocksOf(c.head)
	compared := map[string]bool{}
	for _, p := range keysOf(before, after) {
		if before[p] == nil || after[p] == nil {
			continue
		}
		compared[p] = true
		for _, name := range keysOf(before[p], after[p]) {
			b, had := before[p][name]
			n, has := after[p][name]
			if b.value == n.value && had == has {
				continue
			}
			ch := sbom.Change{Kind: PolicyChanged, Subject: path.Base(p) + " " + name, Area: "policy", At: n.at}
			switch typ, _, _ := strings.Cut(name, " "); typ {
			case "waiver":
				ch.Kind = WaiverChanged
			case "trust", "revocations":
				ch.Kind = TrustRootChanged
			}
			ch.Before, ch.After = flat(b.value), flat(n.value)
			if !has {
				ch.At = gone(b.at)
			}
			c.add(ch)
		}
	}
	return compared
}

func blocksOf(inv *sbom.Inventory) map[string]map[string]setting {
	out := map[string]map[string]setting{}
	for i := range inv.Documents {
		d := &inv.Documents[i]
		content, ok := d.Content.(map[string]any)
		if d.Kind != "mlpolicy" || !ok {
			continue
		}
		out[d.Path] = map[string]setting{}
		for name, v := range content {
			block, _ := v.(map[string]any)
			line, _ := block["line"].(int64)
			out[d.Path][name] = setting{block["text"], sbom.At{Path: d.Path, Line: int(line)}}
		}
	}
	return out
}
