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
	"one repository": {"features": [base, other], "stores": [store("a", "one"), store("b", "one")]},
	"one has no repository": {"features": [base, other], "stores": [store("a", "one"), object.union(store("b", "two"), {"kind": "bucket"})]},
	"the nearest repository": {"features": [base, other], "stores": [store("a", "one"), store("b", "one"), store("", "two")]},
	"one example": {"features": [object.union(base, {"at": {"path": "examples/a/g.py", "line": 3}}), object.union(other, {"at": {"path": "examples/a/f.py"}})]},
}

store(folder, name) := {"kind": "feature_store", "name": name, "at": {"path": $"{folder}/feature_store.yaml"}}

other := object.union(base, {"fields": [], "at": {"path": "a/features.py"}})

silent := {
	"two repositories": {"features": [base, other], "stores": [store("a", "one"), store("b", "two")]},
	"two examples": {"features": [object.union(base, {"at": {"path": "examples/b/f.py", "line": 3}}), object.union(other, {"at": {"path": "examples/a/f.py"}})]},
	"same": {"features": [base, object.union(base, {"at": {"path": "a/features.py"}})]},
	"another view": {"features": [base, object.union(base, {"name": "rider", "fields": [], "at": {"path": "a/features.py"}})]},
	"test": {"features": [base, object.union(base, {"fields": [], "at": {"path": "tests/features.py"}})]},
}

found := {
	"one repository": {{"at": {"line": 3, "path": "b/features.py"}, "detail": "feature view driver differs from the one in a/features.py: fields", "subject": "driver"}},
	"one has no repository": {{"at": {"line": 3, "path": "b/features.py"}, "detail": "feature view driver differs from the one in a/features.py: fields", "subject": "driver"}},
	"the nearest repository": {{"at": {"line": 3, "path": "b/features.py"}, "detail": "feature view driver differs from the one in a/features.py: fields", "subject": "driver"}},
	"one example": {{"at": {"line": 3, "path": "examples/a/g.py"}, "detail": "feature view driver differs from the one in examples/a/f.py: fields", "subject": "driver"}},
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
