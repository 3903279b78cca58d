package signature_coverage_test

import future.keywords.not

import data.mlpolicy.registry.signature_coverage.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"collected": {"signatures": {"looked": true}}, "subject": {"name": "m"}, "signatures": [signature]}

signature := {"subject": "acme/m", "state": "valid", "reason": "", "identity": "release.pub", "unsigned": [], "missing": [], "at": {"path": "model.sig"}}

with_signature(patch) := {"signatures": [object.union(signature, patch)]}

fires := {
	"unsigned": with_signature({"unsigned": ["modeling.py"]}),
	"missing": with_signature({"missing": ["w.bin"]}),
	"unsigned of an invalid one": with_signature({"state": "invalid", "unsigned": ["modeling.py"]}),
	"one is allowed": with_signature({"unsigned": ["README.md", "modeling.py"]}),
}

silent := {
	"covers all": {},
	"readme": with_signature({"unsigned": ["README.md", "docs/LICENSE"]}),
}

found := {
	"unsigned": {{"at": {"path": "model.sig"}, "detail": "model.sig does not cover modeling.py", "key": "modeling.py", "subject": "modeling.py"}},
	"missing": {{"at": {"path": "model.sig"}, "detail": "model.sig covers w.bin, which is not there", "key": "w.bin", "subject": "w.bin"}},
	"unsigned of an invalid one": {{"at": {"path": "model.sig"}, "detail": "model.sig does not cover modeling.py", "key": "modeling.py", "subject": "modeling.py"}},
	"one is allowed": {{"at": {"path": "model.sig"}, "detail": "model.sig does not cover modeling.py", "key": "modeling.py", "subject": "modeling.py"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
