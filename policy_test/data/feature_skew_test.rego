package feature_skew_test

import future.keywords.not

import data.mlpolicy.data.feature_skew.deny

base := {"name": "driver", "fields": ["trips"], "sources": ["trips.parquet"], "stream": "", "at": {"path": "b/features.py", "line": 3}}

fires := {
	"fields": {"features": [base, object.union(base, {"fields": ["trips", "rating"], "at": {"path": "a/features.py"}})]},
	"sources": {"features": [base, object.union(base, {"sources": ["other.parquet"], "at": {"path": "a/features.py"}})]},
	"stream": {"features": [base, object.union(base, {"stream": "kafka", "at": {"path": "a/features.py"}})]},
}

silent := {
	"same": {"features": [base, object.union(base, {"at": {"path": "a/features.py"}})]},
	"another view": {"features": [base, object.union(base, {"name": "rider", "fields": [], "at": {"path": "a/features.py"}})]},
	"test": {"features": [base, object.union(base, {"fields": [], "at": {"path": "tests/features.py"}})]},
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

test_at_the_later_one if {
	some found in deny with input as fires.fields
	found.at.path == "b/features.py"
}
