package undeduplicated_data_test

import future.keywords.not

import data.mlpolicy.data.undeduplicated_data.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "rows": 100, "duplicates": 11, "near_duplicates": 10, "at": {"path": "data/train.jsonl"}}

fires := {
	"more than the limit": {},
}

silent := {
	"at the limit": {"near_duplicates": 9},
	"few rows": {"rows": 99},
	"test": {"path": "tests/train.jsonl"},
}

found := {
	"more than the limit": {{"at": {"path": "data/train.jsonl"}, "detail": "21 of 100 rows repeat another", "digest": "ab", "subject": "data/train.jsonl"}},
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
