package token_from_settings_test

import future.keywords.not

import data.mlpolicy.training.token_from_settings.deny

base := {"name": "WANDB_API_KEY", "source": "settings", "at": {"path": "train.py", "line": 9}}

fires := {
	"settings": {"workloads": [{"name": "job", "role": "training", "env": [base]}]},
	"config": {"workloads": [{"name": "job", "role": "training", "env": [object.union(base, {"source": "config"})]}]},
}

silent := {
	"secret": {"workloads": [{"name": "job", "role": "training", "env": [object.union(base, {"source": "secret"})]}]},
	"another variable": {"workloads": [{"name": "job", "role": "training", "env": [object.union(base, {"name": "WANDB_PROJECT"})]}]},
	"serving": {"workloads": [{"name": "api", "role": "serving", "env": [base]}]},
	"test": {"workloads": [{"name": "job", "role": "training", "env": [object.union(base, {"at": {"path": "tests/a.py"}})]}]},
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
