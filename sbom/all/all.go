// Package all is the default list of collectors and linkers, in the order in which they
// run: packages and weights first, so that references can be joined with them.
package all

import (
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/datasets"
	"github.com/mlpolicy/mlpolicy/sbom/evidence"
	"github.com/mlpolicy/mlpolicy/sbom/packages"
	"github.com/mlpolicy/mlpolicy/sbom/references"
	"github.com/mlpolicy/mlpolicy/sbom/weights"
)

// Collectors lists every collector, with data files profiled as the options say.
func Collectors(data datasets.Options) []sbom.Collector {
	return slices.Concat(packages.Collectors, weights.Collectors, datasets.New(data), references.Collectors, evidence.Collectors)
}

// Linkers lists every linker.
var Linkers = slices.Concat(packages.Linkers, weights.Linkers, references.Linkers, evidence.Linkers, datasets.Linkers)
