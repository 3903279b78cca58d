package law_changed_with_subject_test

import future.keywords.not

import data.mlpolicy.pipeline.law_changed_with_subject.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
