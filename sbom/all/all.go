// Package all is the default list of collectors and linkers, in the order in which they
// run: packages and weights first, so that references can be joined with them.
package all

import (
	"slices"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/evidence"
	"github.com/mlpolicy/mlpolicy/sbom/packages"
	"github.com/mlpolicy/mlpolicy/sbom/references"
)

// Collectors lists every collector.
var Collectors = slices.Concat(packages.Collectors, references.Collectors, evidence.Collectors)

// Linkers lists every linker.
var Linkers = slices.Concat(packages.Linkers, references.Linkers, evidence.Linkers)

var _ []sbom.Collector = Collectors
