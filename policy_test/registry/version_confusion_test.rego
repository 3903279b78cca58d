package version_confusion_test

import future.keywords.not

import data.mlpolicy.registry.version_confusion.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "mlflow", "name": "assistant", "version": "3", "digest": "aa", "created": "1700000003000", "at": {"path": "a/meta.yaml", "line": 3}}

fires := {
	"two digests": {"registry": [base, object.union(base, {"digest": "bb", "at": {"path": "b/meta.yaml"}})]},
	"back in time": {"registry": [base, object.union(base, {"version": "2", "created": "1700000004000"})]},
}

silent := {
	"two registries": {"registry": [base, object.union(base, {"kind": "kitfile", "digest": "bb"})]},
	"two versions": {"registry": [base, object.union(base, {"version": "2", "digest": "bb", "created": ""})]},
	"same time": {"registry": [base, object.union(base, {"version": "2"})]},
	"time in other words": {"registry": [base, object.union(base, {"version": "2", "created": "2026-01-01T00:00:00Z"})]},
	"order of two registries": {"registry": [base, object.union(base, {"kind": "kitfile", "version": "2", "created": "1700000004000"})]},
	"order of two models": {"registry": [base, object.union(base, {"name": "x", "version": "2", "created": "1700000004000"})]},
	"same": {"registry": [base, object.union(base, {"at": {"path": "b/meta.yaml"}})]},
	"another name": {"registry": [base, object.union(base, {"name": "x", "digest": "bb"})]},
	"no digest": {"registry": [base, object.union(base, {"digest": ""})]},
	"in order": {"registry": [base, object.union(base, {"version": "2", "created": "1700000002000"})]},
	"time not known": {"registry": [base, object.union(base, {"version": "2", "created": ""})]},
	"no number": {"registry": [base, object.union(base, {"version": "two", "created": "1700000004000"})]},
	"another kind": {"registry": [object.union(base, {"kind": "x"}), object.union(base, {"kind": "x", "digest": "bb"})]},
}

found := {
	"two digests": {{"at": {"line": 3, "path": "b/meta.yaml"}, "detail": "assistant 3 is bb, and aa in a/meta.yaml", "key": "bb", "subject": "assistant 3"}},
	"back in time": {{"at": {"line": 3, "path": "a/meta.yaml"}, "certainty": "likely", "detail": "assistant 2 was made after version 3", "key": "1700000004000", "subject": "assistant 2"}},
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
