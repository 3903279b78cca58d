package unbounded_training_test

import future.keywords.not

import data.mlpolicy.training.unbounded_training.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "job", "role": "training", "platform": "kubernetes", "kind": "Job", "limits": {}, "at": {"path": "job.yaml", "line": 3}}

fires := {
	"no bound": {},
	"memory only": {"limits": {"memory": "64Gi"}},
}

silent := {
	"deadline": {"limits": {"deadline_seconds": "3600"}},
	"quota": {"limits": {"quota": "gpu"}},
	"cluster": {"kind": "RayCluster"},
	"compose": {"platform": "compose"},
	"serving": {"role": "serving"},
	"test": {"at": {"path": "tests/job.yaml"}},
}

found := {
	"no bound": {{"at": {"line": 3, "path": "job.yaml"}, "detail": "training job job has no deadline, quota or budget", "subject": "job"}},
	"memory only": {{"at": {"line": 3, "path": "job.yaml"}, "detail": "training job job has no deadline, quota or budget", "subject": "job"}},
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
