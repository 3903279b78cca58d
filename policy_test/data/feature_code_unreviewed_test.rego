package feature_code_unreviewed_test

import future.keywords.not

import data.mlpolicy.data.feature_code_unreviewed.deny

base := {"kind": "code_changed", "area": "features", "at": {"path": "features.py", "line": 3}}

fires := {
	"nobody approved": {"change": [base], "review": {"author": "bob", "approvals": [], "code_owners": []}},
}

silent := {
	"approved": {"change": [base], "review": {"author": "bob", "approvals": ["ann"], "code_owners": []}},
	"another area": {"change": [object.union(base, {"area": "data"})], "review": {"author": "bob", "approvals": [], "code_owners": []}},
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
