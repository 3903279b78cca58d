package publisher_not_allowed_test

import future.keywords.not

import data.mlpolicy.data.publisher_not_allowed.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"hub": {"kind": "dataset", "name": "evil/d", "host": "huggingface", "namespace": "evil", "at": {"path": "a.py", "line": 1}},
}

fires := {
	"another publisher": {"components": [base.hub]},
	"no publisher": {"components": [object.union(base.hub, {"namespace": "", "name": "d"})]},
}

silent := {
	"allowed, in other letters": {"components": [object.union(base.hub, {"namespace": "Acme"})]},
	"model": {"components": [object.union(base.hub, {"kind": "model"})]},
	"not on a hub": {"components": [object.union(base.hub, {"host": "url"})]},
}

found := {
	"another publisher": {{"at": {"line": 1, "path": "a.py"}, "detail": "dataset evil/d is published by evil, which is not on the list", "subject": "evil/d"}},
	"no publisher": {{"at": {"line": 1, "path": "a.py"}, "detail": "dataset d is published by nobody named, which is not on the list", "subject": "d"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as patch with data.mlpolicy.settings["DATA-012"].publishers as ["acme"]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch with data.mlpolicy.settings["DATA-012"].publishers as ["acme"]
}

test_nothing_there if count(deny) == 0 with input as {}

test_no_list_no_finding if count(deny) == 0 with input.components as [base.hub]
