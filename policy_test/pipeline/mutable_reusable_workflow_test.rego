package mutable_reusable_workflow_test

import future.keywords.not

import data.mlpolicy.pipeline.mutable_reusable_workflow.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "release", "uses": "acme/flows/.github/workflows/release.yml@main", "secrets_inherited": "yes", "secrets": [], "at": {"path": "ci.yml", "line": 4}}

fires := {
	"branch": {"pipelines": [base]},
	"tag": {"pipelines": [object.union(base, {"uses": "acme/flows/.github/workflows/release.yml@v1"})]},
	"named secret": {"pipelines": [object.union(base, {"secrets_inherited": "no", "secrets": ["HF_TOKEN"]})]},
}

silent := {
	"commit": {"pipelines": [object.union(base, {"uses": "acme/flows/.github/workflows/release.yml@0123456789abcdef0123456789abcdef01234567"})]},
	"own": {"pipelines": [object.union(base, {"uses": "./.github/workflows/release.yml"})]},
	"no secrets": {"pipelines": [object.union(base, {"secrets_inherited": "no"})]},
	"none": {"pipelines": [object.union(base, {"uses": ""})]},
}

found := {
	"branch": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job release gives every secret to acme/flows/.github/workflows/release.yml@main, which can be changed by its owner", "key": "acme/flows/.github/workflows/release.yml@main", "subject": "ci.yml"}},
	"tag": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job release gives every secret to acme/flows/.github/workflows/release.yml@v1, which can be changed by its owner", "key": "acme/flows/.github/workflows/release.yml@v1", "subject": "ci.yml"}},
	"named secret": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job release gives HF_TOKEN to acme/flows/.github/workflows/release.yml@main, which can be changed by its owner", "key": "acme/flows/.github/workflows/release.yml@main", "subject": "ci.yml"}},
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
	count(deny) == 0 with input as fires.branch with data.mlpolicy.settings["CI-015"].trusted_owners as ["acme"]
}
