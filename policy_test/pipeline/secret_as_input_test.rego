package secret_as_input_test

import future.keywords.not

import data.mlpolicy.pipeline.secret_as_input.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "train", "inputs": ["hf_token"], "at": {"path": "ci.yml", "line": 4}}

fires := {
	"token": {"pipelines": [base]},
	"two jobs": {"pipelines": [base, object.union(base, {"name": "eval"})]},
	"key": {"pipelines": [object.union(base, {"inputs": ["API-KEY", "model"]})]},
}

silent := {
	"model": {"pipelines": [object.union(base, {"inputs": ["model"]})]},
	"number of tokens": {"pipelines": [object.union(base, {"inputs": ["max_tokens", "token_limit"]})]},
	"nothing": {"pipelines": [object.union(base, {"inputs": []})]},
}

found := {
	"token": {{"at": {"path": "ci.yml"}, "detail": "input hf_token takes a secret as plain text", "key": "hf_token", "subject": "ci.yml"}},
	"two jobs": {{"at": {"path": "ci.yml"}, "detail": "input hf_token takes a secret as plain text", "key": "hf_token", "subject": "ci.yml"}},
	"key": {{"at": {"path": "ci.yml"}, "detail": "input API-KEY takes a secret as plain text", "key": "API-KEY", "subject": "ci.yml"}},
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
