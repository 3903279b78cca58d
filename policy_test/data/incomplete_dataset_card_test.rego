package incomplete_dataset_card_test

import future.keywords.not

import data.mlpolicy.data.incomplete_dataset_card.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "dataset", "has": {"license": true, "source": true, "collection": true, "version": true}, "at": {"path": "README.md", "line": 1}}

fires := {
	"no version": {"has": {"version": false}},
}

silent := {
	"complete": {},
	"model card": {"kind": "model", "has": {"version": false}},
	"test": {"has": {"version": false}, "at": {"path": "tests/README.md"}},
}

found := {
	"no version": {{"at": {"line": 1, "path": "README.md"}, "detail": "the dataset card does not give: version", "subject": "README.md"}},
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
