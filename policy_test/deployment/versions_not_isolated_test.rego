package versions_not_isolated_test

import future.keywords.not

import data.mlpolicy.deployment.versions_not_isolated.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

claim := {"kind": "claim", "source": "models", "read_only": "no"}

old := {"name": "v1", "namespace": "ml", "role": "serving", "identity": "", "labels": {"app": "assistant", "version": "1"}, "mounts": [claim], "at": {"path": "a.yaml", "line": 2}}

new := object.union(old, {"name": "v2", "labels": {"app": "assistant", "version": "2"}, "at": {"path": "a.yaml", "line": 40}})

apart := [{"kind": "claim", "source": "other", "read_only": "no"}]

fires := {
	"volume": {"workloads": [old, new]},
	"volume that one may write": {"workloads": [old, object.union(new, {"mounts": [object.union(claim, {"read_only": "yes"})]})]},
	"volume that the other may write": {"workloads": [object.union(old, {"mounts": [object.union(claim, {"read_only": "yes"})]}), new]},
	"identity": {"workloads": [object.union(old, {"identity": "ml/assistant", "mounts": []}), object.union(new, {"identity": "ml/assistant"})]},
}

silent := {
	"own volumes": {"workloads": [old, object.union(new, {"mounts": apart})]},
	"read only": {"workloads": [object.union(old, {"mounts": [object.union(claim, {"read_only": "yes"})]}), object.union(new, {"mounts": [object.union(claim, {"read_only": "yes"})]})]},
	"own identities": {"workloads": [object.union(old, {"identity": "ml/one", "mounts": []}), object.union(new, {"identity": "ml/two"})]},
	"no volume": {"workloads": [object.union(old, {"mounts": [object.union(claim, {"kind": "empty", "source": ""})]}), object.union(new, {"mounts": [object.union(claim, {"kind": "empty", "source": ""})]})]},
	"folder of the host": {"workloads": [object.union(old, {"mounts": [object.union(claim, {"kind": "host"})]}), object.union(new, {"mounts": [object.union(claim, {"kind": "host"})]})]},
	"claim without a name": {"workloads": [object.union(old, {"mounts": [object.union(claim, {"source": ""})]}), object.union(new, {"mounts": [object.union(claim, {"source": ""})]})]},
	"same version": {"workloads": [old, object.union(new, {"labels": {"version": "1"}})]},
	"another application": {"workloads": [old, object.union(new, {"labels": {"app": "search"}})]},
	"another namespace": {"workloads": [old, object.union(new, {"namespace": "web"})]},
	"web app": {"workloads": [object.union(old, {"role": "other"}), object.union(new, {"role": "other"})]},
	"test": {"workloads": [object.union(old, {"at": {"path": "tests/a.yaml"}}), new]},
}

found := {
	"volume": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "versions v1 and v2 share the writable volume models", "key": "v2", "subject": "v1"}},
	"volume that one may write": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "versions v1 and v2 share the writable volume models", "key": "v2", "subject": "v1"}},
	"volume that the other may write": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "versions v1 and v2 share the writable volume models", "key": "v2", "subject": "v1"}},
	"identity": {{"at": {"line": 2, "path": "a.yaml"}, "detail": "versions v1 and v2 share the identity ml/assistant", "key": "v2", "subject": "v1"}},
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
