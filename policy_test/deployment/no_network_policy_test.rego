package no_network_policy_test

import future.keywords.not

import data.mlpolicy.deployment.no_network_policy.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

api := {"name": "api", "namespace": "ml", "role": "serving", "platform": "kubernetes", "at": {"path": "a.yaml", "line": 2}}

rule := {"namespace": "ml", "selects": ["api"], "ingress": "yes", "egress": "yes"}

fires := {
	"no policy": {"workloads": [api], "network_policies": []},
	"selects others": {"workloads": [api], "network_policies": [object.union(rule, {"selects": ["web"]})]},
	"another namespace": {"workloads": [api], "network_policies": [object.union(rule, {"namespace": "web"})]},
	"ingress only": {"workloads": [api], "network_policies": [object.union(rule, {"egress": "no"})]},
	"egress only": {"workloads": [api], "network_policies": [object.union(rule, {"ingress": "no"})]},
	"operator": {"workloads": [object.union(api, {"platform": "kserve"})]},
}

silent := {
	"both": {"workloads": [api], "network_policies": [rule]},
	"one for each": {"workloads": [api], "network_policies": [object.union(rule, {"egress": "no"}), object.union(rule, {"ingress": "no"})]},
	"policy without namespace": {"workloads": [api], "network_policies": [object.union(rule, {"namespace": ""})]},
	"workload without namespace": {"workloads": [object.union(api, {"namespace": ""})], "network_policies": [rule]},
	"neither has one": {"workloads": [object.union(api, {"namespace": ""})], "network_policies": [object.union(rule, {"namespace": ""})]},
	"compose": {"workloads": [object.union(api, {"platform": "compose"})]},
	"web app": {"workloads": [object.union(api, {"role": "other"})]},
	"test": {"workloads": [object.union(api, {"at": {"path": "tests/a.yaml"}})]},
}

found := {
	"no policy": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no NetworkPolicy limits egress and ingress of api", "subject": "api"}},
	"selects others": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no NetworkPolicy limits egress and ingress of api", "subject": "api"}},
	"another namespace": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no NetworkPolicy limits egress and ingress of api", "subject": "api"}},
	"ingress only": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no NetworkPolicy limits egress of api", "subject": "api"}},
	"egress only": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no NetworkPolicy limits ingress of api", "subject": "api"}},
	"operator": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "no NetworkPolicy limits egress and ingress of api", "subject": "api"}},
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

test_names_the_open_way if {
	some found in deny with input as {"workloads": [api], "network_policies": []}
	found.detail == "no NetworkPolicy limits egress and ingress of api"
}
