package law_changed_with_subject_test

import future.keywords.not

import data.mlpolicy.pipeline.law_changed_with_subject.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"law": {"kind": "waiver_changed", "subject": "mlpolicy.hcl waiver a", "area": "policy", "at": {"path": "mlpolicy.hcl", "line": 3}},
	"swap": {"kind": "base_model_swapped", "subject": "m", "area": "training", "at": {"path": "train.py", "line": 3}},
}

fires := {
	"waiver beside a model": {"change": [base.law, base.swap]},
	"gate beside a model": {"change": [object.union(base.law, {"kind": "gate_weakened"}), base.swap]},
}

silent := {
	"law alone": {"change": [base.law]},
	"law without an area": {"change": [object.union(base.law, {"area": ""})]},
	"two laws": {"change": [base.law, object.union(base.law, {"kind": "policy_changed", "at": {"path": "a.rego"}})]},
	"law beside code of policies": {"change": [base.law, {"kind": "code_changed", "subject": "policies/x.py", "area": "policy", "at": {"path": "policies/x.py"}}]},
	"law beside a model that is gone": {"change": [base.law, object.union(base.swap, {"kind": "model_removed"})]},
	"model alone": {"change": [base.swap]},
}

found := {
	"waiver beside a model": {{"at": {"line": 3, "path": "mlpolicy.hcl"}, "detail": "waiver changed (mlpolicy.hcl waiver a) beside 1 changes that it judges, base model swapped in train.py first", "key": "mlpolicy.hcl waiver a", "subject": "mlpolicy.hcl"}},
	"gate beside a model": {{"at": {"line": 3, "path": "mlpolicy.hcl"}, "detail": "gate weakened (mlpolicy.hcl waiver a) beside 1 changes that it judges, base model swapped in train.py first", "key": "mlpolicy.hcl waiver a", "subject": "mlpolicy.hcl"}},
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
