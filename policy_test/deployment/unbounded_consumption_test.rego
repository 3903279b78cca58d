package unbounded_consumption_test

import future.keywords.not

import data.mlpolicy.deployment.unbounded_consumption.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

api := {"name": "api", "kind": "Deployment", "role": "serving", "settings": {"program": "vllm"}, "limits": {}, "at": {"path": "a.yaml", "line": 2}}

fires := {
	"no limit": {"workloads": [api]},
	"memory only": {"workloads": [object.union(api, {"limits": {"memory": "24Gi"}})]},
}

silent := {
	"length": {"workloads": [object.union(api, {"limits": {"max_model_len": "8192"}})]},
	"accelerator": {"workloads": [object.union(api, {"limits": {"gpu": "1"}})]},
	"another server": {"workloads": [object.union(api, {"settings": {"program": "triton"}})]},
	"image": {"workloads": [object.union(api, {"kind": "Dockerfile"})]},
	"gateway": {"workloads": [object.union(api, {"role": "gateway"})]},
	"test": {"workloads": [object.union(api, {"at": {"path": "tests/a.yaml"}})]},
}

found := {
	"no limit": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "vllm in api has no limit of length, requests or accelerators", "subject": "api"}},
	"memory only": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "vllm in api has no limit of length, requests or accelerators", "subject": "api"}},
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
