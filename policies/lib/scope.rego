# METADATA
# description: Whether a source runs models at all, so that what runs beside them matters to them.
package mlpolicy.lib.scope

import future.keywords.not

# of_models are the roles of workloads that a model, its data or its users depend on.
of_models := {
	"training",
	"serving",
	"gateway",
	"template",
	"tracker",
	"notebook",
	"pipeline",
	"feature_store",
	"registry",
}

# models holds when a workload of the source has such a role.
models if {
	some workload in input.workloads
	workload.role in of_models
}

# certainty of a finding about a workload: where nothing is known to run a model, nobody can say
# that the workload runs beside one.
certainty := "certain" if models

certainty := "likely" if not models
