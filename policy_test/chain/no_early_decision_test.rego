package no_early_decision_test

import future.keywords.not

import data.mlpolicy.chain.no_early_decision.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"edge": {"from": "sha256:dd", "to": "sha256:aa", "stage": "training", "time": "2026-11-20T10:00:00Z"},
	"prior": {"stage": "data", "decision": "allow", "digest": "sha256:dd", "verified": "yes", "time": "2026-11-19T10:00:00Z"},
}

fires := {
	"no decision": {"provenance": {"edges": [base.edge]}, "prior": []},
	"decided afterwards": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"time": "2026-11-21T10:00:00Z"})]},
	"decided on other bytes": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"digest": "sha256:ee"})]},
	"decided no": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"decision": "deny"})]},
	"not verified": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"verified": "no"})]},
	"another stage decided": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"stage": "registry"})]},
	"decision without a time": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"time": ""})]},
}

silent := {
	"decided before": {"provenance": {"edges": [base.edge]}, "prior": [base.prior]},
	"training without a time": {"provenance": {"edges": [object.union(base.edge, {"time": ""})]}, "prior": [base.prior]},
	"another step": {"provenance": {"edges": [object.union(base.edge, {"stage": "registry"})]}, "prior": []},
}

found := {
	"no decision": {{"at": {"path": ""}, "detail": "sha256:dd was used in training and stage data had not decided on it", "key": "sha256:dd", "subject": "sha256:dd"}},
	"decided afterwards": {{"at": {"path": ""}, "detail": "sha256:dd was used in training and stage data had not decided on it", "key": "sha256:dd", "subject": "sha256:dd"}},
	"decided on other bytes": {{"at": {"path": ""}, "detail": "sha256:dd was used in training and stage data had not decided on it", "key": "sha256:dd", "subject": "sha256:dd"}},
	"decided no": {{"at": {"path": ""}, "detail": "sha256:dd was used in training and stage data had not decided on it", "key": "sha256:dd", "subject": "sha256:dd"}},
	"not verified": {{"at": {"path": ""}, "detail": "sha256:dd was used in training and stage data had not decided on it", "key": "sha256:dd", "subject": "sha256:dd"}},
	"another stage decided": {{"at": {"path": ""}, "detail": "sha256:dd was used in training and stage data had not decided on it", "key": "sha256:dd", "subject": "sha256:dd"}},
	"decision without a time": {{"at": {"path": ""}, "detail": "sha256:dd was used in training and stage data had not decided on it", "key": "sha256:dd", "subject": "sha256:dd"}},
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
