package mutable_feature_registry_test

import future.keywords.not

import data.mlpolicy.data.mutable_feature_registry.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"store": {"kind": "feature_store", "name": "driver", "purpose": "aws", "uri": "data/registry.db", "at": {"path": "feature_store.yaml", "line": 2}},
	"bucket": {"kind": "bucket", "name": "acme-features", "uri": "", "versioning": "no"},
}

fires := {
	"local file": {"stores": [base.store]},
	"bucket without versions": {"stores": [object.union(base.store, {"uri": "s3://acme-features/registry.db"}), base.bucket]},
}

silent := {
	"registry server": {"stores": [object.union(base.store, {"uri": "features.acme.org:6570"})]},
	"database of that name": {"stores": [object.union(base.store, {"uri": "s3://acme-features/registry.db"}), object.union(base.bucket, {"kind": "database"})]},
	"another bucket": {"stores": [object.union(base.store, {"uri": "s3://acme-features/registry.db"}), object.union(base.bucket, {"name": "other"})]},
	"another store": {"stores": [object.union(base.store, {"kind": "tracker"})]},
	"database": {"stores": [object.union(base.store, {"uri": "postgresql://db/feast"})]},
	"bucket with versions": {"stores": [object.union(base.store, {"uri": "s3://acme-features/registry.db"}), object.union(base.bucket, {"versioning": "yes"})]},
	"local provider": {"stores": [object.union(base.store, {"purpose": "local"})]},
	"test": {"stores": [object.union(base.store, {"at": {"path": "tests/feature_store.yaml"}})]},
}

found := {
	"local file": {{"at": {"line": 2, "path": "feature_store.yaml"}, "detail": "feature store driver (aws) keeps its registry in the local file data/registry.db", "subject": "data/registry.db"}},
	"bucket without versions": {{"at": {"line": 2, "path": "feature_store.yaml"}, "detail": "the registry of feature store driver is in bucket acme-features, which keeps no versions", "subject": "s3://acme-features/registry.db"}},
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
