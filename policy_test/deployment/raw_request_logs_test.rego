package raw_request_logs_test

import future.keywords.not

import data.mlpolicy.deployment.raw_request_logs.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

api := {"name": "api", "role": "serving", "settings": {}, "at": {"path": "a.yaml", "line": 2}}

fires := {
	"requests": {"workloads": [object.union(api, {"settings": {"request_logging": "on"}})]},
	"answers": {"workloads": [object.union(api, {"settings": {"response_logging": "on"}})]},
	"stored": {"workloads": [object.union(api, {"role": "gateway", "settings": {"store_prompts": "true"}})]},
	"captured": {"workloads": [object.union(api, {"settings": {"data_capture": "on", "data_capture_kms": "no"}})]},
	"redaction switched off": {"workloads": [object.union(api, {"settings": {"request_logging": "on", "redaction": "off"}})]},
}

silent := {
	"nothing said": {"workloads": [api]},
	"off": {"workloads": [object.union(api, {"settings": {"request_logging": "off", "response_logging": "off", "store_prompts": "false", "data_capture": "off", "data_capture_kms": "no"}})]},
	"captured with a key": {"workloads": [object.union(api, {"settings": {"data_capture": "on", "data_capture_kms": "yes"}})]},
	"redacted": {"workloads": [object.union(api, {"settings": {"store_prompts": "true", "redaction": "on"}})]},
	"training": {"workloads": [object.union(api, {"role": "training", "settings": {"request_logging": "on"}})]},
	"test": {"workloads": [object.union(api, {"at": {"path": "tests/a.yaml"}, "settings": {"request_logging": "on"}})]},
}

found := {
	"requests": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api logs the requests of its users", "key": "logs the requests of its users", "subject": "api"}},
	"answers": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api logs the answers to its users", "key": "logs the answers to its users", "subject": "api"}},
	"stored": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api stores the prompts of its users", "key": "stores the prompts of its users", "subject": "api"}},
	"captured": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api captures requests without a key of its own", "key": "captures requests without a key of its own", "subject": "api"}},
	"redaction switched off": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "api logs the requests of its users", "key": "logs the requests of its users", "subject": "api"}},
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
