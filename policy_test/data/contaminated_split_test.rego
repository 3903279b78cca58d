package contaminated_split_test

import future.keywords.not

import data.mlpolicy.data.contaminated_split.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "contamination": [{"with": "data/test.jsonl", "rows": 3, "share": 0.02}], "at": {"path": "data/train.jsonl"}}

fires := {
	"more than the limit": {},
}

silent := {
	"at the limit": {"contamination": [{"with": "a", "rows": 3, "share": 0.01}]},
	"none": {"contamination": []},
	"test": {"path": "tests/train.jsonl"},
}

found := {
	"more than the limit": {{"at": {"path": "data/train.jsonl"}, "detail": "3 rows of data/test.jsonl (2 %) stand in it", "digest": "ab", "key": "data/test.jsonl", "subject": "data/train.jsonl"}},
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
