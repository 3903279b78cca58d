package contaminated_split_test

import future.keywords.not

import data.mlpolicy.data.contaminated_split.deny

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "contamination": [{"with": "data/test.jsonl", "rows": 3, "share": 0.02}], "at": {"path": "data/train.jsonl"}}

fires := {
	"more than the limit": {},
}

silent := {
	"at the limit": {"contamination": [{"with": "a", "rows": 3, "share": 0.01}]},
	"none": {"contamination": []},
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
