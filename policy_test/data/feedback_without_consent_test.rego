package feedback_without_consent_test

import future.keywords.not

import data.mlpolicy.data.feedback_without_consent.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"now": "2026-11-24T12:00:00Z", "collected": {"attestations": {"looked": true}}, "datasets": [dataset], "attestations": [scan]}

dataset := {"path": "data/feedback.jsonl", "sha256": "aa", "role": "train", "shape": "alpaca", "at": {"path": "data/feedback.jsonl"}}

scan := {"subject": "d", "digests": {"sha256": "aa"}, "state": "verified", "time": "2026-11-20T12:00:00Z", "body": {"result": "PASSED", "passedTests": ["consent", "moderation"]}, "at": {"path": "s.json"}}

with_scan(patch) := {"attestations": [object.union(scan, patch)]}

with_data(patch) := {"datasets": [object.union(dataset, patch)]}

fires := {
	"no consent": with_scan({"body": {"passedTests": ["moderation"]}}),
	"not screened": with_scan({"body": {"passedTests": ["consent"]}}),
	"consent refused": {"attestations": [object.union(scan, {"state": "refused", "body": {"passedTests": ["consent"]}}), object.union(scan, {"body": {"passedTests": ["moderation"]}})]},
	"consent for other bytes": {"attestations": [object.union(scan, {"digests": {"sha256": "bb"}}), object.union(scan, {"body": {"passedTests": ["pii"]}})]},
}

silent := {
	"nobody looked": {"collected": {"attestations": {"looked": false}}, "attestations": []},
	"both": {},
	"not feedback": object.union(with_data({"path": "data/wiki.jsonl"}), {"attestations": []}),
	"eval data": object.union(with_data({"role": "eval"}), {"attestations": []}),
}

found := {
	"no consent": {{"at": {"path": "data/feedback.jsonl"}, "detail": "prompts or feedback of users, and no trusted statement about consent for its bytes", "digest": "aa", "subject": "data/feedback.jsonl"}},
	"not screened": {{"at": {"path": "data/feedback.jsonl"}, "detail": "prompts or feedback of users, and no trusted statement about screening for its bytes", "digest": "aa", "subject": "data/feedback.jsonl"}},
	"consent refused": {{"at": {"path": "data/feedback.jsonl"}, "detail": "prompts or feedback of users, and no trusted statement about consent for its bytes", "digest": "aa", "subject": "data/feedback.jsonl"}},
	"consent for other bytes": {{"at": {"path": "data/feedback.jsonl"}, "detail": "prompts or feedback of users, and no trusted statement about consent for its bytes", "digest": "aa", "subject": "data/feedback.jsonl"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
