package run_metadata_leak_test

import future.keywords.not

import data.mlpolicy.experiment.run_metadata_leak.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"id": "r1", "committed": "yes", "host": "gpu-7", "email": "", "args": [], "at": {"path": "wandb/run-1/files/wandb-metadata.json", "line": 1}}

fires := {
	"host": {},
	"address": {"host": "", "email": "ann@acme.org"},
	"arguments": {"host": "", "args": ["--data", "/home/ann"]},
}

silent := {
	"nothing": {"host": ""},
	"not committed": {"committed": "unstated"},
	"test": {"at": {"path": "tests/wandb-metadata.json"}},
}

found := {
	"host": {{"at": {"line": 1, "path": "wandb/run-1/files/wandb-metadata.json"}, "detail": "the record of run r1 names: host name", "subject": "wandb/run-1/files/wandb-metadata.json"}},
	"address": {{"at": {"line": 1, "path": "wandb/run-1/files/wandb-metadata.json"}, "detail": "the record of run r1 names: e-mail address", "subject": "wandb/run-1/files/wandb-metadata.json"}},
	"arguments": {{"at": {"line": 1, "path": "wandb/run-1/files/wandb-metadata.json"}, "detail": "the record of run r1 names: arguments", "subject": "wandb/run-1/files/wandb-metadata.json"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.runs as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.runs as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_only_what_counts if {
	count(deny) == 0 with input.runs as [base] with data.mlpolicy.settings["EXP-009"].fields as ["arguments"]
}
