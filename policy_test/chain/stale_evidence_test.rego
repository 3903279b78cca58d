package stale_evidence_test

import future.keywords.not

import data.mlpolicy.chain.stale_evidence.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"now": "2026-11-24T12:00:00Z", "attestations": [statement], "config": {"trust": [{"stage": "training", "max_age": "240h"}, {"stage": "data", "max_age": ""}]}}

statement := {"subject": "m", "state": "verified", "stage": "training", "predicate_type": "p", "time": "2026-11-20T12:00:00Z", "at": {"path": "s.json"}}

with_statement(patch) := {"attestations": [object.union(statement, patch)]}

fires := {
	"older than its trust block allows": with_statement({"time": "2026-11-14T11:00:00Z"}),
	"older than the default": with_statement({"stage": "data", "time": "2025-11-20T12:00:00Z"}),
	"stage without a block": with_statement({"stage": "registry", "time": "2025-11-20T12:00:00Z"}),
	"without a time": with_statement({"time": ""}),
}

silent := {
	"young": {},
	"at the limit": with_statement({"time": "2026-11-14T12:00:00Z"}),
	"younger than the default": with_statement({"stage": "data", "time": "2025-12-20T12:00:00Z"}),
	"refused": with_statement({"state": "refused", "time": "2020-01-01T00:00:00Z"}),
	"refused without a time": with_statement({"state": "refused", "time": ""}),
	"no limit and no time": with_statement({"stage": "data", "time": ""}),
	"model signature": with_statement({"time": "", "predicate_type": "https://model_signing/signature/v1.0"}),
}

found := {
	"older than its trust block allows": {{"at": {"path": "s.json"}, "detail": "p of 2026-11-14T11:00:00Z is 10 days old, the limit is 10", "subject": "m"}},
	"older than the default": {{"at": {"path": "s.json"}, "detail": "p of 2025-11-20T12:00:00Z is 369 days old, the limit is 365", "subject": "m"}},
	"stage without a block": {{"at": {"path": "s.json"}, "detail": "p of 2025-11-20T12:00:00Z is 369 days old, the limit is 365", "subject": "m"}},
	"without a time": {{"at": {"path": "s.json"}, "detail": "p has no time, and its trust block limits its age", "subject": "m"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
