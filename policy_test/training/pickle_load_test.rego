package pickle_load_test

import future.keywords.not

import data.mlpolicy.training.pickle_load.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"callee": "pickle.load", "args": {}, "unresolved": [], "checks_hash": "no", "reads_own": "no", "at": {"path": "a.py", "line": 2}}

fires := {
	"pickle": {},
	"joblib": {"callee": "joblib.load"},
	"keras": {"callee": "keras.models.load_model", "args": {"safe_mode": "False"}},
	"hub": {"callee": "torch.hub.load", "args": {"0": "acme/repo"}},
	"hub at a branch": {"callee": "torch.hub.load", "args": {"0": "acme/repo:main"}},
	"state dict of a hub": {"callee": "torch.hub.load_state_dict_from_url", "args": {"weights_only": "False"}},
}

silent := {
	"hub of another call": {"callee": "acme.hub", "args": {"0": "acme/repo", "weights_only": "False"}},
	"another call": {"callee": "acme.load", "args": {"0": "a/b", "safe_mode": "False", "weights_only": "False"}},
	"hub without a repository": {"callee": "torch.hub.load", "args": {"0": "name"}},
	"digest compared": {"checks_hash": "yes"},
	"its own file": {"reads_own": "yes"},
	"loads": {"callee": "pickle.loads"},
	"keras in safe mode": {"callee": "keras.models.load_model", "args": {"safe_mode": "True"}},
	"hub at a commit": {"callee": "torch.hub.load", "args": {"0": "acme/repo:0123456789012345678901234567890123456789"}},
	"local hub": {"callee": "torch.hub.load", "args": {"0": "vendor/repo", "source": "local"}},
	"safe state dict of a hub": {"callee": "torch.hub.load_state_dict_from_url", "args": {"weights_only": "True"}},
	"test": {"at": {"path": "tests/a.py"}},
}

found := {
	"pickle": {{"at": {"line": 2, "path": "a.py"}, "detail": "pickle.load runs what the file names", "subject": "a.py"}},
	"joblib": {{"at": {"line": 2, "path": "a.py"}, "detail": "joblib.load runs what the file names", "subject": "a.py"}},
	"keras": {{"at": {"line": 2, "path": "a.py"}, "detail": "keras.models.load_model with safe_mode=False runs code in the model", "subject": "a.py"}},
	"hub": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.hub.load runs hubconf.py of acme/repo", "subject": "a.py"}},
	"hub at a branch": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.hub.load runs hubconf.py of acme/repo:main", "subject": "a.py"}},
	"state dict of a hub": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.hub.load_state_dict_from_url unpickles what it downloads (weights_only=False)", "subject": "a.py"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.calls as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.calls as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
