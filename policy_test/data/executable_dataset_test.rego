package executable_dataset_test

import future.keywords.not

import data.mlpolicy.data.executable_dataset.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"call": {"callee": "pandas.read_pickle", "args": {}, "checks_hash": "no", "reads_own": "no", "at": {"path": "a.py", "line": 1}},
	"numpy": {"callee": "numpy.load", "args": {"allow_pickle": "True"}, "checks_hash": "no", "reads_own": "no", "at": {"path": "a.py", "line": 1}},
}

fires := {
	"read_pickle": {"calls": [base.call]},
	"allow_pickle": {"calls": [base.numpy]},
	"reference": {"references": [{"kind": "dataset", "name": "d.pkl", "uri": "s3://acme/d.pkl", "at": {"path": "a.yaml"}}]},
	"file": {"files": [{"path": "data/train.pkl"}]},
	"array of objects": {"weights": [{"path": "a.npy", "format": "npy", "executable": "yes"}]},
}

silent := {
	"another call": {"calls": [object.union(base.numpy, {"callee": "acme.load"})]},
	"pickled model": {"references": [{"kind": "model", "name": "m.pkl", "uri": "s3://acme/m.pkl", "at": {"path": "a.yaml"}}]},
	"table in the data folder": {"files": [{"path": "data/train.csv"}]},
	"weights": {"weights": [{"path": "a.bin", "format": "torch-zip", "executable": "yes"}]},
	"compared with a digest": {"calls": [object.union(base.call, {"checks_hash": "yes"})]},
	"its own file": {"calls": [object.union(base.call, {"reads_own": "yes"})]},
	"its own array": {"calls": [object.union(base.numpy, {"reads_own": "yes"})]},
	"array compared with a digest": {"calls": [object.union(base.numpy, {"checks_hash": "yes"})]},
	"array without objects": {"calls": [object.union(base.numpy, {"args": {"allow_pickle": "False"}})]},
	"test": {"calls": [object.union(base.call, {"at": {"path": "tests/a.py"}})]},
	"csv": {"references": [{"kind": "dataset", "name": "d.csv", "uri": "s3://acme/d.csv", "at": {"path": "a.yaml"}}]},
	"model file": {"files": [{"path": "model/clf.pkl"}]},
	"plain array": {"weights": [{"path": "a.npy", "format": "npy", "executable": "no"}]},
}

found := {
	"read_pickle": {{"at": {"line": 1, "path": "a.py"}, "detail": "pandas.read_pickle runs what the data file names", "subject": "a.py"}},
	"allow_pickle": {{"at": {"line": 1, "path": "a.py"}, "detail": "numpy.load with allow_pickle runs what the data file names", "subject": "a.py"}},
	"reference": {{"at": {"path": "a.yaml"}, "detail": "dataset d.pkl is a pickle", "subject": "s3://acme/d.pkl"}},
	"file": {{"at": {"path": "data/train.pkl"}, "detail": "data file is a pickle", "subject": "data/train.pkl"}},
	"array of objects": {{"at": {"path": "a.npy"}, "detail": "NumPy file holds pickled objects", "subject": "a.npy"}},
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
