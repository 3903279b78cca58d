package unbounded_consumption_test

import future.keywords.not

import data.mlpolicy.deployment.unbounded_consumption.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
