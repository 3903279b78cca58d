package partial_monitor_test

import future.keywords.not

import data.mlpolicy.monitoring.partial_monitor.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"alert": {"name": "DataDefinition", "kind": "evidently", "columns": ["age"], "settings": {}, "at": {"path": "monitor.py", "line": 7}},
	"feature": {"name": "customer", "fields": ["age", "income"]},
}

fires := {
	"column left out": {"alerts": [base.alert], "features": [base.feature]},
	"same sample": {"alerts": [object.union(base.alert, {"columns": [], "settings": {"reference_seed": "42"}})]},
}

silent := {
	"every column": {"alerts": [object.union(base.alert, {"columns": ["age", "income", "label"]})], "features": [base.feature]},
	"another table": {"alerts": [object.union(base.alert, {"columns": ["price"]})], "features": [base.feature]},
	"no columns": {"alerts": [object.union(base.alert, {"columns": []})], "features": [base.feature]},
	"no features": {"alerts": [base.alert], "features": []},
	"test": {"alerts": [object.union(base.alert, {"at": {"path": "tests/monitor.py"}, "settings": {"reference_seed": "42"}})], "features": [base.feature]},
}

found := {
	"column left out": {{"at": {"line": 7, "path": "monitor.py"}, "detail": "DataDefinition leaves out income of customer", "subject": "DataDefinition"}},
	"same sample": {{"at": {"line": 7, "path": "monitor.py"}, "detail": "DataDefinition compares with a sample of the reference that is always the same (seed 42)", "key": "seed", "subject": "DataDefinition"}},
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
