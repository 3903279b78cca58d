package feature_store_without_auth_test

import future.keywords.not

import data.mlpolicy.data.feature_store_without_auth.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "feature_store", "name": "driver", "purpose": "gcp", "auth": "unstated", "at": {"path": "feature_store.yaml", "line": 2}}

fires := {
	"not said": {},
	"no_auth": {"auth": "no"},
}

silent := {
	"oidc": {"auth": "yes"},
	"local": {"purpose": "local"},
	"another store": {"kind": "bucket"},
	"test": {"at": {"path": "tests/feature_store.yaml"}},
}

found := {
	"not said": {{"at": {"line": 2, "path": "feature_store.yaml"}, "detail": "feature store driver (provider gcp) does not say how it authenticates, which means no_auth", "subject": "driver"}},
	"no_auth": {{"at": {"line": 2, "path": "feature_store.yaml"}, "detail": "feature store driver (provider gcp) is told to ask for no authentication", "subject": "driver"}},
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

test_says_how if {
	details := {found.detail | some found in deny} with input.stores as [base, object.union(base, {"auth": "no"})]
	details == {
		"feature store driver (provider gcp) is told to ask for no authentication",
		"feature store driver (provider gcp) does not say how it authenticates, which means no_auth",
	}
}
