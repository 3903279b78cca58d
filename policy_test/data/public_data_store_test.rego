package public_data_store_test

import future.keywords.not

import data.mlpolicy.data.public_data_store.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "bucket", "name": "train", "purpose": "data", "public": "no", "readers": [], "writers": [], "at": {"path": "s3.tf", "line": 3}}

fires := {
	"public": {"public": "yes"},
	"readers": {"readers": ["allUsers"]},
	"writers": {"writers": ["*"]},
}

silent := {
	"private": {},
	"not said": {"public": "unstated"},
	"website": {"purpose": "", "public": "yes"},
	"image registry": {"kind": "image_registry", "public": "yes"},
	"named reader": {"readers": ["role/train"]},
	"test": {"public": "yes", "at": {"path": "tests/s3.tf"}},
}

found := {
	"public": {{"at": {"line": 3, "path": "s3.tf"}, "detail": "bucket train with training data is public", "subject": "train"}},
	"readers": {{"at": {"line": 3, "path": "s3.tf"}, "detail": "bucket train with training data is readable by everybody", "subject": "train"}},
	"writers": {{"at": {"line": 3, "path": "s3.tf"}, "detail": "bucket train with training data is writable by everybody", "subject": "train"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.stores as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.stores as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
