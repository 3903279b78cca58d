package shared_monitoring_identity_test

import future.keywords.not

import data.mlpolicy.monitoring.shared_monitoring_identity.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"watcher": {"workload": "drift-monitor", "role": "monitoring", "at": {"path": "monitor.yaml", "line": 2}},
	"server": {"workload": "api", "role": "serving", "at": {"path": "api.yaml", "line": 2}},
}

fires := {
	"shared": {"identities": [{"id": "ml/default", "used_by": [base.watcher, base.server]}]},
	"with a training": {"identities": [{"id": "ml/default", "used_by": [base.watcher, object.union(base.server, {"role": "training"})]}]},
}

silent := {
	"own": {"identities": [{"id": "ml/watch", "used_by": [base.watcher]}, {"id": "ml/api", "used_by": [base.server]}]},
	"two monitors": {"identities": [{"id": "ml/watch", "used_by": [base.watcher, object.union(base.watcher, {"workload": "b"})]}]},
	"two servers": {"identities": [{"id": "ml/api", "used_by": [base.server, object.union(base.server, {"workload": "b"})]}]},
	"test": {"identities": [{"id": "ml/default", "used_by": [object.union(base.watcher, {"at": {"path": "tests/m.yaml"}}), base.server]}]},
}

found := {
	"shared": {{"at": {"line": 2, "path": "monitor.yaml"}, "detail": "drift-monitor watches under the identity of api (ml/default)", "subject": "ml/default"}},
	"with a training": {{"at": {"line": 2, "path": "monitor.yaml"}, "detail": "drift-monitor watches under the identity of api (ml/default)", "subject": "ml/default"}},
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
