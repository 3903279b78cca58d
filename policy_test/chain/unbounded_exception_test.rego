package unbounded_exception_test

import future.keywords.not

import data.mlpolicy.chain.unbounded_exception.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}
