package training_secret_test

import future.keywords.not

import data.mlpolicy.training.training_secret.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "HF_TOKEN", "source": "literal", "secret": true, "at": {"path": "job.yaml", "line": 9}}

fires := {
	"literal": {"workloads": [{"name": "job", "role": "training", "env": [base]}]},
}

silent := {
	"reference": {"workloads": [{"name": "job", "role": "training", "env": [object.union(base, {"source": "secret"})]}]},
	"plain": {"workloads": [{"name": "job", "role": "training", "env": [object.union(base, {"secret": false})]}]},
	"serving": {"workloads": [{"name": "api", "role": "serving", "env": [base]}]},
	"test": {"workloads": [{"name": "job", "role": "training", "env": [object.union(base, {"at": {"path": "tests/job.yaml"}})]}]},
}

found := {
	"literal": {{"at": {"line": 9, "path": "job.yaml"}, "detail": "training job job gets HF_TOKEN as a literal", "key": "HF_TOKEN", "subject": "job"}},
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
