package secret_in_data_test

import future.keywords.not

import data.mlpolicy.data.secret_in_data.deny

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "secrets": 1, "at": {"path": "data/train.jsonl"}}

fires := {
	"one": {},
}

silent := {
	"none": {"secrets": 0},
	"test": {"path": "tests/train.jsonl"},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.datasets as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.datasets as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
