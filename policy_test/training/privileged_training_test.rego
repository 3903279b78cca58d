package privileged_training_test

import future.keywords.not

import data.mlpolicy.training.privileged_training.deny

base := {"name": "job", "role": "training", "platform": "kubernetes", "at": {"path": "job.yaml", "line": 4}, "security": {"privileged": "unstated", "run_as_root": "no", "privilege_escalates": "no"}}

fires := {
	"escalates": {"security": {"privilege_escalates": "yes"}},
	"escalation not said": {"security": {"privilege_escalates": "unstated"}},
	"privileged": {"security": {"privileged": "yes"}},
	"root": {"security": {"run_as_root": "yes"}},
	"nothing said": {"security": {"run_as_root": "unstated"}},
}

silent := {
	"restricted": {},
	"nothing said in compose": {"platform": "compose", "security": {"run_as_root": "unstated"}},
	"serving": {"role": "serving", "security": {"privileged": "yes"}},
	"test": {"at": {"path": "tests/job.yaml"}, "security": {"privileged": "yes"}},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.workloads as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.workloads as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
