package credential_in_uri_test

import future.keywords.not

import data.mlpolicy.experiment.credential_in_uri.deny

base := {"rule": "uri-password", "context": "uri", "at": {"path": "docker-compose.yml", "line": 4}}

fires := {
	"uri": {},
}

silent := {
	"elsewhere": {"context": "config"},
	"test": {"at": {"path": "tests/a.py"}},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.secrets as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.secrets as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
