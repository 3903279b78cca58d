package executable_logged_model_test

import future.keywords.not

import data.mlpolicy.experiment.executable_logged_model.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"flavors": [{"name": "sklearn", "serialization": "cloudpickle", "model": "model.pkl"}], "at": {"path": "m/MLmodel", "line": 3}}

fires := {
	"cloudpickle": {},
	"only the file says so": {"flavors": [{"name": "python_function", "serialization": "", "model": "python_model.pkl"}]},
	"loader of its own": {"flavors": [{"name": "python_function", "serialization": "", "model": "data", "loader": "acme.load"}]},
}

silent := {
	"skops": {"flavors": [{"name": "sklearn", "serialization": "skops", "model": "model.skops"}]},
	"no flavors": {"flavors": []},
	"loader of MLflow": {"flavors": [{"name": "python_function", "serialization": "", "model": "data", "loader": "mlflow.pytorch"}]},
	"no loader": {"flavors": [{"name": "python_function", "serialization": "", "model": "data", "loader": ""}]},
	"test": {"at": {"path": "tests/MLmodel"}},
}

found := {
	"cloudpickle": {{"at": {"line": 3, "path": "m/MLmodel"}, "detail": "flavor sklearn is serialised with cloudpickle", "subject": "m/MLmodel"}},
	"only the file says so": {{"at": {"line": 3, "path": "m/MLmodel"}, "detail": "flavor python_function loads python_model.pkl", "subject": "m/MLmodel"}},
	"loader of its own": {{"at": {"line": 3, "path": "m/MLmodel"}, "detail": "flavor python_function is opened by acme.load, code that comes with it", "subject": "m/MLmodel"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.registry as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.registry as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_one_reason_for_a_flavor if {
	some found in deny with input.registry as [base]
	found.detail == "flavor sklearn is serialised with cloudpickle"
}
