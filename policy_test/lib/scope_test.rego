package scope_test

import future.keywords.not

import data.mlpolicy.lib.scope

with_a_model := {
	"serving", "training", "gateway", "template", "tracker", "notebook", "pipeline", "feature_store", "registry",
}

test_models[role] if {
	some role in with_a_model
	scope.certainty == "certain" with input as {"workloads": [{"role": "other"}, {"role": role}]}
}

test_no_models[role] if {
	some role in {"other", "monitoring", ""}
	scope.certainty == "likely" with input as {"workloads": [{"role": role}]}
}

test_nothing_there if scope.certainty == "likely" with input as {}
