package expression_injection_test

import future.keywords.not

import data.mlpolicy.pipeline.expression_injection.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"untrusted": ["github.event.issue.title"], "at": {"path": "ci.yml", "line": 9}}

fires := {
	"title": {"pipelines": [{"name": "triage", "steps": [base], "at": {"path": "ci.yml"}}]},
}

silent := {
	"nothing": {"pipelines": [{"name": "triage", "steps": [object.union(base, {"untrusted": []})], "at": {"path": "ci.yml"}}]},
}

found := {
	"title": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job triage pastes github.event.issue.title into a script", "key": "github.event.issue.title", "subject": "ci.yml"}},
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

test_allowed if {
	count(deny) == 0 with input as fires.title
		with data.mlpolicy.settings["CI-003"].allowed as ["github.event.issue.title"]
}
