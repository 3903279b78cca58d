package alert_silenced_test

import future.keywords.not

import data.mlpolicy.monitoring.alert_silenced.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
