package unprofiled_data_test

import future.keywords.not

import data.mlpolicy.data.unprofiled_data.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "profile": "none", "skipped": {"profile": "too large"}, "at": {"path": "data/train.jsonl"}}

fires := {
	"not profiled": {},
}

silent := {
	"profiled": {"profile": "full"},
	"test data": {"role": "eval"},
	"test": {"path": "tests/train.jsonl"},
}

found := {
	"not profiled": {{"at": {"path": "data/train.jsonl"}, "detail": "too large", "digest": "ab", "subject": "data/train.jsonl"}},
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
