package hidden_text_test

import future.keywords.not

import data.mlpolicy.data.hidden_text.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "hidden": {"zero_width": 1}, "at": {"path": "data/train.jsonl"}}

fires := {
	"zero width": {},
	"bidi": {"hidden": {"zero_width": 0, "bidi": 2}},
}

silent := {
	"private use": {"hidden": {"zero_width": 0, "private_use": 5}},
	"none": {"hidden": {"zero_width": 0}},
	"test": {"path": "tests/train.jsonl"},
}

found := {
	"zero width": {{"at": {"path": "data/train.jsonl"}, "detail": "1 hidden or confusable characters (zero width)", "digest": "ab", "subject": "data/train.jsonl"}},
	"bidi": {{"at": {"path": "data/train.jsonl"}, "detail": "2 hidden or confusable characters (bidi)", "digest": "ab", "subject": "data/train.jsonl"}},
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
