package unlocked_dependencies_test

import future.keywords.not

import data.mlpolicy.training.unlocked_dependencies.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"torch": {"name": "torch", "version": "", "constraint": ">=2", "url": "", "revision": "", "hashes": [], "option": "", "source": "requirements", "scope": "", "framework": true, "at": {"path": "train/requirements.txt", "line": 2}},
	"lock": {"name": "torch", "version": "2.6.0", "revision": "", "hashes": ["sha256:aa"], "option": "", "source": "lock", "scope": "", "framework": true, "at": {"path": "uv.lock", "line": 2}},
}

fires := {
	"range": {"packages": [base.torch]},
	"version without a hash": {"packages": [object.union(base.torch, {"version": "2.6.0"})]},
	"source of another list": {"packages": [object.union(base.torch, {"at": {"path": "train/base.in"}}), object.union(base.torch, {"name": "numpy", "framework": false, "at": {"path": "train/other.txt"}})]},
	"lock elsewhere": {"packages": [base.torch, object.union(base.lock, {"at": {"path": "serve/uv.lock"}})]},
}

silent := {
	"locked": {"packages": [object.union(base.torch, {"version": "2.6.0", "hashes": ["sha256:aa"]})]},
	"lock that names it": {"packages": [object.union(base.torch, {"locked_by": "envs/uv.lock"})]},
	"commit": {"packages": [object.union(base.torch, {"revision": "0123456789012345678901234567890123456789"})]},
	"lock above": {"packages": [base.torch, base.lock]},
	"lock beside": {"packages": [base.torch, object.union(base.lock, {"at": {"path": "train/uv.lock"}})]},
	"lock of the folder above": {"packages": [object.union(base.torch, {"at": {"path": "a/b/requirements.txt"}}), object.union(base.lock, {"at": {"path": "a/uv.lock"}})]},
	"no framework": {"packages": [object.union(base.torch, {"framework": false})]},
	"development": {"packages": [object.union(base.torch, {"scope": "dev"})]},
	"option": {"packages": [object.union(base.torch, {"option": "--index-url"})]},
	"repository, which another control judges": {"packages": [object.union(base.torch, {"url": "git+https://github.com/pytorch/pytorch"})]},
	"no name": {"packages": [object.union(base.torch, {"name": ""})]},
	"installed": {"packages": [object.union(base.torch, {"source": "installed"})]},
	"compiled": {"packages": [object.union(base.torch, {"at": {"path": "train/base.in"}}), object.union(base.torch, {"name": "numpy", "framework": false, "at": {"path": "train/base.txt"}})]},
	"documentation": {"packages": [object.union(base.torch, {"at": {"path": "docs/requirements.txt"}})]},
}

found := {
	"range": {{"at": {"line": 2, "path": "train/requirements.txt"}, "detail": "no exact version and no lock (1): torch", "subject": "train/requirements.txt"}},
	"version without a hash": {{"at": {"line": 2, "path": "train/requirements.txt"}, "detail": "an exact version without a hash (1): torch", "subject": "train/requirements.txt"}},
	"source of another list": {{"at": {"line": 2, "path": "train/base.in"}, "detail": "no exact version and no lock (1): torch", "subject": "train/base.in"}},
	"lock elsewhere": {{"at": {"line": 2, "path": "train/requirements.txt"}, "detail": "no exact version and no lock (1): torch", "subject": "train/requirements.txt"}},
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

test_shows_five_names if {
	packages := [object.union(base.torch, {"name": $"p{n}", "at": {"line": n}}) | some n in numbers.range(1, 6)]
	some found in deny with input.packages as packages
	found.detail == "no exact version and no lock (6): p1, p2, p3, p4, p5, ..."
	found.at == {"path": "train/requirements.txt", "line": 1}
}

test_hashes_are_not_required if {
	count(deny) == 0 with input.packages as [object.union(base.torch, {"version": "2.6.0"})]
		with data.mlpolicy.settings["TRAIN-010"].require_hashes as false
}

test_tells_both_faults_apart if {
	packages := [base.torch, object.union(base.torch, {"name": "numpy", "version": "1.26.0"})]
	details := {found.detail | some found in deny with input.packages as packages}
	details == {"no exact version and no lock (1): torch; an exact version without a hash (1): numpy"}
}
