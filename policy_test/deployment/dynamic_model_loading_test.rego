package dynamic_model_loading_test

import future.keywords.not

import data.mlpolicy.deployment.dynamic_model_loading.deny

api := {"name": "api", "role": "serving", "settings": {}, "at": {"path": "a.yaml", "line": 2}}

fires := {
	"explicit": {"workloads": [object.union(api, {"settings": {"model_control": "explicit"}})]},
	"poll": {"workloads": [object.union(api, {"settings": {"model_control": "poll"}})]},
	"adapters": {"workloads": [object.union(api, {"settings": {"runtime_lora": "true"}})]},
	"whole store": {"workloads": [object.union(api, {"settings": {"load_models": "all"}})]},
	"registration": {"workloads": [object.union(api, {"settings": {"model_api": "true"}})]},
}

silent := {
	"nothing said": {"workloads": [api]},
	"none": {"workloads": [object.union(api, {"settings": {"model_control": "none"}})]},
	"adapters off": {"workloads": [object.union(api, {"settings": {"runtime_lora": "false"}})]},
	"one model": {"workloads": [object.union(api, {"settings": {"load_models": "assistant.mar"}})]},
	"registration off": {"workloads": [object.union(api, {"settings": {"model_api": "false"}})]},
	"training": {"workloads": [object.union(api, {"role": "training", "settings": {"model_control": "poll"}})]},
	"test": {"workloads": [object.union(api, {"at": {"path": "tests/a.yaml"}, "settings": {"model_control": "poll"}})]},
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
