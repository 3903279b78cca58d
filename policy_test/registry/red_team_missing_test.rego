package red_team_missing_test

import future.keywords.not

import data.mlpolicy.registry.red_team_missing.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"now": "2026-11-24T12:00:00Z", "collected": {"attestations": {"looked": true}}, "subject": {"name": "m", "digests": {"model": "aa", "sha256": ""}}, "attestations": [statement]}

statement := {"subject": "m", "digests": {"sha256": "aa"}, "state": "verified", "identity": "eva", "predicate_type": "https://in-toto.io/attestation/test-result/v0.1", "stage": "registry", "time": "2026-11-20T12:00:00Z", "body": {"result": "PASSED", "passedTests": ["garak"], "statistics": {"n": 100, "upper": 0.05}}, "at": {"path": "s.json"}}

with_statement(patch) := {"attestations": [object.union(statement, patch)]}

fires := {
	"none": {"attestations": []},
	"refused": with_statement({"state": "refused"}),
	"other bytes": with_statement({"digests": {"sha256": "bb"}}),
	"another test": with_statement({"body": {"passedTests": ["accuracy"]}}),
	"failed": with_statement({"body": {"passedTests": [], "failedTests": ["backdoor"]}}),
	"may succeed": with_statement({"body": {"statistics": {"upper": 0.06}}}),
}

silent := {
	"nobody looked": {"collected": {"attestations": {"looked": false}}, "attestations": []},
	"passed": {},
	"another failed": {"attestations": [statement, object.union(statement, {"body": {"passedTests": [], "failedTests": ["accuracy"], "statistics": {"upper": 1}}})]},
	"also failed in accuracy": with_statement({"body": {"failedTests": ["accuracy"]}}),
}

found := {
	"none": {{"at": {"path": ""}, "detail": "no verified red-team or backdoor test is about it", "subject": "m"}},
	"refused": {{"at": {"path": ""}, "detail": "no verified red-team or backdoor test is about it", "subject": "m"}},
	"other bytes": {{"at": {"path": ""}, "detail": "no verified red-team or backdoor test is about it", "subject": "m"}},
	"another test": {{"at": {"path": ""}, "detail": "no verified red-team or backdoor test is about it", "subject": "m"}},
	"failed": {{"at": {"path": "s.json"}, "detail": "it failed backdoor", "subject": "m"}},
	"may succeed": {{"at": {"path": "s.json"}, "detail": "attacks may succeed in 0.06 of the tries, at most 0.05 are allowed", "subject": "m"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
