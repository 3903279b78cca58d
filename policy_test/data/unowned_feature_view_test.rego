package unowned_feature_view_test

import future.keywords.not

import data.mlpolicy.data.unowned_feature_view.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "driver", "owner": "ann", "ttl": "1d", "sources": ["a"], "at": {"path": "features.py", "line": 3}}

fires := {
	"no owner": {"owner": ""},
	"no ttl": {"ttl": ""},
	"no source": {"sources": []},
}

silent := {
	"complete": {},
	"test": {"owner": "", "at": {"path": "tests/features.py"}},
}

found := {
	"no owner": {{"at": {"line": 3, "path": "features.py"}, "detail": "feature view driver lacks: owner", "subject": "driver"}},
	"no ttl": {{"at": {"line": 3, "path": "features.py"}, "detail": "feature view driver lacks: ttl", "subject": "driver"}},
	"no source": {{"at": {"line": 3, "path": "features.py"}, "detail": "feature view driver lacks: source", "subject": "driver"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.features as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.features as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
