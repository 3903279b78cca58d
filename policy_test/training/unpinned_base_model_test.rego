package unpinned_base_model_test

import future.keywords.not

import data.mlpolicy.training.unpinned_base_model.deny

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

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input.references as [object.union(base, patch)]
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input.references as [object.union(base, patch)]
}

test_nothing_there if count(deny) == 0 with input as {}
