package model_without_alert_test

import future.keywords.not

import data.mlpolicy.monitoring.model_without_alert.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"workload": {"name": "api", "role": "serving", "kind": "Deployment", "models": [{"name": "acme/assistant"}], "at": {"path": "a.yaml", "line": 4}},
	"alert": {"name": "Slow", "kind": "prometheus", "topic": "latency", "selectors": {"app": "api"}},
}

fires := {
	"name in another label": {"workloads": [base.workload], "alerts": [object.union(base.alert, {"selectors": {"app": "web", "team": "api"}})]},
	"empty selector": {"workloads": [object.union(base.workload, {"models": [{"name": ""}]})], "alerts": [object.union(base.alert, {"selectors": {"app": ""}})]},
	"no alert": {"workloads": [base.workload], "alerts": []},
	"two models and no alert": {"workloads": [base.workload, object.union(base.workload, {"name": "b", "at": {"path": "b.yaml", "line": 2}})], "alerts": []},
	"one model of two": {"workloads": [base.workload, object.union(base.workload, {"name": "web", "models": []})], "alerts": [base.alert]},
	"alert for another workload": {"workloads": [base.workload], "alerts": [object.union(base.alert, {"selectors": {"app": "web"}})]},
	"alert about machines": {"workloads": [base.workload], "alerts": [{"name": "Disk", "kind": "prometheus", "topic": "resources", "selectors": {}}]},
	"routes only": {"workloads": [base.workload], "alerts": [object.union(base.alert, {"kind": "alertmanager"})]},
	"broken pattern": {"workloads": [base.workload], "alerts": [object.union(base.alert, {"selectors": {"app": "("}})]},
}

silent := {
	"alert with another label": {"workloads": [base.workload], "alerts": [{"name": "Slow", "kind": "prometheus", "topic": "latency", "selectors": {"le": "1"}}]},
	"alert for the workload": {"workloads": [base.workload], "alerts": [base.alert]},
	"alert for the model": {"workloads": [base.workload], "alerts": [object.union(base.alert, {"selectors": {"app": "x", "model_name": "acme/assistant"}})]},
	"alert for its short name": {"workloads": [base.workload], "alerts": [object.union(base.alert, {"selectors": {"app": "assistant"}})]},
	"pattern": {"workloads": [base.workload], "alerts": [object.union(base.alert, {"selectors": {"app": "api|web"}})]},
	"alert for every model": {"workloads": [base.workload], "alerts": [{"name": "Slow", "kind": "prometheus", "topic": "latency", "selectors": {}}]},
	"runtime": {"workloads": [object.union(base.workload, {"kind": "ClusterServingRuntime"})], "alerts": []},
	"training": {"workloads": [object.union(base.workload, {"role": "training"})], "alerts": []},
	"test": {"workloads": [object.union(base.workload, {"at": {"path": "tests/a.yaml"}})], "alerts": []},
}

found := {
	"name in another label": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "none of 1 alert rules selects the metrics of api", "subject": "api"}},
	"empty selector": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "none of 1 alert rules selects the metrics of api", "subject": "api"}},
	"no alert": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "1 served models, api first, and no alert rule", "subject": "alerts"}},
	"two models and no alert": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "2 served models, api first, and no alert rule", "subject": "alerts"}},
	"one model of two": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "none of 1 alert rules selects the metrics of web", "subject": "web"}},
	"alert for another workload": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "none of 1 alert rules selects the metrics of api", "subject": "api"}},
	"alert about machines": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "none of 1 alert rules selects the metrics of api", "subject": "api"}},
	"routes only": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "1 served models, api first, and no alert rule", "subject": "alerts"}},
	"broken pattern": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "none of 1 alert rules selects the metrics of api", "subject": "api"}},
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
