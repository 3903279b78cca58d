package unlabelled_job_test

import future.keywords.not

import data.mlpolicy.training.unlabelled_job.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "job", "role": "training", "platform": "kubernetes", "labels": {"experiment": "x1"}, "at": {"path": "job.yaml", "line": 4}}

fires := {
	"no owner": {},
}

silent := {
	"labelled": {"labels": {"acme.org/owner": "ann"}},
	"serving": {"role": "serving"},
	"compose": {"platform": "compose"},
	"test": {"at": {"path": "tests/job.yaml"}},
}

found := {
	"no owner": {{"at": {"line": 4, "path": "job.yaml"}, "detail": "training job job names no owner", "subject": "job"}},
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

test_part_of_an_application if {
	labels := {"owner": "ann", "app.kubernetes.io/part-of": "assistant"}
	count(deny) == 0 with input.workloads as [{"name": "job", "role": "training", "platform": "ray", "labels": labels, "at": base.at}]
}

test_no_labels if {
	some found in deny with input.workloads as [{"name": "job", "role": "training", "platform": "ray", "labels": {}, "at": base.at}]
	found.detail == "training job job names no owner and no purpose"
}

test_no_purpose if {
	some found in deny with input.workloads as [{"name": "job", "role": "training", "platform": "kubernetes", "labels": {"team": "a", "app": "x"}, "at": base.at}]
	found.detail == "training job job names no purpose"
}
