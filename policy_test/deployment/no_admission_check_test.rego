package no_admission_check_test

import future.keywords.not

import data.mlpolicy.deployment.no_admission_check.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

api := {"name": "api", "namespace": "ml", "role": "serving", "platform": "kubernetes", "settings": {}, "at": {"path": "a.yaml", "line": 2}}

fires := {
	"no policy": {"workloads": [api]},
	"two in one namespace": {"workloads": [api, object.union(api, {"name": "b", "at": {"path": "a.yaml", "line": 40}})]},
	"no namespace": {"workloads": [object.union(api, {"namespace": ""})]},
	"one of two": {"workloads": [api, object.union(api, {"name": "b", "settings": {"admission": "ClusterImagePolicy models"}})]},
}

silent := {
	"checked": {"workloads": [object.union(api, {"settings": {"admission": "ClusterImagePolicy models"}})]},
	"compose": {"workloads": [object.union(api, {"platform": "compose"})]},
	"web app": {"workloads": [object.union(api, {"role": "other"})]},
	"test": {"workloads": [object.union(api, {"at": {"path": "tests/a.yaml"}})]},
}

found := {
	"no policy": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no admission policy of namespace ml verifies what it runs (api)", "key": "namespace ml", "subject": "namespace ml"}},
	"two in one namespace": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no admission policy of namespace ml verifies what it runs (api, b)", "key": "namespace ml", "subject": "namespace ml"}},
	"no namespace": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no admission policy of the namespace verifies what it runs (api)", "key": "the namespace", "subject": "the namespace"}},
	"one of two": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no admission policy of namespace ml verifies what it runs (api)", "key": "namespace ml", "subject": "namespace ml"}},
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

test_one_finding_at_the_first if {
	second := object.union(api, {"name": "b", "at": {"path": "a.yaml", "line": 40}})
	some found in deny with input as {"workloads": [second, api]}
	found.at.line == 2
	found.detail == "no admission policy of namespace ml verifies what it runs (api, b)"
}

test_without_a_namespace if {
	some found in deny with input as {"workloads": [object.union(api, {"namespace": ""})]}
	found.subject == "the namespace"
}
