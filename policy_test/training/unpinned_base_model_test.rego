package unpinned_base_model_test

import future.keywords.not

import data.mlpolicy.training.unpinned_base_model.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {
	"kind": "model", "name": "acme/base", "uri": "hf://acme/base", "host": "huggingface", "state": "resolved",
	"role": "base", "revision": "", "revision_kind": "none", "how": "call", "confidence": "high",
	"at": {"path": "train.py", "line": 3},
}

fires := {
	"no revision": {},
	"branch": {"revision": "main", "revision_kind": "branch"},
	"tag": {"revision": "v1", "revision_kind": "tag"},
	"adapter on a hub": {"kind": "adapter", "role": "adapter"},
	"example": {"at": {"path": "examples/sft.py"}},
}

silent := {
	"dataset": {"kind": "dataset"},
	"full commit": {"revision_kind": "commit"},
	"revision known at run time": {"revision_kind": "unresolved"},
	"name known at run time": {"state": "unresolved"},
	"local folder": {"host": "local"},
	"push target": {"role": "push"},
	"served": {"role": "serve"},
	"card": {"how": "card"},
	"guess": {"confidence": "low"},
	"base of an adapter": {"at": {"path": "adapter/adapter_config.json"}},
	"test": {"at": {"path": "tests/test_load.py"}},
}

found := {
	"no revision": {{"at": {"line": 3, "path": "train.py"}, "detail": "model acme/base is loaded without a revision", "subject": "hf://acme/base"}},
	"branch": {{"at": {"line": 3, "path": "train.py"}, "detail": "model acme/base is loaded at branch \"main\", which moves", "subject": "hf://acme/base"}},
	"tag": {{"at": {"line": 3, "path": "train.py"}, "detail": "model acme/base is loaded at tag \"v1\", which can be moved", "subject": "hf://acme/base"}},
	"adapter on a hub": {{"at": {"line": 3, "path": "train.py"}, "detail": "adapter acme/base is loaded without a revision", "subject": "hf://acme/base"}},
	"example": {{"at": {"line": 3, "path": "examples/sft.py"}, "detail": "model acme/base is loaded without a revision", "subject": "hf://acme/base"}},
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

# two is a name that two loaders take, of the hub and of a service.
two(name) := [object.union(base, {"name": name, "at": at}), object.union(base, {"name": name, "host": "openai", "role": "serve", "at": at})] if {
	at := {"path": "cli.py", "line": 4, "column": 9}
}

test_name_of_a_service if count(deny) == 0 with input as {"references": two("gpt-4o")}

test_name_of_the_hub_beside_a_service if count(deny) == 1 with input as {"references": two("acme/m")}
