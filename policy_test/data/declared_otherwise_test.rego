package declared_otherwise_test

import future.keywords.not

import data.mlpolicy.data.declared_otherwise.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "declared": [{"field": "sha256", "declared": "a", "found": "b", "agrees": "no", "at": {"path": "card"}}], "at": {"path": "data/train.jsonl"}}

fires := {
	"digest": {},
	"rows": {"declared": [{"field": "rows", "declared": "9", "found": "8", "agrees": "no", "at": {"path": "card"}}]},
}

silent := {
	"agrees": {"declared": [{"field": "sha256", "declared": "a", "found": "a", "agrees": "yes", "at": {"path": "card"}}]},
	"other field": {"declared": [{"field": "licence", "declared": "a", "found": "b", "agrees": "no", "at": {"path": "card"}}]},
	"none": {"declared": []},
	"test": {"path": "tests/train.jsonl"},
}

found := {
	"rows": {{"at": {"path": "data/train.jsonl"}, "certainty": "likely", "detail": "card declares rows 9, found 8", "digest": "ab", "key": "rows", "subject": "data/train.jsonl"}},
	"digest": {{"at": {"path": "data/train.jsonl"}, "certainty": "certain", "detail": "card declares sha256 a, found b", "digest": "ab", "key": "sha256", "subject": "data/train.jsonl"}},
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
