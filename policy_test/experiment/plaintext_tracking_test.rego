package plaintext_tracking_test

import future.keywords.not

import data.mlpolicy.experiment.plaintext_tracking.deny

base := {
	"call": {"callee": "mlflow.set_tracking_uri", "args": {"0": "http://mlflow.acme.org:5000"}, "at": {"path": "a.py", "line": 4}},
	"store": {"kind": "tracker", "uri": "http://mlflow.acme.org:5000", "at": {"path": "a.py", "line": 4}},
	"env": {"name": "MLFLOW_TRACKING_URI", "value": "http://mlflow.acme.org", "at": {"path": "a.yaml", "line": 9}},
}

fires := {
	"call": {"calls": [base.call]},
	"store": {"stores": [base.store]},
	"store and its call": {"stores": [base.store], "calls": [base.call]},
	"variable": {"workloads": [{"env": [base.env]}]},
	"private address": {"stores": [object.union(base.store, {"uri": "http://10.0.0.4:5000"})]},
}

silent := {
	"templated host": {"stores": [object.union(base.store, {"uri": "http://mlflow.{{ domain }}.org"})]},
	"another call": {"calls": [object.union(base.call, {"callee": "requests.get"})]},
	"https": {"calls": [object.union(base.call, {"args": {"0": "https://mlflow.acme.org"}})]},
	"loopback": {"calls": [object.union(base.call, {"args": {"0": "http://127.0.0.1:5000"}})]},
	"name on a compose network": {"calls": [object.union(base.call, {"args": {"0": "http://mlflow:5000"}})]},
	"templated": {"workloads": [{"env": [object.union(base.env, {"value": "http://${HOST}"})]}]},
	"another variable": {"workloads": [{"env": [object.union(base.env, {"name": "API_URL"})]}]},
	"another store": {"stores": [object.union(base.store, {"kind": "bucket"})]},
	"test": {"calls": [object.union(base.call, {"at": {"path": "tests/a.py"}})]},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
