package training_code_unreviewed_test

import future.keywords.not

import data.mlpolicy.training.training_code_unreviewed.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "code_changed", "area": "training", "at": {"path": "train.py", "line": 3}}

fires := {
	"nobody approved": {"change": [base], "review": {"author": "bob", "approvals": [], "code_owners": []}},
}

silent := {
	"approved": {"change": [base], "review": {"author": "bob", "approvals": ["ann"], "code_owners": []}},
	"another area": {"change": [object.union(base, {"area": "data"})], "review": {"author": "bob", "approvals": [], "code_owners": []}},
	"another kind": {"change": [object.union(base, {"kind": "dataset_added"})], "review": {"author": "bob", "approvals": [], "code_owners": []}},
}

found := {
	"nobody approved": {{"at": {"line": 3, "path": "train.py"}, "detail": "training code changed without the approval of anybody but its author (nobody owns the path)", "subject": "train.py"}},
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
