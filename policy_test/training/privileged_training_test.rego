package privileged_training_test

import future.keywords.not

import data.mlpolicy.training.privileged_training.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"escalates": {{"at": {"line": 4, "path": "job.yaml"}, "detail": "training workload job: may gain privileges", "subject": "job"}},
	"escalation not said": {{"at": {"line": 4, "path": "job.yaml"}, "detail": "training workload job: allowPrivilegeEscalation is not false", "subject": "job"}},
	"privileged": {{"at": {"line": 4, "path": "job.yaml"}, "detail": "training workload job: is privileged", "subject": "job"}},
	"root": {{"at": {"line": 4, "path": "job.yaml"}, "detail": "training workload job: runs as root", "subject": "job"}},
	"nothing said": {{"at": {"line": 4, "path": "job.yaml"}, "detail": "training workload job: runAsNonRoot is not set", "subject": "job"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.workloads as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.workloads as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
