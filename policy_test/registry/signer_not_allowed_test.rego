package signer_not_allowed_test

import future.keywords.not

import data.mlpolicy.registry.signer_not_allowed.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"collected": {"signatures": {"looked": true}}, "subject": {"name": "m"}, "signatures": [signature]}

signature := {"subject": "acme/m", "state": "valid", "reason": "", "code": "", "identity": "release.pub", "unsigned": [], "missing": [], "at": {"path": "model.sig"}}

with_signature(patch) := {"signatures": [object.union(signature, patch)]}

limited := {"REG-002": {"signers": {"acme/*": ["release.pub"], "other": ["eve.pub"]}}}

test_nobody_is_named if count(deny) == 0 with input as base

test_allowed if {
	count(deny) == 0 with input as base with data.mlpolicy.settings as limited
}

test_another_signer if {
	found := deny with input as object.union(base, with_signature({"identity": "eve.pub"})) with data.mlpolicy.settings as limited
	{d.detail | some d in found} == {"signed by eve.pub, allowed are release.pub"}
}

test_another_model if {
	exactly(deny, {{"at": {"path": "model.sig"}, "detail": "signed by release.pub, allowed are ", "subject": "x"}}) with input as object.union(base, with_signature({"subject": "x"})) with data.mlpolicy.settings as limited
}

test_invalid_by_another_is_told_once if {
	count(deny) == 0 with input as object.union(base, with_signature({"identity": "eve.pub", "state": "invalid"})) with data.mlpolicy.settings as limited
}

told(code) := object.union(base, with_signature({"state": "invalid", "code": code, "reason": "signed by eve, expected adam"}))

test_verification_names_both if {
	found := deny with input as told("wrong_signer")
	{d.detail | some d in found} == {"signed by eve, expected adam"}
}

test_other_codes[code] if {
	some code in {"untrusted", "expired", "signature", "changed", "uncovered"}
	count(deny) == 0 with input as told(code)
}
