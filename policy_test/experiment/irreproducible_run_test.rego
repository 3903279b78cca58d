package irreproducible_run_test

import future.keywords.not

import data.mlpolicy.experiment.irreproducible_run.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"id": "r1", "git_commit": "aa", "datasets": ["d1"], "locked": "yes", "seed": "42", "at": {"path": "mlruns/0/r1/meta.yaml", "line": 1}}

fires := {
	"no commit": {"git_commit": ""},
	"no data": {"datasets": []},
	"no lock": {"locked": "unstated"},
	"no seed": {"seed": ""},
}

silent := {
	"complete": {},
	"test": {"seed": "", "at": {"path": "tests/meta.yaml"}},
}

found := {
	"no commit": {{"at": {"line": 1, "path": "mlruns/0/r1/meta.yaml"}, "detail": "run r1 does not record: git commit", "key": "r1", "subject": "mlruns/0/r1/meta.yaml"}},
	"no data": {{"at": {"line": 1, "path": "mlruns/0/r1/meta.yaml"}, "detail": "run r1 does not record: datasets", "key": "r1", "subject": "mlruns/0/r1/meta.yaml"}},
	"no lock": {{"at": {"line": 1, "path": "mlruns/0/r1/meta.yaml"}, "detail": "run r1 does not record: dependency lock", "key": "r1", "subject": "mlruns/0/r1/meta.yaml"}},
	"no seed": {{"at": {"line": 1, "path": "mlruns/0/r1/meta.yaml"}, "detail": "run r1 does not record: seed", "key": "r1", "subject": "mlruns/0/r1/meta.yaml"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.runs as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.runs as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_lists_what_is_missing if {
	some found in deny with input.runs as [object.union(base, {"seed": "", "git_commit": ""})]
	found.detail == "run r1 does not record: git commit, seed"
}

test_only_what_is_asked_for if {
	count(deny) == 0 with input.runs as [object.union(base, {"seed": ""})]
		with data.mlpolicy.settings["EXP-012"].records as ["git commit"]
}

# lock is what a run says of its dependencies, and whether that is enough.
test_lock[locked] if {
	some locked, wanted in {"yes": 0, "no": 1, "unstated": 1, "unresolved": 0}
	count(deny) == wanted with input.runs as [object.union(base, {"locked": locked})]
}
