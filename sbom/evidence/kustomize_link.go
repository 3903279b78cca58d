package evidence

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// patched is the platform of a workload that is a patch of another one: what it does not
// say, the manifest says that it changes.
const patched = "kustomize"

// overlays is the kustomizations of a source with what they reach.
type overlays struct {
	inv   *sbom.Inventory
	byDir map[string]kustomization
	files map[string]map[string]bool // by folder: the files it is built from, at any depth
	lists map[string]*tree.Node      // operations by file
	ends  []ending                   // what nothing else is built from
	pods  map[sbom.At]bool           // places of patches
}

// linkKustomize tells patches from workloads: a patch has the role of what it changes and
// is judged by what it says itself. What all overlays of a workload harden or pin, the
// workload is.
func linkKustomize(inv *sbom.Inventory) {
	o := &overlays{inv: inv, byDir: map[string]kustomization{}, files: map[string]map[string]bool{}, lists: map[string]*tree.Node{}, pods: map[sbom.At]bool{}}
	for _, k := range kept[kustomization](inv, scratchKustomize) {
		o.byDir[path.Dir(k.path)] = k
	}
	if len(o.byDir) == 0 {
		return
	}
	for _, l := range kept[patchFile](inv, scratchKustomize) {
		o.lists[l.path] = l.root
	}
	bases := len(inv.Workloads)
	places := make(map[string][]int, bases)
	for i := range inv.Workloads {
		places[inv.Workloads[i].At.Path] = append(places[inv.Workloads[i].At.Path], i)
	}
	patches := map[int][]patchOf{}
	for _, dir := range slices.Sorted(maps.Keys(o.byDir)) {
		for _, p := range o.byDir[dir].patches {
			o.patch(dir, p, places, patches)
		}
	}
	inv.Scratch[scratchPods] = slices.DeleteFunc(inv.Scratch[scratchPods], func(v any) bool {
		p, ok := v.(podLabels)
		return ok && o.pods[p.at]
	})
	o.ends = o.endings()
	for i := range bases {
		if inv.Workloads[i].Platform != patched {
			o.settle(i, patches[i])
		}
	}
}

// patchOf is a patch of a workload by the kustomization of a folder.
type patchOf struct {
	dir   string
	index int // of the workload that the patch is
}

// patch finds the workloads that a patch states and those that it changes.
func (o *overlays) patch(dir string, p kustomizePatch, places map[string][]int, patches map[int][]patchOf) {
	reach := o.reach(dir, nil)
	targets := func(kind, name string) []int {
		var out []int
		for file := range reach {
			for _, i := range places[file] {
				w := &o.inv.Workloads[i]
				if w.Platform == patched || kind != "" && w.Kind != kind || name == "" && p.name != nil && !p.name.MatchString(w.Name) {
					continue
				}
				if name == "" || w.Name == name || strings.HasSuffix(name, w.Name) {
					out = append(out, i)
				}
			}
		}
		slices.Sort(out)
		return out
	}
	own := slices.Clone(places[p.file])
	root := p.root
	if list := o.lists[p.file]; list != nil {
		root = list
	}
	at := dir
	if p.root != nil {
		at = o.byDir[dir].path
	} else {
		at = p.file
	}
	if root != nil && p.file == "" || o.lists[p.file] != nil {
		own = o.inline(at, root, p, targets)
	}
	for _, i := range own {
		w := &o.inv.Workloads[i]
		kind, name := w.Kind, w.Name
		if p.kind != "" || p.name != nil {
			kind, name = p.kind, ""
		}
		w.Platform = patched
		o.pods[w.At] = true
		for n, base := range targets(kind, name) {
			patches[base] = append(patches[base], patchOf{dir, i})
			if n == 0 {
				o.inherit(i, base)
			}
		}
	}
}

// inline states what a patch that is no manifest of its own says.
func (o *overlays) inline(at string, root *tree.Node, p kustomizePatch, targets func(kind, name string) []int) []int {
	file, from := &sbom.File{Path: at}, len(o.inv.Workloads)
	if root.Kind == tree.List {
		found := targets(p.kind, "")
		if len(found) == 0 {
			return nil
		}
		base := o.inv.Workloads[found[0]]
		root = partial(root, base.Kind, base.Name)
	}
	collectObject(file, root, o.inv)
	var own []int
	for i := from; i < len(o.inv.Workloads); i++ {
		own = append(own, i)
	}
	return own
}

