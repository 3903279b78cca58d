package feature_skew_test

import future.keywords.not

import data.mlpolicy.data.feature_skew.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"fields": {{"at": {"line": 3, "path": "b/features.py"}, "detail": "feature view driver differs from the one in a/features.py: fields", "subject": "driver"}},
	"sources": {{"at": {"line": 3, "path": "b/features.py"}, "detail": "feature view driver differs from the one in a/features.py: sources", "subject": "driver"}},
	"stream": {{"at": {"line": 3, "path": "b/features.py"}, "detail": "feature view driver differs from the one in a/features.py: stream", "subject": "driver"}},
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

test_at_the_later_one if {
	some found in deny with input as fires.fields
	found.at.path == "b/features.py"
}
