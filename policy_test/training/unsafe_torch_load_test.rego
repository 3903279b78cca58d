package unsafe_torch_load_test

import future.keywords.not

import data.mlpolicy.training.unsafe_torch_load.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"call": {"callee": "torch.load", "args": {"0": "a.bin"}, "unresolved": [], "reads_own": "no", "at": {"path": "a.py", "line": 2}},
	"torch": {"name": "torch", "version": "2.5.1", "constraint": "", "at": {"path": "requirements.txt", "line": 1}},
}

# torch is the dependency with other members.
torch(patch) := object.union(base.torch, patch)

asked(constraint) := torch({"version": "", "constraint": constraint})

elsewhere(folder, version) := torch({"version": version, "at": {"path": $"{folder}/requirements.txt", "line": 1}})

allowing(path) := {"callee": "torch.serialization.safe_globals", "args": {}, "unresolved": [], "reads_own": "no", "at": {"path": path, "line": 1}}

in_folder(call) := object.union(base.call, {"at": {"path": call, "line": 2}})

fires := {
	"absent, another package": {"calls": [base.call], "packages": [torch({"name": "numpy", "version": "9.0"})]},
	"switched off": {"calls": [object.union(base.call, {"args": {"weights_only": "False"}})], "packages": [torch({"version": "2.7.0"})]},
	"absent, old torch": {"calls": [base.call], "packages": [base.torch]},
	"absent, torch not known": {"calls": [base.call], "packages": []},
	"absent, range that lets old torch in": {"calls": [base.call], "packages": [asked(">=2.0,<3")]},
	"absent, range that lets no new torch in": {"calls": [base.call], "packages": [asked(">=2.0,<2.5")]},
	"absent, conda": {"calls": [base.call], "packages": [torch({"name": "pytorch", "version": "2.1"})]},
	"absent, two manifests": {"calls": [base.call], "packages": [base.torch, torch({"version": "2.0.1"})]},
	"absent, one of two manifests": {"calls": [base.call], "packages": [base.torch, torch({"version": "2.7.0"})]},
	"absent, exact beside a range": {"calls": [base.call], "packages": [base.torch, asked(">=2.6")]},
	"absent, no range": {"calls": [base.call], "packages": [asked("")]},
	"absent, the nearest manifest": {"calls": [in_folder("one/src/a.py")], "packages": [torch({"version": "2.7.0"}), torch({"at": {"path": "one/requirements.txt", "line": 1}})]},
	"absent, no range and not above": {"calls": [in_folder("one/a.py")], "packages": [object.union(asked(""), {"at": {"path": "two/requirements.txt", "line": 1}})]},
	"absent, manifests elsewhere that do not agree": {"calls": [in_folder("one/a.py")], "packages": [elsewhere("two", "2.7.0"), elsewhere("three", "2.0.1")]},
	"absent, an old range elsewhere": {"calls": [in_folder("one/a.py")], "packages": [object.union(asked(">=2.0"), {"at": {"path": "two/requirements.txt", "line": 1}})]},
	"absent, classes listed for an old torch": {"calls": [base.call, allowing("a.py")], "packages": [base.torch]},
	"absent, classes listed in another file": {"calls": [base.call, allowing("b.py")], "packages": []},
	"switched off beside a list of classes": {"calls": [object.union(base.call, {"args": {"weights_only": "False"}}), allowing("a.py")], "packages": []},
	"absent, no manifest above": {"calls": [in_folder("one/a.py")], "packages": [torch({"at": {"path": "two/requirements.txt", "line": 1}})]},
}

silent := {
	"absent, new torch with a wide range": {"calls": [base.call], "packages": [torch({"version": "2.6.0", "constraint": ">=2.0"})]},
	"switched on": {"calls": [object.union(base.call, {"args": {"weights_only": "True"}})], "packages": []},
	"absent, new torch": {"calls": [base.call], "packages": [torch({"version": "2.6.0+cu124"})]},
	"absent, new torch beside an old range": {"calls": [base.call], "packages": [torch({"version": "2.6.0"}), asked("<2.6")]},
	"absent, range above": {"calls": [base.call], "packages": [asked("~=2.6")]},
	"absent, the nearest manifest": {"calls": [in_folder("one/a.py")], "packages": [base.torch, torch({"version": "2.7.0", "at": {"path": "one/requirements.txt", "line": 1}})]},
	"decided at run time": {"calls": [object.union(base.call, {"unresolved": ["weights_only"]})], "packages": []},
	"unpacked": {"calls": [object.union(base.call, {"unresolved": ["**"]})], "packages": []},
	"absent, new torch elsewhere": {"calls": [in_folder("one/a.py")], "packages": [elsewhere("two", "2.7.0")]},
	"absent, classes listed": {"calls": [base.call, allowing("a.py")], "packages": []},
	"its own file": {"calls": [object.union(base.call, {"reads_own": "yes"})], "packages": [base.torch]},
	"switched off, its own file": {"calls": [object.union(base.call, {"reads_own": "yes", "args": {"weights_only": "False"}})], "packages": []},
	"other call": {"calls": [object.union(base.call, {"callee": "json.load"})], "packages": []},
	"test": {"calls": [object.union(base.call, {"at": {"path": "tests/a.py"}})], "packages": []},
}

# because is the finding for a load that says nothing.
because(why, certainty) := {{"at": {"line": 2, "path": "a.py"}, "certainty": certainty, "detail": $"torch.load without weights_only unpickles: {why}", "subject": "a.py"}}

because_in(path, why, certainty) := {{"at": {"line": 2, "path": path}, "certainty": certainty, "detail": $"torch.load without weights_only unpickles: {why}", "subject": path}}

found := {
	"absent, another package": because("no manifest says which torch reads it", "likely"),
	"switched off": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.load with weights_only=False runs what the file names", "subject": "a.py"}},
	"absent, old torch": because("torch 2.5.1 is older than 2.6", "certain"),
	"absent, torch not known": because("no manifest says which torch reads it", "likely"),
	"absent, range that lets old torch in": because("torch >=2.0,<3 may be older than 2.6", "likely"),
	"absent, range that lets no new torch in": because("torch >=2.0,<2.5 is older than 2.6", "certain"),
	"absent, conda": because("torch 2.1 is older than 2.6", "certain"),
	"absent, two manifests": because("torch 2.0.1 is older than 2.6", "certain"),
	"absent, one of two manifests": because("torch 2.5.1 is older than 2.6", "likely"),
	"absent, exact beside a range": because("torch 2.5.1 is older than 2.6", "certain"),
	"absent, no range": because("requirements.txt takes any torch", "likely"),
	"absent, the nearest manifest": because_in("one/src/a.py", "torch 2.5.1 is older than 2.6", "certain"),
	"absent, no range and not above": because_in("one/a.py", "no manifest says which torch reads it", "likely"),
	"absent, no manifest above": because_in("one/a.py", "no manifest says which torch reads it", "likely"),
	"absent, manifests elsewhere that do not agree": because_in("one/a.py", "no manifest says which torch reads it", "likely"),
	"absent, an old range elsewhere": because_in("one/a.py", "no manifest says which torch reads it", "likely"),
	"absent, classes listed for an old torch": because("torch 2.5.1 is older than 2.6", "certain"),
	"absent, classes listed in another file": because("no manifest says which torch reads it", "likely"),
	"switched off beside a list of classes": {{"at": {"line": 2, "path": "a.py"}, "detail": "torch.load with weights_only=False runs what the file names", "subject": "a.py"}},
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
