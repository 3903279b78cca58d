package credential_in_uri_test

import future.keywords.not

import data.mlpolicy.experiment.credential_in_uri.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"rule": "uri-password", "context": "uri", "at": {"path": "docker-compose.yml", "line": 4}}

fires := {
	"uri": {},
}

silent := {
	"elsewhere": {"context": "config"},
	"test": {"at": {"path": "tests/a.py"}},
}

found := {
	"uri": {{"at": {"line": 4, "path": "docker-compose.yml"}, "detail": "a URI carries its password (uri-password)", "subject": "docker-compose.yml"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.secrets as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.secrets as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
