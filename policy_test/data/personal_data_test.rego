package personal_data_test

import future.keywords.not

import data.mlpolicy.data.personal_data.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "rows": 1000, "pii": {"card": 1}, "at": {"path": "data/train.jsonl"}}

fires := {
	"card": {},
	"many addresses": {"pii": {"card": 0, "email": 11}},
}

silent := {
	"few addresses": {"pii": {"card": 0, "email": 10}},
	"kind without a limit": {"pii": {"card": 0, "plate": 999}},
	"no cards": {"pii": {"card": 0}},
	"test": {"path": "tests/train.jsonl"},
}

found := {
	"card": {{"at": {"path": "data/train.jsonl"}, "detail": "1 values of kind card in 1000 rows", "digest": "ab", "key": "card", "subject": "data/train.jsonl"}},
	"many addresses": {{"at": {"path": "data/train.jsonl"}, "detail": "11 values of kind email in 1000 rows", "digest": "ab", "key": "email", "subject": "data/train.jsonl"}},
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
