package revoked_ancestor_test

import future.keywords.not

import data.mlpolicy.chain.revoked_ancestor.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"path": {"digest": "sha256:bb", "reason": "poisoned", "path": ["sha256:aa", "sha256:cc", "sha256:bb"]},
	"revoked": {"digest": "sha256:bb", "reason": "poisoned"},
}

fires := {
	"ancestor": {"provenance": {"revoked": [base.path]}},
	"weights": {"config": {"revoked": [base.revoked]}, "weights": [{"path": "m.bin", "sha256": "bb"}]},
	"file": {"config": {"revoked": [base.revoked]}, "files": [{"path": "d.bin", "sha256": "bb"}]},
	"component": {"config": {"revoked": [base.revoked]}, "components": [{"name": "m", "version": "", "digests": {"sha256": "bb"}, "at": {"path": "a.py", "line": 2}}]},
	"commit of a component": {"config": {"revoked": [{"digest": "git:c0", "reason": "poisoned"}]}, "components": [{"name": "m", "version": "c0", "digests": {}, "at": {"path": "a.py", "line": 2}}]},
}

silent := {
	"nothing revoked": {"provenance": {"revoked": []}, "config": {"revoked": []}, "weights": [{"path": "m.bin", "sha256": "bb"}]},
	"other bytes": {"config": {"revoked": [base.revoked]}, "weights": [{"path": "m.bin", "sha256": "aa"}], "components": [{"name": "m", "version": "", "digests": {"md5": "bb"}, "at": {"path": "a.py"}}]},
	"no version": {"config": {"revoked": [{"digest": "git:", "reason": "x"}]}, "components": [{"name": "m", "version": "", "digests": {}, "at": {"path": "a.py"}}]},
}

test_counts_steps if {
	some finding in deny with input as fires.ancestor
	contains(finding.detail, "2 steps away")
}

test_the_target_itself if {
	some finding in deny with input as {"provenance": {"revoked": [object.union(base.path, {"path": []})]}}
	contains(finding.detail, "0 steps away")
}

found := {
	"ancestor": {{"at": {"path": ""}, "detail": "made from sha256:bb, 2 steps away, which is revoked: poisoned", "key": "sha256:bb", "subject": "sha256:bb"}},
	"weights": {{"at": {"path": "m.bin"}, "detail": "m.bin is revoked: poisoned", "digest": "sha256:bb", "key": "sha256:bb", "subject": "m.bin"}},
	"file": {{"at": {"path": "d.bin"}, "detail": "d.bin is revoked: poisoned", "digest": "sha256:bb", "key": "sha256:bb", "subject": "d.bin"}},
	"component": {{"at": {"line": 2, "path": "a.py"}, "detail": "m is revoked: poisoned", "digest": "sha256:bb", "key": "sha256:bb", "subject": "m"}},
	"commit of a component": {{"at": {"line": 2, "path": "a.py"}, "detail": "m is revoked: poisoned", "digest": "git:c0", "key": "git:c0", "subject": "m"}},
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
