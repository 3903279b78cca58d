package namespace_squatting_test

import future.keywords.not

import data.mlpolicy.registry.namespace_squatting.deny

# exactly compares values without their types: the places of tests leave out what they do not need.
exactly(got, want) if got == want

base := {"kind": "model", "name": "support-bot", "host": "huggingface", "state": "resolved", "role": "base", "confidence": "high", "how": "call", "loader": "AutoModel.from_pretrained", "at": {"path": "a.py", "line": 2, "column": 1}}

fires := {
	"another folder": {"references": [base], "files": [{"path": "models/other/config.json"}]},
	"bare name": {"references": [base]},
}

silent := {
	"dataset": {"references": [object.union(base, {"kind": "dataset"})]},
	"folder of a run": {"references": [object.union(base, {"name": "dummy_lora_path"})]},
	"name of a service": {"references": [object.union(base, {"name": "gpt-4o"}), object.union(base, {"name": "gpt-4o", "host": "openai", "role": "serve"})]},
	"known at run time": {"references": [object.union(base, {"state": "unresolved"})]},
	"push target": {"references": [object.union(base, {"role": "push"})]},
	"card": {"references": [object.union(base, {"how": "card"})]},
	"namespace": {"references": [object.union(base, {"name": "acme/support-bot"})]},
	"name of the hub": {"references": [object.union(base, {"name": "bert-base-uncased"})]},
	"folder of the source": {"references": [base], "files": [{"path": "models/support-bot/config.json"}]},
	"local": {"references": [object.union(base, {"host": "local"})]},
	"namespace of the loader": {"references": [object.union(base, {"loader": "sentence_transformers.SentenceTransformer"})]},
	"guess": {"references": [object.union(base, {"confidence": "medium"})]},
	"test": {"references": [object.union(base, {"at": {"path": "tests/a.py"}})]},
}

found := {
	"another folder": {{"at": {"column": 1, "line": 2, "path": "a.py"}, "detail": "the bare name support-bot is looked up on huggingface when no folder of that name is there", "subject": "support-bot"}},
	"bare name": {{"at": {"column": 1, "line": 2, "path": "a.py"}, "detail": "the bare name support-bot is looked up on huggingface when no folder of that name is there", "subject": "support-bot"}},
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

test_internal_namespace if {
	exactly(deny, {{"at": {"column": 1, "line": 2, "path": "a.py"}, "detail": "acme/support-bot is internal and is looked up on huggingface, where anybody may take the name", "subject": "acme/support-bot"}}) with input.references as [object.union(base, {"name": "acme/support-bot"})]
		with data.mlpolicy.settings["REG-013"].internal as ["acme"]
}

test_internal_name_once if {
	exactly(deny, {{"at": {"column": 1, "line": 2, "path": "a.py"}, "detail": "support-bot is internal and is looked up on huggingface, where anybody may take the name", "subject": "support-bot"}}) with input.references as [base] with data.mlpolicy.settings["REG-013"].internal as ["support-bot"]
}
