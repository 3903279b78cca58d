package unbounded_exception_test

import future.keywords.not

import data.mlpolicy.chain.unbounded_exception.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"waivers": [waiver], "files": [{"path": "a.bin", "sha256": "aa"}], "weights": [{"path": "b.bin", "sha256": "bb"}]}

waiver := {"name": "w", "owner": "ml", "reason": "r", "expires": "2027-01-01", "digests": ["sha256:aa"], "subjects": ["a.bin"], "at": {"path": "mlpolicy.hcl", "line": 1}}

with_waiver(patch) := {"waivers": [object.union(waiver, patch)]}

fires := {
	"no owner": with_waiver({"owner": ""}),
	"no reason": with_waiver({"reason": ""}),
	"no end": with_waiver({"expires": ""}),
	"no bytes": with_waiver({"digests": []}),
	"no bytes of weights": with_waiver({"digests": [], "subjects": ["b.bin"]}),
}

silent := {
	"bounded": {},
	"no file": with_waiver({"digests": [], "subjects": ["pkg:pypi/torch"]}),
	"file without digest": object.union(with_waiver({"digests": []}), {"files": [{"path": "a.bin", "sha256": ""}], "weights": [{"path": "a.bin", "sha256": ""}]}),
}

found := {
	"no owner": {{"at": {"line": 1, "path": "mlpolicy.hcl"}, "detail": "the waiver has no owner", "key": "owner", "subject": "w"}},
	"no reason": {{"at": {"line": 1, "path": "mlpolicy.hcl"}, "detail": "the waiver has no reason", "key": "reason", "subject": "w"}},
	"no end": {{"at": {"line": 1, "path": "mlpolicy.hcl"}, "detail": "the waiver has no expires", "key": "expires", "subject": "w"}},
	"no bytes": {{"at": {"line": 1, "path": "mlpolicy.hcl"}, "detail": "the waiver does not say for which bytes of a.bin it is", "key": "a.bin", "subject": "w"}},
	"no bytes of weights": {{"at": {"line": 1, "path": "mlpolicy.hcl"}, "detail": "the waiver does not say for which bytes of b.bin it is", "key": "b.bin", "subject": "w"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
