package unpinned_action_test

import future.keywords.not

import data.mlpolicy.pipeline.unpinned_action.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"uses": "actions/checkout", "ref": "v4", "ref_kind": "tag", "at": {"path": ".github/workflows/ci.yml", "line": 9}}

fires := {
	"tag": {"pipelines": [{"platform": "github", "steps": [base]}]},
	"branch": {"pipelines": [{"platform": "github", "steps": [object.union(base, {"ref_kind": "branch"})]}]},
}

silent := {
	"full commit": {"pipelines": [{"platform": "github", "steps": [object.union(base, {"ref_kind": "commit"})]}]},
	"own action": {"pipelines": [{"platform": "github", "steps": [object.union(base, {"uses": "./.github/actions/setup", "ref_kind": "none"})]}]},
	"image": {"pipelines": [{"platform": "github", "steps": [object.union(base, {"uses": "docker://alpine/git:1"})]}]},
	"no action": {"pipelines": [{"platform": "github", "steps": [object.union(base, {"uses": ""})]}]},
	"another platform": {"pipelines": [{"platform": "gitlab", "steps": [base]}]},
}

found := {
	"tag": {{"at": {"line": 9, "path": ".github/workflows/ci.yml"}, "detail": "actions/checkout@v4 can be changed by its owner after review", "subject": "actions/checkout"}},
	"branch": {{"at": {"line": 9, "path": ".github/workflows/ci.yml"}, "detail": "actions/checkout@v4 can be changed by its owner after review", "subject": "actions/checkout"}},
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

test_trusted_owner if {
	count(deny) == 0 with input.pipelines as [{"platform": "github", "steps": [base]}]
		with data.mlpolicy.settings["CI-001"].trusted_owners as ["actions"]
}
