package large_data_in_git_test

import future.keywords.not

import data.mlpolicy.data.large_data_in_git.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"path": "data/a.csv", "kind": "dataset", "storage": "git", "size_bytes": 20971520}

fires := {
	"large": {},
	"weights": {"kind": "weights"},
}

silent := {
	"pointer": {"storage": "lfs"},
	"not known to be in git": {"storage": "plain"},
	"small": {"size_bytes": 1024},
	"at the limit": {"size_bytes": 10485760},
	"code": {"kind": "code"},
}

found := {
	"large": {{"at": {"path": "data/a.csv"}, "detail": "20 MiB of dataset are committed to git itself", "subject": "data/a.csv"}},
	"weights": {{"at": {"path": "data/a.csv"}, "detail": "20 MiB of weights are committed to git itself", "subject": "data/a.csv"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.files as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.files as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
