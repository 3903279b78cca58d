package unapproved_training_input_test

import future.keywords.not

import data.mlpolicy.data.unapproved_training_input.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"edge": {"from": "sha256:aa", "to": "sha256:mm", "relation": "dataset", "stage": "training"},
	"prior": {"stage": "data", "decision": "allow", "digest": "sha256:aa", "verified": "yes"},
}

fires := {
	"no decision": {"provenance": {"edges": [base.edge]}, "prior": []},
	"decision about other bytes": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"digest": "sha256:bb"})]},
	"denied": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"decision": "deny"})]},
	"decision that nobody verified": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"verified": "no"})]},
	"decision of another stage": {"provenance": {"edges": [base.edge]}, "prior": [object.union(base.prior, {"stage": "registry"})]},
}

silent := {
	"approved": {"provenance": {"edges": [base.edge]}, "prior": [base.prior]},
	"base model": {"provenance": {"edges": [object.union(base.edge, {"relation": "base_model"})]}, "prior": []},
	"another stage": {"provenance": {"edges": [object.union(base.edge, {"stage": "registry"})]}, "prior": []},
}

found := {
	"no decision": {{"at": {"path": ""}, "detail": "training of sha256:mm consumed sha256:aa, which the data stage did not approve", "subject": "sha256:aa"}},
	"decision about other bytes": {{"at": {"path": ""}, "detail": "training of sha256:mm consumed sha256:aa, which the data stage did not approve", "subject": "sha256:aa"}},
	"denied": {{"at": {"path": ""}, "detail": "training of sha256:mm consumed sha256:aa, which the data stage did not approve", "subject": "sha256:aa"}},
	"decision that nobody verified": {{"at": {"path": ""}, "detail": "training of sha256:mm consumed sha256:aa, which the data stage did not approve", "subject": "sha256:aa"}},
	"decision of another stage": {{"at": {"path": ""}, "detail": "training of sha256:mm consumed sha256:aa, which the data stage did not approve", "subject": "sha256:aa"}},
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
