package sampling_floor_test

import future.keywords.not

import data.mlpolicy.monitoring.sampling_floor.deny

base := {
	"alert": {"name": "sampler", "settings": {"sample_ratio": "0.001"}, "at": {"path": "otel.yaml", "line": 3}},
	"workload": {"name": "api", "role": "serving", "env": [{"name": "LANGFUSE_SAMPLE_RATE", "value": "0.005", "at": {"path": "a.yaml", "line": 9}}], "at": {"path": "a.yaml", "line": 2}},
}

fires := {
	"sampler": {"alerts": [base.alert]},
	"exponent": {"alerts": [object.union(base.alert, {"settings": {"sample_ratio": "1e-05"}})]},
	"variable": {"workloads": [base.workload]},
}

silent := {
	"enough": {"alerts": [object.union(base.alert, {"settings": {"sample_ratio": "0.01"}})]},
	"not known": {"alerts": [object.union(base.alert, {"settings": {"sample_ratio": ""}})]},
	"variable that is enough": {"workloads": [object.union(base.workload, {"env": [{"name": "LANGFUSE_SAMPLE_RATE", "value": "1", "at": {"path": "a.yaml"}}]})]},
	"another variable": {"workloads": [object.union(base.workload, {"env": [{"name": "LEARNING_RATE", "value": "0.001", "at": {"path": "a.yaml"}}]})]},
	"training": {"workloads": [object.union(base.workload, {"role": "training"})]},
	"test": {"alerts": [object.union(base.alert, {"at": {"path": "tests/otel.yaml"}})], "workloads": [object.union(base.workload, {"at": {"path": "tests/a.yaml"}})]},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
