package digest_changed_test

import future.keywords.not

import data.mlpolicy.data.digest_changed.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "dataset_digest_changed", "subject": "data/train.jsonl", "before": "aa", "after": "bb", "provenance": "no", "at": {"path": "data/train.jsonl.dvc", "line": 2}}

fires := {
	"no record": {},
	"record not known": {"provenance": "unstated"},
}

silent := {
	"record": {"provenance": "yes"},
	"another change": {"kind": "dataset_added"},
}

found := {
	"no record": {{"at": {"line": 2, "path": "data/train.jsonl.dvc"}, "detail": "digest of data/train.jsonl went from aa to bb without a provenance record", "subject": "data/train.jsonl"}},
	"record not known": {{"at": {"line": 2, "path": "data/train.jsonl.dvc"}, "detail": "digest of data/train.jsonl went from aa to bb without a provenance record", "subject": "data/train.jsonl"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.change as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.change as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
