package privileged_serving_test

import future.keywords.not

import data.mlpolicy.deployment.privileged_serving.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"name": "api", "role": "serving", "platform": "kubernetes", "at": {"path": "a.yaml", "line": 4},
	"security": {"privileged": "unstated", "run_as_root": "no", "privilege_escalates": "no"},
}

fires := {
	"escalation not said": {"security": {"privilege_escalates": "unstated"}},
	"privileged": {"security": {"privileged": "yes"}},
	"root": {"security": {"run_as_root": "yes"}},
	"escalates": {"security": {"privilege_escalates": "yes"}},
	"nothing said": {"security": {"run_as_root": "unstated", "privilege_escalates": "unstated"}},
	"privileged in compose": {"platform": "compose", "security": {"privileged": "yes"}},
}

silent := {
	"restricted": {},
	"known at run time": {"security": {"run_as_root": "unresolved"}},
	"nothing said in compose": {"platform": "compose", "security": {"run_as_root": "unstated", "privilege_escalates": "unstated"}},
	"training": {"role": "training", "security": {"privileged": "yes"}},
	"test": {"at": {"path": "tests/a.yaml"}, "security": {"privileged": "yes"}},
}

found := {
	"escalation not said": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api: allowPrivilegeEscalation is not false", "subject": "api"}},
	"privileged": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api: is privileged", "subject": "api"}},
	"root": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api: runs as root", "subject": "api"}},
	"escalates": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api: may gain privileges", "subject": "api"}},
	"nothing said": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api: allowPrivilegeEscalation is not false, runAsNonRoot is not set", "subject": "api"}},
	"privileged in compose": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api: is privileged", "subject": "api"}},
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

test_lists_reasons if {
	some found in deny with input.workloads as [object.union(base, {"security": {"privileged": "yes", "run_as_root": "unstated"}})]
	found.detail == "serving workload api: is privileged, runAsNonRoot is not set"
}
