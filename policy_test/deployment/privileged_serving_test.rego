package privileged_serving_test

import future.keywords.not

import data.mlpolicy.deployment.privileged_serving.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.workloads as [object.union(base, patch)]
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
