package diff

import (
	"path"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/area"
)

// references compares what the sources name, slot by slot: a slot is the kind, the role
// and the loader of a name in one file. What a slot named before and names no longer is
// swapped for what it names now, in the order of the file.
func (c *comparison) references() {
	base, head := group(c.base.References, slot), group(c.head.References, slot)
	known := map[string]bool{}
	for i := range c.base.References {
		known[c.base.References[i].Kind+" "+name(&c.base.References[i])] = true
	}
	kept := map[string]bool{}
	for i := range c.head.References {
		kept[c.head.References[i].Kind+" "+name(&c.head.References[i])] = true
	}
	for _, key := range keysOf(base, head) {
		before, after := unmatched(base[key], head[key]), unmatched(head[key], base[key])
		for i := range min(len(before), len(after)) {
			c.swapped(before[i], after[i])
		}
		for _, r := range after[min(len(before), len(after)):] {
			if id := r.Kind + " " + name(r); !known[id] {
				known[id] = true
				c.named(r, true)
			}
		}
		for _, r := range before[min(len(before), len(after)):] {
			if id := r.Kind + " " + name(r); !kept[id] {
				kept[id] = true
				c.named(r, false)
			}
		}
		c.revisions(base[key], head[key])
	}
}

// slot is where a name stands; "" for what is published, which is not used, and for tests.
func slot(r *sbom.Reference) string {
	if r.Role == "push" || r.Role == "output" || area.Tests.MatchString(r.At.Path) || r.State == sbom.StateUnresolved && r.Name == "" {
		return ""
	}
	return strings.Join([]string{r.Kind, r.At.Path, r.Role, r.Loader}, "\x00")
}

// name is what a reference names, without its revision.
func name(r *sbom.Reference) string {
	base, _ := versioned(r)
	return base
}

// versioned parts a name from the version that registries write into it:
// models:/name/7, models:/name@alias, wandb://…/name:v7, ollama://name:tag.
func versioned(r *sbom.Reference) (base, version string) {
	uri := r.URI
	if uri == "" {
		uri = r.Name
	}
	separators := ""
	switch {
	case strings.HasPrefix(uri, "models:/"):
		separators = "/@"
	case r.Host == "wandb" || r.Host == "ollama":
		separators = ":"
	}
	if i := strings.LastIndexAny(uri, separators); i > strings.Index(uri, ":/")+2 && i < len(uri)-1 {
		return uri[:i], uri[i+1:]
	}
	return uri, ""
}

// unmatched are the references of one side that the other side does not have; of equal
// ones as many as there are more of.
func unmatched(list, other []*sbom.Reference) []*sbom.Reference {
	count := map[string]int{}
	for _, r := range other {
		count[name(r)]++
	}
	var out []*sbom.Reference
	for _, r := range list {
		if count[name(r)] > 0 {
			count[name(r)]--
			continue
		}
		out = append(out, r)
	}
	return out
}

// besideModel tells whether a tokenizer has the name of a model in the same file, of
// which the same is said.
func besideModel(inv *sbom.Inventory, r *sbom.Reference) bool {
	return r.Kind == "tokenizer" && slices.ContainsFunc(inv.References, func(m sbom.Reference) bool {
		return m.Kind == "model" && m.At.Path == r.At.Path && name(&m) == name(r)
	})
}

func (c *comparison) swapped(before, after *sbom.Reference) {
	if besideModel(c.base, before) && besideModel(c.head, after) {
		return
	}
	if before.Kind == "dataset" {
		c.named(before, false)
		c.named(after, true)
		return
	}
	c.add(sbom.Change{Kind: BaseModelSwapped, Subject: after.Kind + " of " + after.Loader + " in " + after.At.Path,
		Before: named(before), After: named(after), Area: referenceArea(after), At: after.At})
}

// named adds a name that is new or gone.
func (c *comparison) named(r *sbom.Reference, added bool) {
	kinds := [2]string{ModelRemoved, ModelAdded}
	if added && besideModel(c.head, r) || !added && besideModel(c.base, r) {
		return
	}
	if r.Kind == "dataset" {
		kinds = [2]string{DatasetRemoved, DatasetAdded}
	}
	ch := sbom.Change{Kind: kinds[0], Subject: name(r), Before: named(r), Area: referenceArea(r), At: gone(r.At)}
	if added {
		ch.Kind, ch.Before, ch.After, ch.At = kinds[1], "", named(r), r.At
		ch.Provenance = sbom.TriOf(r.RevisionKind == sbom.RevisionCommit || c.recorded(r.At.Path, name(r)))
	}
	c.add(ch)
}

// named is a name with its revision.
func named(r *sbom.Reference) string {
	if r.Revision == "" {
		if r.URI != "" {
			return r.URI
		}
		return r.Name
	}
	return name(r) + "@" + r.Revision
}

func referenceArea(r *sbom.Reference) string {
	switch {
	case r.Kind == "dataset":
		return "data"
	case r.Role == "serve":
		return "deployment"
	}
	return "training"
}

