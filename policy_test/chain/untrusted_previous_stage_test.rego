package untrusted_previous_stage_test

import future.keywords.not

import data.mlpolicy.chain.untrusted_previous_stage.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"gate": {"collected": {"attestations": {"looked": true}}, "config": {"mode": "gate"}, "subject": {"name": "support", "digests": {"sha256": "aa"}}, "weights": [], "signatures": [{"state": "valid"}], "attestations": []},
	"prior": {"stage": "training", "decision": "allow", "digest": "sha256:aa", "verified": "yes", "at": {"path": "vsa.json", "line": 1}},
}

fires := {
	"nothing": object.union(base.gate, {"signatures": []}),
	"broken signature": object.union(base.gate, {"signatures": [{"state": "invalid", "at": {"path": "model.sig"}}]}),
	"refused statement": object.union(base.gate, {"signatures": [], "attestations": [{"state": "refused", "digests": {"sha256": "aa"}}]}),
	"statement about other bytes": object.union(base.gate, {"signatures": [], "attestations": [{"state": "verified", "digests": {"sha256": "bb"}}]}),
	"decision nobody verified": object.union(base.gate, {"prior": [object.union(base.prior, {"verified": "unstated"})]}),
	"decision that says no": object.union(base.gate, {"prior": [object.union(base.prior, {"decision": "deny"})]}),
}

silent := {
	"unreadable signature": object.union(base.gate, {"signatures": [{"state": "unreadable", "at": {"path": "model.sig"}}]}),
	"unreadable statement": object.union(base.gate, {"signatures": [], "attestations": [{"state": "unreadable", "digests": {}, "at": {"path": "a.json"}}]}),
	"signature": base.gate,
	"statement": object.union(base.gate, {"signatures": [], "attestations": [{"state": "verified", "digests": {"sha256": "aa"}}]}),
	"statement about a file": object.union(base.gate, {"signatures": [], "weights": [{"sha256": "bb"}], "attestations": [{"state": "verified", "digests": {"sha256": "bb"}}]}),
	"decision": object.union(base.gate, {"prior": [base.prior]}),
	"no statement was given": object.union(base.gate, {"collected": {"attestations": {"looked": false}}, "signatures": []}),
	"check": object.union(base.gate, {"config": {"mode": "check"}, "signatures": []}),
}

found := {
	"nothing": {{"at": {"path": ""}, "detail": "nothing that was verified here speaks for the bytes that are used", "subject": "support"}},
	"broken signature": {{"at": {"path": ""}, "detail": "nothing that was verified here speaks for the bytes that are used", "subject": "support"}},
	"refused statement": {{"at": {"path": ""}, "detail": "nothing that was verified here speaks for the bytes that are used", "subject": "support"}},
	"statement about other bytes": {{"at": {"path": ""}, "detail": "nothing that was verified here speaks for the bytes that are used", "subject": "support"}},
	"decision nobody verified": {{"at": {"line": 1, "path": "vsa.json"}, "detail": "the allow of stage training was not verified here", "key": "training", "subject": "sha256:aa"}},
	"decision that says no": {{"at": {"line": 1, "path": "vsa.json"}, "detail": "stage training did not let it pass (deny)", "key": "training", "subject": "sha256:aa"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
