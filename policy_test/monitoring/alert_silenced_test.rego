package alert_silenced_test

import future.keywords.not

import data.mlpolicy.monitoring.alert_silenced.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "alert_removed", "subject": "AnswerScoreLow", "before": "score < 0.7", "after": "", "area": "monitoring", "at": {"path": "rules.yaml", "line": 0}}

fires := {
	"removed": {"change": [base]},
	"silenced": {"change": [object.union(base, {"kind": "alert_silenced", "before": "", "after": "silence null_receiver"})]},
}

silent := {
	"added": {"change": [object.union(base, {"kind": "alert_added"})]},
}

test_says_how if {
	some finding in deny with input as fires.silenced
	contains(finding.detail, "null_receiver")
}

test_says_what if {
	some finding in deny with input as fires.removed
	contains(finding.detail, "0.7")
}

found := {
	"removed": {{"at": {"line": 0, "path": "rules.yaml"}, "detail": "AnswerScoreLow is gone, it fired on score < 0.7", "subject": "AnswerScoreLow"}},
	"silenced": {{"at": {"line": 0, "path": "rules.yaml"}, "detail": "AnswerScoreLow reaches nobody any more (silence null_receiver)", "subject": "AnswerScoreLow"}},
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
