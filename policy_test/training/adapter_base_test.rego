package adapter_base_test

import future.keywords.not

import data.mlpolicy.training.adapter_base.deny

base := {
	"ref": {"kind": "model", "name": "acme/base", "host": "huggingface", "role": "base", "state": "resolved", "revision": "", "revision_kind": "none", "how": "json", "at": {"path": "adapter/adapter_config.json", "line": 3}},
	"pinned": {"kind": "model", "name": "acme/base", "host": "huggingface", "role": "base", "state": "resolved", "revision": "0123", "revision_kind": "commit", "how": "json", "at": {"path": "adapter/adapter_config.json", "line": 3}},
	"code": {"kind": "model", "name": "acme/other", "host": "huggingface", "role": "base", "state": "resolved", "revision_kind": "commit", "how": "call", "at": {"path": "train.py", "line": 3}},
	"card": {"kind": "model", "base_model": ["acme/other"], "at": {"path": "adapter/README.md", "line": 2}},
}

fires := {
	"no revision": {"references": [base.ref]},
	"at the root": {"references": [object.union(base.ref, {"at": {"path": "adapter_config.json"}})]},
	"another base in code": {"references": [base.pinned, base.code]},
	"another base in its card": {"references": [base.pinned], "cards": [base.card]},
}

silent := {
	"pinned": {"references": [base.pinned]},
	"same base in code": {"references": [base.pinned, object.union(base.code, {"name": "Acme/Base"})]},
	"several bases in code": {"references": [base.pinned, base.code, object.union(base.code, {"name": "acme/third"})]},
	"same base in its card": {"references": [base.pinned], "cards": [object.union(base.card, {"base_model": ["Acme/base"]})]},
	"card without a base": {"references": [base.pinned], "cards": [object.union(base.card, {"base_model": []})]},
	"card of another folder": {"references": [base.pinned], "cards": [object.union(base.card, {"at": {"path": "other/README.md"}})]},
	"local base": {"references": [object.union(base.ref, {"host": "local"})]},
	"test": {"references": [object.union(base.ref, {"at": {"path": "tests/adapter_config.json"}})]},
}

test_fires[name] if {
	some name, patch in fires
	count(deny) == 1 with input as patch
}

test_does_not_fire[name] if {
	some name, patch in silent
	count(deny) == 0 with input as patch
}

test_nothing_there if count(deny) == 0 with input as {}
