package no_last_known_good_test

import future.keywords.not

import data.mlpolicy.chain.no_last_known_good.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"edge": {"from": "sha256:dd", "to": "sha256:aa", "stage": "training", "attested_by": "train"},
	"input": {"config": {"mode": "gate"}, "subject": {"name": "support"}},
}

chain(provenance) := object.union(base.input, {"provenance": object.union({"edges": [base.edge], "gaps": [], "revoked": []}, provenance)})

fires := {
	"all revoked": chain({"revoked": [{"digest": "sha256:dd", "path": ["sha256:aa", "sha256:dd"]}]}),
	"revoked and unproved": chain({"revoked": [{"digest": "sha256:aa", "path": []}], "gaps": [{"digest": "sha256:dd"}]}),
	"no early stage": chain({"edges": [object.union(base.edge, {"stage": "registry"})]}),
	"nobody speaks for it": chain({"edges": [object.union(base.edge, {"attested_by": ""})]}),
}

silent := {
	"data is good": chain({}),
	"data is good, the model is not": chain({"revoked": [{"digest": "sha256:aa", "path": ["sha256:aa"]}]}),
	"no chain": chain({"edges": []}),
	"check": object.union(chain({"revoked": [{"digest": "sha256:dd", "path": ["sha256:aa", "sha256:dd"]}]}), {"config": {"mode": "check"}}),
}

test_says_that_it_is_revoked if {
	some finding in deny with input as fires["all revoked"]
	contains(finding.detail, "revoked")
}

test_says_that_there_is_none if {
	some finding in deny with input as fires["no early stage"]
	contains(finding.detail, "no snapshot")
}

found := {
	"all revoked": {{"at": {"path": ""}, "detail": "everything that it could be retrained from is revoked or unproved", "subject": "support"}},
	"revoked and unproved": {{"at": {"path": ""}, "detail": "everything that it could be retrained from is revoked or unproved", "subject": "support"}},
	"no early stage": {{"at": {"path": ""}, "detail": "the chain has no snapshot of the data or the base model to retrain from", "subject": "support"}},
	"nobody speaks for it": {{"at": {"path": ""}, "detail": "everything that it could be retrained from is revoked or unproved", "subject": "support"}},
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
