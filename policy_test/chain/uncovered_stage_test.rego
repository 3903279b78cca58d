package uncovered_stage_test

import future.keywords.not

import data.mlpolicy.chain.uncovered_stage.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"config": {"stages": [{"stage": "monitoring", "level": "mandatory", "controls": 3, "selected": true}]}, "collected": {"alerts": {"looked": true}}}

fires := {
	"no control": object.union(base, {"config": {"stages": [{"stage": "monitoring", "level": "mandatory", "controls": 0, "selected": true}]}}),
	"nobody looks": object.union(base, {"collected": {"alerts": {"looked": false}}}),
	"family is not known": {"config": base.config, "collected": {}},
}

silent := {
	"covered": base,
	"one family of two": {"config": {"stages": [{"stage": "data", "level": "", "controls": 3, "selected": true}]}, "collected": {"references": {"looked": false}, "datasets": {"looked": true}}},
	"off": object.union(base, {"config": {"stages": [{"stage": "monitoring", "level": "off", "controls": 0, "selected": false}]}}),
	"stage of its own": {"config": {"stages": [{"stage": "legal", "level": "", "controls": 1, "selected": true}]}, "collected": {}},
}

found := {
	"no control": {{"at": {"path": ""}, "detail": "no loaded policy decides stage monitoring", "key": "controls", "subject": "monitoring"}},
	"nobody looks": {{"at": {"path": ""}, "detail": "nobody looks for the evidence of stage monitoring (alerts)", "key": "evidence", "subject": "monitoring"}},
	"family is not known": {{"at": {"path": ""}, "detail": "nobody looks for the evidence of stage monitoring (alerts)", "key": "evidence", "subject": "monitoring"}},
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
