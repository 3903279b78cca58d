package unapproved_training_input_test

import future.keywords.not

import data.mlpolicy.data.unapproved_training_input.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
