package provenance_missing_test

import future.keywords.not

import data.mlpolicy.training.provenance_missing.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"now": "2026-11-24T12:00:00Z", "collected": {"attestations": {"looked": true}}, "subject": {"name": "m", "digests": {"model": "aa", "sha256": ""}}, "attestations": [statement]}

statement := {"subject": "m", "digests": {"sha256": "aa"}, "state": "verified", "identity": "eva", "predicate_type": "https://slsa.dev/provenance/v1", "stage": "training", "time": "2026-11-20T12:00:00Z", "body": {}, "at": {"path": "s.json"}}

with_statement(patch) := {"attestations": [object.union(statement, patch)]}

fires := {
	"none": {"attestations": []},
	"refused": with_statement({"state": "refused"}),
	"other bytes": with_statement({"digests": {"sha256": "bb"}}),
	"empty digest": with_statement({"digests": {"sha256": ""}}),
	"another predicate": with_statement({"predicate_type": "https://in-toto.io/attestation/test-result/v0.1"}),
	"another stage": with_statement({"stage": "registry"}),
}

silent := {
	"nobody looked": {"collected": {"attestations": {"looked": false}}, "attestations": []},
	"attested": {},
	"link": with_statement({"predicate_type": "https://in-toto.io/attestation/link/v0.3"}),
	"by file digest": {"subject": {"digests": {"model": "bb", "file": "aa"}}},
}

found := {
	"none": {{"at": {"path": ""}, "detail": "no verified statement says how it was made (0 others are about it)", "subject": "m"}},
	"refused": {{"at": {"path": ""}, "detail": "no verified statement says how it was made (0 others are about it)", "subject": "m"}},
	"other bytes": {{"at": {"path": ""}, "detail": "no verified statement says how it was made (0 others are about it)", "subject": "m"}},
	"empty digest": {{"at": {"path": ""}, "detail": "no verified statement says how it was made (0 others are about it)", "subject": "m"}},
	"another predicate": {{"at": {"path": ""}, "detail": "no verified statement says how it was made (1 others are about it)", "subject": "m"}},
	"another stage": {{"at": {"path": ""}, "detail": "no verified statement says how it was made (1 others are about it)", "subject": "m"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
