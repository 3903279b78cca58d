package threshold_weakened_test

import future.keywords.not

import data.mlpolicy.monitoring.threshold_weakened.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "threshold_relaxed", "subject": "AnswerScoreLow", "before": "0.7", "after": "0.3", "area": "monitoring", "at": {"path": "rules.yaml", "line": 4}}

fires := {
	"lower floor": {"change": [base]},
	"no threshold any more": {"change": [object.union(base, {"after": ""})]},
}

silent := {
	"tightened": {"change": [object.union(base, {"kind": "threshold_tightened"})]},
	"of a filter": {"change": [object.union(base, {"area": "data"})]},
}

found := {
	"lower floor": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "AnswerScoreLow is weaker: 0.7 became 0.3", "subject": "AnswerScoreLow"}},
	"no threshold any more": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "AnswerScoreLow is weaker: 0.7 became nothing", "subject": "AnswerScoreLow"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
