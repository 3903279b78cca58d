package hub_at_start_test

import future.keywords.not

import data.mlpolicy.deployment.hub_at_start.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "api", "role": "serving", "models": [{"uri": "hf://acme/m", "at": {"path": "a.yaml", "line": 9}}], "env": [], "settings": {}}

fires := {
	"another variable": {"env": [{"name": "DEBUG", "value": "1"}]},
	"hub": {},
	"online": {"env": [{"name": "HF_HUB_OFFLINE", "value": "0"}]},
}

silent := {
	"offline": {"env": [{"name": "HF_HUB_OFFLINE", "value": "1"}]},
	"no way out": {"settings": {"egress": "denied"}},
	"bucket": {"models": [{"uri": "s3://acme/m", "at": {"path": "a.yaml", "line": 9}}]},
	"training": {"role": "training"},
	"test": {"models": [{"uri": "hf://acme/m", "at": {"path": "tests/a.yaml", "line": 9}}]},
}

found := {
	"another variable": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api downloads hf://acme/m when it starts", "key": "hf://acme/m", "subject": "api"}},
	"hub": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api downloads hf://acme/m when it starts", "key": "hf://acme/m", "subject": "api"}},
	"online": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api downloads hf://acme/m when it starts", "key": "hf://acme/m", "subject": "api"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.workloads as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.workloads as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
