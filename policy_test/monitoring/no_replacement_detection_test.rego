package no_replacement_detection_test

import future.keywords.not

import data.mlpolicy.monitoring.no_replacement_detection.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"now": "2026-11-24T12:00:00Z", "collected": {"attestations": {"looked": true}}, "subject": {"name": "m", "digests": {"model": "aa"}}, "attestations": [],
	"fingerprint": {"verdict": "same", "effect": 0.1, "p_value": 0.4, "n": 10, "time": "2026-11-20T12:00:00Z", "at": {"path": "fp.json"}},
}

runtime := {"state": "verified", "stage": "deployment", "predicate_type": "https://in-toto.io/attestation/scai/v0.3", "digests": {"sha256": "aa"}}

verdict(v) := {"fingerprint": {"verdict": v}}

attested(patch) := {"attestations": [object.union(runtime, patch)]}

fires := {
	"nothing": verdict(""),
	"drift": verdict("drift"),
	"drift although attested": object.union(verdict("drift"), attested({})),
	"inconclusive": verdict("inconclusive"),
	"old": {"fingerprint": {"time": "2026-10-01T12:00:00Z"}},
	"refused": object.union(verdict(""), attested({"state": "refused"})),
	"another stage": object.union(verdict(""), attested({"stage": "training"})),
	"another predicate": object.union(verdict(""), attested({"predicate_type": "https://in-toto.io/attestation/test-result/v0.1"})),
	"other bytes": object.union(verdict(""), attested({"digests": {"sha256": "bb"}})),
}

silent := {
	"nobody looked": object.union({"collected": {"attestations": {"looked": false}}}, verdict("")),
	"same": {},
	"attested": object.union(verdict(""), attested({})),
	"attested and inconclusive": object.union(verdict("inconclusive"), attested({})),
	"attested and old": object.union({"fingerprint": {"time": "2026-10-01T12:00:00Z"}}, attested({})),
}

found := {
	"nothing": {{"at": {"path": ""}, "detail": "neither the runtime attests what it loaded, nor was its behaviour tested", "subject": "m"}},
	"drift": {{"at": {"path": "fp.json"}, "detail": "behaviour drifted: effect 0.1, p 0.4", "subject": "m"}},
	"drift although attested": {{"at": {"path": "fp.json"}, "detail": "behaviour drifted: effect 0.1, p 0.4", "subject": "m"}},
	"inconclusive": {{"at": {"path": "fp.json"}, "detail": "the behaviour test is inconclusive with 10 samples", "subject": "m"}},
	"old": {{"at": {"path": "fp.json"}, "detail": "the behaviour test of 2026-10-01T12:00:00Z is older than 30 days", "subject": "m"}},
	"refused": {{"at": {"path": ""}, "detail": "neither the runtime attests what it loaded, nor was its behaviour tested", "subject": "m"}},
	"another stage": {{"at": {"path": ""}, "detail": "neither the runtime attests what it loaded, nor was its behaviour tested", "subject": "m"}},
	"another predicate": {{"at": {"path": ""}, "detail": "neither the runtime attests what it loaded, nor was its behaviour tested", "subject": "m"}},
	"other bytes": {{"at": {"path": ""}, "detail": "neither the runtime attests what it loaded, nor was its behaviour tested", "subject": "m"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
