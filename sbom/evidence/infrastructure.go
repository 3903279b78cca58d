package evidence

import "github.com/mlpolicy/mlpolicy/sbom"

// infrastructureCollectors read what runs models, as whom, and who can reach it.
var infrastructureCollectors = []sbom.Collector{
	liteLLM,
	nemoGuardrails,
}

// infrastructureLinkers join workloads with identities, network policies and ways in.
var infrastructureLinkers = []sbom.Linker{}
