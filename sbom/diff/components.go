package diff

import (
	"maps"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/area"
)

// listed tells whether a comparison has components only: one side is a BOM, which says
// nothing of references, documents and alerts, so that those of the other side are not new.
func (c *comparison) listed() bool {
	return c.bom() || len(c.base.References)+len(c.head.References) == 0
}

func (c *comparison) bom() bool {
	return c.base.Subject.Kind == "bom" || c.head.Subject.Kind == "bom"
}

// components compares what two sides list. A name that one side has at another version
// moved; what is gone from a file is swapped for what is new in it; others are new or gone.
func (c *comparison) components() {
	key := func(x *sbom.Component) string {
		if x.Kind == "package" || x.Kind == "image" || area.Tests.MatchString(x.At.Path) {
			return ""
		}
		return x.Kind + "\x00" + x.Host + "\x00" + strings.Trim(x.Name, "/") // a BOM cuts the path of a purl
	}
	base, head := group(c.base.Components, key), group(c.head.Components, key)
	var gone []*sbom.Component
	for _, k := range keysOf(base, map[string]bool{}) {
		if len(head[k]) == 0 {
			gone = append(gone, base[k][0])
		}
	}
	for _, k := range keysOf(head, map[string]bool{}) {
		now := head[k][0]
		if len(base[k]) > 0 {
			c.sameComponent(base[k][0], now)
			continue
		}
		i := slices.IndexFunc(gone, func(old *sbom.Component) bool {
			return old.Kind == now.Kind && old.Kind != "dataset" && old.At.Path == now.At.Path && now.At.Path != ""
		})
		if i < 0 {
			c.component(now, true)
			continue
		}
		c.add(sbom.Change{Kind: BaseModelSwapped, Subject: now.Kind + " in " + now.At.Path, Before: gone[i].Ref, After: now.Ref, Area: componentArea(now), At: now.At})
		gone = slices.Delete(gone, i, i+1)
	}
	for _, old := range gone {
		c.component(old, false)
	}
}

// sameComponent compares what one name is fixed to on both sides.
func (c *comparison) sameComponent(before, after *sbom.Component) {
	if before.Version != after.Version || before.Revision != after.Revision {
		c.add(sbom.Change{Kind: RevisionMoved, Subject: after.Name, Before: version(before), After: version(after), Area: componentArea(after), At: after.At})
	}
	if after.Kind != "dataset" {
		return // the bytes of models are compared as weights
	}
	for _, algorithm := range slices.Sorted(maps.Keys(after.Digests)) {
		if was := before.Digests[algorithm]; was != "" && was != after.Digests[algorithm] {
			c.add(sbom.Change{Kind: DatasetDigestChanged, Subject: after.Name, Before: algorithm + ":" + was, After: algorithm + ":" + after.Digests[algorithm],
				Area: "data", Provenance: sbom.TriOf(c.recorded(after.At.Path, after.Name)), At: after.At})
			return
		}
	}
}

func (c *comparison) component(x *sbom.Component, added bool) {
	kinds := [2]string{ModelRemoved, ModelAdded}
	if x.Kind == "dataset" {
		kinds = [2]string{DatasetRemoved, DatasetAdded}
	}
	ch := sbom.Change{Kind: kinds[0], Subject: x.Name, Before: x.Ref, Area: componentArea(x), At: gone(x.At)}
	if added {
		ch = sbom.Change{Kind: kinds[1], Subject: x.Name, After: x.Ref, Area: componentArea(x), Provenance: x.Pinned, At: x.At}
	}
	c.add(ch)
}

func version(x *sbom.Component) string {
	if x.Version != "" {
		return x.Version
	}
	return x.Revision
}

func componentArea(x *sbom.Component) string {
	if x.Kind == "dataset" {
		return "data"
	}
	return "training"
}
