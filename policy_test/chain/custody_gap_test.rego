package custody_gap_test

import future.keywords.not

import data.mlpolicy.chain.custody_gap.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"gap": {"digest": "sha256:bb", "code": "no_statement", "reason": "no statement has it as a subject"},
	"edge": {"from": "sha256:bb", "to": "sha256:aa"},
	"looked": {"provenance": {"looked": true}},
}

fires := {
	"no statement": {"provenance": {"edges": [base.edge], "gaps": [base.gap]}},
	"no chain": {"collected": base.looked, "config": {"mode": "gate"}, "subject": {"name": "support"}, "provenance": {"edges": [], "gaps": []}},
}

silent := {
	"whole": {"collected": base.looked, "config": {"mode": "gate"}, "subject": {"name": "support"}, "provenance": {"edges": [base.edge], "gaps": []}},
	"another kind": {"collected": base.looked, "config": {"mode": "gate"}, "subject": {"name": "support"}, "provenance": {"edges": [], "gaps": [object.union(base.gap, {"code": "note"})]}},
	"nobody looked": {"collected": {"provenance": {"looked": false}}, "config": {"mode": "gate"}, "subject": {"name": "support"}, "provenance": {"edges": [], "gaps": []}},
	"check": {"collected": base.looked, "config": {"mode": "check"}, "subject": {"name": "support"}, "provenance": {"edges": [], "gaps": []}},
}

found := {
	"no statement": {{"at": {"path": ""}, "detail": "no statement: no statement has it as a subject", "key": "no_statement", "subject": "sha256:bb"}},
	"no chain": {{"at": {"path": ""}, "detail": "nothing says what it was made from", "key": "no chain", "subject": "support"}},
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

test_tolerated if {
	count(deny) == 0 with input as fires["no statement"] with data.mlpolicy.settings["X-003"].tolerated as ["sha256:bb"]
}
