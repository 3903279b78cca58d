package partial_monitor_test

import future.keywords.not

import data.mlpolicy.monitoring.partial_monitor.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
