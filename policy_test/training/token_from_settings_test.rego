package token_from_settings_test

import future.keywords.not

import data.mlpolicy.training.token_from_settings.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"settings": {{"at": {"line": 9, "path": "train.py"}, "detail": "job gets WANDB_API_KEY from settings, not from a secret store", "key": "WANDB_API_KEY", "subject": "job"}},
	"config": {{"at": {"line": 9, "path": "train.py"}, "detail": "job gets WANDB_API_KEY from config, not from a secret store", "key": "WANDB_API_KEY", "subject": "job"}},
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
