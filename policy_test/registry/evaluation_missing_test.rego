package evaluation_missing_test

import future.keywords.not

import data.mlpolicy.registry.evaluation_missing.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"now": "2026-11-24T12:00:00Z", "collected": {"attestations": {"looked": true}}, "subject": {"name": "m", "digests": {"model": "aa", "sha256": ""}}, "attestations": [statement]}

statement := {"subject": "m", "digests": {"sha256": "aa"}, "state": "verified", "identity": "eva", "predicate_type": "https://in-toto.io/attestation/test-result/v0.1", "stage": "registry", "time": "2026-11-20T12:00:00Z", "body": {"result": "PASSED", "passedTests": ["accuracy"], "statistics": {"n": 100, "lower": 0}}, "at": {"path": "s.json"}}

with_statement(patch) := {"attestations": [object.union(statement, patch)]}

fires := {
	"none": {"attestations": []},
	"refused": with_statement({"state": "refused"}),
	"other bytes": with_statement({"digests": {"sha256": "bb"}}),
	"another test": with_statement({"body": {"passedTests": ["pii"]}}),
	"failed": with_statement({"body": {"passedTests": [], "failedTests": ["accuracy"]}}),
	"failed as a whole": with_statement({"body": {"result": "FAILED", "failedTests": []}}),
	"few samples": with_statement({"body": {"statistics": {"n": 99}}}),
	"below the floor": with_statement({"body": {"statistics": {"lower": -0.1}}}),
}

silent := {
	"nobody looked": {"collected": {"attestations": {"looked": false}}, "attestations": []},
	"passed": {},
	"no statistics": {"attestations": [object.union(object.remove(statement, ["body"]), {"body": {"passedTests": ["mmlu"]}})]},
	"samples as text": with_statement({"body": {"statistics": {"n": "few", "lower": "low"}}}),
	"failed in something else": {"attestations": [statement, object.union(statement, {"body": {"passedTests": [], "failedTests": ["pii"], "statistics": {"n": 1}}})]},
}

found := {
	"none": {{"at": {"path": ""}, "detail": "no verified evaluation is about it", "subject": "m"}},
	"refused": {{"at": {"path": ""}, "detail": "no verified evaluation is about it", "subject": "m"}},
	"other bytes": {{"at": {"path": ""}, "detail": "no verified evaluation is about it", "subject": "m"}},
	"another test": {{"at": {"path": ""}, "detail": "no verified evaluation is about it", "subject": "m"}},
	"failed": {{"at": {"path": "s.json"}, "detail": "its evaluation failed: accuracy", "subject": "m"}},
	"failed as a whole": {{"at": {"path": "s.json"}, "detail": "its evaluation failed: accuracy", "subject": "m"}},
	"few samples": {{"at": {"path": "s.json"}, "detail": "its evaluation has 99 samples, at least 100 are asked for", "subject": "m"}},
	"below the floor": {{"at": {"path": "s.json"}, "detail": "its evaluation may be as low as -0.1, the floor is 0", "subject": "m"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
