package training_secret_test

import future.keywords.not

import data.mlpolicy.training.training_secret.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
