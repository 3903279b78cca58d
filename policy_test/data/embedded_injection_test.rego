package embedded_injection_test

import future.keywords.not

import data.mlpolicy.data.embedded_injection.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "injections": 1, "at": {"path": "data/train.jsonl"}}

fires := {
	"one": {},
}

silent := {
	"none": {"injections": 0},
	"set of attacks": {"path": "data/jailbreaks.jsonl"},
	"test": {"path": "tests/train.jsonl"},
}

found := {
	"one": {{"at": {"path": "data/train.jsonl"}, "detail": "1 instructions to a model", "digest": "ab", "subject": "data/train.jsonl"}},
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
