package filter_weakened_test

import future.keywords.not

import data.mlpolicy.data.filter_weakened.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "filter_weakened", "subject": "params.yaml#dedup.threshold", "before": "0.9", "after": "", "area": "", "at": {"path": "params.yaml", "line": 2}}

fires := {
	"filter": {},
	"threshold of the data": {"kind": "threshold_relaxed", "area": "data", "after": "0.5"},
}

silent := {
	"threshold of an alert": {"kind": "threshold_relaxed", "area": "monitoring"},
	"another change": {"kind": "dataset_added", "area": "data"},
}

found := {
	"filter": {{"at": {"line": 2, "path": "params.yaml"}, "detail": "params.yaml#dedup.threshold lets more through: 0.9 became nothing", "subject": "params.yaml#dedup.threshold"}},
	"threshold of the data": {{"at": {"line": 2, "path": "params.yaml"}, "detail": "params.yaml#dedup.threshold lets more through: 0.9 became 0.5", "subject": "params.yaml#dedup.threshold"}},
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
