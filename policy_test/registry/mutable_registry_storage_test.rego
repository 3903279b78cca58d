package mutable_registry_storage_test

import future.keywords.not

import data.mlpolicy.registry.mutable_registry_storage.deny

base := {"kind": "image_registry", "name": "models", "purpose": "", "lock": "no", "versioning": "unstated", "at": {"path": "ecr.tf", "line": 3}}

fires := {
	"mutable": {},
	"nothing said": {"lock": "unstated"},
	"bucket": {"kind": "bucket", "purpose": "registry"},
}

silent := {
	"database": {"kind": "database", "purpose": "registry"},
	"immutable": {"lock": "yes"},
	"bucket with versions": {"kind": "bucket", "purpose": "registry", "versioning": "yes"},
	"bucket with a lock": {"kind": "bucket", "purpose": "registry", "lock": "yes"},
	"another bucket": {"kind": "bucket", "purpose": "data"},
	"test": {"at": {"path": "tests/ecr.tf"}},
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
