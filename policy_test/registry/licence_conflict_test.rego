package licence_conflict_test

import future.keywords.not

import data.mlpolicy.registry.licence_conflict.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"made": {"ref": "m", "kind": "model", "name": "m", "licenses": ["Apache-2.0"], "derived_from": ["b"], "datasets": ["d"], "at": {"path": "README.md", "line": 2}},
	"base": {"ref": "b", "kind": "model", "name": "b", "licenses": ["llama3"], "derived_from": [], "datasets": []},
	"data": {"ref": "d", "kind": "dataset", "name": "d", "licenses": ["cc-by-nc-4.0"], "derived_from": [], "datasets": []},
}

fires := {
	"base": {"components": [base.made, base.base]},
	"data": {"components": [base.made, base.data]},
}

silent := {
	"package": {"components": [object.union(base.made, {"kind": "package"}), base.base]},
	"same licence": {"components": [object.union(base.made, {"licenses": ["llama3"]}), base.base]},
	"permissive base": {"components": [base.made, object.union(base.base, {"licenses": ["mit"]})]},
	"not made from it": {"components": [object.union(base.made, {"derived_from": []}), base.base]},
	"no licence": {"components": [object.union(base.made, {"licenses": []}), base.base]},
}

found := {
	"base": {{"at": {"line": 2, "path": "README.md"}, "detail": "m is under Apache-2.0, model b it was made from under llama3", "subject": "m"}},
	"data": {{"at": {"line": 2, "path": "README.md"}, "detail": "m is under Apache-2.0, dataset d it was made from under cc-by-nc-4.0", "subject": "m"}},
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
