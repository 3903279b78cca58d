package ungated_deploy_test

import future.keywords.not

import data.mlpolicy.deployment.ungated_deploy.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

apply := {"name": "apply", "uses": "", "run": "aws sagemaker update-endpoint", "purposes": ["deploy"]}

job := {
	"name": "deploy", "workflow": "w.yml", "environment": "", "needs": [], "purposes": ["deploy"],
	"triggers": [{"event": "push"}], "steps": [apply], "at": {"path": "w.yml", "line": 5},
}

check := {"name": "gate", "workflow": "w.yml", "environment": "", "needs": [], "purposes": ["gate"], "triggers": [], "steps": [], "at": {"path": "w.yml", "line": 1}}

middle := {"name": "build", "workflow": "w.yml", "environment": "", "needs": ["gate"], "purposes": [], "triggers": [], "steps": [], "at": {"path": "w.yml", "line": 1}}

web := object.union(apply, {"run": "kubectl apply -f deploy/web.yaml"})

served := {"role": "serving", "at": {"path": "deploy/serving.yaml"}}

remove := {"name": "clean up", "uses": "", "run": "az ml online-endpoint delete -n assistant -y", "condition": "always()", "purposes": []}

fires := {
	"removed before": {"pipelines": [object.union(job, {"steps": [remove, apply]})]},
	"removed when it fails": {"pipelines": [object.union(job, {"steps": [apply, object.union(remove, {"condition": "failure()"})]})]},
	"one arm removed": {"pipelines": [object.union(job, {"steps": [apply, object.union(remove, {"run": "az ml online-deployment delete -n blue -y"})]})]},
	"nothing before it": {"pipelines": [job]},
	"gate it does not wait for": {"pipelines": [job, check]},
	"gate of another workflow": {"pipelines": [object.union(job, {"needs": ["gate"]}), object.union(check, {"workflow": "other.yml"})]},
	"waits for a build": {"pipelines": [object.union(job, {"needs": ["build"]}), object.union(middle, {"needs": []})]},
	"push and pull request": {"pipelines": [object.union(job, {"triggers": [{"event": "pull_request"}, {"event": "push"}]})]},
	"no triggers known": {"pipelines": [object.union(job, {"triggers": []})]},
	"folder of a server": {"pipelines": [object.union(job, {"steps": [web]})], "workloads": [served]},
	"file of a server": {"pipelines": [object.union(job, {"steps": [object.union(web, {"run": "kubectl apply -f serving.yaml"})]})], "workloads": [{"role": "serving", "at": {"path": "serving.yaml"}}]},
	"named after a model": {"pipelines": [object.union(job, {"steps": [object.union(web, {"name": "roll out the model"})]})]},
}

silent := {
	"removed at the end": {"pipelines": [object.union(job, {"steps": [object.union(remove, {"condition": ""}), apply, apply, remove]})]},
	"environment": {"pipelines": [object.union(job, {"environment": "production"})]},
	"gate in the job": {"pipelines": [object.union(job, {"purposes": ["deploy", "gate"]})]},
	"gate it waits for": {"pipelines": [object.union(job, {"needs": ["gate"]}), check]},
	"gate behind a build": {"pipelines": [object.union(job, {"needs": ["build"]}), middle, check]},
	"verifies a signature": {"pipelines": [object.union(job, {"steps": [{"name": "v", "uses": "", "run": "cosign verify image", "purposes": []}, apply]})]},
	"pull request only": {"pipelines": [object.union(job, {"triggers": [{"event": "pull_request"}]})]},
	"web app": {"pipelines": [object.union(job, {"steps": [web]})], "workloads": [object.union(served, {"role": "other"})]},
	"server elsewhere": {"pipelines": [object.union(job, {"steps": [web]})], "workloads": [{"role": "serving", "at": {"path": "serving/serving.yaml"}}]},
	"server at the root": {"pipelines": [object.union(job, {"steps": [web]})], "workloads": [{"role": "serving", "at": {"path": "serving.yaml"}}]},
	"server beside a test": {"pipelines": [object.union(job, {"steps": [object.union(web, {"purposes": ["test"]})]})], "workloads": [served]},
	"tried out": {"pipelines": [object.union(job, {"name": "e2e-deploy"})]},
	"tried out in a cluster of its own": {"pipelines": [object.union(job, {"steps": [{"name": "cluster", "uses": "helm/kind-action", "run": "", "purposes": []}, apply]})]},
	"model in another step": {"pipelines": [object.union(job, {"steps": [web, {"name": "test model", "uses": "", "run": "", "purposes": ["test"]}]})]},
	"tried out in a workflow of tests": {"pipelines": [object.union(job, {"workflow": ".github/workflows/e2e-test.yml"})]},
	"does not deploy": {"pipelines": [object.union(job, {"purposes": ["test"]})]},
	"test": {"pipelines": [object.union(job, {"at": {"path": "tests/w.yml"}})]},
}

found := {
	"removed before": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"removed when it fails": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"one arm removed": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"nothing before it": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"gate it does not wait for": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"gate of another workflow": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"waits for a build": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"push and pull request": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"no triggers known": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"folder of a server": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"file of a server": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
	"named after a model": {{"at": {"line": 5, "path": "w.yml"}, "detail": "job deploy of w.yml deploys without a gate and without an environment", "subject": "deploy"}},
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
