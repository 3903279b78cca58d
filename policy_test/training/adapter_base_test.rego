package adapter_base_test

import future.keywords.not

import data.mlpolicy.training.adapter_base.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

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
	"local base with a card": {"references": [object.union(base.pinned, {"host": "local"})], "cards": [base.card]},
	"local base beside code": {"references": [object.union(base.pinned, {"host": "local"}), base.code]},
	"dataset card": {"references": [base.pinned], "cards": [object.union(base.card, {"kind": "dataset"})]},
	"no model": {"references": [object.union(base.ref, {"kind": "tokenizer"})]},
	"another role": {"references": [object.union(base.ref, {"role": "output"})]},
	"known at run time": {"references": [object.union(base.ref, {"state": "unresolved"})]},
	"another file": {"references": [object.union(base.ref, {"at": {"path": "a.py"}})]},
	"tokenizer in code": {"references": [base.pinned, object.union(base.code, {"kind": "tokenizer"})]},
	"reward model in code": {"references": [base.pinned, object.union(base.code, {"role": "reward"})]},
	"code that builds the name": {"references": [base.pinned, object.union(base.code, {"state": "unresolved"})]},
	"local model in code": {"references": [base.pinned, object.union(base.code, {"host": "local"})]},
	"card elsewhere": {"references": [base.pinned, object.union(base.code, {"how": "card"})]},
	"test that uses another base": {"references": [base.pinned, object.union(base.code, {"at": {"path": "tests/a.py"}})]},
	"pinned": {"references": [base.pinned]},
	"same base in code": {"references": [base.pinned, object.union(base.code, {"name": "Acme/Base"})]},
	"several bases in code": {"references": [base.pinned, base.code, object.union(base.code, {"name": "acme/third"})]},
	"same base in its card": {"references": [base.pinned], "cards": [object.union(base.card, {"base_model": ["Acme/base"]})]},
	"card without a base": {"references": [base.pinned], "cards": [object.union(base.card, {"base_model": []})]},
	"card of another folder": {"references": [base.pinned], "cards": [object.union(base.card, {"at": {"path": "other/README.md"}})]},
	"local base": {"references": [object.union(base.ref, {"host": "local"})]},
	"test": {"references": [object.union(base.ref, {"at": {"path": "tests/adapter_config.json"}})]},
}

found := {
	"no revision": {{"at": {"line": 3, "path": "adapter/adapter_config.json"}, "detail": "the adapter names its base acme/base without a revision", "subject": "adapter"}},
	"at the root": {{"at": {"line": 3, "path": "adapter_config.json"}, "detail": "the adapter names its base acme/base without a revision", "subject": "adapter_config.json"}},
	"another base in code": {{"at": {"line": 3, "path": "adapter/adapter_config.json"}, "detail": "the adapter was made for acme/base, the source uses acme/other", "subject": "adapter"}},
	"another base in its card": {{"at": {"line": 3, "path": "adapter/adapter_config.json"}, "detail": "the adapter was made for acme/base, its card says acme/other", "subject": "adapter"}},
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
