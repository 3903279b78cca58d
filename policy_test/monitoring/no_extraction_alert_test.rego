package no_extraction_alert_test

import future.keywords.not

import data.mlpolicy.monitoring.no_extraction_alert.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"alert": {"name": "Slow", "kind": "prometheus", "topic": "latency", "metrics": ["http_seconds"], "at": {"path": "rules.yaml", "line": 4}},
	"workload": {"name": "api", "role": "serving", "at": {"path": "a.yaml", "line": 2}},
	"route": {"name": "chat", "llm": "yes", "at": {"path": "r.yaml", "line": 2}},
}

fires := {
	"served model": {"alerts": [base.alert], "workloads": [base.workload]},
	"route": {"alerts": [base.alert], "routes": [base.route]},
	"metric of a model server": {"alerts": [object.union(base.alert, {"metrics": ["vllm:num_requests_running"]})]},
	"two alerts": {"alerts": [base.alert, object.union(base.alert, {"name": "Errors", "at": {"path": "rules.yaml", "line": 8}})], "routes": [base.route]},
}

silent := {
	"watched": {"alerts": [base.alert, object.union(base.alert, {"topic": "extraction"})], "workloads": [base.workload]},
	"no alerts": {"alerts": [], "workloads": [base.workload]},
	"routing only": {"alerts": [object.union(base.alert, {"kind": "alertmanager"})], "workloads": [base.workload]},
	"nothing answers": {"alerts": [base.alert], "workloads": [object.union(base.workload, {"role": "training"})], "routes": [object.union(base.route, {"llm": "no"})]},
	"test": {"alerts": [object.union(base.alert, {"at": {"path": "tests/rules.yaml", "line": 4}})], "workloads": [base.workload]},
	"served in a test": {"alerts": [base.alert], "workloads": [object.union(base.workload, {"at": {"path": "tests/a.yaml"}})]},
}

found := {
	"route": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "chat answers, and none of 1 alerts watches the volume of one identity", "subject": "alerts"}},
	"served model": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "api answers, and none of 1 alerts watches the volume of one identity", "subject": "alerts"}},
	"metric of a model server": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "vllm:num_requests_running answers, and none of 1 alerts watches the volume of one identity", "subject": "alerts"}},
	"two alerts": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "chat answers, and none of 2 alerts watches the volume of one identity", "subject": "alerts"}},
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
