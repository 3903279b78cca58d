package bypassable_rate_limit_test

import future.keywords.not

import data.mlpolicy.deployment.bypassable_rate_limit.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

limit := {"kind": "requests", "key": "identity", "key_name": "x-user-id", "fail_open": "unstated", "at": {"path": "r.yaml", "line": 20}}

base := {"name": "chat", "kind": "envoy-ai-gateway", "llm": "yes", "limits": [limit], "guards": [], "auth": "yes", "tls": "yes", "at": {"path": "r.yaml", "line": 2}}

fires := {
	"header of the caller": {"routes": [object.union(base, {"limits": [object.union(limit, {"key": "header"})]})]},
	"address": {"routes": [object.union(base, {"limits": [object.union(limit, {"key": "ip", "key_name": ""})]})]},
	"fails open": {"routes": [object.union(base, {"limits": [object.union(limit, {"fail_open": "yes"})]})]},
}

silent := {
	"identity": {"routes": [base]},
	"address beside the identity": {"routes": [object.union(base, {"limits": [limit, object.union(limit, {"key": "ip"})]})]},
	"fails closed": {"routes": [object.union(base, {"limits": [object.union(limit, {"fail_open": "no"})]})]},
	"none": {"routes": [object.union(base, {"limits": []})]},
	"not a model": {"routes": [object.union(base, {"llm": "unstated", "limits": [object.union(limit, {"key": "ip"})]})]},
	"not a model, fails open": {"routes": [object.union(base, {"llm": "no", "limits": [object.union(limit, {"fail_open": "yes"})]})]},
	"test": {"routes": [object.union(base, {"limits": [object.union(limit, {"key": "ip"})], "at": {"path": "tests/r.yaml"}})]},
}

found := {
	"header of the caller": {{"at": {"line": 20, "path": "r.yaml"}, "detail": "the limit of route chat is keyed on the caller's header x-user-id", "subject": "chat"}},
	"address": {{"at": {"line": 20, "path": "r.yaml"}, "detail": "the limit of route chat is keyed on the caller's ip", "subject": "chat"}},
	"fails open": {{"at": {"line": 20, "path": "r.yaml"}, "detail": "the limit of route chat lets requests pass when it cannot be checked", "subject": "chat"}},
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

test_detail if {
	some found in deny with input.routes as [object.union(base, {"limits": [object.union(limit, {"key": "ip", "key_name": ""})]})]
	found.detail == "the limit of route chat is keyed on the caller's ip"
}
