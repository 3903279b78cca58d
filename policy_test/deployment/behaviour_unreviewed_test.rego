package behaviour_unreviewed_test

import future.keywords.not

import data.mlpolicy.deployment.behaviour_unreviewed.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "behaviour_changed", "subject": "prompts/support.md", "area": "deployment", "at": {"path": "prompts/support.md", "line": 1}}

fires := {
	"nobody approved": {"change": [base], "review": {"author": "bob", "approvals": [], "code_owners": []}},
}

silent := {
	"approved": {"change": [base], "review": {"author": "bob", "approvals": ["ann"], "code_owners": []}},
	"another area": {"change": [object.union(base, {"area": "training"})], "review": {"author": "bob", "approvals": [], "code_owners": []}},
	"another kind": {"change": [object.union(base, {"kind": "alert_removed"})], "review": {"author": "bob", "approvals": [], "code_owners": []}},
}

found := {
	"nobody approved": {{"at": {"line": 1, "path": "prompts/support.md"}, "detail": "behaviour changed (prompts/support.md) without the approval of anybody but its author (nobody owns the path)", "subject": "prompts/support.md"}},
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
