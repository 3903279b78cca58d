package mutable_artifact_store_test

import future.keywords.not

import data.mlpolicy.experiment.mutable_artifact_store.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.stores as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.stores as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
