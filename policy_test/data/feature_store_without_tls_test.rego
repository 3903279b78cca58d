package feature_store_without_tls_test

import future.keywords.not

import data.mlpolicy.data.feature_store_without_tls.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "feature_backend", "name": "online_store:redis", "uri": "redis.acme.org:6379", "tls": "no", "at": {"path": "feature_store.yaml", "line": 4}}

fires := {
	"plain": {},
	"plain address": {"uri": "http://registry.acme.org"},
}

silent := {
	"tls": {"tls": "yes"},
	"not said": {"tls": "unstated"},
	"this machine": {"uri": "localhost:6379"},
	"address of this machine": {"uri": "http://127.0.0.1:6566"},
	"another store": {"kind": "bucket"},
	"test": {"at": {"path": "tests/feature_store.yaml"}},
}

found := {
	"plain": {{"at": {"line": 4, "path": "feature_store.yaml"}, "detail": "online_store:redis is reached without TLS", "subject": "online_store:redis"}},
	"plain address": {{"at": {"line": 4, "path": "feature_store.yaml"}, "detail": "online_store:redis is reached without TLS", "subject": "online_store:redis"}},
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
