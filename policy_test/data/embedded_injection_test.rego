package embedded_injection_test

import future.keywords.not

import data.mlpolicy.data.embedded_injection.deny

base := {"path": "data/train.jsonl", "sha256": "ab", "role": "train", "injections": 1, "at": {"path": "data/train.jsonl"}}

fires := {
	"one": {},
}

silent := {
	"none": {"injections": 0},
	"set of attacks": {"path": "data/jailbreaks.jsonl"},
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
