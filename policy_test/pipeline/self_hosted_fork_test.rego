package self_hosted_fork_test

import future.keywords.not

import data.mlpolicy.pipeline.self_hosted_fork.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "gpu-tests", "condition": "", "needs": [], "runs_on": ["self-hosted", "gpu"], "triggers": [{"event": "pull_request", "types": []}], "steps": [], "at": {"path": "ci.yml", "line": 4}}

fires := {
	"pull request": {"pipelines": [base]},
	"public repository": {"subject": {"public": "yes"}, "pipelines": [base]},
	"capitals": {"pipelines": [object.union(base, {"runs_on": ["Self-Hosted"]})]},
	"several types": {"pipelines": [object.union(base, {"triggers": [{"event": "pull_request", "types": ["labeled", "synchronize"]}]})]},
	"waits for an open job": {"pipelines": [object.union(base, {"needs": ["prepare"]}), {"name": "prepare", "condition": "always()", "needs": [], "runs_on": ["ubuntu-latest"], "triggers": [], "steps": [], "at": {"path": "ci.yml"}}]},
	"guard in another file": {"pipelines": [object.union(base, {"needs": ["prepare"]}), {"name": "prepare", "condition": "github.event.pull_request.head.repo.fork == false", "needs": [], "runs_on": [], "triggers": [], "steps": [], "at": {"path": "other.yml"}}]},
	"guard of a job it does not wait for": {"pipelines": [base, {"name": "prepare", "condition": "github.event.pull_request.head.repo.fork == false", "needs": [], "runs_on": [], "triggers": [], "steps": [], "at": {"path": "ci.yml"}}]},
}

silent := {
	"hosted": {"pipelines": [object.union(base, {"runs_on": ["ubuntu-latest"]})]},
	"push": {"pipelines": [object.union(base, {"triggers": [{"event": "push", "types": []}]})]},
	"private repository": {"subject": {"public": "no"}, "pipelines": [base]},
	"label": {"pipelines": [object.union(base, {"triggers": [{"event": "pull_request", "types": ["labeled"]}]})]},
	"own branches": {"pipelines": [object.union(base, {"condition": "github.event.pull_request.head.repo.full_name == github.repository"})]},
	"waits for a guarded job": {"pipelines": [object.union(base, {"needs": ["prepare"]}), {"name": "prepare", "condition": "github.event.pull_request.head.repo.fork == false", "needs": [], "runs_on": [], "triggers": [], "steps": [], "at": {"path": "ci.yml"}}]},
}

found := {
	"pull request": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job gpu-tests runs on self-hosted and is started by pull_request", "subject": "ci.yml"}},
	"public repository": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job gpu-tests runs on self-hosted and is started by pull_request", "subject": "ci.yml"}},
	"capitals": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job gpu-tests runs on Self-Hosted and is started by pull_request", "subject": "ci.yml"}},
	"several types": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job gpu-tests runs on self-hosted and is started by pull_request", "subject": "ci.yml"}},
	"waits for an open job": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job gpu-tests runs on self-hosted and is started by pull_request", "subject": "ci.yml"}},
	"guard in another file": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job gpu-tests runs on self-hosted and is started by pull_request", "subject": "ci.yml"}},
	"guard of a job it does not wait for": {{"at": {"line": 4, "path": "ci.yml"}, "detail": "job gpu-tests runs on self-hosted and is started by pull_request", "subject": "ci.yml"}},
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
