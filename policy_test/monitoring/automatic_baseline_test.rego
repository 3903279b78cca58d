package automatic_baseline_test

import future.keywords.not

import data.mlpolicy.monitoring.automatic_baseline.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"job": {"name": "nightly", "environment": "", "triggers": [{"event": "schedule"}], "at": {"path": "ci.yml", "line": 4}},
	"step": {"run": "python monitoring/refresh_baseline.py --from production", "at": {"path": "ci.yml", "line": 9}},
	"cron": {"name": "nightly", "kind": "CronJob", "command": ["python"], "args": ["rebuild_reference.py"], "at": {"path": "cron.yaml", "line": 2}},
}

fires := {
	"schedule": {"pipelines": [object.union(base.job, {"steps": [base.step]})]},
	"copy": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"run": "aws s3 cp today.parquet s3://b/baseline.parquet"})]})]},
	"cron job": {"workloads": [base.cron]},
}

silent := {
	"by hand": {"pipelines": [object.union(base.job, {"triggers": [{"event": "workflow_dispatch"}], "steps": [base.step]})]},
	"approved": {"pipelines": [object.union(base.job, {"environment": "baseline-approval", "steps": [base.step]})]},
	"reads it": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"run": "python compare.py --reference baseline.parquet"})]})]},
	"test": {"pipelines": [object.union(base.job, {"steps": [object.union(base.step, {"at": {"path": "tests/ci.yml"}})]})]},
	"deployment": {"workloads": [object.union(base.cron, {"kind": "Deployment"})]},
	"cron job that compares": {"workloads": [object.union(base.cron, {"args": ["compare.py"]})]},
	"cron job of a test": {"workloads": [object.union(base.cron, {"at": {"path": "tests/cron.yaml"}})]},
}

found := {
	"schedule": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job nightly replaces the baseline on a schedule and nobody approves it", "subject": "nightly"}},
	"copy": {{"at": {"line": 9, "path": "ci.yml"}, "detail": "job nightly replaces the baseline on a schedule and nobody approves it", "subject": "nightly"}},
	"cron job": {{"at": {"line": 2, "path": "cron.yaml"}, "detail": "CronJob nightly replaces the baseline on a schedule and nobody approves it", "subject": "nightly"}},
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
