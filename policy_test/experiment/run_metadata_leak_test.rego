package run_metadata_leak_test

import future.keywords.not

import data.mlpolicy.experiment.run_metadata_leak.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.runs as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.runs as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_only_what_counts if {
	count(deny) == 0 with input.runs as [base] with data.mlpolicy.settings["EXP-009"].fields as ["arguments"]
}
