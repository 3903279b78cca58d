package unpinned_dataset_test

import future.keywords.not

import data.mlpolicy.data.unpinned_dataset.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"kind": "dataset", "name": "acme/dialogues", "uri": "hf://datasets/acme/dialogues", "host": "huggingface",
	"state": "resolved", "role": "train", "revision": "", "revision_kind": "none", "how": "call",
	"confidence": "high", "at": {"path": "train.py", "line": 3},
}

fires := {
	"no revision": {},
	"branch": {"revision": "main", "revision_kind": "branch"},
	"tag": {"revision": "v1", "revision_kind": "tag"},
	"pull request": {"revision": "refs/pr/1", "revision_kind": "pull"},
	"evaluation data": {"role": "eval"},
}

silent := {
	"full commit": {"revision_kind": "commit"},
	"revision known at run time": {"revision_kind": "unresolved"},
	"name known at run time": {"state": "unresolved"},
	"not on a hub": {"host": "local"},
	"push target": {"role": "push"},
	"named by a card": {"how": "card"},
	"guess": {"confidence": "low"},
	"model": {"kind": "model"},
	"test": {"at": {"path": "tests/test_load.py"}},
}

found := {
	"no revision": {{"at": {"line": 3, "path": "train.py"}, "detail": "dataset acme/dialogues is loaded without a revision", "subject": "hf://datasets/acme/dialogues"}},
	"branch": {{"at": {"line": 3, "path": "train.py"}, "detail": "dataset acme/dialogues is loaded at branch \"main\", which moves", "subject": "hf://datasets/acme/dialogues"}},
	"tag": {{"at": {"line": 3, "path": "train.py"}, "detail": "dataset acme/dialogues is loaded at tag \"v1\", which can be moved", "subject": "hf://datasets/acme/dialogues"}},
	"pull request": {{"at": {"line": 3, "path": "train.py"}, "detail": "dataset acme/dialogues is loaded at pull request \"refs/pr/1\", which its author can change", "subject": "hf://datasets/acme/dialogues"}},
	"evaluation data": {{"at": {"line": 3, "path": "train.py"}, "detail": "dataset acme/dialogues is loaded without a revision", "subject": "hf://datasets/acme/dialogues"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.references as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.references as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}

test_says_what_is_wrong if {
	some found in deny with input.references as [base]
	found.subject == "hf://datasets/acme/dialogues"
	found.detail == "dataset acme/dialogues is loaded without a revision"
	found.at.path == "train.py"
	found.at.line == 3
}
