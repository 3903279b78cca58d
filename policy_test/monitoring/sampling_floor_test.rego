package sampling_floor_test

import future.keywords.not

import data.mlpolicy.monitoring.sampling_floor.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"sampler": {{"at": {"line": 3, "path": "otel.yaml"}, "detail": "sampler keeps 0.001 of the traffic, the floor is 0.01", "subject": "sampler"}},
	"exponent": {{"at": {"line": 3, "path": "otel.yaml"}, "detail": "sampler keeps 1e-05 of the traffic, the floor is 0.01", "subject": "sampler"}},
	"variable": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api keeps 0.005 of its traffic, the floor is 0.01", "subject": "api"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
