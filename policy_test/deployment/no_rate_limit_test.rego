package no_rate_limit_test

import future.keywords.not

import data.mlpolicy.deployment.no_rate_limit.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

limit := {"kind": "requests", "key": "identity", "key_name": "x-user-id", "fail_open": "unstated", "at": {"path": "r.yaml", "line": 20}}

base := {"name": "chat", "kind": "envoy-ai-gateway", "llm": "yes", "limits": [limit], "guards": [], "auth": "yes", "tls": "yes", "at": {"path": "r.yaml", "line": 2}}

fires := {
	"no limit": {"routes": [object.union(base, {"limits": []})]},
	"shared by all callers": {"routes": [object.union(base, {"limits": [object.union(limit, {"key": "global"})]})]},
	"connections only": {"routes": [object.union(base, {"limits": [object.union(limit, {"kind": "concurrency"})]})]},
	"one of two": {"routes": [base, object.union(base, {"name": "batch", "limits": []})]},
	"models of a proxy": {"routes": [object.union(base, {"kind": "litellm", "limits": []}), object.union(base, {"name": "other", "kind": "litellm", "limits": [], "at": {"path": "r.yaml", "line": 9}})]},
	"proxy beside a gateway": {"routes": [base, object.union(base, {"kind": "litellm", "limits": [], "at": {"path": "p.yaml", "line": 9}})]},
	"first of a proxy is not a model": {"routes": [object.union(base, {"kind": "litellm", "llm": "no", "limits": [], "at": {"path": "r.yaml", "line": 1}}), object.union(base, {"kind": "litellm", "limits": []})]},
	"first of a proxy is limited": {"routes": [object.union(base, {"kind": "litellm", "at": {"path": "r.yaml", "line": 1}}), object.union(base, {"kind": "litellm", "limits": []})]},
}

silent := {
	"limit": {"routes": [base]},
	"tokens": {"routes": [object.union(base, {"limits": [object.union(limit, {"kind": "tokens"})]})]},
	"by address": {"routes": [object.union(base, {"limits": [object.union(limit, {"key": "ip"})]})]},
	"limit of a proxy": {"routes": [object.union(base, {"kind": "litellm", "limits": [object.union(limit, {"key": "global"})]})]},
	"not a model": {"routes": [object.union(base, {"llm": "unstated", "limits": []})]},
	"test": {"routes": [object.union(base, {"limits": [], "at": {"path": "tests/r.yaml", "line": 2}})]},
}

found := {
	"no limit": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "no limit for each caller is bound to the envoy-ai-gateway route chat", "key": "r.yaml#chat", "subject": "r.yaml#chat"}},
	"shared by all callers": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "no limit for each caller is bound to the envoy-ai-gateway route chat", "key": "r.yaml#chat", "subject": "r.yaml#chat"}},
	"connections only": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "no limit for each caller is bound to the envoy-ai-gateway route chat", "key": "r.yaml#chat", "subject": "r.yaml#chat"}},
	"one of two": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "no limit for each caller is bound to the envoy-ai-gateway route batch", "key": "r.yaml#batch", "subject": "r.yaml#batch"}},
	"models of a proxy": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "no limit for each caller is bound to the litellm route chat", "key": "r.yaml", "subject": "r.yaml"}},
	"proxy beside a gateway": {{"at": {"line": 9, "path": "p.yaml"}, "detail": "no limit for each caller is bound to the litellm route chat", "key": "p.yaml", "subject": "p.yaml"}},
	"first of a proxy is not a model": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "no limit for each caller is bound to the litellm route chat", "key": "r.yaml", "subject": "r.yaml"}},
	"first of a proxy is limited": {{"at": {"line": 2, "path": "r.yaml"}, "detail": "no limit for each caller is bound to the litellm route chat", "key": "r.yaml", "subject": "r.yaml"}},
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

test_one_finding_for_a_proxy if {
	one := object.union(base, {"kind": "litellm", "limits": []})
	two := object.union(one, {"name": "other", "at": {"path": "r.yaml", "line": 9}})
	found := deny with input.routes as [two, one]
	{f.at.line | some f in found} == {2}
}
