package no_data_validation_test

import future.keywords.not

import data.mlpolicy.data.no_data_validation.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"train": {"name": "train", "purposes": ["train"], "steps": [{"name": "train", "run": "python train.py", "uses": ""}], "at": {"path": "dvc.yaml", "line": 3}},
	"check": {"name": "validate-data", "purposes": [], "steps": [], "at": {"path": "dvc.yaml", "line": 9}},
}

fires := {
	"alert rules": {"pipelines": [base.train], "alerts": [{"kind": "prometheus"}]},
	"other calls": {"pipelines": [base.train], "calls": [{"callee": "torch.load"}]},
	"nothing": {"pipelines": [base.train]},
}

silent := {
	"job": {"pipelines": [base.train, base.check]},
	"step": {"pipelines": [object.union(base.train, {"steps": [{"name": "", "run": "great_expectations checkpoint run data", "uses": ""}]})]},
	"suite": {"pipelines": [base.train], "alerts": [{"kind": "great_expectations"}]},
	"call": {"pipelines": [base.train], "calls": [{"callee": "pandera.DataFrameSchema"}]},
	"no training": {"pipelines": [object.union(base.train, {"purposes": ["test"]})]},
	"test": {"pipelines": [object.union(base.train, {"at": {"path": "tests/dvc.yaml"}})]},
}

found := {
	"alert rules": {{"at": {"line": 3, "path": "dvc.yaml"}, "detail": "job train trains and no step before it validates the data", "subject": "dvc.yaml"}},
	"other calls": {{"at": {"line": 3, "path": "dvc.yaml"}, "detail": "job train trains and no step before it validates the data", "subject": "dvc.yaml"}},
	"nothing": {{"at": {"line": 3, "path": "dvc.yaml"}, "detail": "job train trains and no step before it validates the data", "subject": "dvc.yaml"}},
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
