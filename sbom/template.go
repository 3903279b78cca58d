package sbom

import (
	"slices"
	"strings"
)

// ofTemplate takes back that a file of a project template could not be parsed, and lists
// it as a template. Cookiecutter and copier mark such files by their path, which holds the
// placeholder ({{cookiecutter.name}}/pyproject.toml); what such a file says is not known
// before a project is made of it. Files of data and weights stay Problems: nobody fills
// those in.
func (inv *Inventory) ofTemplate(path string) {
	if !strings.Contains(path, "{{") && !strings.Contains(path, "{%") {
		return
	}
	before := len(inv.Problems)
	inv.Problems = slices.DeleteFunc(inv.Problems, func(p Problem) bool {
		return p.Code == "malformed" && p.Family != FamilyWeights && p.Family != FamilyDatasets
	})
	if len(inv.Problems) < before {
		inv.Documents = append(inv.Documents, Document{Kind: "template", Path: path})
	}
}
