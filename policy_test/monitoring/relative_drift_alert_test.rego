package relative_drift_alert_test

import future.keywords.not

import data.mlpolicy.monitoring.relative_drift_alert.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "Drift", "topic": "drift", "compares_to": ["window"], "metrics": ["answer_score"], "at": {"path": "rules.yaml", "line": 4}}

fires := {
	"window": {},
	"output": {"topic": "output"},
}

silent := {
	"absence": {"compares_to": ["absence"]},
	"absolute": {"compares_to": ["window", "absolute"]},
	"reference": {"compares_to": ["window", "reference"]},
	"floor only": {"compares_to": ["absolute"]},
	"latency": {"topic": "latency"},
	"test": {"at": {"path": "tests/rules.yaml"}},
}

found := {
	"window": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "Drift compares with a recent window only, a slow drift never fires it", "subject": "Drift"}},
	"output": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "Drift compares with a recent window only, a slow drift never fires it", "subject": "Drift"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.alerts as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.alerts as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_floor_beside_it if {
	count(deny) == 0 with input.alerts as [base, object.union(base, {"compares_to": ["absolute"]})]
}

test_floor_on_another_metric if {
	exactly(deny, {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "Drift compares with a recent window only, a slow drift never fires it", "subject": "Drift"}}) with input.alerts as [base, object.union(base, {"compares_to": ["absolute"], "metrics": ["latency"]})]
}

test_floor_of_its_own if {
	count(deny) == 0 with input.alerts as [object.union(base, {"metrics": [], "compares_to": ["window", "absolute"]})]
}
