package digest_changed_test

import future.keywords.not

import data.mlpolicy.data.digest_changed.deny

base := {"kind": "dataset_digest_changed", "subject": "data/train.jsonl", "before": "aa", "after": "bb", "provenance": "no", "at": {"path": "data/train.jsonl.dvc", "line": 2}}

fires := {
	"no record": {},
	"record not known": {"provenance": "unstated"},
}

silent := {
	"record": {"provenance": "yes"},
	"another change": {"kind": "dataset_added"},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.change as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.change as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
