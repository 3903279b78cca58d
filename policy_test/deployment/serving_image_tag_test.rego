package serving_image_tag_test

import future.keywords.not

import data.mlpolicy.deployment.serving_image_tag.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"name": "vllm/vllm-openai", "tag": "latest", "digest": "", "at": {"path": "a.yaml", "line": 9}}

fires := {
	"tag": {"workloads": [{"name": "api", "role": "serving", "images": [base]}]},
	"no tag": {"workloads": [{"name": "api", "role": "serving", "images": [object.union(base, {"tag": ""})]}]},
}

silent := {
	"no image": {"workloads": [{"name": "api", "role": "serving", "images": [object.union(base, {"name": ""})]}]},
	"digest": {"workloads": [{"name": "api", "role": "serving", "images": [object.union(base, {"digest": "sha256:aa"})]}]},
	"templated": {"workloads": [{"name": "api", "role": "serving", "images": [object.union(base, {"name": "${IMAGE}"})]}]},
	"training": {"workloads": [{"name": "job", "role": "training", "images": [base]}]},
	"test": {"workloads": [{"name": "api", "role": "serving", "images": [object.union(base, {"at": {"path": "tests/a.yaml"}})]}]},
}

found := {
	"tag": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api runs vllm/vllm-openai:latest without a digest", "subject": "vllm/vllm-openai:latest"}},
	"no tag": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "api runs vllm/vllm-openai without a digest", "subject": "vllm/vllm-openai"}},
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
