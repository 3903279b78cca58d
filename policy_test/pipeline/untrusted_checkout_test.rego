package untrusted_checkout_test

import future.keywords.not

import data.mlpolicy.pipeline.untrusted_checkout.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"job": {"name": "build", "condition": "", "triggers": [{"event": "pull_request_target", "types": []}], "at": {"path": "ci.yml", "line": 4}},
	"checkout": {"uses": "actions/checkout@v4", "with": {"ref": "${{ github.event.pull_request.head.sha }}"}, "run": "", "at": {"path": "ci.yml", "line": 9}},
}

fires := {
	"label of another event": {"pipelines": [object.union(base.job, {"triggers": [{"event": "pull_request_target", "types": []}, {"event": "issues", "types": ["labeled"]}], "steps": [base.checkout]})]},
	"head": {"pipelines": [object.union(base.job, {"steps": [base.checkout]})]},
	"repository of the head": {"pipelines": [object.union(base.job, {"steps": [object.union(base.checkout, {"with": {"ref": "", "repository": "${{ github.event.pull_request.head.repo.full_name }}"}})]})]},
	"shell": {"pipelines": [object.union(base.job, {"steps": [{"uses": "", "with": {}, "run": "gh pr checkout 1", "at": {"path": "ci.yml", "line": 9}}]})]},
	"workflow_run": {"pipelines": [object.union(base.job, {"triggers": [{"event": "workflow_run", "types": []}], "steps": [base.checkout]})]},
	"several types": {"pipelines": [object.union(base.job, {"triggers": [{"event": "pull_request_target", "types": ["labeled", "synchronize"]}], "steps": [base.checkout]})]},
}

silent := {
	"another action": {"pipelines": [object.union(base.job, {"steps": [object.union(base.checkout, {"uses": "acme/report"})]})]},
	"head in another input": {"pipelines": [object.union(base.job, {"steps": [{"uses": "actions/checkout", "with": {"path": "${{ github.head_ref }}"}, "run": "", "at": {"path": "ci.yml", "line": 9}}]})]},
	"base": {"pipelines": [object.union(base.job, {"steps": [{"uses": "actions/checkout@v4", "with": {}, "run": "", "at": {"path": "ci.yml", "line": 9}}]})]},
	"no checkout": {"pipelines": [object.union(base.job, {"steps": [{"uses": "", "with": {}, "run": "echo hello", "at": {"path": "ci.yml", "line": 9}}]})]},
	"pull_request": {"pipelines": [object.union(base.job, {"triggers": [{"event": "pull_request", "types": []}], "steps": [base.checkout]})]},
	"label starts it": {"pipelines": [object.union(base.job, {"triggers": [{"event": "pull_request_target", "types": ["labeled"]}], "steps": [base.checkout]})]},
	"label is asked for": {"pipelines": [object.union(base.job, {"condition": "contains(github.event.pull_request.labels.*.name, 'safe')", "steps": [base.checkout]})]},
}

found := {
	"label of another event": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job build runs on pull_request_target and checks out the head of the pull request", "subject": "ci.yml"}},
	"head": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job build runs on pull_request_target and checks out the head of the pull request", "subject": "ci.yml"}},
	"repository of the head": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job build runs on pull_request_target and checks out the head of the pull request", "subject": "ci.yml"}},
	"shell": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job build runs on pull_request_target and checks out the head of the pull request", "subject": "ci.yml"}},
	"workflow_run": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job build runs on workflow_run and checks out the head of the pull request", "subject": "ci.yml"}},
	"several types": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job build runs on pull_request_target and checks out the head of the pull request", "subject": "ci.yml"}},
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

test_label_is_not_accepted if {
	exactly(deny, {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job build runs on pull_request_target and checks out the head of the pull request", "subject": "ci.yml"}}) with input as silent["label starts it"] with data.mlpolicy.settings["CI-002"].accept_label as false
}

test_label_in_a_condition_is_not_accepted if {
	exactly(deny, {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job build runs on pull_request_target and checks out the head of the pull request", "subject": "ci.yml"}}) with input as silent["label is asked for"]
		with data.mlpolicy.settings["CI-002"].accept_label as false
}
