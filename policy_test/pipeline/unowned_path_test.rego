package unowned_path_test

import future.keywords.not

import data.mlpolicy.pipeline.unowned_path.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "ownership", "path": "CODEOWNERS", "content": {"codeowners": "CODEOWNERS", "areas": {"training": {"owned": 1, "unowned": 2, "paths": ["train/a.py", "train/b.py"]}}}}

owned := {"kind": "ownership", "path": "CODEOWNERS", "content": {"codeowners": "CODEOWNERS", "areas": {"training": {"owned": 3, "unowned": 0, "paths": []}}}}

fires := {
	"without owner": {"documents": [base]},
	"one area of two": {"documents": [object.union(base, {"content": {"areas": {"data": {"owned": 3, "unowned": 0, "paths": []}}}})]},
}

silent := {
	"owned": {"documents": [owned]},
	"another area": {"documents": [{"kind": "ownership", "path": "", "content": {"areas": {"features": {"owned": 0, "unowned": 2, "paths": ["f.py"]}}}}]},
	"another document": {"documents": [object.union(base, {"kind": "yaml"})]},
}

found := {
	"without owner": {{"at": {"path": "train/a.py"}, "detail": "2 of 3 files of training have no code owner, train/a.py first", "key": "training", "subject": "training"}},
	"one area of two": {{"at": {"path": "train/a.py"}, "detail": "2 of 3 files of training have no code owner, train/a.py first", "key": "training", "subject": "training"}},
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

test_few_files if {
	count(deny) == 0 with input as fires["without owner"] with data.mlpolicy.settings["CI-011"].min_files as 4
}

test_enough_files if {
	exactly(deny, {{"at": {"path": "train/a.py"}, "detail": "2 of 3 files of training have no code owner, train/a.py first", "key": "training", "subject": "training"}}) with input as fires["without owner"] with data.mlpolicy.settings["CI-011"].min_files as 3
}
