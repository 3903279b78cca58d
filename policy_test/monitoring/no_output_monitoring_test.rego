package no_output_monitoring_test

import future.keywords.not

import data.mlpolicy.monitoring.no_output_monitoring.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"slow": {"topic": "latency", "metrics": ["vllm:e2e_request_latency_seconds"], "at": {"path": "rules.yaml", "line": 4}},
	"drift": {"topic": "drift", "metrics": ["answer_score"], "at": {"path": "rules.yaml", "line": 9}},
}

fires := {
	"latency only": {"alerts": [base.slow]},
	"two places": {"alerts": [base.slow, object.union(base.slow, {"at": {"line": 2}})]},
	"errors of a service beside a model": {"alerts": [object.union(base.slow, {"topic": "errors", "metrics": ["http_requests_total"]})], "workloads": [{"role": "serving"}]},
}

silent := {
	"other topics": {"alerts": [object.union(base.slow, {"topic": "other"})]},
	"training only": {"alerts": [object.union(base.slow, {"metrics": ["http_requests_total"]})], "workloads": [{"role": "training"}]},
	"no alerts": {"alerts": []},
	"drift": {"alerts": [base.slow, base.drift]},
	"nothing about models": {"alerts": [object.union(base.slow, {"metrics": ["http_requests_total"]})], "workloads": []},
	"test": {"alerts": [object.union(base.slow, {"at": {"path": "tests/rules.yaml"}})]},
}

found := {
	"latency only": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "1 alerts look at latency, none at what the model answers", "subject": "alerts"}},
	"two places": {{"at": {"line": 2, "path": "rules.yaml"}, "detail": "2 alerts look at latency, none at what the model answers", "subject": "alerts"}},
	"errors of a service beside a model": {{"at": {"line": 4, "path": "rules.yaml"}, "detail": "1 alerts look at errors, none at what the model answers", "subject": "alerts"}},
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
