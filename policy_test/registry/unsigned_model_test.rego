package unsigned_model_test

import future.keywords.not

import data.mlpolicy.registry.unsigned_model.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"collected": {"signatures": {"looked": true}}, "subject": {"name": "m"}, "signatures": [signature]}

signature := {"subject": "acme/m", "state": "valid", "reason": "", "identity": "release.pub", "unsigned": [], "missing": [], "at": {"path": "model.sig"}}

with_signature(patch) := {"signatures": [object.union(signature, patch)]}

fires := {
	"none": {"signatures": []},
	"invalid": with_signature({"state": "invalid", "reason": "changed"}),
	"absent": with_signature({"state": "absent"}),
	"invalid beside unreadable": {"signatures": [
		object.union(signature, {"state": "unreadable", "reason": "not JSON"}),
		object.union(signature, {"state": "invalid", "reason": "changed"}),
	]},
}

silent := {
	"nobody looked": {"collected": {"signatures": {"looked": false}}, "signatures": []},
	"valid": {},
	"unreadable": with_signature({"state": "unreadable", "reason": "not JSON"}),
	"one of two": {"signatures": [signature, object.union(signature, {"state": "invalid"})]},
}

found := {
	"none": {{"at": {"path": ""}, "detail": "the model has no signature", "subject": "m"}},
	"invalid": {{"at": {"path": "model.sig"}, "detail": "its signature is invalid: changed", "subject": "m"}},
	"invalid beside unreadable": {{"at": {"path": "model.sig"}, "detail": "its signature is invalid: changed", "subject": "m"}},
	"absent": {{"at": {"path": "model.sig"}, "detail": "its signature is absent: ", "subject": "m"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
