package declared_otherwise_test

import future.keywords.not

import data.mlpolicy.data.declared_otherwise.deny

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "declared": [{"field": "sha256", "declared": "a", "found": "b", "agrees": "no", "at": {"path": "card"}}], "at": {"path": "data/train.jsonl"}}

fires := {
	"digest": {},
}

silent := {
	"agrees": {"declared": [{"field": "sha256", "declared": "a", "found": "a", "agrees": "yes", "at": {"path": "card"}}]},
	"other field": {"declared": [{"field": "licence", "declared": "a", "found": "b", "agrees": "no", "at": {"path": "card"}}]},
	"none": {"declared": []},
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
