package static_cloud_key_test

import future.keywords.not

import data.mlpolicy.pipeline.static_cloud_key.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"job": {"name": "deploy", "at": {"path": "ci.yml", "line": 4}},
	"step": {"uses": "aws-actions/configure-aws-credentials", "with": {}, "env": {}, "at": {"path": "ci.yml", "line": 9}},
}

fires := {
	"action": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"with": {"aws-access-key-id": "${{ secrets.A }}", "aws-secret-access-key": "${{ secrets.B }}"}})]})]},
	"action in capitals": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"with": {"Creds": "${{secrets.A}}"}})]})]},
	"environment": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"env": {"AWS_SECRET_ACCESS_KEY": "${{ secrets.B }}"}})]})]},
	"environment of two steps": {"pipelines": [object.union(base.job, {"steps": [
		object.union(base.step, {"env": {"AZURE_CREDENTIALS": "${{ secrets.B }}"}}),
		object.union(base.step, {"env": {"AZURE_CREDENTIALS": "${{ secrets.B }}"}, "at": {"path": "ci.yml", "line": 12}}),
	]})]},
}

silent := {
	"role": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"with": {"role-to-assume": "${{ secrets.ROLE }}"}})]})]},
	"key of this job": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {
		"with": {"aws-access-key-id": "${{ steps.assume.outputs.id }}"},
		"env": {"AWS_ACCESS_KEY_ID": "${{ steps.assume.outputs.id }}"},
	})]})]},
	"another secret": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"env": {"HF_TOKEN": "${{ secrets.HF_TOKEN }}"}})]})]},
}

found := {
	"action": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job deploy gives aws-actions/configure-aws-credentials a stored key (aws-access-key-id, aws-secret-access-key)", "subject": "ci.yml"}},
	"action in capitals": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job deploy gives aws-actions/configure-aws-credentials a stored key (Creds)", "subject": "ci.yml"}},
	"environment": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job deploy works with a stored key (AWS_SECRET_ACCESS_KEY)", "subject": "ci.yml"}},
	"environment of two steps": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job deploy works with a stored key (AZURE_CREDENTIALS)", "subject": "ci.yml"}},
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
