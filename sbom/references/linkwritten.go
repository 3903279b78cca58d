package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// linkWritten makes names local that another file of the source writes: what one script
// saves as "my-model" another one loads by that name. Only names without an owner are
// settled so; org/name that is also written somewhere is looked for on the hub too.
func linkWritten(inv *sbom.Inventory) {
	written := map[string]bool{}
	for i := range inv.References {
		if r := &inv.References[i]; r.Role == "output" && KindOf(r.Name) == NameBare && strings.ContainsAny(r.Name, "-_0123456789") {
			written[r.Name] = true
		}
	}
	for i := range inv.References {
		r := &inv.References[i]
		if r.Role != "output" && r.Role != "push" && r.Host == "huggingface" && written[r.Name] {
			r.Host, r.URI, r.Revision, r.RevisionKind = "local", "./"+r.Name, "", sbom.RevisionNone
		}
	}
}
