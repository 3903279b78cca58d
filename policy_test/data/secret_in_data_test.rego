package secret_in_data_test

import future.keywords.not

import data.mlpolicy.data.secret_in_data.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "secrets": 1, "at": {"path": "data/train.jsonl"}}

fires := {
	"one": {},
}

silent := {
	"none": {"secrets": 0},
	"test": {"path": "tests/train.jsonl"},
}

found := {
	"one": {{"at": {"path": "data/train.jsonl"}, "certainty": "likely", "detail": "1 values have the form of a key or token", "digest": "ab", "subject": "data/train.jsonl"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.datasets as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.datasets as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
