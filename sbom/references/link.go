package references

import (
	"path"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// linkLocal makes references to paths that exist in the source local: a name of the
// shape org/name may be a folder.
func linkLocal(inv *sbom.Inventory) {
	exists := map[string]bool{}
	for _, v := range inv.Scratch[sbom.ScratchPaths] {
		p, _ := v.(string)
		for ; p != "." && p != "/" && p != "" && !exists[p]; p = path.Dir(p) {
			exists[p] = true
		}
	}
	holdsModel := map[string]bool{}
	for _, v := range inv.Scratch[keepDirs] {
		if d, ok := v.(modelDir); ok {
			holdsModel[d.dir] = true
		}
	}
	for i := range inv.References {
		r := &inv.References[i]
		if r.State != sbom.StateResolved || r.How == "dvc" || r.Host != "huggingface" && r.Host != "local" || strings.Contains(r.Name, "://") {
			continue
		}
		for _, base := range []string{".", path.Dir(r.At.Path)} {
			p := path.Join(base, strings.ReplaceAll(r.Name, "\\", "/"))
			bare := !strings.ContainsAny(r.Name, "/.")
			if p != "." && exists[p] && (!bare || r.Host == "local" || holdsModel[p]) {
				r.URI, r.Host = "./"+p, "local"
				break
			}
		}
	}
}

// linkDirectories makes one component of each model or adapter directory.
func linkDirectories(inv *sbom.Inventory) {
	adapters := map[string]bool{}
	for _, v := range inv.Scratch[keepDirs] {
		if d, ok := v.(modelDir); ok && d.kind == "adapter" {
			adapters[d.dir] = true
		}
	}
	for _, v := range inv.Scratch[keepDirs] {
		d, ok := v.(modelDir)
		if !ok || d.kind == "model" && adapters[d.dir] {
			continue
		}
		c := sbom.Component{Ref: d.kind + ":./" + d.dir, Kind: d.kind, Role: map[string]string{"model": "base", "adapter": "adapter"}[d.kind], Name: d.dir, Host: "source",
			Pinned: sbom.Yes, Digests: map[string]string{}, Properties: map[string]string{}, At: d.at}
		if d.dir == "." {
			c.Name = inv.Subject.Name
		}
		for key, value := range d.properties {
			if value != "" {
				c.Properties[key] = value
			}
		}
		for i := range inv.Weights {
			w := &inv.Weights[i]
			if path.Dir(w.Path) != d.dir {
				continue
			}
			c.Files = append(c.Files, w.Path)
			if w.SHA256 != "" {
				c.Properties["sha256:"+path.Base(w.Path)] = w.SHA256
			}
			w.Component = c.Ref
		}
		slices.Sort(c.Files)
		if len(c.Files) == 1 {
			for i := range inv.Weights {
				if inv.Weights[i].Path == c.Files[0] && inv.Weights[i].SHA256 != "" {
					c.Digests["sha256"] = inv.Weights[i].SHA256
				}
			}
		}
		inv.Components = append(inv.Components, c)
	}
}

// linkComponents makes one component per kind, host, name and immutable revision. A model
// card has no place for a revision: what it names is the one revision that the source
// loads, where there is exactly one.
func linkComponents(inv *sbom.Inventory) {
	index := map[string]int{}
	for i := range inv.Components {
		index[inv.Components[i].Ref] = i
	}
	loaded := map[string][]string{} // kind and URI → components
	add := func(r *sbom.Reference) {
		c := componentOf(r)
		if _, ok := index[c.Ref]; !ok {
			index[c.Ref] = len(inv.Components)
			inv.Components = append(inv.Components, c)
			loaded[r.Kind+":"+r.URI] = append(loaded[r.Kind+":"+r.URI], c.Ref)
		}
		r.Component = c.Ref
	}
	var cards []*sbom.Reference
	for i := range inv.References {
		r := &inv.References[i]
		switch {
		case r.Role == "push" || r.Role == "output" || r.URI == "" || r.Component != "" || r.State != sbom.StateResolved:
		case joinDirectory(r, index):
		case r.How == "card":
			cards = append(cards, r)
		default:
			add(r)
		}
	}
	for _, r := range cards {
		if refs := loaded[r.Kind+":"+r.URI]; len(refs) == 1 {
			r.Component = refs[0]
		} else {
			add(r)
		}
	}
}

// joinDirectory gives a reference to a local directory the component of its weight files.
func joinDirectory(r *sbom.Reference, index map[string]int) bool {
	dir, ok := strings.CutPrefix(r.URI, "./")
	if !ok || r.Host != "local" || r.Kind == "dataset" {
		return false
	}
	for _, kind := range []string{"adapter", "model"} {
		if _, found := index[kind+":./"+dir]; found {
			r.Component = kind + ":./" + dir
		}
	}
	return r.Component != ""
}

func componentOf(r *sbom.Reference) sbom.Component {
	c := sbom.Component{Kind: r.Kind, Role: r.Role, Name: strings.TrimPrefix(r.URI, "./"), Host: r.Host, Revision: r.Revision, Pinned: sbom.No,
		Digests: map[string]string{}, Properties: map[string]string{}, At: r.At}
	if r.RevisionKind == sbom.RevisionCommit {
		c.Version, c.Pinned = strings.ToLower(r.Revision), sbom.Yes
	}
	if r.RevisionKind == sbom.RevisionUnresolved {
		c.Pinned = sbom.Unresolved
	}
	if r.Host == "huggingface" {
		c.Name = strings.TrimPrefix(strings.TrimPrefix(r.URI, "hf://"), "datasets/")
		if org, _, ok := strings.Cut(c.Name, "/"); ok {
			c.Namespace, c.Publisher = org, org
		}
		c.Purl = "pkg:huggingface/" + c.Name
		if c.Version != "" {
			c.Purl += "@" + c.Version
		}
		if r.Kind == "dataset" {
			c.Purl += "?repository_url=https://huggingface.co/datasets"
		}
	}
	if rest, ok := strings.CutPrefix(c.Name, "modelscope://"); ok { // has owners as the hub has, and no type of purl
		c.Name = rest
		if org, _, ok := strings.Cut(rest, "/"); ok {
			c.Namespace, c.Publisher = org, org
		}
	}
	c.Ref = r.Kind + ":" + r.URI
	if c.Version != "" {
		c.Ref += "@" + c.Version
	}
	return c
}

// linkCards joins cards and adapter configurations with the components they describe:
// what a directory's card or config names, the directory's component was made from.
func linkCards(inv *sbom.Inventory) {
	index := map[string]int{}
	for i := range inv.Components {
		index[inv.Components[i].Ref] = i
	}
	for i := range inv.References {
		r := &inv.References[i]
		if r.Component == "" || r.How != "config" && r.How != "card" {
			continue
		}
		dir := path.Dir(r.At.Path)
		for _, kind := range []string{"adapter", "model"} {
			at, ok := index[kind+":./"+dir]
			if !ok || inv.Components[at].Ref == r.Component {
				continue
			}
			c := &inv.Components[at]
			if r.Kind == "dataset" {
				if !slices.Contains(c.Datasets, r.Component) {
					c.Datasets = append(c.Datasets, r.Component)
				}
			} else if !strings.HasPrefix(r.Loader, "auto_map") && !slices.Contains(c.DerivedFrom, r.Component) {
				c.DerivedFrom = append(c.DerivedFrom, r.Component)
			}
		}
	}
	for i := range inv.Cards {
		card := &inv.Cards[i]
		for _, kind := range []string{"adapter", "model"} {
			if at, ok := index[kind+":./"+card.Subject]; ok && card.License != "" && card.Kind == "model" && len(inv.Components[at].Licenses) == 0 {
				inv.Components[at].Licenses = []string{card.License}
			}
		}
	}
}

const keepBases = "references/bases"

// adapterBase says that an adapter loaded by one call is put on the model that another
// call made.
type adapterBase struct{ adapter, base sbom.At }

// linkBases makes an adapter derived from the model it is put on: where code says so,
// and where one map of a recipe names both. What the adapter's own configuration or card
// says stands.
func linkBases(inv *sbom.Inventory) {
	index := map[string]int{}
	for i := range inv.Components {
		index[inv.Components[i].Ref] = i
	}
	models, adapters := map[sbom.At][]string{}, map[sbom.At][]string{}
	groups := map[string][]string{} // file and map → base models
	for i := range inv.References {
		r := &inv.References[i]
		switch {
		case r.Component == "":
		case r.Kind == "adapter":
			adapters[r.CallAt] = append(adapters[r.CallAt], r.Component)
		case r.Kind == "model" && (r.Role == "base" || r.Role == "serve"):
			models[r.CallAt] = append(models[r.CallAt], r.Component)
			if key := mapOf(r); key != "" {
				groups[key] = append(groups[key], r.Component)
			}
		}
	}
	said := map[string]bool{}
	for i := range inv.Components {
		said[inv.Components[i].Ref] = len(inv.Components[i].DerivedFrom) > 0
	}
	derive := func(adapter, base string) {
		if i, ok := index[adapter]; ok && !said[adapter] && adapter != base && !slices.Contains(inv.Components[i].DerivedFrom, base) {
			inv.Components[i].DerivedFrom = append(inv.Components[i].DerivedFrom, base)
		}
	}
	for _, v := range inv.Scratch[keepBases] {
		b, ok := v.(adapterBase)
		if !ok || len(models[b.base]) != 1 { // one of several is not known
			continue
		}
		for _, a := range adapters[b.adapter] {
			derive(a, models[b.base][0])
		}
	}
	for i := range inv.References {
		if r := &inv.References[i]; r.Kind == "adapter" && r.Component != "" {
			if bases := groups[mapOf(r)]; len(bases) == 1 {
				derive(r.Component, bases[0])
			}
		}
	}
}

// mapOf names the map of a document in which a reference stands, "" for other files.
func mapOf(r *sbom.Reference) string {
	if r.How != "yaml" && r.How != "json" && r.How != "toml" {
		return ""
	}
	i := strings.LastIndexByte(r.CallAt.Pointer, '/')
	if i < 0 {
		return ""
	}
	return r.At.Path + "#" + r.CallAt.Pointer[:i]
}