// inherit gives a patch what it leaves to the workload that it changes.
func (o *overlays) inherit(patch, base int) {
	w, b := &o.inv.Workloads[patch], o.inv.Workloads[base]
	w.Role, w.Name, w.Namespace = b.Role, b.Name, b.Namespace
	for _, pair := range []struct {
		to   *map[string]string
		from map[string]string
	}{{&w.Limits, b.Limits}, {&w.Settings, b.Settings}, {&w.Labels, b.Labels}} {
		all := maps.Clone(pair.from)
		if all == nil {
			all = map[string]string{}
		}
		maps.Copy(all, *pair.to)
		*pair.to = all
	}
}

// reach is the files that the kustomization of a folder is built from.
func (o *overlays) reach(dir string, open []string) map[string]bool {
	if files, ok := o.files[dir]; ok || slices.Contains(open, dir) {
		return files
	}
	files := map[string]bool{}
	for _, r := range o.byDir[dir].resources {
		if _, folder := o.byDir[r]; folder {
			maps.Copy(files, o.reach(r, append(open, dir)))
		} else {
			files[r] = true
		}
	}
	o.files[dir] = files
	return files
}

// under is the folders that a kustomization is built from, itself included.
func (o *overlays) under(dir string, seen map[string]bool) map[string]bool {
	if seen[dir] {
		return seen
	}
	seen[dir] = true
	for _, r := range o.byDir[dir].resources {
		if _, ok := o.byDir[r]; ok {
			o.under(r, seen)
		}
	}
	return seen
}

// ending is a kustomization that no other is built from: one that somebody applies.
type ending struct {
	files   map[string]bool
	folders map[string]bool // that it is built from, itself included
}

func (o *overlays) endings() []ending {
	used := map[string]bool{}
	for _, k := range o.byDir {
		for _, r := range k.resources {
			used[r] = true
		}
	}
	var out []ending
	for _, dir := range slices.Sorted(maps.Keys(o.byDir)) {
		if !used[dir] {
			out = append(out, ending{o.reach(dir, nil), o.under(dir, map[string]bool{})})
		}
	}
	return out
}

// settle states of a workload what every kustomization that ends in it makes of it: one
// that leaves it as it is decides.
func (o *overlays) settle(index int, patches []patchOf) {
	w := &o.inv.Workloads[index]
	var leaves []map[string]bool
	for _, e := range o.ends {
		if e.files[w.At.Path] {
			leaves = append(leaves, e.folders)
		}
	}
	if len(leaves) == 0 {
		return
	}
	all := func(says func(sbom.Security) bool) bool {
		return !slices.ContainsFunc(leaves, func(leaf map[string]bool) bool {
			return !slices.ContainsFunc(patches, func(p patchOf) bool { return leaf[p.dir] && says(o.inv.Workloads[p.index].Security) })
		})
	}
	if s := &w.Security; s.RunAsRoot == sbom.Unstated && all(func(p sbom.Security) bool { return p.RunAsRoot == sbom.No }) {
		s.RunAsRoot = sbom.No
	}
	if s := &w.Security; s.PrivilegeEscalates == sbom.Unstated && all(func(p sbom.Security) bool { return p.PrivilegeEscalates == sbom.No }) {
		s.PrivilegeEscalates = sbom.No
	}
	for i := range w.Images {
		o.pin(&w.Images[i], leaves)
	}
}

// pin gives an image the tag or digest that every leaf replaces it by.
func (o *overlays) pin(img *sbom.Image, leaves []map[string]bool) {
	var to []kustomizeImage
	for _, leaf := range leaves {
		found := false
		for _, dir := range slices.Sorted(maps.Keys(leaf)) {
			for _, i := range o.byDir[dir].images {
				if i.name == img.Name && (i.digest != "" || i.newTag != "") && !found {
					to, found = append(to, i), true
				}
			}
		}
		if !found {
			return
		}
	}
	if slices.ContainsFunc(to, func(i kustomizeImage) bool { return i.digest == "" }) {
		img.Tag = firstTag(to)
		return
	}
	img.Digest = to[0].digest
}

// firstTag is the tag of the first replacement that has no digest.
func firstTag(list []kustomizeImage) string {
	for _, i := range list {
		if i.digest == "" {
			return i.newTag
		}
	}
	return ""
}
