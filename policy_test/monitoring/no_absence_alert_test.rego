package no_absence_alert_test

import future.keywords.not

import data.mlpolicy.monitoring.no_absence_alert.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"no rule": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "no alert fires when answer_score is not there any more", "key": "answer_score", "subject": "answer_score"}},
	"two rules on one metric": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "no alert fires when answer_score is not there any more", "key": "answer_score", "subject": "answer_score"}},
	"absence of another metric": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "no alert fires when answer_score is not there any more", "key": "answer_score", "subject": "answer_score"}},
	"Grafana that is quiet": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "no alert fires when answer_score is not there any more", "key": "answer_score", "subject": "answer_score"}},
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
