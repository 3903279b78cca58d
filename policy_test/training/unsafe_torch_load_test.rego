package unsafe_torch_load_test

import future.keywords.not

import data.mlpolicy.training.unsafe_torch_load.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"call": {"callee": "torch.load", "args": {"0": "a.bin"}, "unresolved": [], "at": {"path": "a.py", "line": 2}},
	"torch": {"name": "torch", "version": "2.5.1", "constraint": ""},
}

fires := {
	"absent, another package": {"calls": [base.call], "packages": [object.union(base.torch, {"name": "numpy", "version": "9.0"})]},
	"switched off": {"calls": [object.union(base.call, {"args": {"weights_only": "False"}})], "packages": [object.union(base.torch, {"version": "2.7.0"})]},
	"absent, old torch": {"calls": [base.call], "packages": [base.torch]},
	"absent, torch not known": {"calls": [base.call], "packages": []},
	"absent, range that lets old torch in": {"calls": [base.call], "packages": [object.union(base.torch, {"version": "", "constraint": ">=2.0,<3"})]},
	"absent, two manifests": {"calls": [base.call], "packages": [base.torch, object.union(base.torch, {"version": "2.0.1"})]},
	"absent, range without a floor": {"calls": [base.call], "packages": [object.union(base.torch, {"version": "", "constraint": ""})]},
}

silent := {
	"absent, new torch with a wide range": {"calls": [base.call], "packages": [object.union(base.torch, {"version": "2.6.0", "constraint": ">=2.0"})]},
	"switched on": {"calls": [object.union(base.call, {"args": {"weights_only": "True"}})], "packages": []},
	"absent, new torch": {"calls": [base.call], "packages": [object.union(base.torch, {"version": "2.6.0+cu124"})]},
	"absent, range above": {"calls": [base.call], "packages": [object.union(base.torch, {"version": "", "constraint": "~=2.6"})]},
	"decided at run time": {"calls": [object.union(base.call, {"unresolved": ["weights_only"]})], "packages": []},
	"unpacked": {"calls": [object.union(base.call, {"unresolved": ["**"]})], "packages": []},
	"other call": {"calls": [object.union(base.call, {"callee": "json.load"})], "packages": []},
	"test": {"calls": [object.union(base.call, {"at": {"path": "tests/a.py"}})], "packages": []},
}

found := {
	"absent, another package": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.load without weights_only unpickles: no manifest says which torch reads it", "subject": "a.py"}},
	"switched off": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.load with weights_only=False runs what the file names", "subject": "a.py"}},
	"absent, old torch": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.load without weights_only unpickles: torch 2.5.1 is older than 2.6", "subject": "a.py"}},
	"absent, torch not known": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.load without weights_only unpickles: no manifest says which torch reads it", "subject": "a.py"}},
	"absent, range that lets old torch in": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.load without weights_only unpickles: torch 2.0 is older than 2.6", "subject": "a.py"}},
	"absent, two manifests": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.load without weights_only unpickles: torch 2.0.1 is older than 2.6", "subject": "a.py"}},
	"absent, range without a floor": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.load without weights_only unpickles: no manifest says which torch reads it", "subject": "a.py"}},
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
