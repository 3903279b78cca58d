package filter_weakened_test

import future.keywords.not

import data.mlpolicy.data.filter_weakened.deny

base := {"kind": "filter_weakened", "subject": "params.yaml#dedup.threshold", "before": "0.9", "after": "", "area": "", "at": {"path": "params.yaml", "line": 2}}

fires := {
	"filter": {},
	"threshold of the data": {"kind": "threshold_relaxed", "area": "data", "after": "0.5"},
}

silent := {
	"threshold of an alert": {"kind": "threshold_relaxed", "area": "monitoring"},
	"another change": {"kind": "dataset_added", "area": "data"},
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
