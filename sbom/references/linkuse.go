package references

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// linkUse says of each component what loads it and which runs used it: property
// loaded_with lists packages of the source whose calls name it, property runs the ids of
// recorded runs that name it among their parameters or datasets.
func linkUse(inv *sbom.Inventory) {
	index := map[string]int{}
	byName := map[string][]int{}
	for i := range inv.Components {
		c := &inv.Components[i]
		index[c.Ref] = i
		if c.Kind != "package" {
			byName[c.Name] = append(byName[c.Name], i)
		}
	}
	packages := map[string]bool{}
	for i := range inv.Packages {
		packages[importName(inv.Packages[i].Name)] = true
	}
	for i := range inv.References {
		r := &inv.References[i]
		root, _, dotted := strings.Cut(r.Loader, ".")
		at, ok := index[r.Component]
		if ok && dotted && packages[root] {
			addProperty(&inv.Components[at], "loaded_with", root)
		}
	}
	for i := range inv.Runs {
		run := &inv.Runs[i]
		if run.ID == "" {
			continue
		}
		for _, name := range runNames(run) {
			for _, at := range byName[name] {
				addProperty(&inv.Components[at], "runs", run.ID)
			}
		}
	}
}

// importName is the name under which a package is imported, for those that have another
// one than on the index.
func importName(name string) string {
	name = strings.ToLower(strings.ReplaceAll(name, "-", "_"))
	switch name {
	case "scikit_learn":
		return "sklearn"
	case "llama_cpp_python":
		return "llama_cpp"
	case "pytorch_lightning", "lightning":
		return "lightning"
	}
	return name
}

// runNames are the names that a run says it used, in order.
func runNames(run *sbom.Run) []string {
	names := slices.Clone(run.Datasets)
	for key, value := range run.Params {
		if _, ok := positionOf(key); ok && value != "" {
			names = append(names, value)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// addProperty adds a word to a property that is a list in order.
func addProperty(c *sbom.Component, key, value string) {
	if c.Properties == nil {
		c.Properties = map[string]string{}
	}
	var list []string
	if old := c.Properties[key]; old != "" {
		list = strings.Split(old, ",")
	}
	if !slices.Contains(list, value) {
		list = append(list, value)
		slices.Sort(list)
		c.Properties[key] = strings.Join(list, ",")
	}
}
