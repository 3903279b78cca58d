package trigger_scan_missing_test

import future.keywords.not

import data.mlpolicy.data.trigger_scan_missing.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"now": "2026-11-24T12:00:00Z", "collected": {"attestations": {"looked": true}}, "datasets": [dataset], "attestations": [scan]}

dataset := {"path": "data/train.jsonl", "sha256": "aa", "role": "train", "shape": "alpaca", "at": {"path": "data/train.jsonl"}}

scan := {"subject": "d", "digests": {"sha256": "aa"}, "state": "verified", "time": "2026-11-20T12:00:00Z", "body": {"result": "PASSED", "passedTests": ["trigger screen"]}, "at": {"path": "s.json"}}

with_scan(patch) := {"attestations": [object.union(scan, patch)]}

with_data(patch) := {"datasets": [object.union(dataset, patch)]}

fires := {
	"no statement": {"attestations": []},
	"refused": with_scan({"state": "refused"}),
	"other bytes": with_scan({"digests": {"sha256": "bb"}}),
	"another test": with_scan({"body": {"passedTests": ["toxicity"]}}),
	"failed": with_scan({"body": {"passedTests": [], "failedTests": ["backdoor"]}}),
}

silent := {
	"nobody looked": {"collected": {"attestations": {"looked": false}}, "attestations": []},
	"screened": {},
	"not instructions": object.union(with_data({"shape": "text"}), {"attestations": []}),
	"eval data": object.union(with_data({"role": "eval"}), {"attestations": []}),
	"no digest": object.union(with_data({"sha256": ""}), {"attestations": []}),
	"other data failed": {"attestations": [scan, object.union(scan, {"digests": {"sha256": "bb"}, "body": {"failedTests": ["backdoor"]}})]},
}

found := {
	"no statement": {{"at": {"path": "data/train.jsonl"}, "detail": "alpaca data, and no trusted statement says that its bytes were screened for triggers", "digest": "aa", "subject": "data/train.jsonl"}},
	"refused": {{"at": {"path": "data/train.jsonl"}, "detail": "alpaca data, and no trusted statement says that its bytes were screened for triggers", "digest": "aa", "subject": "data/train.jsonl"}},
	"other bytes": {{"at": {"path": "data/train.jsonl"}, "detail": "alpaca data, and no trusted statement says that its bytes were screened for triggers", "digest": "aa", "subject": "data/train.jsonl"}},
	"another test": {{"at": {"path": "data/train.jsonl"}, "detail": "alpaca data, and no trusted statement says that its bytes were screened for triggers", "digest": "aa", "subject": "data/train.jsonl"}},
	"failed": {{"at": {"path": "data/train.jsonl"}, "detail": "the screen for triggers did not pass: backdoor", "digest": "aa", "subject": "data/train.jsonl"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
