package feature_store_credential_test

import future.keywords.not

import data.mlpolicy.data.feature_store_credential.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"doc": {"kind": "feast", "path": "feature_store.yaml", "content": {"online_store": {"type": "redis", "password": "[literal]"}}},
	"string": {"kind": "feast", "path": "feature_store.yaml", "content": {"online_store": {"connection_string": "[literal]"}}},
	"backend": {"kind": "feature_backend", "purpose": "online_store", "auth": "yes", "at": {"path": "feature_store.yaml"}},
}

fires := {
	"password": {"documents": [base.doc]},
	"connection string with a password": {"documents": [base.string], "stores": [base.backend]},
}

silent := {
	"another kind of store": {"documents": [base.string], "stores": [object.union(base.backend, {"kind": "bucket"})]},
	"another part of the file": {"documents": [base.string], "stores": [object.union(base.backend, {"purpose": "offline_store"})]},
	"store of another file": {"documents": [base.string], "stores": [object.union(base.backend, {"at": {"path": "b.yaml"}})]},
	"variable": {"documents": [object.union(base.doc, {"content": {"online_store": {"password": "${PASSWORD}"}}})]},
	"connection string without one": {"documents": [base.string], "stores": [object.union(base.backend, {"auth": "no"})]},
	"another document": {"documents": [object.union(base.doc, {"kind": "yaml"})]},
	"test": {"documents": [object.union(base.doc, {"path": "tests/feature_store.yaml"})]},
}

found := {
	"password": {{"at": {"path": "feature_store.yaml", "pointer": "/online_store/password"}, "detail": "password is written into the file", "subject": "feature_store.yaml"}},
	"connection string with a password": {{"at": {"path": "feature_store.yaml", "pointer": "/online_store/connection_string"}, "detail": "connection_string is written into the file", "subject": "feature_store.yaml"}},
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

test_points_at_the_key if {
	some found in deny with input as fires.password
	found.at.pointer == "/online_store/password"
}
