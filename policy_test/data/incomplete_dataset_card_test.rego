package incomplete_dataset_card_test

import future.keywords.not

import data.mlpolicy.data.incomplete_dataset_card.deny

base := {"kind": "dataset", "has": {"license": true, "source": true, "collection": true, "version": true}, "at": {"path": "README.md", "line": 1}}

fires := {
	"no version": {"has": {"version": false}},
}

silent := {
	"complete": {},
	"model card": {"kind": "model", "has": {"version": false}},
	"test": {"has": {"version": false}, "at": {"path": "tests/README.md"}},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.cards as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.cards as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