// revisions pairs equal names of a slot in order and compares what they are fixed to.
func (c *comparison) revisions(base, head []*sbom.Reference) {
	before := map[string][]*sbom.Reference{}
	for _, r := range base {
		before[name(r)] = append(before[name(r)], r)
	}
	for _, r := range head {
		list := before[name(r)]
		if len(list) == 0 {
			continue
		}
		before[name(r)] = list[1:]
		if old := list[0]; revision(old) != revision(r) {
			c.add(sbom.Change{Kind: RevisionMoved, Subject: name(r), Before: revision(old), After: revision(r), Area: referenceArea(r), At: r.At})
		}
	}
}

func revision(r *sbom.Reference) string {
	if _, version := versioned(r); version != "" {
		return version
	}
	if r.Revision != "" {
		return r.Revision
	}
	return r.RevisionKind
}

// remoteCode finds places that run a repository's own code and did not before: a switch
// at a reference, in a call without one, or at a served model.
func (c *comparison) remoteCode() {
	before, after := trusting(c.base), trusting(c.head)
	for _, key := range keysOf(after, map[string]bool{}) {
		for _, at := range after[key][min(len(before[key]), len(after[key])):] {
			_, subject, _ := strings.Cut(key, "\x00")
			c.add(sbom.Change{Kind: TrustRemoteCode, Subject: subject, Before: "no", After: "yes", At: at})
		}
	}
}

// trusting lists the places that trust remote code by path and what they load.
func trusting(inv *sbom.Inventory) map[string][]sbom.At {
	out := map[string][]sbom.At{}
	lines := map[sbom.At]bool{} // a call, or a workload, and the reference in it are one place
	add := func(subject string, at sbom.At) {
		place := sbom.At{Path: at.Path, Line: at.Line}
		if !lines[place] && !area.Tests.MatchString(at.Path) {
			out[at.Path+"\x00"+subject] = append(out[at.Path+"\x00"+subject], at)
		}
		lines[place] = true
	}
	for i := range inv.References {
		if r := &inv.References[i]; r.TrustRemoteCode == sbom.Yes && slot(r) != "" {
			place := r.At // where the name stands; the switch stands in the call
			if r.CallAt.Path == r.At.Path && r.CallAt.Line > 0 {
				place = r.CallAt
			}
			add(name(r), place)
			lines[sbom.At{Path: r.At.Path, Line: r.At.Line}] = true
		}
	}
	for i := range inv.Calls {
		if x := &inv.Calls[i]; x.Args["trust_remote_code"] == "True" {
			add(x.Callee, x.At)
		}
	}
	for i := range inv.Workloads {
		for _, m := range inv.Workloads[i].Models {
			if m.TrustRemoteCode == sbom.Yes {
				add(inv.Workloads[i].Name, m.At)
			}
		}
	}
	return out
}

// weights compares model files by path, and tells when code took the place of data: a
// file that can run something where the base had none, beside files that cannot.
func (c *comparison) weights() {
	key := func(w *sbom.Weights) string {
		if promptFile.MatchString(w.Path) || w.Format == "chat-template" {
			return "" // a template in a file of its own, or in a recipe, holds no weights
		}
		return w.Path
	}
	base, head := group(c.base.Weights, key), group(c.head.Weights, key)
	replaced := c.replaced(base, head)
	plain := map[string]string{} // directory → a file of the base that runs nothing
	for i := range c.base.Weights {
		if w := &c.base.Weights[i]; w.Executable == sbom.No && w.Format != "index" {
			plain[path.Dir(w.Path)] = w.Path
		}
	}
	for _, p := range keysOf(base, head) {
		switch before, after := base[p], head[p]; {
		case len(before) == 0:
			w := after[0]
			if old, was := plain[path.Dir(p)]; was && w.Executable == sbom.Yes {
				c.add(sbom.Change{Kind: WeightsExecutable, Subject: p, Before: old, After: p + " (" + w.Format + ")", Area: "training", At: w.At})
				continue
			}
			c.add(sbom.Change{Kind: WeightsAdded, Subject: p, After: digested(w), Area: "training", At: w.At})
		case len(after) == 0:
			if replaced[path.Dir(p)] && before[0].Executable == sbom.No {
				continue // told with what took its place
			}
			c.add(sbom.Change{Kind: WeightsRemoved, Subject: p, Before: digested(before[0]), Area: "training", At: gone(before[0].At)})
		case before[0].Executable != sbom.Yes && after[0].Executable == sbom.Yes:
			c.add(sbom.Change{Kind: WeightsExecutable, Subject: p, Before: before[0].Format, After: after[0].Format, Area: "training", At: after[0].At})
		case before[0].SHA256 != after[0].SHA256:
			c.add(sbom.Change{Kind: WeightsChanged, Subject: p, Before: digested(before[0]), After: digested(after[0]), Area: "training", At: after[0].At})
		}
	}
}

// replaced are the directories where a new file that can run something stands instead of
// files that could not: all of those are gone.
func (c *comparison) replaced(base, head map[string][]*sbom.Weights) map[string]bool {
	out := map[string]bool{}
	for p, after := range head {
		if len(base[p]) == 0 && after[0].Executable == sbom.Yes {
			out[path.Dir(p)] = true
		}
	}
	for p, before := range base {
		if len(head[p]) > 0 && before[0].Executable == sbom.No {
			delete(out, path.Dir(p))
		}
	}
	return out
}

func digested(w *sbom.Weights) string {
	if w.SHA256 == "" {
		return w.Format
	}
	return w.Format + " sha256:" + w.SHA256
}
