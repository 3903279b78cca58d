package dynamic_model_loading_test

import future.keywords.not

import data.mlpolicy.deployment.dynamic_model_loading.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"explicit": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api loads models at run time (model control mode explicit)", "key": "loads models at run time (model control mode explicit)", "subject": "api"}},
	"poll": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api loads models at run time (model control mode poll)", "key": "loads models at run time (model control mode poll)", "subject": "api"}},
	"adapters": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api takes adapters at run time", "key": "takes adapters at run time", "subject": "api"}},
	"whole store": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api serves whatever is in its model store", "key": "serves whatever is in its model store", "subject": "api"}},
	"registration": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api lets callers register models", "key": "lets callers register models", "subject": "api"}},
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
