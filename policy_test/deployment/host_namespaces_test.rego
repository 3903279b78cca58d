package host_namespaces_test

import future.keywords.not

import data.mlpolicy.deployment.host_namespaces.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "api", "role": "serving", "at": {"path": "a.yaml", "line": 4}, "security": {"host_network": "unstated", "host_pid": "unstated", "host_ipc": "unstated", "host_at": {"path": "", "line": 0}}}

fires := {
	"memory": {"security": {"host_ipc": "yes"}},
	"network": {"security": {"host_network": "yes"}},
	"processes": {"security": {"host_pid": "yes"}},
	"line that asks for it": {"security": {"host_ipc": "yes", "host_at": {"path": "a.yaml", "line": 9}}},
	"memory and network": {"security": {"host_ipc": "yes", "host_network": "yes"}},
}

silent := {
	"nothing said": {},
	"denied": {"security": {"host_network": "no"}},
	"training": {"role": "training", "security": {"host_ipc": "yes"}},
	"test": {"at": {"path": "tests/a.yaml"}, "security": {"host_network": "yes"}},
}

found := {
	"memory": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api shares shared memory with the host", "subject": "api"}},
	"network": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api shares the network with the host", "subject": "api"}},
	"processes": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api shares processes with the host", "subject": "api"}},
	"line that asks for it": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "serving workload api shares shared memory with the host", "subject": "api"}},
	"memory and network": {{"at": {"line": 4, "path": "a.yaml"}, "detail": "serving workload api shares shared memory, the network with the host", "subject": "api"}},
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
