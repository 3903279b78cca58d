package mutable_artifact_store_test

import future.keywords.not

import data.mlpolicy.experiment.mutable_artifact_store.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "bucket", "name": "runs", "purpose": "artifacts", "versioning": "no", "lock": "unstated", "writers": [], "at": {"path": "s3.tf", "line": 3}}

fires := {
	"no versions": {},
	"nothing said": {"versioning": "unstated"},
	"anybody writes": {"versioning": "yes", "writers": ["*"]},
}

silent := {
	"named writer": {"versioning": "yes", "writers": ["role/train"]},
	"versions": {"versioning": "yes"},
	"lock": {"lock": "yes"},
	"another purpose": {"purpose": "logs"},
	"another kind": {"kind": "database"},
	"test": {"at": {"path": "tests/s3.tf"}},
}

found := {
	"no versions": {{"at": {"line": 3, "path": "s3.tf"}, "detail": "artifact store runs keeps no versions", "subject": "runs"}},
	"nothing said": {{"at": {"line": 3, "path": "s3.tf"}, "detail": "artifact store runs keeps no versions", "subject": "runs"}},
	"anybody writes": {{"at": {"line": 3, "path": "s3.tf"}, "detail": "artifact store runs is writable by *", "subject": "runs"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.stores as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.stores as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
