package trigger_added_test

import future.keywords.not

import data.mlpolicy.data.trigger_added.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "dataset_trigger_added", "subject": "data/train.jsonl", "after": "cf", "at": {"path": "data/train.jsonl"}}

fires := {
	"added": {},
}

silent := {
	"rows": {"kind": "dataset_rows_changed"},
}

found := {
	"added": {{"at": {"path": "data/train.jsonl"}, "certainty": "likely", "detail": "cf", "key": "cf", "subject": "data/train.jsonl"}},
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
