package test_not_statistical_test

import future.keywords.not

import data.mlpolicy.chain.test_not_statistical.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"now": "2026-11-24T12:00:00Z", "collected": {"attestations": {"looked": true}}, "subject": {"name": "m", "digests": {"model": "aa", "sha256": ""}}, "attestations": [statement]}

statement := {"subject": "m", "digests": {"sha256": "aa"}, "state": "verified", "identity": "eva", "predicate_type": "https://in-toto.io/attestation/test-result/v0.1", "stage": "registry", "time": "2026-11-20T12:00:00Z", "body": {"passedTests": ["garak red team"], "statistics": {"n": 20, "seeds": [1, 2], "lower": 0, "upper": 0.1}}, "at": {"path": "s.json"}}

with_statement(patch) := {"attestations": [object.union(statement, patch)]}

fires := {
	"no statistics": {"attestations": [object.union(object.remove(statement, ["body"]), {"body": {"passedTests": ["accuracy eval"]}})]},
	"no seeds": with_statement({"body": {"statistics": {"seeds": []}}}),
	"no interval": with_statement({"body": {"statistics": {"upper": null}}}),
	"one run": with_statement({"body": {"statistics": {"n": 1}}}),
	"failed without": {"attestations": [object.union(object.remove(statement, ["body"]), {"body": {"failedTests": ["backdoor"]}})]},
}

silent := {
	"statistical": {},
	"number of seeds": with_statement({"body": {"statistics": {"seeds": 5}}}),
	"not behaviour": {"attestations": [object.union(object.remove(statement, ["body"]), {"body": {"passedTests": ["licence check"]}})]},
	"not behaviour, one run": {"attestations": [object.union(object.remove(statement, ["body"]), {"body": {"passedTests": ["licence check"], "statistics": {"n": 1}}})]},
	"refused": {"attestations": [object.union(object.remove(statement, ["body"]), {"state": "refused", "body": {"passedTests": ["backdoor"]}})]},
}

found := {
	"no statistics": {{"at": {"path": "s.json"}, "detail": "a test of behaviour without lower, n, seeds, upper", "subject": "m"}},
	"no seeds": {{"at": {"path": "s.json"}, "detail": "a test of behaviour without seeds", "subject": "m"}},
	"no interval": {{"at": {"path": "s.json"}, "detail": "a test of behaviour without upper", "subject": "m"}},
	"one run": {{"at": {"path": "s.json"}, "detail": "a test of behaviour with 1 samples", "subject": "m"}},
	"failed without": {{"at": {"path": "s.json"}, "detail": "a test of behaviour without lower, n, seeds, upper", "subject": "m"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
