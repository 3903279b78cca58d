package mutable_feature_registry_test

import future.keywords.not

import data.mlpolicy.data.mutable_feature_registry.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
