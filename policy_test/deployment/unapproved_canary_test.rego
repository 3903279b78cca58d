package unapproved_canary_test

import future.keywords.not

import data.mlpolicy.deployment.unapproved_canary.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

model := {"uri": "s3://acme/assistant/8", "digest": "", "traffic_percent": 10, "at": {"path": "a.yaml", "line": 9}}

api := {"name": "api", "role": "serving", "models": [model]}

version := {"digest": "", "source": "s3://acme/assistant/8", "state": "", "stage": "Production", "approvals": []}

fires := {
	"nothing approved": {"workloads": [api], "registry": []},
	"another version approved": {"workloads": [api], "registry": [object.union(version, {"source": "s3://acme/assistant/7"})]},
	"not released": {"workloads": [api], "registry": [object.union(version, {"stage": "None"})]},
	"other bytes approved": {"workloads": [object.union(api, {"models": [object.union(model, {"digest": "sha256:aa"})]})], "registry": [object.union(version, {"source": "", "digest": "sha256:bb"})]},
	"no digest": {"workloads": [api], "registry": [object.union(version, {"source": ""})]},
	"model of a name not known": {"workloads": [object.union(api, {"models": [object.union(model, {"uri": ""})]})], "registry": [object.union(version, {"source": ""})]},
	"almost everything": {"workloads": [object.union(api, {"models": [object.union(model, {"traffic_percent": 99})]})], "registry": []},
	"one in a hundred": {"workloads": [object.union(api, {"models": [object.union(model, {"traffic_percent": 1})]})], "registry": []},
}

silent := {
	"approved source": {"workloads": [api], "registry": [version]},
	"approved digest": {"workloads": [object.union(api, {"models": [object.union(model, {"digest": "sha256:aa"})]})], "registry": [object.union(version, {"source": "", "digest": "sha256:aa"})]},
	"approved by somebody": {"workloads": [api], "registry": [object.union(version, {"stage": "", "approvals": [{"by": "ann"}]})]},
	"approved state": {"workloads": [api], "registry": [object.union(version, {"stage": "", "state": "Approved"})]},
	"all traffic": {"workloads": [object.union(api, {"models": [object.union(model, {"traffic_percent": 100})]})]},
	"no traffic": {"workloads": [object.union(api, {"models": [object.union(model, {"traffic_percent": 0})]})]},
	"share not said": {"workloads": [object.union(api, {"models": [object.union(model, {"traffic_percent": -1})]})]},
	"training": {"workloads": [object.union(api, {"role": "training"})]},
	"test": {"workloads": [object.union(api, {"models": [object.union(model, {"at": {"path": "tests/a.yaml"}})]})]},
}

found := {
	"nothing approved": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api sends 10 % of the traffic to s3://acme/assistant/8, which no approval names", "key": "s3://acme/assistant/8", "subject": "s3://acme/assistant/8"}},
	"another version approved": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api sends 10 % of the traffic to s3://acme/assistant/8, which no approval names", "key": "s3://acme/assistant/8", "subject": "s3://acme/assistant/8"}},
	"not released": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api sends 10 % of the traffic to s3://acme/assistant/8, which no approval names", "key": "s3://acme/assistant/8", "subject": "s3://acme/assistant/8"}},
	"other bytes approved": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api sends 10 % of the traffic to s3://acme/assistant/8, which no approval names", "key": "s3://acme/assistant/8", "subject": "s3://acme/assistant/8"}},
	"no digest": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api sends 10 % of the traffic to s3://acme/assistant/8, which no approval names", "key": "s3://acme/assistant/8", "subject": "s3://acme/assistant/8"}},
	"model of a name not known": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api sends 10 % of the traffic to , which no approval names", "key": "", "subject": ""}},
	"almost everything": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api sends 99 % of the traffic to s3://acme/assistant/8, which no approval names", "key": "s3://acme/assistant/8", "subject": "s3://acme/assistant/8"}},
	"one in a hundred": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api sends 1 % of the traffic to s3://acme/assistant/8, which no approval names", "key": "s3://acme/assistant/8", "subject": "s3://acme/assistant/8"}},
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
