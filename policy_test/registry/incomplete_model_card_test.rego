package incomplete_model_card_test

import future.keywords.not

import data.mlpolicy.registry.incomplete_model_card.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "model", "has": {"license": true, "base_model": true, "datasets": true, "eval": true, "intended_use": true}, "at": {"path": "README.md", "line": 1}}

fires := {
	"no licence": {"has": {"license": false}},
}

silent := {
	"complete": {},
	"dataset card": {"kind": "dataset", "has": {"license": false}},
	"test": {"has": {"license": false}, "at": {"path": "tests/README.md"}},
}

found := {
	"no licence": {{"at": {"line": 1, "path": "README.md"}, "detail": "the model card does not give: license", "subject": "README.md"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input.cards as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.cards as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
