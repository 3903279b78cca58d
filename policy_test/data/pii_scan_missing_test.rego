package pii_scan_missing_test

import future.keywords.not

import data.mlpolicy.data.pii_scan_missing.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"now": "2026-11-24T12:00:00Z", "collected": {"attestations": {"looked": true}}, "datasets": [dataset], "attestations": [scan]}

dataset := {"path": "data/train.jsonl", "sha256": "aa", "role": "train", "shape": "alpaca", "at": {"path": "data/train.jsonl"}}

scan := {"subject": "d", "digests": {"sha256": "aa"}, "state": "verified", "time": "2026-11-20T12:00:00Z", "body": {"result": "PASSED", "passedTests": ["pii scan"]}, "at": {"path": "s.json"}}

with_scan(patch) := {"attestations": [object.union(scan, patch)]}

with_data(patch) := {"datasets": [object.union(dataset, patch)]}

fires := {
	"no statement": {"attestations": []},
	"refused": with_scan({"state": "refused"}),
	"other bytes": with_scan({"digests": {"sha256": "bb"}}),
	"another test": with_scan({"body": {"passedTests": ["toxicity"]}}),
	"old": with_scan({"time": "2025-11-01T12:00:00Z"}),
	"without a time": with_scan({"time": ""}),
	"failed": with_scan({"body": {"result": "FAILED", "passedTests": [], "failedTests": ["pii scan"]}}),
	"above the limit": with_scan({"body": {"statistics": {"count": 3}}}),
	"body is text": with_scan({"body": "x"}),
}

silent := {
	"nobody looked": {"collected": {"attestations": {"looked": false}}, "attestations": []},
	"scanned": {},
	"svr": with_scan({"body": {"passedTests": [], "properties": ["ACME_PERSONAL_DATA_SCANNED"]}}),
	"counted nothing": with_scan({"body": {"statistics": {"count": 0}}}),
	"count of another test": {"attestations": [scan, object.union(scan, {"body": {"passedTests": ["toxicity"], "statistics": {"count": 3}}})]},
	"failed in something else": with_scan({"body": {"failedTests": ["toxicity"]}}),
	"eval data": object.union(with_data({"role": "eval"}), {"attestations": []}),
	"no digest": object.union(with_data({"sha256": ""}), {"attestations": []}),
}

found := {
	"no statement": {{"at": {"path": "data/train.jsonl"}, "detail": "no trusted, recent statement says that its bytes passed a scan for personal data", "digest": "aa", "subject": "data/train.jsonl"}},
	"refused": {{"at": {"path": "data/train.jsonl"}, "detail": "no trusted, recent statement says that its bytes passed a scan for personal data", "digest": "aa", "subject": "data/train.jsonl"}},
	"other bytes": {{"at": {"path": "data/train.jsonl"}, "detail": "no trusted, recent statement says that its bytes passed a scan for personal data", "digest": "aa", "subject": "data/train.jsonl"}},
	"another test": {{"at": {"path": "data/train.jsonl"}, "detail": "no trusted, recent statement says that its bytes passed a scan for personal data", "digest": "aa", "subject": "data/train.jsonl"}},
	"old": {{"at": {"path": "data/train.jsonl"}, "detail": "no trusted, recent statement says that its bytes passed a scan for personal data", "digest": "aa", "subject": "data/train.jsonl"}},
	"without a time": {{"at": {"path": "data/train.jsonl"}, "detail": "no trusted, recent statement says that its bytes passed a scan for personal data", "digest": "aa", "subject": "data/train.jsonl"}},
	"failed": {{"at": {"path": "data/train.jsonl"}, "detail": "the scan for personal data did not pass: pii scan", "digest": "aa", "subject": "data/train.jsonl"}},
	"above the limit": {{"at": {"path": "data/train.jsonl"}, "detail": "the scan for personal data did not pass: 3 findings", "digest": "aa", "subject": "data/train.jsonl"}},
	"body is text": {{"at": {"path": "data/train.jsonl"}, "detail": "no trusted, recent statement says that its bytes passed a scan for personal data", "digest": "aa", "subject": "data/train.jsonl"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
