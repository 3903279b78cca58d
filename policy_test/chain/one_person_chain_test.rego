package one_person_chain_test

import future.keywords.not

import data.mlpolicy.chain.one_person_chain.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"attestations": [said("data", "eva"), said("training", "adam")], "registry": []}

said(stage, person) := {"state": "verified", "stage": stage, "identity": person}

approved(person) := {"registry": [{"approvals": [{"by": person}]}]}

fires := {
	"data and training": {"attestations": [said("data", "eva"), said("training", "EVA")]},
	"approves what was trained": approved("Adam"),
	"signs and registers": {"attestations": [said("training", "eva"), said("registry", "eva")]},
}

silent := {
	"two people": {},
	"one stage twice": {"attestations": [said("data", "eva"), said("data", "eva")]},
	"another stage": {"attestations": [said("data", "eva"), said("deployment", "eva")]},
	"refused": {"attestations": [said("data", "eva"), object.union(said("training", "eva"), {"state": "refused"})]},
	"nobody": {"attestations": [said("data", ""), said("training", "")]},
	"approved by a third": approved("mia"),
	"approved by nobody": object.union({"attestations": [said("data", "")]}, approved("")),
}

found := {
	"data and training": {{"at": {"path": ""}, "detail": "eva speaks for data, training", "key": "eva", "subject": "eva"}},
	"approves what was trained": {{"at": {"path": ""}, "detail": "adam speaks for registry, training", "key": "adam", "subject": "adam"}},
	"signs and registers": {{"at": {"path": ""}, "detail": "eva speaks for registry, training", "key": "eva", "subject": "eva"}},
}

test_fires[name] if {
	some name, patch in fires
	exactly(deny, found[name]) with input as object.union(base, patch)
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as object.union(base, patch)
}

test_registry_does_not_count if {
	count(deny) == 0 with input as object.union(base, approved("adam"))
		with data.mlpolicy.settings as {"X-008": {"stages": ["data", "training"], "max_stages": 1}}
}
