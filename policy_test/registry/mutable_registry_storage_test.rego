package mutable_registry_storage_test

import future.keywords.not

import data.mlpolicy.registry.mutable_registry_storage.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"mutable": {{"at": {"line": 3, "path": "ecr.tf"}, "detail": "tags of models can be moved", "subject": "models"}},
	"nothing said": {{"at": {"line": 3, "path": "ecr.tf"}, "detail": "tags of models can be moved", "subject": "models"}},
	"bucket": {{"at": {"line": 3, "path": "ecr.tf"}, "detail": "objects of models can be overwritten (no versioning, no object lock)", "subject": "models"}},
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
