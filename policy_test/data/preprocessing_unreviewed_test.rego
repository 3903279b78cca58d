package preprocessing_unreviewed_test

import future.keywords.not

import data.mlpolicy.data.preprocessing_unreviewed.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"change": {"kind": "code_changed", "area": "data", "at": {"path": "data/clean.py", "line": 3}},
	"rule": {"owners": ["@ann"], "matches": ["data/clean.py"]},
}

fires := {
	"nobody approved": {"change": [base.change], "review": {"author": "bob", "approvals": [], "code_owners": []}},
	"author approved": {"change": [base.change], "review": {"author": "Ann", "approvals": ["ann"], "code_owners": [base.rule]}},
	"somebody else approved": {"change": [base.change], "review": {"author": "bob", "approvals": ["eve"], "code_owners": [base.rule]}},
}

silent := {
	"owner approved": {"change": [base.change], "review": {"author": "bob", "approvals": ["Ann"], "code_owners": [base.rule]}},
	"team owns it": {"change": [base.change], "review": {"author": "bob", "approvals": ["eve"], "code_owners": [object.union(base.rule, {"owners": ["@acme/data"]})]}},
	"nobody owns it, somebody approved": {"change": [base.change], "review": {"author": "bob", "approvals": ["eve"], "code_owners": []}},
	"another area": {"change": [object.union(base.change, {"area": "training"})], "review": {"author": "bob", "approvals": [], "code_owners": []}},
	"another kind": {"change": [object.union(base.change, {"kind": "dataset_added"})], "review": {"author": "bob", "approvals": [], "code_owners": []}},
}

found := {
	"nobody approved": {{"at": {"line": 3, "path": "data/clean.py"}, "detail": "data code changed without the approval of anybody but its author (nobody owns the path)", "subject": "data/clean.py"}},
	"author approved": {{"at": {"line": 3, "path": "data/clean.py"}, "detail": "data code changed without the approval of an owner (@ann)", "subject": "data/clean.py"}},
	"somebody else approved": {{"at": {"line": 3, "path": "data/clean.py"}, "detail": "data code changed without the approval of an owner (@ann)", "subject": "data/clean.py"}},
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

test_names_owners if {
	some found in deny with input as fires["somebody else approved"]
	found.detail == "data code changed without the approval of an owner (@ann)"
}
