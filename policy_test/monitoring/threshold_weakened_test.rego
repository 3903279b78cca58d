package threshold_weakened_test

import future.keywords.not

import data.mlpolicy.monitoring.threshold_weakened.deny

base := {"kind": "threshold_relaxed", "subject": "AnswerScoreLow", "before": "0.7", "after": "0.3", "area": "monitoring", "at": {"path": "rules.yaml", "line": 4}}

fires := {
	"lower floor": {"change": [base]},
	"no threshold any more": {"change": [object.union(base, {"after": ""})]},
}

silent := {
	"tightened": {"change": [object.union(base, {"kind": "threshold_tightened"})]},
	"of a filter": {"change": [object.union(base, {"area": "data"})]},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
