package relative_drift_alert_test

import future.keywords.not

import data.mlpolicy.monitoring.relative_drift_alert.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.alerts as [object.union(base, patch)]
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
	count(deny) == 1 with input.alerts as [base, object.union(base, {"compares_to": ["absolute"], "metrics": ["latency"]})]
}

test_floor_of_its_own if {
	count(deny) == 0 with input.alerts as [object.union(base, {"metrics": [], "compares_to": ["window", "absolute"]})]
}
