package training_image_tag_test

import future.keywords.not

import data.mlpolicy.training.training_image_tag.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "pytorch/pytorch", "tag": "2.6.0", "digest": "", "at": {"path": "job.yaml", "line": 9}}

fires := {
	"tag": {"workloads": [{"name": "job", "role": "training", "images": [base]}]},
	"no tag": {"workloads": [{"name": "job", "role": "training", "images": [object.union(base, {"tag": ""})]}]},
}

silent := {
	"no image": {"workloads": [{"name": "job", "role": "training", "images": [object.union(base, {"name": ""})]}]},
	"digest": {"workloads": [{"name": "job", "role": "training", "images": [object.union(base, {"digest": "sha256:aa"})]}]},
	"templated": {"workloads": [{"name": "job", "role": "training", "images": [object.union(base, {"name": "$(IMAGE)"})]}]},
	"serving": {"workloads": [{"name": "api", "role": "serving", "images": [base]}]},
	"test": {"workloads": [{"name": "job", "role": "training", "images": [object.union(base, {"at": {"path": "tests/job.yaml"}})]}]},
}

found := {
	"tag": {{"at": {"line": 9, "path": "job.yaml"}, "detail": "job runs pytorch/pytorch:2.6.0 without a digest", "subject": "pytorch/pytorch:2.6.0"}},
	"no tag": {{"at": {"line": 9, "path": "job.yaml"}, "detail": "job runs pytorch/pytorch without a digest", "subject": "pytorch/pytorch"}},
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

test_names_the_image if {
	some found in deny with input as fires.tag
	found.subject == "pytorch/pytorch:2.6.0"
}
