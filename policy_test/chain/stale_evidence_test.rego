package stale_evidence_test

import future.keywords.not

import data.mlpolicy.chain.stale_evidence.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
