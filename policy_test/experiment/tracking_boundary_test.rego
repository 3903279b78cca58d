package tracking_boundary_test

import future.keywords.not

import data.mlpolicy.experiment.tracking_boundary.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"call": {"callee": "wandb.init", "args": {"entity": "rivals"}, "at": {"path": "a.py", "line": 3}},
	"run": {"id": "r1", "entity": "rivals", "at": {"path": "wandb/run-1/config.yaml"}},
	"store": {"kind": "tracker", "uri": "https://mlflow.rivals.org", "at": {"path": "a.py", "line": 4}},
}

fires := {
	"call": {"calls": [base.call]},
	"workspace": {"calls": [{"callee": "comet_ml.Experiment", "args": {"workspace": "rivals"}, "at": {"path": "a.py"}}]},
	"run": {"runs": [base.run]},
	"host": {"stores": [base.store]},
}

silent := {
	"another call": {"calls": [object.union(base.call, {"callee": "acme.init"})]},
	"another argument": {"calls": [{"callee": "wandb.init", "args": {"name": "rivals"}, "at": {"path": "a.py"}}]},
	"another store": {"stores": [object.union(base.store, {"kind": "bucket"})]},
	"own": {"calls": [object.union(base.call, {"args": {"entity": "acme"}})]},
	"not said": {"calls": [object.remove(base.call, ["args"])]},
	"own run": {"runs": [object.union(base.run, {"entity": "acme"})]},
	"run of nobody": {"runs": [object.union(base.run, {"entity": ""})]},
	"own host": {"stores": [object.union(base.store, {"uri": "https://mlflow.acme.org/x"})]},
	"this machine": {"stores": [object.union(base.store, {"uri": "http://localhost:5000"})]},
	"test": {"calls": [object.union(base.call, {"at": {"path": "tests/a.py"}})]},
	"run of a test": {"runs": [object.union(base.run, {"at": {"path": "tests/a.yaml"}})]},
	"host of a test": {"stores": [object.union(base.store, {"at": {"path": "tests/a.py"}})]},
}

found := {
	"call": {{"at": {"line": 3, "path": "a.py"}, "detail": "wandb.init sends the run to rivals, which is not on the list", "subject": "a.py"}},
	"run": {{"at": {"path": "wandb/run-1/config.yaml"}, "detail": "run r1 went to rivals, which is not on the list", "subject": "r1"}},
	"workspace": {{"at": {"path": "a.py"}, "detail": "comet_ml.Experiment sends the run to rivals, which is not on the list", "subject": "a.py"}},
	"host": {{"at": {"line": 4, "path": "a.py"}, "detail": "runs are sent to mlflow.rivals.org, which is not on the list", "subject": "https://mlflow.rivals.org"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as patch with data.mlpolicy.settings["EXP-005"] as {"entities": ["acme"], "hosts": ["mlflow.acme.org"], "skip_paths": ["^tests/"]}
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch with data.mlpolicy.settings["EXP-005"] as {"entities": ["acme"], "hosts": ["mlflow.acme.org"], "skip_paths": ["^tests/"]}
}

test_nothing_there if count(deny) == 0 with input as {}

test_no_list_no_finding if {
	count(deny) == 0 with input as {"calls": [base.call], "runs": [base.run], "stores": [base.store]}
}
