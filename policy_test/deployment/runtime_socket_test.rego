package runtime_socket_test

import future.keywords.not

import data.mlpolicy.deployment.runtime_socket.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"source": "/var/run/docker.sock", "kind": "host", "at": {"path": "a.yaml", "line": 9}}

fires := {
	"socket": {"workloads": [{"name": "api", "role": "serving", "mounts": [base]}]},
	"socket of something else": {"workloads": [{"name": "proxy", "role": "other", "mounts": [base]}]},
	"socket beside a model": {"workloads": [{"name": "proxy", "role": "other", "mounts": [base]}, {"name": "api", "role": "serving", "mounts": []}]},
	"containerd": {"workloads": [{"name": "api", "role": "serving", "mounts": [object.union(base, {"source": "/run/containerd/containerd.sock"})]}]},
	"root of the host": {"workloads": [{"name": "api", "role": "serving", "mounts": [object.union(base, {"source": "/"})]}]},
	"system folder": {"workloads": [{"name": "api", "role": "training", "mounts": [object.union(base, {"source": "/var/run/"})]}]},
}

silent := {
	"volume named like a folder": {"workloads": [{"name": "api", "role": "serving", "mounts": [object.union(base, {"kind": "claim", "source": "/etc"})]}]},
	"model cache": {"workloads": [{"name": "api", "role": "serving", "mounts": [object.union(base, {"source": "/mnt/models"})]}]},
	"claim": {"workloads": [{"name": "api", "role": "serving", "mounts": [object.union(base, {"kind": "claim"})]}]},
	"agent that watches": {"workloads": [{"name": "exporter", "role": "monitoring", "mounts": [base, object.union(base, {"source": "/"})]}]},
	"folder of something else": {"workloads": [{"name": "proxy", "role": "other", "mounts": [object.union(base, {"source": "/etc"})]}]},
	"test": {"workloads": [{"name": "api", "role": "serving", "mounts": [object.union(base, {"at": {"path": "tests/a.yaml"}})]}]},
	"folder in a test": {"workloads": [{"name": "api", "role": "serving", "mounts": [object.union(base, {"source": "/", "at": {"path": "tests/a.yaml"}})]}]},
}

found := {
	"socket": {{"at": {"line": 9, "path": "a.yaml"}, "certainty": "certain", "detail": "api mounts the container runtime socket /var/run/docker.sock", "key": "/var/run/docker.sock", "subject": "api"}},
	"socket of something else": {{"at": {"line": 9, "path": "a.yaml"}, "certainty": "likely", "detail": "proxy mounts the container runtime socket /var/run/docker.sock", "key": "/var/run/docker.sock", "subject": "proxy"}},
	"socket beside a model": {{"at": {"line": 9, "path": "a.yaml"}, "certainty": "certain", "detail": "proxy mounts the container runtime socket /var/run/docker.sock", "key": "/var/run/docker.sock", "subject": "proxy"}},
	"containerd": {{"at": {"line": 9, "path": "a.yaml"}, "certainty": "certain", "detail": "api mounts the container runtime socket /run/containerd/containerd.sock", "key": "/run/containerd/containerd.sock", "subject": "api"}},
	"root of the host": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api mounts / of the host", "key": "/", "subject": "api"}},
	"system folder": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api mounts /var/run/ of the host", "key": "/var/run/", "subject": "api"}},
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
