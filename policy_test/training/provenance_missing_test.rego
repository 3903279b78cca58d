package provenance_missing_test

import future.keywords.not

import data.mlpolicy.training.provenance_missing.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
