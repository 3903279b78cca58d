package tracking_boundary_test

import future.keywords.not

import data.mlpolicy.experiment.tracking_boundary.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch with data.mlpolicy.settings["EXP-005"] as {"entities": ["acme"], "hosts": ["mlflow.acme.org"], "skip_paths": ["^tests/"]}
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch with data.mlpolicy.settings["EXP-005"] as {"entities": ["acme"], "hosts": ["mlflow.acme.org"], "skip_paths": ["^tests/"]}
}

test_nothing_there if count(deny) == 0 with input as {}

test_no_list_no_finding if {
	count(deny) == 0 with input as {"calls": [base.call], "runs": [base.run], "stores": [base.store]}
}
