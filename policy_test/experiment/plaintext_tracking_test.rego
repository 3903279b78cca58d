package plaintext_tracking_test

import future.keywords.not

import data.mlpolicy.experiment.plaintext_tracking.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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

found := {
	"call": {{"at": {"line": 4, "path": "a.py"}, "detail": "runs are sent to mlflow.acme.org over plain http", "subject": "http://mlflow.acme.org:5000"}},
	"store": {{"at": {"line": 4, "path": "a.py"}, "detail": "runs are sent to mlflow.acme.org over plain http", "subject": "http://mlflow.acme.org:5000"}},
	"store and its call": {{"at": {"line": 4, "path": "a.py"}, "detail": "runs are sent to mlflow.acme.org over plain http", "subject": "http://mlflow.acme.org:5000"}},
	"variable": {{"at": {"line": 9, "path": "a.yaml"}, "detail": "runs are sent to mlflow.acme.org over plain http", "subject": "http://mlflow.acme.org"}},
	"private address": {{"at": {"line": 4, "path": "a.py"}, "detail": "runs are sent to 10.0.0.4 over plain http", "subject": "http://10.0.0.4:5000"}},
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
