package unowned_feature_view_test

import future.keywords.not

import data.mlpolicy.data.unowned_feature_view.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.features as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.features as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
