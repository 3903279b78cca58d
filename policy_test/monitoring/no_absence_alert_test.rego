package no_absence_alert_test

import future.keywords.not

import data.mlpolicy.monitoring.no_absence_alert.deny

base := {"name": "AnswerScoreLow", "kind": "prometheus", "topic": "output", "metrics": ["answer_score"], "compares_to": ["absolute"], "settings": {}, "at": {"path": "rules.yaml", "line": 4}}

fires := {
	"no rule": {"alerts": [base]},
	"two rules on one metric": {"alerts": [base, object.union(base, {"name": "AnswerScoreFalls", "at": {"path": "rules.yaml", "line": 9}})]},
	"absence of another metric": {"alerts": [base, object.union(base, {"topic": "errors", "metrics": ["up"], "compares_to": ["absence"]})]},
	"Grafana that is quiet": {"alerts": [object.union(base, {"kind": "grafana", "settings": {"no_data_state": "OK"}})]},
}

silent := {
	"absence": {"alerts": [base, object.union(base, {"name": "AnswerScoreGone", "compares_to": ["absence"]})]},
	"latency": {"alerts": [object.union(base, {"topic": "latency"})]},
	"another kind": {"alerts": [object.union(base, {"kind": "evidently"})]},
	"Grafana that fires": {"alerts": [object.union(base, {"kind": "grafana", "settings": {"no_data_state": "Alerting"}})]},
	"test": {"alerts": [object.union(base, {"at": {"path": "tests/rules.yaml", "line": 4}})]},
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
